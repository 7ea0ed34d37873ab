"""Any bytes are a message, a value, or a DecodingError that repeats none of what came."""

import traceback

import cbor2
import pytest
from encoding.wire_values import BIG, HELD, MESSAGE, offer, same, text, values
from forgeries import damaged
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zkhealth.encoding.wire import decode, encode
from zkhealth.errors import DecodingError

anything = st.recursive(
    st.integers() | st.binary(max_size=300) | st.booleans() | st.none() | st.floats() | text,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.builds(cbor2.CBORTag, st.integers(0, 300), inner)
        | st.dictionaries(st.integers() | text | st.binary(max_size=3) | st.floats(), inner, max_size=4)
    ),
    max_leaves=8,
)


def changed(data):
    """One of: a byte replaced, some removed, some inserted."""
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 9), st.binary(max_size=9))
    return cut.map(lambda at: data[: at[0]] + at[2] + data[at[0] + at[1] :])


def decodes_or_refuses(data):
    try:
        value = decode(data, BIG)
    except DecodingError as e:
        assert e.__context__ is None
        return False
    assert encode(value) == data
    return True


@given(st.binary(max_size=60) | changed(MESSAGE) | anything.map(cbor2.dumps))
@example(MESSAGE)
def test_fuzz_any_bytes_are_a_value_or_refused(data):
    decodes_or_refuses(data)


@given(st.binary(min_size=1, max_size=60))
def test_fuzz_bytes_that_look_like_small_items(data):
    """Heads with small arguments: most random bytes are long strings that end too early."""
    decodes_or_refuses(bytes(byte & 0xE3 for byte in data))


@given(anything)
def test_fuzz_any_object_is_encoded_or_the_caller_s_error(value):
    try:
        data = encode(value)
    except (TypeError, ValueError) as e:
        assert not isinstance(e, UnicodeError)
    else:
        assert same(decode(data, BIG), value)


def test_damage_never_reads_as_the_same_message():
    for what, data in damaged(MESSAGE):
        if decodes_or_refuses(data):
            assert decode(data, BIG) != decode(MESSAGE, BIG), what


@given(values)
def test_no_two_encodings_of_one_value(value):
    other = cbor2.dumps(value)
    assume(other != encode(value))
    with pytest.raises(DecodingError):
        decode(other, BIG)


@pytest.mark.parametrize("data", [
    pytest.param(cbor2.dumps({HELD: 1.5}), id="a float beside it"),
    pytest.param(cbor2.dumps([HELD, HELD]) + b"\0", id="a byte more"),
    pytest.param(cbor2.dumps(HELD)[:-1], id="cut off"),
    pytest.param(b"\x78\x17" + HELD.encode() + b"\xff", id="not UTF-8"),
    pytest.param(b"\xa2" + cbor2.dumps(HELD) * 4, id="a key twice"),
    pytest.param(encode(["offer", 1, {1: HELD}]), id="the wrong type"),
    pytest.param(encode(["offer", 1, {HELD: 1}]), id="the name of a field"),
    pytest.param(encode([HELD, 1, {}]), id="the kind of a message"),
])  # fmt: skip
def test_no_error_repeats_what_came(data):
    with pytest.raises(DecodingError) as e:
        offer(data).int(1)
    assert HELD not in "".join(traceback.format_exception(e.value, chain=True)).replace(repr(data), "")
    assert e.value.__context__ is None
