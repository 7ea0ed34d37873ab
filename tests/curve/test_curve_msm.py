"""Multi-scalar multiplication is the sum of the multiples, also where addition formulas break.

The bases are known multiples of the generator, so one multiplication by the inner
product of the exponents says what must come out.
"""

import itertools

import pytest
from hypothesis import given
from oracles import EDGES, NATIVE, R, ecc_encode, ecc_multiple, pairs_of_vectors, sample

from zkhealth.curve import G1, G2, FixedBases, msm_vartime, scale_vartime, select_sum
from zkhealth.field import Fr, concat

GROUPS = pytest.mark.parametrize("group", [G1, G2])
G = G1.generator()
SIZES = [0, 1, 2, 3, 31, 32, 33, 1025] if NATIVE else [0, 1, 3, 6]

# Magnitudes at which a signed window of 5 or 6 bits turns over, in every window.
WINDOW_EDGES = [digit << width * i for width in (5, 6) for digit in (1, 15, 16, 17, 31, 32, 33) for i in range(51)]
HARD = [0, 1, 2, 16, 32, R - 1, R - 2, R - 16, (R - 1) // 2, (R + 1) // 2, 2**254]


def scalars_of(n, seed):
    """Some 255-bit scalars, edges among them."""
    mixed = [pow(seed + i, 97, R) for i in range(n)]
    mixed[::5] = [EDGES[i % len(EDGES)] for i in range(len(mixed[::5]))]
    return Fr(mixed)


@GROUPS
@pytest.mark.parametrize("n", SIZES)
def test_every_way_gives_the_sum_of_the_multiples(group, n):
    a, b = scalars_of(n, 3), scalars_of(n, 1000)
    bases = b * group.generator()
    expected = (a @ b) * group.generator()
    assert a @ bases == expected
    assert msm_vartime(a, bases) == expected
    assert (a * bases).sum() == expected
    assert scale_vartime(a, bases).sum() == expected


@given(pairs_of_vectors(min_size=0))
def test_every_way_agrees_for_any_scalars_and_bases(pair):
    a, b = pair
    bases = b * G
    assert a @ bases == (a * bases).sum() == (a @ b) * G


def test_a_sum_of_multiples_matches_py_ecc():
    a, b = Fr([R - 1, 2**254, 12345]), Fr([7, 11, 13])
    assert (a @ (b * G)).encode() == ecc_encode(ecc_multiple(G1, int(a @ b)))


@pytest.mark.parametrize("bits", [1, 7, 8, 9, 64, 128, 192, 247, 248, 249, 255])
@GROUPS
def test_short_scalars_are_summed_right_in_variable_time(group, bits):
    """Buckets of blst read scalars (bits + 7) // 8 bytes apart; given 32-byte ones they once came out wrong."""
    a = Fr([min(R - 1, (1 << bits) - 1 - i // 2) for i in range(5)])
    bases = Fr([3, 5, 7, 11, 13]) * group.generator()
    assert msm_vartime(a, bases) == a @ bases == (a @ Fr([3, 5, 7, 11, 13])) * group.generator()


@GROUPS
def test_scalars_on_window_edges_are_recoded_right(group):
    edges = Fr([k for k in WINDOW_EDGES if k < R])
    edges = edges[sample(range(len(edges)), on_reference=12)]
    expected = edges.sum() * group.generator()
    bases = Fr([1] * len(edges)) * group.generator()
    assert edges @ bases == msm_vartime(edges, bases) == expected
    assert -edges @ bases == -expected


def test_each_scalar_on_a_window_edge_is_recoded_right():
    table = FixedBases(G)
    for k in sample([k for k in WINDOW_EDGES if k < R], on_reference=5):
        expected = scale_vartime(Fr(k), G)
        assert Fr([k]) @ G1.stack(G) == Fr([k]) @ table == expected


PAIRS = list(itertools.product(itertools.product(HARD, HARD), [(1, 1), (1, R - 1), (1, 2), (2, 1), (16, 1), (1, 32)]))


@pytest.mark.parametrize("way", ["constant time", "variable time", "table"])
def test_addition_is_complete_where_bases_are_multiples_of_one_another(way):
    for scalars, exponents in sample(PAIRS, on_reference=8):
        a, b = Fr(scalars), Fr(exponents)
        bases = b * G
        total = {
            "constant time": lambda a, B: a @ B,
            "variable time": msm_vartime,
            "table": lambda a, B: a @ FixedBases(B),
        }[way](a, bases)
        assert total == (a @ b) * G, (scalars, exponents)


@GROUPS
@pytest.mark.parametrize("n", [2, 5, 33] if NATIVE else [2, 5])
@pytest.mark.parametrize("scalar", [1, 16, R - 1, 2**254], ids=hex)
def test_one_base_many_times_is_that_many_multiples(group, n, scalar):
    a, bases = concat(Fr([scalar] * (n - 1)), Fr(2**254)), Fr([1] * n) * group.generator()
    assert a @ bases == msm_vartime(a, bases) == a.sum() * group.generator()


@GROUPS
def test_a_base_and_its_negative_cancel(group):
    bases = Fr([1, -1] * 4) * group.generator()
    a = Fr([R - 5] * 8)
    assert a @ bases == msm_vartime(a, bases) == group.identity()


@GROUPS
def test_identities_and_zero_scalars_contribute_nothing(group):
    long = 2**254 + 1
    a = Fr([long, 0, 9, long, 0])
    bases = Fr([2, 5, 0, 3, 0]) * group.generator()
    assert a @ bases == msm_vartime(a, bases) == Fr(5 * long) * group.generator()


@GROUPS
@pytest.mark.parametrize("n", [1, 2, 4])
def test_only_zeros_or_only_identities_give_the_identity(group, n):
    zeros, points = Fr([0] * n), Fr(range(1, n + 1)) * group.generator()
    identities = zeros * group.generator()
    for total in (lambda a, B: a @ B, msm_vartime):
        for a, B in [(zeros, points), (Fr([R - 1] * n), identities), (zeros, identities)]:
            assert total(a, B) == group.identity()


@GROUPS
@pytest.mark.parametrize("n", [0, 1, 2, 5, 33] if NATIVE else [0, 1, 5])
def test_a_selection_is_the_sum_of_the_points_selected(group, n):
    exponents = Fr([pow(3, i, R) for i in range(n)])
    bases = exponents * group.generator()
    for bits in ([0] * n, [1] * n, [i % 2 for i in range(n)], [int(i == n - 1) for i in range(n)]):
        assert select_sum(Fr(bits), bases) == (Fr(bits) @ exponents) * group.generator()


def test_a_selection_is_complete_where_points_are_equal_opposite_or_the_identity():
    bases = Fr([1, 1, 0, -1, 2, -3, 2]) * G
    for bits in sample(itertools.product([0, 1], repeat=7), on_reference=4):
        assert select_sum(Fr(bits), bases) == Fr(bits) @ bases


@pytest.mark.parametrize("wrong", [2, 3, R - 1, 256, 257, 2**64, 2**254 + 1], ids=hex)
@pytest.mark.parametrize("place", [0, 2])
def test_a_selection_by_anything_but_bits_is_refused(wrong, place):
    bits = [0, 1, 1]
    bits[place] = wrong
    with pytest.raises(ValueError, match="zeros and ones") as refused:
        select_sum(Fr(bits), Fr([1, 2, 3]) * G)
    assert str(wrong) not in str(refused.value)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_selection_has_a_bit_for_each_point(n):
    with pytest.raises(ValueError, match="lengths differ"):
        select_sum(Fr([1] * n), Fr([1, 2]) * G)


@GROUPS
def test_short_scalars_among_zeros_and_identities_are_summed_right(group):
    a, exponents = Fr([5, 0, 2**128 - 1, 9, 255]), Fr([3, 4, 5, 0, 7])
    bases = exponents * group.generator()
    assert msm_vartime(a, bases) == a @ bases == (a @ exponents) * group.generator()
