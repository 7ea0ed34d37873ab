"""What policies are written with: credentials, their fields, and sums of fields with whole coefficients.

    v.dose >= v.series        v.given.within_days(14, 270)        2 * v.smoker + v.age_points >= 7

A field of an ordered type counts as an integer; of a partial date it is always the worse end.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zkhealth.credentials.policies.bounds import Bound
from zkhealth.credentials.policies.clauses import (
    Absent,
    Different,
    Listed,
    Present,
    Range,
    Same,
    Unlisted,
)
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.schemas.fields import Field, Plain, Quantity
from zkhealth.credentials.schemas.spec import SchemaSpec

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MAX_SUM = 1 << 200
_MAX_TERMS = 64


class Term(ABC):
    """Something that adds up: a field, an entry of a table, or a sum."""

    @abstractmethod
    def linear(self) -> Linear:
        """As a sum.

        Raises:
            TypeError: of a type that has no order.
        """

    def __add__(self, other: Term | int) -> Linear:
        return self.linear().plus(_linear(other), 1)

    def __radd__(self, other: int) -> Linear:
        return _linear(other).plus(self.linear(), 1)

    def __sub__(self, other: Term | int) -> Linear:
        return self.linear().plus(_linear(other), -1)

    def __rsub__(self, other: int) -> Linear:
        return _linear(other).plus(self.linear(), -1)

    def __mul__(self, factor: int) -> Linear:
        if type(factor) is not int:
            return NotImplemented
        return Linear(()).plus(self.linear(), factor)

    __rmul__ = __mul__

    def __ge__(self, other: object) -> Range:
        return self._compared(other, "lo", 0)

    def __gt__(self, other: object) -> Range:
        return self._compared(other, "lo", 1)

    def __le__(self, other: object) -> Range:
        return self._compared(other, "hi", 0)

    def __lt__(self, other: object) -> Range:
        return self._compared(other, "hi", -1)

    def at_least(self, lo: object) -> Range:
        """The value is `lo` or more."""
        return self >= lo

    def at_most(self, hi: object) -> Range:
        """The value is `hi` or less."""
        return self <= hi

    def between(self, lo: object, hi: object) -> Range:
        """The value is one of `lo` to `hi`, both included."""
        low, high = self >= lo, self <= hi
        if low.of != high.of:
            raise TypeError("expected two bounds that are not hidden")
        return Range(low.of, low.lo, high.hi)

    def within_days(self, least: int, most: int) -> Range:
        """The day was `least` to `most` days before the policy is checked."""
        return self.between(Bound(most, "days"), Bound(least, "days"))

    def within_hours(self, least: int, most: int) -> Range:
        """The moment was `least` to `most` hours before the policy is checked."""
        return self.between(Bound(3600 * most, "seconds"), Bound(3600 * least, "seconds"))

    def at_least_years_ago(self, n: int) -> Range:
        """The day was at least `n` years before the policy is checked: of a birth date, an age."""
        return self <= Bound(n, "years")

    def not_past(self) -> Range:
        """The day or moment is that at which the policy is checked, or later: of an end, not expired."""
        return self >= Bound(0, "seconds" if self.linear().takes("seconds") else "days")

    def _compared(self, other: object, side: str, strict: int) -> Range:
        bound, of = other, self.linear()
        if isinstance(other, Term):
            of, bound = of.plus(other.linear(), -1), Bound(0)
        elif not isinstance(other, Bound):
            bound = Bound(self.integer(other))
        assert isinstance(bound, Bound)  # noqa: S101 (tells the type checker)
        limit = bound.shifted(strict - of.constant * of.unit)
        of = Linear(tuple((term, a * of.unit if isinstance(term, Column) else a) for term, a in of.parts))
        return Range(of, limit, None) if side == "lo" else Range(of, None, limit)

    def integer(self, value: object) -> int:
        """A public value to compare with, as an integer."""
        if type(value) is not int:
            raise TypeError(f"expected a whole number to compare with, got {type(value).__name__}")
        return value


@dataclass(frozen=True, eq=True)
class Linear(Term):
    """A sum of fields and entries of tables with whole coefficients, and a constant.

    In a clause it counts in units of the last decimal of its quantities, and has no constant.
    """

    parts: tuple[tuple[FieldRef | Column, int], ...]
    constant: int = 0

    def linear(self) -> Linear:
        return self

    @property
    def quantity(self) -> Quantity | None:
        """The type of the quantities in it, if they have decimals."""
        found = (term.field for term, _ in self.parts if isinstance(term, FieldRef))
        return next((field for field in found if isinstance(field, Quantity) and field.decimals), None)

    @property
    def unit(self) -> int:
        """The number 1 in units of the last decimal."""
        return 10**self.quantity.decimals if self.quantity else 1

    def integer(self, value: object) -> int:
        return self.quantity.scaled(value) if self.quantity else super().integer(value)

    def plus(self, other: Linear, factor: int) -> Linear:
        """This plus `factor` times the other."""
        sums = dict(self.parts)
        for term, a in other.parts:
            sums[term] = sums.get(term, 0) + factor * a
        parts = tuple(sorted(((term, a) for term, a in sums.items() if a), key=lambda part: str(part[0])))
        if len(parts) > _MAX_TERMS:
            raise ValueError(f"expected at most {_MAX_TERMS} terms in a sum")
        return Linear(parts, self.constant + factor * other.constant)

    def reach(self) -> tuple[int, int]:
        """The smallest and the largest value that the domains allow.

        Raises:
            ValueError: nothing hidden is left in the sum, it could grow too large, or mixes what does not add up.
        """
        return self._reach

    @cached_property
    def _reach(self) -> tuple[int, int]:
        fields = [term.field for term, _ in self.parts if isinstance(term, FieldRef)]
        if not fields:
            raise ValueError("no hidden value is left in the sum")
        if {"date", "instant"} <= {field.kind for field in fields}:
            raise ValueError("dates count days and instants seconds: they do not add up")
        if len({getattr(field, "decimals", 0) for field in fields}) > 1:
            raise ValueError("values with different numbers of decimals do not add up")
        ends = [sorted(a * end for end in term.domain) for term, a in self.parts]
        lo, hi = sum(end[0] for end in ends), sum(end[1] for end in ends)
        if max(-lo, hi, *(abs(a) for _, a in self.parts)) >= _MAX_SUM or hi - lo >= 1 << 63:
            raise ValueError("the sum could grow too large to compare")
        return lo, hi

    def refs(self) -> Iterator[FieldRef]:
        """Every field that is mentioned, also by the tables."""
        for term, _ in self.parts:
            yield from (term.whole,) if isinstance(term, FieldRef) else term.table.of

    def takes(self, unit: str) -> bool:
        """Whether a bound of this unit can be meant: the dates (or moments) in it must add up to one."""
        wanted = "instant" if unit == "seconds" else "date"
        return sum(a for term, a in self.parts if isinstance(term, FieldRef) and term.field.kind == wanted) == 1


@dataclass(frozen=True)
class Column(Term):
    """What the hidden row of a table has in one of its further columns."""

    table: Listed
    index: int

    def __post_init__(self) -> None:
        if type(self.index) is not int or not len(self.table.of) <= self.index < len(self.table.rows[0]):
            raise ValueError("expected the number of a column beyond those of the fields")
        if not self.table.name:
            raise ValueError("give the table a name to use its columns")

    @cached_property
    def domain(self) -> tuple[int, int]:
        """The least and the greatest entry, and 0, which it counts as in an alternative that is not taken."""
        entries = [row[self.index] for row in self.table.rows]
        return min(0, *entries), max(0, *entries)

    def linear(self) -> Linear:
        return Linear(((self, 1),))

    def __str__(self) -> str:
        return f"{self.table.name}[{self.index}]"


@dataclass(frozen=True)
class FieldRef(Term):
    """One field of one credential."""

    of: Wanted
    name: str

    @property
    def field(self) -> Field:
        """Its type."""
        return self.of.spec.fields[self.name]

    @property
    def domain(self) -> tuple[int, int]:
        """What the issuer allows.

        Raises:
            TypeError: of a type that has no order.
        """
        if self.field.domain is None:
            raise TypeError(f"{self}: a field of type {self.field.kind} cannot be ordered or added")
        return self.field.domain

    def linear(self) -> Linear:
        self.domain  # noqa: B018 (raises where there is none)
        return Linear(((self, 1),))

    @property
    def whole(self) -> FieldRef:
        """The field itself, where only an end of it counts."""
        return self

    @property
    def last(self) -> LastDay:
        """Of a partial date the last day that it can mean, in place of the worse end.

        Raises:
            ValueError: not a partial date.
        """
        return LastDay(self.of, self.name)

    def places(self, is_late: bool) -> int:
        """Which scalar counts where the later (or the earlier) end of a partial date would: the last, or the first."""
        return -1 if is_late else 0

    def ends(self, plain: Plain) -> tuple[int, ...]:
        """The integers that count, of an encoded value of an ordered type."""
        return tuple(n for n in plain or () if isinstance(n, int))

    @property
    def n_ends(self) -> int:
        """How many they are: two of a partial date, else one."""
        return len(self.field.parts)

    def one_of(self, values: Iterable[object] | ValueSet) -> Listed:
        """The value is one of a public list; of a value set, the policy will name it in place of its codes."""
        if isinstance(values, ValueSet):
            return Listed((self,), tuple((code,) for code in values.codes), source=values)
        return Listed((self,), tuple((value,) for value in values))

    def not_one_of(self, values: Iterable[object]) -> Unlisted:
        """The value is present and none of a public list."""
        return Unlisted(self, tuple(values))

    def equals(self, other: object) -> Listed | Same:
        """The value is this one, or that of another hidden field."""
        return Same(self, other) if isinstance(other, FieldRef) else self.one_of([other])

    def differs(self, other: object) -> Unlisted | Different:
        """The value is present and not this one, or not that of another hidden field."""
        return Different(self, other) if isinstance(other, FieldRef) else self.not_one_of([other])

    def is_present(self) -> Present:
        """The value is not absent."""
        return Present(self)

    def is_absent(self) -> Absent:
        """The credential does not say."""
        return Absent(self)

    def constant(self, value: object) -> Any:
        """A public value of this type, encoded.

        Raises:
            ValueError: not in the domain, or None: what is absent equals nothing.
        """
        if value is None:
            raise ValueError(f"{self}: expected a value; is_present asks whether there is one")
        return self.field.encode(self.field.decode(value) if isinstance(value, tuple) else value)

    def check_comparable(self, purpose: str) -> None:
        """Refuse what no list may be about.

        Raises:
            ValueError: an identifier, or a partial date.
        """
        if self.field.kind == "id":
            raise ValueError(f"{self}: an identifier cannot {purpose}")
        if len(self.field.parts) != 1:
            raise ValueError(f"{self}: a partial date cannot {purpose}; use bounds")

    def integer(self, value: object) -> int:
        """A public value of an ordered type, as the integer it is compared by.

        Raises:
            ValueError: not in the domain, or a partial date.
        """
        encoded = self.constant(value)
        if not isinstance(encoded, tuple) or len(set(encoded)) != 1:
            raise ValueError(f"{self}: expected a full value to compare with")
        return int(encoded[0])

    def __str__(self) -> str:
        return f"{self.of.name}.{self.name}"


@dataclass(frozen=True)
class LastDay(FieldRef):
    """The last day that a partial date can mean: of "1990" it is 31 December.

    "Not before" is then read in the holder's favour.  It can be bounded and added, nothing else.
    """

    def __post_init__(self) -> None:
        if self.field.kind != "date" or len(self.field.parts) != 2:
            raise ValueError(f"{self.whole}: only a partial date has a last day of its own")

    @property
    def whole(self) -> FieldRef:
        return FieldRef(self.of, self.name)

    def places(self, is_late: bool) -> int:
        return -1

    def ends(self, plain: Plain) -> tuple[int, ...]:
        return super().ends(plain)[-1:]

    @property
    def n_ends(self) -> int:
        return 1

    def __str__(self) -> str:
        return f"{self.whole}.last"


@dataclass(frozen=True)
class Wanted:
    """A credential that a policy asks for: its name there, and its schema."""

    name: str
    spec: SchemaSpec

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError("expected a short name of lower-case letters, digits and _")

    def ref(self, name: str) -> FieldRef:
        """One of its fields.

        Raises:
            ValueError: the schema has no such field.
        """
        if name not in self.spec.fields:
            raise ValueError(f"{self.name}: the schema has no field {name!r}")
        return FieldRef(self, name)


def _linear(value: object) -> Linear:
    if isinstance(value, Term):
        return value.linear()
    if type(value) is not int:
        raise TypeError(f"expected a field, a sum or a whole number, got {type(value).__name__}")
    return Linear((), value)
