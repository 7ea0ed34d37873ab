"""FHIR bundles: what is read of them, and what is left out with the reason."""

import json
from datetime import date

import pytest
from health.bundles import bundle

from zkhealth.errors import DecodingError
from zkhealth.health import Code, PatientHistory, read_bundle, sample_bundle

NO_DATE = "expected a FHIR date (YYYY, YYYY-MM, YYYY-MM-DD or a dateTime with its offset)"
NO_CODE = "vaccineCode has no coding with a system and a code"
ONLY_STRING = ", there is only occurrenceString"


@pytest.mark.parametrize(("change", "reason"), [
    ({"status": "not-done"}, "status is not 'completed'"),
    ({"status": "entered-in-error"}, "status is not 'completed'"),
    ({"status": None}, "status is not 'completed'"),
    ({"isSubpotent": True}, "isSubpotent: the dose may have been too weak"),
    ({"modifierExtension": []}, "modifierExtension may change the meaning, and is not understood"),
    ({"occurrenceDateTime": None}, "occurrenceDateTime is missing"),
    ({"occurrenceDateTime": "", "occurrenceString": "May"}, f"occurrenceDateTime is missing{ONLY_STRING}"),
    ({"occurrenceDateTime": "1 May"}, f"occurrenceDateTime: {NO_DATE}"),
    ({"occurrenceDateTime": "1715"}, "occurrenceDateTime: expected a year from 1800 to 2155"),
    ({"patient": {}}, "patient.reference is missing"),
    ({"patient": "urn:uuid:p"}, "patient.reference is missing"),
    ({"patient": {"reference": "urn:uuid:q"}}, "patient.reference is not the Patient of this bundle"),
    ({"patient": {"reference": "#p"}}, "patient.reference is not the Patient of this bundle"),
    ({"patient": {"reference": "Patient/p2"}}, "patient.reference is not the Patient of this bundle"),
    ({"vaccineCode": {"text": "a vaccine"}}, NO_CODE),
    ({"vaccineCode": {"coding": [{"code": "208"}, {"system": "urn:a"}, 7]}}, NO_CODE),
])  # fmt: skip
def test_a_vaccination_that_is_not_certain_is_left_out_with_the_reason(change, reason):
    history = read_bundle(bundle({}, change))
    assert len(history.immunizations) == 1
    assert history.skipped == (f"Immunization 2: {reason}",)


@pytest.mark.parametrize("reference", ["urn:uuid:p", "Patient/p", "Patient/p/_history/2", "urn:uuid:p/_history/1"])
def test_a_vaccination_is_of_the_patient_by_any_of_the_names(reference):
    assert len(read_bundle(bundle({"patient": {"reference": reference}})).immunizations) == 1


def test_a_patient_without_names_owns_nothing():
    record = bundle({"patient": {"reference": "Patient/None"}}, patient={"id": None}, patient_url=None)
    assert read_bundle(record).immunizations == ()


def test_codings_are_kept_once_and_the_unusable_are_named():
    good, local = {"system": "http://snomed.info/sct", "code": "1"}, {"system": "urn:x", "code": "a b"}
    coding = [good, {"code": "2"}, local, good, {"system": "urn:x", "code": "\ud800"}, {"system": "a|b", "code": "c"}]
    history = read_bundle(bundle({"vaccineCode": {"coding": coding}}))
    assert history.immunizations[0].vaccine == (Code("http://snomed.info/sct", "1"), Code("urn:x", "a b"))
    assert history.skipped == (
        "Immunization 1: vaccineCode.coding 2 has no system or no code",
        "Immunization 1: vaccineCode.coding 5: expected a code of printable characters, without blanks around it",
        "Immunization 1: vaccineCode.coding 6: expected the URL of a code system, without blanks and without '|'",
    )


