"""Attacks on Merkle trees, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, written here with one of the classic mistakes; then ours refuses it.
"""

from hashlib import sha256

import pytest

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    decode_proof,
    encode_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from zkhealth.merkle.hashing import node_hash

LEAVES = [b"A", b"B", b"C", b"D", b"E", b"F", b"G", b"H"]


def grown(leaves):
    tree = MerkleTree()
    tree.extend(leaves)
    return tree


TREE = grown(LEAVES)
ROOT = [TREE.root(n) for n in range(9)]
HASH = [leaf_hash(leaf) for leaf in LEAVES]


def is_refused(root, size, index, leaf, proof):
    with pytest.raises(VerificationError):
        verify_inclusion(root, size, index, leaf, proof)
    return True


# 33: a tree without the prefixes of RFC 9162.


def bare_hash(data):
    return sha256(data).digest()


def bare_mth(D):
    if len(D) == 1:
        return bare_hash(D[0])
    half = len(D) // 2
    return bare_hash(bare_mth(D[:half]) + bare_mth(D[half:]))


def bare_fold(leaf, index, proof):
    r = bare_hash(leaf)
    for p in proof:
        r = bare_hash(p + r if index & 1 else r + p)
        index >>= 1
    return r


def test_33_a_node_is_no_leaf():
    A, B, C, D = map(bare_hash, LEAVES[:4])
    assert bare_fold(A + B, 0, [bare_hash(C + D)]) == bare_mth(LEAVES[:4])

    A, B, C, D = HASH[:4]
    for size in (2, 4):
        for leaf in (A + B, b"\x01" + A + B, b"\x00" + A + B):
            assert is_refused(ROOT[4], size, 0, leaf, (node_hash(C, D),))


def test_33_two_lists_have_two_roots():
    A, B, C, D = map(bare_hash, LEAVES[:4])
    assert bare_mth([A + B, C + D]) == bare_mth(LEAVES[:4])

    A, B, C, D = HASH[:4]
    assert grown([A + B, C + D]).root() != ROOT[4]


def test_33_a_root_is_no_leaf():
    A, B = map(bare_hash, LEAVES[:2])
    assert bare_fold(A + B, 0, []) == bare_mth(LEAVES[:2])

    for leaf in (HASH[0] + HASH[1], b"\x01" + HASH[0] + HASH[1]):
        assert is_refused(ROOT[2], 1, 0, leaf, ())


# 34: sides from the bits of the index, as many levels as the prover likes, no size.


def fold(r, index, proof):
    for p in proof:
        r = node_hash(p, r) if index & 1 else node_hash(r, p)
        index >>= 1
    return r


@pytest.mark.parametrize(("size", "index", "leaf", "proof"), [
    pytest.param(8, 3 + 8, b"D", TREE.inclusion_proof(3), id="index a whole tree too high"),
    pytest.param(8, 3 - 8, b"D", TREE.inclusion_proof(3), id="index below zero"),
    pytest.param(8, 3 + 2**64, b"D", TREE.inclusion_proof(3), id="index that wraps around"),
    pytest.param(1, 1, b"A", (), id="second of one"),
    pytest.param(5, 1, b"E", TREE.inclusion_proof(4, 5), id="short path of the last leaf for another index"),
    pytest.param(5, 7, b"E", TREE.inclusion_proof(4, 5), id="short path of the last leaf for an index beyond it"),
    pytest.param(6, 2, b"E", TREE.inclusion_proof(4, 6), id="path of the last pair for another index"),
    pytest.param(16, 3, b"D", TREE.inclusion_proof(3), id="proof shorter than the size implies"),
    pytest.param(8, 1, b"B", TREE.inclusion_proof(1, 4), id="proof from a smaller tree"),
    pytest.param(4, 3, b"D", TREE.inclusion_proof(3), id="proof longer than the size implies"),
    pytest.param(1, 0, b"A", TREE.inclusion_proof(0), id="proof longer than a tree of one leaf has"),
])  # fmt: skip
def test_34_size_and_index_fix_the_path(size, index, leaf, proof):
    root = fold(leaf_hash(leaf), index, proof)
    assert root in ROOT  # The careless verifier ends at a true root, so it accepts.
    assert is_refused(root, size, index, leaf, proof)


def rfc_loop(r, index, size, proof, *, checks_start, checks_end):
    """Section 2.1.3.2 without the check that the path ends no earlier, or no later, than the tree."""
    fn, sn = index, size - 1
    for p in proof:
        if checks_start and sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 or not checks_end else None


