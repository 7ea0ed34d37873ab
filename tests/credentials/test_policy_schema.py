"""The JSON Schema of policies says what the reader reads."""

import copy
import json

import jsonschema
import pytest
from credentials.every_clause import EVERYTHING, VACCINES
from credentials.hospital import travel

from zkhealth import DecodingError, Policy
from zkhealth.credentials import policy_schema

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
        Policy.from_json(json.dumps(damaged), [VACCINES])


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
                Policy.from_json(json.dumps(damaged), [VACCINES])
        at[name] = value
