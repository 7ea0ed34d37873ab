"""Attack 12: NumPy's layouts.  An array means its values, whatever its memory looks like, or is refused."""

import operator
import threading

import galois
import numpy as np
import pytest
from hypothesis import given
from oracles import Field, R, vectors

from zkhealth.curve import G1
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

VALUES = [1, 2, 3, 4, 5, 6]
INTEGERS = np.array(VALUES)
ROWS = Fr([R - 1, 2, 3, 4]).to_bytes_array()


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def padded(array):
    """The same values with gaps between them in memory."""
    wide = np.full(tuple(2 * n for n in array.shape), 77, dtype=array.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def unaligned(array):
    buffer = np.zeros(array.nbytes + 1, dtype=np.uint8)
    view = buffer[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


LAYOUTS = {
    "gaps": padded,
    "negative strides": lambda a: a[::-1].copy()[::-1],
    "read-only": read_only,
    "Fortran order": np.asfortranarray,
    "unaligned": unaligned,
    "transposed twice": lambda a: a.T.copy().T,
    "subclass": lambda a: a.view(type("Sub", (np.ndarray,), {})),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_integers_mean_the_same_in_every_layout(layout):
    assert Fr(layout(INTEGERS)).ints() == VALUES


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_rows_of_bytes_mean_the_same_in_every_layout(layout):
    assert Fr(layout(ROWS)).ints() == [R - 1, 2, 3, 4]


def test_every_second_and_every_backward_element_is_that_of_a_copy():
    for chosen in (np.s_[::2], np.s_[::-1], np.s_[4:0:-3]):
        assert Fr(INTEGERS[chosen]) == Fr(INTEGERS[chosen].copy())
        assert Fr(ROWS[chosen]) == Fr(ROWS[chosen].copy())


@pytest.mark.parametrize("dtype", ["i1", "u1", "<i2", ">i2", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "O"])
def test_every_integer_type_and_byte_order_gives_its_values(dtype):
    assert Fr(np.array(VALUES, dtype=dtype)).ints() == VALUES


@pytest.mark.parametrize("dtype", ["i1", ">i8", "O"])
def test_negative_integers_are_reduced(dtype):
    assert Fr(np.array([-1, -128], dtype=dtype)).ints() == [R - 1, R - 128]


def test_numpy_integers_and_arrays_of_no_dimension_are_scalars():
    for value in (np.int64(7), np.uint8(7), np.array(7), np.array(7, dtype=object), Field(7)):
        assert Fr(value) == Fr(7)
    assert Fr([np.int64(7), np.uint8(8)]).ints() == [7, 8]


def test_arrays_of_no_elements_are_vectors_of_none():
    for array in (np.zeros(0, dtype=int), np.zeros((0, 32), dtype=np.uint8), np.array([], dtype=object), INTEGERS[6:]):
        assert Fr(array) == Fr([])


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.0]),
        np.array([]),
        np.float64(1),
        np.float16(1),
        np.array([True]),
        np.True_,
        np.array([1j]),
        np.array(["1"]),
        np.str_("1"),
        np.bytes_(b"1"),
        np.array(["2026-01-01"], dtype="M8[D]"),
        np.array([1], dtype="m8[D]"),
        np.array([(1,)], dtype=[("a", "i8")]),
        np.array([1, 2.0], dtype=object),
        np.array([1, True], dtype=object),
        np.array([1, None], dtype=object),
        np.array([1, "2"], dtype=object),
        np.array([1, np.float64(2)], dtype=object),
        np.array([1, np.True_], dtype=object),
        np.array([1, [2]], dtype=object),
        np.ma.array([1, 2], mask=[False, True]),
        np.zeros((2, 32)),
    ],
    ids=lambda array: f"{array.dtype}-{np.ndim(array)}-{str(array)[:20]}",
)
def test_anything_but_integers_is_a_type_error(array):
    with pytest.raises(TypeError):
        Fr(array)


@pytest.mark.parametrize("shape", [(2, 31), (2, 33), (2, 0), (32, 2), (2, 1, 32), (1, 1, 1, 1), (0, 31)], ids=str)
def test_bytes_in_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="expected"):
        Fr(np.zeros(shape, dtype=np.uint8))


@pytest.mark.parametrize("dtype", ["i1", "i8", ">u4", "O"])
def test_two_dimensions_are_for_bytes_only(dtype):
    with pytest.raises(ValueError, match="dimension"):
        Fr(np.zeros((2, 32), dtype=dtype))


def test_rows_of_bytes_are_canonical_or_refused():
    rows = ROWS.copy()
    rows[2] = np.frombuffer(R.to_bytes(32, "big"), dtype=np.uint8)
    with pytest.raises(DecodingError):
        Fr(rows)


OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.matmul, operator.pow]
ARRAYS = [
    np.array([1, 2, 3]),
    np.array([1, 2, 3], dtype=object),
    np.array([1.0, 2.0, 3.0]),
    np.array(3),
    np.int64(3),
    np.float64(3),
    Field([1, 2, 3]),
    Field(3),
]
OURS = [Fr([1, 2, 3]), Fr(2), G1.generator(), Fr([1, 2, 3]) * G1.generator()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{type(a).__name__}-{a.dtype}-{np.ndim(a)}")
@pytest.mark.parametrize("ours", OURS, ids=["vector", "scalar", "point", "points"])
def test_arrays_never_mix_with_ours_on_either_side(operation, array, ours):
    for left, right in ((array, ours), (ours, array)):
        with pytest.raises(TypeError):
            operation(left, right)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{type(a).__name__}-{a.dtype}-{np.ndim(a)}")
@pytest.mark.parametrize("ours", OURS, ids=["vector", "scalar", "point", "points"])
def test_comparison_with_an_array_is_one_bool_and_false(array, ours):
    for equal in (array == ours, ours == array):
        assert equal is False
    for different in (array != ours, ours != array):
        assert different is True


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.negative, np.equal, np.power], ids=lambda f: f.__name__)
@pytest.mark.parametrize("ours", OURS, ids=["vector", "scalar", "point", "points"])
def test_numpy_functions_refuse_ours(ufunc, ours):
    with pytest.raises(TypeError):
        ufunc(*[ours] * ufunc.nin)


def test_an_array_cannot_be_changed_in_place_by_ours():
    array = np.array([1, 2, 3], dtype=object)
    with pytest.raises(TypeError):
        array += Fr([1, 2, 3])
    assert array.tolist() == [1, 2, 3]


@pytest.mark.parametrize("data", [np.zeros(32, dtype=np.uint8), np.zeros((1, 32), dtype=np.uint8)], ids=["1-d", "2-d"])
def test_arrays_are_not_bytes_to_decode(data):
    for decode in (Fr.decode, G1.decode):
        with pytest.raises(TypeError):
            decode(data)


@given(vectors(min_size=1))
def test_every_exchange_format_goes_there_and_back(a):
    assert Fr(a.to_numpy()) == Fr(a.to_galois()) == Fr(a.to_bytes_array()) == a
    assert (a.to_bytes_array().shape, a.to_bytes_array().dtype) == ((len(a), 32), np.uint8)
    assert type(a.to_galois()) is Field
    assert a.to_numpy().tolist() == a.ints()


def test_scalars_exchange_as_arrays_of_no_dimension():
    a = Fr(R - 5)
    assert a.to_numpy().ndim == a.to_galois().ndim == 0
    assert Fr(a.to_numpy()) == Fr(a.to_galois()) == a


def test_nothing_exchanges_too():
    none = Fr([])
    assert Fr(none.to_numpy()) == Fr(none.to_bytes_array()) == none
    assert none.to_bytes_array().shape == (0, 32)


def test_arrays_given_out_are_copies():
    a = Fr([1, 2])
    a.to_bytes_array()[:] = 0
    a.to_numpy()[:] = 0
    a.to_galois()[:] = 0
    assert a == Fr([1, 2])


def test_arrays_taken_in_are_copied():
    rows, integers = ROWS.copy(), INTEGERS.copy()
    a, b = Fr(rows), Fr(integers)
    rows[:] = 0
    integers[:] = 0
    assert a == Fr(ROWS) and b == Fr(INTEGERS)


@pytest.mark.parametrize("array", [galois.GF(7)([1, 2]), galois.GF(256)(np.ones((1, 32), dtype=np.uint8))])
def test_arrays_over_another_field_are_refused(array):
    with pytest.raises(TypeError):
        Fr(array)


def while_changing(buffer, states, use, times=300):
    """Results of `use(buffer)` while another thread writes one state after the other into it."""
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for state in states:
                buffer[:] = state

    thread = threading.Thread(target=change)
    thread.start()
    try:
        return [use(buffer) for _ in range(times)]
    finally:
        stop.set()
        thread.join()


def test_a_bytearray_changed_by_another_thread_decodes_to_what_it_once_held():
    zeros, ones = Fr([0] * 64), Fr([R - 1] * 64)
    states = [zeros.encode(), ones.encode()]
    results = while_changing(bytearray(states[0]), states, Fr.decode)
    assert all(result in (zeros, ones) for result in results)


def test_a_bytearray_that_shrinks_meanwhile_decodes_or_is_refused():
    def decoded(buffer):
        try:
            return len(Fr.decode(buffer))
        except DecodingError:
            return None

    results = while_changing(bytearray(64), [bytes(64), bytes(96), bytes(7), b""], decoded)
    assert set(results) <= {None, 2, 3}


def test_an_array_changed_by_another_thread_gives_canonical_scalars_or_is_refused():
    valid, invalid = np.zeros((64, 32), dtype=np.uint8), np.full((64, 32), 255, dtype=np.uint8)

    def canonical(rows):
        try:
            return all(value < R for value in Fr(rows).ints())
        except DecodingError:
            return True

    assert all(while_changing(valid.copy(), [valid, invalid], canonical))
