"""What is a CertLogic expression, and what is not (CertLogic 1.3.3, "Operations").

An expression is JSON: a literal, an array of expressions, or an object with one name, the operation.

    >>> check_expression({"and": [{"var": "payload.v.0"}, {">=": [{"var": "payload.v.0.dn"}, 2]}]})
    >>> check_expression({"or": [True, False]})
    Traceback (most recent call last):
    zkhealth.errors.DecodingError: logic: unknown operation 'or'
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.health.certlogic.moments import UNITS

MAX_DEPTH = 100
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
)
MOMENT_COMPARISONS = {"after": ">", "before": "<", "not-after": "<=", "not-before": ">="}

# The least and the most operands of each operation; of those listed, only these are expressions.
_OPERANDS: Mapping[str, tuple[int, int | None]] = {
    "if": (3, 3),
    "===": (2, 2),
    "in": (2, 2),
    "+": (2, 2),
    "and": (2, None),
    "!": (1, 1),
    "plusTime": (3, 3),
    "reduce": (3, 3),
    "extractFromUVCI": (2, 2),
    "dccDateOfBirth": (1, 1),
} | dict.fromkeys((*COMPARISONS, *MOMENT_COMPARISONS), (2, 3))
_PATH = re.compile(r"(?:[^.]+(?:\.[^.]+)*)?")


def check_expression(expression: object, path: str = "logic", depth: int = MAX_DEPTH) -> None:
    """Refuse what is not a CertLogic expression.

    Raises:
        DecodingError: it is not; with the path of what is wrong.
    """
    if isinstance(expression, (str, bool)) or is_integer(expression):
        return
    if not depth:
        raise DecodingError(f"{path}: expected at most {MAX_DEPTH} levels")
    match expression:
        case list():
            for i, inner in enumerate(expression):
                check_expression(inner, f"{path}[{i}]", depth - 1)
        case {"var": target, **rest} if not rest:
            if not isinstance(target, str) or not _PATH.fullmatch(target):
                raise DecodingError(f"{path}.var: expected a path such as payload.v.0.dn")
        case dict() if len(expression) == 1:
            _check_operation(*next(iter(expression.items())), path, depth)
        case _:
            raise DecodingError(
                f"{path}: expected a text, a whole number, true, false, an array, or an object with one name"
            )


def _check_operation(operation: object, operands: object, path: str, depth: int) -> None:
    if operation not in _OPERANDS or not isinstance(operation, str):
        raise DecodingError(f"{path}: unknown operation {str(operation)[:40]!r}")
    path = f"{path}.{operation}"
    least, most = _OPERANDS[operation]
    if not isinstance(operands, list) or len(operands) < least or (most is not None and len(operands) > most):
        amount = str(least) if least == most else f"at least {least}" if most is None else f"{least} or {most}"
        raise DecodingError(f"{path}: expected an array of {amount} operands")
    if operation in ("plusTime", "extractFromUVCI") and not is_integer(operands[1]):
        raise DecodingError(f"{path}[1]: expected a whole number")
    if operation == "plusTime" and (not isinstance(operands[2], str) or operands[2] not in UNITS):
        raise DecodingError(f"{path}[2]: expected one of {', '.join(UNITS)}")
    for i, inner in enumerate(operands[:1] if operation in ("plusTime", "extractFromUVCI") else operands):
        check_expression(inner, f"{path}[{i}]", depth - 1)


def is_integer(value: object) -> bool:
    """Whether it is a whole number in JSON, where 2 and 2.0 are the same."""
    return type(value) is int or (type(value) is float and value.is_integer())
