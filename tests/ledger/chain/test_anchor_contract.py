"""What the contract does, called directly: nothing of our client stands before it."""

import pytest
from ledger.chain.chain_log import ORIGIN, checkpoint, entry, proof, tree
from ledger.chain.local_chains import OTHER

from zkhealth.merkle import MAX_SIZE, leaf_hash

ROOT = {n: checkpoint(n).root for n in (1, 4, 7, 1000, 1001, 2048)}
ISSUER, KEY, NEXT = b"\x01" * 32, b"\x0a" * 32, b"\x0b" * 32
NOBODY = "0x" + "00" * 20


def published(contract, size):
    assert contract.send("publish", size, ROOT[size], ())["status"] == 1
    return contract


# Roots


def test_a_new_contract_is_of_its_log_and_empty(contract):
    assert contract.call("origin") == ORIGIN
    assert contract.call("head") == (0, bytes(32))


def test_the_first_root_needs_no_proof(contract):
    receipt = contract.send("publish", 1000, ROOT[1000], ())
    assert contract.events("Published", receipt) == [{"size": 1000, "root": ROOT[1000]}]
    assert contract.call("head") == (1000, ROOT[1000])
    assert contract.call("roots", 1000) == ROOT[1000]


def test_the_first_root_takes_no_proof_either(contract):
    assert contract.refuses("proof has too many hashes", "publish", 1000, ROOT[1000], (bytes(32),))


@pytest.mark.parametrize(("old", "new"), [(1, 4), (4, 7), (7, 1000), (1000, 1001), (1000, 2048)])
def test_a_tree_that_extends_the_last_one_is_accepted(contract, old, new):
    published(contract, old)
    assert contract.send("publish", new, ROOT[new], proof(old, new))["status"] == 1
    assert contract.call("head") == (new, ROOT[new])
    assert contract.call("roots", old) == ROOT[old]


def test_a_fork_is_refused(contract):
    published(contract, 1000)
    root, hashes = checkpoint(1001, forked_at=500).root, proof(1000, 1001, forked_at=500)
    assert contract.refuses("proof does not lead to the old root", "publish", 1001, root, hashes)


def test_a_new_root_that_the_proof_does_not_lead_to_is_refused(contract):
    published(contract, 1000)
    assert contract.refuses("proof does not lead to the new root", "publish", 1001, ROOT[2048], proof(1000, 1001))


def test_a_proof_from_another_size_is_refused(contract):
    published(contract, 1001)
    assert contract.refuses("proof does not lead to the old root", "publish", 2048, ROOT[2048], proof(1003, 2048))


@pytest.mark.parametrize(("size", "hashes"), [(1000, ()), (999, ()), (1, ()), (0, ())], ids=["equal", "less", "1", "0"])
def test_a_size_that_does_not_grow_is_refused(contract, size, hashes):
    published(contract, 1000)
    assert contract.refuses("size does not grow", "publish", size, ROOT[1000], hashes)


def test_a_replay_is_refused(contract):
    published(contract, 4)
    assert contract.send("publish", 7, ROOT[7], proof(4, 7))["status"] == 1
    assert contract.refuses("size does not grow", "publish", 7, ROOT[7], proof(4, 7))


def test_an_empty_tree_is_not_published(contract):
    assert contract.refuses("size does not grow", "publish", 0, checkpoint(0).root, ())


@pytest.mark.parametrize("size", [MAX_SIZE + 1, 2**64 - 1, 2**64, 2**64 + 1001, 2**128 + 1001, 2**256 - 1])
def test_a_size_beyond_the_largest_is_refused(contract, size):
    published(contract, 1000)
    assert contract.refuses("size is too large", "publish", size, ROOT[1001], proof(1000, 1001))


@pytest.mark.parametrize("size", [MAX_SIZE + 1, 2**64 - 1, 2**256 - 1])
def test_a_first_size_beyond_the_largest_is_refused(contract, size):
    assert contract.refuses("size is too large", "publish", size, ROOT[1], ())


