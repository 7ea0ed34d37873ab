"""Roots and proofs from complete subtrees alone, wherever those are stored.

RFC 9162 sections 2.1.1, 2.1.3.1 and 2.1.4.1.
`node(level, index)` is the hash of the leaves [index * 2^level, (index + 1) * 2^level): such a subtree never changes
when the tree grows, and every other hash is made from a few of them.
"""

from collections.abc import Callable

from zkhealth.merkle.hashing import EMPTY_ROOT, node_hash
from zkhealth.merkle.proof import Proof

Node = Callable[[int, int], bytes]
"""The hash of a complete subtree, by its level above the leaves and its index on that level."""


def root_of(node: Node, size: int) -> bytes:
    """MTH(D[0:size])."""
    return _mth(node, 0, size) if size else EMPTY_ROOT


def inclusion_path(node: Node, index: int, size: int) -> Proof:
    """PATH(index, D[0:size]), for 0 <= index < size."""
    return _path(node, index, 0, size)


def consistency_path(node: Node, old_size: int, new_size: int) -> Proof:
    """PROOF(old_size, D[0:new_size]), for 0 <= old_size <= new_size; empty from size 0."""
    return _subproof(node, old_size, 0, new_size, is_known=True) if old_size else ()


def edge_of(size: int) -> list[tuple[int, int]]:
    """Level and index of the complete subtrees that make up a tree, the largest first.

    >>> edge_of(6)
    [(2, 0), (1, 2)]
    """
    return [(k, (size >> k) - 1) for k in reversed(range(size.bit_length())) if size >> k & 1]


def _mth(node: Node, lo: int, hi: int) -> bytes:
    """MTH(D[lo:hi]), where [lo, hi) is a subtree."""
    n = hi - lo
    if n & (n - 1):
        mid = _split(lo, hi)
        return node_hash(_mth(node, lo, mid), _mth(node, mid, hi))
    k = n.bit_length() - 1
    return node(k, lo >> k)


def _path(node: Node, m: int, lo: int, hi: int) -> Proof:
    """PATH(m, D[lo:hi]), with m counted from the start of D."""
    if hi - lo == 1:
        return ()
    mid = _split(lo, hi)
    if m < mid:
        return (*_path(node, m, lo, mid), _mth(node, mid, hi))
    return (*_path(node, m, mid, hi), _mth(node, lo, mid))


def _subproof(node: Node, m: int, lo: int, hi: int, *, is_known: bool) -> Proof:
    """SUBPROOF(m, D[lo:hi], is_known), with m counted from the start of D."""
    if m == hi:
        return () if is_known else (_mth(node, lo, hi),)
    mid = _split(lo, hi)
    if m <= mid:
        return (*_subproof(node, m, lo, mid, is_known=is_known), _mth(node, mid, hi))
    return (*_subproof(node, m, mid, hi, is_known=False), _mth(node, lo, mid))


def _split(lo: int, hi: int) -> int:
    """Where [lo, hi) parts: lo + k for the largest power of two k smaller than hi - lo."""
    return lo + (1 << (hi - lo - 1).bit_length() - 1)
