"""JSON in its one canonical form (RFC 8785, JCS), whose bytes are what a seal signs.

Names are sorted by their UTF-16 units, and numbers are written as ECMAScript writes them, so that `1`, `1.0` and `1e0`
are one number.

    >>> canonical({"b": [1.0, 1e21, True], "a": "é"})
    '{"a":"é","b":[1,1e+21,true]}'
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

MAX_INTEGER = (1 << 53) - 1  # the integers that every reader holds exactly (RFC 7493, section 2.2)


def canonical(value: Any) -> str:
    """Write what a JSON parser gave.

    Raises ValueError for text that is not Unicode, integers beyond MAX_INTEGER, which readers would round differently,
    and numbers that are not finite; TypeError for values that JSON does not have.
    """
    text = _written(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        reason = "expected text without half surrogates"
    else:
        return text
    raise ValueError(reason)  # Outside of `except`: the cause would carry the content.


def _written(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_text(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    raise TypeError(f"expected a value that JSON has, got {type(value).__name__}")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: int | float) -> str:
    """The fewest digits that give the number back, placed as ECMAScript places them (Number::toString)."""
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError(f"expected integers of at most {MAX_INTEGER}")
        return str(value)
    if value - value != 0:
        raise ValueError("expected a finite number")
    shortest = Decimal(repr(abs(value))).normalize().as_tuple()
    digits, exponent = "".join(map(str, shortest.digits)), int(shortest.exponent)
    sign = "-" if value < 0 else ""  # None for the zero that is negative.
    return sign + _placed(digits, len(digits) + exponent)


def _placed(digits: str, point: int) -> str:
    """The digits with the decimal point after so many of them."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
