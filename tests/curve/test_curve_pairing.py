"""The pairing is bilinear and not degenerate, and a product of pairings is asked for pair by pair."""

import pytest
from hypothesis import given, settings
from oracles import NATIVE, R, elements

from zkhealth.curve import G1, G2, pairing_product_is_one
from zkhealth.field import Fr

P, Q = G1.generator(), G2.generator()


@settings(max_examples=50 if NATIVE else 2)
@given(elements, elements)
def test_the_pairing_is_bilinear(a, b):
    aP, bQ = Fr(a) * P, Fr(b) * Q
    assert pairing_product_is_one([(aP, bQ), (-Fr(a) * Fr(b) * P, Q)])
    assert pairing_product_is_one([(aP, bQ), (P, -Fr(a) * Fr(b) * Q)])


@settings(max_examples=50 if NATIVE else 2)
@given(elements.filter(bool))
def test_the_pairing_is_not_degenerate(a):
    assert not pairing_product_is_one([(Fr(a) * P, Q)])


@pytest.mark.parametrize("off_by", [1, R - 1, 2])
def test_another_exponent_is_another_product(off_by):
    assert not pairing_product_is_one([(Fr(6) * P, Q), (Fr(-2) * P, Fr(3 + off_by) * Q)])


def test_identities_contribute_nothing_wherever_they_stand():
    O1, O2 = G1.identity(), G2.identity()
    assert pairing_product_is_one([])
    assert pairing_product_is_one([(O1, Q)])
    assert pairing_product_is_one([(P, O2)])
    assert pairing_product_is_one([(O1, O2), (P, Q), (O1, Q), (P, -Q), (P, O2)])
    assert not pairing_product_is_one([(O1, Q), (P, Q)])


def test_pairs_come_from_any_iterable():
    assert pairing_product_is_one(pair for pair in [(P, Q), (-P, Q)])


@pytest.mark.parametrize(
    "pairs",
    [[(Q, P)], [(P, P)], [(P, Fr(1))], [(P, None)], [P], [(1, 2)]],
    ids=["swapped", "G1", "Fr", "None", "P", "ints"],
)
def test_only_pairs_of_points_are_taken(pairs):
    with pytest.raises(TypeError):
        pairing_product_is_one(pairs)


@pytest.mark.parametrize("pair", [(G1.stack(P, P), Q), (G1.stack(), Q), (P, G2.stack(Q, Q)), (G1.stack(), G2.stack())])
def test_vectors_are_not_points(pair):
    with pytest.raises(ValueError, match="single points"):
        pairing_product_is_one([pair])


@pytest.mark.parametrize(
    "pairs",
    [
        [(G1.stack(P, P), G2.stack(Q, -Q)), (G1.stack(), G2.stack())],
        [(G1.stack(P, P), Q), (G1.stack(), -Q)],
        [(G1.stack(P), G2.stack(Q)), (-P, Q)],
    ],
)
def test_vectors_are_not_points_also_where_the_total_is_right(pairs):
    with pytest.raises(ValueError, match="single points"):
        pairing_product_is_one(pairs)
