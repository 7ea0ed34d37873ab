"""Which hidden dates and moments, when moved, come before or after a public moment: exact intervals.

Adding months is not one to one, and not even monotone: 31 January and a month is 3 March, after 1 February and a month.
So near the bound every day is tried; far from it, only the direction counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.schemas.dates import EPOCH
from zkhealth.health.certlogic.expression import COMPARISONS
from zkhealth.health.certlogic.moments import moved, moved_day
from zkhealth.health.certlogic.sets import Numbers

DAY = 86_400_000
_HOUR = 3_600_000
_SECOND = 1_000
_NEAR = 70
"""Days: more than the months of 4,800 months can stray from their mean, and what runs over a short month."""
_START = datetime(EPOCH.year, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """A hidden date (its last day, if it is partial) at midnight UTC, or a hidden moment, moved by so many units."""

    ref: FieldRef
    amount: int
    unit: str

    @property
    def step(self) -> int:
        """The milliseconds of one unit of the hidden value."""
        return _SECOND if self.ref.field.kind == "instant" else DAY

    @property
    def months(self) -> int:
        """By so many months it is moved; 0 if by days or hours."""
        return self.amount * {"month": 1, "year": 12}.get(self.unit, 0)

    @property
    def shift(self) -> int:
        """By so many milliseconds it is moved; 0 if by months or years."""
        return self.amount * {"day": DAY, "hour": _HOUR}.get(self.unit, 0)

    @property
    def stays_in_calendar(self) -> bool:
        """Whether every value of the domain can be moved so."""
        try:
            for n in self.ref.domain:
                moved(datetime.combine(_day(n * self.step // DAY), _START.timetz()), self.amount, self.unit)
        except ValueError:
            return False
        return True

    def compared(self, order: str, bound: datetime) -> Numbers:
        """The hidden values that stand in this order ("<", "<=", ">", ">=") to the bound."""
        goal = _milliseconds(bound)
        if self.months:
            found = list(self._near(order, bound, goal))
        else:
            found = [_solved(order, goal - self.shift, self.step, self.ref.domain)]
        return Numbers.of(found, self.ref.domain, self.ref.field.optional)

    def _near(self, order: str, bound: datetime, goal: int) -> Iterator[tuple[int, int]]:
        per_day = DAY // self.step
        lo, hi = (end // per_day for end in self.ref.domain)
        centre = min(max((bound.date() - EPOCH).days - self.months * 146_097 // 4_800, lo), hi)
        first, last = max(lo, centre - _NEAR), min(hi, centre + _NEAR)
        if order in ("<", "<="):
            yield lo * per_day, first * per_day - 1
        else:
            yield (last + 1) * per_day, (hi + 1) * per_day - 1
        for day in range(first, last + 1):
            then = (moved_day(_day(day), self.months) - EPOCH).days * DAY
            start, end = _solved(order, goal - then, self.step, (0, per_day - 1))
            yield day * per_day + start, day * per_day + end


def differences(order: str, a: Moved, b: Moved, domain: tuple[int, int]) -> Numbers:
    """The values of a − b, in units of the hidden values, for which a and b, moved, stand in this order."""
    return Numbers.of([_solved(order, b.shift - a.shift, a.step, domain)], domain)


def _solved(order: str, n: int, step: int, domain: tuple[int, int]) -> tuple[int, int]:
    """The whole numbers x of a domain with x · step < n, or another order; possibly none, as lo > hi."""
    lo, hi = domain
    match order:
        case "<":
            return lo, min(hi, -(-n // step) - 1)
        case "<=":
            return lo, min(hi, n // step)
        case ">":
            return max(lo, n // step + 1), hi
    return max(lo, -(-n // step)), hi


def holds(order: str, a: int, b: int) -> bool:
    """Whether two public numbers stand in this order."""
    return COMPARISONS[order](a, b)


def _milliseconds(moment: datetime) -> int:
    past = moment - _START
    return past.days * DAY + past.seconds * 1000 + past.microseconds // 1000


def _day(number: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + number)
