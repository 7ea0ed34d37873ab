r"""Base45 (RFC 9285): two bytes in three characters of a QR code's alphanumeric mode.

>>> decode("QED8WEX0"), decode("FGW"), decode("GGW")
(b'ietf!', b'\xff\xff', None)
"""

from __future__ import annotations

import struct

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def decode(text: str) -> bytes | None:
    """The bytes, or None if the text is no base45."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        return None
    threes = len(values) // 3 * 3
    triples = zip(values[0:threes:3], values[1:threes:3], values[2:threes:3], strict=True)
    pairs = [low + 45 * middle + 45 * 45 * high for low, middle, high in triples]
    last: int = sum(value * 45**place for place, value in enumerate(values[threes:]))
    size = (len(values) - threes) // 2
    if len(values) - threes == 1 or last >> 8 * size or max(pairs, default=0) >> 16:
        return None
    return struct.pack(f">{len(pairs)}H", *pairs) + last.to_bytes(size, "big")
