"""A BBS proof and its verifier: PK{ (A, e, hidden m_j) : (A, e) signs all m_i }, with the m_i disclosed.

CoreProofVerify of draft-irtf-cfrg-bbs-signatures.  The proof shows Abar, Bbar, D with
e(Abar, W) = e(Bbar, P2), and knows how they come from one signature.  `presentation
header` (ph) is whatever else the challenge shall bind.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zkhealth.curve import G1, G2, msm_vartime, pairing_product_is_one
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.signatures.core import Setting
from zkhealth.signatures.suites import MAX_GENERATORS

_POINTS = 3 * G1.BYTES
_LEAST = _POINTS + 4 * Fr.BYTES


@dataclass(frozen=True, eq=False)
class Proof:
    """Three points, and responses; `m_hat` has one for each hidden message."""

    Abar: G1
    Bbar: G1
    D: G1
    e_hat: Fr
    r1_hat: Fr
    r3_hat: Fr
    m_hat: Fr
    challenge: Fr

    def encode(self) -> bytes:
        """272 bytes, and 32 for each hidden message."""
        scalars = concat(self.e_hat, self.r1_hat, self.r3_hat, self.m_hat, self.challenge)
        return G1.stack(self.Abar, self.Bbar, self.D).encode() + scalars.encode()

    @classmethod
    def decode(cls, data: bytes, n_hidden: int) -> Proof:
        """The proof that hides `n_hidden` messages, a number that the verifier knows.

        Raises:
            DecodingError: not of that length, not canonical, or a point or scalar is zero.
        """
        data, expected = as_bytes(data), _LEAST + Fr.BYTES * n_hidden
        if len(data) != expected:
            raise DecodingError(f"expected a proof of {expected} bytes, got {len(data)}")
        encoded = data[_POINTS:]
        if bytes(32) in (encoded[i : i + 32] for i in range(0, len(encoded), 32)):
            raise DecodingError("zero is not allowed as a scalar of a proof")
        scalars = Fr.decode(encoded, 4 + n_hidden)
        points = G1.decode(data[:_POINTS], 3)
        if points.has_identity():
            raise DecodingError("the identity is not allowed in a proof")
        Abar, Bbar, D = points
        return cls(Abar, Bbar, D, scalars[0], scalars[1], scalars[2], scalars[3:-1], scalars[-1])


def count_hidden(data: bytes, n_disclosed: int) -> int:
    """How many messages a proof of this length hides.

    Raises:
        DecodingError: no proof is so short, or so long.
    """
    n_hidden = (len(data) - _LEAST) // Fr.BYTES
    if not 0 <= n_hidden < MAX_GENERATORS - n_disclosed:
        raise DecodingError(f"expected a proof of {_LEAST} bytes and 32 for each hidden message, got {len(data)}")
    return n_hidden


def hidden_indexes(n: int, disclosed: Iterable[int]) -> list[int]:
    """The indexes of the messages that stay hidden, ascending.

    Raises:
        ValueError: an index is out of range or occurs twice.
    """
    listed = list(disclosed)
    if any(isinstance(i, bool) or not isinstance(i, int) for i in listed):
        raise TypeError("expected indexes of messages")
    if len(set(listed)) != len(listed) or any(not 0 <= i < n for i in listed):
        raise ValueError(f"expected different indexes below {n}, got {listed}")
    return sorted(set(range(n)).difference(listed))


def scattered(values: Fr, indexes: Sequence[int], n: int) -> Fr:
    """A vector of `n` with `values` at `indexes` and zeros elsewhere."""
    place = {i: k for k, i in enumerate(indexes, start=1)}
    return concat(Fr(0), values)[[place.get(i, 0) for i in range(n)]]


def proof_challenge(setting: Setting, disclosed: Mapping[int, Fr], points: Sequence[G1], ph: bytes) -> Fr:
    """The hash of Abar, Bbar, D, T1, T2, all that is disclosed, and `ph` (ProofChallengeCalculate)."""
    shown = b"".join(i.to_bytes(8, "big") + disclosed[i].encode() for i in sorted(disclosed))
    c_octets = len(disclosed).to_bytes(8, "big") + shown + G1.stack(*points).encode() + setting.domain.encode()
    return setting.hash_to_scalar(c_octets + len(ph).to_bytes(8, "big") + as_bytes(ph))


def first_messages(setting: Setting, proof: Proof, disclosed: Mapping[int, Fr]) -> tuple[G1, G1]:
    """T1 = e^·Abar + c·Bbar + r1^·D and T2 = r3^·D + c·(P1 + domain·Q1 + Σ m_i·H_i) + Σ m^_j·H_j.

    Raises:
        VerificationError: not one response for each hidden message, or a point is the identity.
        ValueError: an index is out of range.
    """
    hidden, shown = hidden_indexes(setting.n, disclosed), sorted(disclosed)
    m, m_hat, c = concat(*(_scalar(disclosed[i]) for i in shown)), proof.m_hat, proof.challenge
    if m_hat.is_scalar or len(m_hat) != len(hidden):
        raise VerificationError(f"expected a proof with {len(hidden)} hidden messages")
    points = G1.stack(proof.Abar, proof.Bbar, proof.D)
    if points.has_identity():
        raise VerificationError("the identity is not allowed in a proof")

    T1 = msm_vartime(concat(proof.e_hat, c, proof.r1_hat), points)
    on_H = scattered(m_hat, hidden, setting.n) + c * scattered(m, shown, setting.n)
    on_all = concat(proof.r3_hat, c, c * setting.domain, on_H)
    return T1, msm_vartime(on_all, G1.stack(proof.D, setting.generators.points))


def check_challenge(setting: Setting, proof: Proof, disclosed: Mapping[int, Fr], ph: bytes) -> None:
    """Everything but the pairing; `check_pairings` is the other half.

    Raises:
        VerificationError: the proof does not fit.
        ValueError: an index is out of range.
    """
    T1, T2 = first_messages(setting, proof, disclosed)
    points = (proof.Abar, proof.Bbar, proof.D, T1, T2)
    if proof_challenge(setting, disclosed, points, ph) != proof.challenge:
        raise VerificationError("the proof of a signature does not hold")


def pairing_terms(proofs: Iterable[tuple[G2, Proof]], weights: Fr) -> list[tuple[G1, G2]]:
    """Pairs whose pairing product is one if e(Abar, W) = e(Bbar, P2) for each key and proof.

    One pair for each different key, and one.  Draw the weights, of 128 bits, when
    everything is received (`random_weights`): with weights known before, or equal ones,
    two proofs that know no signature pass together.
    """
    listed = list(proofs)
    if weights.is_scalar or len(weights) != len(listed):
        raise ValueError(f"expected {len(listed)} weights")
    by_key: dict[bytes, list[int]] = {}
    for i, (pk, _) in enumerate(listed):
        by_key.setdefault(pk.encode(), []).append(i)
    terms = [
        (msm_vartime(weights[at], G1.stack(*(listed[i][1].Abar for i in at))), listed[at[0]][0])
        for at in by_key.values()
    ]
    return [*terms, (-msm_vartime(weights, G1.stack(*(proof.Bbar for _, proof in listed))), G2.generator())]


def random_weights(n: int) -> Fr:
    """`n` weights of 128 bits that nobody could foresee."""
    return Fr([secrets.randbits(128) for _ in range(n)])


def check_pairings(proofs: Iterable[tuple[G2, Proof]]) -> None:
    """e(Abar, W) = e(Bbar, P2) for each public key W and its proof, all at once.

    Raises:
        VerificationError: for at least one it does not hold.
    """
    listed = list(proofs)
    if len(listed) == 1:
        ((pk, proof),) = listed
        terms = [(proof.Abar, pk), (-proof.Bbar, G2.generator())]
    else:
        terms = pairing_terms(listed, random_weights(len(listed)))
    if not pairing_product_is_one(terms):
        raise VerificationError("the proof does not come from a signature")


def proof_verify(setting: Setting, proof: Proof, disclosed: Mapping[int, Fr], ph: bytes) -> None:
    """Check that the holder has a signature on `disclosed`, at these indexes, and on messages that stay hidden.

    Raises:
        VerificationError: the proof does not show that.
        ValueError: an index is out of range.
    """
    check_challenge(setting, proof, disclosed, ph)
    check_pairings([(setting.pk, proof)])


def _scalar(value: Fr) -> Fr:
    if not isinstance(value, Fr) or not value.is_scalar:
        raise TypeError("expected one scalar for each disclosed message")
    return value
