"""Ed25519 keys under a name, public and private, for signatures of one type.

What signs and verifies which message is said by the types over these: notes and cosignatures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import as_bytes
from zkhealth.ledger.keys import check_name, decode_skey, decode_vkey, encode_skey, encode_vkey, key_id


@dataclass(frozen=True)
class PublicKey:
    """A public key under a name: what a reader must have from a source it trusts."""

    TYPE: ClassVar[int]

    name: str
    key: bytes
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        check_name(self.name, ValueError)
        _check_length(self.key, ValueError)
        object.__setattr__(self, "key_id", key_id(self.name, self.TYPE, self.key))

    def encode(self) -> str:
        """Write the key as text, a "vkey": name+id+key."""
        return encode_vkey(self.name, self.TYPE, self.key)

    @classmethod
    def decode(cls, vkey: str) -> Self:
        """Read a vkey; raises DecodingError if it is none, its id is not its own, or it is of another type."""
        name, key = decode_vkey(vkey, cls.TYPE)
        _check_length(key, DecodingError)
        return cls(name, key)

    def _check(self, message: bytes, signature: bytes) -> None:
        """Raise VerificationError unless `signature` holds; RFC 8032, as OpenSSL checks it."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise VerificationError(f"the signature of {self.name} does not hold") from None


@dataclass(frozen=True)
class PrivateKey:
    """A private key under a name."""

    TYPE: ClassVar[int]

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name, ValueError)

    @classmethod
    def generate(cls, name: str) -> Self:
        """Draw a fresh key."""
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def public_bytes(self) -> bytes:
        """The 32 bytes of the public half."""
        return self.key.public_key().public_bytes_raw()

    def encode_private(self) -> str:
        """Write the private key as text, unencrypted, as Go's `note.NewSigner` reads it."""
        return encode_skey(self.name, self.TYPE, self.public_bytes, self.key.private_bytes_raw())

    @classmethod
    def decode_private(cls, skey: str) -> Self:
        """Read what `encode_private` wrote; raises DecodingError, which does not show it."""
        name, claimed_id, seed = decode_skey(skey, cls.TYPE)
        if len(seed) != 32:
            raise DecodingError("expected an Ed25519 private key of 32 bytes")
        out = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if claimed_id != key_id(name, cls.TYPE, out.public_bytes):
            raise DecodingError("the private key does not have the id beside it")
        return out


def _check_length(key: bytes, error: type[Exception]) -> None:
    if len(as_bytes(key)) != 32:
        raise error(f"expected an Ed25519 key of 32 bytes, got {len(key)}")
