"""What the contract costs, in gas: a regression is seen here before it is paid for."""

from itertools import pairwise

import pytest
from ledger.chain.chain_log import checkpoint, entry, proof, tree

from zkhealth.ledger.chain.artifact import artifact
from zkhealth.merkle import leaf_hash
from zkhealth.merkle.hashing import node_hash


def used(receipt):
    assert receipt["status"] == 1
    return receipt["gasUsed"]


def test_deploying(chain, contract):
    creation = chain.web3.eth.get_transaction_receipt
    blocks = [chain.web3.eth.get_block(n, full_transactions=True) for n in range(chain.web3.eth.block_number + 1)]
    deployments = [t for block in blocks for t in block["transactions"] if not t.get("to")]
    assert max(creation(t["hash"])["gasUsed"] for t in deployments) <= 1_500_000
    assert len(artifact().runtime) <= 6_500


def test_the_first_root(contract):
    assert used(contract.send("publish", 1000, checkpoint(1000).root, ())) <= 72_000


@pytest.mark.parametrize("new", [1001, 1024, 1500, 2000, 2047, 2048])
def test_the_next_root_of_a_tree_of_1000(contract, new):
    contract.send("publish", 1000, checkpoint(1000).root, ())
    assert used(contract.send("publish", new, checkpoint(new).root, proof(1000, new))) <= 80_000


def test_the_longest_consistency_proof_near_1000(contract):
    contract.send("publish", 999, checkpoint(999).root, ())
    longest = max(range(1000, 2048), key=lambda new: len(proof(999, new)))
    assert len(proof(999, longest)) == 12
    assert used(contract.send("publish", longest, checkpoint(longest).root, proof(999, longest))) <= 80_000


@pytest.mark.parametrize("index", [0, 333, 511, 512, 999])
def test_inclusion_in_a_tree_of_1000_within_a_transaction(contract, index):
    contract.send("publish", 1000, checkpoint(1000).root, ())
    path = tree().inclusion_proof(index, 1000)
    assert used(contract.send("included", leaf_hash(entry(index)), index, 1000, path)) <= 40_000
    assert used(contract.send("included_entry", entry(index), index, 1000, path)) <= 40_000


def test_inclusion_grows_by_the_level(contract):
    """From level 13 on the floor of EIP-7623 counts: 40 gas for each byte that is not zero, 1,280 for a hash."""
    costs = []
    for level in range(1, 25):
        path = tuple(bytes([i + 1]) * 32 for i in range(level))
        root = leaf_hash(b"entry")
        for hash_ in path:
            root = node_hash(root, hash_)
        size = 2**level
        with_root = contract_with(contract, size, root)
        costs.append(used(with_root.send("included", leaf_hash(b"entry"), 0, size, path)))
    steps = [b - a for a, b in pairwise(costs)]
    assert max(steps) <= 1_280
    assert max(steps[:10]) <= 1_150
    assert costs[9] <= 40_000


def contract_with(contract, size, root):
    """The same contract, with one more root: a left spine that grows is a consistent tree."""
    old_size, _ = contract.call("head")
    hashes = (bytes([old_size.bit_length()]) * 32,) if old_size else ()
    assert contract.send("publish", size, root, hashes)["status"] == 1
    return contract


def test_consistency_grows_by_the_level(contract):
    """From 2^level - 1 entries, whose proofs are the longest, to 2^(level+1) - 1."""
    old, costs = 3, []
    contract.send("publish", 3, checkpoint(3).root, ())
    for level in range(3, 12):
        new = 2**level - 1
        costs.append(used(contract.send("publish", new, checkpoint(new).root, proof(old, new))))
        old = new
    assert max(b - a for a, b in pairwise(costs)) <= 1_650
    assert costs[-1] <= 80_000


def test_the_registry(contract):
    assert used(contract.send("rotate_key", b"\x01" * 32, b"\x02" * 32)) <= 72_000
    assert used(contract.send("rotate_key", b"\x01" * 32, b"\x03" * 32)) <= 60_000
    assert used(contract.send("revoke_key", b"\x01" * 32, b"\x03" * 32)) <= 35_000