def test_the_largest_size_can_be_published_and_is_the_end(contract):
    assert contract.send("publish", MAX_SIZE, ROOT[1], ())["status"] == 1
    assert contract.refuses("size does not grow", "publish", MAX_SIZE, ROOT[1], ())


def test_a_root_of_zeros_would_look_like_none_and_is_refused(contract):
    assert contract.refuses("root is zero", "publish", 1, bytes(32), ())


@pytest.mark.parametrize("extra", [bytes(32), ROOT[1]])
def test_a_proof_longer_than_the_sizes_imply_is_refused(contract, extra):
    published(contract, 1000)
    assert contract.refuses("proof has too many hashes", "publish", 1001, ROOT[1001], (*proof(1000, 1001), extra))


def test_a_proof_shorter_than_the_sizes_imply_is_refused(contract):
    published(contract, 1000)
    assert contract.refuses("proof has too few hashes", "publish", 1001, ROOT[1001], proof(1000, 1001)[:-1])
    assert contract.refuses("proof has too few hashes", "publish", 1001, ROOT[1001], ())


def test_a_complete_tree_needs_a_proof_too(contract):
    published(contract, 4)
    assert contract.refuses("proof has too few hashes", "publish", 7, ROOT[4], ())


def test_a_proof_that_begins_with_zeros_does_not_pass_for_no_old_tree(contract):
    """Were a zero hash the sign that there is no old tree, the old root would not be checked."""
    published(contract, 7)
    hashes = (bytes(32), *proof(7, 1000)[1:])
    assert contract.refuses("proof does not lead to the old root", "publish", 1000, ROOT[1000], hashes)


def test_more_hashes_than_any_proof_has_are_refused(contract):
    published(contract, 1000)
    receipt = contract.send("publish", 1001, ROOT[1001], (bytes(32),) * 65)
    assert (receipt["status"], contract.call("head")) == (0, (1000, ROOT[1000]))


# Inclusion


@pytest.mark.parametrize("index", [0, 1, 333, 998, 999])
def test_an_entry_is_included(contract, index):
    published(contract, 1000)
    path = tree().inclusion_proof(index, 1000)
    assert contract.call("included", leaf_hash(entry(index)), index, 1000, path) is True
    assert contract.call("included_entry", entry(index), index, 1000, path) is True


def test_an_entry_stays_included_in_an_old_root(contract):
    published(contract, 1000)
    contract.send("publish", 2048, ROOT[2048], proof(1000, 2048))
    assert contract.call("included", leaf_hash(entry(5)), 5, 1000, tree().inclusion_proof(5, 1000)) is True
    assert contract.call("included", leaf_hash(entry(5)), 5, 2048, tree().inclusion_proof(5, 2048)) is True


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64, 4096])
def test_entries_of_any_length_up_to_the_longest_are_hashed_as_leaves(contract, length):
    assert contract.send("publish", 1, leaf_hash(b"e" * length), ())["status"] == 1
    assert contract.call("included_entry", b"e" * length, 0, 1, ()) is True


@pytest.mark.parametrize(("reason", "arguments"), [
    ("proof does not lead to the root", (leaf_hash(b"forged"), 333, 1000, tree().inclusion_proof(333, 1000))),
    ("proof does not lead to the root", (leaf_hash(entry(333)), 332, 1000, tree().inclusion_proof(333, 1000))),
    ("index is outside the tree", (leaf_hash(entry(333)), 1000, 1000, tree().inclusion_proof(333, 1000))),
    ("index is outside the tree", (leaf_hash(entry(333)), 333 + 2**64, 1000, tree().inclusion_proof(333, 1000))),
    ("index is outside the tree", (leaf_hash(entry(333)), 2**256 - 1, 1000, tree().inclusion_proof(333, 1000))),
    ("no root of this size", (leaf_hash(entry(333)), 333, 999, tree().inclusion_proof(333, 999))),
    ("no root of this size", (leaf_hash(entry(333)), 333, 0, ())),
    ("no root of this size", (leaf_hash(entry(333)), 333, 2**256 - 1, tree().inclusion_proof(333, 1000))),
    ("proof has too few hashes", (leaf_hash(entry(333)), 333, 1000, tree().inclusion_proof(333, 1000)[:-1])),
    ("proof has too few hashes", (ROOT[1000], 0, 1000, ())),
    ("proof has too many hashes", (leaf_hash(entry(333)), 333, 1000, (*tree().inclusion_proof(333, 1000), bytes(32)))),
], ids=range(11))  # fmt: skip
def test_what_is_not_included_reverts(contract, reason, arguments):
    published(contract, 1000)
    assert contract.refuses(reason, "included", *arguments)


