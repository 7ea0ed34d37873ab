"""Base64 in its one form (RFC 4648 section 4), and numbers in theirs, as the C2SP line formats write them."""

from __future__ import annotations

import binascii

from zkhealth.errors import DecodingError
from zkhealth.merkle import MAX_SIZE

HASH_SIZE = 32


def to_base64(data: bytes) -> str:
    """Encode without line breaks."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    r"""Decode the canonical form only; raises DecodingError.

    >>> from_base64("AA=="), to_base64(bytes(1))
    (b'\x00', 'AA==')
    >>> from_base64("AB==")
    Traceback (most recent call last):
    zkhealth.errors.DecodingError: expected base64
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        raise DecodingError("expected base64") from None
    if to_base64(data) != text:  # The bits that the last character has to spare.
        raise DecodingError("expected base64")
    return data


def read_hash(line: str) -> bytes:
    """Read one hash in base64; raises DecodingError."""
    data = from_base64(line)
    if len(data) != HASH_SIZE:
        raise DecodingError(f"expected a hash of {HASH_SIZE} bytes, got {len(data)}")
    return data


def read_size(text: str) -> int:
    """Read a number of leaves in decimal, without leading zeroes; raises DecodingError.

    >>> read_size("20852163")
    20852163
    """
    is_decimal = text.isascii() and text.isdigit() and len(text) <= 19
    if not is_decimal or (text[0] == "0" and text != "0") or int(text) > MAX_SIZE:
        raise DecodingError(f"expected a number from 0 to {MAX_SIZE} without leading zeroes")
    return int(text)
