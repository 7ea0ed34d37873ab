"""Bounds of intervals: fixed, or counted back from the time a policy is checked at.

>>> from datetime import UTC, date
>>> Bound(18, "years").resolve(datetime(2026, 11, 23, tzinfo=UTC)) == days(date(2008, 11, 23))
True
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zkhealth.credentials.schemas.dates import days, years_before
from zkhealth.credentials.schemas.moments import seconds

UNITS = ("", "years", "days", "seconds")
_MAX = 1 << 200


@dataclass(frozen=True)
class Bound:
    """An integer; or, with a unit, so many years, days or seconds before the policy is checked.

    Raises:
        ValueError: an unknown unit, or a number of years, days or seconds that cannot be.
    """

    n: int
    unit: str = ""

    def __post_init__(self) -> None:
        if type(self.n) is not int:
            raise TypeError(f"expected a whole number, got {type(self.n).__name__}")
        if self.unit not in UNITS:
            raise ValueError(f"expected one of {UNITS}")
        if abs(self.n) >= _MAX or (self.unit == "years" and not 0 <= self.n <= 255):
            raise ValueError("the number is out of range")

    def resolve(self, at: datetime) -> int:
        """The integer that is meant at a time.

        Raises:
            ValueError: `at` lies outside of the calendar, or so many years before it there is none.
        """
        match self.unit:
            case "years":
                return days(years_before(at.date(), self.n))
            case "days":
                return days(at.date()) - self.n
            case "seconds":
                return seconds(at) - self.n
        return self.n

    def shifted(self, by: int) -> Bound:
        """The bound moved by a constant."""
        if by and self.unit == "years":
            raise ValueError("a bound in years cannot be combined with a constant")
        return Bound(self.n - by if self.unit else self.n + by, self.unit)


def years_ago(n: int) -> Bound:
    """The day `n` years before the policy is checked."""
    return Bound(n, "years")


def days_ago(n: int) -> Bound:
    """The day `n` days before the policy is checked."""
    return Bound(n, "days")


def hours_ago(n: int) -> Bound:
    """The moment `n` hours before the policy is checked."""
    return Bound(3600 * n, "seconds")


def seconds_ago(n: int) -> Bound:
    """The moment `n` seconds before the policy is checked."""
    return Bound(n, "seconds")
