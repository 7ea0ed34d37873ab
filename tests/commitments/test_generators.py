"""Attack 17: nobody knows a relation between generators, since each is the hash of a documented string."""

import functools
import hashlib
import itertools

import pytest
from oracles import NATIVE, ecc_encode
from py_ecc.bls.hash_to_curve import hash_to_G1

from zkhealth.commitments import pedersen_bases, range_bases, vector_bases
from zkhealth.commitments.pedersen import VectorPedersen
from zkhealth.curve import G1, hash_to_g1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr

N = 64
ROLES = {
    "PEDERSEN": lambda: pedersen_bases().points,
    "VECTOR": lambda: vector_bases(N),
    "RANGE-LEFT": lambda: range_bases(N)[0],
    "RANGE-RIGHT": lambda: range_bases(N)[1],
}
LABELS = {role: [b"%d" % i for i in range(N)] for role in ROLES} | {"PEDERSEN": [b"value", b"blinding"]}


def tag(role):
    return f"ZKHEALTH-V01-{role}_BLS12381G1_XMD:SHA-256_SSWU_RO_".encode()


@functools.cache
def everything():
    return [point for role in ROLES for point in ROLES[role]()]


@pytest.mark.parametrize("role", ROLES)
def test_every_generator_is_the_hash_of_its_documented_string(role):
    assert ROLES[role]() == G1.stack(*(hash_to_g1(label, tag(role)) for label in LABELS[role]))


@pytest.mark.parametrize("role", ROLES)
def test_the_hashes_are_those_of_py_ecc(role):
    for i in (0, -1):
        theirs = hash_to_G1(LABELS[role][i], tag(role), hashlib.sha256)
        assert ROLES[role]()[i].encode() == ecc_encode(theirs)


def test_no_generator_is_another_one_or_its_negative():
    without_sign = {bytes([data[0] & 0xDF]) + data[1:] for data in (point.encode() for point in everything())}
    assert len(without_sign) == len(everything()) == 2 + 3 * N


def test_no_generator_is_the_identity_or_the_standard_one():
    assert not any(point.has_identity() for point in everything())
    assert not any(point in (G1.generator(), -G1.generator()) for point in everything())


def test_no_small_relation_holds_between_generators():
    multiples = {(Fr(k) * G1.generator()).encode() for k in range(1, 100 if NATIVE else 10)}
    generators = everything()
    assert not multiples & {point.encode() for point in generators}
    assert not {(P + Q).encode() for P, Q in itertools.pairwise(generators)} & {point.encode() for point in generators}


def test_every_role_has_its_own_tag():
    assert len({tag(role) for role in ROLES}) == len(ROLES)
    assert len({ROLES[role]()[0].encode() for role in ROLES}) == len(ROLES)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 31, 32, 33, N])
def test_fewer_generators_are_the_first_of_more(n):
    assert vector_bases(n) == vector_bases(N)[:n]
    assert range_bases(n) == (range_bases(N)[0][:n], range_bases(N)[1][:n])


def test_more_generators_extend_fewer():
    assert vector_bases(2 * N)[:N] == vector_bases(N)
    assert vector_bases(N + 1)[N] == hash_to_g1(b"64", tag("VECTOR"))


def test_the_blinding_base_of_vectors_is_that_of_single_commitments():
    assert VectorPedersen(3).bases.points == G1.stack(vector_bases(3), pedersen_bases().points[1])


def opens(C, v, s, G, H):
    if C != v * G + s * H:
        raise VerificationError("the commitment does not open to this value")


def test_attack_17_who_knows_a_relation_opens_to_any_value():
    """With H = h·G a commitment to 7 opens to 99; with the hashed H the same lie is found out."""
    G, H = pedersen_bases().points
    h, v, s, lie = Fr(123456), Fr(7), Fr(1000), Fr(99)
    forged = s + (v - lie) / h
    opens(v * G + s * (h * G), lie, forged, G, h * G)
    with pytest.raises(VerificationError):
        opens(v * G + s * H, lie, forged, G, H)


@pytest.mark.parametrize("bases", [vector_bases, range_bases])
def test_a_negative_number_of_generators_is_a_value_error(bases):
    with pytest.raises(ValueError):
        bases(-1)
