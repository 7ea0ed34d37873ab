"""No damaged proof passes, and whatever bytes come, the verifier says so in one of two ways."""

import secrets
from dataclasses import replace
from functools import cache

import pytest
from forgeries import damaged
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R
from rangeproof.hidden import CONTEXT, hide, proven

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.rangeproof import Statement, argument, between, one_of, verify, verify_batch, verify_range
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.transcript import Transcript

INFINITY = G1.identity().encode()
OTHER = (Fr(77) * G1.generator()).encode()
STRIDE = 1 if NATIVE else 41
few = settings() if NATIVE else settings(max_examples=5)


@cache
def small():
    """Four bits, two rounds, two commitments: 7 points and 3 scalars."""
    (x, a), (y, b) = hide(2), hide(9)
    statement = Statement(between(x, 0, 3), one_of(y, [5, 9]))
    return statement, proven(statement, {x: a, y: b})


@cache
def wide():
    x, opening = hide(2**63 + 5)
    statement = Statement(between(x, 0, 2**64 - 1))
    return statement, proven(statement, {x: opening})


def is_not_accepted(statement, data, what=""):
    with pytest.raises((DecodingError, VerificationError)):
        verify(statement, data, CONTEXT)
        pytest.fail(f"accepted: {what}")


def test_the_zoo_is_refused():
    statement, proof = small()
    for what, data in damaged(proof, STRIDE):
        is_not_accepted(statement, data, what)


def test_the_zoo_of_a_wide_proof_is_refused(native):
    statement, proof = wide()
    for what, data in damaged(proof, 7):
        is_not_accepted(statement, data, what)


def test_every_bit_of_the_first_bytes_of_each_field_counts(native):
    """The flags of a point, the top of a scalar."""
    statement, proof = small()
    starts = [*range(0, 7 * 48, 48), *range(7 * 48, len(proof), 32)]
    for start in starts:
        for bit in range(8):
            data = proof[:start] + bytes([proof[start] ^ 1 << bit]) + proof[start + 1 :]
            is_not_accepted(statement, data, f"bit {bit} of byte {start}")


@pytest.mark.parametrize("n", [0, 1, 95, 96, 239, 240, 241, 336, 431, 433, 432 + 96, 816, 10**6])
def test_11_any_other_length_is_refused_before_decoding(n):
    statement, proof = small()
    assert len(proof) == 432
    for data in (bytes(n), (proof * (n // 432 + 1))[:n]):
        with pytest.raises(DecodingError, match=f"432 bytes, got {n}$"):
            verify(statement, data, CONTEXT)


@pytest.mark.parametrize("field", range(3))
def test_9_a_scalar_is_never_reduced(field):
    """s + r fits into 32 bytes for half of the scalars; r itself stands for the others."""
    statement, proof = small()
    at = 7 * 48 + 32 * field
    scalar = int.from_bytes(proof[at : at + 32], "big")
    again = scalar + R if scalar + R < 2**256 else R
    with pytest.raises(DecodingError):
        verify(statement, proof[:at] + again.to_bytes(32, "big") + proof[at + 32 :], CONTEXT)


@pytest.mark.parametrize("field", range(7))
def test_14_the_identity_is_refused_in_every_field(field):
    statement, proof = small()
    data = proof[: 48 * field] + INFINITY + proof[48 * (field + 1) :]
    with pytest.raises(DecodingError, match="identity"):
        verify(statement, data, CONTEXT)


@pytest.mark.parametrize("field", range(0, 7, 1 if NATIVE else 3))
def test_another_point_is_refused_in_every_field(field):
    statement, proof = small()
    with pytest.raises(VerificationError):
        verify(statement, proof[: 48 * field] + OTHER + proof[48 * (field + 1) :], CONTEXT)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(432), id="all zero bytes"),
        pytest.param(INFINITY * 7 + bytes(96), id="all identities and zeros"),
        pytest.param(OTHER * 7 + bytes(96), id="a point and zeros"),
    ],
)
def test_16_a_trivial_proof_is_refused(data):
    is_not_accepted(small()[0], data)


def test_a_proof_of_other_rounds_does_not_reach_the_equation():
    """`decode` fixes the number of rounds by N; the equation looks at it again."""
    statement, proof = small()
    decoded = RangeProof.decode(proof, 4)
    for L, R_ in (
        (decoded.L[:1], decoded.R[:1]),
        (G1.stack(decoded.L, decoded.A), G1.stack(decoded.R, decoded.A)),
        (decoded.L[:0], decoded.R[:0]),
    ):
        short = replace(decoded, L=L, R=R_)
        with pytest.raises(VerificationError, match="rounds"):
            argument.equation(statement.rows, short, argument.opened(statement.rows, CONTEXT))


def test_the_fields_come_in_the_order_sent():
    _, proof = small()
    p = RangeProof.decode(proof, 4)
    points = [p.A, p.L[0], p.R[0], p.L[1], p.R[1], p.A_, p.B_]
    assert proof == b"".join(x.encode() for x in [*points, p.r_, p.s_, p.delta_])
    for k, P in enumerate(points):
        assert P.encode() == proof[48 * k : 48 * k + 48]


class Silent(Transcript):
    """Gives the challenges that it was told to give."""

    __slots__ = ("told",)

    def challenge(self):
        return Fr(self.told.pop(0))


@pytest.mark.parametrize("position", [0, 2, 3], ids=["y", "first round", "last round"])
def test_16_a_challenge_of_zero_is_refused(position):
    """Where its inverse is needed; nothing but a VerificationError leaves."""
    statement, proof = small()
    transcript = Silent(b"test")
    transcript.told = [0 if k == position else 7 for k in range(5)]
    with pytest.raises(VerificationError, match="zero"):
        argument.equation(statement.rows, RangeProof.decode(proof, 4), transcript)


@few
@given(st.binary(max_size=500) | st.binary(min_size=432, max_size=432))
@example(b"")
def test_41_random_bytes_are_refused_cleanly(data):
    is_not_accepted(small()[0], data)


@few
@given(st.data())
def test_41_well_formed_random_proofs_are_refused_cleanly(data):
    """Points and scalars that decode, in any arrangement."""
    statement, proof = small()
    points = st.sampled_from([proof[i : i + 48] for i in range(0, 336, 48)] + [OTHER, INFINITY])
    scalars = st.sampled_from([proof[i : i + 32] for i in range(336, 432, 32)] + [bytes(32), R.to_bytes(32, "big")])
    parts = data.draw(st.lists(points, min_size=7, max_size=7)) + data.draw(st.lists(scalars, min_size=3, max_size=3))
    if b"".join(parts) != proof:
        is_not_accepted(statement, b"".join(parts))


@few
@given(st.binary(max_size=300), st.sampled_from([0, 1, 3, 255]))
def test_41_the_simple_verifier_takes_any_bytes_too(data, width):
    x, _ = hide(1, blinding=Fr(1))
    with pytest.raises((DecodingError, VerificationError)):
        verify_range(x.C, data, 0, width, context=CONTEXT)


def test_41_a_batch_with_any_bytes_is_refused_cleanly():
    statement, proof = small()
    for data in (b"", secrets.token_bytes(432), proof[:-1]):
        with pytest.raises((DecodingError, VerificationError)):
            verify_batch([(statement, proof, CONTEXT), (statement, data, CONTEXT)])


def test_bytes_like_proofs_are_read_alike():
    statement, proof = small()
    for data in (bytearray(proof), memoryview(proof)):
        verify(statement, data, bytearray(CONTEXT))
