"""Blind issuance: C = s·Q2 + Σ m_i·J_i, and a proof of knowledge of s and all m_i.

draft-irtf-cfrg-bbs-blind-signatures, as its fixtures compute (later text of the
draft differs).  The signed vector is (the signer's messages, s, the committed ones).
C hides perfectly; the proof keeps the holder from committing to anything but the J_i.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from zkhealth.curve import G1, G2, msm_vartime
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.signatures.core import Generators, Setting, Signature, check_vector, sign
from zkhealth.signatures.suites import Suite
from zkhealth.transcript import Nonces, joined

_LEAST = G1.BYTES + 2 * Fr.BYTES


@dataclass(frozen=True, eq=False)
class Commitment:
    """C with its proof; `m_hat` has one response for each committed message."""

    C: G1
    s_hat: Fr
    m_hat: Fr
    challenge: Fr

    def encode(self) -> bytes:
        """112 bytes, and 32 for each committed message."""
        return self.C.encode() + concat(self.s_hat, self.m_hat, self.challenge).encode()

    @classmethod
    def decode(cls, data: bytes, n_committed: int) -> Commitment:
        """The commitment to `n_committed` messages, a number that the signer knows.

        Raises:
            DecodingError: not of that length, not canonical, or C or a scalar is zero.
        """
        data, expected = as_bytes(data), _LEAST + Fr.BYTES * n_committed
        if len(data) != expected:
            raise DecodingError(f"expected a commitment of {expected} bytes, got {len(data)}")
        encoded = data[G1.BYTES :]
        if bytes(32) in (encoded[i : i + 32] for i in range(0, len(encoded), 32)):
            raise DecodingError("zero is not allowed as a scalar of a commitment")
        scalars, C = Fr.decode(encoded, 2 + n_committed), G1.decode(data[: G1.BYTES])
        if C.has_identity():
            raise DecodingError("the identity is not a commitment")
        return cls(C, scalars[0], scalars[1:-1], scalars[-1])

    def verify(self, suite: Suite, api_id: bytes, n_committed: int, context: bytes | None = None) -> None:
        """Check that whoever made C knows the prover blind and `n_committed` messages in it.

        `context` is the one given to `commit`; without one, anybody may send C again.

        Raises:
            VerificationError: the proof does not show that.
        """
        if self.C.has_identity() or self.m_hat.is_scalar or len(self.m_hat) != n_committed:
            raise VerificationError(f"expected a commitment to {n_committed} messages")
        bases = committed_bases(suite, api_id, n_committed)
        Cbar = msm_vartime(concat(self.s_hat, self.m_hat, -self.challenge), G1.stack(bases, self.C))
        if _challenge(suite, api_id, bases, self.C, Cbar, context) != self.challenge:
            raise VerificationError("the proof of a commitment does not hold")


def commit(suite: Suite, api_id: bytes, committed: Fr, context: bytes | None = None) -> tuple[Commitment, Fr]:
    """Commit to messages that the signer shall not see; returns also the prover blind, to be kept secret.

    `context` binds the request to one offer; None is the draft, which binds nothing.

    >>> from zkhealth.signatures.suites import SHA_256
    >>> commitment, secret_prover_blind = commit(SHA_256, b"example", Fr([4, 5]), b"an offer")
    >>> commitment.verify(SHA_256, b"example", 2, b"an offer")
    """
    check_vector(committed)
    bases = committed_bases(suite, api_id, len(committed))
    about = joined(suite.id, api_id, b"" if context is None else context)
    drawn = Nonces(b"zkhealth/bbs-commitment/v1", about, committed).vector(len(committed) + 2)
    blind, tilde = drawn[0], drawn[1:]
    secrets = concat(blind, committed)
    C, Cbar = secrets @ bases, tilde @ bases
    c = _challenge(suite, api_id, bases, C, Cbar, context)
    hat = tilde + c * secrets
    return Commitment(C, hat[0], hat[1:], c), blind


def committed_bases(suite: Suite, api_id: bytes, n_committed: int) -> G1:
    """Q2 and J_1 … J_M, which no signer's message uses."""
    return suite.generators(b"BLIND_" + api_id, n_committed + 1)


@functools.lru_cache(maxsize=32)
def blind_generators(suite: Suite, api_id: bytes, n_signer: int, n_committed: int) -> Generators:
    """P1, Q1, and H_1 … H_L, Q2, J_1 … J_M as bases of the messages."""
    points = suite.generators(api_id, n_signer + 1)
    return Generators(suite.P1, points[0], G1.stack(points[1:], committed_bases(suite, api_id, n_committed)))


def blind_setting(suite: Suite, api_id: bytes, pk: G2, header: bytes, *, n_signer: int, n_committed: int) -> Setting:
    """The setting of a signature on the signer's messages, the prover blind and the committed ones."""
    return Setting(suite, api_id, blind_generators(suite, api_id, n_signer, n_committed), pk, header)


def sign_blindly(
    setting: Setting,
    sk: Fr,
    messages: Fr,
    commitment: Commitment | None,
    *,
    n_committed: int,
    context: bytes | None = None,
) -> Signature:
    """Sign the signer's `messages` and what `commitment` holds, after checking its proof.

    Without a commitment, nothing is committed and the prover blind is 0.

    Raises:
        VerificationError: the proof does not hold, or not for `n_committed` messages.
        ValueError: the setting is for another number of messages, or not for blind signatures.
    """
    bases = committed_bases(setting.suite, setting.api_id, n_committed)
    check_vector(messages, setting.n - len(bases))
    if setting.generators.H[len(messages) :] != bases:
        raise ValueError("expected a setting for blind signatures")
    if commitment is not None:
        commitment.verify(setting.suite, setting.api_id, n_committed, context)
        return sign(setting, sk, messages, commitment.C)
    if n_committed:
        raise ValueError(f"expected a commitment to {n_committed} messages")
    return sign(setting, sk, messages, G1.identity())


def _challenge(suite: Suite, api_id: bytes, bases: G1, C: G1, Cbar: G1, context: bytes | None) -> Fr:
    """The draft's hash of M, the bases, C and Cbar; `context`, if any, follows with its length."""
    data = (len(bases) - 1).to_bytes(8, "big") + G1.stack(bases, C, Cbar).encode()
    if context is not None:
        data += len(context).to_bytes(8, "big") + as_bytes(context)
    return suite.hash_to_scalar(data, api_id + b"H2S_")
