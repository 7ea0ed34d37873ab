"""What is wrong in a policy is named by its path: an unknown field at every object, nothing at every place."""

import copy
import json
import re

import pytest
from credentials.every_clause import EVERYTHING, VACCINES
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials import Policy
from zkhealth.credentials.policies.policy_json import MAX_BYTES
from zkhealth.errors import DecodingError

CONTENT = json.loads(EVERYTHING.to_json())


def places(content, path=""):
    """Every value inside, with its path and the keys that lead there."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        at = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key
        yield at, [key], value
        yield from ((deeper, [key, *keys], found) for deeper, keys, found in places(value, at))


PLACES = list(places(CONTENT))
OBJECTS = [("", [])] + [(path, keys) for path, keys, value in PLACES if isinstance(value, dict)]


def changed(keys, change):
    """The policy's JSON with something done to the value that the keys lead to."""
    content = copy.deepcopy(CONTENT)
    inner = content
    for key in keys:
        inner = inner[key]
    change(inner)
    return json.dumps(content)


def refusal(text):
    with pytest.raises(DecodingError) as caught:
        Policy.from_json(text, [VACCINES])
    return str(caught.value)


def test_the_policy_has_objects_of_every_kind():
    kinds = {re.sub(r"\[\d+\]", "[]", path) for path, _ in OBJECTS}
    assert Policy.from_json(json.dumps(CONTENT), [VACCINES]) == EVERYTHING
    assert len(OBJECTS) > 60
    inner = {"range", "listed", "listed.from", "unlisted", "token", "pseudonym"}
    inner |= {"range.at_least", "range.at_most", "range.of[][]"}
    assert {f"clauses[].{kind}" for kind in inner} <= kinds
    assert {"", "credentials[]", "credentials[].schema", "credentials[].schema.fields[]", "issuers[]"} <= kinds
    assert any(kind.startswith("clauses[].any[].all[].any[].range") for kind in kinds)
    assert {next(iter(c)) for c in CONTENT["clauses"]} == {
        *("range", "listed", "unlisted", "same", "different", "present", "absent", "reveal", "held", "token"),
        *("pseudonym", "any"),
    }


@pytest.mark.parametrize(("path", "keys"), OBJECTS, ids=[path or "the policy" for path, _ in OBJECTS])
def test_an_unknown_field_is_refused_by_its_path(path, keys):
    expected = f"{path}.more: unknown field" if path else "more: unknown field"
    assert refusal(changed(keys, lambda inner: inner.update(more=1))) == expected


def test_nothing_is_refused_wherever_it_stands():
    """A null in the place of each value: the message begins with the path of the value, or of the clause it is in."""
    for path, keys, _ in PLACES:
        *outer, last = keys
        message = refusal(changed(outer, lambda inner, last=last: inner.__setitem__(last, None)))
        named = message.partition(": ")[0]
        assert path.startswith(named) or named.startswith(path), (path, message)
        assert named.partition(".")[0] == path.partition(".")[0], (path, message)


OTHERS = [[], {}, "", 0, True, -1, 1.5, ["x"], {"x": 1}, "x" * 2000, 2**70, "\ud800"]


@pytest.mark.parametrize("value", OTHERS, ids=ascii)
def test_another_value_is_refused_or_means_itself(value):
    for _, keys, old in PLACES:
        *outer, last = keys
        text = changed(outer, lambda inner, last=last: inner.__setitem__(last, value))
        try:
            found = Policy.from_json(text, [VACCINES])
        except DecodingError:
            continue
        assert (found == EVERYTHING) == (type(value) is type(old) and value == old)
        assert Policy.from_json(found.to_json(), [VACCINES]) == found


def test_a_missing_field_is_refused_unless_it_may_be():
    for path, keys, _ in PLACES:
        *outer, last = keys
        if isinstance(last, str) and last != "note" and (len(keys) < 4 or outer[0] != "clauses"):
            message = refusal(changed(outer, lambda inner, last=last: inner.pop(last)))
            assert message, path


def test_one_policy_is_written_in_one_way():
    """Credentials in the order of first mention and none besides, terms of a sum in order and each once."""

    def swapped(inner):
        inner[0], inner[1] = inner[1], inner[0]

    spare = copy.deepcopy(CONTENT["credentials"][0]) | {"name": "spare"}
    assert "order of first mention" in refusal(changed(["credentials"], swapped))
    assert "order of first mention" in refusal(changed(["credentials"], lambda inner: inner.append(spare)))
    at = next(i for i, clause in enumerate(CONTENT["clauses"]) if len(clause.get("range", {}).get("of", ())) == 2)
    terms = ["clauses", at, "range", "of"]
    for change in (swapped, lambda inner: inner.append(inner[0]), lambda inner: inner.append([0, "r.first"])):
        assert refusal(changed(terms, change)).startswith(f"clauses[{at}].range.of: expected each term once")


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_a_decoding_error(text):
    with pytest.raises(DecodingError):
        Policy.from_json(text, [VACCINES])


simple = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(simple, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3))


@given(st.sampled_from(PLACES), anything)
def test_fuzz_any_value_anywhere_is_a_policy_or_a_decoding_error(place, value):
    *outer, last = place[1]
    text = changed(outer, lambda inner: inner.__setitem__(last, value))
    try:
        found = Policy.from_json(text, [VACCINES])
    except DecodingError:
        return
    assert Policy.from_json(found.to_json(), [VACCINES]) == found


def test_a_policy_has_a_largest_size():
    blank = " " * (MAX_BYTES - len(EVERYTHING.to_json()))
    assert Policy.from_json(EVERYTHING.to_json() + blank, [VACCINES]) == EVERYTHING
    assert "at most" in refusal(EVERYTHING.to_json() + blank + " ")


@pytest.mark.parametrize("name", [name for name in CONTENT if name != "note"])
def test_a_missing_field_is_refused_by_its_name(name):
    content = dict(CONTENT)
    del content[name]
    with pytest.raises(DecodingError, match=name):
        Policy.from_json(json.dumps(content), [VACCINES])
