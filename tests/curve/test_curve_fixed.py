"""Tables of fixed bases give what `@` gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import R, elements

from zkhealth.curve import G1, G2, FixedBases
from zkhealth.field import Fr

G = G1.generator()
BASES = FixedBases(Fr([1, 5, R - 1]) * G)


@given(st.lists(elements, min_size=3, max_size=3).map(Fr))
def test_a_sum_from_tables_is_the_multi_scalar_multiplication(a):
    assert a @ BASES == a @ BASES.points


@given(st.lists(st.tuples(elements, elements, elements), max_size=4))
def test_rows_from_tables_are_one_sum_each(rows):
    points = BASES.rows(*(Fr([row[j] for row in rows]) for j in range(3)))
    assert points == G1.stack(*(Fr(list(row)) @ BASES.points for row in rows))


@pytest.mark.parametrize("n", [1, 2, 7, 33])
def test_any_number_of_bases_has_tables(n):
    exponents = Fr([pow(3, i, R) for i in range(n)])
    bases, a = FixedBases(exponents * G), Fr([R - 1 - i for i in range(n)])
    assert len(bases) == n
    assert a @ bases == (a @ exponents) * G


def test_a_single_point_is_a_base_too():
    assert Fr([7]) @ FixedBases(G) == Fr(7) * G


def test_equal_opposite_and_neutral_bases_are_summed_right():
    bases = FixedBases(G1.stack(G, G, -G, G1.identity()))
    sums = [([1, 1, 2, 9], 0), ([R - 1, 1, 0, 1], 0), ([2, 2, 0, 0], 4), ([0, 0, 0, R - 1], 0), ([1, 0, 1, 5], 0)]
    for a, total in sums:
        assert Fr(a) @ bases == Fr(total) * G


@pytest.mark.parametrize("scalars", [Fr([]), Fr([1]), Fr([1, 2]), Fr([1, 2, 3, 4])], ids=len)
def test_there_is_one_scalar_for_each_base(scalars):
    with pytest.raises(ValueError, match="expected 3"):
        scalars @ BASES


@pytest.mark.parametrize("columns", [(), (Fr([1]),), (Fr([1]), Fr([1]), Fr([1, 2])), (Fr(1), Fr(1), Fr(1))], ids=repr)
def test_there_is_one_column_of_one_length_for_each_base(columns):
    with pytest.raises(ValueError, match="expected"):
        BASES.rows(*columns)


@pytest.mark.parametrize("stranger", [3, [1, 2, 3], None, np.array([1, 2, 3]), G, Fr(1)], ids=repr)
def test_only_vectors_of_scalars_are_summed(stranger):
    with pytest.raises(TypeError):
        stranger @ BASES


def test_tables_are_of_g1():
    with pytest.raises(TypeError):
        FixedBases(G2.generator())


def test_the_sum_over_no_bases_is_the_identity_or_refused():
    try:
        assert Fr([]) @ FixedBases(G1.stack()) == G1.identity()
    except ValueError:
        pass


@pytest.mark.parametrize("use", [lambda: FixedBases(3), lambda: BASES.rows(1, 2, 3)], ids=["bases", "columns"])
def test_bases_are_points_and_columns_are_scalars(use):
    with pytest.raises(TypeError):
        use()


def test_the_bases_cannot_be_exchanged_under_their_table():
    bases = FixedBases(G)
    with pytest.raises(AttributeError):
        bases.points = Fr([2]) * G
