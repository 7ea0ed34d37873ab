"""Proving a policy on one record under a published Merkle root.

The presentation shows the leaf (five commitments), its place in the tree, and one
range argument for all facts.  It hides the attributes, not which leaf they are in:
showing the same record twice can be linked.  Policy, root, size and nonce are the
verifier's; the proof is bound to them, to the leaf and to its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.encoding import wire
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.merkle import Proof, decode_proof, encode_proof, verify_inclusion
from zkhealth.rangeproof import Committed, Statement, prove, verify
from zkhealth.records.policy import Policy
from zkhealth.records.record import ATTRIBUTES, CommittedRecord
from zkhealth.transcript import joined

_TAG = b"zkhealth/records/presentation/v1"
_VERSION = 1
_MAX_BYTES = 1 << 12
NONCE_BYTES = 32


@dataclass(frozen=True)
class Presentation:
    """What the holder sends."""

    index: int
    leaf: bytes
    path: Proof
    proof: bytes

    def encode(self) -> bytes:
        """Deterministic CBOR (RFC 8949, section 4.2): [version, index, leaf, path, proof]."""
        return wire.encode([_VERSION, self.index, self.leaf, encode_proof(self.path), self.proof])

    @classmethod
    def decode(cls, data: bytes) -> Presentation:
        """The inverse of `encode`.

        Raises:
            DecodingError: too long, or not exactly what `encode` makes.
        """
        match wire.decode(data, _MAX_BYTES):
            case [version, int(index), bytes(leaf), bytes(path), bytes(proof)] if (
                version == _VERSION and type(version) is type(index) is int  # In Python, True == 1.
            ):
                return cls(index, leaf, decode_proof(path), proof)
        raise DecodingError("expected a presentation of version 1")


def present(
    policy: Policy, root: bytes, size: int, nonce: bytes, held: CommittedRecord, place: tuple[int, Proof]
) -> bytes:
    """Prove the policy on the record that is at `place` (index and path) under the root.

    Raises:
        WitnessError: the record does not meet the policy, or is not at this place.
    """
    index, path = place
    try:
        verify_inclusion(root, size, index, held.leaf, path)
    except VerificationError as e:
        raise WitnessError(f"the record is not at this place: {e}") from None
    statement, hidden = _statement(policy, held.commitments)
    scalars = held.record.scalars()
    openings = {x: (scalars[i], held.blindings[i]) for i, x in hidden.items() if x in statement.hidden}
    proof = prove(statement, openings, _context(policy, root, size, nonce, index, held.leaf))
    return Presentation(index, held.leaf, path, proof).encode()


def check(policy: Policy, root: bytes, size: int, nonce: bytes, presentation: bytes) -> Presentation:
    """Check a presentation against the verifier's own policy, root, size and nonce.

    Raises:
        DecodingError: the bytes are not a presentation.
        VerificationError: it does not prove the policy.
    """
    shown = Presentation.decode(presentation)
    verify_inclusion(root, size, shown.index, shown.leaf, shown.path)
    statement, _ = _statement(policy, G1.decode(shown.leaf, len(ATTRIBUTES)))
    verify(statement, shown.proof, _context(policy, root, size, nonce, shown.index, shown.leaf))
    return shown


def _statement(policy: Policy, commitments: G1) -> tuple[Statement, dict[int, Committed]]:
    """The policy as a statement about the commitments, and these by place."""
    hidden = {i: Committed(C) for i, C in enumerate(commitments)}
    return Statement(*policy.facts(dict(zip(ATTRIBUTES, hidden.values(), strict=True)))), hidden


def _context(policy: Policy, root: bytes, size: int, nonce: bytes, index: int, leaf: bytes) -> bytes:
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"expected a nonce of {NONCE_BYTES} bytes, got {len(nonce)}")
    numbers = (n.to_bytes(8, "big") for n in (size, index))
    return joined(_TAG, policy.digest(), root, nonce, *numbers, leaf)
