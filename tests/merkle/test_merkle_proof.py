import pytest
from forgeries import damaged
from hypothesis import assume, given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    MerkleTree,
    decode_proof,
    encode_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

N = 130
LEAVES = [b"leaf %d" % i for i in range(N)]
TREE = MerkleTree()
TREE.extend(LEAVES)
ROOTS = [TREE.root(n) for n in range(N + 1)]

hashes = st.binary(min_size=32, max_size=32)
proofs = st.lists(hashes, max_size=10).map(tuple)
UNPRINTABLE = pytest.param(10**5000, id="too long to print")
numbers = st.integers(-3, 2 * N) | st.integers() | st.sampled_from([2**63, 2**64])


@pytest.mark.parametrize("n", [*range(1, 20), 31, 32, 33, 64, 65, 127, 128, 129, 130])
def test_every_leaf_of_every_size_verifies_after_encoding(n):
    for i in range(n):
        verify_inclusion(ROOTS[n], n, i, LEAVES[i], decode_proof(encode_proof(TREE.inclusion_proof(i, n))))


def test_every_pair_of_sizes_verifies_after_encoding():
    for n in range(N + 1):
        for m in range(n + 1):
            proof = decode_proof(encode_proof(TREE.consistency_proof(m, n)))
            verify_consistency(ROOTS[m], m, ROOTS[n], n, proof)


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=N), st.data())
def test_any_leaf_of_any_list_verifies(leaves, data):
    tree = MerkleTree()
    tree.extend(leaves)
    n = data.draw(st.integers(1, len(leaves)))
    i = data.draw(st.integers(0, n - 1))
    m = data.draw(st.integers(0, n))
    verify_inclusion(tree.root(n), n, i, leaves[i], tree.inclusion_proof(i, n))
    verify_consistency(tree.root(m), m, tree.root(n), n, tree.consistency_proof(m, n))


def zoo(proof):
    """A hash missing, moved or too many; `damaged` has the rest."""
    for i in range(len(proof)):
        yield proof[:i] + proof[i + 1 :]
        yield from (swap for j in range(i) if (swap := swapped(proof, i, j)) != proof)
    for i in range(len(proof) + 1):
        for extra in (bytes(32), ROOTS[N], *proof):
            yield (*proof[:i], extra, *proof[i:])


def flipped(h, bit):
    return (int.from_bytes(h) ^ 1 << bit).to_bytes(32)


def swapped(proof, i, j):
    listed = list(proof)
    listed[i], listed[j] = listed[j], listed[i]
    return tuple(listed)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 8, 11])
def test_a_damaged_inclusion_proof_is_rejected(n):
    for i in range(n):
        honest = TREE.inclusion_proof(i, n)
        for proof in zoo(honest):
            with pytest.raises(VerificationError):
                verify_inclusion(ROOTS[n], n, i, LEAVES[i], proof)
        for _, data in damaged(encode_proof(honest), stride=7):
            if data != encode_proof(honest):
                with pytest.raises((VerificationError, DecodingError)):
                    verify_inclusion(ROOTS[n], n, i, LEAVES[i], decode_proof(data))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 7, 8, 11])
def test_a_damaged_consistency_proof_is_rejected(n):
    for m in range(n + 1):
        honest = TREE.consistency_proof(m, n)
        for proof in zoo(honest):
            with pytest.raises(VerificationError):
                verify_consistency(ROOTS[m], m, ROOTS[n], n, proof)
        for _, data in damaged(encode_proof(honest), stride=7):
            if data != encode_proof(honest):
                with pytest.raises((VerificationError, DecodingError)):
                    verify_consistency(ROOTS[m], m, ROOTS[n], n, decode_proof(data))


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 8, 11])
def test_a_leaf_has_no_other_index_leaf_or_root(n):
    for i in range(n):
        proof = TREE.inclusion_proof(i, n)
        claims = [(ROOTS[n], j, LEAVES[i]) for j in range(-n, 4 * n) if j != i]
        claims += [(ROOTS[n], i, LEAVES[j]) for j in range(20) if j != i]
        claims += [(ROOTS[m], i, LEAVES[i]) for m in range(20) if m != n]
        for root, index, leaf in claims:
            with pytest.raises(VerificationError):
                verify_inclusion(root, n, index, leaf, proof)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 8, 11])
