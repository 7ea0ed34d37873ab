"""The anchor contract of one log, as it stands on a chain: what it holds, and who may change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

from zkhealth.ledger.chain.artifact import artifact
from zkhealth.ledger.chain.errors import ChainError, ContractAbsentError
from zkhealth.ledger.chain.node import Node, checked_address
from zkhealth.ledger.chain.sender import Account, Call, Patience, Sender

_MAX_ORIGIN = 128


class Role(IntFlag):
    """What an account may do, beside the owner, who gives roles out."""

    NONE = 0
    PUBLISHER = 1
    REGISTRAR = 2


@dataclass(frozen=True)
class Head:
    """The tree published last; size 0 and a root of zeros before the first."""

    size: int
    root: bytes


class Anchor:
    """One deployed contract.

    Reads need no account.  A read at "latest" may be undone by the chain; `confirmed` tells which block is deep enough.

    Args:
        node: of the chain it stands on.
        address: where it stands.
        account: who sends transactions; None to read only.
        max_fee: the most to offer, in wei per unit of gas; by default ten times the going rate.
        patience: how deep is deep enough, and how long to wait.

    Raises:
        ContractAbsentError: nothing stands at the address.
        ChainError: something else than this contract does, or the node does not answer.
        ValueError: not an address.
    """

    def __init__(
        self,
        node: Node,
        address: str,
        account: Account | None = None,
        *,
        max_fee: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.address = str(checked_address(address))
        self._node, self._patience = node, patience or Patience()
        self._sender = None if account is None else Sender(node, account, max_fee, self._patience)
        self._contract = node.contract(self.address, artifact().abi)
        _check_code(node.code(self.address))
        self.origin: str = self.read("origin")

    def __repr__(self) -> str:
        return f"<Anchor {self.address} of {self.origin!r} on {self._node!r}>"

    @classmethod
    def deploy(
        cls,
        node: Node,
        origin: str,
        account: Account,
        *,
        max_fee: int | None = None,
        patience: Patience | None = None,
    ) -> Anchor:
        """Put a new contract for the log `origin` on the chain; `account` then owns it and has both roles.

        Raises:
            ChainError: as for any transaction; if it names a transaction, look for that before deploying again.
            ValueError: the origin is empty or over 128 bytes.
        """
        if not 0 < len(origin.encode()) <= _MAX_ORIGIN:
            raise ValueError(f"expected an origin of 1 to {_MAX_ORIGIN} bytes")
        patience = patience or Patience()
        data = node.deployment(artifact().abi, artifact().bytecode, origin)
        address = Sender(node, account, max_fee, patience).deploy(Call(None, data))
        return cls(node, address, account, max_fee=max_fee, patience=patience)

    def read(self, name: str, *arguments: Any, block: int | str = "latest") -> Any:
        """Call a view of the contract by its name; raises ContractAbsentError where it did not stand yet."""
        return self._node.read(self._contract.functions[name](*arguments), block)

    def confirmed(self) -> int:
        """Return the newest block that is deep enough; negative on a chain too short to have one."""
        return self._node.tip() + 1 - self._patience.confirmations

    def head(self, block: int | str = "latest") -> Head:
        """Return the tree published last."""
        size, root = self.read("head", block=block)
        return Head(int(size), bytes(root))

    def root(self, size: int, block: int | str = "latest") -> bytes | None:
        """Return the published root of the tree of this size, if there is one."""
        root = bytes(self.read("roots", size, block=block))
        return root if any(root) else None

    def roles(self, account: str, block: int | str = "latest") -> Role:
        """Return the roles of an account."""
        return Role(int(self.read("roles", checked_address(account), block=block)))

    def owner(self, block: int | str = "latest") -> str:
        """Return who gives out roles."""
        return str(self.read("owner", block=block))

    def set_roles(self, account: str, roles: Role) -> None:
        """Give an account exactly these roles; raises ChainError, also if we are not the owner."""
        account = checked_address(account)
        self.bring_about(
            lambda block: self.roles(account, block) == roles, lambda: self.call("set_roles", account, int(roles))
        )

    def offer_ownership(self, next_owner: str) -> None:
        """Name the account that may become the owner; raises ChainError, also if we are not the owner."""
        next_owner = checked_address(next_owner)
        self.bring_about(
            lambda block: next_owner in (self.read("next_owner", block=block), self.owner(block)),
            lambda: self.call("offer_ownership", next_owner),
        )

    def take_ownership(self) -> None:
        """Become the owner; raises ChainError, also if nobody offered."""
        address = self.sender.address
        self.bring_about(lambda block: self.owner(block) == address, lambda: self.call("take_ownership"))

    def call(self, name: str, *arguments: Any) -> Call:
        """Prepare a transaction to a function of the contract."""
        return Call(self.address, bytes.fromhex(self._contract.encode_abi(name, args=arguments)[2:]))

    def bring_about(self, wanted: Callable[[int | str], bool], function: Callable[[], Call | None]) -> None:
        """See `Sender.bring_about`."""
        self.sender.bring_about(wanted, function)

    @property
    def sender(self) -> Sender:
        """The account that sends; raises ValueError if there is none."""
        if self._sender is None:
            raise ValueError("expected an account to send transactions; this anchor was opened to read only")
        return self._sender


def _check_code(code: bytes) -> None:
    """Only the code itself says what a contract will do: a lookalike might accept any root."""
    if not code:
        raise ContractAbsentError("no contract stands at this address of this chain")
    if not code.startswith(artifact().runtime):
        raise ChainError("another contract stands at this address, or another version of this one")
