"""Clauses: what a policy may ask, as plain data.  They are written with the terms of `terms.py`.

A clause that nobody could satisfy, or that asks nothing, is refused when it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zkhealth.credentials.policies.bounds import Bound
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.schemas.fields import Plain

if TYPE_CHECKING:
    from zkhealth.credentials.policies.terms import FieldRef, Linear, Wanted

MAX_CLAUSES = 128
MAX_ROWS = 1000
MAX_BRANCHES = 32
MAX_PARTS = 1024
"""So many simple clauses stand in all alternatives of a policy, written out."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class Clause:
    """Join clauses with `&` and `|`; they have no truth value."""

    def __and__(self, other: Clause) -> AllOf:
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: Clause) -> AnyOf:
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __bool__(self) -> bool:
        raise TypeError("a clause has no truth value: join clauses with & and |, and write a <= x and x <= b apart")

    def refs(self) -> Iterator[FieldRef]:
        """Every field that is mentioned."""
        return iter(())

    def variables(self) -> Iterator[Wanted]:
        """Every credential that is mentioned."""
        return (ref.of for ref in self.refs())


@dataclass(frozen=True)
class Range(Clause):
    """lo <= a sum of fields <= hi; at least one bound."""

    of: Linear
    lo: Bound | None
    hi: Bound | None

    def __post_init__(self) -> None:
        lo, hi = self.of.reach()
        least, most = self.lo or Bound(lo), self.hi or Bound(hi)
        if self.lo is self.hi is None:
            raise ValueError("expected at least one bound")
        for bound in (least, most):
            if bound.unit and not self.of.takes(bound.unit):
                raise ValueError(f"a bound in {bound.unit} does not fit the type of what is bounded")
        is_empty = False
        if not least.unit and not most.unit:
            is_empty = least.n > most.n
        elif least.unit == most.unit:
            is_empty = least.n < most.n
        if is_empty or (not least.unit and least.n > hi) or (not most.unit and most.n < lo):
            raise ValueError("no value could satisfy this clause")
        if self.of.constant:
            raise ValueError("expected the constant of a sum on the side of the bounds")
        for name in ("lo", "hi"):
            given: Bound | None = getattr(self, name)
            if given and not given.unit:  # beyond the domain it asks nothing more, and could not be written
                object.__setattr__(self, name, Bound(min(max(given.n, lo), hi)))

    def interval(self, at: Any) -> tuple[int, int]:
        """Both bounds at a time, within what the domains allow.

        Raises:
            ValueError: no value lies between them then.
        """
        lo, hi = self.of.reach()
        lo = max(lo, self.lo.resolve(at)) if self.lo else lo
        hi = min(hi, self.hi.resolve(at)) if self.hi else hi
        if lo > hi:
            raise ValueError("no value could satisfy this clause at that time")
        return lo, hi

    def refs(self) -> Iterator[FieldRef]:
        return self.of.refs()