def test_34_a_path_that_stops_below_the_root():
    proof = TREE.inclusion_proof(1, 4)
    assert rfc_loop(HASH[1], 1, 8, proof, checks_start=True, checks_end=False) == ROOT[4]
    assert rfc_loop(HASH[1], 1, 8, proof, checks_start=True, checks_end=True) is None
    assert is_refused(ROOT[4], 8, 1, b"B", proof)


def test_34_a_path_that_goes_on_above_the_root():
    proof = TREE.inclusion_proof(3, 4)
    assert rfc_loop(HASH[3], 1, 2, proof, checks_start=False, checks_end=True) == ROOT[4]
    assert rfc_loop(HASH[3], 1, 2, proof, checks_start=True, checks_end=True) is None
    assert is_refused(ROOT[4], 2, 1, b"D", proof)


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_34_an_empty_proof_does_not_fold_to_the_root(size):
    """OriginTrail #1248: the prover sends the root as the leaf, already hashed, and no path."""
    claimed_hash = ROOT[size]
    assert fold(claimed_hash, 0, ()) == ROOT[size]
    for index in range(size):
        assert is_refused(ROOT[size], size, index, claimed_hash, ())


def test_34_an_empty_proof_of_a_true_leaf():
    """omgnetwork #546: the only leaf of a small tree, claimed under a larger size."""
    assert fold(HASH[0], 0, ()) == ROOT[1]
    assert is_refused(ROOT[1], 2, 0, b"A", ())
    assert is_refused(ROOT[1], 8, 0, b"A", ())


# 35: an odd node paired with itself, as in Bitcoin.


def doubled_mth(D):
    level = [leaf_hash(leaf) for leaf in D]
    while len(level) > 1:
        level += level[-1:] if len(level) & 1 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def test_35_a_doubled_last_leaf_changes_the_root():
    assert doubled_mth([b"A", b"B", b"C"]) == doubled_mth([b"A", b"B", b"C", b"C"])
    assert grown([b"A", b"B", b"C"]).root() != grown([b"A", b"B", b"C", b"C"]).root()


@pytest.mark.parametrize("n", [1, 3, 5, 6, 7])
def test_35_no_doubled_tail_keeps_the_root(n):
    roots = {grown(LEAVES[:n] + LEAVES[n - tail : n]).root() for tail in range(n + 1)}
    assert len(roots) == n + 1


def test_35_a_leaf_is_not_there_twice():
    proof = (HASH[2], node_hash(HASH[0], HASH[1]))
    assert fold(HASH[2], 3, proof) == doubled_mth([b"A", b"B", b"C"])
    for size in (3, 4):
        assert is_refused(ROOT[3], size, 3, b"C", proof)
        assert is_refused(ROOT[3], size, 2, b"C", proof)


# 36: a root that the prover chose, and membership in nothing.


def test_36_the_root_is_the_verifiers():
    forged = grown([b"A", b"B", b"never issued"])
    sent = {"root": forged.root(), "proof": forged.inclusion_proof(2)}
    verify_inclusion(sent["root"], 3, 2, b"never issued", sent["proof"])  # The mistake: `root` came with the proof.
    assert is_refused(ROOT[3], 3, 2, b"never issued", sent["proof"])


def test_36_a_root_at_the_end_of_the_proof_is_not_used():
    forged = grown([b"never issued", b"B"])
    *path, root = (*forged.inclusion_proof(0), forged.root())
    assert fold(leaf_hash(b"never issued"), 0, path) == root
    assert is_refused(ROOT[2], 2, 0, b"never issued", (*path, root))
    assert is_refused(ROOT[2], 2, 0, b"never issued", (*path, ROOT[2]))


def test_36_nothing_is_in_the_empty_tree():
    """The root of nothing is SHA-256 of nothing: without a prefix, that is the empty leaf's hash too."""
    assert bare_fold(b"", 0, []) == EMPTY_ROOT
    for index in (-1, 0, 1):
        for leaf in (b"", EMPTY_ROOT, b"A"):
            for proof in ((), (EMPTY_ROOT,), (EMPTY_ROOT, EMPTY_ROOT)):
                assert is_refused(EMPTY_ROOT, 0, index, leaf, proof)
                assert is_refused(leaf_hash(leaf), 0, index, leaf, proof)


# 37: a log that rewrites its past.  The mutation files are in test_merkle_vectors.py.


