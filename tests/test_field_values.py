"""Scalars never change and never show; when they are equal, and how they are drawn."""

import secrets

import pytest
from hypothesis import given
from oracles import R, pairs_of_vectors

from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat

A = Fr([1, 2, R - 1])
SECRET = 0x123456789ABCDEF0123456789


# --- immutability ------------------------------------------------------------


@given(pairs_of_vectors(min_size=2))
def test_operations_never_change_their_operands(pair):
    a, b = pair
    before = a.encode(), b.encode()
    _ = a + b, a - b, a * b, a @ b, -a, a**3, a.sum(), a.kron(b), a[::-1], a[1:], concat(a, b), Fr.powers(a[0], 3)
    if 0 not in b.ints():
        _ = a / b, b**-1, b.inverse()
    a += b
    a *= b
    assert (pair[0].encode(), b.encode()) == before


def test_an_element_or_attribute_cannot_be_set():
    for change in (
        lambda: setattr(A, "is_scalar", True),
        lambda: setattr(A, "_handle", None),
        lambda: setattr(A, "n", 1),
    ):
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(TypeError):
        A[0] = Fr(1)


def test_an_attribute_cannot_be_deleted():
    a = Fr(1)
    with pytest.raises(AttributeError):
        del a._handle


def test_changing_the_source_afterwards_changes_nothing():
    values, data = [1, 2], bytearray(Fr([1, 2]).encode())
    a, b = Fr(values), Fr.decode(data)
    values[0] = 9
    data[:] = bytes(64)
    assert a == b == Fr([1, 2])


# --- secrets, equality, randomness -------------------------------------------


@pytest.mark.parametrize("a", [Fr(SECRET), Fr([SECRET, SECRET])], ids=["scalar", "vector"])
def test_values_never_show(a):
    for text in (repr(a), str(a), f"{a}", f"{[a]!r}"):
        assert str(SECRET) not in text and f"{SECRET:x}" not in text.lower()


def test_values_never_show_in_a_decoding_error():
    with pytest.raises(DecodingError) as refused:
        Fr.decode((R + SECRET).to_bytes(32, "big") + bytes(32))
    for value in (SECRET, R + SECRET):
        assert str(value) not in str(refused.value) and f"{value:x}" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_scalars_have_no_hash_and_no_truth_value():
    assert Fr.__hash__ is None
    for use in (hash, bool):
        with pytest.raises(TypeError):
            use(Fr(1))


@pytest.mark.parametrize("other", [A, Fr([1, 2, 3]), Fr(1), 1, None, [1, 2, R - 1], "x", 1.0], ids=repr)
def test_equality_is_one_bool(other):
    assert type(A == other) is bool
    assert type(other == A) is bool
    assert (A != other) is (not A == other)
    assert (A == other) is (other is A)


@given(pairs_of_vectors())
def test_vectors_are_equal_when_all_elements_are(pair):
    a, b = pair
    assert (a == b) is (a.ints() == b.ints())


def test_one_different_element_anywhere_makes_vectors_differ():
    a = Fr(range(9))
    assert not any(a == concat(a[:i], a[i] + Fr(1), a[i + 1 :]) for i in range(9))


def test_random_scalars_take_48_bytes_each_from_the_operating_system(monkeypatch):
    drawn = []
    monkeypatch.setattr(secrets, "token_bytes", lambda n: drawn.append(n) or b"\xff" * n)
    assert Fr.random() == Fr(2**384 - 1)
    assert Fr.random(3) == Fr([2**384 - 1] * 3)
    assert drawn == [48, 144]


def test_random_scalars_differ():
    assert len(set(Fr.random(50).ints())) == 50
    assert Fr.random() != Fr.random()
    assert Fr.random().is_scalar and not Fr.random(1).is_scalar
