"""CBOR: every value has the one encoding of the RFC and comes back, every other byte string is refused."""

import time
import tracemalloc

import cbor2
import pytest
from encoding.wire_values import BIG, same, values
from hypothesis import example, given
from hypothesis import strategies as st

from zkhealth.encoding import cbor
from zkhealth.encoding.cbor import MAX_DEPTH, MAX_ITEMS
from zkhealth.encoding.wire import decode, encode
from zkhealth.errors import DecodingError


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


def head(major, n):
    """The shortest head, by hand (RFC 8949, section 3)."""
    if n < 24:
        return bytes([major << 5 | n])
    size = next(size for size in (1, 2, 4, 8) if n < 256**size)
    return bytes([major << 5 | 23 + size.bit_length()]) + n.to_bytes(size, "big")


def by_hand(value):
    """The oracle: the RFC's encoding, from its text."""
    match value:
        case None | bool():
            return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(by_hand, value))
        case dict():
            return head(5, len(value)) + b"".join(sorted(by_hand(key) + by_hand(value[key]) for key in value))


@given(values)
@example({1000: 0, "a": 0, -1: 0, 100: 0, "": 0})
@example([0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1, -(2**64)])
@example("x" * 24)
def test_every_value_has_the_encoding_of_the_rfc_and_comes_back(value):
    assert encode(value) == by_hand(value)
    assert same(decode(encode(value), BIG), value)


def test_maps_are_sorted_by_the_bytes_of_their_keys():
    """RFC 8949, section 4.2.1, its own example; RFC 7049 and cbor2 sort shorter keys first."""
    assert encode({"aa": 0, "z": 0, -1: 0, 100: 0, 10: 0}).hex() == "a50a001864002000617a0062616100"


@given(values, st.integers(0, 3))
def test_a_tuple_is_a_list(value, n):
    assert encode((value,) * n) == encode([value] * n)


# --- what is refused ------------------------------------------------------------------------


REFUSED = [
    pytest.param("", id="nothing"),
    pytest.param("0000", id="two items"),
    pytest.param("1800", id="0 in two bytes"),
    pytest.param("1817", id="23 in two bytes"),
    pytest.param("1900ff", id="255 in three bytes"),
    pytest.param("1a0000ffff", id="65535 in five bytes"),
    pytest.param("1b00000000ffffffff", id="2^32 - 1 in nine bytes"),
    pytest.param("3800", id="-1 in two bytes"),
    pytest.param("5800", id="length 0 in two bytes"),
    pytest.param("7801" + "61", id="a text's length in two bytes"),
    pytest.param("980100", id="a list's length in two bytes"),
    pytest.param("b8010000", id="a map's length in two bytes"),
    pytest.param("5f4100ff", id="bytes of indefinite length"),
    pytest.param("7f6161ff", id="text of indefinite length"),
    pytest.param("9f00ff", id="a list of indefinite length"),
    pytest.param("bf0000ff", id="a map of indefinite length"),
    pytest.param("ff", id="break alone"),
    pytest.param("81ff", id="break in a list"),
    pytest.param("1c", id="reserved head"),
    pytest.param("c000", id="tag 0"),
    pytest.param("c24100", id="a big number"),
    pytest.param("c249010000000000000000", id="2^64"),
    pytest.param("c4821b7fffffffffffffff01", id="a decimal fraction of huge exponent"),
    pytest.param("d81c81d81d00", id="a list that holds itself"),
    pytest.param("d823" + "6161", id="a regular expression"),
    pytest.param("d9d9f700", id="self-described CBOR"),
    pytest.param("f90000", id="half a float"),
    pytest.param("fa00000000", id="a float"),
    pytest.param("fb3ff0000000000000", id="a double"),
    pytest.param("f97e00", id="NaN"),
    pytest.param("f7", id="undefined"),
    pytest.param("e0", id="simple value 0"),
    pytest.param("f3", id="simple value 19"),
    pytest.param("f820", id="simple value 32"),
    pytest.param("f814", id="false in two bytes"),
    pytest.param("a200000001", id="a key twice"),
    pytest.param("a201000000", id="keys out of order"),
    pytest.param("a22000186400", id="keys in the order of RFC 7049"),
    pytest.param("a1410000", id="a key of bytes"),
    pytest.param("a1f500", id="a key that is true"),
    pytest.param("a1f600", id="a key that is null"),
    pytest.param("a1800000", id="a key that is a list"),
    pytest.param("a1a00000", id="a key that is a map"),
    pytest.param("61ff", id="text that is not UTF-8"),
    pytest.param("63eda080", id="half a surrogate"),
    pytest.param("62c080", id="overlong UTF-8"),
    pytest.param("81", id="a list without its item"),
    pytest.param("a100", id="a map without its value"),
    pytest.param("4100" + "00", id="a byte more"),
    pytest.param("42" + "00", id="a byte missing"),
    pytest.param("18", id="a head cut off"),
    pytest.param("1b00000000", id="a long head cut off"),
]


@pytest.mark.parametrize("data", REFUSED)
def test_everything_else_is_refused(data):
    for within in ("{}", "81{}", "a100{}", "8200{}"):
        with pytest.raises(DecodingError):
            decode(bytes.fromhex(within.format(data)), BIG)


