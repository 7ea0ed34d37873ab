"""FHIR bundles that are none: refused by name, whatever is sent, and without showing anything of the record."""

import copy
import json
import traceback
from datetime import date

import pytest
from health.bundles import bundle
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health import SAMPLE_AT, read_bundle, sample_bundle

CLOCK = date(2021, 7, 1)
NO_BUNDLE = "expected a FHIR R4 Bundle, got"
BRACKETS = "not JSON: brackets that do not match, or more than 100 levels of them"
NOT_FINITE = "the JSON has a number that is not finite"


def sample():
    return json.loads(sample_bundle())


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
