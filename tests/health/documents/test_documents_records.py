"""Bare FHIR records: every one of the folder is read as what it is, and nobody signed it."""

import json

import pytest
from health.documents.makers import AT, payload
from shared_files import SHARED, shared

from zkhealth.health.documents import DocumentError, Trust, read, verify

RECORDS = sorted([*(SHARED / "health/fhir").rglob("*.json"), *(SHARED / "health/shc/by-code-system").glob("*.json")])


def test_all_records_of_the_folder_are_here():
    shared("health", "fhir")
    assert len(RECORDS) >= 38


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_a_record_is_read_and_is_not_signed(path):
    document = read(path)
    assert document.kind == "fhir"
    assert document.content == json.loads(path.read_text(encoding="utf-8"))
    report = verify(document, trust=Trust(), at=AT)
    assert (report.signature_is_good, report.status, report.codes) == (None, "CANNOT_DECIDE", ("NOT_SIGNED",))


@pytest.mark.parametrize("data", ['{"resourceType": 7}', "{}", "[]", "7", '{"resourceType": "Patient"} {}'])
def test_what_is_no_record_is_refused(data):
    with pytest.raises(DocumentError):
        read(data, "fhir")


def bundle(**changes):
    made = json.loads(json.dumps(payload()["vc"]["credentialSubject"]["fhirBundle"]))
    vaccination = {"resourceType": "Immunization", "status": "completed", "patient": {"reference": "resource:0"},
                   "occurrenceDateTime": "2021-01-01", "lotNumber": "1"} | changes  # fmt: skip
    resource = {name: value for name, value in vaccination.items() if value is not None}
    made["entry"].append({"fullUrl": "resource:1", "resource": resource})
    return made


@pytest.mark.parametrize(("changes", "count"), [
    pytest.param({}, 0, id="nothing"),
    pytest.param({"status": "not-done"}, 1, id="not done"),
    pytest.param({"occurrenceDateTime": None}, 1, id="no date"),
    pytest.param({"occurrenceString": "last May"}, 1, id="two dates"),
    pytest.param({"patient": {"reference": "Patient/1"}}, 2, id="a long reference"),
    pytest.param({"patient": {"reference": "resource:7"}}, 1, id="a reference to nothing"),
    pytest.param({"lotNumber": ""}, 2, id="an empty text"),
    pytest.param({"note": []}, 1, id="an empty list"),
    pytest.param({"performer": [{"actor": {}}]}, 1, id="an empty object"),
    pytest.param({"resourceType": None}, 1, id="no type"),
])  # fmt: skip
def test_the_bundle_of_a_card_keeps_the_rules_of_cards(changes, count):
    assert [found.code for found in read(json.dumps(bundle(**changes))).defects] == ["FHIR_SCHEMA_ERROR"] * count


def test_two_entries_of_one_name_are_a_defect():
    made = bundle()
    made["entry"][1]["fullUrl"] = "resource:0"
    [found] = read(json.dumps(made)).defects
    assert found.sentence == "entry 1: another entry has the same fullUrl"


def test_a_person_reads_at_most_a_hundred_defects():
    assert len(read(json.dumps(bundle(note=[""] * 1000))).defects) == 100