def test_a_tree_extends_no_other_root(n):
    for m in range(1, n + 1):
        proof = TREE.consistency_proof(m, n)
        for other in range(20):
            if other != m:
                with pytest.raises(VerificationError):
                    verify_consistency(ROOTS[other], m, ROOTS[n], n, proof)
            if other != n:
                with pytest.raises(VerificationError):
                    verify_consistency(ROOTS[m], m, ROOTS[other], n, proof)


def test_every_tree_extends_the_empty_one():
    verify_consistency(EMPTY_ROOT, 0, EMPTY_ROOT, 0, ())
    verify_consistency(EMPTY_ROOT, 0, ROOTS[9], 9, ())


@pytest.mark.parametrize(("old_root", "old_size", "new_root", "new_size", "proof"), [
    pytest.param(EMPTY_ROOT, 0, ROOTS[9], 9, (ROOTS[9],), id="a proof from nothing"),
    pytest.param(EMPTY_ROOT, 0, EMPTY_ROOT, 0, (EMPTY_ROOT,), id="a proof from nothing to nothing"),
    pytest.param(ROOTS[1], 0, ROOTS[9], 9, (), id="nothing under another root"),
    pytest.param(ROOTS[1], 0, ROOTS[1], 0, (), id="nothing twice under another root"),
    pytest.param(EMPTY_ROOT, 0, ROOTS[1], 0, (), id="nothing that gets a root"),
    pytest.param(ROOTS[9], 9, ROOTS[9], 9, (ROOTS[9],), id="a proof for the same tree"),
    pytest.param(ROOTS[9], 9, ROOTS[8], 9, (), id="two roots for one size"),
    pytest.param(ROOTS[9], 9, ROOTS[8], 8, TREE.consistency_proof(8, 9), id="shrinking"),
    pytest.param(ROOTS[9], 9, ROOTS[9], 8, (), id="shrinking under one root"),
    pytest.param(ROOTS[9], 9, EMPTY_ROOT, 0, (), id="shrinking to nothing"),
    pytest.param(ROOTS[4], 4, ROOTS[4], 5, (), id="one root for two sizes, first complete"),
    pytest.param(ROOTS[3], 3, ROOTS[3], 5, (), id="one root for two sizes"),
])  # fmt: skip
def test_a_log_neither_shrinks_nor_forks(old_root, old_size, new_root, new_size, proof):
    with pytest.raises(VerificationError):
        verify_consistency(old_root, old_size, new_root, new_size, proof)


def test_the_longest_proofs_have_63_and_64_hashes():
    p = tuple(bytes([i]) * 32 for i in range(65))
    for count in (62, 64, 65):
        with pytest.raises(VerificationError, match=r"too few|too many|more than 64"):
            verify_inclusion(ROOTS[1], MAX_SIZE, 0, b"", p[:count])
    with pytest.raises(VerificationError, match="does not lead to the root"):
        verify_inclusion(ROOTS[1], MAX_SIZE, 0, b"", p[:63])
    for count in (63, 65):
        with pytest.raises(VerificationError, match=r"too few|more than 64"):
            verify_consistency(ROOTS[1], 2**62 + 1, ROOTS[2], MAX_SIZE, p[:count])
    with pytest.raises(VerificationError, match="does not lead to the old root"):
        verify_consistency(ROOTS[1], 2**62 + 1, ROOTS[2], MAX_SIZE, p[:64])


@given(hashes, st.integers(0, MAX_SIZE) | st.integers(0, 300), numbers, st.binary(max_size=9), proofs)
def test_any_claim_of_inclusion_is_rejected_and_nothing_else_happens(root, size, index, leaf, proof):
    with pytest.raises(VerificationError):
        verify_inclusion(root, size, index, leaf, proof)


@given(hashes, st.integers(1, MAX_SIZE) | st.integers(1, 300), hashes, st.integers(1, MAX_SIZE), proofs)
def test_any_claim_of_consistency_is_rejected_and_nothing_else_happens(old_root, old_size, new_root, new_size, proof):
    assume((old_root, old_size) != (new_root, new_size))
    with pytest.raises(VerificationError):
        verify_consistency(old_root, old_size, flipped(old_root, 0), old_size, proof)
    with pytest.raises(VerificationError):
        verify_consistency(old_root, old_size, new_root, new_size, proof)


@pytest.mark.parametrize("index", [-1, 2, 2**63, UNPRINTABLE])
def test_an_index_outside_the_tree_is_the_provers_fault(index):
    with pytest.raises(VerificationError, match="outside the tree of 2"):
        verify_inclusion(ROOTS[2], 2, index, LEAVES[0], TREE.inclusion_proof(0, 2))