def test_an_inner_node_is_no_entry(contract):
    """The second-preimage attack: left || right as an entry."""
    published(contract, 4)
    left, right = leaf_hash(entry(0)), leaf_hash(entry(1))
    path = tree().inclusion_proof(0, 4)[1:]
    assert contract.refuses("proof has too few hashes", "included_entry", left + right, 0, 4, path)


# Who may do what


@pytest.mark.parametrize(("reason", "name", "arguments"), [
    ("not a publisher", "publish", (1, ROOT[1], ())),
    ("not a registrar", "rotate_key", (ISSUER, KEY)),
    ("not a registrar", "revoke_key", (ISSUER, KEY)),
    ("not the owner", "set_roles", (NOBODY, 3)),
    ("not the owner", "offer_ownership", (NOBODY,)),
    ("not the next owner", "take_ownership", ()),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_a_stranger_may_do_nothing(contract, chain, reason, name, arguments):
    assert contract.refuses(reason, name, *arguments, account=chain.account(OTHER))


@pytest.mark.parametrize("roles", [0, 1, 2, 3])
def test_a_role_allows_its_own_functions_and_no_others(contract, chain, roles):
    may_publish, may_register = roles in (1, 3), roles in (2, 3)
    other = chain.account(OTHER)
    contract.send("set_roles", other.address, roles)
    assert contract.send("publish", 1, ROOT[1], (), account=other)["status"] == may_publish
    assert contract.send("rotate_key", ISSUER, KEY, account=other)["status"] == may_register
    assert contract.refuses("not the owner", "set_roles", other.address, 3, account=other)


def test_roles_that_do_not_exist_cannot_be_given(contract, chain):
    assert contract.send("set_roles", chain.account(OTHER).address, 4)["status"] == 0


def test_roles_can_be_taken_from_the_owner_who_stays_owner(contract, chain, anchor):
    me = anchor.sender.address
    contract.send("set_roles", me, 0)
    assert contract.refuses("not a publisher", "publish", 1, ROOT[1], ())
    assert contract.call("owner") == me


def test_ownership_passes_to_who_was_named_and_takes_it(contract, chain):
    other = chain.account(OTHER)
    contract.send("offer_ownership", other.address)
    assert contract.call("owner") != other.address
    receipt = contract.send("take_ownership", account=other)
    assert contract.events("OwnershipTaken", receipt) == [{"owner": other.address}]
    assert contract.call("owner") == other.address
    assert contract.refuses("not the owner", "set_roles", other.address, 3)
    assert contract.refuses("not the next owner", "take_ownership", account=other)


def test_an_offer_can_be_taken_back(contract, chain):
    contract.send("offer_ownership", chain.account(OTHER).address)
    contract.send("offer_ownership", NOBODY)
    assert contract.refuses("not the next owner", "take_ownership", account=chain.account(OTHER))


def test_there_is_nothing_to_initialise_again(contract):
    changing = {f["name"] for f in contract.contract.abi if f.get("stateMutability") == "nonpayable" and "name" in f}
    assert changing == {"publish", "rotate_key", "revoke_key", "set_roles", "offer_ownership", "take_ownership"}


def test_it_takes_no_money(contract, chain):
    assert not [f for f in contract.contract.abi if f.get("stateMutability") == "payable"]
    transfer = {"from": chain.web3.eth.accounts[0], "to": contract.contract.address, "value": 1, "gas": 100_000}
    sent = chain.web3.eth.send_transaction(transfer)
    assert chain.web3.eth.wait_for_transaction_receipt(sent)["status"] == 0


# Issuer keys


def times(contract, key):
    return contract.call("key_times", ISSUER, key)


def now(chain):
    return chain.web3.eth.get_block("latest")["timestamp"]


def test_a_first_key_is_current(contract, chain):
    receipt = contract.send("rotate_key", ISSUER, KEY)
    assert contract.events("KeyRotated", receipt) == [{"issuer": ISSUER, "key": KEY, "previous": bytes(32)}]
    assert contract.call("current_key", ISSUER) == KEY
    assert times(contract, KEY) == (now(chain), 0, 0)


def test_a_rotation_retires_the_key_before(contract, chain):
    contract.send("rotate_key", ISSUER, KEY)
    since = now(chain)
    chain.mine()
    receipt = contract.send("rotate_key", ISSUER, NEXT)
    assert contract.events("KeyRotated", receipt) == [{"issuer": ISSUER, "key": NEXT, "previous": KEY}]
    assert contract.call("current_key", ISSUER) == NEXT
    assert times(contract, KEY) == (since, now(chain), 0)
    assert times(contract, NEXT) == (now(chain), 0, 0)


def test_a_revoked_key_is_current_no_longer(contract, chain):
    contract.send("rotate_key", ISSUER, KEY)
    since = now(chain)
    receipt = contract.send("revoke_key", ISSUER, KEY)
    assert contract.events("KeyRevoked", receipt) == [{"issuer": ISSUER, "key": KEY}]
    assert contract.call("current_key", ISSUER) == bytes(32)
    assert times(contract, KEY) == (since, 0, now(chain))


def test_a_retired_key_can_be_revoked_and_the_current_one_stays(contract, chain):
    contract.send("rotate_key", ISSUER, KEY)
    contract.send("rotate_key", ISSUER, NEXT)
    contract.send("revoke_key", ISSUER, KEY)
    assert contract.call("current_key", ISSUER) == NEXT
    assert times(contract, KEY)[2] == now(chain)


def test_keys_after_a_revocation_start_anew(contract):
    contract.send("rotate_key", ISSUER, KEY)
    contract.send("revoke_key", ISSUER, KEY)
    receipt = contract.send("rotate_key", ISSUER, NEXT)
    assert contract.events("KeyRotated", receipt) == [{"issuer": ISSUER, "key": NEXT, "previous": bytes(32)}]


def test_no_key_comes_back(contract):
    contract.send("rotate_key", ISSUER, KEY)
    assert contract.refuses("key was registered before", "rotate_key", ISSUER, KEY)
    contract.send("rotate_key", ISSUER, NEXT)
    assert contract.refuses("key was registered before", "rotate_key", ISSUER, KEY)
    contract.send("revoke_key", ISSUER, NEXT)
    assert contract.refuses("key was registered before", "rotate_key", ISSUER, NEXT)
    assert contract.refuses("key is revoked already", "revoke_key", ISSUER, NEXT)


def test_only_keys_that_stand_there_can_be_revoked(contract):
    contract.send("rotate_key", ISSUER, KEY)
    assert contract.refuses("key is not registered", "revoke_key", ISSUER, NEXT)
    assert contract.refuses("key is not registered", "revoke_key", KEY, KEY)
    assert contract.refuses("key is not registered", "revoke_key", ISSUER, bytes(32))
    assert contract.refuses("key is zero", "rotate_key", ISSUER, bytes(32))


def test_issuers_do_not_touch_each_other(contract):
    contract.send("rotate_key", ISSUER, KEY)
    contract.send("rotate_key", NEXT, KEY)
    contract.send("revoke_key", NEXT, KEY)
    assert contract.call("current_key", ISSUER) == KEY
    assert times(contract, KEY)[2] == 0
