from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.merkle import EMPTY_ROOT, MerkleTree, leaf_hash
from zkhealth.merkle import tree as tree_module

# The oracle: RFC 9162 sections 2.1.1, 2.1.3.1 and 2.1.4.1, word for word over a list of leaves.


def mth(D: list[bytes]) -> bytes:
    n = len(D)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + D[0]).digest()
    k = largest_power_of_two_below(n)
    return sha256(b"\x01" + mth(D[:k]) + mth(D[k:])).digest()


def path(m: int, D: list[bytes]) -> tuple[bytes, ...]:
    n = len(D)
    if n == 1:
        return ()
    k = largest_power_of_two_below(n)
    return (*path(m, D[:k]), mth(D[k:])) if m < k else (*path(m - k, D[k:]), mth(D[:k]))


def proof(m: int, D: list[bytes]) -> tuple[bytes, ...]:
    return subproof(m, D, True)


def subproof(m: int, D: list[bytes], b: bool) -> tuple[bytes, ...]:
    n = len(D)
    if m == n:
        return () if b else (mth(D),)
    k = largest_power_of_two_below(n)
    if m <= k:
        return (*subproof(m, D[:k], b), mth(D[k:]))
    return (*subproof(m - k, D[k:], False), mth(D[:k]))


def largest_power_of_two_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


LEAVES = [b"leaf %d" % i for i in range(131)]
leaf_lists = st.lists(st.binary(max_size=4), max_size=40)


def grown(leaves):
    tree = MerkleTree()
    tree.extend(leaves)
    return tree


TREE = grown(LEAVES)


def test_every_root_is_that_of_the_rfc():
    assert [TREE.root(n) for n in range(132)] == [mth(LEAVES[:n]) for n in range(132)]


@pytest.mark.parametrize("n", [*range(1, 34), 63, 64, 65, 127, 128, 129, 130, 131])
def test_every_inclusion_proof_is_that_of_the_rfc(n):
    assert [TREE.inclusion_proof(m, n) for m in range(n)] == [path(m, LEAVES[:n]) for m in range(n)]


@pytest.mark.parametrize("n", [*range(1, 34), 63, 64, 65, 127, 128, 129, 130, 131])
def test_every_consistency_proof_is_that_of_the_rfc(n):
    assert [TREE.consistency_proof(m, n) for m in range(1, n + 1)] == [proof(m, LEAVES[:n]) for m in range(1, n + 1)]


@given(leaf_lists)
def test_appending_and_extending_build_the_same_tree(leaves):
    tree = MerkleTree()
    assert [tree.append(leaf) for leaf in leaves] == list(range(len(leaves)))
    assert tree.root() == grown(leaves).root() == mth(leaves)
    assert len(tree) == len(leaves)


@given(st.lists(leaf_lists, max_size=6))
def test_a_tree_may_grow_in_any_pieces(pieces):
    tree = MerkleTree()
    for piece in pieces:
        tree.extend(iter(piece))
    leaves = [leaf for piece in pieces for leaf in piece]
    sizes = range(len(leaves) + 1)
    assert [tree.root(n) for n in sizes] == [mth(leaves[:n]) for n in sizes]


@given(leaf_lists, leaf_lists, leaf_lists)
def test_growing_changes_no_earlier_root(first, second, third):
    tree = grown(first)
    root = tree.root()
    tree.extend(second)
    later = tree.root()
    tree.extend(third)
    assert (tree.root(len(first)), tree.root(len(first) + len(second))) == (root, later)


@pytest.mark.parametrize("n", [1023, 1024, 1025, 2 * 1024 + 3])
def test_a_stream_is_read_across_batches(n):
    leaves = [i.to_bytes(4) for i in range(n)]
    assert grown(iter(leaves)).root() == mth(leaves)


def test_a_stream_is_not_held_in_memory():
    tree, lag = MerkleTree(), []

    def stream():
        for i in range(5 * tree_module._BATCH):
            lag.append(i - len(tree))
            yield b"x"

    tree.extend(stream())
    assert max(lag) == tree_module._BATCH - 1


