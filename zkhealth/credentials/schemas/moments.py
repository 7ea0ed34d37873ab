"""Moments as seconds: 0 is 1900-01-01T00:00:00Z, and there are none before it or after 2155."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from zkhealth.credentials.schemas.dates import EPOCH, LAST_DATE

_START = datetime(EPOCH.year, 1, 1, tzinfo=UTC)
_NO_MOMENT = "expected a moment to the second with its offset, such as 2026-11-23T09:30:00Z"


def moment(value: str | datetime) -> datetime:
    """A moment in UTC, from text or a datetime that knows its offset.

    Raises:
        ValueError: no offset, or not a moment to the second.
    """
    found = _in_utc(value)
    if found is None or found.microsecond:
        raise ValueError(_NO_MOMENT)
    return found


def moment_of(at: str | date | datetime) -> datetime:
    """The time to check for: a moment, rounded down to the second, or midnight UTC at the beginning of a day.

    >>> moment_of("2026-11-23T10:30:00.75+01:00").isoformat(), moment_of("2026-11-23").isoformat()
    ('2026-11-23T09:30:00+00:00', '2026-11-23T00:00:00+00:00')

    Raises:
        ValueError: not a time, or a time of day without an offset.
    """
    if type(at) is date:
        return datetime.combine(at, time(), UTC)
    is_day = isinstance(at, str) and len(at) == len("YYYY-MM-DD")
    found = _in_utc(f"{at}T00:00:00Z" if is_day else at)
    if found is None:
        raise ValueError(_NO_MOMENT)
    return found.replace(microsecond=0)


def seconds(at: datetime) -> int:
    """Seconds from 1900-01-01T00:00:00Z to `at`.

    Raises:
        ValueError: not a moment of 1900 to 2155.
    """
    if not EPOCH.year <= at.year <= LAST_DATE.year:
        raise ValueError("expected a year from 1900 to 2155")
    return int((at - _START).total_seconds())


def moment_from(n: int) -> datetime:
    """The moment so many seconds after 1900-01-01T00:00:00Z; undoes `seconds`."""
    return _START + timedelta(seconds=n)


def _in_utc(value: object) -> datetime | None:
    if not isinstance(value, str | datetime):
        raise TypeError(f"expected a moment as text, got {type(value).__name__}")
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else value
        return None if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):  # whose message would repeat the text; in the year 0, or 10000
        return None