@dataclass(frozen=True)
class Listed(Clause):
    """The fields are the first columns of one row of a public table; further columns hold whole numbers.

    The rows may be the codes of a value set, as which a policy then names them.
    """

    of: tuple[FieldRef, ...]
    rows: tuple[tuple[Any, ...], ...]
    name: str = ""
    source: ValueSet | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or (self.name and not _NAME.fullmatch(self.name)):
            raise ValueError("expected a short name of lower-case letters, digits and _ for a table")
        if not self.of or not 0 < len(self.rows) <= MAX_ROWS:
            raise ValueError(f"expected at least one field, and 1 to {MAX_ROWS} rows")
        width = len(self.rows[0])
        if width < len(self.of) or any(len(row) != width for row in self.rows):
            raise ValueError("expected rows of one length, with a column for each field")
        for ref in self.of:
            ref.check_comparable("be one of a list")
        rows = tuple(dict.fromkeys(self._encoded(row) for row in self.rows))
        if len({row[: len(self.of)] for row in rows}) != len(rows):
            raise ValueError("two rows of a table begin alike")
        if self.source is not None and rows != tuple((code,) for code in self.source.codes):
            raise ValueError("expected the codes of the value set as rows")
        object.__setattr__(self, "rows", rows)

    def _encoded(self, row: Sequence[Any]) -> tuple[Plain | int, ...]:
        n = len(self.of)
        keys = [ref.constant(value) for ref, value in zip(self.of, row, strict=False)]
        if any(type(value) is not int or abs(value) >= 1 << 62 for value in row[n:]):
            raise TypeError("expected whole numbers in the further columns of a table")
        return (*keys, *row[n:])

    def __hash__(self) -> int:
        return self._hash  # a table is hashed as often as its columns are named

    @cached_property
    def _hash(self) -> int:
        return hash((self.of, self.rows, self.name))

    @cached_property
    def numbers(self) -> Mapping[tuple[Plain, ...], int]:
        """The number of each row, by the values of the fields."""
        return {row[: len(self.of)]: i for i, row in enumerate(self.rows)}

    def column(self, index: int) -> Linear:
        """The hidden entry of a further column, counted from 0 over all columns."""
        from zkhealth.credentials.policies.terms import Column as Entry  # noqa: PLC0415 (terms are written over clauses)

        return Entry(self, index).linear()

    def refs(self) -> Iterator[FieldRef]:
        return iter(self.of)


@dataclass(frozen=True, init=False)
class Absent(Listed):
    """The credential does not say: the field has the one value that stands for what is absent."""

    def __init__(self, of: FieldRef) -> None:
        if not of.field.optional:
            raise ValueError(f"{of}: the schema asks for a value, so it is never absent")
        for name, value in {"of": (of.whole,), "rows": ((None,),), "name": "", "source": None}.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Unlisted(Clause):
    """The field is present, and none of a public list."""

    of: FieldRef
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        self.of.check_comparable("be compared with values")
        if not 0 < len(self.values) <= MAX_ROWS:
            raise ValueError(f"expected 1 to {MAX_ROWS} values")
        object.__setattr__(self, "values", tuple(dict.fromkeys(self.of.constant(value) for value in self.values)))

    def refs(self) -> Iterator[FieldRef]:
        return iter((self.of,))


@dataclass(frozen=True)
class Pair(Clause):
    """Two hidden fields of one type."""

    a: FieldRef
    b: FieldRef

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise ValueError("expected two different fields")
        kinds = {(f.kind, getattr(f, "unit", ""), getattr(f, "decimals", 0)) for f in (self.a.field, self.b.field)}
        if len(kinds) != 1 or len(self.b.field.parts) != 1 or len(self.a.field.parts) != 1:
            raise ValueError("expected two fields of one type, with one value each")

    def refs(self) -> Iterator[FieldRef]:
        return iter((self.a, self.b))


@dataclass(frozen=True)
class Same(Pair):
    """Both are present and equal."""


@dataclass(frozen=True)
class Different(Pair):
    """Both are present and differ."""


@dataclass(frozen=True)
class Present(Clause):
    """The field is not absent."""

    of: FieldRef

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", self.of.whole)

    def refs(self) -> Iterator[FieldRef]:
        return iter((self.of,))


@dataclass(frozen=True)
class Reveal(Clause):
    """The value is shown."""

    of: FieldRef

    def __post_init__(self) -> None:
        if self.of.field.kind == "id":
            raise ValueError("an identifier is never disclosed")
        object.__setattr__(self, "of", self.of.whole)

    def refs(self) -> Iterator[FieldRef]:
        return iter((self.of,))


@dataclass(frozen=True)
class Held(Clause):
    """The holder has such a credential; nothing else is asked of it."""

    of: Wanted

    def variables(self) -> Iterator[Wanted]:
        return iter((self.of,))


@dataclass(frozen=True)
class Token(Clause):
    """A number that is the same whenever this credential is shown for this scope, and for no other."""

    of: Wanted
    scope: str

    def __post_init__(self) -> None:
        _check_scope(self.scope)

    def variables(self) -> Iterator[Wanted]:
        return iter((self.of,))


