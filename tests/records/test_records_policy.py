"""Policies: what they ask, in words and as JSON, and what they say to the holder.

The fuzz test runs longer with HYPOTHESIS_PROFILE=night.
"""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from records.holders import AT, COVID, MMR, record
from records.policies import is_met, is_undecided, policies, policies_and_records

from zkhealth.errors import DecodingError
from zkhealth.health import FIRST_DATE, days, parse_code
from zkhealth.records import Policy

EVERY_DAY = days(AT) - days(FIRST_DATE)

POLICY = Policy(AT, 18, (COVID, MMR), (14, 270))
JSON = json.loads(POLICY.to_json())
URL = "http://hl7.org/fhir/sid/cvx"


# --- JSON --------------------------------------------------------------------------------


def test_the_canonical_json():
    assert POLICY.to_json() == (
        '{"at":"2026-11-23","days":[14,270],"min_age":18,'
        f'"vaccines":["{URL}|208","{URL}|03"],"version":1}}'
    )  # fmt: skip
    assert Policy(AT, 0).to_json() == '{"at":"2026-11-23","min_age":0,"version":1}'


@given(policies())
def test_json_and_back(policy):
    again = Policy.from_json(policy.to_json())
    assert again == policy
    assert again.to_json() == policy.to_json()
    assert again.digest() == policy.digest() == hashlib.sha256(policy.to_json().encode()).digest()


@pytest.mark.parametrize("other", [
    replace(POLICY, at=date(2026, 11, 24)),
    replace(POLICY, min_age=17),
    replace(POLICY, min_age=None),
    replace(POLICY, vaccines=(MMR, COVID)),
    replace(POLICY, vaccines=(COVID,)),
    replace(POLICY, vaccines=None),
    replace(POLICY, days=(14, 271)),
    replace(POLICY, days=(13, 270)),
    replace(POLICY, days=None),
])  # fmt: skip
def test_the_digest_depends_on_every_field(other):
    assert other.digest() != POLICY.digest()


def test_short_names_and_white_space_are_read():
    text = json.dumps(JSON | {"vaccines": ["cvx|208", "cvx|03"]}, indent=2)
    assert Policy.from_json(text) == POLICY


def without(name):
    return {key: value for key, value in JSON.items() if key != name}


