"""The two hashes of a tree: SHA-256(0x00 || leaf) and SHA-256(0x01 || left || right).

RFC 9162 section 2.1.1.
Without the two prefixes, left || right would pass as a leaf: the second-preimage attack.
"""

from collections.abc import Sequence
from hashlib import sha256

from zkhealth import backend

HASH_SIZE = 32
LEAF = b"\x00"
NODE = b"\x01"
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf.

    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    if not isinstance(leaf, bytes):
        raise TypeError(f"a leaf is bytes, not {type(leaf).__name__}")
    return sha256(LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent."""
    return sha256(NODE + left + right).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> bytes:
    """Hash each leaf; the hashes, concatenated."""
    if not all(issubclass(kind, bytes) for kind in set(map(type, leaves))):
        raise TypeError("every leaf is bytes")
    widths = set(map(len, leaves))
    if len(widths) == 1 and 0 not in widths:
        return rows(LEAF, b"".join(leaves), *widths)
    return b"".join(map(leaf_hash, leaves))


def node_hashes(children: bytes) -> bytes:
    """Hash each pair of neighbours in a row of concatenated hashes; the parents, concatenated."""
    return rows(NODE, children, 2 * HASH_SIZE)


def rows(prefix: bytes, data: bytes, width: int) -> bytes:
    """SHA-256(prefix || row) of every `width`-byte row of `data`, concatenated."""
    if width < 1 or len(data) % width:
        raise ValueError(f"{len(data)} bytes are not whole rows of {width}")
    return backend.load().sha256_rows(prefix, data, width)
