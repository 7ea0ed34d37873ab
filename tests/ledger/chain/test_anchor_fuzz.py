"""The verifier on the chain against `zkhealth.merkle`, on random trees, and on proofs with one thing changed."""

from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger.chain.bare_contract import failure

from zkhealth.errors import VerificationError
from zkhealth.merkle import MAX_SIZE, MerkleTree, leaf_hash, verify_consistency
from zkhealth.merkle.hashing import node_hash
from zkhealth.merkle.proof import _verify_leaf_hash

LARGEST = 300
# The fixture puts the contract back once, after all examples: reads change nothing.
FEWER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=max(2, settings.default.max_examples // 3),
    deadline=None,
)


@cache
def forest(seed):
    made = MerkleTree()
    made.extend(b"%d of %d" % (i, seed) for i in range(LARGEST))
    return made


def verdict(check, *arguments):
    try:
        check(*arguments)
    except VerificationError as error:
        return str(error)
    return "accepted"


def chain_verdict(contract, name, *arguments):
    try:
        contract.call(name, *arguments)
    except failure() as error:
        return str(error).removeprefix("execution reverted: ")
    return "accepted"


@st.composite
def mutations(draw):
    """A function from a proof to another: nothing, or one thing, changed."""
    kind = draw(st.sampled_from(["none", "flip", "drop", "insert", "swap", "repeat", "zero"]))
    at, bit, fresh = draw(st.integers(0, 20)), draw(st.integers(0, 255)), draw(st.binary(min_size=32, max_size=32))

    def mutated(proof):
        if kind == "none" or not proof:
            return (*proof, fresh) if kind == "insert" else proof
        i = at % len(proof)
        flipped = (int.from_bytes(proof[i]) ^ (1 << bit)).to_bytes(32)
        head, tail = proof[:i], proof[i + 1 :]
        return {
            "flip": (*head, flipped, *tail),
            "drop": (*head, *tail),
            "insert": (*head, fresh, *proof[i:]),
            "swap": (*tail, *head, proof[i]),
            "repeat": (*head, proof[i], *proof[i:]),
            "zero": (*head, bytes(32), *tail),
        }[kind]

    return mutated


@pytest.fixture
def grown(contract):
    """Roots of many sizes of one tree, each published after the one before."""
    sizes = [1, 2, 3, 5, 8, 31, 64, 65, 127, 200, 256, 299]
    contract.send("publish", 1, forest(0).root(1), ())
    for old, new in pairwise(sizes):
        receipt = contract.send("publish", new, forest(0).root(new), forest(0).consistency_proof(old, new))
        assert receipt["status"] == 1
    return contract, sizes


@FEWER
@given(data=st.data(), mutated=mutations(), off=st.sampled_from([0, 0, 0, 1, -1, 64]))
def test_inclusion_as_the_library_says(grown, data, mutated, off):
    contract, sizes = grown
    size = data.draw(st.sampled_from(sizes))
    index = data.draw(st.integers(0, size - 1))
    leaf = leaf_hash(b"%d of 0" % index)
    asked = max(0, index + off)
    proof = mutated(forest(0).inclusion_proof(index, size))
    library = verdict(_verify_leaf_hash, forest(0).root(size), size, asked, leaf, proof)
    chain = chain_verdict(contract, "included", leaf, asked, size, proof)
    assert chain == ("index is outside the tree" if library.startswith("index") else library)


@pytest.mark.parametrize("old", [1, 2, 3, 6, 7, 8, 100, 127, 128, 129, 255])
def test_consistency_as_the_library_says(contract, old):
    old_root = forest(0).root(old)
    assert contract.send("publish", old, old_root, ())["status"] == 1

    @FEWER
    @given(st.integers(old + 1, LARGEST), mutations(), st.sampled_from([0, 0, 1]), st.sampled_from([0, 0, 1, -1, 32]))
    def judged_alike(new, mutated, seed, off):
        proof = mutated(forest(seed).consistency_proof(old, new))
        asked = max(old + 1, new + off)
        root = forest(seed).root(new)
        library = verdict(verify_consistency, old_root, old, root, asked, proof)
        assert chain_verdict(contract, "publish", asked, root, proof) == library

    judged_alike()


