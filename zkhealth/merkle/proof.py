"""Checking: recompute the root from a leaf, or two roots from their common subtrees.

RFC 9162 sections 2.1.3.2 and 2.1.4.2.
The sizes fix the number of hashes in a proof, so no proof is ever "long enough": it has the right length or fails.
"""

from collections.abc import Iterator

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.merkle.hashing import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash

Proof = tuple[bytes, ...]
"""The hashes of a proof, from the leaves towards the root."""

MAX_SIZE = 2**63 - 1
MAX_HASHES = 64  # A consistency proof at MAX_SIZE; an inclusion proof has one less.


def verify_inclusion(root: bytes, size: int, index: int, leaf: bytes, proof: Proof) -> None:
    """Check that `leaf` is number `index`, from 0, of the `size` leaves under `root`.

    Sound if SHA-256 is collision-resistant.

    Requires: `root` and `size` come from a source the verifier trusts, never from whoever sent the proof.

    Raises:
        VerificationError: it is not, or the index is outside the tree, or the proof has the wrong length.
        ValueError: the root is not 32 bytes, or the size is outside 0..MAX_SIZE.
        TypeError: an argument of the wrong type; a bool is not a number.

    >>> from zkhealth.merkle import leaf_hash
    >>> verify_inclusion(leaf_hash(b"only leaf"), 1, 0, b"only leaf", ())
    >>> verify_inclusion(leaf_hash(b"only leaf"), 1, 1, b"only leaf", ())
    Traceback (most recent call last):
    zkhealth.errors.VerificationError: index is outside the tree of 1 leaves
    """
    _verify_leaf_hash(root, size, index, leaf_hash(leaf), proof)


def verify_consistency(old_root: bytes, old_size: int, new_root: bytes, new_size: int, proof: Proof) -> None:
    """Check that the tree under `new_root` begins with the `old_size` leaves under `old_root`.

    Sound if SHA-256 is collision-resistant.  Every tree extends the empty one: old size 0 takes EMPTY_ROOT and an
    empty proof, and then says nothing about the new root.

    Requires: roots and sizes are the verifier's, each from a statement of the log that it has authenticated.

    Raises:
        VerificationError: it does not, or the tree shrank, or the proof has the wrong length.
        ValueError: a root is not 32 bytes, or a size is outside 0..MAX_SIZE.
        TypeError: an argument of the wrong type; a bool is not a number.

    >>> from zkhealth.merkle.hashing import leaf_hash, node_hash
    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_consistency(a, 1, node_hash(a, b), 2, (b,))
    """
    check_root("old root", old_root)
    check_root("new root", new_root)
    check_size("old size", old_size)
    check_size("new size", new_size)
    _check_proof(proof)
    if old_size > new_size:
        raise VerificationError(f"the tree shrank from {old_size} leaves to {new_size}")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise VerificationError("the old root is not that of an empty tree")
    if old_size == new_size and old_root != new_root:
        raise VerificationError("two roots for one size")
    if 0 < old_size < new_size:
        _verify_growth(old_root, old_size, new_root, new_size, proof)
    elif proof:
        raise VerificationError(f"proof has {len(proof)} hashes, not 0")


def encode_proof(proof: Proof) -> bytes:
    """Concatenate the hashes of a proof.

    >>> len(encode_proof((bytes(32), bytes(32))))
    64
    """
    _check_proof(proof, error=ValueError)
    return b"".join(proof)


def decode_proof(data: bytes) -> Proof:
    """Read a proof from its bytes; every multiple of 32 bytes up to 2,048 is one, true or not.

    Raises:
        DecodingError: another length.

    >>> decode_proof(bytes(33))
    Traceback (most recent call last):
    zkhealth.errors.DecodingError: 33 bytes are not at most 64 hashes of 32 bytes
    """
    if not isinstance(data, bytes):
        raise TypeError(f"an encoded proof is bytes, not {type(data).__name__}")
    if len(data) % HASH_SIZE or len(data) > MAX_HASHES * HASH_SIZE:
        raise DecodingError(f"{len(data)} bytes are not at most {MAX_HASHES} hashes of {HASH_SIZE} bytes")
    return tuple(data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE))


def check_int(name: str, value: int) -> None:
    """Refuse what is not an integer, bools too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is an int, not {type(value).__name__}")


def check_size(name: str, size: int) -> None:
    """Refuse what cannot be a number of leaves."""
    check_int(name, size)
    if not 0 <= size <= MAX_SIZE:
        raise ValueError(f"{name} is not between 0 and {MAX_SIZE}")


def check_root(name: str, root: bytes) -> None:
    """Refuse what cannot be a root."""
    if not isinstance(root, bytes):
        raise TypeError(f"{name} is bytes, not {type(root).__name__}")
    if len(root) != HASH_SIZE:
        raise ValueError(f"{name} has {len(root)} bytes, not {HASH_SIZE}")


def _verify_leaf_hash(root: bytes, size: int, index: int, r: bytes, proof: Proof) -> None:
    """Private, because a caller with a hash and no leaf could be handed a node (see NOTES.md)."""
    check_root("root", root)
    check_size("size", size)
    check_int("index", index)
    _check_proof(proof)
    if not 0 <= index < size:
        raise VerificationError(f"index is outside the tree of {size} leaves")
    for p, is_left in _climb(index, size - 1, proof):
        r = node_hash(p, r) if is_left else node_hash(r, p)
    if r != root:
        raise VerificationError("proof does not lead to the root")


def _verify_growth(old_root: bytes, old_size: int, new_root: bytes, new_size: int, proof: Proof) -> None:
    """RFC 9162 section 2.1.4.2, for 0 < old_size < new_size."""
    if not proof:
        raise VerificationError("proof has too few hashes")
    # A complete old tree is itself the subtree to start from, so the log does not send it.
    path = proof if old_size & (old_size - 1) else (old_root, *proof)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1

    fr = sr = path[0]
    for c, is_left in _climb(fn, sn, path[1:]):
        if is_left:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
        else:
            sr = node_hash(sr, c)
    if fr != old_root:
        raise VerificationError("proof does not lead to the old root")
    if sr != new_root:
        raise VerificationError("proof does not lead to the new root")


def _climb(fn: int, sn: int, proof: Proof) -> Iterator[tuple[bytes, bool]]:
    """Each hash, and whether it stands left of our node: `fn` is that node's index, `sn` the last one's."""
    for p in proof:
        if sn == 0:
            raise VerificationError("proof has too many hashes")
        is_left = bool(fn & 1) or fn == sn
        while is_left and not fn & 1:  # The last node has no right neighbour here: it moves up alone.
            fn, sn = fn >> 1, sn >> 1
        yield p, is_left
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise VerificationError("proof has too few hashes")


def _check_proof(proof: Proof, error: type[Exception] = VerificationError) -> None:
    """Refuse what is not a tuple of at most 64 hashes."""
    if not isinstance(proof, tuple):
        raise TypeError(f"a proof is a tuple of hashes, not {type(proof).__name__}")
    if len(proof) > MAX_HASHES:
        raise error(f"proof has {len(proof)} hashes, more than {MAX_HASHES}")
    for p in proof:
        if not isinstance(p, bytes):
            raise TypeError(f"a hash in a proof is bytes, not {type(p).__name__}")
        if len(p) != HASH_SIZE:
            raise error(f"a hash in the proof has {len(p)} bytes, not {HASH_SIZE}")
