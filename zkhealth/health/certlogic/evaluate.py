"""CertLogic in the clear: the value of an expression in a data context (CertLogic 1.3.3).

    >>> evaluate({"in": [{"var": "payload.v.0.mp"}, ["a", "b"]]}, {"payload": {"v": [{"mp": "b"}]}})
    True
    >>> evaluate({">": [{"var": "payload.v.0.dn"}, 1]}, {"payload": {}})
    Traceback (most recent call last):
    zkhealth.health.certlogic.evaluate.EvaluationError: '>': expected whole numbers, got null

What cannot be evaluated is an error and never a value, so that it cannot pass for one.  Where JavaScript's reference
and the text of the specification leave a case open (equality of arrays, of date-times), it is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from zkhealth.health.certlogic.expression import COMPARISONS, MOMENT_COMPARISONS, check_expression, is_integer
from zkhealth.health.certlogic.moments import dcc_date_of_birth, plus_time

MAX_INTEGER = (1 << 53) - 1
MAX_STEPS = 100_000
_SEPARATOR = re.compile("[/#:]")


class EvaluationError(ValueError):
    """The expression has no value in this context.  The message names the operation, and no value of the context."""


def evaluate(expression: object, data: object) -> Any:
    """The value: JSON, or a `datetime` where a date-time comes out.

    Raises:
        DecodingError: not a CertLogic expression.
        EvaluationError: no value; a type does not fit, or it would take too long.
    """
    check_expression(expression)
    return _Evaluation().value(expression, data)


def is_truthy(value: object) -> bool:
    """Whether the value counts as true; every other one that has a truth value counts as false.

    Raises:
        EvaluationError: neither, as a date-time, or a number that is not whole.
    """
    if value is None or isinstance(value, (str, list, tuple, Mapping)) or type(value) is bool or is_integer(value):
        return bool(value)
    raise EvaluationError(f"expected a value that is true or false, got {kind(value)}")


def same(a: object, b: object) -> bool:
    """Whether two values are of one type and equal.

    Raises:
        EvaluationError: one of them is an array, an object or a date-time.
    """
    for value in (a, b):
        if value is not None and not isinstance(value, (str, bool, int, float)):
            raise EvaluationError(f"expected plain values to compare, got {kind(value)}")
    return (isinstance(a, bool) == isinstance(b, bool)) and a == b


def compared(operation: str, values: Sequence[Any]) -> bool:
    """Whether two or three numbers, or date-times, stand in this order."""
    holds = COMPARISONS[MOMENT_COMPARISONS.get(operation, operation)]
    return all(holds(a, b) for a, b in pairwise(values))


def access(data: object, path: str) -> Any:
    """What the path leads to, None where that is nothing."""
    for fragment in path.split(".") if path else ():
        if isinstance(data, Mapping):
            data = data.get(fragment)
        elif isinstance(data, (list, tuple)) and fragment.isascii() and fragment.isdecimal() and len(fragment) < 10:
            data = data[int(fragment)] if int(fragment) < len(data) else None
        else:
            return None
    return data


def fragment_of_uvci(uvci: object, index: int) -> str | None:
    """A part of a unique certificate identifier; None where there is none.

    Raises:
        EvaluationError: not text.
    """
    if uvci is None:
        return None
    if not isinstance(uvci, str):
        raise EvaluationError(f"'extractFromUVCI': expected text, got {kind(uvci)}")
    fragments = _SEPARATOR.split(uvci.removeprefix("URN:UVCI:"))
    return fragments[index] if 0 <= index < len(fragments) else None


def kind(value: object) -> str:
    """The type of a value, in the words of JSON."""
    names = {type(None): "null", bool: "a boolean", str: "text", int: "a number", float: "a number", list: "an array"}
    return "a date-time" if isinstance(value, datetime) else names.get(type(value), "an object")


class _Evaluation:
    """One run, with a limit on its steps: a `reduce` inside of a `reduce` multiplies."""

    def __init__(self) -> None:
        self.steps = 0

    def value(self, expression: Any, data: Any) -> Any:  # noqa: PLR0911 (one for each kind)
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise EvaluationError(f"it takes more than {MAX_STEPS} steps")
        if isinstance(expression, list):
            return [self.value(inner, data) for inner in expression]
        if not isinstance(expression, dict):
            return expression
        ((operation, operands),) = expression.items()
        match operation, operands:
            case "var", path:
                return access(data, path)
            case "if", [guard, then, otherwise]:
                return self.value(then if is_truthy(self.value(guard, data)) else otherwise, data)
            case "and", _:
                return self.first_falsy_or_last(operands, data)
            case "reduce", [operand, step, initial]:
                return self.reduced(operand, step, initial, data)
            case "plusTime", [operand, amount, unit]:
                return _moment(operation, plus_time, self.value(operand, data), int(amount), unit)
            case "dccDateOfBirth", [operand]:
                return _moment(operation, dcc_date_of_birth, self.value(operand, data))
            case "extractFromUVCI", [operand, index]:
                return fragment_of_uvci(self.value(operand, data), int(index))
        return apply(operation, [self.value(operand, data) for operand in operands])

    def first_falsy_or_last(self, operands: Sequence[Any], data: Any) -> Any:
        value: Any = True
        for operand in operands:
            value = self.value(operand, data)
            if not is_truthy(value):
                break
        return value

    def reduced(self, operand: Any, step: Any, initial: Any, data: Any) -> Any:
        items, accumulator = self.value(operand, data), self.value(initial, data)
        if items is not None and not isinstance(items, (list, tuple)):
            raise EvaluationError(f"'reduce': expected an array, got {kind(items)}")
        for current in items or ():
            accumulator = self.value(step, {"accumulator": accumulator, "current": current})
        return accumulator


def apply(operation: str, values: Sequence[Any]) -> Any:
    """The value of an operation that uses the values of all its operands.

    Raises:
        EvaluationError: they are not of the types that it takes.
    """
    match operation, values:
        case "!", [value]:
            return not is_truthy(value)
        case "===", [a, b]:
            return same(a, b)
        case "in", [value, items]:
            if not isinstance(items, (list, tuple)):
                raise EvaluationError(f"'in': expected an array, got {kind(items)}")
            same(value, None)  # refuses what cannot be compared
            return any(same(value, item) for item in items if not isinstance(item, (list, tuple, Mapping)))
        case "+", [a, b]:
            _check_integers(operation, values)
            if abs(a + b) > MAX_INTEGER:
                raise EvaluationError("'+': the sum is too large")
            return a + b
    if operation in COMPARISONS:
        _check_integers(operation, values)
    elif not all(isinstance(value, datetime) for value in values):
        found = next(value for value in values if not isinstance(value, datetime))
        raise EvaluationError(f"{operation!r}: expected date-times, got {kind(found)}")
    return compared(operation, values)


def _check_integers(operation: str, values: Sequence[Any]) -> None:
    for value in values:
        if not is_integer(value):
            raise EvaluationError(f"{operation!r}: expected whole numbers, got {kind(value)}")


def _moment(operation: str, read: Any, text: object, *rest: Any) -> Any:
    if not isinstance(text, str):
        raise EvaluationError(f"{operation!r}: expected text, got {kind(text)}")
    try:
        return read(text, *rest)
    except ValueError:
        reason = f"{operation!r}: expected a date or a date-time of the allowed forms"
    raise EvaluationError(reason)  # outside of `except`: the cause could tell the text
