"""MTH(D[0:n]): a list D under one hash, and the proofs about it.

RFC 9162 section 2.1.
Every complete aligned subtree is kept and every other one is rebuilt, so old sizes cost no more than the current one.
"""

from collections.abc import Iterable
from itertools import islice

from zkhealth.merkle.hashing import HASH_SIZE, leaf_hash, leaf_hashes, node_hashes
from zkhealth.merkle.proof import Proof, check_int, check_size
from zkhealth.merkle.subtrees import consistency_path, inclusion_path, root_of

_BATCH = 1024


class MerkleTree:
    """A list that only grows, kept as 64 bytes of hashes a leaf; the leaves themselves are not kept.

    Whoever trusts a root can be shown any leaf, and that a later root only added leaves.  Not thread-safe.

    >>> tree = MerkleTree()
    >>> tree.extend([b"a", b"b"])
    >>> len(tree), tree.root(0).hex()[:8], tree.root().hex()[:8]
    (2, 'e3b0c442', 'b137985f')
    """

    def __init__(self) -> None:
        # _levels[k] holds the hashes of the leaves [0, 2^k), [2^k, 2.2^k), ... as far as they are complete.
        self._levels = [bytearray()]

    def __len__(self) -> int:
        return len(self._levels[0]) // HASH_SIZE

    def append(self, leaf: bytes) -> int:
        """Add one leaf; returns its index."""
        self._grow(leaf_hash(leaf))
        return len(self) - 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, or none if one of them is refused; reads a stream 1,024 at a time.

        >>> tree = MerkleTree()
        >>> tree.extend(day.to_bytes(2) for day in range(365))
        >>> len(tree)
        365
        """
        size, stream = len(self), iter(leaves)
        try:
            while batch := list(islice(stream, _BATCH)):
                self._grow(leaf_hashes(batch))
        except BaseException:
            self._shrink(size)
            raise

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, by default of all."""
        size = self._size(size)
        return root_of(self._node, size)

    def inclusion_proof(self, index: int, size: int | None = None) -> Proof:
        """Prove which leaf is number `index`, to whoever holds the root of the first `size` leaves.

        Raises:
            ValueError: there is no such leaf.

        >>> tree = MerkleTree()
        >>> tree.extend([b"a", b"b", b"c"])
        >>> len(tree.inclusion_proof(0)), len(tree.inclusion_proof(2))
        (2, 1)
        """
        size = self._size(size)
        check_int("index", index)
        if not 0 <= index < size:
            raise ValueError(f"index is outside the tree of {size} leaves")
        return inclusion_path(self._node, index, size)

    def consistency_proof(self, old_size: int, new_size: int | None = None) -> Proof:
        """Prove that the first `new_size` leaves begin with the first `old_size`.

        Raises:
            ValueError: the sizes are not in order, or there are not so many leaves.

        >>> tree = MerkleTree()
        >>> tree.extend([b"a", b"b", b"c"])
        >>> len(tree.consistency_proof(2)), tree.consistency_proof(3)
        (1, ())
        """
        new_size = self._size(new_size)
        check_size("old size", old_size)
        if old_size > new_size:
            raise ValueError(f"old size {old_size} is more than new size {new_size}")
        return consistency_path(self._node, old_size, new_size)

    def _node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        i = index * HASH_SIZE
        return bytes(self._levels[level][i : i + HASH_SIZE])

    def _grow(self, nodes: bytes) -> None:
        """Append leaf hashes, and on every level above the parents that they complete."""
        pair, k = 2 * HASH_SIZE, 0
        while nodes:
            if k == len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[k]
            done = len(level) // pair * pair
            level += nodes
            nodes = node_hashes(bytes(level[done : len(level) // pair * pair]))
            k += 1

    def _shrink(self, size: int) -> None:
        """Forget all but the first `size` leaves."""
        for k, level in enumerate(self._levels):
            del level[(size >> k) * HASH_SIZE :]

    def _size(self, size: int | None) -> int:
        """`size`, checked; None is the current size."""
        if size is None:
            return len(self)
        check_size("size", size)
        if size > len(self):
            raise ValueError(f"size {size} is more than the {len(self)} leaves of the tree")
        return size
