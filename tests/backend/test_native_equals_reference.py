"""The compiled backend answers as the reference does, and bad arguments are errors and never panics."""

import functools
import importlib.util
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R, elements, slices

from zkhealth.backend import reference
from zkhealth.errors import DecodingError

if importlib.util.find_spec("zkhealth._native") is None:
    pytest.skip("this installation has no compiled module", allow_module_level=True)

from zkhealth.backend import native

GROUPS = pytest.mark.parametrize("group", ["G1Points", "G2Points"])
few = settings(max_examples=12 if NATIVE else 3)  # the reference sets the pace in both runs
lists = st.lists(elements, max_size=6)
small = st.lists(st.integers(0, 5), min_size=1, max_size=3)


def encoded(values):
    return b"".join((v % R).to_bytes(32, "big") for v in values)


def scalars(backend, *vectors):
    return [backend.Scalars.decode(encoded(values)) for values in vectors]


@functools.cache
def multiple(backend, group, k):
    return getattr(backend, group).generator().scale(scalars(backend, [k])[0])


def points(backend, group, values):
    """Those multiples of the generator."""
    return getattr(backend, group).concat([multiple(backend, group, k) for k in values])


def same(question):
    """Ask both backends; what encodes is compared by its encoding, an error by its type."""
    answers = []
    for backend in (native, reference):
        try:
            answer = question(backend)
        except (ValueError, DecodingError) as error:
            answer = type(error)
        answers.append(answer.encode() if hasattr(answer, "encode") else answer)
    assert answers[0] == answers[1]
    return answers[0]


# --- scalars ---------------------------------------------------------------------


@given(
    st.binary(max_size=100) | lists.map(encoded) | st.sampled_from([R, R + 1, 2**256 - 1]).map(lambda v: v.to_bytes(32))
)
def test_scalars_are_decoded_alike(data):
    same(lambda backend: backend.Scalars.decode(data))


@given(st.binary(max_size=4 * 48) | st.integers(0, 4).flatmap(lambda n: st.binary(min_size=48 * n, max_size=48 * n)))
def test_scalars_are_reduced_alike(data):
    same(lambda backend: backend.Scalars.reduce(data))


@pytest.mark.parametrize("method", ["add", "sub", "mul"])
@given(data=st.data(), a=lists)
def test_elementwise_operations_answer_alike(method, data, a):
    b = data.draw(st.lists(elements, min_size=len(a), max_size=len(a)) | st.lists(elements, min_size=1, max_size=1))

    def both_ways(backend):
        x, y = scalars(backend, a, b)
        return getattr(x, method)(y).encode() + getattr(y, method)(x).encode()

    same(both_ways)


@pytest.mark.parametrize("method", ["neg", "inverse", "sum"])
@given(a=lists)
def test_operations_on_one_vector_answer_alike(method, a):
    same(lambda backend: getattr(scalars(backend, a)[0], method)())


@given(st.lists(st.tuples(elements, elements), max_size=6))
def test_inner_products_are_alike(rows):
    a, b = [a for a, _ in rows], [b for _, b in rows]
    same(lambda backend: scalars(backend, a)[0].dot(scalars(backend, b)[0]))


@given(lists, lists)
def test_kronecker_products_concatenations_and_comparisons_are_alike(a, b):
    same(lambda backend: scalars(backend, a)[0].kron(scalars(backend, b)[0]))
    same(lambda backend: backend.Scalars.concat(scalars(backend, a, b, [], a)))
    assert same(lambda backend: scalars(backend, a)[0].equals(scalars(backend, b)[0])) is (a == b)


@given(elements, st.integers(0, 20))
def test_powers_are_alike(x, n):
    same(lambda backend: scalars(backend, [x])[0].powers(n))


