import copy
import json
import traceback
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health import (
    COVID19,
    INFLUENZA,
    SAMPLE_AT,
    Code,
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

HEALTH = Path(__file__).parents[2].parent / "shared/health"
needs_records = pytest.mark.skipif(not HEALTH.exists(), reason="../shared/health is absent")
FILES = sorted(path for folder in ("fhir", "shc") for path in (HEALTH / folder).rglob("*") if path.is_file())
SYNTHEA = [path for path in FILES if path.parent.name == "synthea"]
CLOCK = date(2021, 7, 1)

NO_BUNDLE = "expected a FHIR R4 Bundle, got"
BRACKETS = "not JSON: brackets that do not match, or more than 100 levels of them"
NO_DATE = "expected a FHIR date (YYYY, YYYY-MM, YYYY-MM-DD or a dateTime with its offset)"
NO_CODE = "vaccineCode has no coding with a system and a code"
NOT_FINITE = "the JSON has a number that is not finite"
ONLY_STRING = ", there is only occurrenceString"


def label(path):
    return str(path.relative_to(HEALTH))


def sample():
    return json.loads(sample_bundle())


def bundle(*immunizations, patient=None, patient_url="urn:uuid:p"):
    """A bundle of one patient and these immunizations, completed and theirs unless they say otherwise."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1990-04", **(patient or {})}
    filled = {
        "resourceType": "Immunization",
        "status": "completed",
        "patient": {"reference": "urn:uuid:p"},
        "occurrenceDateTime": "2026-09-01",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
    }
    entries = [{"fullUrl": patient_url, "resource": patient}, *({"resource": filled | i} for i in immunizations)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


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


@pytest.mark.parametrize(("change", "reason"), [
    ({"status": "not-done"}, "status is not 'completed'"),
    ({"status": "entered-in-error"}, "status is not 'completed'"),
    ({"status": None}, "status is not 'completed'"),
    ({"isSubpotent": True}, "isSubpotent: the dose may have been too weak"),
    ({"modifierExtension": []}, "modifierExtension may change the meaning, and is not understood"),
    ({"occurrenceDateTime": None}, "occurrenceDateTime is missing"),
    ({"occurrenceDateTime": "", "occurrenceString": "May"}, f"occurrenceDateTime is missing{ONLY_STRING}"),
    ({"occurrenceDateTime": "1 May"}, f"occurrenceDateTime: {NO_DATE}"),
    ({"occurrenceDateTime": "1815"}, "occurrenceDateTime: expected a year from 1900 to 2155"),
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
    ({"birthDate": "1815-12-10"}, "Patient.birthDate: expected a year from 1900 to 2155"),
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


@pytest.mark.parametrize(("data", "message"), [
    pytest.param(b"", "not JSON: the file is empty", id="empty"),
    pytest.param(b"\xff\xfe{\x00}\x00", "not JSON: not UTF-8 text", id="UTF-16"),
    pytest.param(b"[]", "expected a JSON object, got a JSON array", id="array"),
    pytest.param(b"null", "expected a JSON object, got a JSON null", id="null"),
    pytest.param(b"true", "expected a JSON object, got a JSON boolean", id="boolean"),
    pytest.param(b"7", "expected a JSON object, got a JSON number", id="number"),
    pytest.param(b'"Bundle"', "expected a JSON object, got a JSON string", id="string"),
    pytest.param(b"{}", f"{NO_BUNDLE} a JSON object without resourceType", id="any object"),
    pytest.param(b'{"resourceType": "Anyperson"}', f"{NO_BUNDLE} another FHIR resource", id="resource"),
    pytest.param(b'{"resourceType": ["Bundle"]}', f"{NO_BUNDLE} another FHIR resource", id="type array"),
    pytest.param(b'{"resourceType": "Bundle", "entry": {}}', "expected Bundle.entry to be an array", id="entry"),
    pytest.param(b'{"resourceType": "Bundle", "entry": [1]}', "expected Bundle.entry to be an array", id="entry 1"),
    pytest.param(b'{"resourceType": "Bundle", "a": NaN}', NOT_FINITE, id="NaN"),
    pytest.param(b'{"resourceType": "Bundle", "a": -Infinity}', NOT_FINITE, id="infinity"),
    pytest.param(b'{"resourceType": "Bundle", "a": 1e999}', NOT_FINITE, id="overflow"),
    pytest.param(b'{"resourceType": "Bundle", "a": 1, "a": 1}', "a JSON object has the same name twice", id="twice"),
    pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "not JSON", id="more digits than Python reads"),
    pytest.param(b'{"resourceType": "Bundle"} {}', "not JSON", id="two documents"),
    pytest.param(b'{"resourceType": "Bundle"', BRACKETS, id="truncated"),
    pytest.param(b"[" * 100_000, BRACKETS, id="deep array"),
    pytest.param(b'{"a":' * 100_000, BRACKETS, id="deep object"),
    pytest.param(b" " * (16 * 2**20 + 1), "expected at most 16777216 bytes, got 16777217", id="large"),
    pytest.param(b"HC1:6BF", "looks like an EU Digital COVID Certificate", id="DCC"),
    pytest.param(b"https://viewer.example#shlink:/eyJ", "looks like a SMART Health Link", id="health link"),
    pytest.param(b"%PDF-1.7", "not JSON: looks like a PDF document", id="PDF"),
    pytest.param(b"<Bundle xmlns='http://hl7.org/fhir'/>", "not JSON: looks like XML", id="FHIR XML"),
    pytest.param(
        b'{"vc": {"credentialSubject": {"fhirVersion": "5.0.0", "fhirBundle": {}}}}',
        f"{NO_BUNDLE} another version of FHIR", id="R5 in a health card",
    ),
    pytest.param(
        b'{"vc": {"credentialSubject": {"fhirBundle": []}}}',
        f"{NO_BUNDLE} a JSON object without resourceType", id="nothing in a health card",
    ),
])  # fmt: skip
def test_what_is_no_bundle_is_refused_by_name(data, message):
    with pytest.raises(DecodingError) as e:
        read_bundle(data)
    assert str(e.value).startswith(message)
    assert e.value.__context__ is None


def test_a_wrong_type_is_the_callers_error():
    with pytest.raises(TypeError, match="expected bytes, text or a dict, got list"):
        read_bundle([])


def reads_or_refuses(data):
    try:
        history = read_bundle(data)
    except DecodingError:
        return
    assert history.up_to(SAMPLE_AT).birth == history.birth
    for immunization in history.immunizations:
        assert all(code.canonical.encode() for code in immunization.vaccine)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    reads_or_refuses(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["Patient", "2020"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_read_or_refused(value):
    reads_or_refuses(json.dumps(value))
    reads_or_refuses({"resourceType": "Bundle", "entry": value})


def places(value, path=()):
    """Every path into a JSON value."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from places(inner, (*path, key))


PLACES = [path for path in places(sample()) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), json_values), min_size=1, max_size=3))
def test_a_sample_with_anything_anywhere_is_read_or_refused(changes):
    record = sample()
    for (*path, last), value in changes:
        inner = record
        for key in path:
            try:
                inner = inner[key]
            except (KeyError, IndexError, TypeError):
                break
        if isinstance(inner, dict) or (isinstance(inner, list) and isinstance(last, int) and last < len(inner)):
            inner[last] = value
    reads_or_refuses(record)
    reads_or_refuses(json.dumps(record))


