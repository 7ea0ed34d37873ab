"""JSON that every reader reads alike (RFC 8259): no name twice, no number that is not finite, never too deep.

Input is hostile, and often a record: messages say what was expected, and nothing of what came.

    >>> read_json_object(b'{"b": [1, true], "a": "x"}')
    {'b': [1, True], 'a': 'x'}
    >>> canonical_json({"b": [1, True], "a": "x"})
    '{"a":"x","b":[1,true]}'
"""

import json
import math
import re
from decimal import Decimal
from itertools import accumulate
from typing import Any

from zkhealth.errors import DecodingError

MAX_BYTES = 1 << 20
MAX_DEPTH = 100
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A string, or one that never ends: it never fails and gives nothing back, so looking for all takes linear time."""
_NO_BRACKET = re.compile(r"[^\[\]{}]+")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def read_json_object(data: bytes | str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Read one JSON object, whose texts can be encoded again.

    A name that stands twice is refused since two readers could see two different objects in the same file.

    Raises DecodingError if it is something else, which the message names; is larger; or is nested too deeply.
    """
    value = parse_json_object(read_text(data, max_bytes))
    if not _is_unicode(value):
        raise DecodingError("the JSON has text that is not Unicode")
    return value


def canonical_json(value: Any) -> str:
    """Write plain values in the one way that is hashed: names sorted by code point, no blanks, no needless escapes.

    Raises TypeError for anything but dicts with text names, lists, text, integers, bools and None (so no float);
    ValueError for text that is not Unicode or more than 100 levels.
    """
    _check_plain(value, MAX_DEPTH)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if not _is_unicode(text):
        raise ValueError("expected text without half surrogates")
    return text


def read_text(data: bytes | str, max_bytes: int) -> str:
    """Read UTF-8, or take text as it is.

    Raises DecodingError if it is longer, or not UTF-8.
    """
    if not isinstance(data, bytes | str):
        raise TypeError(f"expected bytes or text, got {type(data).__name__}")
    if len(data) > max_bytes:
        raise DecodingError(f"expected at most {max_bytes} bytes, got {len(data)}")
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        reason = "not JSON: not UTF-8 text"
    raise DecodingError(reason)  # Outside of `except`: the cause would carry the content.


def parse_json_object(text: str, number: type[float] | type[Decimal] = float) -> dict[str, Any]:
    """Read one JSON object from a text whose length was checked; its texts may hold half surrogates.

    Numbers with a fraction or an exponent become floats; or Decimals, with every digit that was written.

    Raises DecodingError if it is something else.
    """
    value = _parse(text, number)
    if not isinstance(value, dict):
        raise DecodingError(f"expected a JSON object, got a JSON {_JSON_NAMES[type(value)]}")
    return value


def is_deeper_than(depth: int, text: str) -> bool:
    """Whether JSON is nested more than `depth` levels, or its brackets do not match.

    Python's own parser relies on the recursion limit, which any library may have raised beyond what the stack holds.

    >>> is_deeper_than(2, '[[]]'), is_deeper_than(2, '[{"[[[": []}]')
    (False, True)
    """
    level = 0
    for level in accumulate(map(_STEPS.__getitem__, _NO_BRACKET.sub("", _STRING.sub("", text)))):
        if not 0 <= level <= depth:
            return True
    return level != 0


def _parse(text: str, number: type[float] | type[Decimal] = float) -> Any:
    if is_deeper_than(MAX_DEPTH, text):
        raise DecodingError(f"not JSON: brackets that do not match, or more than {MAX_DEPTH} levels of them")
    finite = _finite if number is float else _finite_decimal
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=finite, parse_constant=_refuse_constant)
    except ValueError:
        reason = "not JSON"
    raise DecodingError(reason)  # Outside of `except`: the cause would carry the content.


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DecodingError("a JSON object has the same name twice")
    return members


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise DecodingError(_NOT_FINITE)
    return value


def _finite_decimal(digits: str) -> Decimal:
    _finite(digits)
    return Decimal(digits)


def _refuse_constant(_name: str) -> None:
    raise DecodingError(_NOT_FINITE)


def _check_plain(value: Any, depth: int) -> None:
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return
    if kind not in (dict, list, tuple):
        raise TypeError(f"expected plain values without floats, got {kind.__name__}")
    if depth == 0:
        raise ValueError(f"expected at most {MAX_DEPTH} levels")
    if kind is dict and not all(type(name) is str for name in value):
        raise TypeError("expected names of text")
    for inner in value.values() if kind is dict else value:
        _check_plain(inner, depth - 1)


def _is_unicode(value: Any) -> bool:
    """Whether all text can be encoded: JSON can escape half a character."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_NOT_FINITE = "the JSON has a number that is not finite"

_JSON_NAMES = {list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
