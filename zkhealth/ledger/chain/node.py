"""One node of one chain, over JSON-RPC; whatever it does wrong leaves here as a ChainError.

The URL of a node often holds a key, and exceptions of HTTP libraries show the URL: so no such exception is passed on,
and only the host is named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from zkhealth.encoding.strict_json import MAX_DEPTH, is_deeper_than
from zkhealth.ledger.chain.errors import ChainError, ContractAbsentError, RefusalError

_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")
_LONGEST = 200  # Characters of a node's message that we repeat.


@dataclass(frozen=True)
class Receipt:
    """What came of a transaction: whether it did what it should, in which block, and which contract it made."""

    is_success: bool
    block: int
    contract: str | None


class Node:
    """A connection, a `web3.Web3`, that has shown the expected chain id.

    Whoever runs the node can lie about the chain: ask one you run yourself, or several.  Thread-safe as far as the
    connection of `web3` is.
    """

    def __init__(self, web3: Any, chain_id: int, name: str = "the node") -> None:
        self._web3, self.chain_id, self.name = web3, chain_id, name
        actual = self._count(lambda: web3.eth.chain_id)
        if actual != chain_id:
            raise ChainError(f"expected chain {chain_id}, {name} is on chain {actual}")

    def __repr__(self) -> str:
        return f"<Node {self.name} of chain {self.chain_id}>"

    @classmethod
    def connect(cls, url: str, chain_id: int, timeout: float = 10.0) -> Node:
        """Connect by HTTP.

        Args:
            url: `http://` or `https://`; kept, never shown.
            chain_id: as EIP-155 has it; a node of another chain is refused.
            timeout: seconds for one request.

        Raises:
            ChainError: the node does not answer, or is of another chain.
            ValueError: not such a URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("expected the URL of a node, http:// or https://")
        web3 = load_web3()
        provider = web3.HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
        provider.decode_rpc_response = lambda data: _decoded(web3.HTTPProvider, data)
        connection = web3.Web3(provider)
        # Chains under proof of authority have longer blocks, which web3 refuses otherwise.
        connection.middleware_onion.inject(web3.middleware.ExtraDataToPOAMiddleware, layer=0)
        return cls(connection, chain_id, parts.hostname)

    def contract(self, address: str, abi: tuple[dict[str, Any], ...]) -> Any:
        """Bind an ABI to an address; asks nothing."""
        return self._web3.eth.contract(address=checked_address(address), abi=list(abi))

    def deployment(self, abi: tuple[dict[str, Any], ...], bytecode: bytes, *arguments: Any) -> bytes:
        """Return the data of a transaction that deploys a contract; asks nothing."""
        made = self._web3.eth.contract(abi=list(abi), bytecode=bytecode).constructor(*arguments)
        return bytes.fromhex(made.data_in_transaction[2:])

    def tip(self) -> int:
        """Return the number of the latest block."""
        return self._count(lambda: self._web3.eth.block_number)

    def code(self, address: str) -> bytes:
        """Return the code that stands at an address in the latest block."""
        address = checked_address(address)
        return self._bytes(lambda: self._web3.eth.get_code(address))

    def read(self, function: Any, block: int | str = "latest") -> Any:
        """Call a view at a block; raises ContractAbsentError where nothing answers."""
        return self._ask(lambda: function.call(block_identifier=block))

    def nonces(self, address: str) -> tuple[int, int]:
        """Count the transactions of an account: those in blocks, and with those that wait."""
        address, count = checked_address(address), self._web3.eth.get_transaction_count
        mined = self._count(lambda: count(address, "latest"))
        return mined, max(mined, self._count(lambda: count(address, "pending")))

    def fees(self) -> dict[str, int]:
        """Return what a transaction should offer now, in wei per unit of gas; EIP-1559 where the chain has it."""
        base = self._ask(lambda: self._web3.eth.get_block("latest").get("baseFeePerGas"))
        if base is None:
            return {"gasPrice": self._count(lambda: self._web3.eth.gas_price)}
        tip = self._count(lambda: self._web3.eth.max_priority_fee)
        return {"maxFeePerGas": 2 * self._count(lambda: base) + tip, "maxPriorityFeePerGas": tip}

    def estimate(self, transaction: dict[str, Any]) -> int:
        """Run a transaction on the latest block for trial; returns its gas, or raises RefusalError with the reason."""
        return self._count(lambda: self._web3.eth.estimate_gas(transaction, block_identifier="latest"))

    def balance(self, address: str) -> int:
        """Return the balance of an account in wei."""
        address = checked_address(address)
        return self._count(lambda: self._web3.eth.get_balance(address))

    def send(self, transaction: dict[str, Any], account: Any) -> bytes:
        """Sign with a local account, or let the node sign for one that it holds; returns the transaction's hash."""
        if isinstance(account, str):
            return self._bytes(lambda: self._web3.eth.send_transaction(transaction))
        raw = account.sign_transaction(transaction).raw_transaction
        return self._bytes(lambda: self._web3.eth.send_raw_transaction(raw))

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """Return what came of a transaction, once it is in a block."""
        absent = load_web3().exceptions.TransactionNotFound

        def receipt() -> Receipt | None:
            with suppress(absent):
                found = self._web3.eth.get_transaction_receipt(transaction_hash)
                return Receipt(found["status"] == 1, int(found["blockNumber"]), found["contractAddress"])
            return None

        found: Receipt | None = self._ask(receipt)
        return found

    def _ask(self, question: Callable[[], Any]) -> Any:
        """Return an answer; what web3 raises becomes a ChainError, of which the original is no part."""
        try:
            return question()
        except Exception as error:
            failure = self._translated(error)
        raise failure

    def _count(self, question: Callable[[], Any]) -> int:
        """Ask for a number; a node that answers something else is at fault."""
        answer = self._ask(question)
        if isinstance(answer, bool) or not isinstance(answer, int) or answer < 0:
            raise ChainError(f"{self.name} gave no usable answer: expected a number, got {type(answer).__name__}")
        return answer

    def _bytes(self, question: Callable[[], Any]) -> bytes:
        """Ask for bytes; a node that answers something else is at fault."""
        answer = self._ask(question)
        if not isinstance(answer, bytes):
            raise ChainError(f"{self.name} gave no usable answer: expected bytes, got {type(answer).__name__}")
        return bytes(answer)

    def _translated(self, error: Exception) -> ChainError:
        known = load_web3().exceptions
        if isinstance(error, known.BadFunctionCallOutput):
            return ContractAbsentError("no anchor contract answers at this address and block")
        if isinstance(error, OSError):
            return ChainError(f"{self.name} cannot be reached ({type(error).__name__})")
        if isinstance(error, known.ContractLogicError):
            return RefusalError(shortened(str(error.message)))
        if isinstance(error, known.Web3RPCError):
            return RefusalError(shortened(_message_of(error)))
        if type(error).__module__.startswith(("eth_tester", "eth_utils", "eth.")):  # The chain runs in this process.
            return RefusalError(shortened(str(error)))
        return ChainError(f"{self.name} gave no usable answer ({type(error).__name__})")