@given(st.integers(0, len(sample_bundle()) - 1), st.integers(0, 255))
def test_a_sample_with_any_byte_changed_is_read_or_refused(position, byte):
    data = bytearray(sample_bundle())
    data[position] = byte
    reads_or_refuses(bytes(data))
    reads_or_refuses(bytes(data[:position]))


SECRETS = {
    "family": "Qwertzuiop",
    "given": "Xanthippe",
    "birth": "1987-03-19",
    "when": "2026-08-17",
    "code": "987654321",
    "system": "http://secret.example/codes",
    "url": "urn:uuid:0e5c7a51",
    "lot": "LOT-4711",
}


def secret_record():
    s = SECRETS
    patient = {"name": [{"family": s["family"], "given": [s["given"]]}], "birthDate": s["birth"], "id": s["url"]}
    coding = [{"system": s["system"], "code": s["code"]}]
    immunization = {
        "patient": {"reference": s["url"]},
        "vaccineCode": {"coding": coding, "text": s["family"]},
        "occurrenceDateTime": s["when"],
        "lotNumber": s["lot"],
    }
    return bundle(immunization, patient=patient, patient_url=s["url"])


def everything_shown(data):
    try:
        history = read_bundle(data)
    except DecodingError as e:
        # Without its source lines, which are this file's own.
        shown = [str(e), repr(e), *(str(cause) for cause in (e.__cause__, e.__context__))]
        return " ".join([*shown, *traceback.format_exception_only(e)])
    parts = [history, history.up_to(CLOCK), history.birth, *history.immunizations]
    parts += [part for i in history.immunizations for part in (i.given, *i.vaccine)]
    return " ".join([*(f"{part!r} {part}" for part in parts), *history.skipped, *history.missing])


SECRET_PLACES = [path for path in places(secret_record()) if path]


@given(st.sampled_from(SECRET_PLACES), st.sampled_from([*SECRETS.values(), 7, {}, []]))
def test_nothing_of_the_record_is_shown_whatever_goes_wrong(path, value):
    record = copy.deepcopy(secret_record())
    *before, last = path
    inner = record
    for key in before:
        inner = inner[key]
    inner[last] = value
    text = json.dumps(record)
    for data in (record, text, text[:-2], text.replace('"id"', '"birthDate"'), text + text):
        shown = everything_shown(data)
        for secret in (*SECRETS.values(), "1987", "31853", "46249"):
            assert secret not in shown
