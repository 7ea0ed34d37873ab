"""Witnesses on one chain, and what they have sent."""

from ledger.chain.chain_log import trust
from ledger.chain.local_chains import RICH

from zkhealth.ledger.chain import Anchor, ChainWitness


def another(chain, witness, key=RICH, **patience):
    """A second process with a view of the same contract."""
    anchor = Anchor(chain.node, witness.anchor.address, chain.account(key), patience=chain.patience(**patience))
    return ChainWitness(anchor, trust())


def transactions(chain):
    """How many transactions the account of the witness has sent."""
    return chain.web3.eth.get_transaction_count(chain.account(RICH).address)


class NothingSent:
    """Asserts that no transaction was sent and that the contract holds what it held."""

    def __init__(self, chain, witness):
        self.chain, self.witness = chain, witness

    def state(self):
        return transactions(self.chain), self.witness.anchor.head()

    def __enter__(self):
        self.before = self.state()

    def __exit__(self, *_):
        assert self.state() == self.before
