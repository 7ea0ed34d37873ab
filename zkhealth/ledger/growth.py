"""How a tree grows: which subtrees each new leaf completes, and their hashes.

RFC 9162 section 2.1.  Leaf i completes the subtrees of level 0 to t, where 2^t is the largest power of two that divides
i + 1; their hashes, the leaf's first, are stored with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zkhealth.merkle.hashing import HASH_SIZE, node_hashes


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree as seen by its next leaf: its size, and by level the subtrees that make it up."""

    size: int
    nodes: Mapping[int, bytes]


def grow(edge: Edge, leaves: bytes) -> tuple[list[bytes], Edge]:
    """Add leaves by their concatenated hashes; returns for each what it completes, and the new edge.

    >>> (first, second), edge = grow(Edge(0, {}), bytes(64))
    >>> len(first), len(second), edge.size, list(edge.nodes)
    (32, 64, 2, [1])
    """
    size, nodes = edge.size, dict(edge.nodes)
    completed = [leaves[i : i + HASH_SIZE] for i in range(0, len(leaves), HASH_SIZE)]
    row, start, k = leaves, size, 0
    while row:
        if start & 1:
            row = nodes.pop(k) + row
        if len(row) // HASH_SIZE & 1:
            nodes[k] = row[-HASH_SIZE:]
        row, start, k = node_hashes(row[: len(row) // (2 * HASH_SIZE) * 2 * HASH_SIZE]), start >> 1, k + 1
        for j in range(len(row) // HASH_SIZE):
            completed[(start + j + 1 << k) - 1 - size] += row[j * HASH_SIZE : (j + 1) * HASH_SIZE]
    return completed, Edge(size + len(leaves) // HASH_SIZE, nodes)


def row_of(level: int, index: int) -> int:
    """The leaf that completes a subtree, and whose row holds its hash."""
    return (index + 1 << level) - 1
