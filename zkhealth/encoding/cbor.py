r"""Deterministic CBOR: one value, one encoding (RFC 8949, section 4.2.1), and nothing else is read.

    >>> encode({1000: b"\x01", -1: [True, None], "a": 2}).hex()
    'a31903e841012082f5f6616102'

Input is hostile: its size is checked before it is looked at, its shape before the parser sees it (which would follow
tags into dates, fractions and cycles), and no error repeats any of it.
"""

from __future__ import annotations

from typing import Any

import cbor2

from zkhealth.errors import DecodingError
from zkhealth.field import as_bytes

MAX_DEPTH = 16
MAX_ITEMS = 1 << 16


def encode(value: Any) -> bytes:
    """Encode integers of 64 bits and a sign, bytes, text, bools, None, lists, and maps with integer or text keys.

    Raises TypeError for anything else; ValueError if it is too large or too deep, or has text that is not Unicode.
    """
    try:
        data = cbor2.dumps(_sorted(value, MAX_DEPTH))
    except UnicodeEncodeError:
        data = b""
    if not data:
        raise ValueError("expected text without half surrogates")  # Outside of `except`: the cause carries the text.
    _check_shape(data, ValueError)
    return data


def decode(data: bytes, max_bytes: int) -> Any:
    """Read exactly what `encode` makes, of at most `max_bytes`.

    Raises DecodingError if it is anything else.
    """
    data = as_bytes(data)
    if len(data) > max_bytes:
        raise DecodingError(f"expected at most {max_bytes} bytes, got {len(data)}")
    _check_shape(data, DecodingError)
    try:
        value = cbor2.loads(data, max_depth=MAX_DEPTH + 1)
        is_canonical = encode(value) == data
    except Exception:  # cbor2 raises what its input provokes
        is_canonical = False
    if not is_canonical:
        raise DecodingError("expected deterministic CBOR")  # Outside of `except`: the cause would carry the content.
    return value


def _check_shape(data: bytes, error: type[Exception]) -> None:
    """Walk over the heads: items of definite length, without tags and floats, not too many or too deep, to the end."""
    at, items, missing = 0, 0, [1]  # How many items are still to come, for each list or map that is open.
    while missing:
        if not missing[-1]:
            missing.pop()
            continue
        missing[-1] -= 1
        items += 1
        major, argument, at = _head(data, at, error)
        if major in (_BYTES, _TEXT):
            at += argument
        elif major in (_LIST, _MAP):
            missing.append(argument * (2 if major == _MAP else 1))
        if items > MAX_ITEMS or len(missing) > MAX_DEPTH + 1:
            raise error(f"expected at most {MAX_ITEMS} items and {MAX_DEPTH} levels of CBOR")
    if at != len(data):
        raise error("expected one item of CBOR, whole and with nothing after it")


def _head(data: bytes, at: int, error: type[Exception]) -> tuple[int, int, int]:
    """Read the major type and the argument of the item at this place, and where its content begins."""
    if at >= len(data):
        raise error("expected one item of CBOR, but it ends too early")
    major, low = data[at] >> 5, data[at] & 0x1F
    if low > _EIGHT_BYTES or major == _TAG or (major == _SIMPLE and low not in _FALSE_TRUE_NULL):
        raise error("expected CBOR without tags, floats and indefinite lengths")
    if low < _ONE_BYTE:
        return major, low, at + 1
    end = at + 1 + (1 << low - _ONE_BYTE)
    return major, int.from_bytes(data[at + 1 : end], "big"), end


def _sorted(value: Any, depth: int) -> Any:
    """Check the types, and sort maps by the bytes of their keys: cbor2's own order is that of RFC 7049."""
    kind = type(value)
    if value is None or kind in (bool, bytes, str):
        return value
    if kind is int:
        if not -(1 << 64) <= value < 1 << 64:
            raise ValueError("expected integers of 64 bits and a sign")
        return value
    if kind not in (list, tuple, dict):
        raise TypeError(f"expected plain values, got {kind.__name__}")
    if depth == 0:
        raise ValueError(f"expected at most {MAX_DEPTH} levels")
    if kind is not dict:
        return [_sorted(item, depth - 1) for item in value]
    if not all(type(key) in (int, str) for key in value):
        raise TypeError("expected maps with integer or text keys")
    keys = sorted(value, key=lambda key: cbor2.dumps(_sorted(key, 0)))
    return {key: _sorted(value[key], depth - 1) for key in keys}


_BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(2, 8)
_ONE_BYTE, _EIGHT_BYTES = 24, 27
_FALSE_TRUE_NULL = (20, 21, 22)