@pytest.mark.parametrize(("content", "named"), [
    pytest.param(JSON | {"max_age": 60}, "'max_age'", id="unknown field"),
    pytest.param(JSON | {"Min_age": 60}, "'Min_age'", id="another spelling"),
    pytest.param(JSON | {"version": 2}, "version 1", id="another version"),
    pytest.param(JSON | {"version": "1"}, "version 1", id="version as text"),
    pytest.param(JSON | {"version": True}, "version 1", id="version as bool"),
    pytest.param(JSON | {"version": 1.0}, "version 1", id="version as float"),
    pytest.param(without("version"), "version 1", id="no version"),
    pytest.param(without("at"), "at", id="no day"),
    pytest.param(JSON | {"at": "20261123"}, "at", id="day in the basic form"),
    pytest.param(JSON | {"at": "2026-W48-1"}, "at", id="day by the week"),
    pytest.param(JSON | {"at": "2026-11-23T00:00:00"}, "isoformat", id="day with a time"),
    pytest.param(JSON | {"at": "2026-02-29"}, "day", id="day that is none"),
    pytest.param(JSON | {"at": 46347}, "at", id="day as a number"),
    pytest.param(JSON | {"at": "1799-12-31"}, "1800", id="day too early"),
    pytest.param(JSON | {"at": "2156-01-01"}, "2155", id="day too late"),
    pytest.param(JSON | {"min_age": True}, "bool", id="age as bool"),
    pytest.param(JSON | {"min_age": 18.0}, "float", id="age as float"),
    pytest.param(JSON | {"min_age": "18"}, "str", id="age as text"),
    pytest.param(JSON | {"min_age": None}, "null", id="age as null"),
    pytest.param(JSON | {"min_age": -1}, "0 to 226", id="age below zero"),
    pytest.param(JSON | {"min_age": 227}, "0 to 226", id="age before 1800"),
    pytest.param(JSON | {"min_age": 10**4000}, "0 to 226", id="age of 4001 digits"),
    pytest.param(JSON | {"vaccines": None}, "null", id="vaccines as null"),
    pytest.param(JSON | {"vaccines": []}, "1 to 1000", id="no vaccine"),
    pytest.param(JSON | {"vaccines": [f"cvx|{i}" for i in range(1001)]}, "1 to 1000", id="too many vaccines"),
    pytest.param(JSON | {"vaccines": "cvx|208"}, "array", id="vaccines as text"),
    pytest.param(JSON | {"vaccines": {"cvx|208": 1}}, "array", id="vaccines as object"),
    pytest.param(JSON | {"vaccines": [208]}, "array", id="vaccine as number"),
    pytest.param(JSON | {"vaccines": [None]}, "array", id="vaccine as null"),
    pytest.param(JSON | {"vaccines": ["208"]}, "system|code", id="vaccine without system"),
    pytest.param(JSON | {"vaccines": ["vcx|208"]}, "cvx", id="vaccine of an unknown system"),
    pytest.param(JSON | {"vaccines": ["cvx| 208"]}, "blanks", id="vaccine with blanks"),
    pytest.param(JSON | {"days": [14]}, "two integers", id="one day"),
    pytest.param(JSON | {"days": [14, 270, 300]}, "two integers", id="three days"),
    pytest.param(JSON | {"days": []}, "two integers", id="no days"),
    pytest.param(JSON | {"days": [False, True]}, "two integers", id="days as bools"),
    pytest.param(JSON | {"days": [14.0, 270.0]}, "two integers", id="days as floats"),
    pytest.param(JSON | {"days": ["14", "270"]}, "two integers", id="days as texts"),
    pytest.param(JSON | {"days": "14"}, "two integers", id="days as text"),
    pytest.param(JSON | {"days": {"14": 1, "270": 2}}, "two integers", id="days as object"),
    pytest.param(JSON | {"days": 14}, "two integers", id="days as number"),
    pytest.param(JSON | {"days": [270, 14]}, "LO <= HI", id="days the wrong way round"),
    pytest.param(JSON | {"days": [-1, 14]}, "0 <= LO", id="days in the future"),
    pytest.param(JSON | {"days": [0, EVERY_DAY + 1]}, "1800", id="days before 1800"),
    pytest.param({"version": 1, "at": "2026-11-23"}, "at least one", id="nothing asked"),
])  # fmt: skip
def test_what_is_not_a_policy_is_refused_and_named(content, named):
    with pytest.raises(DecodingError) as e:
        Policy.from_json(json.dumps(content))
    assert named in str(e.value)


