"""Dates as day numbers: 0 is 1900-01-01, days before it are negative, and a partial date is an interval of days.

The calendar has the years 1800 to 2155, whose days fit in 17 bits.

FHIR R4, data types `date` and `dateTime` (https://hl7.org/fhir/R4/datatypes.html).  A time of day is checked and then
dropped: the calendar date as written, in the writer's own time zone, is the one on the patient's paper card, so
2021-01-01T00:30:00+14:00 is 1 January although it was still December in UTC.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from zkhealth.errors import DecodingError

EPOCH = date(1900, 1, 1)
FIRST_DATE = date(1800, 1, 1)
LAST_DATE = date(2155, 12, 31)

_FHIR_DATE = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12][0-9]|3[01])"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00))?)?)?"
)


def days(day: date) -> int:
    """Count the days from 1900-01-01 to `day`.

    >>> days(date(1900, 1, 1)), days(date(2026, 11, 23)), days(date(1899, 12, 31))
    (0, 46347, -1)

    Raises ValueError if the year is not one of 1800 to 2155.
    """
    if not FIRST_DATE.year <= day.year <= LAST_DATE.year:
        raise ValueError(_OUT_OF_RANGE)
    return day.toordinal() - EPOCH.toordinal()


def date_of(day_number: int) -> date:
    """Return the date with this day number; undoes `days`.

    Raises ValueError if the year is not one of 1800 to 2155.
    """
    if not _FIRST_DAY <= day_number <= _LAST_DAY:
        raise ValueError(_OUT_OF_RANGE)
    return EPOCH + timedelta(days=day_number)


def years_before(at: date, n: int) -> date:
    """Return the latest birthday of somebody who is at least `n` years old at `at`.

    Born on day d means at least n years old at `at` if and only if d <= years_before(at, n).  Where 29 February does
    not exist it counts as 28 February here, which makes somebody born on 29 February grow older on 1 March:

    >>> years_before(date(2018, 2, 28), 18), years_before(date(2018, 3, 1), 18)
    (datetime.date(2000, 2, 28), datetime.date(2000, 3, 1))
    >>> years_before(date(2020, 2, 29), 18)
    datetime.date(2002, 2, 28)

    Raises ValueError if `n` is negative, or the answer lies before 1800.
    """
    if n < 0:
        raise ValueError("expected a number of years of at least 0")
    if not FIRST_DATE.year <= at.year - n <= LAST_DATE.year:
        raise ValueError(_OUT_OF_RANGE)
    try:
        return date(at.year - n, at.month, at.day)
    except ValueError:
        return date(at.year - n, 2, 28)


@dataclass(frozen=True, repr=False)
class DayInterval:
    """All that is known of a date: it is one of the days lo, ..., hi.  A full date has lo = hi."""

    lo: int
    hi: int

    def __post_init__(self) -> None:
        if not _FIRST_DAY <= self.lo <= self.hi <= _LAST_DAY:
            raise ValueError("expected day numbers lo <= hi of the years 1800 to 2155")

    def __repr__(self) -> str:
        return f"DayInterval({'partial' if self.is_partial else 'full'})"

    @property
    def is_partial(self) -> bool:
        """Whether the record leaves the exact day open."""
        return self.lo != self.hi


def parse_date(text: object) -> DayInterval:
    """Read a FHIR date or dateTime: YYYY, YYYY-MM, YYYY-MM-DD, or with a time and its offset.

    >>> april = parse_date("1990-04")
    >>> date_of(april.lo), date_of(april.hi)
    (datetime.date(1990, 4, 1), datetime.date(1990, 4, 30))

    Raises DecodingError if it is no such date, or its year is not one of 1800 to 2155.
    """
    match = _FHIR_DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise DecodingError(_MALFORMED)
    year, month, day = (int(match[part] or 0) for part in ("year", "month", "day"))
    if not FIRST_DATE.year <= year <= LAST_DATE.year:
        raise DecodingError(_OUT_OF_RANGE)
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise DecodingError(_MALFORMED) from None
    return DayInterval(days(first), days(first if day else _last_of(first, is_month=month > 0)))


def _last_of(first: date, is_month: bool) -> date:
    """Return the last day of the month, or else of the year, that begins on `first`."""
    if not is_month or first.month == 12:
        return date(first.year, 12, 31)
    return date(first.year, first.month + 1, 1) - timedelta(days=1)


_FIRST_DAY = FIRST_DATE.toordinal() - EPOCH.toordinal()
_LAST_DAY = LAST_DATE.toordinal() - EPOCH.toordinal()
_MALFORMED = "expected a FHIR date (YYYY, YYYY-MM, YYYY-MM-DD or a dateTime with its offset)"
_OUT_OF_RANGE = "expected a year from 1800 to 2155"
