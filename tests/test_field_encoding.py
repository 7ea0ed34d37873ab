"""Scalars are canonical: the bytes that decode, and the bytes that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EDGES, R, vectors

from zkhealth.errors import DecodingError
from zkhealth.field import Fr

A = Fr([1, 2, R - 1])


@pytest.mark.parametrize("value", EDGES, ids=hex)
def test_edge_values_survive_the_round_trip(value):
    data = value.to_bytes(32, "big")
    assert Fr(value).encode() == data
    assert Fr.decode(data) == Fr(value)
    assert int(Fr.decode(data)) == value


@given(vectors(min_size=2))
def test_vectors_survive_the_round_trip(a):
    assert Fr.decode(a.encode()) == Fr.decode(a.encode(), len(a)) == a


@pytest.mark.parametrize("value", [R, R + 1, 2 * R, 2**255, 2**256 - 1], ids=hex)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_s_plus_r_is_refused_in_every_position_and_never_reduced(value, position):
    rows = [bytes(32)] * 3
    rows[position] = value.to_bytes(32, "big")
    with pytest.raises(DecodingError):
        Fr.decode(b"".join(rows))


@given(st.integers(0, 2**256 - 1 - R))
def test_every_second_encoding_of_a_scalar_is_refused(s):
    mutant = int.from_bytes((s + R).to_bytes(32, "big"), "big") % R  # a decoder that reduces takes s + r for s
    assert mutant == s % R
    with pytest.raises(DecodingError):
        Fr.decode((s + R).to_bytes(32, "big"))


@pytest.mark.parametrize("size", [0, 1, 31, 33, 63, 65])
def test_bytes_that_are_not_whole_scalars_are_refused(size):
    with pytest.raises(DecodingError, match=f"got {size or 'none'}"):
        Fr.decode(bytes(size))


@pytest.mark.parametrize(("size", "n"), [(0, 1), (32, 0), (32, 2), (64, 1), (31, 1), (33, 1), (32, 2**70)])
def test_another_number_of_scalars_than_asked_for_is_refused(size, n):
    with pytest.raises(DecodingError, match=f"got {size}"):
        Fr.decode(bytes(size), n)


def test_no_scalars_decode_only_where_none_are_asked_for():
    assert Fr.decode(b"", 0) == Fr([])
    assert not Fr.decode(b"", 0).is_scalar


def test_one_scalar_decodes_to_a_scalar_and_more_to_a_vector():
    assert Fr.decode(bytes(32)).is_scalar
    assert Fr.decode(bytes(32), 1).is_scalar
    assert not Fr.decode(bytes(64)).is_scalar


@given(st.binary(max_size=130), st.none() | st.integers(0, 5))
def test_any_bytes_decode_canonically_or_with_a_decoding_error(data, n):
    try:
        a = Fr.decode(data, n)
    except DecodingError:
        return
    assert a.encode() == data


@pytest.mark.parametrize("n", [True, 1.0, "1", b"1"])
def test_the_number_of_scalars_is_an_int(n):
    with pytest.raises(TypeError):
        Fr.decode(bytes(32), n)


def test_a_negative_number_of_scalars_is_a_value_error():
    for make in (Fr.random, lambda n: Fr.decode(b"", n), lambda n: Fr.reduce(b"", n), lambda n: Fr.powers(Fr(1), n)):
        with pytest.raises(ValueError, match="got -1"):
            make(-1)


@pytest.mark.parametrize("data", ["0" * 32, 32, None, [0] * 32, Fr(1)], ids=lambda data: type(data).__name__)
def test_only_bytes_decode(data):
    with pytest.raises(TypeError):
        Fr.decode(data)


def test_bytearrays_and_views_decode_like_bytes():
    data = A.encode()
    assert Fr.decode(bytearray(data)) == Fr.decode(memoryview(data)) == Fr.decode(memoryview(data[::-1])[::-1]) == A


@pytest.mark.parametrize(("size", "n"), [(47, None), (49, None), (48, 2), (96, None), (0, None), (1, 0)])
def test_reduce_takes_48_bytes_for_each_scalar(size, n):
    with pytest.raises(ValueError, match=f"got {size}"):
        Fr.reduce(bytes(size), n)
