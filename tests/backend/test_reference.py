"""The reference backend against official vectors, and its algebra against itself."""

import hashlib
import json
from pathlib import Path

import pytest
from py_ecc.optimized_bls12_381 import FQ, FQ2, Z1, Z2, curve_order, double, multiply

from zkhealth.backend.reference import G1Points, G2Points, Scalars, pairing_product_is_one, sha256_rows
from zkhealth.errors import DecodingError

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"
R = curve_order
P_FIELD = FQ.field_modulus
GROUPS = pytest.mark.parametrize("group", [G1Points, G2Points])


def vectors(path):
    """The bytes of a shared vector file; the test is skipped, visibly, where there is none."""
    if not VECTORS.is_dir():
        pytest.skip(f"no shared vectors at {VECTORS}")
    return (VECTORS / path).read_bytes()


def scalars(*values):
    return Scalars.decode(b"".join((v % R).to_bytes(32, "big") for v in values))


def times_generator(group, *values):
    return group.generator().scale(scalars(*values))


def identity(group):
    return times_generator(group, 0)


@pytest.mark.parametrize(("group", "cases"), [(G1Points, 16), (G2Points, 18)])
def test_decoding_accepts_and_refuses_what_ethereum_does(group, cases):
    name = group.__name__.removesuffix("Points")
    records = json.loads(vectors("eth-bls12-381-tests/deserialization.json"))[f"deserialization_{name}"]
    verdicts = {record["name"]: decodes(group, bytes.fromhex(record["input"])) for record in records}
    assert len(verdicts) == cases
    assert verdicts == {record["name"]: record["valid"] for record in records}


def decodes(group, data):
    try:
        return group.decode(data).encode() == data
    except DecodingError:
        return False


@pytest.mark.parametrize(("group", "width"), [(G1Points, 48), (G2Points, 96)])
def test_multiples_of_the_generator_are_encoded_as_in_zkcrypto(group, width):
    name = group.__name__.removesuffix("Points").lower()
    data = vectors(f"bls12381-serialization/{name}_compressed_valid_test_vectors.dat")
    assert len(data) == 1000 * width
    assert times_generator(group, *range(20)).encode() == data[: 20 * width]
    assert group.decode(data[: 20 * width]).equals(times_generator(group, *range(20)))


@pytest.mark.parametrize(("group", "file"), [(G1Points, "BLS12381G1"), (G2Points, "BLS12381G2")])
def test_map_to_curve_matches_rfc_9380(group, file):
    records = json.loads(vectors(f"h2c-rfc9380/{file}_XMD:SHA-256_SSWU_RO_.json"))["vectors"]
    assert len(records) == 5
    u = b"".join(coordinate.to_bytes(48, "big") for record in records for u in record["u"] for coordinate in ints(u))
    points = group.map_to_curve(u)
    assert points.equals(group([point(record["P"]) for record in records]))


def ints(text):
    return [int(part, 16) for part in text.split(",")]


def point(record):
    x, y = ints(record["x"]), ints(record["y"])
    return (FQ(*x), FQ(*y), FQ(1)) if len(x) == 1 else (FQ2(x), FQ2(y), FQ2([1, 0]))


def test_pairing_products_match_eip_2537():
    records = json.loads(vectors("eip-2537/pairing_check_bls.json"))
    assert len(records) == 15
    for record in records:
        P, Q = eip_2537_pairs([int(record["Input"][i : i + 128], 16) for i in range(0, len(record["Input"]), 128)])
        assert pairing_product_is_one(P, Q) == (int(record["Expected"], 16) == 1), record["Name"]


def eip_2537_pairs(words):
    """Points of G1 and G2 from coordinates; all zero is the identity."""
    pairs = [words[i : i + 6] for i in range(0, len(words), 6)]
    P = [(FQ(p[0]), FQ(p[1]), FQ(1)) if any(p[:2]) else Z1 for p in pairs]
    Q = [(FQ2(p[2:4]), FQ2(p[4:6]), FQ2([1, 0])) if any(p[2:]) else Z2 for p in pairs]
    return G1Points(P), G2Points(Q)


A, B = (3, R - 1, 1 << 254), (R - 5, R - 1, 7)


@pytest.mark.parametrize("value", [0, 1, R - 1])
def test_canonical_scalars_survive_the_round_trip(value):
    assert Scalars.decode(value.to_bytes(32, "big")).encode() == value.to_bytes(32, "big")


@pytest.mark.parametrize("value", [R, R + 1, 2**256 - 1])
def test_scalars_that_are_not_reduced_are_refused_without_being_shown(value):
    with pytest.raises(DecodingError, match="element 1") as error:
        Scalars.decode(bytes(32) + value.to_bytes(32, "big"))
    assert str(value) not in str(error.value)


