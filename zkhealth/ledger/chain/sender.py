"""Bring something about on a chain, and keep at it until enough blocks lie on it.

There is no list of pending work.  What is wanted is a condition on the contract's state; as long as the latest block
does not meet it, the account's next transaction is one that would bring it about.  So it does not matter who sent what
before, whether a transaction was lost, stuck, replaced, or undone by a reorganisation, or whether this process is the
one that began: the account has at most one transaction of ours in flight, and its number is always the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from zkhealth.ledger.chain.errors import ChainError, ContractAbsentError, RefusalError
from zkhealth.ledger.chain.node import Node, checked_address

Account = Any
"""A local account of `eth_account`, or the address (str) of one that the node holds unlocked."""


@dataclass(frozen=True)
class Call:
    """What a transaction is to do: data for a contract, or for no one, which deploys it."""

    to: str | None
    data: bytes


# As anvil and py-evm put it (run here), and geth, Erigon, Nethermind and Besu (known, not run); in lower case.
_KNOWN = ("already known", "already imported", "known transaction", "alreadyknown")
_OVERTAKEN = ("nonce too low", "invalid transaction nonce", "oldnonce", "nonce below sender account nonce")
_UNDERPRICED = (
    *("underpriced", "less than block base fee", "lower than block's base fee", "feetoolow", "fee too low"),
    *("gas price too low", "gas price below", "could not replace", "replacementnotallowed"),
)
_POOR = ("insufficient funds", "cannot afford", "insufficientfunds", "account balance")
_DEFAULT_CAP = 10  # Times the going rate.


def _one_second() -> None:
    time.sleep(1)


@dataclass(frozen=True)
class Patience:
    """How long to wait for a chain: looked at `looks` times, with a `pause` between.

    Args:
        confirmations: blocks that must hold the result, its own included, before a call returns; a chain that
            reorganises more deeply undoes it.
        looks: how often to look before giving up; what was sent stays sent, and the next call goes on from there.
        bump_after: looks without the waiting transaction entering a block, after which it is replaced at a higher fee.
        pause: what to do between looks; a second's sleep.
    """

    confirmations: int = 12
    looks: int = 600
    bump_after: int = 60
    pause: Callable[[], None] = field(default=_one_second, repr=False)

    def __post_init__(self) -> None:
        for name in ("confirmations", "looks", "bump_after"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ValueError(f"{name} is not a positive int")


class Sender:
    """The transactions of one account.  Not thread-safe; the account should serve nothing else.

    Keeps the fee of its last transaction, to outbid it, and nothing that would be missed after a restart.
    The private key stays in the account, which is the caller's.
    """

    def __init__(
        self, node: Node, account: Account, max_fee: int | None = None, patience: Patience | None = None
    ) -> None:
        self.address = checked_address(account if isinstance(account, str) else account.address)
        self._account = self.address if isinstance(account, str) else account
        self._node, self._max_fee = node, max_fee
        self._patience = patience or Patience()
        if max_fee is not None and (type(max_fee) is not int or max_fee < 0):
            raise ValueError("max_fee is not a number of wei")
        self._nonce = -1  # The account's next number when we looked last.
        self._last: dict[str, Any] | None = None  # What we sent under that number, with its fees.
        self._looks = 0  # Since that was sent, or since we found something else waiting under that number.

    def __repr__(self) -> str:
        return f"<Sender {self.address} on {self._node!r}>"

    def bring_about(self, wanted: Callable[[int | str], bool], function: Callable[[], Call | None]) -> None:
        """Send `function()`, and again as needed, until `wanted(block)` holds with enough blocks on it.

        Args:
            wanted: whether the state after a block (its number, or "latest") is the one desired.
            function: makes the contract call that would bring it about now; None where none is needed any more.

        Raises:
            ChainError: see `Patience` and `send`; everything that `wanted` and `function` raise passes through.
        """
        for look in range(self._patience.looks):
            if look:
                self._patience.pause()
            if self._is_buried(wanted):
                return
            if not wanted("latest") and (call := function()) is not None:
                self.send(call)
        raise ChainError(
            f"not {self._patience.confirmations} blocks deep after {self._patience.looks} looks; "
            "nothing is lost, the same call goes on from here"
        )

    def send(self, call: Call) -> bytes | None:
        """Send a call as the account's next transaction, unless one is waiting and has not waited long.

        A waiting transaction of this account, whoever sent it, is replaced after `bump_after` looks.

        Returns:
            The transaction's hash; None if nothing was sent.

        Raises:
            ChainError: the contract refuses, funds do not suffice, or the fee would be over the limit.
        """
        nonce, after_waiting = self._node.nonces(self.address)
        if nonce != self._nonce:
            self._nonce, self._last, self._looks = nonce, None, 0
        self._looks += 1
        if self._looks <= self._patience.bump_after:
            if after_waiting > nonce:
                return None
            if self._last is not None and self._last["data"] == call.data:  # The node has lost it.
                with suppress(_UnderpricedError):
                    return self._offer(self._last)
        return self._bid(call, nonce)

    def deploy(self, call: Call) -> str:
        """Deploy a contract and wait until enough blocks lie on it; returns its address.

        Raises:
            ChainError: as `send`; once it was sent, the message names the transaction.
        """
        nonce, after_waiting = self._node.nonces(self.address)
        sent = None if after_waiting > nonce else self._bid(call, nonce)
        if sent is None:
            raise ChainError(f"{self.address} has another transaction waiting; deploy when it is through")
        for look in range(self._patience.looks):
            if look:
                self._patience.pause()
            receipt = self._node.receipt(sent)
            if receipt is None:
                continue
            if not receipt.is_success or receipt.contract is None:
                raise ChainError(f"deployment 0x{sent.hex()} failed")
            if receipt.block <= self._node.tip() + 1 - self._patience.confirmations:
                return receipt.contract
        raise ChainError(f"deployment 0x{sent.hex()} was sent and is not yet deep enough")

    def _bid(self, call: Call, nonce: int) -> bytes | None:
        """Offer a transaction at the going rate, more than the last one with its number, and more until it is taken."""
        transaction = {"from": self.address, "data": call.data, "value": 0}
        transaction |= {} if call.to is None else {"to": call.to}
        transaction |= {"gas": self._gas(transaction), "nonce": nonce, "chainId": self._node.chain_id}
        going = self._node.fees()
        limit = self._max_fee if self._max_fee is not None else _DEFAULT_CAP * _fee(going)
        fees = going if self._last is None else _outbid(self._last, going)
        while _fee(fees) <= limit:
            try:
                sent = self._offer({**transaction, **fees})
            except _UnderpricedError:
                fees = _outbid(fees, going)
                continue
            self._last, self._looks = {**transaction, **fees}, 0
            return sent
        raise ChainError(
            f"the fee would be {_fee(fees)} wei per gas, over the limit of {limit}; try later or allow more"
        )

    def _offer(self, transaction: dict[str, Any]) -> bytes | None:
        try:
            return self._node.send(transaction, self._account)
        except RefusalError as refusal:
            reason = str(refusal).lower()
            if _says(reason, _KNOWN + _OVERTAKEN):  # It waits already, or another one went first: the next look tells.
                return None
            if _says(reason, _UNDERPRICED):
                raise _UnderpricedError(str(refusal)) from None
            if _says(reason, _POOR):
                raise self._poor(transaction) from None
            raise ChainError(f"{self._node.name} refuses the transaction: {refusal}") from None

    def _gas(self, transaction: dict[str, Any]) -> int:
        """Try the transaction on the latest block; a fifth more gas than that took."""
        try:
            return self._node.estimate(transaction) * 6 // 5
        except RefusalError as refusal:
            if _says(str(refusal).lower(), _POOR):
                raise self._poor(transaction) from None
            raise ChainError(f"the transaction would fail: {refusal}") from None

    def _poor(self, transaction: dict[str, Any]) -> ChainError:
        balance = self._node.balance(self.address)
        cost = f", the transaction may cost {transaction['gas'] * _fee(transaction)}" if "gas" in transaction else ""
        return ChainError(f"insufficient funds: {self.address} has {balance} wei{cost}")

    def _is_buried(self, wanted: Callable[[int | str], bool]) -> bool:
        """Whether the state is the one desired so many blocks ago already."""
        block = self._node.tip() + 1 - self._patience.confirmations
        try:
            return block >= 0 and wanted(block)
        except ContractAbsentError:  # The contract is younger than that.
            return False


class _UnderpricedError(ChainError):
    """The node wants a higher fee for this transaction."""


def _says(reason: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in reason for phrase in phrases)


def _fee(fees: dict[str, Any]) -> int:
    """Return the most that a unit of gas may cost."""
    return int(fees["maxFeePerGas"] if "maxFeePerGas" in fees else fees["gasPrice"])


def _outbid(fees: dict[str, Any], going: dict[str, int]) -> dict[str, int]:
    """Return a quarter more, as nodes want a tenth or an eighth more to replace; at least the going rate."""
    return {name: max(going[name], fees.get(name, 0) * 5 // 4 + 1) for name in going}
