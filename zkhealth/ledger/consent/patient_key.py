"""A patient's key: one secret, and another key pair for every log, so that no two logs can link their consents.

Ed25519 (RFC 8032) from HKDF-SHA-256 (RFC 5869) of the secret and the log's origin.  What is signed begins with a tag
and holds the origin, so it means nothing in another log or another protocol.  The secret lies in Python memory, which
cannot be wiped.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.consent.identifiers import did_of, key_of
from zkhealth.ledger.origin import check_origin

_TAG = b"zkhealth/ledger/consent/v1\0"
_DERIVATION = b"zkhealth/ledger/patient-key/v1\0"
_TEXT = re.compile("zkhealth-patient-key-1:([0-9a-f]{64})")


@dataclass(frozen=True)
class PatientSecret:
    """What a patient keeps: 32 random bytes."""

    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes):
            raise TypeError("a secret is bytes")
        if len(self.data) != 32:
            raise ValueError(f"expected a secret of 32 bytes, got {len(self.data)}")

    @classmethod
    def generate(cls) -> PatientSecret:
        """Draw a fresh one."""
        return cls(secrets.token_bytes(32))

    def encode(self) -> str:
        """Write it as one line of text, unencrypted."""
        return f"zkhealth-patient-key-1:{self.data.hex()}"

    @classmethod
    def decode(cls, text: str) -> PatientSecret:
        """Read what `encode` wrote; raises DecodingError, which does not show it."""
        match = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise DecodingError("expected a patient's key in text form")
        return cls(bytes.fromhex(match[1]))

    def for_log(self, origin: str) -> PatientKey:
        """The key for one log.

        >>> secret = PatientSecret(bytes(32))
        >>> secret.for_log("log.example/1").did == secret.for_log("log.example/2").did
        False
        """
        check_origin(origin)
        seed = HKDF(SHA256(), 32, salt=None, info=_DERIVATION + origin.encode()).derive(self.data)
        return PatientKey(origin, Ed25519PrivateKey.from_private_bytes(seed))


@dataclass(frozen=True)
class PatientKey:
    """A patient's key for one log, whose public half is the pseudonym there."""

    origin: str
    key: Ed25519PrivateKey = field(repr=False)

    @cached_property
    def did(self) -> str:
        """The pseudonym: the public key as a did:key."""
        return did_of(self.key.public_key().public_bytes_raw())

    def sign(self, statement: bytes) -> bytes:
        """Sign the canonical bytes of a statement."""
        return self.key.sign(_TAG + statement)


def verify_statement(did: str, statement: bytes, signature: bytes) -> None:
    """Raise VerificationError unless the holder of the key in `did` signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(key_of(did)).verify(signature, _TAG + statement)
    except (InvalidSignature, ValueError):
        raise VerificationError("the patient named in the consent did not sign it") from None
