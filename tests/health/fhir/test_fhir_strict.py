"""The strict check by the models of `fhir.resources`: an extra, loaded late, that names a place and no value."""

import subprocess
import sys

import pytest
from health.fhir import resources as r
from health.fhir.resources import bundle
from shared_files import SHARED

from zkhealth.health.fhir import read_fhir

FILES = sorted((SHARED / "health/fhir/hl7-r4-examples").glob("*.json"))


@pytest.fixture(autouse=True)
def models():
    pytest.importorskip("fhir.resources.R4B")


def test_a_valid_record_passes_the_strict_check():
    strict, plain = (read_fhir(bundle(*r.ALL), strict=strict) for strict in (True, False))
    assert [f.code for f in strict.findings] == [f.code for f in plain.findings]
    assert [e.values for e in strict.entries] == [e.values for e in plain.entries]


@pytest.mark.parametrize(("resource", "change"), [
    (r.OBSERVATION, {"effectiveDateTime": "yesterday"}), (r.OBSERVATION, {"colour": "red"}),
    (r.IMMUNIZATION, {"lotNumber": 7}), (r.CLAIM, {"created": "Beispiel"}), (r.OBSERVATION, {"resourceType": 7}),
])  # fmt: skip
def test_what_the_models_refuse_is_left_out(resource, change):
    read = read_fhir(bundle(r.PATIENT, {**resource, **change}), strict=True)
    assert len(read.entries) == 1
    assert [f.code for f in read.findings] in (["NOT_VALID_R4"], [])
    assert "Beispiel" not in " ".join(map(str, read.findings))


def test_a_patient_that_is_not_valid_has_no_identity():
    read = read_fhir(bundle({**r.PATIENT, "gender": 7}, r.IMMUNIZATION), strict=True)
    assert [f.code for f in read.findings] == ["NOT_VALID_R4"]
    assert [entry.schema.__name__ for entry in read.entries] == ["Immunization"]
    assert "birth" not in read.entries[0].values


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_of_hl7_pass_the_strict_check(path):
    codes = [finding.code for finding in read_fhir(path.read_bytes(), strict=True).findings]
    assert "NOT_VALID_R4" not in codes


def test_the_models_are_loaded_only_when_they_are_asked_for():
    code = (
        "import sys; from zkhealth.health import sample_bundle; from zkhealth.health.fhir import read_fhir;"
        "read_fhir(sample_bundle()); assert not {'fhir', 'pydantic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_the_extra_the_strict_check_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B", None)
    with pytest.raises(ValueError, match=r"install zkhealth\[fhir\]"):
        read_fhir(bundle(r.PATIENT), strict=True)
