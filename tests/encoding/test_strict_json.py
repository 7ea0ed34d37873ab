"""JSON that two readers could read in two ways is refused; what is hashed is written in one way."""

import json
import time
import traceback

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zkhealth.encoding.strict_json import MAX_BYTES, MAX_DEPTH, canonical_json, is_deeper_than, read_json_object
from zkhealth.errors import DecodingError

HELD = "a secret of the holder"
BRACKETS = f"not JSON: brackets that do not match, or more than {MAX_DEPTH} levels of them"

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(text, plain, max_size=4)


@given(objects)
@example({"a": "\\ \" \n \x7f \u2028 é 𝒳"})
def test_canonical_json_is_read_back_by_everybody(value):
    written = canonical_json(value)
    assert read_json_object(written.encode()) == read_json_object(written) == json.loads(written) == value


@given(objects)
def test_the_order_in_which_names_were_put_in_does_not_show(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_canonical_json_is_sorted_short_and_readable():
    value = {"b": [1, -2, True, None], "é": {}, "B": "ü\n/", "a": ()}
    assert canonical_json(value) == '{"B":"ü\\n/","a":[],"b":[1,-2,true,null],"é":{}}'


class Named(str):
    __slots__ = ()


@pytest.mark.parametrize("value", [
    pytest.param(object(), id="an object"),
    1.0, float("nan"), float("inf"), {1: 2}, {None: 2}, {True: 2}, {"a": {"b": [0.5]}}, b"a", {1}, Named("a"),
    {Named("a"): 1},
], ids=repr)  # fmt: skip
def test_what_has_no_one_form_cannot_be_written(value):
    with pytest.raises(TypeError, match="expected"):
        canonical_json(value)


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, [["\ud800a"]]], ids=ascii)
def test_half_surrogates_cannot_be_written(value):
    with pytest.raises(ValueError, match="half surrogates") as e:
        canonical_json(value)
    assert e.value.__context__ is None


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return {"a": value}


def test_nesting_has_a_bound_on_both_sides():
    deepest = nested(MAX_DEPTH - 1)
    assert read_json_object(canonical_json(deepest)) == deepest
    with pytest.raises(ValueError, match="levels"):
        canonical_json(nested(MAX_DEPTH))
    with pytest.raises(DecodingError, match="levels"):
        read_json_object(json.dumps(nested(MAX_DEPTH)))


