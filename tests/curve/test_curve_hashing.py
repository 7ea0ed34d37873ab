"""Attack 18: hashing to the curve off the specification.  The vectors are in test_curve_vectors.py."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R, ecc_encode
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls import hash_to_curve as theirs

from zkhealth.curve import (
    G1,
    G2,
    derive_g1,
    expand_message_xmd,
    expand_message_xof,
    hash_to_g1,
    hash_to_g2,
    hash_to_scalar,
)
from zkhealth.curve.hash_to_curve import P_MODULUS

HASHES = pytest.mark.parametrize("hash_to_group", [hash_to_g1, hash_to_g2])
EXPANDERS = pytest.mark.parametrize("expand", [expand_message_xmd, expand_message_xof])


def digest_xmd(data):
    return hashlib.sha256(data).digest()


def digest_xof(data):
    return hashlib.shake_256(data).digest(32)


@settings(max_examples=10 if NATIVE else 3)
@given(st.binary(max_size=100), st.binary(min_size=1, max_size=255))
def test_messages_hash_to_the_points_of_py_ecc(msg, dst):
    assert hash_to_g1(msg, dst).encode() == ecc_encode(theirs.hash_to_G1(msg, dst, hashlib.sha256))


@pytest.mark.parametrize("size", [1, 255])
def test_tags_of_up_to_255_bytes_are_taken_as_they_are(size):
    dst = b"x" * size
    assert hash_to_g1(b"msg", dst).encode() == ecc_encode(theirs.hash_to_G1(b"msg", dst, hashlib.sha256))
    assert hash_to_g2(b"msg", dst).encode() == ecc_encode(theirs.hash_to_G2(b"msg", dst, hashlib.sha256))


@pytest.mark.parametrize("size", [256, 1000])
@pytest.mark.parametrize(
    ("expand", "shorten"), [(expand_message_xmd, digest_xmd), (expand_message_xof, digest_xof)], ids=["xmd", "xof"]
)
def test_longer_tags_are_hashed_and_not_cut(size, expand, shorten):
    dst = b"x" * size
    shortened = shorten(b"H2C-OVERSIZE-DST-" + dst)
    assert expand(b"msg", dst, 64) == expand(b"msg", shortened, 64)
    assert expand(b"msg", dst, 64) != expand(b"msg", dst[:255], 64)
    assert hash_to_g1(b"msg", dst, expand) == hash_to_g1(b"msg", shortened, expand)


@HASHES
@EXPANDERS
def test_an_empty_tag_is_refused(hash_to_group, expand):
    with pytest.raises(ValueError, match="tag"):
        hash_to_group(b"msg", b"", expand)


def test_derivation_refuses_an_empty_tag():
    with pytest.raises(ValueError, match="tag"):
        derive_g1(b"", [b"label"])


@pytest.mark.parametrize("length", [-1, 8161, 65535, 65536, 2**40])
def test_more_than_255_blocks_of_sha_256_are_refused(length):
    with pytest.raises(ValueError, match="8160"):
        expand_message_xmd(b"msg", b"tag", length)


@pytest.mark.parametrize("length", [-1, 65536, 2**40])
def test_more_than_65535_bytes_of_shake_256_are_refused(length):
    with pytest.raises(ValueError, match="65535"):
        expand_message_xof(b"msg", b"tag", length)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 8160])
@EXPANDERS
def test_expansions_have_the_length_asked_for_and_depend_on_it(expand, length):
    assert len(expand(b"msg", b"tag", length)) == length
    if length >= 31:
        assert not expand(b"msg", b"tag", length).startswith(expand(b"msg", b"tag", length - 1))


@pytest.mark.parametrize(
    ("hash_to_group", "count", "field", "map_to_curve", "clear_cofactor"),
    [
        (hash_to_g1, 2, ecc.FQ, theirs.map_to_curve_G1, theirs.clear_cofactor_G1),
        (hash_to_g2, 4, ecc.FQ2, theirs.map_to_curve_G2, theirs.clear_cofactor_G2),
    ],
    ids=["G1", "G2"],
)
def test_the_shake_suite_maps_its_own_expansion(hash_to_group, count, field, map_to_curve, clear_cofactor):
    uniform = hashlib.shake_256(b"msg" + (64 * count).to_bytes(2, "big") + b"tag" + b"\x03").digest(64 * count)
    u = [int.from_bytes(uniform[i : i + 64], "big") % P_MODULUS for i in range(0, len(uniform), 64)]
    u = [field(x) for x in u] if field is ecc.FQ else [field(u[:2]), field(u[2:])]
    expected = clear_cofactor(ecc.add(*(map_to_curve(x) for x in u)))
    assert hash_to_group(b"msg", b"tag", expand_message_xof).encode() == ecc_encode(expected)


@HASHES
def test_message_tag_and_expander_all_count(hash_to_group):
    points = [
        hash_to_group(b"msg", b"tag"),
        hash_to_group(b"msgt", b"ag"),
        hash_to_group(b"msg", b"tag2"),
        hash_to_group(b"", b"tag"),
        hash_to_group(b"msg", b"tag", expand_message_xof),
    ]
    assert len({point.encode() for point in points}) == len(points)


@HASHES
def test_hashes_are_points_of_the_group_and_not_the_identity(hash_to_group):
    point = hash_to_group(b"msg", b"tag")
    assert type(point).decode(point.encode()) == point
    assert not point.has_identity()


@pytest.mark.parametrize(("msg", "dst"), [("msg", b"tag"), (b"msg", "tag"), (1, b"tag"), (b"msg", None)])
@HASHES
def test_messages_and_tags_are_bytes(hash_to_group, msg, dst):
    with pytest.raises(TypeError):
        hash_to_group(msg, dst)


def test_bytearrays_and_views_hash_like_bytes():
    assert hash_to_g1(bytearray(b"msg"), memoryview(b"tag")) == hash_to_g1(b"msg", b"tag")


def test_a_vector_is_derived_label_by_label():
    labels = [b"a", b"b", b"a"]
    assert derive_g1(b"tag", labels) == G1.stack(*(hash_to_g1(label, b"tag") for label in labels))
    assert derive_g1(b"tag", []) == G1.stack()


def test_the_two_groups_hash_apart():
    assert type(hash_to_g1(b"msg", b"tag")) is G1
    assert type(hash_to_g2(b"msg", b"tag")) is G2


@given(
    st.binary(max_size=50),
    st.binary(min_size=1, max_size=300),
    st.sampled_from([expand_message_xmd, expand_message_xof]),
)
def test_a_scalar_is_48_uniform_bytes_modulo_r(msg, dst, expand):
    scalar = hash_to_scalar(msg, dst, expand)
    assert scalar.is_scalar
    assert int(scalar) == int.from_bytes(expand(msg, dst, 48), "big") % R


@pytest.mark.parametrize(
    ("msg", "dst", "error"), [(b"", b"", ValueError), ("", b"x", TypeError), (b"", "x", TypeError)]
)
def test_a_scalar_is_hashed_from_bytes_under_a_tag(msg, dst, error):
    with pytest.raises(error):
        hash_to_scalar(msg, dst)
