"""Attacks 8 to 11 and 13: every encoding but the canonical one of a point of the group is refused.

Where a decoder with one check less would accept, the test says so first.
"""

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import GENERATORS, NATIVE, P_MODULUS, R, compress, ecc_encode, ecc_multiple
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.point_compression import decompress_G1, decompress_G2

from zkhealth.curve import G1, G2
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

GROUPS = pytest.mark.parametrize("group", [G1, G2])
CURVE = {G1: ecc.b, G2: ecc.b2}
COFACTOR = {
    G1: 0x396C8C005555E1568C00AAAB0000AAAB,
    G2: int(
        "5d543a95414e7f1091d50792876a202cd91de4547085abaa68a205b2e5a7ddfa"
        "628f1cb4d9e82ef21537e293a6691ae1616ec6e786f0c70cf1c38e31c7238e5",
        16,
    ),
}
WAYS = pytest.mark.parametrize("way", ["alone", "first", "last", "with a number"])


def decode(group, data, way="alone"):
    """Every path into `group` that bytes can take."""
    valid = group.generator().encode()
    match way:
        case "alone":
            return group.decode(data)
        case "first":
            return group.decode(data + valid)
        case "last":
            return group.decode(valid + data)
        case "with a number":
            return group.decode(valid + data + valid, 3)


def refuse(group, data, way="alone"):
    with pytest.raises(DecodingError):
        decode(group, data, way)


def lenient(group, data):
    """A decoder without the subgroup check: py_ecc's."""
    ints = [int.from_bytes(data[i : i + 48], "big") for i in range(0, len(data), 48)]
    return decompress_G1(ints[0]) if group is G1 else decompress_G2(tuple(ints))


def points_of_the_curve(group):
    """Points with a small x; the cofactor being large, none is in the group."""
    for x in range(1, 50):
        try:
            yield lenient(group, compress([x] if group is G1 else [x, 0], [1] if group is G1 else [1, 0]))
        except ValueError:
            continue


@functools.cache
def on_the_curve(group):
    """A point of the curve that is not in the group."""
    point = next(points_of_the_curve(group))
    assert not ecc.is_inf(ecc.multiply(point, R))
    return point


@functools.cache
def small_order(group, order):
    """A point of a small prime order."""
    cofactor = COFACTOR[group]
    while cofactor % order == 0:
        cofactor //= order
    cleared = (ecc.multiply(point, R * cofactor) for point in points_of_the_curve(group))
    point = next(point for point in cleared if not ecc.is_inf(point))
    while not ecc.is_inf(ecc.multiply(point, order)):
        point = ecc.multiply(point, order)
    return point


@GROUPS
def test_multiples_of_the_generator_survive_the_round_trip(group):
    ks = [0, 1, 2, 3, R - 1, 2**200]
    points = Fr(ks) * group.generator()
    assert group.decode(points.encode()) == group.decode(points.encode(), len(ks)) == points
    assert all(group.decode(point.encode()) == point for point in points)


@GROUPS
def test_one_point_decodes_to_a_point_and_more_to_a_vector(group):
    data = group.generator().encode()
    assert group.decode(data).is_point and group.decode(data, 1).is_point
    assert not group.decode(data * 2).is_point
    assert group.decode(b"", 0) == group.stack()


@GROUPS
def test_bytearrays_and_views_decode_like_bytes(group):
    data = group.generator().encode()
    assert group.decode(bytearray(data)) == group.decode(memoryview(data)) == group.generator()


@GROUPS
@pytest.mark.parametrize("data", ["00", 3, None, [0] * 48, Fr(1)], ids=lambda data: type(data).__name__)
def test_only_bytes_decode(group, data):
    with pytest.raises(TypeError):
        group.decode(data)


# --- attack 13: outside the curve or the group --------------------------------


@GROUPS
@WAYS
def test_attack_13_a_point_of_the_curve_outside_the_group(group, way):
    data = ecc_encode(on_the_curve(group))
    assert ecc.eq(lenient(group, data), on_the_curve(group))
    refuse(group, data, way)


@pytest.mark.parametrize("y", [2, P_MODULUS - 2], ids=["2", "-2"])
@WAYS
def test_attack_13_the_points_of_order_three_with_x_zero(y, way):
    T = (ecc.FQ(0), ecc.FQ(y), ecc.FQ(1))
    assert ecc.is_on_curve(T, ecc.b) and ecc.is_inf(ecc.multiply(T, 3))
    data = compress([0], [y])
    assert data == bytes([0x80 | 0x20 * (y > 2)]) + bytes(47)
    refuse(G1, data, way)


