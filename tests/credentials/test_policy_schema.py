"""The JSON Schema of policies says what the reader reads."""

import copy
import json

import jsonschema
import pytest
from credentials.hospital import people, policy_of, travel

from zkhealth import DecodingError, Policy, Pseudonym, days_ago, hours_ago, row_of
from zkhealth.credentials import policy_schema

p = people()
v, u, r = p.v, p.u, p.r
TABLE = row_of([r.kind], [("loinc|94500-6", 72), ("loinc|94558-4", 48)], name="limits")
EVERYTHING = policy_of(
    v.birth.at_least_years_ago(18),
    v.given.between(days_ago(270), "2026-11-01"),
    r.sampled >= hours_ago(72),
    TABLE,
    r.age + TABLE.column(1) >= 3,
    2 * r.smoker + r.age >= 7,
    r.hba1c.between("6.5", 90),
    v.vaccine.not_one_of(["cvx|1", "cvx|2"]),
    r.smoker.equals(True),
    v.country.equals(u.country),
    v.vaccine.differs(u.vaccine),
    r.first.is_present(),
    v.reveal("country"),
    u.held(),
    v.token("a dispense"),
    Pseudonym("a trial", is_global=True),
    (v.dose >= 1) & (v.series >= 1) | (u.dose >= 2),
)
VALIDATOR = jsonschema.Draft202012Validator(policy_schema())


def content(policy):
    return json.loads(policy.to_json())


def places(inner, path=()):
    """The path of every object."""
    if isinstance(inner, dict):
        yield path
    for key, value in inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ():
        yield from places(value, (*path, key))


def test_the_schema_is_one():
    VALIDATOR.check_schema(policy_schema())


@pytest.mark.parametrize("policy", [travel(), EVERYTHING], ids=lambda policy: policy.name)
def test_what_is_written_is_of_that_form(policy):
    assert VALIDATOR.is_valid(content(policy))


@pytest.mark.parametrize("path", list(places(content(EVERYTHING))), ids=str)
def test_a_name_that_is_not_known_is_refused_by_both(path):
    damaged = copy.deepcopy(content(EVERYTHING))
    at = damaged
    for key in path:
        at = at[key]
    at["unknown"] = 1
    assert not VALIDATOR.is_valid(damaged)
    with pytest.raises(DecodingError):
        Policy.from_json(json.dumps(damaged))


@pytest.mark.parametrize("path", [path for path in places(content(EVERYTHING)) if path], ids=str)
def test_what_the_schema_misses_the_reader_misses(path):
    damaged = copy.deepcopy(content(EVERYTHING))
    at = damaged
    for key in path:
        at = at[key]
    for name in list(at):
        value = at.pop(name)
        if not VALIDATOR.is_valid(damaged):
            with pytest.raises(DecodingError):
                Policy.from_json(json.dumps(damaged))
        at[name] = value
