"""Scalars, vectors and their slices: what fits together, and which strangers are refused."""

import math
import operator
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE, R, elements, slices

from zkhealth.curve import G1
from zkhealth.field import Fr, concat

A = Fr([1, 2, R - 1])


# --- slices ------------------------------------------------------------------


@given(st.data(), st.lists(elements, max_size=9))
def test_slices_pick_what_slices_of_lists_pick(data, values):
    chosen = data.draw(slices(len(values)))
    assert Fr(values)[chosen].ints() == values[chosen]
    assert not Fr(values)[chosen].is_scalar


@pytest.mark.parametrize("chosen", [slice(None, None, -1), slice(-2, None), slice(5, 1), slice(3, 0, -2), slice(9, 99)])
def test_slices_backwards_and_beyond_the_end_are_those_of_lists(chosen):
    assert Fr(range(6))[chosen].ints() == list(range(6))[chosen]


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 10**30])
def test_a_step_larger_than_a_machine_word_is_a_step(step):
    assert Fr(range(6))[::step].ints() == list(range(6))[::step]


@given(st.data(), st.lists(elements, min_size=1, max_size=9))
def test_lists_of_positions_pick_elements_again_and_from_the_end(data, values):
    positions = data.draw(st.lists(st.integers(-len(values), len(values) - 1)))
    assert Fr(values)[positions].ints() == [values[i] for i in positions]


@pytest.mark.parametrize("key", [3, -4, [0, 3], [-4], 10**30])
def test_positions_outside_are_index_errors(key):
    with pytest.raises(IndexError):
        A[key]


@pytest.mark.parametrize("key", [1.0, "1", None, (0, 1), [1.0], [None]], ids=repr)
def test_positions_that_are_not_integers_are_type_errors(key):
    with pytest.raises(TypeError):
        A[key]


def test_a_boolean_mask_is_not_taken_for_positions():
    with pytest.raises(TypeError):
        A[[True, False, True]]


def test_a_step_of_zero_is_a_value_error():
    with pytest.raises(ValueError, match="step"):
        A[::0]


def test_an_element_is_a_scalar_and_a_vector_iterates_over_its_elements():
    assert A[2] == Fr(-1)
    assert [int(x) for x in A] == A.ints()


def test_a_scalar_has_no_length_no_elements_and_no_iterator():
    for use in (len, iter, lambda x: x[0], lambda x: x[:]):
        with pytest.raises(TypeError):
            use(Fr(3))


# --- shapes and types --------------------------------------------------------


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv, operator.matmul])
@pytest.mark.parametrize(("n", "m"), [(2, 3), (1, 2), (0, 1), (3, 0)])
def test_vectors_of_different_lengths_do_not_meet(operation, n, m):
    with pytest.raises(ValueError, match=f"lengths differ: {n} and {m}"):
        operation(Fr([1] * n), Fr([1] * m))


@pytest.mark.parametrize(("a", "b"), [(A, Fr(2)), (Fr(2), A), (Fr(2), Fr(2))])
def test_an_inner_product_is_of_two_vectors(a, b):
    with pytest.raises(ValueError, match="two vectors"):
        a @ b


def test_a_scalar_is_not_equal_to_a_vector_of_one():
    assert Fr(3) != Fr([3])
    assert Fr([3, 3]) != Fr([3])
    assert Fr([]) != Fr(0)


def test_nothing_is_a_vector_too():
    none = Fr([])
    assert (none + none).ints() == (none * Fr(2)).ints() == (Fr(2) - none).ints() == (-none).ints() == []
    assert none.inverse() == none**3 == none**-1 == none.kron(A) == A.kron(none) == concat() == Fr.random(0) == none
    assert none.sum() == none @ none == Fr(0)
    assert none.encode() == b""


STRANGERS = [3, 3.0, True, "3", b"3", None, [1, 2, 3], (1, 2, 3), 3j, G1.generator()]


@pytest.mark.parametrize(
    "operation", [operator.add, operator.sub, operator.mul, operator.truediv, operator.matmul, operator.pow]
)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: type(stranger).__name__)
@pytest.mark.parametrize("a", [A, Fr(2)], ids=["vector", "scalar"])
def test_nothing_else_mixes_with_scalars_on_either_side(operation, stranger, a):
    if not (operation is operator.mul and isinstance(stranger, G1)):
        with pytest.raises(TypeError):
            operation(stranger, a)
    by_points = operation in {operator.mul, operator.matmul} and isinstance(stranger, G1)
    if not by_points and not (operation is operator.pow and type(stranger) is int):
        with pytest.raises(TypeError):
            operation(a, stranger)


@pytest.mark.parametrize("values", [3.0, True, None, "3", b"3", 3j, A, G1.generator(), object], ids=repr)
def test_a_scalar_is_made_of_an_int_only(values):
    with pytest.raises(TypeError):
        Fr(values)


@pytest.mark.parametrize("value", [3.0, True, None, "3", b"3", 3j, [1], Fr(1), G1.generator()], ids=repr)
def test_a_vector_is_made_of_ints_only(value):
    with pytest.raises(TypeError):
        Fr([1, value])


def test_vectors_concatenate_with_scalars_and_nothing_else():
    assert concat(Fr(1), Fr([2, 3]), Fr([]), Fr(4)).ints() == [1, 2, 3, 4]
    for stranger in (3, [3], None, G1.generator()):
        with pytest.raises(TypeError):
            concat(A, stranger)


@pytest.mark.parametrize("stranger", [3, [1, 2], None], ids=repr)
def test_a_kronecker_product_is_of_scalars(stranger):
    with pytest.raises(TypeError):
        A.kron(stranger)


@pytest.mark.parametrize("x", [A, 3, 3.0, None], ids=repr)
def test_powers_are_of_a_scalar(x):
    with pytest.raises(TypeError):
        Fr.powers(x, 3)


def test_zero_to_the_power_of_zero_is_one_and_zero_has_no_inverse():
    assert Fr(0) ** 0 == Fr(1)
    for divide in (lambda: Fr(0) ** -1, lambda: Fr(1) / Fr(0), lambda: Fr([1, 0]).inverse()):
        with pytest.raises(ValueError, match="zero has no inverse"):
            divide()


@pytest.mark.parametrize("convert", [int, float, complex, bool, math.trunc, range], ids=lambda f: f.__name__)
def test_a_vector_converts_to_no_number(convert):
    with pytest.raises(TypeError):
        convert(A)


def test_a_scalar_is_not_an_index():
    with pytest.raises(TypeError):
        [1, 2, 3][Fr(1)]


@pytest.mark.parametrize("exponent", [62, 57])
def test_powers_beyond_memory_are_an_ordinary_error(exponent):
    if not NATIVE:
        pytest.skip("NumPy refuses these, slowly")
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from zkhealth.field import Fr
try:
    Fr.powers(Fr(2), 2**{exponent})
except (MemoryError, ValueError, OverflowError):
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n")