@given(st.data(), lists)
def test_scalars_are_picked_alike(data, a):
    chosen = range(len(a))[data.draw(slices(len(a)))]
    same(lambda backend: scalars(backend, a)[0].slice(chosen.start, chosen.step, len(chosen)))
    positions = data.draw(st.lists(st.integers(0, len(a) - 1), max_size=6)) if a else []
    same(lambda backend: scalars(backend, a)[0].take(positions))
    assert same(lambda backend: len(scalars(backend, a)[0])) == len(a)


# --- points ----------------------------------------------------------------------


@GROUPS
def test_generators_are_alike(group):
    same(lambda backend: getattr(backend, group).generator())


@GROUPS
@few
@given(a=small, data=st.data())
def test_sums_of_points_are_alike(group, a, data):
    b = data.draw(st.lists(st.integers(0, 3), min_size=len(a), max_size=len(a)) | st.sampled_from([[0], [1], a[:1]]))
    same(lambda backend: points(backend, group, a).add(points(backend, group, b)))
    same(lambda backend: points(backend, group, a).sum())
    same(lambda backend: points(backend, group, a).neg())
    same(lambda backend: points(backend, group, a).has_identity())
    same(lambda backend: points(backend, group, a).equals(points(backend, group, b)))


@GROUPS
@few
@given(a=small, data=st.data())
def test_multiples_and_their_sums_are_alike(group, a, data):
    k = data.draw(st.lists(elements, min_size=len(a), max_size=len(a)))
    for method in ("scale", "scale_vartime", "msm", "msm_vartime"):
        same(lambda backend, method=method: getattr(points(backend, group, a), method)(scalars(backend, k)[0]))
    same(lambda backend: points(backend, group, a[:1]).scale(scalars(backend, k)[0]))
    same(lambda backend: points(backend, group, a).scale(scalars(backend, k[:1])[0]))


@GROUPS
@few
@given(a=small, data=st.data())
def test_selections_are_alike(group, a, data):
    bits = data.draw(st.lists(st.integers(0, 1) | st.just(R - 1), min_size=len(a), max_size=len(a)))
    answer = same(lambda backend: points(backend, group, a).select_sum(scalars(backend, bits)[0]))
    assert (answer is ValueError) == (R - 1 in bits)


@GROUPS
@few
@given(a=small, rows=st.lists(st.lists(elements, min_size=3, max_size=3), min_size=1, max_size=2))
def test_rows_of_tables_are_alike(group, a, rows):
    def table_rows(backend):
        columns = scalars(backend, *([row[j] for row in rows] for j in range(len(a))))
        return points(backend, group, a).precompute().rows(columns)

    same(table_rows)


@GROUPS
@few
@given(a=small, data=st.data())
def test_points_are_picked_and_concatenated_alike(group, a, data):
    chosen = range(len(a))[data.draw(slices(len(a)))]
    positions = data.draw(st.lists(st.integers(0, len(a) - 1), max_size=4))
    same(lambda backend: points(backend, group, a).slice(chosen.start, chosen.step, len(chosen)))
    same(lambda backend: points(backend, group, a).take(positions))
    same(lambda backend: getattr(backend, group).concat([points(backend, group, a), points(backend, group, [])]))


@GROUPS
@few
@given(data=st.data())
def test_points_are_decoded_alike_valid_or_damaged(group, data):
    encoding = bytearray(points(native, group, [data.draw(st.integers(0, 5))]).encode())
    damage = st.dictionaries(st.integers(0, len(encoding) - 1), st.integers(0, 255), max_size=2)
    for place, change in data.draw(damage | st.just({0: 0x20})).items():
        encoding[place] ^= change
    same(lambda backend: getattr(backend, group).decode(bytes(encoding)))