@pytest.mark.parametrize("size", [-1, 2**63, UNPRINTABLE])
def test_a_size_that_no_tree_has_is_a_programming_error(size):
    with pytest.raises(ValueError, match="size is not between"):
        verify_inclusion(ROOTS[1], size, 0, LEAVES[0], ())
    with pytest.raises(ValueError, match="old size is not between"):
        verify_consistency(ROOTS[1], size, ROOTS[2], 2, ())
    with pytest.raises(ValueError, match="new size is not between"):
        verify_consistency(ROOTS[1], 1, ROOTS[2], size, ())


@pytest.mark.parametrize("root", [b"", ROOTS[1][:31], ROOTS[1] + b"\x00"])
def test_a_root_of_another_length_is_a_programming_error(root):
    with pytest.raises(ValueError, match="root has"):
        verify_inclusion(root, 1, 0, LEAVES[0], ())
    with pytest.raises(ValueError, match="old root has"):
        verify_consistency(root, 1, ROOTS[1], 1, ())
    with pytest.raises(ValueError, match="new root has"):
        verify_consistency(ROOTS[1], 1, root, 1, ())


@pytest.mark.parametrize("h", [b"", bytes(31), bytes(33), bytes(64)])
def test_a_hash_of_another_length_in_a_proof_is_the_provers_fault(h):
    with pytest.raises(VerificationError, match="a hash in the proof has"):
        verify_inclusion(ROOTS[2], 2, 0, LEAVES[0], (h,))
    with pytest.raises(VerificationError, match="a hash in the proof has"):
        verify_consistency(ROOTS[1], 1, ROOTS[2], 2, (h,))
    with pytest.raises(ValueError, match="a hash in the proof has"):
        encode_proof((h,))


@pytest.mark.parametrize("wrong", [
    pytest.param({"root": ROOTS[1].hex()}, id="root as text"),
    pytest.param({"root": bytearray(ROOTS[1])}, id="root mutable"),
    pytest.param({"size": True}, id="size a bool"),
    pytest.param({"size": 1.0}, id="size a float"),
    pytest.param({"index": False}, id="index a bool"),
    pytest.param({"index": "0"}, id="index as text"),
    pytest.param({"leaf": "leaf 0"}, id="leaf as text"),
    pytest.param({"proof": None}, id="no proof"),
    pytest.param({"proof": []}, id="proof a list"),
    pytest.param({"proof": b""}, id="proof encoded"),
    pytest.param({"proof": ("",)}, id="hash as text"),
    pytest.param({"proof": (1,)}, id="hash a number"),
])  # fmt: skip
def test_wrong_types_are_programming_errors(wrong):
    right = {"root": leaf_hash(LEAVES[0]), "size": 1, "index": 0, "leaf": LEAVES[0], "proof": ()}
    verify_inclusion(**right)
    with pytest.raises(TypeError):
        verify_inclusion(**{**right, **wrong})


@pytest.mark.parametrize("wrong", [
    pytest.param({"old_root": "x" * 32}, id="old root as text"),
    pytest.param({"new_root": None}, id="no new root"),
    pytest.param({"old_size": True}, id="old size a bool"),
    pytest.param({"new_size": True}, id="new size a bool"),
    pytest.param({"proof": []}, id="proof a list"),
    pytest.param({"proof": (bytearray(32),)}, id="hash mutable"),
])  # fmt: skip
def test_wrong_types_in_consistency_are_programming_errors(wrong):
    right = {"old_root": ROOTS[1], "old_size": 1, "new_root": ROOTS[1], "new_size": 1, "proof": ()}
    verify_consistency(**right)
    with pytest.raises(TypeError):
        verify_consistency(**{**right, **wrong})


@given(st.binary(max_size=100) | proofs.map(b"".join))
def test_decoding_takes_exactly_what_encoding_gives(data):
    try:
        proof = decode_proof(data)
    except DecodingError:
        assert len(data) % 32
    else:
        assert encode_proof(proof) == data


@pytest.mark.parametrize("proof", [None, "", bytearray(32), [bytes(32)]])
def test_encodings_are_bytes(proof):
    with pytest.raises(TypeError):
        decode_proof(proof)
    with pytest.raises(TypeError):
        encode_proof(proof)
