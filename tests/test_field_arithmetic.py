"""Scalars agree with galois and with Python's integers."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import Field, R, elements, pairs_of_vectors, vectors

from zkhealth.field import Fr


def oracle(a):
    return Field(a.ints())


def as_list(array):
    return [int(x) for x in array]


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
@given(pair=pairs_of_vectors())
def test_elementwise_arithmetic_matches_galois(operation, pair):
    a, b = pair
    assert operation(a, b).ints() == as_list(operation(oracle(a), oracle(b)))


@given(pairs_of_vectors())
def test_division_matches_galois_or_refuses_zero(pair):
    a, b = pair
    if 0 in b.ints():
        with pytest.raises(ValueError, match="zero has no inverse"):
            a / b
    else:
        assert (a / b).ints() == as_list(oracle(a) / oracle(b))


@given(st.lists(elements.filter(bool), min_size=1, max_size=6).map(Fr))
def test_inverses_match_galois(a):
    assert a.inverse().ints() == as_list(Field([1]) / oracle(a))
    assert a * a.inverse() == Fr([1] * len(a))


@given(vectors(min_size=1))
def test_negation_matches_galois(a):
    assert (-a).ints() == as_list(-oracle(a))


@given(vectors(min_size=1), st.integers(-20, 300) | st.sampled_from([R - 1, R, -R]))
def test_powers_by_a_public_integer_match_python(a, k):
    if k < 0 and 0 in a.ints():
        with pytest.raises(ValueError, match="zero has no inverse"):
            a**k
    else:
        assert (a**k).ints() == [pow(x, k, R) for x in a.ints()]


@given(pairs_of_vectors())
def test_the_inner_product_matches_galois(pair):
    a, b = pair
    assert (a @ b).is_scalar
    assert (a @ b).ints() == [int(oracle(a) @ oracle(b))]


@given(vectors(min_size=1))
def test_the_sum_matches_galois(a):
    assert a.sum().is_scalar
    assert int(a.sum()) == int(oracle(a).sum())


@given(elements, st.integers(0, 40))
def test_the_powers_of_a_scalar_match_python(x, n):
    assert Fr.powers(Fr(x), n).ints() == [pow(x, i, R) for i in range(n)]


@given(vectors(min_size=1, max_size=4), vectors(min_size=1, max_size=4))
def test_the_kronecker_product_is_every_product_in_row_order(a, b):
    assert a.kron(b).ints() == [x * y % R for x in a.ints() for y in b.ints()]


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
@given(x=elements, b=vectors())
def test_a_scalar_repeats_against_a_vector_on_either_side(operation, x, b):
    repeated = Fr([x] * len(b))
    assert operation(Fr(x), b) == operation(repeated, b)
    assert operation(b, Fr(x)) == operation(b, repeated)


@given(st.lists(st.integers(-(2**300), 2**300), max_size=6))
def test_integers_of_any_size_and_sign_are_reduced(values):
    assert Fr(values).ints() == [v % R for v in values]


@given(st.binary(min_size=48, max_size=48))
def test_wide_bytes_are_reduced_as_one_big_endian_integer(data):
    assert int(Fr.reduce(data)) == int.from_bytes(data, "big") % R


@pytest.mark.parametrize("value", [R - 1, R, R + 1, 2**255, 2**256, R * 2**128, 2**384 - 1], ids=hex)
def test_wide_bytes_on_the_edges_are_reduced(value):
    assert int(Fr.reduce(value.to_bytes(48, "big"))) == value % R
