"""Merkle trees: leaf = D[i], or D[0:m] is a prefix of D[0:n], for a list D known only by its root.

RFC 9162 section 2.1, with SHA-256.
A proof authenticates and hides nothing: it shows the position of its leaf and the hashes of the leaf's neighbours.

    >>> log = MerkleTree()
    >>> log.extend([b"measles 2024-03-01", b"polio 2024-03-01", b"flu 2025-10-12"])
    >>> root, size = log.root(), len(log)
    >>> proof = log.inclusion_proof(1)
    >>> verify_inclusion(root, size, 1, b"polio 2024-03-01", proof)

A log that has grown proves that it rewrote nothing:

    >>> log.append(b"flu 2026-10-08")
    3
    >>> verify_consistency(root, size, log.root(), len(log), log.consistency_proof(size))

See NOTES.md beside this file for the algorithms and what they assume.
"""

from zkhealth.merkle.hashing import EMPTY_ROOT, leaf_hash
from zkhealth.merkle.proof import MAX_SIZE, Proof, decode_proof, encode_proof, verify_consistency, verify_inclusion
from zkhealth.merkle.tree import MerkleTree

__all__ = [
    "MerkleTree",
    "Proof",
    "verify_inclusion",
    "verify_consistency",
    "encode_proof",
    "decode_proof",
    "leaf_hash",
    "EMPTY_ROOT",
    "MAX_SIZE",
]