@pytest.mark.parametrize("before", [0, 1, 5, 8, 1030])
@pytest.mark.parametrize("good", [0, 3, 1024, 2000])
def test_a_refused_leaf_leaves_the_tree_as_it_was(before, good):
    start = [b"%d" % i for i in range(before)]
    tree = grown(start)
    with pytest.raises(TypeError):
        tree.extend([*(b"good" for _ in range(good)), "bad"])
    assert (len(tree), tree.root()) == (before, mth(start))
    tree.extend([b"next", b"but one"])
    assert tree.root() == mth([*start, b"next", b"but one"])


def test_a_broken_stream_leaves_the_tree_as_it_was():
    def stream():
        yield from [b"x"] * 3000
        raise OSError("disk gone")

    tree = grown(LEAVES)
    with pytest.raises(OSError, match="disk gone"):
        tree.extend(stream())
    assert (len(tree), tree.root()) == (131, TREE.root())


def test_the_empty_tree_has_the_empty_root():
    assert MerkleTree().root() == MerkleTree().root(0) == TREE.root(0) == EMPTY_ROOT


def test_no_size_means_all_leaves():
    assert TREE.root() == TREE.root(131)
    assert TREE.inclusion_proof(7) == TREE.inclusion_proof(7, 131)
    assert TREE.consistency_proof(7) == TREE.consistency_proof(7, 131)


def test_nothing_is_sent_from_nothing_or_to_the_same_size():
    assert TREE.consistency_proof(0) == TREE.consistency_proof(131) == TREE.consistency_proof(0, 0) == ()


def test_hashes_are_immutable_bytes():
    tree = grown([b"only"])
    root = tree.root()
    tree.append(b"more")
    assert type(root) is bytes
    assert root == leaf_hash(b"only")


@pytest.mark.parametrize("call", [
    pytest.param(lambda: TREE.root(132), id="root beyond the end"),
    pytest.param(lambda: TREE.root(-1), id="root of less than nothing"),
    pytest.param(lambda: TREE.inclusion_proof(131), id="index beyond the end"),
    pytest.param(lambda: TREE.inclusion_proof(5, 5), id="index beyond the size"),
    pytest.param(lambda: TREE.inclusion_proof(-1), id="index below zero"),
    pytest.param(lambda: TREE.inclusion_proof(10**5000), id="index too long to print"),
    pytest.param(lambda: TREE.inclusion_proof(0, 0), id="leaf of nothing"),
    pytest.param(lambda: TREE.inclusion_proof(0, 132), id="leaf under a size beyond the end"),
    pytest.param(lambda: TREE.consistency_proof(132), id="old size beyond the end"),
    pytest.param(lambda: TREE.consistency_proof(6, 5), id="shrinking"),
    pytest.param(lambda: TREE.consistency_proof(-1), id="old size below zero"),
    pytest.param(lambda: TREE.consistency_proof(1, 132), id="new size beyond the end"),
])  # fmt: skip
def test_what_is_not_there_is_not_proved(call):
    with pytest.raises(ValueError, match=r"index|size"):
        call()


@pytest.mark.parametrize("number", [True, False, 1.0, "1", b"\x01"])
def test_numbers_are_ints(number):
    for call in (TREE.root, TREE.inclusion_proof, TREE.consistency_proof):
        with pytest.raises(TypeError):
            call(number)
    for proof in (TREE.inclusion_proof, TREE.consistency_proof):
        with pytest.raises(TypeError):
            proof(0, number)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 64, 100, 131])
def test_another_library_agrees(n):
    pymerkle = pytest.importorskip("pymerkle")
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in LEAVES:
        other.append_entry(leaf)
    assert TREE.root(n) == other.get_root(n)
    for m in range(n):  # It counts from one, and puts the leaf's own hash first.
        assert [leaf_hash(LEAVES[m]), *TREE.inclusion_proof(m, n)] == other.prove_inclusion(m + 1, n).path
