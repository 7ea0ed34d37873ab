"""An EVM chain as witness of a log: one contract that takes only what extends what it holds, and a client for it.

Needs the extra `chain`.  With a node's URL, its chain's id, and an account of `eth_account`:

    node = Node.connect("https://node.example", chain_id=1)
    anchor = Anchor.deploy(node, "log.example/1", account)         # once; later: Anchor(node, address, account)
    witness = ChainWitness(anchor, Trust("log.example/1", [log_key]))
    witness.follow(signed_checkpoint, log)                         # whenever there is a new checkpoint

See NOTES.md beside this file for what that promises and what it costs.
"""

from zkhealth.ledger.chain.anchor import Anchor, Head, Role
from zkhealth.ledger.chain.client import ChainWitness
from zkhealth.ledger.chain.errors import ChainError, ContractAbsentError
from zkhealth.ledger.chain.node import Node
from zkhealth.ledger.chain.registry import IssuerKeys, KeyTimes
from zkhealth.ledger.chain.sender import Patience

__all__ = [
    "Node",
    "Anchor",
    "ChainWitness",
    "IssuerKeys",
    "Patience",
    "Role",
    "Head",
    "KeyTimes",
    "ChainError",
    "ContractAbsentError",
]