@given(
    old=st.one_of(st.integers(1, MAX_SIZE - 1), st.integers(0, 62).map(lambda k: 2**k)),
    growth=st.one_of(st.integers(1, MAX_SIZE), st.integers(1, 1000)),
    off=st.sampled_from([0, 0, 1, -1]),
)
@settings(FEWER, max_examples=max(2, settings.default.max_examples // 5))
def test_sizes_of_any_magnitude_are_judged_alike(chain, contract, old, growth, off):
    """No such tree exists, but a log may claim one: the roots are made to fit the proof."""
    new = min(old + growth, MAX_SIZE)
    hashes = tuple(bytes([i + 1]) * 32 for i in range(65))
    fit = next(n for n in range(65) if verdict_of(old, new, hashes[:n]) == "accepted")
    proof = hashes[: max(0, min(64, fit + off))]
    old_root, new_root = roots_that_fit(old, new, proof)
    library = verdict(verify_consistency, old_root, old, new_root, new, proof)
    with one_root(chain, contract, old, old_root):
        assert chain_verdict(contract, "publish", new, new_root, proof) == library


@given(size=st.integers(1, MAX_SIZE), where=st.floats(0, 1), off=st.sampled_from([0, 0, 1, -1]))
@settings(FEWER, max_examples=max(2, settings.default.max_examples // 5))
def test_inclusion_in_trees_of_any_magnitude_is_judged_alike(chain, contract, size, where, off):
    index = min(int(where * size), size - 1)
    leaf, hashes = leaf_hash(b"entry"), tuple(bytes([i + 1]) * 32 for i in range(65))

    def verdict_with(proof):
        return verdict(_verify_leaf_hash, root_that_fits(index, size, leaf, proof), size, index, leaf, proof)

    fit = next(n for n in range(65) if verdict_with(hashes[:n]) == "accepted")
    proof = hashes[: max(0, fit + off)]
    with one_root(chain, contract, size, root_that_fits(index, size, leaf, proof)):
        assert chain_verdict(contract, "included", leaf, index, size, proof) == verdict_with(proof)


def test_the_longest_proof_there_is_is_accepted(chain, contract):
    old, new = 2**62 + 1, MAX_SIZE
    proof = tuple(bytes([i + 1]) * 32 for i in range(64))
    assert [n for n in range(65) if verdict_of(old, new, proof[:n]) == "accepted"] == [64]
    old_root, new_root = roots_that_fit(old, new, proof)
    with one_root(chain, contract, old, old_root):
        receipt = contract.send("publish", new, new_root, proof)
    assert receipt["status"] == 1
    assert receipt["gasUsed"] <= 170_000


def verdict_of(old, new, proof):
    old_root, new_root = roots_that_fit(old, new, proof)
    return verdict(verify_consistency, old_root, old, new_root, new, proof)


def roots_that_fit(old, new, proof):
    """The two roots that a proof leads to if its length is right; written as a recursion, unlike what is tested.

    SUBPROOF of RFC 9162 section 2.1.4.1, read from the top: the last hash of the proof is the one taken off first.
    """
    complete = bytes([255]) * 32  # The hash of a complete old tree, which is not part of the proof.

    def roots(m, n, hashes, *, is_known):
        if m == n:
            if is_known:
                return complete, complete
            return (hashes[-1], hashes[-1]) if hashes else (complete, complete)
        k = 1 << (n - 1).bit_length() - 1
        if not hashes:
            return complete, complete
        c, rest = hashes[-1], hashes[:-1]
        if m <= k:
            old_side, new_side = roots(m, k, rest, is_known=is_known)
            return old_side, node_hash(new_side, c)
        old_side, new_side = roots(m - k, n - k, rest, is_known=False)
        return node_hash(c, old_side), node_hash(c, new_side)

    return roots(old, new, list(proof), is_known=True)


def root_that_fits(index, size, leaf, proof):
    """The root that a path leads to if its length is right; PATH of RFC 9162 section 2.1.3.1, read from the top."""
    if size == 1 or not proof:
        return leaf
    k = 1 << (size - 1).bit_length() - 1
    if index < k:
        return node_hash(root_that_fits(index, k, leaf, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_that_fits(index - k, size - k, leaf, proof[:-1]))


@contextmanager
def one_root(chain, contract, size, root):
    """A first root on the chain, for the time of a with statement."""
    tester = chain.web3.provider.ethereum_tester
    before = tester.take_snapshot()
    assert contract.send("publish", size, root, ())["status"] == 1
    yield
    tester.revert_to_snapshot(before)