@pytest.mark.parametrize("decode", [Scalars.decode, Scalars.reduce, G1Points.decode, G2Points.decode])
@pytest.mark.parametrize("size", [1, 31, 95, 97])
def test_a_broken_last_row_is_refused(decode, size):
    with pytest.raises(DecodingError, match=f"got {size}"):
        decode(bytes(size))


def test_reduction_is_modulo_the_group_order():
    values = [0, R, R + 1, 2**384 - 1]
    assert Scalars.reduce(b"".join(v.to_bytes(48, "big") for v in values)).ints() == [v % R for v in values]


def test_elementwise_arithmetic_is_modular():
    a, b = scalars(*A), scalars(*B)
    assert a.add(b).ints() == [(x + y) % R for x, y in zip(A, B, strict=True)]
    assert a.sub(b).ints() == [(x - y) % R for x, y in zip(A, B, strict=True)]
    assert a.mul(b).ints() == [x * y % R for x, y in zip(A, B, strict=True)]
    assert a.neg().ints() == [-x % R for x in A]
    assert a.inverse().ints() == [pow(x, -1, R) for x in A]


def test_sums_and_products_of_vectors_are_modular():
    a, b = scalars(*A), scalars(*B)
    assert a.dot(b).ints() == [sum(x * y for x, y in zip(A, B, strict=True)) % R]
    assert a.sum().ints() == [sum(A) % R]
    assert a.kron(b).ints() == [x * y % R for x in A for y in B]
    assert scalars(R - 2).powers(5).ints() == [pow(-2, i, R) for i in range(5)]
    assert scalars(0).powers(2).ints() == [1, 0]


def test_a_single_scalar_is_repeated():
    assert scalars(2).mul(scalars(*A)).equals(scalars(*(2 * x for x in A)))
    assert scalars(*A).sub(scalars(1)).equals(scalars(*(x - 1 for x in A)))


def test_zero_has_no_inverse():
    with pytest.raises(ValueError, match="zero has no inverse"):
        scalars(1, 0).inverse()


@pytest.mark.parametrize("operation", [Scalars.add, Scalars.mul, Scalars.dot])
def test_lengths_that_do_not_meet_are_refused(operation):
    with pytest.raises(ValueError, match=r"mismatch|broadcast"):
        operation(scalars(1, 2), scalars(1, 2, 3))


def test_an_inner_product_repeats_nothing():
    with pytest.raises(ValueError, match="mismatch"):
        scalars(1).dot(scalars(1, 2))


def test_vectors_of_different_lengths_are_not_equal():
    assert not scalars(1).equals(scalars(1, 1))
    assert not times_generator(G1Points, 1).equals(times_generator(G1Points, 1, 1))


def test_scalars_are_sliced_forwards_and_backwards():
    a = scalars(*range(6))
    assert a.slice(1, 2, 3).ints() == [1, 3, 5]
    assert a.slice(5, -1, 6).ints() == [5, 4, 3, 2, 1, 0]
    assert a.take([4, 4, 0]).ints() == [4, 4, 0]
    assert Scalars.concat([a.slice(0, 1, 1), a.slice(5, 1, 1)]).ints() == [0, 5]


def test_no_scalars_are_a_vector_too():
    nothing = Scalars.decode(b"")
    assert nothing.encode() == nothing.mul(nothing).encode() == nothing.inverse().encode() == b""
    assert nothing.sum().ints() == nothing.dot(nothing).ints() == [0]
    assert len(scalars(1).add(nothing)) == len(scalars(1).kron(nothing)) == len(scalars(1).slice(0, 1, 0)) == 0
    assert len(scalars(1).powers(0)) == len(Scalars.concat([])) == len(Scalars.concat([nothing, nothing])) == 0


@GROUPS
def test_points_form_a_module_over_the_scalars(group):
    P = times_generator(group, 5, 6, 7)
    assert P.add(times_generator(group, 1)).equals(times_generator(group, 6, 7, 8))
    assert P.neg().equals(times_generator(group, -5, -6, -7))
    assert P.sum().equals(times_generator(group, 18))
    assert P.scale(scalars(-1)).equals(P.neg())
    assert P.scale_vartime(scalars(0, 1, R - 1)).equals(times_generator(group, 0, 6, -7))


@GROUPS
def test_a_multi_scalar_multiplication_is_the_sum_of_the_multiples(group):
    P, k = times_generator(group, 5, 6, 0, 7), scalars(R - 1, 1 << 200, 3, 0)
    assert P.msm(k).equals(P.scale(k).sum())
    assert P.msm_vartime(k).equals(P.msm(k))


