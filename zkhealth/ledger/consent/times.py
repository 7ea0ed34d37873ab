"""Seconds since 1970 UTC, and the one way they are written in FHIR: `2026-11-23T09:30:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from zkhealth.errors import DecodingError

LAST = 253_402_300_799
"""The last second of the year 9999."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def check_time(name: str, seconds: int) -> None:
    """Refuse what is no second from 1970 to 9999."""
    if type(seconds) is not int:
        raise TypeError(f"{name} is an int of POSIX seconds, not {type(seconds).__name__}")
    if not 0 <= seconds <= LAST:
        raise ValueError(f"expected {name} within the years 1970 to 9999, in POSIX seconds")


def write_time(seconds: int) -> str:
    """Write a second as a FHIR dateTime.

    >>> write_time(1_795_426_200), read_time("2026-11-23T09:30:00Z")
    ('2026-11-23T09:30:00Z', 1795426200)
    """
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> int:
    """Read what `write_time` writes; raises DecodingError for any other form, a leap second too."""
    try:
        if isinstance(text, str) and _FORM.fullmatch(text):
            seconds = int((datetime.fromisoformat(text) - _EPOCH).total_seconds())
            if seconds >= 0:
                return seconds
    except ValueError:
        pass
    raise DecodingError("expected a time such as 2026-11-23T09:30:00Z")
