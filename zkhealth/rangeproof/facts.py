"""Facts about hidden integers: intervals, lists, tables, comparisons, sums.

Integers stand for themselves modulo r, negative ones included; an interval is
exact, because it is narrower than 2^64 and r has 255 bits.  A sum of hidden values
needs the domain of each, which whoever authenticated the commitments must have
enforced: it shows that the sum cannot wrap around, and it is not proven here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr

WIDTH = 1 << 64
"""An interval has at most this many integers."""
REACH = Fr.MODULUS // 2
"""No sum may reach this in absolute value, nor any bound."""


class Linear:
    """A sum of hidden integers with public integer coefficients: `2 * a - b`."""

    def terms(self) -> tuple[tuple[Committed | Column, int], ...]:
        """Each hidden integer with its coefficient."""
        return ((self, 1),) if isinstance(self, (Committed, Column)) else ()

    def __add__(self, other: Linear) -> Linear:
        return Sum(self.terms() + other.terms()) if isinstance(other, Linear) else NotImplemented

    def __sub__(self, other: Linear) -> Linear:
        return self + -1 * other if isinstance(other, Linear) else NotImplemented

    def __rmul__(self, factor: int) -> Linear:
        if isinstance(factor, bool) or not isinstance(factor, int):
            return NotImplemented
        return Sum(tuple((x, factor * a) for x, a in self.terms()))

    def reach(self) -> tuple[int, int]:
        """The smallest and largest value that the domains allow.

        Raises:
            ValueError: a domain is not known, or the sum could wrap around.
        """
        lo = hi = 0
        for x, a in self.terms():
            if x.domain is None:
                raise ValueError("a sum, or a bound on one side, needs the domain of every hidden value in it")
            ends = sorted(a * end for end in x.domain)
            lo, hi = lo + ends[0], hi + ends[1]
        if max(-lo, hi) >= REACH:
            raise ValueError("the sum could wrap around the group order")
        return lo, hi


@dataclass(frozen=True, eq=False)
class Committed(Linear):
    """The hidden integer in a Pedersen commitment, and the domain it is known to lie in, if any."""

    C: G1
    domain: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.C, G1) or not self.C.is_point:
            raise TypeError("expected one point of G1")
        if self.domain is None:
            return
        lo, hi = self.domain
        if type(lo) is not int or type(hi) is not int:
            raise TypeError("expected a domain of two ints")
        if not -REACH < lo <= hi < REACH:
            raise ValueError("expected a domain (lo, hi) with lo <= hi")

    def checked(self, value: int) -> int:
        """The value itself, if the domain has it.

        Raises:
            WitnessError: it has not.
        """
        if self.domain is not None and not self.domain[0] <= value <= self.domain[1]:
            raise WitnessError("a value is outside the domain it was promised to lie in")
        return value


@dataclass(frozen=True, eq=False)
class Column(Linear):
    """The entry of one column in the hidden row of a table."""

    table: Table
    index: int

    @property
    def domain(self) -> tuple[int, int]:
        """The least and the greatest entry."""
        entries = [signed(row[self.index]) for row in self.table.rows]
        return min(entries), max(entries)


@dataclass(frozen=True, eq=False)
class Sum(Linear):
    """Several terms."""

    parts: tuple[tuple[Committed | Column, int], ...]

    def terms(self) -> tuple[tuple[Committed | Column, int], ...]:
        """Each hidden integer with its coefficient."""
        return self.parts


@dataclass(frozen=True, eq=False)
class Interval:
    """lo <= x <= hi, exactly."""

    x: Linear
    lo: int
    hi: int

    def __post_init__(self) -> None:
        for bound in (self.lo, self.hi):
            if isinstance(bound, bool) or not isinstance(bound, int):
                raise TypeError(f"expected integers as bounds, got {type(bound).__name__}")
        if not 0 <= self.hi - self.lo < WIDTH or max(-self.lo, self.hi) >= REACH:
            raise ValueError("expected bounds lo <= hi less than 2^64 apart and within half the group order")
        terms = _linear(self.x).terms()
        sums: dict[object, int] = {}
        for x, a in terms:
            key = x.C.encode() if isinstance(x, Committed) else x  # one point under two names is one hidden value
            sums[key] = sums.get(key, 0) + a
        if any(a % Fr.MODULUS == 0 for a in sums.values()):
            raise ValueError("a hidden value cancels out of the sum")
        if [a for _, a in terms] != [1] or isinstance(terms[0][0], Column):
            self.x.reach()

    @property
    def n_bits(self) -> int:
        """⌈log2(hi − lo + 1)⌉."""
        return (self.hi - self.lo).bit_length()

    def weights(self) -> list[int]:
        """1, 2, 4, …, and a last one that makes the sum hi − lo, so that every sum of some is in the interval."""
        return interval_weights(self.hi - self.lo)

    def bits(self, value: int) -> list[int]:
        """Bits whose weighted sum is value − lo.

        Raises:
            WitnessError: the value is outside.
        """
        if not self.lo <= value <= self.hi:
            raise WitnessError("a value is outside its interval")
        rest, weights = value - self.lo, self.weights()
        top = int(bool(weights) and rest > sum(weights[:-1]))
        rest -= top * weights[-1] if weights else 0
        return [rest >> i & 1 for i in range(len(weights) - 1)] + [top] * bool(weights)


@dataclass(frozen=True, eq=False)
class Table:
    """(x_1, …, x_k) is a row of a public table; `column(j)` is what the hidden row has in column j.

    Duplicate rows count once.  Columns beyond those of `xs` are free to be used in
    other facts of the same statement, where they depend on the hidden row.

    Raises:
        ValueError: no rows, rows of different lengths, fewer columns than `xs`, or two
            rows that begin alike, so that `xs` would not determine the row.
    """

    xs: tuple[Committed, ...]
    rows: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        xs, rows = tuple(self.xs), tuple(dict.fromkeys(tuple(map(_reduced, row)) for row in self.rows))
        object.__setattr__(self, "xs", xs)
        object.__setattr__(self, "rows", rows)  # copies, so that nothing changes once it has been checked
        if not all(isinstance(x, Committed) for x in xs):
            raise TypeError("expected hidden values as Committed")
        if not rows or not rows[0]:
            raise ValueError("expected at least one row and one column")
        if len({len(row) for row in rows}) != 1 or len(rows[0]) < len(xs):
            raise ValueError("expected rows of one length, a column for each hidden value")
        if len({row[: len(xs)] for row in rows}) != len(rows):
            raise ValueError("two rows of a table begin with the same values")

    @property
    def n_bits(self) -> int:
        """One for each row."""
        return len(self.rows)

    def column(self, index: int) -> Column:
        """What the hidden row has in this column."""
        try:
            return Column(self, range(len(self.rows[0]))[index])
        except IndexError:
            raise ValueError(f"expected a column from 0 to {len(self.rows[0]) - 1}") from None

    def weights(self, index: int) -> Fr:
        """One column, as the weights of a row over the one-hot bits."""
        return Fr([row[index] for row in self.rows])

    def bits(self, values: Sequence[int]) -> list[int]:
        """The one-hot bits of the row that begins with these values.

        Raises:
            WitnessError: there is none.
        """
        hits = [all(v == e for v, e in zip(values, row, strict=False)) for row in self.rows]
        if True not in hits:
            raise WitnessError("a value is not in its list")
        chosen = hits.index(True)
        return [int(i == chosen) for i in range(len(self.rows))]


Fact = Interval | Table


def between(x: Linear, lo: int, hi: int) -> Interval:
    """lo <= x <= hi.

    Raises:
        ValueError: lo > hi, the interval has 2^64 integers or more, or a sum could wrap around.
    """
    return Interval(x, lo, hi)


def at_least(x: Linear, lo: int) -> Interval:
    """lo <= x, where the domains give the other bound; `at_least(a - b, 0)` compares hidden values.

    Raises:
        ValueError: a domain is not known, a sum could wrap around, or no value that the domains allow is so large.
    """
    return Interval(x, lo, _linear(x).reach()[1])


def at_most(x: Linear, hi: int) -> Interval:
    """x <= hi, where the domains give the other bound.

    Raises:
        ValueError: a domain is not known, a sum could wrap around, or no value that the domains allow is so small.
    """
    return Interval(x, _linear(x).reach()[0], hi)


def one_of(x: Committed, values: Iterable[int | Fr]) -> Table:
    """The value of x is in a public list, which is not empty; duplicates count once."""
    return row_of((x,), [(value,) for value in values])


def row_of(xs: Sequence[Committed], rows: Iterable[Sequence[int | Fr]]) -> Table:
    """The values of `xs` are the first columns of one row of a public table."""
    return Table(tuple(xs), tuple(rows))  # type: ignore[arg-type]  # reduced there


def interval_weights(width: int) -> list[int]:
    """Weights whose sums of some are exactly 0 … width, as few as possible (ARC and VDAF drafts).

    >>> interval_weights(10)
    [1, 2, 4, 3]
    """
    n = width.bit_length()
    powers = [1 << i for i in range(n - 1)]
    return [*powers, width - sum(powers)] if n else []


def _linear(x: object) -> Linear:
    if not isinstance(x, Linear):
        raise TypeError(f"expected a hidden integer or a sum of them, got {type(x).__name__}")
    return x


def _reduced(value: int | Fr) -> int:
    return int(value if isinstance(value, Fr) else Fr(value))


def signed(value: int) -> int:
    """The integer of least absolute value that is this modulo r."""
    return value - Fr.MODULUS if value > REACH else value
