"""FHIR bundles from files: the sample of the library, and the records beside this checkout."""

import json
from datetime import date, timedelta

import pytest
from shared_files import SHARED

from zkhealth.errors import DecodingError
from zkhealth.health import (
    COVID19,
    INFLUENZA,
    SAMPLE_AT,
    Dose,
    PatientHistory,
    date_of,
    days,
    parse_code,
    parse_date,
    read_bundle,
    sample_bundle,
    years_before,
)

HEALTH = SHARED / "health"
needs_records = pytest.mark.skipif(not HEALTH.exists(), reason="../shared/health is absent")
FILES = sorted(path for folder in ("fhir", "shc") for path in (HEALTH / folder).rglob("*") if path.is_file())
SYNTHEA = [path for path in FILES if path.parent.name == "synthea"]
CLOCK = date(2021, 7, 1)


def label(path):
    return str(path.relative_to(HEALTH))


def test_the_sample_meets_the_policy_of_the_demo():
    history = read_bundle(sample_bundle()).up_to(SAMPLE_AT)
    assert history.birth == parse_date("1990-04")
    assert history.birth.hi <= days(years_before(SAMPLE_AT, 18))
    fitting = [
        i
        for i in history.immunizations
        if set(i.vaccine) & set(COVID19)
        and days(SAMPLE_AT - timedelta(days=270)) <= i.given.lo
        and i.given.hi <= days(SAMPLE_AT - timedelta(days=14))
    ]
    assert [(i.dose, i.series) for i in fitting] == [(2, 2)]
    assert any(set(i.vaccine) & set(INFLUENZA) for i in history.immunizations)
    assert history.skipped == ("Immunization 5: status is not 'completed'",)
    assert history.missing == ()


@needs_records
@pytest.mark.parametrize("path", SYNTHEA, ids=label)
def test_synthea_patients_agree_with_the_ground_truth(path):
    truth = json.loads((HEALTH / "DERIVED_ground_truth.json").read_text(encoding="utf-8"))["fhir"][path.name]
    history = read_bundle(path.read_bytes())
    influenza = [i.given.hi for i in history.immunizations if parse_code("cvx|140") in i.vaccine]
    last = max(influenza, default=None)
    assert history.birth == parse_date(truth["birthDate"])
    assert len(history.immunizations) == truth["immunizations"]
    assert (last and date_of(last).isoformat()) == truth["last_influenza_140"]
    assert (history.birth.hi <= days(years_before(CLOCK, 18))) == truth["P_age_ge_18"]
    assert (last is not None and days(CLOCK) - 365 <= last) == truth["P_flu_last_365d"]
    assert history.skipped == history.missing == ()


@needs_records
@pytest.mark.parametrize("path", FILES, ids=label)
def test_every_file_is_read_or_refused_by_name(path):
    try:
        assert isinstance(read_bundle(path.read_bytes()), PatientHistory)
    except DecodingError as e:
        assert str(e).startswith(("expected", "looks like", "not JSON"))


@needs_records
@pytest.mark.parametrize(("file", "birth", "n"), [
    ("shc/valid/example-00-a-fhirBundle.json", "1951-01-20", 3),
    ("shc/valid/example-00-b-jws-payload-expanded.json", "1951-01-20", 3),
    ("shc/valid/example-03-b-jws-payload-expanded.json", "1960-04-22", 2),
    ("shc/valid/Scenario1Bundle-jws-payload-expanded.json", "1951-01-20", 2),
    ("shc/valid/Scenario3Bundle-jws-payload-expanded.json", "1951-01-20", 0),
    ("shc/negative/test-example-00-a-fhirBundle-empty-values.json", "1951-01-20", 1),
    ("shc/negative/test-example-00-a-fhirBundle-status-not-completed.json", "1951-01-20", 0),
    ("fhir/hl7-r4-examples/Patient-example.json", "1974-12-25", 0),
])  # fmt: skip
def test_bundles_and_payloads_of_health_cards_are_read(file, birth, n):
    history = read_bundle((HEALTH / file).read_bytes())
    assert history.birth == parse_date(birth)
    assert len(history.immunizations) == n


@needs_records
@pytest.mark.parametrize(("file", "name"), [
    ("shc/valid/example-00-d-jws.txt", "JWS"),
    ("shc/valid/example-00-e-file.smart-health-card", "SMART Health Card"),
    ("shc/valid/example-00-f-qr-code-numeric-value-0.txt", "'shc:/' numeric"),
    ("shc/valid/example-00-g-qr-code-0.svg", "SVG"),
    ("shc/valid/Scenario1Bundle-qr-code-0.png", "PNG"),
    ("shc/issuer/jwks.json", "a JSON object without resourceType"),
    ("fhir/hl7-r4-examples/Condition-example.json", "another FHIR resource"),
])  # fmt: skip
def test_what_the_file_is_instead_is_named(file, name):
    with pytest.raises(DecodingError, match=name):
        read_bundle((HEALTH / file).read_bytes())


@needs_records
def test_the_examples_of_hl7_count_only_where_they_are_certain():
    names = ("Patient-example", "Immunization-example", "Immunization-historical", "Immunization-protocol")
    folder = HEALTH / "fhir/hl7-r4-examples"
    resources = [json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in names]
    history = read_bundle({"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]})
    assert history.immunizations == (Dose((parse_code("cvx|104"),), parse_date("2018-06-18")),)
    assert history.skipped == (
        "Immunization 1: isSubpotent: the dose may have been too weak",
        "Immunization 2: occurrenceDateTime is missing, there is only occurrenceString",
    )
