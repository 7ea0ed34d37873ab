"""Who is who: URIs for institutions, and `did:key` for patients, which is their public key and nothing else.

W3C did:key with Ed25519: `did:key:z` and base58btc of 0xED 0x01 and the key.
"""

from __future__ import annotations

import re

from zkhealth.errors import DecodingError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_ALPHABET)}
_PREFIX = "did:key:z"
_ED25519 = b"\xed\x01"
_LENGTH = 47  # Characters: 34 bytes that begin with 0xED.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_MOST_CHARACTERS = 255


def did_of(key: bytes) -> str:
    """The did:key of an Ed25519 public key of 32 bytes.

    >>> key_of(did_of(bytes(32))) == bytes(32)
    True
    """
    number, digits = int.from_bytes(_ED25519 + key), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    return _PREFIX + digits


def key_of(did: str) -> bytes:
    """The Ed25519 public key of a did:key; raises DecodingError."""
    digits = did.removeprefix(_PREFIX) if isinstance(did, str) and did.startswith(_PREFIX) else ""
    if len(digits) == _LENGTH and set(digits) <= _VALUES.keys():
        number = 0
        for digit in digits:
            number = number * 58 + _VALUES[digit]
        if number >> 256 == int.from_bytes(_ED25519):  # Which no number with a leading zero is: there is one form.
            return (number & (1 << 256) - 1).to_bytes(32)
    raise DecodingError("expected the did:key of an Ed25519 key")


def check_uri(name: str, uri: str) -> None:
    """Refuse what is no URI; the message does not repeat it."""
    if not isinstance(uri, str):
        raise TypeError(f"{name} is a str, not {type(uri).__name__}")
    if len(uri) > _MOST_CHARACTERS or not _URI.fullmatch(uri):
        raise ValueError(f"expected {name} as a URI such as did:web:hospital.example, of at most {_MOST_CHARACTERS}")
