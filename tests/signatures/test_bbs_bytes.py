"""Attacks 8 to 11 and 13 on BBS proofs, signatures and keys: nothing is written in two ways."""

from dataclasses import replace

import pytest
from oracles import P_MODULUS, R
from signatures.bbs_forger import is_accepted
from signatures.sample_bbs import (
    API,
    PH,
    check,
    disclosed,
    sample_proof,
    setting_for,
)

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    Proof,
    Signature,
    check_challenge,
    decode_public_key,
    first_messages,
    generators,
)

# --- 8 to 11, 13: encodings --------------------------------------------------------------------


POINT_SLOTS = range(0, 144, 48)
SCALAR_SLOTS = range(144, 144 + 32 * 6, 32)


def decode_with(at, piece):
    encoded = sample_proof().encode()
    return Proof.decode(encoded[:at] + piece + encoded[at + len(piece) :], 2)


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_8_every_way_to_write_infinity(at):
    for head in ("c0", "c010", "c123", "e0", "40", "80", "00"):
        with pytest.raises(DecodingError):
            decode_with(at, bytes.fromhex(head).ljust(48, b"\0"))


@pytest.mark.parametrize("at", SCALAR_SLOTS)
def test_9_scalars_are_reduced_and_not_zero(at):
    encoded = sample_proof().encode()
    s = int.from_bytes(encoded[at : at + 32], "big")
    for value in (0, R, 2**256 - 1, s + R if s + R < 2**256 else R + 1):
        with pytest.raises(DecodingError):
            decode_with(at, value.to_bytes(32, "big"))


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_9_coordinates_are_reduced(at):
    piece = sample_proof().encode()[at : at + 48]
    x = int.from_bytes(piece, "big") & (1 << 381) - 1
    if x + P_MODULUS < 1 << 381:
        with pytest.raises(DecodingError):
            decode_with(at, (x + P_MODULUS | piece[0] >> 5 << 381).to_bytes(48, "big"))
    with pytest.raises(DecodingError):
        decode_with(at, (P_MODULUS | 4 << 381).to_bytes(48, "big"))


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_10_flags(at):
    piece = sample_proof().encode()[at : at + 48]
    for flag in (0x80, 0x40):
        with pytest.raises(DecodingError):
            decode_with(at, bytes([piece[0] ^ flag]) + piece[1:])
    assert not is_accepted(decode_with(at, bytes([piece[0] ^ 0x20]) + piece[1:]), disclosed())


def test_11_another_length():
    encoded = sample_proof().encode()
    assert Proof.decode(encoded, 2).encode() == encoded
    for n, data in ((1, encoded), (3, encoded), (2, encoded[:-32]), (2, encoded + bytes(31)), (2, b""), (-9, b"")):
        with pytest.raises(DecodingError):
            Proof.decode(data, n)


@pytest.mark.parametrize("n_hats", [1, 3])
def test_11_another_number_of_responses(n_hats):
    proof = replace(sample_proof(), m_hat=Fr([1] * n_hats))
    for verifier in (first_messages, lambda *args: check_challenge(*args, PH)):
        with pytest.raises(VerificationError, match="2 hidden"):
            verifier(setting_for(4), proof, disclosed())
    with pytest.raises(VerificationError, match="2 hidden"):
        check(replace(sample_proof(), m_hat=Fr(1)))


def outside_the_subgroup():
    """x = 0 has order 3, x = 4 lies on the curve too; both encodings are canonical."""
    return [(x | 4 << 381).to_bytes(48, "big") for x in (0, 4)]


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_13_points_outside_the_subgroup(at):
    for piece in outside_the_subgroup():
        with pytest.raises(DecodingError):
            decode_with(at, piece)


def test_13_signatures_and_keys_outside_the_subgroup():
    e = bytes(31) + b"\1"
    for piece in outside_the_subgroup():
        with pytest.raises(DecodingError):
            Signature.decode(piece + e)
    for x in range(8):
        with pytest.raises(DecodingError):
            decode_public_key((x | 4 << (381 + 384)).to_bytes(96, "big"))


# --- parts ------------------------------------------------------------------------------------------------------


def test_generators_of_one_interface_are_cached():
    assert generators(SHA_256, API, 4) is generators(SHA_256, API, 4)