@GROUPS
@few
@given(data=st.data())
def test_field_elements_are_mapped_alike(group, data):
    width = 48 * (2 if group == "G1Points" else 4)
    count = data.draw(st.integers(0, 2))
    coordinates = st.integers(0, reference.G1Points.group.generator[0].field_modulus - 1) | st.integers(0, 2)
    u = b"".join(data.draw(coordinates).to_bytes(48, "big") for _ in range(count * width // 48))
    same(lambda backend: getattr(backend, group).map_to_curve(u))


@few
@given(a=small, data=st.data())
def test_pairing_products_are_judged_alike(a, data):
    a = a[:2]
    b = data.draw(st.lists(st.integers(0, 3), min_size=len(a), max_size=len(a)))
    closing = -sum(x * y for x, y in zip(a, b, strict=True)) + data.draw(st.sampled_from([0, 0, 1]))

    def product(backend):
        P, Q = points(backend, "G1Points", [*a, closing]), points(backend, "G2Points", [*b, 1])
        return backend.pairing_product_is_one(P, Q)

    assert type(same(product)) is bool


@given(st.binary(max_size=3), st.integers(1, 40), st.integers(0, 4), st.data())
def test_rows_are_hashed_alike(prefix, width, n, data):
    rows = data.draw(st.binary(min_size=width * n, max_size=width * n))
    same(lambda backend: backend.sha256_rows(prefix, rows, width))


def test_no_elements_are_answered_alike():
    for group in ("G1Points", "G2Points"):
        for method in ("sum", "neg", "has_identity"):
            same(lambda backend, group=group, method=method: getattr(points(backend, group, []), method)())
        same(lambda backend, group=group: points(backend, group, []).msm(scalars(backend, [])[0]))
        same(lambda backend, group=group: points(backend, group, []).msm_vartime(scalars(backend, [])[0]))
    same(
        lambda backend: backend.pairing_product_is_one(points(backend, "G1Points", []), points(backend, "G2Points", []))
    )


# --- attack 41: bad arguments never panic ------------------------------------------

S = native.Scalars.decode(encoded([1, 2, 3]))
P, Q = points(native, "G1Points", [1, 2, 3]), points(native, "G2Points", [1, 2, 3])
NONE, TWO = S.take([]), S.take([0, 1])
TABLE = P.precompute()
BAD = {
    "scalars of another length": lambda: S.add(TWO),
    "scalars and none": lambda: S.mul(NONE),
    "inner product of lengths 3 and 2": lambda: S.dot(TWO),
    "inner product repeats nothing": lambda: S.dot(S.take([0])),
    "inverse of zero": lambda: S.sub(S).inverse(),
    "powers of nothing": lambda: NONE.powers(3),
    "powers: negative": lambda: S.powers(-1),
    "powers: too large": lambda: S.powers(2**64),
    "powers: float": lambda: S.powers(1.0),
    "index beyond the end": lambda: S.take([3]),
    "index of nothing": lambda: NONE.take([0]),
    "negative index": lambda: S.take([-1]),
    "huge index": lambda: S.take([2**64]),
    "index 2^63": lambda: S.take([2**63]),
    "index of another type": lambda: S.take(["0"]),
    "indices not a list": lambda: S.take(3),
    "slice beyond the end": lambda: S.slice(1, 1, 3),
    "slice before the start": lambda: S.slice(0, -1, 2),
    "slice of nothing": lambda: NONE.slice(0, 1, 1),
    "slice: step overflows": lambda: S.slice(1, 2**63 - 1, 3),
    "slice: start and step overflow": lambda: S.slice(2**63 - 1, 2**63 - 1, 3),
    "slice: negative overflow": lambda: S.slice(-(2**63), -(2**63), 3),
    "slice: step too large": lambda: S.slice(0, 2**63, 1),
    "slice: negative number": lambda: S.slice(0, 1, -1),
    "decode: not bytes": lambda: native.Scalars.decode("x" * 32),
    "decode: bytearray": lambda: native.Scalars.decode(bytearray(31)),
    "decode: one byte": lambda: native.Scalars.decode(b"1"),
    "reduce: one byte": lambda: native.Scalars.reduce(b"1"),
    "concat of points": lambda: native.Scalars.concat([S, P]),
    "concat of no list": lambda: native.Scalars.concat(S),
    "scalars plus points": lambda: S.add(P),
    "scalars equal points": lambda: S.equals(P),
    "scalars plus None": lambda: S.add(None),
    "scalars plus reference scalars": lambda: S.add(reference.Scalars.decode(encoded([1]))),
    "kron with points": lambda: S.kron(P),
    "new scalars": native.Scalars,
    "new points": native.G1Points,
    "points of another length": lambda: P.add(P.take([0, 1])),
    "points and none": lambda: P.add(P.take([])),
    "points of another group": lambda: P.add(Q),
    "concat of groups": lambda: native.G1Points.concat([P, Q]),
    "points by points": lambda: P.scale(P),
    "scale: another length": lambda: P.scale(TWO),
    "scale: none": lambda: P.scale(NONE),
    "scale_vartime: another length": lambda: P.scale_vartime(TWO),
    "msm: another length": lambda: P.msm(TWO),
    "msm: one scalar": lambda: P.msm(S.take([0])),
    "msm: none": lambda: P.msm(NONE),
    "msm_vartime: another length": lambda: P.msm_vartime(TWO),
    "msm_vartime: none": lambda: P.msm_vartime(NONE),
    "select_sum: another length": lambda: P.select_sum(TWO),
    "select_sum: not bits": lambda: P.select_sum(S),
    "points: index beyond the end": lambda: P.take([3]),
    "points: slice beyond the end": lambda: Q.slice(2, 1, 2),
    "points: one byte": lambda: native.G1Points.decode(b"1"),
    "points: text": lambda: native.G1Points.decode("1" * 48),
    "points of G2 as G1": lambda: native.G1Points.decode(Q.encode()),
    "map_to_curve: one byte": lambda: native.G1Points.map_to_curve(b"1"),
    "map_to_curve: one element": lambda: native.G1Points.map_to_curve(bytes(48)),
    "map_to_curve: not canonical": lambda: native.G1Points.map_to_curve(b"\xff" * 96),
    "map_to_curve of G2: half": lambda: native.G2Points.map_to_curve(bytes(96)),
    "rows: no columns": lambda: TABLE.rows([]),
    "rows: two columns": lambda: TABLE.rows([S, S]),
    "rows: a short column": lambda: TABLE.rows([S, S, TWO]),
    "rows: an empty column": lambda: TABLE.rows([S, S, NONE]),
    "rows: points": lambda: TABLE.rows([P, P, P]),
    "pairing: lengths": lambda: native.pairing_product_is_one(P, Q.take([0])),
    "pairing: groups swapped": lambda: native.pairing_product_is_one(Q, P),
    "pairing: scalars": lambda: native.pairing_product_is_one(S, S),
    "hash: width 0": lambda: native.sha256_rows(b"", b"", 0),
    "hash: negative width": lambda: native.sha256_rows(b"", b"", -1),
    "hash: a short row": lambda: native.sha256_rows(b"", b"123", 2),
    "hash: text": lambda: native.sha256_rows("", b"", 2),
}


@pytest.mark.parametrize("call", BAD.values(), ids=BAD.keys())
def test_attack_41_bad_arguments_are_ordinary_errors(call):
    with pytest.raises((ValueError, TypeError, OverflowError, DecodingError)):
        call()


def test_attack_41_a_slice_of_more_elements_than_there_are_is_refused():
    with pytest.raises((ValueError, OverflowError)):
        S.slice(0, 1, 2**63)


IN_A_PROCESS_OF_ITS_OWN = """
import resource
from zkhealth._native import Scalars, sha256_rows
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    {}
except Exception:
    print("refused")
"""


@pytest.mark.parametrize(
    "call",
    [
        "Scalars.decode(bytes(32)).powers(2**57)",
        "Scalars.decode(bytes(32)).powers(2**62)",
        "sha256_rows(b'', b'', 2**57)",
        "sha256_rows(b'', b'', 2**63 + 1)",
    ],
)
def test_attack_41_sizes_beyond_memory_are_ordinary_errors(call):
    command = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN.format(call)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n")