@pytest.mark.parametrize(("data", "message"), [
    pytest.param(b"", "not JSON", id="nothing"),
    pytest.param(b"[]", "expected a JSON object, got a JSON array", id="array"),
    pytest.param(b'"a"', "expected a JSON object, got a JSON string", id="string"),
    pytest.param(b"1", "expected a JSON object, got a JSON number", id="number"),
    pytest.param(b"1.5", "expected a JSON object, got a JSON number", id="float"),
    pytest.param(b"true", "expected a JSON object, got a JSON boolean", id="boolean"),
    pytest.param(b"null", "expected a JSON object, got a JSON null", id="null"),
    pytest.param(b'{"a": 1, "a": 1}', "a JSON object has the same name twice", id="a name twice"),
    pytest.param(b'{"a": 1, "\\u0061": 1}', "a JSON object has the same name twice", id="a name twice, escaped"),
    pytest.param(b'{"a": [{"b": 1, "b": 2}]}', "a JSON object has the same name twice", id="a name twice inside"),
    pytest.param(b'{"a": NaN}', "the JSON has a number that is not finite", id="NaN"),
    pytest.param(b'{"a": -Infinity}', "the JSON has a number that is not finite", id="infinity"),
    pytest.param(b'{"a": 1e999}', "the JSON has a number that is not finite", id="overflow"),
    pytest.param(b'{"a": ' + b"1" * 5000 + b"}", "not JSON", id="a number of 5,000 digits"),
    pytest.param(b'{"a": "\\ud800"}', "the JSON has text that is not Unicode", id="half a surrogate"),
    pytest.param(b'{"\\udc00": 1}', "the JSON has text that is not Unicode", id="half a surrogate as a name"),
    pytest.param(b'{"a": "\xff"}', "not JSON: not UTF-8 text", id="not UTF-8"),
    pytest.param(b'{"a": "\xed\xa0\x80"}', "not JSON: not UTF-8 text", id="a surrogate in UTF-8"),
    pytest.param('{"a": 1}'.encode("utf-16"), "not JSON: not UTF-8 text", id="UTF-16"),
    pytest.param(b"\xef\xbb\xbf{}", "not JSON", id="byte order mark"),
    pytest.param(b"{} {}", "not JSON", id="two objects"),
    pytest.param(b"{'a': 1}", "not JSON", id="single quotes"),
    pytest.param(b'{"a": 1,}', "not JSON", id="comma too many"),
    pytest.param(b'{"a": 01}', "not JSON", id="leading zero"),
    pytest.param(b'{"a": "\n"}', "not JSON", id="a line break in a string"),
    pytest.param(b'{"a": 1} // why', "not JSON", id="comment"),
    pytest.param(b'{"a": 1', BRACKETS, id="cut off"),
    pytest.param(b"[" * 500_000, BRACKETS, id="deep"),
    pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, BRACKETS, id="deep objects"),
    pytest.param(b'{"a":' + b'"\\' * 200_000, BRACKETS, id="strings that could begin anywhere and never end"),
    pytest.param(b'{"a": "' + b"\\" * 500_001, BRACKETS, id="backslashes"),
    pytest.param(b" " * (MAX_BYTES + 1), f"expected at most {MAX_BYTES} bytes, got {MAX_BYTES + 1}", id="large"),
])  # fmt: skip
def test_everything_else_is_refused_and_named(data, message):
    start = time.process_time()
    with pytest.raises(DecodingError) as e:
        read_json_object(data)
    assert str(e.value) == message
    assert time.process_time() - start < 1


@given(st.text('[]{}"\\a', max_size=12), st.integers(0, 4))
@example("[]][", 2)
@example('["]', 2)
def test_the_depth_is_that_of_brackets_outside_of_strings(written, depth):
    level, levels, is_string, is_escaped = 0, [0], False, False
    for c in written:
        if is_string:
            is_string, is_escaped = is_escaped or c != '"', c == "\\" and not is_escaped
        else:
            level += (c in "[{") - (c in "]}")
            levels.append(level)
            is_string = c == '"'
    expected = min(levels) < 0 or max(levels) > depth or levels[-1] != 0
    assert is_deeper_than(depth, written) is expected


def test_the_size_that_is_allowed_is_the_caller_s():
    assert read_json_object(b'{"a":1}', max_bytes=7) == {"a": 1}
    with pytest.raises(DecodingError, match="at most 6 bytes, got 7"):
        read_json_object(b'{"a":1}', max_bytes=6)


@pytest.mark.parametrize("data", [None, {}, 1, ["{}"], bytearray(b"{}")])
def test_what_is_no_text_is_the_caller_s_error(data):
    with pytest.raises(TypeError, match="expected bytes or text"):
        read_json_object(data)


def changed(data):
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 9), st.binary(max_size=9))
    return cut.map(lambda at: data[: at[0]] + at[2] + data[at[0] + at[1] :])


@given(st.binary(max_size=60) | changed(b'{"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {"c": {}}}'))
@example(b'{"a": 1.5}')
def test_fuzz_any_bytes_are_an_object_or_refused(data):
    try:
        value = read_json_object(data)
    except DecodingError as e:
        assert e.__context__ is None
        return
    assert json.loads(data) == value
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize("data", [
    f'{{"{HELD}": 1, "{HELD}": 1}}', f'{{"{HELD}": 1 x}}', f'["{HELD}"]', f'{{"{HELD}": "{HELD}\\ud800"}}',
    f'{{"{HELD}": 1e999}}', (f'{{"{HELD}": "').encode() + b"\xff",
])  # fmt: skip
def test_no_error_repeats_what_came(data):
    with pytest.raises(DecodingError) as e:
        read_json_object(data)
    assert HELD not in "".join(traceback.format_exception_only(e.value))
    assert e.value.__context__ is None