def rebuilt(old_size, new_size, proof):
    """The old and new roots to which a proof leads, for an incomplete old tree."""
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr, sr


@pytest.mark.parametrize(("old_size", "new_size"), [(3, 7), (5, 6), (6, 8), (7, 8)])
def test_37_a_rewritten_log_is_refused(old_size, new_size):
    """A verifier that compares only the new root lets the log replace what it had signed."""
    rewritten = grown([b"not A", *LEAVES[1:]])
    proof = rewritten.consistency_proof(old_size, new_size)
    assert rebuilt(old_size, new_size, proof)[1] == rewritten.root(new_size)
    with pytest.raises(VerificationError, match="old root"):
        verify_consistency(ROOT[old_size], old_size, rewritten.root(new_size), new_size, proof)


@pytest.mark.parametrize(("old_size", "new_size"), [(3, 7), (5, 6), (6, 8), (7, 8)])
def test_37_a_proof_of_another_new_tree_is_refused(old_size, new_size):
    """A verifier that compares only the old root accepts any new one."""
    proof, other = TREE.consistency_proof(old_size, new_size), leaf_hash(b"anything")
    assert rebuilt(old_size, new_size, proof)[0] == ROOT[old_size]
    with pytest.raises(VerificationError, match="new root"):
        verify_consistency(ROOT[old_size], old_size, other, new_size, proof)


def test_37_a_complete_old_tree_is_taken_from_the_verifier():
    """A verifier that takes the starting subtree from the proof, as for other sizes, compares it with itself."""
    rewritten = grown([b"not A", *LEAVES[1:]])
    proof = (rewritten.root(4), *rewritten.consistency_proof(4, 8))
    assert rebuilt(4, 8, proof) == (rewritten.root(4), rewritten.root(8))
    for sent in (proof, proof[1:]):
        with pytest.raises(VerificationError):
            verify_consistency(ROOT[4], 4, rewritten.root(8), 8, sent)


def test_37_the_old_size_is_not_the_logs_to_choose():
    """Consistent with a smaller tree is not consistent with what was signed."""
    forked = grown([*LEAVES[:3], b"not D", *LEAVES[4:]])
    verify_consistency(ROOT[3], 3, forked.root(), 8, forked.consistency_proof(3))
    for m in range(9):
        with pytest.raises(VerificationError):
            verify_consistency(ROOT[4], 4, forked.root(), 8, forked.consistency_proof(m))


# 11: bytes missing or to spare.


def careless_decode(data):
    return tuple(data[i : i + 32] for i in range(0, len(data) - len(data) % 32, 32))


@pytest.mark.parametrize("damage", [
    pytest.param(lambda data: data + b"\x00", id="a byte to spare"),
    pytest.param(lambda data: data + b"\x00" * 31, id="31 bytes to spare"),
])  # fmt: skip
def test_11_trailing_bytes_are_refused(damage):
    data = encode_proof(TREE.inclusion_proof(3))
    verify_inclusion(ROOT[8], 8, 3, b"D", careless_decode(damage(data)))
    with pytest.raises(DecodingError):
        decode_proof(damage(data))


@pytest.mark.parametrize("count", [1, 31])
def test_11_truncated_bytes_are_refused(count):
    data = encode_proof(TREE.inclusion_proof(3))
    verify_inclusion(ROOT[4], 4, 3, b"D", careless_decode(data[:-count]))
    with pytest.raises(DecodingError):
        decode_proof(data[:-count])


def test_11_a_proof_without_its_last_hash_is_refused():
    data = encode_proof(TREE.inclusion_proof(3))
    assert is_refused(ROOT[8], 8, 3, b"D", decode_proof(data[:-32]))
    assert is_refused(ROOT[8], 8, 3, b"D", decode_proof(data + bytes(32)))


@pytest.mark.parametrize("count", [65, 2**16])
def test_11_too_many_hashes_are_refused(count):
    assert len(careless_decode(bytes(32 * count))) == count
    with pytest.raises(DecodingError):
        decode_proof(bytes(32 * count))
    with pytest.raises(VerificationError):
        verify_inclusion(ROOT[8], 8, 3, b"D", (bytes(32),) * count)
    with pytest.raises(ValueError, match="more than 64"):
        encode_proof((bytes(32),) * count)


def test_11_sixty_four_hashes_are_read():
    assert decode_proof(bytes(32 * 64)) == (bytes(32),) * 64