@pytest.mark.parametrize(("group", "order"), [(G1, 3), (G1, 11), (G2, 13), (G2, 23)])
def test_attack_13_a_point_of_small_order(group, order):
    T = small_order(group, order)
    assert ecc.is_on_curve(T, CURVE[group]) and ecc.is_inf(ecc.multiply(T, order)) and not ecc.is_inf(T)
    refuse(group, ecc_encode(T))


@pytest.mark.parametrize(("group", "order"), [(G1, 3), (G1, 11), (G2, 13), (G2, 23)])
@pytest.mark.parametrize("k", [1, R - 2])
def test_attack_13_a_good_point_plus_a_point_of_small_order(group, order, k):
    T = small_order(group, order)
    mixed = ecc.add(ecc_multiple(group, k), T)
    assert ecc.eq(ecc.multiply(mixed, order), ecc.multiply(GENERATORS[group], k * order % R))  # T is cleared away
    refuse(group, ecc_encode(mixed))


@GROUPS
@WAYS
def test_attack_13_an_x_without_a_point(group, way):
    for x in range(1, 50):
        data = compress([x] if group is G1 else [x, 0], [1] if group is G1 else [1, 0])
        try:
            lenient(group, data)
        except ValueError:
            return refuse(group, data, way)
    raise AssertionError("none found")


# --- attacks 8 and 10: flags and infinities -----------------------------------


@GROUPS
@WAYS
@pytest.mark.parametrize("flags", [0b000, 0b001, 0b010, 0b011, 0b110, 0b111], ids=lambda flags: f"{flags:03b}")
def test_attack_10_wrong_flags_on_a_point(group, way, flags):
    data = group.generator().encode()
    refuse(group, bytes([data[0] & 0x1F | flags << 5]) + data[1:], way)


@GROUPS
@WAYS
@pytest.mark.parametrize("flags", [0b000, 0b001, 0b010, 0b011, 0b100, 0b101, 0b111], ids=lambda flags: f"{flags:03b}")
def test_attack_8_wrong_flags_on_the_identity(group, way, flags):
    refuse(group, bytes([flags << 5]).ljust(group.BYTES, b"\0"), way)


@GROUPS
def test_attack_8_an_identity_with_anything_behind_its_flags(group):
    canonical = group.identity().encode()
    for place in range(group.BYTES):
        for bit in range(8):
            data = bytearray(canonical)
            data[place] ^= 1 << bit
            refuse(group, bytes(data))


@pytest.mark.parametrize(("group", "start"), [(G1, "c010"), (G1, "c123"), (G1, "e000"), (G2, "c010"), (G2, "e000")])
@WAYS
def test_attack_8_the_infinities_that_libraries_accepted(group, start, way):
    refuse(group, bytes.fromhex(start).ljust(group.BYTES, b"\0"), way)


@GROUPS
def test_attack_10_the_flipped_sign_is_the_opposite_point_and_no_second_encoding(group):
    data = group.generator().encode()
    assert group.decode(bytes([data[0] ^ 0x20]) + data[1:]) == -group.generator()


@GROUPS
@pytest.mark.parametrize("flag", [0, 0x80, 0xA0], ids=hex)
def test_attack_10_an_uncompressed_point_in_the_place_of_compressed_ones(group, flag):
    x, y = (coordinate for coordinate in ecc.normalize(GENERATORS[group]))
    parts = [x, y] if group is G1 else [*x.coeffs[::-1], *y.coeffs[::-1]]
    data = b"".join(int(part).to_bytes(48, "big") for part in parts)
    data = bytes([data[0] | flag]) + data[1:]
    refuse(group, data)
    refuse(group, bytes([0x40]).ljust(2 * group.BYTES, b"\0"))


def test_points_of_one_group_are_not_points_of_the_other():
    refuse(G1, G2.generator().encode())
    refuse(G2, G1.stack(G1.generator(), G1.generator()).encode())
    refuse(G1, G2.identity().encode())
    refuse(G2, G1.stack(G1.identity(), G1.identity()).encode())


# --- attack 9: coordinates that are not reduced --------------------------------


@functools.cache
def with_small_x():
    """A multiple of the generator of G1 whose x + p still fits into 381 bits."""
    point = GENERATORS[G1]
    while int(ecc.normalize(point)[0]) + P_MODULUS >= 2**381:
        point = ecc.add(point, GENERATORS[G1])
    return point