@pytest.mark.parametrize(("text", "named"), [
    ('{"at":"2026-11-23","min_age":18,"min_age":0,"version":1}', "twice"),
    ('{"at":"2026-11-23","days":[1,2],"version":1,"days":[1,2]}', "twice"),
    ('{"at":"2026-11-23","min_age":NaN,"version":1}', "not finite"),
    ('{"at":"2026-11-23","min_age":1e999,"version":1}', "not finite"),
    ("[1]", "array"),
    ("", "empty"),
    ("[" * 100_000, "brackets"),
    ('{"at":', "brackets"),
    (f'{{"min_age": {"9" * 5000}}}', "not JSON"),
])  # fmt: skip
def test_what_is_not_one_json_object_is_refused(text, named):
    with pytest.raises(DecodingError, match=named):
        Policy.from_json(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["cvx|208", "2026-11-23"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(sorted(JSON)) | st.text(max_size=8)


@given(st.text() | st.dictionaries(names, json_values).map(lambda change: json.dumps(JSON | change)))
@example(json.dumps(JSON))
@example('{"version":1,"at":"\\ud800","min_age":1}')
def test_fuzz_a_policy_is_read_or_refused(text):
    try:
        policy = Policy.from_json(text)
    except DecodingError:
        return
    assert Policy.from_json(policy.to_json()) == policy


# --- what the programmer gives -----------------------------------------------------------


@pytest.mark.parametrize(("fields", "expected"), [
    ({"at": "2026-11-23", "min_age": 18}, "a date, got str"),
    ({"at": datetime(2026, 11, 23, 12), "min_age": 18}, "a date, got datetime"),
    ({"at": None, "min_age": 18}, "a date, got NoneType"),
    ({"at": AT, "min_age": True}, "whole years, got bool"),
    ({"at": AT, "min_age": 18.0}, "whole years, got float"),
    ({"at": AT, "vaccines": ("cvx|208",)}, "tuple of codes"),
    ({"at": AT, "vaccines": [COVID]}, "tuple of codes"),
    ({"at": AT, "vaccines": COVID}, "tuple of codes"),
    ({"at": AT, "days": (14,)}, "two integers"),
    ({"at": AT, "days": (14, 270, 300)}, "two integers"),
    ({"at": AT, "days": (14.5, 20.5)}, "two integers"),
    ({"at": AT, "days": (False, True)}, "two integers"),
    ({"at": AT, "days": 14}, "two integers"),
])  # fmt: skip
def test_wrong_types_are_refused_at_once(fields, expected):
    with pytest.raises(TypeError, match=expected):
        Policy(**fields)


@pytest.mark.parametrize("fields", [
    {},
    {"min_age": -1},
    {"min_age": 227},
    {"vaccines": ()},
    {"days": (3, 2)},
    {"days": (-1, 2)},
    {"days": (0, EVERY_DAY + 1)},
])  # fmt: skip
def test_what_no_record_could_show_is_refused(fields):
    with pytest.raises(ValueError, match=r"expected|asks"):
        Policy(AT, **fields)


def test_the_widest_policy_is_taken():
    assert Policy(AT, 226, (COVID,) * 1000, (0, EVERY_DAY)).window() == (days(FIRST_DATE), days(AT))


# --- in words ----------------------------------------------------------------------------


def test_the_facts_in_words():
    assert POLICY.explain() == [
        "at least 18 years old on 2026-11-23",
        "vaccine is one of a list of 2",
        "vaccine given 14 to 270 days before 2026-11-23",
    ]
    assert Policy(AT, days=(0, 0)).explain() == ["vaccine given 0 to 0 days before 2026-11-23"]


def test_51_a_code_that_is_listed_twice_does_not_make_the_list_longer():
    """The reader takes the length for the crowd that the vaccine hides in."""
    assert Policy(AT, vaccines=(COVID,) * 76).explain() == ["vaccine is one of a list of 1"]


@pytest.mark.parametrize(("holder", "unmet", "missing"), [
    pytest.param(record(), [], [], id="all met"),
    pytest.param(record(birth=None), [], ["the date of birth"], id="no birth"),
    pytest.param(record(birth="2008-11-23"), [], [], id="18 today"),
    pytest.param(record(birth="2008-11-24"), ["not yet 18 years old on 2026-11-23"], [], id="18 tomorrow"),
    pytest.param(
        record(birth="2008"), ["not yet 18 years old on 2026-11-23 (by the latest day that the record allows)"], [],
        id="18 this year"),
    pytest.param(record(vaccine=parse_code("cvx|115")), ["the vaccine is not one of the list"], [], id="other vaccine"),
    pytest.param(
        record(vaccine=parse_code("snomed|208")), ["the vaccine is not one of the list"], [], id="other system"),
    pytest.param(
        record(vaccine=None, given=None), [],
        ["a completed immunization with a code, given by 2026-11-23",
         "a completed immunization with a date, given by 2026-11-23"], id="no vaccination"),
    pytest.param(record(given="2026-11-09"), [], [], id="14 days"),
    pytest.param(
        record(given="2026-11-10"), ["the vaccine was given 13 days before 2026-11-23, not 14 to 270"], [],
        id="13 days"),
    pytest.param(record(given="2026-02-26"), [], [], id="270 days"),
    pytest.param(
        record(given="2026-02-25"), ["the vaccine was given 271 days before 2026-11-23, not 14 to 270"], [],
        id="271 days"),
    pytest.param(
        record(given="2026-11"), ["the vaccine was given -7 to 22 days before 2026-11-23, not 14 to 270"], [],
        id="this month"),
    pytest.param(
        record("2010-01-01", MMR, None), ["not yet 18 years old on 2026-11-23"],
        ["a completed immunization with a date, given by 2026-11-23"], id="both"),
])  # fmt: skip
def test_the_holder_is_told_why(holder, unmet, missing):
    assert POLICY.shortfalls(holder) == (unmet, missing)


@given(policies_and_records())
def test_shortfalls_agree_with_the_calendar(case):
    policy, holder = case
    unmet, missing = policy.shortfalls(holder)
    assert (unmet == missing == []) == is_met(policy, holder)
    assert bool(missing) == is_undecided(policy, holder)
    assert len(unmet) + len(missing) <= len(policy.explain())


def test_nothing_is_said_about_what_is_not_asked():
    empty = record(None, None, None)
    assert [len(Policy(AT, **asked).shortfalls(empty)[1]) for asked in (
        {"min_age": 0}, {"vaccines": (COVID,)}, {"days": (0, 9)},
    )] == [1, 1, 1]  # fmt: skip