@pytest.mark.parametrize(("data", "reason"), [
    pytest.param("c000", "without tags", id="tag"),
    pytest.param("81d81d00", "without tags", id="a reference"),
    pytest.param("f90000", "without tags, floats", id="float"),
    pytest.param("fb3ff0000000000000", "without tags, floats", id="double"),
    pytest.param("f7", "without tags", id="undefined"),
    pytest.param("f814", "without tags", id="simple value"),
    pytest.param("9fff", "indefinite lengths", id="indefinite length"),
    pytest.param("1c", "indefinite lengths", id="reserved"),
    pytest.param("0000", "nothing after it", id="two items"),
    pytest.param("4200", "nothing after it", id="bytes cut off"),
    pytest.param("5bffffffffffffffff00", "nothing after it", id="huge length"),
    pytest.param("9bffffffffffffffff00", "too early", id="huge list"),
    pytest.param("", "too early", id="nothing"),
    pytest.param("81" * 17 + "00", "16 levels", id="deep"),
])  # fmt: skip
def test_the_parser_sees_plain_items_only(data, reason, monkeypatch):
    """It would make dates, fractions, patterns and cycles of them, and allocate what a length promises."""
    seen = []
    monkeypatch.setattr(cbor.cbor2, "loads", lambda *args, **_: seen.append(args))
    with pytest.raises(DecodingError, match=reason):
        decode(bytes.fromhex(data), BIG)
    assert not seen


@pytest.mark.parametrize("major", [2, 3, 4, 5], ids=["bytes", "text", "list", "map"])
@pytest.mark.parametrize("length", [
    "1a7fffffff", "1affffffff", "1b000000ffffffffff", "1b7fffffffffffffff", "1bffffffffffffffff",
])  # fmt: skip
def test_11_a_huge_length_costs_nothing(major, length):
    data = bytes.fromhex(length)
    data = bytes([data[0] | major << 5]) + data[1:] + bytes(1000)
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(DecodingError):
        decode(data, BIG)
    assert time.process_time() - start < 0.1
    assert tracemalloc.get_traced_memory()[1] < 200_000
    tracemalloc.stop()


def test_the_size_is_checked_before_anything_is_read():
    assert decode(encode(bytes(97)), 99) == bytes(97)
    with pytest.raises(DecodingError, match="at most 99 bytes, got 100"):
        decode(encode(bytes(98)), 99)
    with pytest.raises(DecodingError, match="at most 3 bytes, got 4"):
        decode(b"\xff\xff\xff\xff", 3)


@pytest.mark.parametrize("wrap", [nested, lambda depth: {0: nested(depth - 1)}], ids=["lists", "a map"])
def test_nesting_has_a_bound_on_both_sides(wrap):
    assert decode(encode(wrap(MAX_DEPTH)), BIG) == wrap(MAX_DEPTH)
    with pytest.raises(ValueError, match="levels"):
        encode(wrap(MAX_DEPTH + 1))
    with pytest.raises(DecodingError, match="levels"):
        decode(cbor2.dumps(wrap(MAX_DEPTH + 1)), BIG)


@pytest.mark.parametrize("start", [b"\x81", b"\xa1\x00", b"\xd8\x1c\x81", b"\x9f"])
def test_deep_nesting_does_not_exhaust_the_stack(start):
    with pytest.raises(DecodingError):
        decode(start * 300_000, BIG)


def test_the_number_of_items_has_a_bound_on_both_sides():
    assert len(decode(encode([0] * (MAX_ITEMS - 1)), BIG)) == MAX_ITEMS - 1
    with pytest.raises(ValueError, match="items"):
        encode([0] * MAX_ITEMS)
    with pytest.raises(DecodingError, match="items"):
        decode(cbor2.dumps([0] * MAX_ITEMS), BIG)


def test_too_many_items_are_not_even_counted():
    data = bytes.fromhex("9a00ffffff") + bytes(0xFFFFFF)
    start = time.process_time()
    with pytest.raises(DecodingError, match="items"):
        decode(data, 1 << 25)
    assert time.process_time() - start < 1


class Number(int):
    pass


@pytest.mark.parametrize("value", [
    pytest.param(object(), id="an object"),
    1.0, float("nan"), bytearray(b"a"), {1}, 1j, Number(1), range(3), [1.0], {1: 1.0}, {b"a": 1}, {True: 1},
    {None: 1}, {(1,): 1}, {1.0: 1}, cbor2.CBORTag(1, 1), cbor2.undefined,
], ids=repr)  # fmt: skip
def test_other_values_cannot_be_written(value):
    with pytest.raises(TypeError, match="expected"):
        encode(value)


@pytest.mark.parametrize(("value", "reason"), [
    (2**64, "64 bits"), (-(2**64) - 1, "64 bits"), ({2**64: 0}, "64 bits"), ([2**999], "64 bits"),
    ("\ud800", "surrogates"), (["\udfff"], "surrogates"), ({"\ud800": 0}, "surrogates"),
], ids=ascii)  # fmt: skip
def test_values_without_an_encoding_cannot_be_written(value, reason):
    with pytest.raises(ValueError, match=reason) as e:
        encode(value)
    assert not isinstance(e.value, UnicodeError)
    assert e.value.__context__ is None


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_are_taken(kind):
    assert decode(kind(encode([1])), BIG) == [1]


@pytest.mark.parametrize("data", [None, "00", 0, [0]])
def test_what_is_not_bytes_is_the_caller_s_error(data):
    with pytest.raises(TypeError, match="expected bytes"):
        decode(data, BIG)
