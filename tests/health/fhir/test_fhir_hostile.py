"""Whatever a file holds, it is read or refused, and nothing of a record is in a message, a repr or a log."""

import copy
import json
import logging
import traceback

import pytest
from health.fhir import resources as r
from health.fhir.resources import bundle
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health.fhir import read_fhir
from zkhealth.health.findings import ADVICE
from zkhealth.health.source import MAX_BYTES

RECORD = bundle(*r.ALL)
TEXT = json.dumps(RECORD)
VALUES = ["Patient", "Observation", "2020", "http://loinc.org", "%", "<", "final", "#m", "Patient/p", 1e308, 10**40]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places(value, path=()):
    """Every path into a JSON value."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from places(inner, (*path, key))


PLACES = [path for path in places(RECORD) if path]


def changed(record, path, value):
    """A copy with another value at this place."""
    out = copy.deepcopy(record)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return out


def reads_or_refuses(data):
    try:
        read = read_fhir(data)
    except DecodingError:
        return
    for entry in read.entries:
        entry.schema.spec.encode({"source_format": "fhir", **entry.values})
    assert all(finding.code in ADVICE for finding in read.findings)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    reads_or_refuses(data)


@given(json_values)
def test_any_json_is_read_or_refused(value):
    reads_or_refuses({"resourceType": "Bundle", "entry": value})
    reads_or_refuses({"resourceType": "Observation", "component": value, "status": "final"})


@given(st.sampled_from(PLACES), json_values)
def test_a_record_with_anything_anywhere_is_read_or_refused(path, value):
    record = changed(RECORD, path, value)
    reads_or_refuses(record)
    try:
        text = json.dumps(record)
    except UnicodeEncodeError:
        return
    reads_or_refuses(text)


@given(st.sampled_from(r.ALL), st.data())
def test_a_resource_with_a_key_moved_is_read_or_refused(resource, data):
    other = data.draw(st.sampled_from(r.ALL))
    key = data.draw(st.sampled_from(sorted(other)))
    reads_or_refuses(bundle(r.PATIENT, {**resource, key: other[key]}))


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 127))
def test_a_record_with_a_byte_changed_is_read_or_refused(position, byte):
    reads_or_refuses(TEXT[:position] + chr(byte) + TEXT[position + 1 :])
    reads_or_refuses(TEXT[:position])


@pytest.mark.parametrize("make", [
    pytest.param(lambda: b"[" * 10**6, id="deep"),
    pytest.param(lambda: b'{"a":' * 10**6, id="deep objects"),
    pytest.param(lambda: b" " * (MAX_BYTES + 1), id="too long"),
    pytest.param(lambda: {"resourceType": "Bundle", "entry": [{"resource": r.OBSERVATION}] * 2000}, id="entries"),
    pytest.param(lambda: b'{"resourceType":"Bundle","x":"' + b"9" * 10**7 + b'"}', id="a long text"),
    pytest.param(lambda: b'{"resourceType":"Bundle","x":0.' + b"9" * 10**6 + b"}", id="a long number"),
])  # fmt: skip
def test_huge_input_ends_soon(make):
    reads_or_refuses(make())


def test_many_codings_components_and_items_end_soon():
    coding = [{"system": "urn:x", "code": str(n)} for n in range(1000)]
    many = {**r.OBSERVATION, "code": {"coding": coding * 20}, "component": [{"code": {"coding": coding}}] * 100}
    claim = {**r.CLAIM, "item": r.CLAIM["item"] * 5000}
    reads_or_refuses(bundle(r.PATIENT, many, claim))


@pytest.mark.timeout(60)
def test_many_references_to_one_large_resource_end_soon():
    large = {**r.MEDICATION, "batch": None, "ingredient": [0] * 10**6}
    reads_or_refuses(bundle(r.PATIENT, large, *[r.DISPENSE] * 20_000))


@pytest.mark.timeout(60)
def test_many_references_into_one_resource_end_soon():
    contained = [{**r.CONDITION, "id": str(n)} for n in range(60_000)]
    diagnosis = [{"sequence": n, "diagnosisReference": {"reference": f"#{n}"}} for n in range(60_000)]
    reads_or_refuses(bundle(r.PATIENT, {**r.CLAIM, "contained": contained, "diagnosis": diagnosis}))


# --- nothing of the record is shown ----------------------------------------------------


def strings(value):
    """Every string of a record that could tell something: not the words of the standard itself."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str) and len(value) > 3:
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value > 100:
        yield str(value)


PUBLIC = {
    "completed", "final", "active", "order", "collection", "claim", "average", "maximum", "count", "plan", "group",
    "member", *(resource["resourceType"] for resource in r.ALL), "Bundle", "Organization", "self", "female",
    "complete", "official", "2020",
}  # fmt: skip
SECRETS = sorted(set(strings(RECORD)) - PUBLIC)


def shown(data):
    """Everything that a program would print or log of what was read, or of why it was not."""
    try:
        read = read_fhir(data)
    except DecodingError as e:
        return " ".join([str(e), repr(e), repr(e.__cause__), repr(e.__context__), *traceback.format_exception_only(e)])
    parts = [read, *read.entries, *read.findings]
    return " ".join([f"{part!r} {part}" for part in parts] + [finding.advice for finding in read.findings])


def hides(data, caplog):
    with caplog.at_level(logging.DEBUG):
        text = shown(data) + caplog.text
    leaked = [secret for secret in SECRETS if secret in text]
    assert not leaked


def test_there_are_secrets_to_look_for():
    assert len(SECRETS) > 80
    assert {"999-94-5849", "Beispiel", "1970-05-17", "NM_007294.3:c.68_69del", "EN6202", "Biobank"} <= set(SECRETS)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path[2:])) or str(path[-1]))
def test_nothing_of_the_record_is_shown_wherever_it_is_wrong(path, caplog):
    for value in ("Beispiel", "1970-05-17", 987654321, [], {}, [{"coding": [{"system": "Beispiel", "code": "4711"}]}]):
        hides(changed(RECORD, path, value), caplog)


@pytest.mark.parametrize("damage", [
    pytest.param(lambda text: text[:-2], id="cut off"),
    pytest.param(lambda text: text + text, id="twice"),
    pytest.param(lambda text: text.replace('"id"', '"resourceType"'), id="a name twice"),
    pytest.param(lambda text: text.replace("Patient", "Beispiel"), id="another type"),
])  # fmt: skip
def test_nothing_of_a_damaged_file_is_shown(damage, caplog):
    hides(damage(TEXT), caplog)
