"""What is left of each value once a policy is proven: all clauses taken together, as a verifier takes them.

Two lists leave what they have in common, a sum at its end leaves one value of each summand, and what equals a shown
value is shown.  Found by narrowing until nothing changes: it may miss what only a search would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zkhealth.credentials.policies.clauses import Absent, AnyOf, Clause, Different, Listed, Range, Same, Unlisted
from zkhealth.credentials.policies.policy import Policy, revealed
from zkhealth.credentials.policies.terms import FieldRef, LastDay, Linear
from zkhealth.credentials.schemas.fields import Plain

_ROUNDS = 16
MOST_BRANCHES = 64
"""With more alternatives than these, none of them are looked at."""
_MOST_LISTED = 1000
"""An interval of more values is not written out."""


@dataclass(frozen=True)
class _Left:
    """An interval, if ordered; a list, if there is one; whether the value follows from what is shown."""

    ends: tuple[int, int] | None
    values: frozenset[Plain] | None = None
    is_shown: bool = False

    @property
    def count(self) -> int | None:
        if self.is_shown:
            return 1
        if self.values is not None:
            return len(self.values)
        return None if self.ends is None else self.ends[1] - self.ends[0] + 1

    def within(self, lo: int, hi: int) -> _Left:
        """Those from `lo` to `hi`; a partial date is all of its days."""
        if self.ends is None:
            return self
        ends = max(lo, self.ends[0]), min(hi, self.ends[1])
        if self.values is None:
            return _checked(replace(self, ends=ends))
        return replace(self, ends=ends).among(v for v in self.values if ends[0] <= v[0] and v[-1] <= ends[1])  # type: ignore[index,operator]

    def among(self, values: Iterable[Plain]) -> _Left:
        """Those that are in a list, too."""
        listed = frozenset(v for v in values if self.has(v))
        ends = (min(v[0] for v in listed), max(v[-1] for v in listed)) if self.ends and listed else self.ends  # type: ignore[index]
        return _checked(replace(self, values=listed, ends=ends))  # type: ignore[arg-type]

    def without(self, values: Iterable[Plain]) -> _Left:
        """Those that are not in a list."""
        refused = frozenset(values)
        if self.values is not None:
            return self.among(self.values - refused)
        if self.ends is None or self.ends[1] - self.ends[0] >= _MOST_LISTED:
            return self
        return self.among(frozenset((n,) for n in range(self.ends[0], self.ends[1] + 1)) - refused)

    def equal_to(self, other: _Left) -> _Left:
        """Those that the other can be, too."""
        found = self if other.ends is None else self.within(*other.ends)
        found = found if other.values is None else found.among(other.values)
        return replace(found, is_shown=found.is_shown or other.is_shown)

    def other_than(self, other: _Left) -> _Left:
        """Without the one value that the other has, if it is the only one."""
        values = other.without(()).values
        return self.without(values) if values and len(values) == 1 else self

    def has(self, value: Plain) -> bool:
        if self.values is not None:
            return value in self.values
        return self.ends is None or (
            isinstance(value, tuple) and self.ends[0] <= value[0] and value[-1] <= self.ends[1]
        )


_All = dict[FieldRef, _Left]


def values_left(policy: Policy, at: datetime | None) -> dict[str, int]:
    """How many values are left of each attribute of which some are ruled out.

    Without a time, bounds that count back from it are left out.

    Raises:
        ValueError: no values satisfy the policy, at that time.
    """
    refs = [FieldRef(wanted, name) for wanted in policy.wanted for name in wanted.spec.fields]
    shown = {clause.of for clause in revealed(policy)}
    begun = {ref: _Left(ref.field.domain, is_shown=ref in shown) for ref in refs}
    here = [clause for clause in policy.clauses if not isinstance(clause, AnyOf)]
    left = _narrowed(begun, here, at)
    if n_branches(policy) <= MOST_BRANCHES:
        for clause in policy.clauses:
            left = _either(left, here, clause.branches(), at) if isinstance(clause, AnyOf) else left
    return {str(ref): x.count for ref, x in left.items() if x.count is not None and x != _Left(ref.field.domain)}


def n_branches(policy: Policy) -> int:
    """The number of alternatives in all choices."""
    return sum(len(clause.branches()) for clause in policy.clauses if isinstance(clause, AnyOf))


def _either(left: _All, here: Sequence[Clause], branches: Sequence[Sequence[Clause]], at: datetime | None) -> _All:
    """What at least one alternative leaves."""
    found: list[_All] = []
    for branch in branches:
        try:
            found.append(_narrowed(left, [*here, *branch], at))
        except ValueError:  # this one cannot be the one that is taken
            continue
    if not found:
        raise ValueError(_NOTHING)
    return {ref: _union([each[ref] for each in found]) for ref in left}


def _union(several: Sequence[_Left]) -> _Left:
    ends = [x.ends for x in several if x.ends]
    lists = [x.values for x in several if x.values is not None]
    hull = (min(lo for lo, _ in ends), max(hi for _, hi in ends)) if len(ends) == len(several) else None
    listed = frozenset[Plain]().union(*lists) if len(lists) == len(several) else None
    return _Left(hull, listed, all(x.is_shown for x in several))


def _narrowed(begun: _All, clauses: Sequence[Clause], at: datetime | None) -> _All:
    left, sums = dict(begun), _sums(clauses, at)
    for _ in range(_ROUNDS):
        before = dict(left)
        for of, (lo, hi) in sums.items():
            _narrow_sum(left, of, lo, hi)
        for clause in clauses:
            _narrow(left, clause)
        if left == before:
            break
    return left


def _sums(clauses: Sequence[Clause], at: datetime | None) -> dict[Linear, tuple[int, int]]:
    """The bounds on each sum, those on its negative included."""
    found: dict[Linear, tuple[int, int]] = {}
    for clause in clauses:
        if isinstance(clause, Range):
            (lo, hi), of = _ends(clause, at), clause.of
            if of.parts[0][1] < 0:
                lo, hi, of = -hi, -lo, Linear(tuple((term, -a) for term, a in of.parts))
            first, last = found.get(of, (lo, hi))
            found[of] = max(lo, first), min(hi, last)
    return found


def _ends(clause: Range, at: datetime | None) -> tuple[int, int]:
    if at is not None:
        return clause.interval(at)
    lo, hi = clause.of.reach()
    fixed = [bound is not None and not bound.unit for bound in (clause.lo, clause.hi)]
    return clause.lo.n if clause.lo and fixed[0] else lo, clause.hi.n if clause.hi and fixed[1] else hi


def _narrow(left: _All, clause: Clause) -> None:
    match clause:
        case Absent(of=of):
            left[of[0]] = replace(left[of[0]], ends=None, values=frozenset({None}))
        case Listed():
            _narrow_row(left, clause)
        case Unlisted(of=ref, values=values):
            left[ref] = left[ref].without(values)
        case Same(a=a, b=b):
            left[a], left[b] = left[a].equal_to(left[b]), left[b].equal_to(left[a])
        case Different(a=a, b=b):
            left[a], left[b] = left[a].other_than(left[b]), left[b].other_than(left[a])


def _narrow_sum(left: _All, of: Linear, lo: int, hi: int) -> None:
    """Each summand lies between what the others leave to it."""
    hidden = [left.get(term.whole) if isinstance(term, FieldRef) else None for term, _ in of.parts]  # None: its domain
    ends = []
    for (term, a), known in zip(of.parts, hidden, strict=True):
        first, last = (known.ends if known else None) or term.domain
        ends.append((min(a * first, a * last), max(a * first, a * last)))
    least, most = sum(first for first, _ in ends), sum(last for _, last in ends)
    unknown = [term for (term, _), known in zip(of.parts, hidden, strict=True) if known is None or known.count != 1]
    for (term, a), known, (first, last) in zip(of.parts, hidden, ends, strict=True):
        if known is not None and isinstance(term, FieldRef):
            from_, to = lo - (most - last), hi - (least - first)  # what a·x lies between
            low, high = (-(-from_ // a), to // a) if a > 0 else (-(-to // a), from_ // a)
            low = term.domain[0] if isinstance(term, LastDay) else low  # the other days may be earlier
            found = known.within(low, high)
            left[term.whole] = replace(found, is_shown=found.is_shown or (lo == hi and unknown == [term]))


def _narrow_row(left: _All, clause: Listed) -> None:
    """Of each field the values of those rows that are left; a row is shown if the shown fields tell which."""
    n = len(clause.of)
    rows = [row[:n] for row in clause.rows if all(left[ref].has(x) for ref, x in zip(clause.of, row, strict=False))]
    shown = [i for i, ref in enumerate(clause.of) if left[ref].is_shown]
    tells = len({tuple(row[i] for i in shown) for row in rows}) == len(rows)
    for i, ref in enumerate(clause.of):
        found = left[ref].among(row[i] for row in rows)
        left[ref] = replace(found, is_shown=found.is_shown or (tells and bool(shown)))


def _checked(left: _Left) -> _Left:
    if left.values == frozenset() or (left.ends and left.ends[0] > left.ends[1]):
        raise ValueError(_NOTHING)
    return left


_NOTHING = "no values satisfy the policy"
