"""The text forms of keys: name+id+base64(type || key), and the same with PRIVATE+KEY+ before it.

C2SP signed-note, "Verifier keys"; the private form is that of Go's golang.org/x/mod/sumdb/note.
The id is four bytes of a hash: it tells keys apart and authenticates nothing.
"""

from __future__ import annotations

import hashlib

from zkhealth.errors import DecodingError
from zkhealth.ledger.base64_lines import from_base64, to_base64

_PRIVATE = "PRIVATE+KEY+"
_MOST_CHARACTERS = 8_192


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """SHA-256(name || 0x0A || type || key), its first four bytes."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def check_name(name: str, error: type[Exception]) -> None:
    """Refuse a key name that is empty or has spaces, plus signs, control characters or half surrogates."""
    if not isinstance(name, str):
        raise TypeError(f"a key name is a str, not {type(name).__name__}")
    if not name or any(c.isspace() or c == "+" or c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise error("expected a key name without spaces, plus signs and control characters")


def encode_vkey(name: str, kind: int, key: bytes) -> str:
    """Write a public key as text."""
    return f"{name}+{key_id(name, kind, key).hex()}+{to_base64(bytes([kind]) + key)}"


def decode_vkey(vkey: str, kind: int) -> tuple[str, bytes]:
    """Read name and public key of a vkey of this type; raises DecodingError."""
    name, claimed_id, key = _split(vkey, kind)
    if claimed_id != key_id(name, kind, key):
        raise DecodingError("the key does not have the id beside it")
    return name, key


def encode_skey(name: str, kind: int, public: bytes, secret: bytes) -> str:
    """Write a private key as text, unencrypted."""
    return f"{_PRIVATE}{name}+{key_id(name, kind, public).hex()}+{to_base64(bytes([kind]) + secret)}"


def decode_skey(skey: str, kind: int) -> tuple[str, bytes, bytes]:
    """Read name, claimed id and private key; raises DecodingError, which does not show it."""
    if not isinstance(skey, str):
        raise TypeError(f"a private key in text form is a str, not {type(skey).__name__}")
    if not skey.startswith(_PRIVATE):
        raise DecodingError("expected a private key in text form")
    return _split(skey.removeprefix(_PRIVATE), kind)


def _split(text: str, kind: int) -> tuple[str, bytes, bytes]:
    if not isinstance(text, str):
        raise TypeError(f"a key in text form is a str, not {type(text).__name__}")
    parts = text.split("+", 2)
    if len(parts) != 3 or len(text) > _MOST_CHARACTERS:
        raise DecodingError("expected a key in text form: name+id+key")
    name, hexadecimal, encoded = parts
    check_name(name, DecodingError)
    if len(hexadecimal) != 8 or not set(hexadecimal) <= set("0123456789abcdef"):
        raise DecodingError("expected the id of a key as 8 lowercase hexadecimal digits")
    data = from_base64(encoded)
    if data[:1] != bytes([kind]):
        raise DecodingError(f"expected a key of type {kind:#04x}")
    return name, bytes.fromhex(hexadecimal), data[1:]
