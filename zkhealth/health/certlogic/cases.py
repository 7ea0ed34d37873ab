"""What an expression comes to when fields are hidden: cases, each a value and the formula under which it is that.

The formulas of one expression exclude each other.  Where none holds, the expression has no value: an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zkhealth.credentials.policies.terms import FieldRef, Linear
from zkhealth.health.certlogic.bounds import Moved
from zkhealth.health.certlogic.evaluate import EvaluationError, is_truthy
from zkhealth.health.certlogic.formula import ALWAYS, NEVER, Formula, condition
from zkhealth.health.certlogic.sets import Numbers

MAX_CASES = 64


class Refused(ValueError):  # noqa: N818 (it is caught where the rule is known, which then names it)
    """An operation that cannot be proven of hidden values."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(reason)
        self.operation = operation
        self.reason = reason


@dataclass(frozen=True)
class Known:
    """A hidden text that is there: a code, a date, a moment, an identifier.  `path` is what the rule calls it."""

    ref: FieldRef
    field: str
    path: str

    @property
    def kind(self) -> str:
        """The type of the field."""
        return self.ref.field.kind


@dataclass(frozen=True)
class Sum:
    """A hidden whole number: a field that is there, or a sum."""

    of: Linear


@dataclass(frozen=True)
class Record:
    """An array or object that is there and is not empty."""


@dataclass(frozen=True)
class Items:
    """An array that is not empty, some items of which depend on what is hidden; it is there if all items are."""

    items: tuple[Cases, ...]


Case = tuple[Formula, Any]
Cases = tuple[Case, ...]
Hidden = Known | Sum | Record | Items | Moved


def always(value: Any) -> Cases:
    """One value, whatever is hidden."""
    return ((ALWAYS, value),)


def either(yes: Formula, no: Formula) -> Cases:
    """True or false."""
    return merged([(yes, True), (no, False)])


def merged(cases: Iterable[Case]) -> Cases:
    """The same cases, each value once and none that cannot be; but arrays and date-times, as nothing equals them.

    Raises:
        Refused: there are too many.
    """
    found: dict[object, tuple[Formula, Any]] = {}
    for i, (formula, value) in enumerate(cases):
        if formula is NEVER:
            continue
        is_plain = value is None or isinstance(value, (bool, int, float, str, Known, Sum, Record, Moved))
        key = (type(value), value) if is_plain else i
        found[key] = found.get(key, (NEVER, value))[0] | formula, value
        check_count(len(found))
    return tuple(found.values())


def check_count(n: int) -> None:
    """Refuse what would take forever: cases multiply wherever an operation uses several.

    Raises:
        Refused: there are more cases than `MAX_CASES`.
    """
    if n > MAX_CASES:
        raise Refused("if", f"it comes to more than {MAX_CASES} cases")


def defined(cases: Cases) -> Formula:
    """When there is a value at all."""
    out = NEVER
    for formula, _ in cases:
        out |= formula
    return out


def truth(value: Any) -> tuple[Formula, Formula]:
    """When a value counts as true, and when as false; never both, and perhaps neither."""
    match value:
        case Known() | Record() | Items():
            return ALWAYS, NEVER
        case Sum(of=of):
            return number(of, [(1, None), (None, -1)]), number(of, [(0, 0)])
        case Moved():
            return NEVER, NEVER
    try:
        return (ALWAYS, NEVER) if is_truthy(value) else (NEVER, ALWAYS)
    except EvaluationError:
        return NEVER, NEVER


def truths(cases: Cases) -> tuple[Formula, Formula]:
    """When an expression counts as true, and when as false."""
    yes = no = NEVER
    for formula, value in cases:
        true, false = truth(value)
        yes, no = yes | (formula & true), no | (formula & false)
    return yes, no


def number(of: Linear, intervals: Iterable[tuple[int | None, int | None]]) -> Formula:
    """A sum of hidden numbers lies in one of some intervals."""
    if not of.parts:
        inside = any((lo is None or lo <= of.constant) and (hi is None or of.constant <= hi) for lo, hi in intervals)
        return ALWAYS if inside else NEVER
    match of.parts:
        case ((FieldRef() as ref, 1),):
            key: FieldRef | Linear = ref
            domain, may_be_absent = ref.domain, ref.field.optional
        case _:
            key, may_be_absent = Linear(of.parts), False
            domain = Linear(of.parts).reach()
    shifted = [
        (domain[0] if lo is None else lo - of.constant, domain[1] if hi is None else hi - of.constant)
        for lo, hi in intervals
    ]
    return condition(key, Numbers.of(shifted, domain, may_be_absent))
