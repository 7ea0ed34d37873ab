"""The issuer keys that an anchor contract holds: which key an issuer signs with now, and which are not to be trusted.

The contract knows digests only: of the issuer's name and of its public key, SHA-256 each.  Times are those of the
blocks, which whoever makes blocks can shift by seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from zkhealth.field import as_bytes
from zkhealth.ledger.chain.anchor import Anchor
from zkhealth.ledger.chain.errors import ChainError


@dataclass(frozen=True)
class KeyTimes:
    """The life of a key, in POSIX seconds; 0 where it has not come to that.

    >>> key = KeyTimes(since=100, retired=200, revoked=0)
    >>> key.is_trusted(150), key.is_trusted(200)
    (True, False)
    >>> KeyTimes(since=100, retired=0, revoked=300).is_trusted(150)
    False
    """

    since: int
    retired: int
    revoked: int

    def is_trusted(self, signed_at: int) -> bool:
        """Whether a signature made at that time counts.

        A retired key's earlier signatures do; a revoked one's do not, whenever they say they were made, since whoever
        stole a key can write any date.
        """
        return not self.revoked and self.since <= signed_at and (not self.retired or signed_at < self.retired)


class IssuerKeys:
    """The registry of one anchor contract.  Writing needs an account with the role of a registrar."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor

    def current(self, issuer: str) -> bytes | None:
        """Return the SHA-256 of the key that an issuer signs with now, if it has one."""
        key = bytes(self._anchor.read("current_key", issuer_id(issuer)))
        return key if any(key) else None

    def times(self, issuer: str, key: bytes, block: int | str = "latest") -> KeyTimes | None:
        """Return the life of a key of an issuer; None if it was never registered.

        Args:
            issuer: its name.
            key: the encoding of its public key.
            block: the state after this block.
        """
        since, retired, revoked = self._anchor.read("key_times", issuer_id(issuer), key_id(key), block=block)
        return KeyTimes(int(since), int(retired), int(revoked)) if since else None

    def rotate(self, issuer: str, key: bytes) -> None:
        """Make `key` the issuer's current one, and retire the one before; nothing to do if it is current.

        Raises:
            ChainError: we are no registrar; or the key was retired or revoked, and does not come back.
        """
        times = self.times(issuer, key)
        if times is not None and (times.retired or times.revoked):
            raise ChainError("the key was retired or revoked before and does not come back")
        self._anchor.bring_about(
            lambda block: self.times(issuer, key, block) is not None,
            lambda: self._anchor.call("rotate_key", issuer_id(issuer), key_id(key)),
        )

    def revoke(self, issuer: str, key: bytes) -> None:
        """Say that nothing signed with `key` counts any more; there is no way back.

        Raises:
            ChainError: we are no registrar, or the issuer has no such key.
        """
        self._anchor.bring_about(
            lambda block: (times := self.times(issuer, key, block)) is not None and times.revoked != 0,
            lambda: self._anchor.call("revoke_key", issuer_id(issuer), key_id(key)),
        )


def issuer_id(issuer: str) -> bytes:
    """Return what the contract knows an issuer by."""
    if not issuer:
        raise ValueError("expected the name of an issuer")
    return sha256(issuer.encode()).digest()


def key_id(key: bytes) -> bytes:
    """Return what the contract knows a key by."""
    return sha256(as_bytes(key)).digest()
