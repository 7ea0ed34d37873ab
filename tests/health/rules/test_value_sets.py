"""Lists of codes with a name, a version and a digest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_files import shared

from zkhealth.errors import DecodingError
from zkhealth.health.valuesets import COVID19_CVX, EU_PRODUCTS, EU_TEST_TYPES, INFLUENZA_CVX, ValueSet, read_value_set

SOME = ValueSet("some", "1", ["cvx|207", "cvx|208"])
FHIR = {
    "resourceType": "ValueSet",
    "url": "https://health.example/ValueSet/some",
    "version": "1",
    "compose": {"include": [{"system": "http://hl7.org/fhir/sid/cvx", "concept": [{"code": "207"}, {"code": "208"}]}]},
}


def test_a_value_set_is_read_back():
    assert ValueSet.from_json(SOME.to_json()) == SOME
    assert read_value_set(SOME.to_json()) == SOME


def test_order_repetition_and_short_names_do_not_change_a_list():
    other = ValueSet("some", "1", ["http://hl7.org/fhir/sid/cvx|208", "cvx|207", "cvx|208"])
    assert other == SOME
    assert other.digest == SOME.digest


@pytest.mark.parametrize(
    "other",
    [ValueSet("other", "1", SOME.codes), ValueSet("some", "2", SOME.codes), ValueSet("some", "1", SOME.codes[:1])],
    ids=["name", "version", "codes"],
)
def test_the_digest_depends_on_name_version_and_codes(other):
    assert other.digest != SOME.digest


@given(st.lists(st.text("ab|\x00", min_size=1, max_size=3), min_size=1, max_size=3))
def test_any_codes_make_a_list_that_is_read_back_or_a_value_error(codes):
    try:
        found = ValueSet("any", "1", codes)
    except ValueError:
        return
    assert ValueSet.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "arguments",
    [("", "1", ["a"]), ("a", "", ["a"]), ("a", "1", []), ("a", "1", [" a"]), ("a\n", "1", ["a"]), ("a", "1", ["x|a"])],
    ids=repr,
)
def test_what_makes_no_list_is_refused(arguments):
    with pytest.raises(ValueError):
        ValueSet(*arguments)


def test_a_list_of_more_codes_than_a_policy_takes_is_refused():
    with pytest.raises(ValueError, match="1000"):
        ValueSet("a", "1", map(str, range(1001)))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["codes"].append("zz"),
        lambda content: content["codes"].reverse(),
        lambda content: content.update(version="2"),
        lambda content: content.update(digest="00" * 32),
        lambda content: content.update(extra=1),
        lambda content: content.pop("digest"),
        lambda content: content.update(codes=[1]),
    ],
)
def test_a_list_that_is_not_the_one_of_its_digest_is_refused(change):
    content = json.loads(SOME.to_json())
    change(content)
    with pytest.raises(DecodingError):
        read_value_set(json.dumps(content))


# --- what others publish --------------------------------------------------------------


@pytest.mark.parametrize("name", ["vaccine-medicinal-product", "test-type"])
def test_the_lists_that_come_along_are_those_that_the_eu_publishes(name):
    published = read_value_set(shared("health", "valuesets", "eu-dcc", f"{name}.json").read_bytes())
    assert published in (EU_PRODUCTS, EU_TEST_TYPES)


def test_every_value_set_of_the_eu_is_read():
    folder = shared("health", "valuesets", "eu-dcc")
    counts = {}
    for path in folder.glob("*.json"):
        if path.stem != "vaccine-encoding-instructions":
            content = json.loads(path.read_text(encoding="utf-8"))
            found = read_value_set(path.read_bytes())
            assert (found.name, found.version) == (content["valueSetId"], content["valueSetDate"])
            counts[path.stem] = len(found) == len(content["valueSetValues"])
    assert len(counts) == 8
    assert all(counts.values())


def test_instructions_that_are_no_list_of_codes_are_refused():
    with pytest.raises(DecodingError, match="system"):
        read_value_set(shared("health", "valuesets", "eu-dcc", "vaccine-encoding-instructions.json").read_bytes())


def test_the_fhir_list_of_cvx_codes_is_read():
    found = read_value_set(shared("health", "valuesets", "cvx", "ValueSet-us-core-vaccines-cvx.json").read_bytes())
    assert "http://hl7.org/fhir/sid/cvx|03" in found.codes
    assert len(found) == 172


def test_the_lists_of_vaccines_differ():
    assert not set(COVID19_CVX.codes) & set(INFLUENZA_CVX.codes)


def test_a_fhir_value_set_that_lists_its_codes_is_read():
    assert read_value_set(json.dumps(FHIR)).codes == SOME.codes


def test_a_fhir_expansion_counts_before_what_it_was_expanded_from():
    inner = {"system": "http://hl7.org/fhir/sid/cvx", "code": "03"}
    heading = {"system": "http://hl7.org/fhir/sid/cvx", "code": "all", "abstract": True, "contains": [inner]}
    found = read_value_set(json.dumps({**FHIR, "expansion": {"total": 1, "contains": [heading]}}))
    assert found.codes == ("http://hl7.org/fhir/sid/cvx|03",)


@pytest.mark.parametrize(
    "change",
    [
        {"compose": {"include": [{"system": "http://loinc.org", "filter": [{"property": "p"}]}]}},
        {"compose": {"include": [{"system": "http://loinc.org"}]}},
        {"compose": {"include": [{"valueSet": ["https://health.example/ValueSet/other"]}]}},
        {"compose": {**FHIR["compose"], "exclude": [{"system": "http://loinc.org"}]}},
        {"compose": {"include": [{"system": "http://loinc.org", "concept": [{"display": "no code"}]}]}},
        {"compose": None},
        {"version": None},
        {"url": None},
        {"expansion": {"contains": [{"system": "http://loinc.org"}]}},
        {"expansion": {"contains": [1]}},
        {"expansion": {"contains": 1}},
        {"expansion": {"total": 9, "contains": [{"system": "http://loinc.org", "code": "1-8"}]}},
        {"expansion": {"total": 9.0, "contains": [{"system": "http://loinc.org", "code": "1-8"}]}},
        {"expansion": {"offset": 5, "contains": [{"system": "http://loinc.org", "code": "1-8"}]}},
    ],
    ids=repr,
)
def test_a_fhir_value_set_that_does_not_list_its_codes_is_refused(change):
    with pytest.raises(DecodingError):
        read_value_set(json.dumps({**FHIR, **change}))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"valueSetId": "a"}', b"\xff", '{"resourceType": "Patient"}'])
def test_what_is_no_value_set_is_refused(text):
    with pytest.raises(DecodingError):
        read_value_set(text)
