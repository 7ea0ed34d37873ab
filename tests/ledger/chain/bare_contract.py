"""The contract without our client: calls and transactions, with nothing checked before they are sent."""

from contextlib import contextmanager

import pytest

from zkhealth.ledger.chain.artifact import artifact


class BareContract:
    def __init__(self, web3, address, account):
        self._web3, self._account = web3, account
        self.contract = web3.eth.contract(address=address, abi=list(artifact().abi))

    def call(self, name, *arguments, sender=None):
        return self.contract.functions[name](*arguments).call({"from": sender or self._account.address})

    def send(self, name, *arguments, account=None, gas=3_000_000):
        """Send a transaction as it is, also one that will revert; returns its receipt."""
        account = account or self._account
        nonce = self._web3.eth.get_transaction_count(account.address)
        price = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9, "gas": gas, "value": 0}
        data = self.contract.encode_abi(name, args=arguments)
        chain_id = self._web3.eth.chain_id
        transaction = {"to": self.contract.address, "data": data, "nonce": nonce, "chainId": chain_id, **price}
        sent = self._web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
        return self._web3.eth.wait_for_transaction_receipt(sent)

    def events(self, name, receipt):
        return [dict(event["args"]) for event in self.contract.events[name]().process_receipt(receipt)]

    def refuses(self, reason, name, *arguments, account=None):
        """Assert that the call reverts with the reason, and that a transaction with it fails and changes nothing."""
        before = self.call("head")
        with reverts(reason):
            self.call(name, *arguments, sender=(account or self._account).address)
        receipt = self.send(name, *arguments, account=account)
        assert receipt["status"] == 0
        assert receipt["logs"] == []
        assert self.call("head") == before
        return True


def failure():
    """The exception of a call that reverts; imported late, since these packages are extras."""
    from eth_tester.exceptions import TransactionFailed

    return TransactionFailed


def cannot_be_written():
    """The exception of a call whose arguments do not fit the contract's types."""
    from web3.exceptions import MismatchedABI

    return MismatchedABI


@contextmanager
def reverts(reason):
    with pytest.raises(failure(), match=f"^execution reverted: {reason}$"):
        yield
