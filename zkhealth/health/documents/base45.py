r"""Base45 (RFC 9285): two bytes in three characters of a QR code's alphanumeric mode.

>>> decode("QED8WEX0"), decode("FGW"), decode("GGW")
(b'ietf!', b'\xff\xff', None)
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def decode(text: str) -> bytes | None:
    """The bytes, or None if the text is no base45."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        return None
    out = bytearray()
    for at in range(0, len(values), 3):
        group = values[at : at + 3]
        number = sum(value * 45**place for place, value in enumerate(group))
        size = len(group) - 1
        if not size or number >> 8 * size:
            return None
        out += number.to_bytes(size, "big")
    return bytes(out)
