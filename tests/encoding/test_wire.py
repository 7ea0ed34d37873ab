"""What is packed is read back by number and type, and nothing else is a message."""


import pytest
from encoding.wire_values import BIG, MESSAGE, offer

from zkhealth.encoding.wire import Fields, encode, pack, unpack
from zkhealth.errors import DecodingError


def test_fields_come_back_by_number_and_type():
    fields = offer()
    assert fields.bytes(1, 2) == b"\x01\x02"
    assert fields.text(2) == "text"
    assert fields.int(3) == -7
    assert fields.list(4, bytes) == [b"a", b"b"]
    assert fields.bool(5) is True
    inner = Fields(fields.map(6), "offer")
    assert (inner.int(7), 7 in inner) == (8, False)
    inner.done()
    fields.done()


def test_a_field_that_is_none_is_left_out():
    assert 1 in offer()
    assert 9 not in offer()
    assert pack("offer", 1, {1: None}) == pack("offer", 1, {}) == encode(["offer", 1, {}])


@pytest.mark.parametrize("taken", [set(), {1}, {1, 2, 3, 4, 5}])
def test_a_field_nobody_took_is_refused(taken):
    fields = Fields(dict.fromkeys([1, 2, 3, 4, 5, 6], 0), "offer")
    for n in taken:
        fields.int(n)
    with pytest.raises(DecodingError, match=rf"^offer: unknown field {min({1, 2, 3, 4, 5, 6} - taken)}$"):
        fields.done()


def test_a_field_can_be_taken_once():
    fields = offer()
    fields.text(2)
    with pytest.raises(DecodingError, match="field 2"):
        fields.text(2)


TAKE = {
    "bytes": lambda fields: fields.bytes(1),
    "str": lambda fields: fields.text(1),
    "int": lambda fields: fields.int(1),
    "bool": lambda fields: fields.bool(1),
    "list": lambda fields: fields.list(1, int),
    "dict": lambda fields: fields.map(1),
}


@pytest.mark.parametrize("expected", TAKE)
@pytest.mark.parametrize("value", [b"x", "x", 1, True, False, None, [1], {1: 1}], ids=repr)
def test_every_type_is_checked(expected, value):
    fields = unpack(encode(["offer", 1, {1: value}]), "offer", 1, BIG)
    if type(value).__name__ == expected:
        assert TAKE[expected](fields) == value
    else:
        with pytest.raises(DecodingError, match=rf"^offer: expected field 1 to be {expected}$"):
            TAKE[expected](fields)


@pytest.mark.parametrize("take", TAKE.values())
def test_a_missing_field_is_refused(take):
    with pytest.raises(DecodingError, match="field 1"):
        take(unpack(pack("offer", 1, {2: 0}), "offer", 1, BIG))


@pytest.mark.parametrize("length", [0, 1, 3])
def test_bytes_of_another_length_are_refused(length):
    with pytest.raises(DecodingError, match=f"expected field 1 to be {length} bytes, got 2"):
        offer().bytes(1, length)


@pytest.mark.parametrize("items", [[True], [1, None], ["x"], [[1]], [1, 2, b""]])
def test_every_item_of_a_list_is_checked(items):
    with pytest.raises(DecodingError, match=r"^offer: expected field 1 to be a list of int$"):
        Fields({1: items}, "offer").list(1, int)


@pytest.mark.parametrize("data", [
    pytest.param(pack("request", 1, {}), id="another message"),
    pytest.param(pack("offer", 2, {}), id="another version"),
    pytest.param(encode(["offer", True, {}]), id="version true"),
    pytest.param(encode([b"offer", 1, {}]), id="its name in bytes"),
    pytest.param(encode(["offer", 1]), id="no fields"),
    pytest.param(encode(["offer", 1, []]), id="a list of fields"),
    pytest.param(encode(["offer", 1, {}, 0]), id="more"),
    pytest.param(encode({0: "offer", 1: 1, 2: {}}), id="a map"),
    pytest.param(encode("offer"), id="a text"),
    pytest.param(encode(None), id="null"),
])  # fmt: skip
def test_another_message_is_refused(data):
    with pytest.raises(DecodingError, match=r"^expected a message offer of version 1$"):
        offer(data)


@pytest.mark.parametrize("fields", [{"1": 0}, {1: 0, "": 0}])
def test_fields_have_integer_numbers(fields):
    with pytest.raises(DecodingError, match="integer numbers"):
        offer(encode(["offer", 1, fields]))
    with pytest.raises(TypeError, match="integer numbers"):
        pack("offer", 1, fields)
    with pytest.raises(TypeError, match="integer numbers"):
        pack("offer", 1, {True: 0})


def test_kind_1_is_not_true():
    assert unpack(pack(1, 1, {}), 1, 1, BIG).done() is None
    with pytest.raises(DecodingError):
        unpack(encode([True, 1, {}]), 1, 1, BIG)


def test_the_size_of_a_message_is_checked():
    with pytest.raises(DecodingError, match=f"at most {len(MESSAGE) - 1} bytes"):
        unpack(MESSAGE, "offer", 1, len(MESSAGE) - 1)
