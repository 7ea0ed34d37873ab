"""Each check of the contract is there for an attack: without it the attack goes through, with it it reverts."""

from dataclasses import dataclass
from importlib.resources import files

import pytest
from ledger.chain.bare_contract import BareContract
from ledger.chain.chain_log import ORIGIN, checkpoint, entry, proof, tree
from ledger.chain.local_chains import OTHER, RICH
from ledger.chain.vyper_compiler import compiled

from zkhealth.merkle import MAX_SIZE, leaf_hash
from zkhealth.merkle.hashing import node_hash

SOURCE = files("zkhealth.ledger.chain").joinpath("anchor.vy").read_text(encoding="utf-8")
A, B = leaf_hash(entry(0)), leaf_hash(entry(1))
ISSUER, KEY = b"\x01" * 32, b"\x02" * 32
FORK = {"forked_at": 500}
ROOT = {n: checkpoint(n).root for n in (1, 2, 4, 7, 1000, 1001)}


@dataclass(frozen=True)
class Attack:
    """What is done first, the line that is taken out for the mutant, and the call that only the mutant lets through."""

    name: str
    before: tuple
    line: str
    call: tuple
    instead: str = "pass"
    by_stranger: bool = False


ATTACKS = [
    Attack("a stranger publishes", (), 'assert Role.PUBLISHER in self.roles[msg.sender], "not a publisher"',
           ("publish", 1, ROOT[1], ()), by_stranger=True),
    Attack("a replay", (("publish", 4, ROOT[4], ()),), 'assert size > old_size, "size does not grow"',
           ("publish", 4, ROOT[4], ())),
    Attack("a size beyond the largest", (), 'assert size <= MAX_SIZE, "size is too large"',
           ("publish", MAX_SIZE + 1, ROOT[1], ())),
    Attack("a root that looks like none", (), 'assert root != empty(bytes32), "root is zero"',
           ("publish", 1, bytes(32), ())),
    Attack("a fork", (("publish", 1000, ROOT[1000], ()),),
           'assert fr == old_root, "proof does not lead to the old root"',
           ("publish", 1001, checkpoint(1001, **FORK).root, proof(1000, 1001, **FORK))),
    Attack("a root of nothing", (("publish", 1000, ROOT[1000], ()),),
           'assert sr == root, "proof does not lead to the new root"',
           ("publish", 1001, b"\x05" * 32, proof(1000, 1001))),
    Attack("an old root for a larger size", (("publish", 4, ROOT[4], ()),),
           'assert sn == 0, "proof has too few hashes"',
           ("publish", 7, ROOT[4], ())),
    Attack("below the only leaf", (("publish", 1, node_hash(A, B), ()),), 'assert sn != 0, "proof has too many hashes"',
           ("included", B, 0, 1, (A,))),
    Attack("an index outside the tree", (("publish", 1, A, ()),), 'assert index < size, "index is outside the tree"',
           ("included", A, 1, 1, ())),
    Attack("a size never published", (("publish", 4, ROOT[4], ()),),
           'assert rebuilt == root, "proof does not lead to the root"',
           ("included", leaf_hash(b"forged"), 0, 4, tree().inclusion_proof(0, 4))),
    Attack("a node as an entry", (("publish", 1, node_hash(A, B), ()),), "sha256(concat(0x00, entry))",
           ("included_entry", b"\x01" + A + B, 0, 1, ()), instead="sha256(entry)"),
    Attack("a revoked key comes back", (("rotate_key", ISSUER, KEY), ("revoke_key", ISSUER, KEY)),
           'assert self.times[issuer][key] == 0, "key was registered before"', ("rotate_key", ISSUER, KEY)),
    Attack("a stranger revokes", (("rotate_key", ISSUER, KEY),),
           'assert Role.REGISTRAR in self.roles[msg.sender], "not a registrar"', ("revoke_key", ISSUER, KEY),
           by_stranger=True),
    Attack("a stranger gives roles", (), 'assert msg.sender == self.owner, "not the owner"',
           ("set_roles", "0x" + "00" * 20, 3), by_stranger=True),
    Attack("a stranger takes over", (), 'assert msg.sender == self.next_owner, "not the next owner"',
           ("take_ownership",), by_stranger=True),
]  # fmt: skip


def deployed(chain, bytecode):
    account = chain.account(RICH)
    from web3 import Web3

    made = chain.web3.eth.contract(abi=[CONSTRUCTOR], bytecode=bytecode).constructor(ORIGIN)
    transaction = made.build_transaction(
        {"from": account.address, "nonce": chain.web3.eth.get_transaction_count(account.address), "gas": 3_000_000}
    )
    sent = chain.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    address = chain.web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    return BareContract(chain.web3, Web3.to_checksum_address(address), account)


CONSTRUCTOR = {"type": "constructor", "stateMutability": "nonpayable", "inputs": [{"name": "o", "type": "string"}]}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_mutant_lets_the_attack_through_and_the_contract_does_not(chain, contract, tmp_path, attack):
    assert attack.line in SOURCE
    path = tmp_path / "mutant.vy"
    path.write_text(SOURCE.replace(attack.line, attack.instead), encoding="utf-8")
    mutant = deployed(chain, compiled(path)["bytecode"])
    sender = chain.account(OTHER if attack.by_stranger else RICH)
    for victim in (mutant, contract):
        for step in attack.before:
            assert victim.send(*step)["status"] == 1
    assert mutant.send(*attack.call, account=sender)["status"] == 1
    assert contract.send(*attack.call, account=sender)["status"] == 0
