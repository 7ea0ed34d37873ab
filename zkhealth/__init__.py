"""zkhealth: prove facts about a health record without showing the record.

    >>> import zkhealth as zk
    >>> C, s = zk.Pedersen().commit(42)
    >>> proof = zk.prove_range(42, s, 18, 120, context=b"for the school, 2026-11-23")
    >>> zk.verify_range(C, proof, 18, 120, context=b"for the school, 2026-11-23")

See the README for the tour; the layers (`zk.field`, `zk.curve`, `zk.rangeproof`, …) are public too.
"""

from zkhealth import sigma
from zkhealth.backend import backend_name
from zkhealth.commitments import Pedersen, VectorPedersen
from zkhealth.curve import G1, G2
from zkhealth.errors import DecodingError, VerificationError, WitnessError, ZkHealthError
from zkhealth.field import Fr
from zkhealth.merkle import MerkleTree, verify_consistency, verify_inclusion
from zkhealth.rangeproof import prove_range, verify_range

__version__ = "0.1.0"

__all__ = [
    "G1",
    "G2",
    "DecodingError",
    "Fr",
    "MerkleTree",
    "Pedersen",
    "VectorPedersen",
    "VerificationError",
    "WitnessError",
    "ZkHealthError",
    "backend_name",
    "prove_range",
    "sigma",
    "verify_consistency",
    "verify_inclusion",
    "verify_range",
]
