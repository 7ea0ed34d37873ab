"""Scalars agree with galois, are canonical from construction on, and never change."""

import math
import operator
import secrets
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import EDGES, NATIVE, Field, R, elements, pairs_of_vectors, slices, vectors

from zkhealth.curve import G1
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat

A = Fr([1, 2, R - 1])
SECRET = 0x123456789ABCDEF0123456789


def oracle(a):
    return Field(a.ints())


def as_list(array):
    return [int(x) for x in array]


# --- oracle ------------------------------------------------------------------


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


# --- encoding ----------------------------------------------------------------


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
