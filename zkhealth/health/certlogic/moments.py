"""Dates and times of CertLogic: instants in UTC with milliseconds, moved as JavaScript's Date moves them.

CertLogic 1.3.3, "Offset date-time" and "DCC Date of birth".

    >>> plus_time("2021-05", 0, "day").isoformat(), plus_time("2020-02-29", 1, "year").isoformat()
    ('2021-05-31T00:00:00+00:00', '2021-03-01T00:00:00+00:00')

A month that has no such day runs over: 31 January and a month is 3 March, but 1 February and a month is 1 March.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

UNITS = ("year", "month", "day", "hour")

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FULL = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
)


def plus_time(text: str, amount: int, unit: str) -> datetime:
    """The moment that the text says, moved.

    Raises:
        ValueError: not one of the allowed forms, no such day, or beyond the years 1 to 9999.
    """
    return moved(parse_moment(text), amount, unit)


def dcc_date_of_birth(text: str) -> datetime:
    """The last day that a date of birth, which may be partial, can mean.

    Raises:
        ValueError: not a date of birth.
    """
    match = _PARTIAL.fullmatch(text)
    if not match:
        raise ValueError("expected a date of birth as YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in match.groups())
    if day:
        return _midnight(date(year or 0, month or 0, day))
    first = date(year or 0, month or 12, 1)
    return _midnight(moved_day(first, 1) - timedelta(days=1))


def parse_moment(text: str) -> datetime:
    """A date, of which the last possible day counts, or a date and time; in UTC where there is no offset.

    Raises:
        ValueError: not one of the allowed forms.
    """
    match = _FULL.fullmatch(text)
    if not match:
        return dcc_date_of_birth(text)
    day, clock, fraction = match.group(1, 2, 3)
    milliseconds = int(((fraction or "") + "000")[:3])
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), UTC)
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    if offset >= timedelta(days=1) or int(match["minutes"] or 0) > 59:
        raise ValueError("expected an offset of less than a day")
    return _checked(local, timedelta(milliseconds=milliseconds) + (offset if match["sign"] == "-" else -offset))


def moved(moment: datetime, amount: int, unit: str) -> datetime:
    """The moment so many hours, days, months or years later.

    Raises:
        ValueError: beyond the years 1 to 9999.
    """
    if unit in ("day", "hour"):
        if abs(amount) > 1 << 32:
            raise ValueError(_BEYOND)
        return _checked(moment, timedelta(hours=amount * (24 if unit == "day" else 1)))
    months = amount * (12 if unit == "year" else 1)
    return datetime.combine(moved_day(moment.date(), months), moment.timetz())


def moved_day(day: date, months: int) -> date:
    """The day so many months later; the days that a shorter month does not have run over into the next.

    Raises:
        ValueError: beyond the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(_BEYOND)
    try:
        return date(year, month + 1, 1) + timedelta(days=day.day - 1)
    except OverflowError:
        raise ValueError(_BEYOND) from None


def _checked(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        raise ValueError(_BEYOND) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_BEYOND = "expected a moment of the years 1 to 9999"
