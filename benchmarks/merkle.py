"""RFC 9162 trees, against a loop over hashlib and pymerkle."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from types import ModuleType
from typing import Any

from benchmarks.harness import Case, Contender, Here, against, at_most, verifier
from benchmarks.inputs import leaves
from zkhealth.errors import VerificationError
from zkhealth.merkle import MerkleTree, verify_inclusion

_MIDDLE = 1 << 14
_INDEX = 4321
_NOTE = "pymerkle at 2^14 only: a fifth of a second"


def tree_of(data: list[bytes]) -> MerkleTree:
    """A tree of these leaves."""
    tree = MerkleTree()
    tree.extend(data)
    return tree


def hashlib_root(data: list[bytes]) -> bytes:
    """The root of a power of two leaves, in the plainest Python that is not slow."""
    row = [sha256(b"\x00" + leaf).digest() for leaf in data]
    while len(row) > 1:
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def _pymerkle(pymerkle: ModuleType, data: list[bytes]) -> Any:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in data:
        tree.append_entry(leaf)
    return tree


def _build(n: int) -> Mapping[str, Contender]:
    data = leaves(n)
    rivals = {"hashlib": lambda _: Here(lambda: hashlib_root(data))}
    if n == _MIDDLE:
        rivals["pymerkle"] = lambda pymerkle: Here(lambda: _pymerkle(pymerkle, data).get_state())
    return against(Here(lambda: tree_of(data).root()), **rivals)


def _verify() -> Mapping[str, Contender]:
    """A leaf under a root that all have computed alike."""
    data = leaves(_MIDDLE)
    tree = tree_of(data)
    root, leaf, proof = tree.root(), data[_INDEX], tree.inclusion_proof(_INDEX)

    def pymerkle(module: ModuleType) -> Here:
        other = _pymerkle(module, data)
        theirs = other.prove_inclusion(_INDEX + 1)  # counts from one
        base = other.get_leaf(_INDEX + 1)
        return verifier(lambda data: module.verify_inclusion(base, data, theirs), root, module.InvalidProof)

    ours = verifier(lambda data: verify_inclusion(data, _MIDDLE, _INDEX, leaf, proof), root, VerificationError)
    return against(ours, pymerkle=pymerkle)


def _prove() -> Mapping[str, Contender]:
    data = leaves(_MIDDLE)
    tree = tree_of(data)

    def pymerkle(module: ModuleType) -> Here:
        other = _pymerkle(module, data)
        return Here(lambda: other.prove_inclusion(_INDEX + 1), lambda proof: tuple(proof.path[1:]))

    return against(Here(lambda: tree.inclusion_proof(_INDEX)), pymerkle=pymerkle)


CASES = [
    Case("Merkle tree, 2^14 leaves of 32 bytes", partial(_build, _MIDDLE), note=_NOTE),
    Case("Merkle tree, 2^16 leaves of 32 bytes", partial(_build, 1 << 16), note=_NOTE),
    Case("Merkle tree, 2^20 leaves of 32 bytes", partial(_build, 1 << 20), (at_most(150, "ms", then=True),), _NOTE),
    Case("Merkle inclusion: prove, 2^14", _prove),
    Case("Merkle inclusion: verify, 2^14", _verify, note="pymerkle takes the hash of the leaf, ours the leaf"),
]
