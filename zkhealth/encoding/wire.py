"""Messages that name what they are: [kind, version, {field number: value}] in deterministic CBOR.

The reader says which fields it knows and of which type; a field nobody took is refused.  No error repeats a value.

    >>> message = pack("greeting", 1, {1: "hello", 2: None})
    >>> fields = unpack(message, "greeting", 1, max_bytes=100)
    >>> fields.text(1), 2 in fields
    ('hello', False)
    >>> fields.done()
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, TypeVar

from zkhealth.encoding.cbor import decode, encode
from zkhealth.errors import DecodingError

__all__ = ["pack", "unpack", "Fields", "encode", "decode"]

_T = TypeVar("_T")


def pack(kind: str | int, version: int, fields: Mapping[int, Any]) -> bytes:
    """Encode a message; a field that is None is left out."""
    if not all(type(n) is int for n in fields):
        raise TypeError("expected fields with integer numbers")
    return encode([kind, version, {n: value for n, value in fields.items() if value is not None}])


def unpack(data: bytes, kind: str | int, version: int, max_bytes: int) -> Fields:
    """Read the fields of a message.  Call `done` when every field that is known has been taken.

    Raises DecodingError if it is another message, another version, or not what `pack` makes.
    """
    match decode(data, max_bytes):
        case [found, number, dict(fields)] if _is_same(found, kind) and _is_same(number, version):
            return Fields(fields, str(kind))
    raise DecodingError(f"expected a message {kind} of version {version}")


class Fields:
    """The fields of one message, each taken once by its number and as its type; `n in fields` asks first.

    A map inside a message becomes fields of its own: `Fields(outer.map(4), "offer")`.  Not thread-safe.
    """

    def __init__(self, fields: Mapping[Any, Any], kind: str) -> None:
        if not all(type(n) is int for n in fields):
            raise DecodingError(f"{kind}: expected fields with integer numbers")
        self._fields, self._kind = dict(fields), kind

    def __contains__(self, n: object) -> bool:
        return n in self._fields

    def bytes(self, n: builtins.int, length: builtins.int | None = None) -> builtins.bytes:
        """Take bytes, of exactly this length if there is one."""
        value = self._take(n, bytes)
        if length is not None and len(value) != length:
            raise DecodingError(f"{self._kind}: expected field {n} to be {length} bytes, got {len(value)}")
        return value

    def text(self, n: builtins.int) -> str:
        """Take a text."""
        return self._take(n, str)

    def int(self, n: builtins.int) -> builtins.int:
        """Take an integer, -2^64 to 2^64 - 1; a bool is none."""
        return self._take(n, int)

    def bool(self, n: builtins.int) -> builtins.bool:
        """Take true or false."""
        return self._take(n, bool)

    def list(self, n: builtins.int, of: type[_T]) -> builtins.list[_T]:
        """Take a list whose items are all of this type."""
        items = self._take(n, list)
        if not all(type(item) is of for item in items):
            raise DecodingError(f"{self._kind}: expected field {n} to be a list of {of.__name__}")
        return items

    def map(self, n: builtins.int) -> dict[Any, Any]:
        """Take a map, whose keys are integers or texts."""
        return self._take(n, dict)

    def done(self) -> None:
        """Refuse a field that was not taken: it may mean something to somebody else.

        Raises DecodingError.
        """
        if self._fields:
            raise DecodingError(f"{self._kind}: unknown field {min(self._fields)}")

    def _take(self, n: builtins.int, kind: type[_T]) -> _T:
        value = self._fields.pop(n, None)
        if type(value) is not kind:
            raise DecodingError(f"{self._kind}: expected field {n} to be {kind.__name__}")
        return value


def _is_same(found: object, expected: object) -> bool:
    """Equal and of one type: in Python, True == 1."""
    return type(found) is type(expected) and found == expected