@pytest.mark.parametrize(("protocols", "expected"), [
    pytest.param([{"doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 3}], (2, 3), id="both"),
    pytest.param([{"doseNumberPositiveInt": 2}], (2, None), id="no series"),
    pytest.param([{"doseNumberString": "two"}], (None, None), id="in words"),
    pytest.param([{"doseNumberPositiveInt": True, "seriesDosesPositiveInt": 2.0}], (None, None), id="not integers"),
    pytest.param([{"doseNumberPositiveInt": 0, "seriesDosesPositiveInt": 2**31}], (None, None), id="not positiveInt"),
    pytest.param([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 2}], (None, None), id="two that disagree"),
    pytest.param([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 1}], (1, None), id="two that agree"),
    pytest.param(None, (None, None), id="none"),
    pytest.param(["2"], (None, None), id="nonsense"),
])  # fmt: skip
def test_the_dose_number_is_read_where_it_is_one(protocols, expected):
    immunization = read_bundle(bundle({"protocolApplied": protocols})).immunizations[0]
    assert (immunization.dose, immunization.series) == expected


@pytest.mark.parametrize(("patient", "missing"), [
    ({"birthDate": None}, "Patient.birthDate is missing"),
    ({"birthDate": ""}, "Patient.birthDate is missing"),
    ({"birthDate": "1 May 1990"}, "Patient.birthDate: expected a FHIR date"),
    ({"birthDate": "1715-12-10"}, "Patient.birthDate: expected a year from 1800 to 2155"),
    ({"birthDate": 1990}, "Patient.birthDate: expected a FHIR date"),
    ({"modifierExtension": [{}]}, "Patient.modifierExtension"),
])  # fmt: skip
def test_an_unknown_birth_date_is_said_to_be_missing(patient, missing):
    history = read_bundle(bundle({}, patient=patient))
    assert history.birth is None
    assert len(history.missing) == 1
    assert history.missing[0].startswith(missing)


def test_without_a_patient_no_vaccination_counts():
    record = bundle({})
    del record["entry"][0]
    history = read_bundle(record)
    assert (history.birth, history.immunizations, history.missing) == (None, (), ("Patient is missing",))
    assert history.skipped == ("Immunization 1: patient.reference is not the Patient of this bundle",)


def test_several_patients_are_refused():
    record = bundle({})
    record["entry"].append(record["entry"][0])
    with pytest.raises(DecodingError, match="expected one Patient, got 2"):
        read_bundle(record)


def test_entries_without_a_resource_are_passed_over():
    record = bundle({})
    record["entry"] += [{}, {"resource": None}, {"resource": {}}, {"request": {"method": "DELETE", "url": "x"}}]
    assert len(read_bundle(record).immunizations) == 1
    assert read_bundle(record).skipped == ()


def test_an_empty_bundle_is_read():
    assert read_bundle('{"resourceType": "Bundle"}') == PatientHistory(None, (), (), ("Patient is missing",))


def test_a_vaccination_counts_on_its_day_and_a_partial_one_after_its_last_day():
    history = read_bundle(bundle(*({"occurrenceDateTime": d} for d in ("2026-09-10", "2026-09", "2026"))))
    assert [len(history.up_to(date(2026, 9, d)).immunizations) for d in (9, 10, 29, 30)] == [0, 1, 1, 2]
    assert history.up_to(date(2026, 12, 31)) == history
    assert history.up_to(date(2026, 9, 10)).skipped == (
        "2 of the immunizations: not certainly given by the date asked about",
    )


@pytest.mark.parametrize("make", [
    pytest.param(bytes, id="bytes"),
    pytest.param(bytes.decode, id="text"),
    pytest.param(json.loads, id="an object"),
    pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="after a byte-order mark"),
    pytest.param(lambda data: b" \n" * 999 + data, id="after many blanks"),
])  # fmt: skip
def test_bytes_text_and_objects_are_the_same(make):
    assert read_bundle(make(sample_bundle())) == read_bundle(sample_bundle())