@dataclass(frozen=True)
class Pseudonym(Clause):
    """A number that is the same whenever this holder answers this audience, or any if global, for this scope."""

    scope: str
    is_global: bool = False

    def __post_init__(self) -> None:
        _check_scope(self.scope)
        if type(self.is_global) is not bool:
            raise TypeError("expected is_global to be a bool")


@dataclass(frozen=True)
class AllOf(Clause):
    """Every one of several."""

    clauses: tuple[Clause, ...]

    def __post_init__(self) -> None:
        _check_clauses(self.clauses)

    def refs(self) -> Iterator[FieldRef]:
        return (ref for clause in self.clauses for ref in clause.refs())

    def variables(self) -> Iterator[Wanted]:
        return (variable for clause in self.clauses for variable in clause.variables())


@dataclass(frozen=True)
class AnyOf(Clause):
    """At least one of several; which one stays hidden."""

    clauses: tuple[Clause, ...]

    def __post_init__(self) -> None:
        _check_clauses(self.clauses)
        if len(self.clauses) < 2 or not all(map(is_fact, self.clauses)):
            raise ValueError("expected at least two alternatives, about hidden values alone")
        if len(self.branches()) > MAX_BRANCHES:
            raise ValueError(f"expected at most {MAX_BRANCHES} alternatives")
        check_parts(self.branches())

    def branches(self) -> list[tuple[Clause, ...]]:
        """The same as alternatives of simple clauses (disjunctive normal form)."""
        return self._found

    @cached_property
    def _found(self) -> list[tuple[Clause, ...]]:
        return [branch for clause in self.clauses for branch in _branches(clause)]

    def refs(self) -> Iterator[FieldRef]:
        return (ref for clause in self.clauses for ref in clause.refs())


def is_fact(clause: Clause) -> bool:
    """Whether it is about hidden values alone, so that it may be an alternative."""
    if isinstance(clause, (AllOf, AnyOf)):
        return all(map(is_fact, clause.clauses))
    return not isinstance(clause, (Reveal, Held, Token, Pseudonym))


def row_of(of: Sequence[FieldRef], rows: Sequence[Sequence[Any]], name: str = "") -> Listed:
    """The fields are a row of a public table; `name` it to use its further columns in other clauses.

    Raises:
        ValueError: no rows, rows of different lengths, or two that begin alike.
    """
    return Listed(tuple(of), tuple(tuple(row) for row in rows), name)


def _branches(clause: Clause) -> list[tuple[Clause, ...]]:
    match clause:
        case AnyOf():
            return clause.branches()
        case AllOf(clauses=clauses):
            out: list[tuple[Clause, ...]] = [()]
            for found in map(_branches, clauses):
                out = [left + right for left in out for right in found]
                if len(out) > MAX_BRANCHES:
                    raise ValueError(f"expected at most {MAX_BRANCHES} alternatives")
                check_parts(out)
            return out
    return [(clause,)]


def check_parts(branches: Sequence[tuple[Clause, ...]]) -> None:
    """Refuse alternatives that are too long together.

    Raises:
        ValueError: they are.
    """
    if sum(map(len, branches)) > MAX_PARTS:
        raise ValueError(f"expected at most {MAX_PARTS} clauses in all alternatives")


def _parts(clause: Clause, kind: type[AllOf] | type[AnyOf]) -> tuple[Clause, ...]:
    return clause.clauses if isinstance(clause, kind) else (clause,)


def _check_clauses(clauses: object) -> None:
    if not isinstance(clauses, tuple) or not clauses or not all(isinstance(c, Clause) for c in clauses):
        raise TypeError("expected clauses")
    if len(clauses) > MAX_CLAUSES:
        raise ValueError(f"expected at most {MAX_CLAUSES} clauses together")


def _check_scope(scope: object) -> None:
    if not isinstance(scope, str) or not 0 < len(scope.encode()) <= 256:
        raise ValueError("expected a scope of 1 to 256 bytes")
