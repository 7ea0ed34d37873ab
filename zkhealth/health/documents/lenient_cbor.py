"""CBOR as countries write it: floats, indefinite lengths, keys in any order, and dates in tags.

What no certificate needs is refused: other tags (which would make fractions, cycles and regular expressions of hostile
bytes), more than 20 levels, a key twice, keys that are neither whole numbers nor text (to Python, `true` and 1.0 are
the key 1), and anything after the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

import cbor2

from zkhealth.health.documents.document import time_of

MAX_DEPTH = 20


def decode(data: bytes) -> Any:
    """Read one item: dates become text (RFC 3339), the tags of COSE and CWT are taken off.

    Returns None if it is anything else.
    """
    stream = BytesIO(data)
    try:
        decoder = cbor2.CBORDecoder(
            stream,
            object_hook=_with_labels,
            semantic_decoders=_TAGS,
            max_depth=MAX_DEPTH,
            allow_duplicate_keys=False,
            read_size=1,
        )
        value = decoder.decode()
    except Exception:  # cbor2 raises what its input provokes, and says what the input was
        return None
    return value if stream.tell() == len(data) else None  # It read no byte ahead (`read_size`).


def encode(value: Any) -> bytes:
    """Encode plain values."""
    return cbor2.dumps(value)


def _with_labels(found: Mapping[object, object], _immutable: bool) -> object:
    """The map, if its keys are labels (RFC 9052, section 1.5)."""
    if not set(map(type, found)) <= _LABELS:
        raise ValueError("expected whole numbers or text as keys")
    return found


_LABELS = frozenset({int, str})
_Decoder = Callable[[object, bool], object]


class _Tags(Mapping[int, _Decoder]):
    """A decoder for each tag there is: cbor2's own, of which there are twenty, are never asked."""

    def __getitem__(self, tag: int) -> _Decoder:
        return _DECODERS.get(tag, _refuse)

    def __iter__(self) -> Iterator[int]:
        return iter(_DECODERS)

    def __len__(self) -> int:
        return len(_DECODERS)


def _refuse(_value: object, _immutable: bool) -> Any:
    raise ValueError("expected no such tag")


def _text(value: object, _immutable: bool) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a date as text")
    return value


def _seconds(value: object, _immutable: bool) -> str:
    time = time_of(value)
    if time is None:
        raise ValueError("expected a time in seconds")
    return time.isoformat().replace("+00:00", "Z")


def _content(value: object, _immutable: bool) -> object:
    return value


_DATE_TIME, _EPOCH, _COSE_SIGN1, _CWT, _FULL_DATE = 0, 1, 18, 61, 1004
_DECODERS: dict[int, _Decoder] = {
    _DATE_TIME: _text,
    _EPOCH: _seconds,
    _COSE_SIGN1: _content,
    _CWT: _content,
    _FULL_DATE: _text,
}
_TAGS = _Tags()