@WAYS
def test_attack_9_x_plus_p_in_g1(way):
    data = ecc_encode(with_small_x())
    flags, x = data[0] & 0xE0, int.from_bytes(data, "big") % 2**381
    again = (x + P_MODULUS).to_bytes(48, "big")
    again = bytes([again[0] | flags]) + again[1:]
    assert int.from_bytes(again, "big") % 2**381 % P_MODULUS == x  # a decoder that reduces takes it for the same point
    assert G1.decode(data).encode() == data
    refuse(G1, again, way)


@functools.cache
def with_small_half(half):
    """A multiple of the generator of G2, one half of whose x may have p added: 0 is the real part."""
    point = GENERATORS[G2]
    while int(ecc.normalize(point)[0].coeffs[half]) + P_MODULUS >= 2**381:
        point = ecc.add(point, GENERATORS[G2])
    return point


@pytest.mark.parametrize("half", [0, 1], ids=["real", "imaginary"])
@WAYS
def test_attack_9_x_plus_p_in_g2(half, way):
    data = ecc_encode(with_small_half(half))
    flags, rest = data[0] & 0xE0, bytes([data[0] & 0x1F]) + data[1:]
    x_im, x_re = (int.from_bytes(part, "big") for part in (rest[:48], rest[48:]))
    x_re, x_im = (x_re + P_MODULUS, x_im) if half == 0 else (x_re, x_im + P_MODULUS)
    again = x_im.to_bytes(48, "big") + x_re.to_bytes(48, "big")
    assert G2.decode(data).encode() == data
    refuse(G2, bytes([again[0] | flags]) + again[1:], way)


@GROUPS
@pytest.mark.parametrize("x", [P_MODULUS, P_MODULUS + 1, 2**381 - 1], ids=["p", "p+1", "all ones"])
def test_attack_9_coordinates_not_below_p(group, x):
    for parts in [[x]] if group is G1 else [[x, 0], [0, x], [x, x]]:
        refuse(group, compress(parts, [1] * len(parts)))


# --- attack 11: lengths ---------------------------------------------------------


@GROUPS
def test_attack_11_trailing_and_missing_bytes(group):
    data = group.generator().encode()
    for wrong in (data + b"\0", b"\0" + data, data[:-1], data[1:], data * 2 + b"\0", data[:1], b""):
        refuse(group, wrong)


@GROUPS
@pytest.mark.parametrize(("copies", "n"), [(1, 0), (1, 2), (2, 1), (0, 1), (3, 2), (1, 2**32 - 1), (1, 2**80)])
def test_attack_11_another_number_of_points_than_asked_for(group, copies, n):
    with pytest.raises(DecodingError, match=f"expected {n * group.BYTES} bytes, got {copies * group.BYTES}"):
        group.decode(group.generator().encode() * copies, n)


@GROUPS
def test_attack_42_a_wrong_number_is_refused_before_any_point_is_looked_at(group):
    garbage = b"\xff" * group.BYTES * 100_000
    with pytest.raises(DecodingError, match="bytes, got"):
        group.decode(garbage, 3)


@GROUPS
def test_an_error_names_no_more_than_the_position(group):
    with pytest.raises(DecodingError) as refused:
        group.decode(group.generator().encode() + b"\xff" * group.BYTES)
    assert "ff" * 8 not in str(refused.value) and "1" in str(refused.value)


# --- fuzz ------------------------------------------------------------------------


@GROUPS
@given(data=st.binary(max_size=200), n=st.none() | st.integers(0, 3))
def test_any_bytes_decode_canonically_or_with_a_decoding_error(group, data, n):
    try:
        points = group.decode(data, n)
    except DecodingError:
        return
    assert points.encode() == data


@GROUPS
@settings(max_examples=300 if NATIVE else 8)
@given(st.data())
def test_damaged_points_decode_to_other_points_or_with_a_decoding_error(group, data):
    valid = (Fr(data.draw(st.integers(1, R - 1))) * group.generator()).encode()
    damaged = bytearray(valid)
    damage = st.dictionaries(st.integers(0, group.BYTES - 1), st.integers(1, 255), min_size=1)
    for place, change in data.draw(damage).items():
        damaged[place] ^= change
    try:
        point = group.decode(bytes(damaged))
    except DecodingError:
        return
    assert point.encode() == bytes(damaged) != valid


@GROUPS
@settings(max_examples=300 if NATIVE else 8)
@given(st.integers(0, P_MODULUS - 1), st.sampled_from([0x80, 0xA0]))
def test_a_random_coordinate_is_refused(group, x, flags):
    """The cofactors are 125 and 506 bits wide: no random point of the curve is in the group."""
    data = x.to_bytes(48, "big").rjust(group.BYTES, b"\0") if group is G2 else x.to_bytes(48, "big")
    refuse(group, bytes([data[0] | flags]) + data[1:])