def load_web3() -> Any:
    """Import web3, which is an extra, and slow to import; raises ImportError with the remedy."""
    limit = sys.getrecursionlimit()
    try:
        import web3  # noqa: PLC0415
    except ImportError:
        raise ImportError("a chain needs web3: pip install 'zkhealth[chain]'") from None
    finally:
        sys.setrecursionlimit(limit)  # py_ecc, which it imports, raises it for the whole process.
    return web3


def checked_address(address: str) -> Any:
    """Return an address in its checksummed form; raises ValueError if it is none, or its checksum is wrong."""
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise ValueError("expected an address: 0x and 40 hexadecimal digits")
    checked = load_web3().Web3.to_checksum_address(address)
    if address not in (checked, checked.lower()):
        raise ValueError("expected an address in lower case, or with its checksum")
    return checked


def _decoded(provider: Any, data: bytes) -> Any:
    """Parse an answer, unless it is nested so deeply that Python's parser could overflow the stack."""
    if is_deeper_than(MAX_DEPTH, data.decode()):
        raise ValueError("nested too deeply")
    return provider.decode_rpc_response(data)


def shortened(message: str) -> str:
    """Return a foreign message as one short printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return line[:_LONGEST] or "no reason given"


def _message_of(error: Any) -> str:
    response = getattr(error, "rpc_response", None)
    fault = response.get("error") if isinstance(response, dict) else None
    return str(fault.get("message")) if isinstance(fault, dict) else str(fault)
