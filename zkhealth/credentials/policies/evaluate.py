"""Policies in the clear, for the holder: does it hold, and if not, why, and from when on it would.

The messages are for the holder's eyes alone: they tell values of the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zkhealth.credentials.policies.clauses import (
    Absent,
    AnyOf,
    Clause,
    Different,
    Listed,
    Range,
    Same,
    Unlisted,
    is_fact,
)
from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.policies.words import needs, sum_words, value_words
from zkhealth.credentials.schemas.dates import LAST_DATE, date_of, days
from zkhealth.credentials.schemas.fields import Plain

Values = Mapping[str, Mapping[str, Plain]]
"""The values of each credential, by the policy's name for it."""


def holds(clauses: Sequence[Clause], values: Values, at: datetime) -> bool:
    """Whether every clause holds."""
    return not shortfalls(clauses, values, at)


def shortfalls(clauses: Sequence[Clause], values: Values, at: datetime) -> list[str]:
    """Why clauses do not hold, one sentence each; a clause that holds gives none."""
    return [reason for clause in clauses if (reason := _shortfall(clause, values, at))]


def taken(clause: AnyOf, values: Values, at: datetime) -> int | None:
    """The first alternative that holds."""
    hits = [i for i, branch in enumerate(clause.branches()) if holds(branch, values, at)]
    return hits[0] if hits else None


def row_index(clause: Listed, values: Values) -> int | None:
    """The row of the table that the fields are in."""
    return clause.numbers.get(tuple(_value(ref, values) for ref in clause.of))


def _shortfall(clause: Clause, values: Values, at: datetime) -> str:  # noqa: PLR0911 (one for each kind)
    if isinstance(clause, AnyOf):
        if taken(clause, values, at) is not None:
            return ""
        reasons = [" and ".join(shortfalls(branch, values, at)) for branch in clause.branches()]
        return "no alternative holds: " + "; or ".join(reasons)
    if isinstance(clause, Absent):
        return "" if row_index(clause, values) == 0 else f"{clause.of[0]}: the credential says what it must leave open"
    unknown = [str(ref) for ref in clause.refs() if is_fact(clause) and _value(ref, values) is None]
    if unknown:
        return f"{', '.join(unknown)}: the credential does not say"
    match clause:
        case Range():
            return _range(clause, values, at)
        case Listed(of=of) if row_index(clause, values) is None:
            return f"{' with '.join(map(str, of))}: not one of the list"
        case Unlisted(of=ref, values=refused) if _value(ref, values) in refused:
            return f"{ref}: one of those that are refused"
        case Same(a=a, b=b) if _value(a, values) != _value(b, values):
            return f"{a} and {b} differ"
        case Different(a=a, b=b) if _value(a, values) == _value(b, values):
            return f"{a} and {b} are the same"
    return ""


def _range(clause: Range, values: Values, at: datetime) -> str:
    lo, hi = clause.interval(at)
    least = most = 0
    for term, a in clause.of.parts:
        if isinstance(term, FieldRef):
            plain = _value(term, values)
            ends = sorted(a * n for n in term.ends(plain))
        else:
            row = row_index(term.table, values)
            if row is None:
                return f"{sum_words(clause.of)}: no row of the table {term.table.name!r}"
            ends = [a * term.table.rows[row][term.index]]
        least, most = least + ends[0], most + ends[-1]
    too_low, too_high = clause.lo is not None and least < lo, clause.hi is not None and most > hi
    if not too_low and not too_high:
        return ""
    return f"{sum_words(clause.of)} is {_known(clause, least, most, at)}; policy needs {needs(clause)}" + (
        "" if too_low else _hint(clause, most)
    )


def _known(clause: Range, least: int, most: int, at: datetime) -> str:
    """The value; a day also as so many days before."""
    ends = dict.fromkeys(value_words(clause.of, n) for n in (least, most))
    text = " to ".join(ends)
    if any(bound.unit in {"days", "years"} for bound in (clause.lo, clause.hi) if bound):
        today = days(at.date())
        text += f", {' to '.join(dict.fromkeys(str(today - n) for n in (most, least)))} days before"
    return text


def _hint(clause: Range, most: int) -> str:
    """From which day on the value lies far enough back."""
    hi = clause.hi
    if hi is None or hi.unit not in {"days", "years"}:
        return ""
    if hi.unit == "days":
        start = most + hi.n
        return f"; try from {date_of(start)}" if start <= days(LAST_DATE) else ""
    born = date_of(most)
    start_of = born.year + hi.n
    if start_of > LAST_DATE.year:
        return ""
    try:
        return f"; try from {born.replace(year=start_of)}"
    except ValueError:  # born on 29 February
        return f"; try from {born.replace(year=start_of, month=3, day=1)}"


def _value(ref: FieldRef, values: Values) -> Plain:
    return values[ref.of.name][ref.name]
