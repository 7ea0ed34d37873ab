"""CertLogic over hidden fields: every operation of the specification but `reduce`, on cases in place of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import pairwise, product
from math import prod
from typing import Any

from zkhealth.credentials.policies.terms import FieldRef, Linear
from zkhealth.health.certlogic.bounds import Moved, differences, holds
from zkhealth.health.certlogic.cases import (
    Cases,
    Items,
    Known,
    Record,
    Refused,
    Sum,
    always,
    check_count,
    defined,
    either,
    merged,
    number,
    truth,
    truths,
)
from zkhealth.health.certlogic.evaluate import MAX_INTEGER, EvaluationError, access, apply, fragment_of_uvci
from zkhealth.health.certlogic.expression import COMPARISONS, MOMENT_COMPARISONS, is_integer
from zkhealth.health.certlogic.formula import ALWAYS, NEVER, Formula, any_value, condition, counted
from zkhealth.health.certlogic.kinds import Kind, code_of
from zkhealth.health.certlogic.moments import dcc_date_of_birth, plus_time
from zkhealth.health.certlogic.rule import CERTIFICATE_KINDS
from zkhealth.health.certlogic.sets import Codes, only_absent

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_HIDDEN = (Known, Sum, Record, Items, Moved)


class Symbolic:
    """Expressions about one kind of certificate; `external` is the public part of the data context."""

    def __init__(self, kind: Kind, external: Mapping[str, Any]) -> None:
        self.kind, self.external = kind, external

    def cases(self, expression: Any) -> Cases:  # noqa: PLR0911 (one for each kind)
        """What an expression comes to.

        Raises:
            Refused: it cannot be proven of hidden values.
        """
        if isinstance(expression, list):
            return self._array(expression)
        if not isinstance(expression, dict):
            return always(expression)
        ((operation, operands),) = expression.items()
        match operation, operands:
            case "var", path:
                return self._var(path)
            case "if", [guard, then, otherwise]:
                return self._if(guard, then, otherwise)
            case "and", _:
                return self._and(operands)
            case "reduce", _:
                raise Refused(operation, "a fold over arrays cannot be proven of hidden values")
            case "plusTime" | "dccDateOfBirth" | "extractFromUVCI", [operand, *rest]:
                found = ((f, inner) for f, value in self.cases(operand) for inner in _of_text(operation, value, rest))
                return merged((f & g, value) for f, (g, value) in found)
        return self._strict(operation, [self.cases(operand) for operand in operands])

    # --- control ----------------------------------------------------------------

    def _if(self, guard: Any, then: Any, otherwise: Any) -> Cases:
        yes, no = truths(self.cases(guard))
        out = []
        for formula, branch in ((yes, then), (no, otherwise)):
            if formula is not NEVER:
                out += [(formula & f, value) for f, value in self.cases(branch)]
        return merged(out)

    def _and(self, operands: Sequence[Any]) -> Cases:
        """The first operand that counts as false, or the last one; those after it are not looked at."""
        out, so_far = [], ALWAYS
        for i, operand in enumerate(operands):
            if so_far is NEVER:
                break
            go_on = NEVER
            for formula, value in self.cases(operand):
                yes, no = truth(value)
                here = so_far & formula
                out.append((here & (no if i < len(operands) - 1 else yes | no), value))
                go_on |= here & yes
            so_far = go_on
        return merged(out)

    def _array(self, expressions: Sequence[Any]) -> Cases:
        items = tuple(self.cases(expression) for expression in expressions)
        public = [cases[0][1] for cases in items if len(cases) == 1 and cases[0][0] is ALWAYS]
        if len(public) == len(items) and not any(isinstance(value, _HIDDEN) for value in public):
            return always(public)
        return merged([(reduce(Formula.__and__, map(defined, items)), Items(items))])

    def _strict(self, operation: str, operands: Sequence[Cases]) -> Cases:
        """An operation that needs the values of all its operands."""
        check_count(prod(map(len, operands)))
        out = []
        for combination in product(*operands):
            formula = reduce(Formula.__and__, (f for f, _ in combination))
            if formula is not NEVER:
                out += [(formula & f, value) for f, value in _applied(operation, [value for _, value in combination])]
        return merged(out)

    # --- data -------------------------------------------------------------------

    def _var(self, path: str) -> Cases:
        match path.split("."):
            case ["external", name, *rest] if name in self.external:
                if name == "valueSets" and rest and rest[0] not in self.external[name]:
                    raise Refused("var", f"the value set {rest[0]!r} is not given")
                return always(access(self.external, path.removeprefix("external.")))
            case ["payload", "dob"]:
                return _hidden(self.kind.birth, "dob", path)
            case ["payload", letter, *rest] if letter in CERTIFICATE_KINDS.values():
                return self._event(path, rest) if letter == self.kind.letter else always(None)
        raise Refused("var", f"{path!r} is neither given nor in the credential")

    def _event(self, path: str, rest: Sequence[str]) -> Cases:
        match rest:
            case []:
                return always(Record())
            case [index, *_] if access([True], index) is None:
                return always(None)
            case [_]:
                return always(Record())
            case [_, field, *deeper]:
                ref = self.kind.ref(field)
                if ref is not None:
                    return always(None) if deeper else _hidden(ref, field, path)
        raise Refused("var", f"{path!r} is neither given nor in the credential")


def _hidden(ref: FieldRef, field: str, path: str) -> Cases:
    """A field: there, or null."""
    there = any_value(counted(ref))
    value = Sum(ref.linear()) if ref.field.kind == "int" else Known(ref, field, path)
    if not ref.field.optional:
        return always(value)
    key = counted(ref)
    return merged([(condition(key, there), value), (condition(key, only_absent(there)), None)])


def _of_text(operation: str, value: Any, rest: Sequence[Any]) -> Cases:
    """The operations that read a text."""
    match operation, value:
        case _, Known(kind="date" | "instant", ref=ref) if operation == "plusTime":
            amount, unit = int(rest[0]), str(rest[1])
            out = Moved(counted(ref), amount, unit if amount else "day")
            if not out.stays_in_calendar:
                raise Refused(operation, f"{value.path!r} would be moved beyond the years 1 to 9999")
            return always(out)
        case "dccDateOfBirth", Known(kind="date", ref=ref):
            return always(Moved(counted(ref), 0, "day"))
        case _, Known(path=path):
            raise Refused(operation, f"it cannot be proven of {path!r}")
        case "extractFromUVCI", None | str():
            return always(fragment_of_uvci(value, int(rest[0])))
        case _, str():
            try:
                return always(plus_time(value, int(rest[0]), rest[1]) if rest else dcc_date_of_birth(value))
            except ValueError:
                return ()
    return ()


def _applied(operation: str, values: Sequence[Any]) -> Cases:  # noqa: PLR0911 (one for each kind)
    if not any(isinstance(value, _HIDDEN) for value in values):
        try:
            return always(apply(operation, values))
        except EvaluationError:
            return ()
    match operation:
        case "!":
            yes, no = truth(values[0])
            return either(no, yes)
        case "===":
            return _equal(*values)
        case "in":
            return _member(*values)
        case "+":
            return _sum(*values) if _are_numbers(values) else ()
    if operation in COMPARISONS:
        return _ordered(operation, values) if _are_numbers(values) else ()
    are_moments = all(isinstance(value, (Moved, datetime)) for value in values)
    return _ordered(MOMENT_COMPARISONS[operation], values) if are_moments else ()


def _sum(a: Any, b: Any) -> Cases:
    of = _linear(a).plus(_linear(b), 1)
    if max(abs(end + of.constant) for end in Linear(of.parts).reach()) > MAX_INTEGER:
        raise Refused("+", "the sum may be too large")
    return always(Sum(of))


# --- comparisons ------------------------------------------------------------------


def _ordered(order: str, values: Sequence[Any]) -> Cases:
    """Two or three numbers, or moments, stand in an order."""
    yes, no = ALWAYS, NEVER
    for a, b in pairwise(values):
        true, false = _pair(order, a, b) if _are_numbers([a, b]) else _moments(order, a, b)
        yes, no = yes & true, no | false
    return either(yes, no)


def _pair(order: str, a: Any, b: Any) -> tuple[Formula, Formula]:
    of = _linear(a).plus(_linear(b), -1)
    below, above = [(None, -1)], [(1, None)]
    match order:
        case "<":
            return number(of, below), number(of, [(0, None)])
        case "<=":
            return number(of, [(None, 0)]), number(of, above)
        case ">":
            return number(of, above), number(of, [(None, 0)])
    return number(of, [(0, None)]), number(of, below)


def _moments(order: str, a: Any, b: Any) -> tuple[Formula, Formula]:
    if not isinstance(a, Moved):
        if not isinstance(b, Moved):
            return _public(apply({">": "after", "<": "before", "<=": "not-after", ">=": "not-before"}[order], [a, b]))
        a, b, order = b, a, _FLIPPED[order]
    if not isinstance(b, Moved):
        found = a.compared(order, b)
        return condition(a.ref, found), condition(a.ref, found.others())
    if a.ref == b.ref and (a.months, a.shift) == (b.months, b.shift):
        return _public(holds(order, 0, 0))
    if a.months or b.months or a.step != b.step:
        raise Refused(order, "two hidden dates, moved by months or of different types, cannot be compared")
    if a.ref == b.ref:
        return _public(holds(order, a.shift, b.shift))
    of = a.ref - b.ref
    found = differences(order, a, b, of.reach())
    return condition(of, found), condition(of, found.others())


def _equal(a: Any, b: Any) -> Cases:
    """`===` where at least one is hidden."""
    if _are_numbers([a, b]):
        of = _linear(a).plus(_linear(b), -1)
        return either(number(of, [(0, 0)]), number(of, [(None, -1), (1, None)]))
    hidden, other = (a, b) if isinstance(a, (Known, Sum)) else (b, a)
    match hidden, other:
        case (Known(), str()):
            return _listed(hidden, [other])
        case (Known() | Sum(), None | bool() | int() | float() | str()) | (Known(), Sum()) | (Sum(), Known()):
            return always(False)
        case (Known(ref=ref), Known(ref=other_ref)):
            if ref == other_ref:
                return always(True)
            raise Refused("===", f"{hidden.path!r} and {other.path!r} are both hidden")
    return ()


def _member(value: Any, items: Any) -> Cases:
    """`in` where something is hidden."""
    match value, items:
        case Record() | Items() | Moved() | list() | dict() | datetime(), _:
            return ()
        case _, Items(items=listed):
            yes, no = NEVER, ALWAYS
            for cases in listed:
                true, false = truths(merged((f & g, is_same) for f, item in cases for g, is_same in _same(value, item)))
                yes, no = yes | (no & true), no & false
            return either(yes, no)
        case _, list() if any(isinstance(item, datetime) for item in items):
            return _member(value, Items(tuple(map(always, items))))  # an error, if it is come to
        case Known(), list():
            return _listed(value, [item for item in items if isinstance(item, str)])
        case Sum(of=of), list():
            points = sorted(int(item) for item in items if is_integer(item))
            ends = [None, *(n for point in points for n in (point - 1, point + 1)), None]
            gaps = list(zip(ends[::2], ends[1::2], strict=True))
            return either(number(of, [(n, n) for n in points]), number(of, gaps))
        case _, Record():
            raise Refused("in", "an array of the certificate cannot be searched")
    return ()


def _same(value: Any, item: Any) -> Cases:
    """Whether an item of an array is the value; arrays, objects and date-times never are."""
    if isinstance(item, (Record, Items, Moved, list, dict, datetime)):
        return always(False) if not isinstance(item, (Moved, datetime)) else ()
    return _applied("===", [value, item])


def _listed(value: Known, texts: Iterable[str]) -> Cases:
    """A hidden code or text is one of some."""
    listed = list(texts)
    if value.kind not in ("code", "text"):
        if not listed:
            return always(False)
        raise Refused("===", f"{value.path!r} cannot be compared as text")
    codes = {code_of(value.field, value.ref, text) for text in listed}
    found = Codes(frozenset(code for code in codes if code), may_be_absent=value.ref.field.optional)
    return either(condition(value.ref, found), condition(value.ref, found.others()))


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(value, Sum) or is_integer(value) for value in values)


def _linear(value: Any) -> Linear:
    return value.of if isinstance(value, Sum) else Linear((), int(value))


def _public(is_true: bool) -> tuple[Formula, Formula]:
    return (ALWAYS, NEVER) if is_true else (NEVER, ALWAYS)