@GROUPS
def test_rows_of_a_table_are_sums_over_its_points(group):
    table = times_generator(group, 5, 6).precompute()
    assert table.rows([scalars(1, 2, 3), scalars(10, 20, 30)]).equals(times_generator(group, 65, 130, 195))
    assert table.rows([scalars(1), scalars(10, 20)]).equals(times_generator(group, 65, 125))
    with pytest.raises(ValueError, match="shorter"):
        table.rows([scalars(1)])


@GROUPS
def test_lengths_of_points_and_scalars_must_meet(group):
    P = times_generator(group, 1, 2)
    for operation, other in [(P.add, P.take([0, 1, 1])), (P.scale, scalars(1, 2, 3)), (P.msm, scalars(1))]:
        with pytest.raises(ValueError, match="zip"):
            operation(other)


@GROUPS
def test_equality_does_not_depend_on_the_projective_form(group):
    (P,) = times_generator(group, 12345).points
    (x, y, z), factor = P, P[0]
    assert group([P]).equals(group([(x * factor, y * factor, z * factor)]))
    assert not group([P]).equals(group([(x, -y, z)]))


@GROUPS
def test_no_form_of_the_identity_equals_a_point(group):
    form = group.group.identity
    for _ in range(4):
        P = group([form])
        assert P.equals(identity(group)) and P.has_identity() and not P.equals(group.generator())
        assert P.add(group.generator()).equals(group.generator())
        form = double(form)
    assert group([multiply(form, 5)]).encode() == identity(group).encode()


@GROUPS
def test_an_identity_among_points_is_seen(group):
    assert times_generator(group, 1, 0, 2).has_identity()
    assert not times_generator(group, 1, 2).has_identity()


@GROUPS
def test_points_are_sliced_forwards_and_backwards(group):
    P = times_generator(group, *range(5))
    assert P.slice(3, -2, 2).equals(times_generator(group, 3, 1))
    assert P.take([4, 4, 0]).equals(times_generator(group, 4, 4, 0))
    assert group.concat([P.slice(0, 1, 1), P.slice(4, 1, 1)]).equals(times_generator(group, 0, 4))


@GROUPS
def test_no_points_are_a_vector_too(group):
    nothing, none = group.decode(b""), Scalars.decode(b"")
    assert nothing.sum().equals(identity(group)) and nothing.msm(none).equals(identity(group))
    assert len(nothing.add(group.generator())) == len(group.generator().scale(none)) == 0
    assert len(nothing.neg()) == len(group.map_to_curve(b"")) == 0
    assert nothing.equals(group.concat([])) and not nothing.has_identity()


@GROUPS
def test_opposite_field_elements_map_to_opposite_points(group):
    width = 48 * group.group.degree
    one, minus_one = (1).to_bytes(48, "big").ljust(width, b"\0"), (P_FIELD - 1).to_bytes(48, "big").ljust(width, b"\0")
    assert group.map_to_curve(one + minus_one).equals(identity(group))
    assert not group.map_to_curve(bytes(2 * width)).has_identity()


@GROUPS
def test_field_elements_to_map_are_canonical_and_come_in_pairs(group):
    width = 48 * group.group.degree
    with pytest.raises(DecodingError):
        group.map_to_curve(bytes(2 * width - 48) + P_FIELD.to_bytes(48, "big"))
    with pytest.raises(ValueError, match="zip"):
        group.map_to_curve(bytes(width))


def test_a_point_of_the_curve_outside_the_group_is_refused():
    with pytest.raises(DecodingError, match="outside"):
        G1Points.decode(bytes([0x80]) + (4).to_bytes(47, "big"))


@GROUPS
@pytest.mark.parametrize("flags", range(8))
def test_only_the_flags_that_the_point_has_decode(group, flags):
    data = times_generator(group, 1).encode()
    damaged = bytes([data[0] & 0x1F | flags << 5]) + data[1:]
    assert decodes(group, damaged) == (flags in {0b100, 0b101})


def test_the_pairing_is_bilinear():
    P, Q = times_generator(G1Points, 6, -2), times_generator(G2Points, 1, 3)
    assert pairing_product_is_one(P, Q)
    assert not pairing_product_is_one(P, Q.neg().slice(0, 1, 1).add(Q))


def test_a_pair_with_the_identity_counts_as_one():
    assert pairing_product_is_one(times_generator(G1Points, 0, 1), times_generator(G2Points, 1, 0))
    assert pairing_product_is_one(G1Points([]), G2Points([]))


def test_pairs_of_points_must_match():
    with pytest.raises(ValueError, match="zip"):
        pairing_product_is_one(times_generator(G1Points, 1), times_generator(G2Points, 1, 2))


def test_every_row_is_hashed_behind_the_prefix():
    expected = hashlib.sha256(b"\x00abc").digest() + hashlib.sha256(b"\x00def").digest()
    assert sha256_rows(b"\x00", b"abcdef", 3) == expected
    assert sha256_rows(b"\x00", b"", 3) == b""
