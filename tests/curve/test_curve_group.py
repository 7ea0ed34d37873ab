"""Points form the groups that py_ecc knows, with scalars of Fr acting on them; and nothing mixes."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EDGES, R, ecc_encode, ecc_multiple, elements, sample, slices
from py_ecc import optimized_bls12_381 as ecc

from zkhealth.curve import G1, G2, msm_vartime, scale_vartime
from zkhealth.field import Fr

GROUPS = pytest.mark.parametrize("group", [G1, G2])
P, Q = G1.generator(), G2.generator()


@GROUPS
@pytest.mark.parametrize("k", EDGES, ids=hex)
def test_multiples_match_py_ecc(group, k):
    expected = ecc_encode(ecc_multiple(group, k))
    assert (Fr(k) * group.generator()).encode() == scale_vartime(Fr(k), group.generator()).encode() == expected


@GROUPS
@pytest.mark.parametrize(("x", "y"), [(5, 7), (5, 5), (5, R - 5), (5, 0), (0, 5), (0, 0)])
def test_sums_and_differences_match_py_ecc_also_where_formulas_break(group, x, y):
    X, Y = (Fr(k) * group.generator() for k in (x, y))
    ours, theirs = (ecc_multiple(group, k) for k in (x, y))
    assert (X + Y).encode() == ecc_encode(ecc.add(ours, theirs))
    assert (X - Y).encode() == ecc_encode(ecc.add(ours, ecc.neg(theirs)))
    assert G1.stack(*[P] * 2).sum() == Fr(2) * P


@GROUPS
@given(x=elements, y=elements, z=elements)
def test_scaling_is_linear(group, x, y, z):
    G = group.generator()
    X, Y = Fr(x) * G, Fr(y) * G
    assert X + Y == Y + X == (Fr(x) + Fr(y)) * G
    assert X - Y == (Fr(x) - Fr(y)) * G
    assert Fr(z) * (X + Y) == Fr(z) * X + Fr(z) * Y
    assert -X == Fr(-x) * G


@GROUPS
def test_the_identity_is_neutral(group):
    zero, G = group.identity(), group.generator()
    assert zero + G == G + zero == G - zero == G
    assert G - G == Fr(0) * G == Fr(7) * zero == -zero == zero + zero == zero
    assert zero.has_identity() and not G.has_identity()
    assert zero.encode() == bytes([0xC0]).ljust(group.BYTES, b"\0")


@GROUPS
def test_the_group_has_order_r(group):
    assert Fr(R - 1) * group.generator() + group.generator() == group.identity()


@GROUPS
@given(st.data(), st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_slices_pick_what_slices_of_lists_pick(group, data, ks):
    chosen = data.draw(slices(len(ks)))
    multiples = Fr(range(10)) * group.generator()
    assert multiples[ks][chosen] == multiples[ks[chosen]]
    assert multiples[ks].sum() == Fr(sum(ks)) * group.generator()


@GROUPS
def test_points_repeat_against_vectors_and_iterate(group):
    G, two = group.generator(), Fr([1, 2]) * group.generator()
    assert G + two == two + G == Fr([2, 3]) * G
    assert Fr([3, 4]) * two == Fr([3, 8]) * G
    assert Fr(3) * two == Fr([3, 6]) * G
    assert [point == G for point in two] == [True, False]
    assert group.stack(two, G, group.stack()) == Fr([1, 2, 1]) * G


@GROUPS
def test_no_points_are_a_vector_too(group):
    none = group.stack()
    assert none + none == group.generator() + none == Fr([]) * group.generator() == Fr(3) * none == -none == none
    assert none.sum() == Fr([]) @ none == group.identity()
    assert none.encode() == b"" and not none.has_identity() and len(none) == 0


@GROUPS
def test_an_identity_is_found_among_points(group):
    places = sample(range(5), on_reference=2)
    for place in places:
        scalars = [1] * 5
        scalars[place] = 0
        assert (Fr(scalars) * group.generator()).has_identity()
    assert not (Fr([1] * 5) * group.generator()).has_identity()


VECTOR = Fr([1, 2]) * P


@pytest.mark.parametrize(
    ("left", "right"), [(P, Q), (Q, P), (P, 1), (0, P), (P, Fr(1)), (Fr(1), P), (P, None), (VECTOR, [1, 2])], ids=repr
)
@pytest.mark.parametrize("operation", [operator.add, operator.sub])
def test_only_points_of_one_group_add(operation, left, right):
    with pytest.raises(TypeError):
        operation(left, right)


@pytest.mark.parametrize("operation", [operator.mul, operator.matmul])
@pytest.mark.parametrize(
    ("left", "right"), [(3, P), (3.0, P), (True, P), (P, Fr(3)), (P, 3), (P, P), ([1, 2], VECTOR), ("x", P)], ids=repr
)
def test_only_scalars_scale_and_from_the_left(operation, left, right):
    with pytest.raises(TypeError):
        operation(left, right)


def test_python_s_sum_has_no_zero_to_start_from():
    with pytest.raises(TypeError):
        sum([P, P])


@pytest.mark.parametrize("operate", [msm_vartime, scale_vartime])
@pytest.mark.parametrize(("left", "right"), [(3, P), (P, Fr(3)), ([1, 2], VECTOR), (Fr([1, 2]), [P, P])], ids=repr)
def test_the_variable_time_names_take_scalars_and_points(operate, left, right):
    with pytest.raises(TypeError):
        operate(left, right)


@pytest.mark.parametrize("operation", [operator.mul, operator.matmul, scale_vartime, msm_vartime])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_lengths_must_meet(operation, n):
    with pytest.raises(ValueError, match="lengths differ"):
        operation(Fr([1] * n), VECTOR)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_vectors_of_points_of_different_lengths_do_not_add(n):
    with pytest.raises(ValueError, match="lengths differ"):
        VECTOR + Fr([1] * n) * P


@pytest.mark.parametrize("operation", [operator.matmul, msm_vartime])
@pytest.mark.parametrize(("a", "B"), [(Fr(1), P), (Fr(1), VECTOR), (Fr([1, 2]), P)])
def test_a_multi_scalar_multiplication_is_of_two_vectors(operation, a, B):
    with pytest.raises(ValueError, match="two vectors"):
        operation(a, B)


@GROUPS
def test_points_stack_with_points_of_their_group_only(group):
    other = G2 if group is G1 else G1
    for stranger in (other.generator(), Fr(1), 1, None, b""):
        with pytest.raises(TypeError):
            group.stack(group.generator(), stranger)


@GROUPS
def test_points_are_made_by_name_only(group):
    for arguments in ((), (1,), (bytes(group.BYTES),), ([group.generator()],)):
        with pytest.raises(TypeError):
            group(*arguments)


def test_operations_never_change_their_operands():
    A, B, s = Fr([1, 2, 3]) * P, Fr([4, 5, 6]) * P, Fr([7, 8, 9])
    before = A.encode(), B.encode(), s.encode()
    _ = A + B, A - B, -A, s * A, s @ A, A.sum(), A[::-1], G1.stack(A, B), msm_vartime(s, B), scale_vartime(s, A)
    C = A
    C += B
    assert (A.encode(), B.encode(), s.encode()) == before


def test_points_cannot_be_assigned_to():
    with pytest.raises(AttributeError):
        P.is_point = False
    with pytest.raises(TypeError):
        VECTOR[0] = P


@pytest.mark.parametrize("other", [P, Q, VECTOR, 1, None, Fr(1), P.encode()], ids=repr)
def test_equality_is_one_bool(other):
    assert type(VECTOR == other) is type(other != VECTOR) is bool
    assert (VECTOR == other) is (other is VECTOR)


def test_a_point_is_not_a_vector_of_one():
    assert P != G1.stack(P)
    assert P != Q


def test_points_have_no_hash_and_no_truth_value():
    for use in (hash, bool):
        with pytest.raises(TypeError):
            use(P)
    with pytest.raises(TypeError):
        len(P)
