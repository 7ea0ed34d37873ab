"""What a verifier asks of a record: an age, a vaccine of a list, a time since it was given.

>>> policy = Policy(date(2026, 11, 23), min_age=18, days=(14, 270))
>>> policy.explain()
['at least 18 years old on 2026-11-23', 'vaccine given 14 to 270 days before 2026-11-23']
>>> Policy.from_json(policy.to_json()) == policy
True
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.health import FIRST_DATE, Code, days, parse_code, read_object, years_before
from zkhealth.rangeproof import Committed, Interval, Table, between, one_of
from zkhealth.records.record import Record, code_scalar

_FIELDS = {"version", "at", "min_age", "vaccines", "days"}
_MAX_CODES = 1000


@dataclass(frozen=True)
class Policy:
    """Facts asked for on the day `at`; None where nothing is asked.

    Raises:
        ValueError: nothing is asked, or something that no record could show.
        TypeError: a field of the wrong type; a bool is not a number, and a date has no time of day.
    """

    at: date
    min_age: int | None = None
    vaccines: tuple[Code, ...] | None = None
    days: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self._check_types()
        if self.min_age is None and self.vaccines is None and self.days is None:
            raise ValueError("a policy asks for at least one of age, vaccine and days")
        days(self.at)
        oldest = self.at.year - FIRST_DATE.year
        if self.min_age is not None and not 0 <= self.min_age <= oldest:
            raise ValueError(f"expected an age of 0 to {oldest} years: no record begins before 1800")
        if self.vaccines is not None and not 0 < len(self.vaccines) <= _MAX_CODES:
            raise ValueError(f"expected 1 to {_MAX_CODES} vaccine codes")
        if self.days is not None and not 0 <= self.days[0] <= self.days[1] <= days(self.at) - days(FIRST_DATE):
            raise ValueError("expected days LO..HI with 0 <= LO <= HI, not before 1800")

    def _check_types(self) -> None:
        if type(self.at) is not date:
            raise TypeError(f"expected a date, got {type(self.at).__name__}")
        if self.min_age is not None and type(self.min_age) is not int:
            raise TypeError(f"expected an age in whole years, got {type(self.min_age).__name__}")
        if self.vaccines is not None and not _is_tuple_of(self.vaccines, Code):
            raise TypeError("expected a tuple of codes")
        if self.days is not None and not (_is_tuple_of(self.days, int) and len(self.days) == 2):
            raise TypeError("expected days as two integers")

    def facts(self, hidden: dict[str, Committed]) -> list[Interval | Table]:
        """The same as facts about hidden attributes, by name.  A partial date counts by its worse day."""
        facts: list[Interval | Table] = []
        if self.min_age is not None:
            facts.append(between(hidden["birth_hi"], days(FIRST_DATE), days(years_before(self.at, self.min_age))))
        if self.vaccines is not None:
            facts.append(one_of(hidden["vaccine"], map(code_scalar, self.vaccines)))
        if self.days is not None:
            first, last = self.window()
            facts += [between(hidden[name], first, last) for name in ("given_lo", "given_hi")]
        return facts

    def window(self) -> tuple[int, int]:
        """The first and the last day on which the vaccine may have been given."""
        lo, hi = self.days or (0, days(self.at))
        return days(self.at) - hi, days(self.at) - lo

    def shortfalls(self, record: Record) -> tuple[list[str], list[str]]:
        """For the holder: why the record does not meet the policy, and what it does not say."""
        unmet, missing = [], []
        if self.min_age is not None:
            if record.birth is None:
                missing.append("the date of birth")
            elif record.birth.hi > days(years_before(self.at, self.min_age)):
                partial = " (by the latest day that the record allows)" if record.birth.is_partial else ""
                unmet.append(f"not yet {self.min_age} years old on {self.at}{partial}")
        if self.vaccines is not None:
            if record.vaccine is None:
                missing.append(f"a completed immunization with a code, given by {self.at}")
            elif record.vaccine not in self.vaccines:
                unmet.append("the vaccine is not one of the list")
        if self.days is not None:
            first, last = self.window()
            if record.given is None:
                missing.append(f"a completed immunization with a date, given by {self.at}")
            elif record.given.lo < first or record.given.hi > last:
                ago = f"{days(self.at) - record.given.lo} days"
                if record.given.is_partial:
                    ago = f"{days(self.at) - record.given.hi} to {ago}"
                unmet.append(f"the vaccine was given {ago} before {self.at}, not {self.days[0]} to {self.days[1]}")
        return unmet, missing

    def explain(self) -> list[str]:
        """What is proven, in plain words."""
        words = []
        if self.min_age is not None:
            words.append(f"at least {self.min_age} years old on {self.at}")
        if self.vaccines is not None:
            words.append(f"vaccine is one of a list of {len(set(self.vaccines))}")
        if self.days is not None:
            words.append(f"vaccine given {self.days[0]} to {self.days[1]} days before {self.at}")
        return words

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).digest()

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no white space."""
        content: dict[str, Any] = {"version": 1, "at": self.at.isoformat()}
        if self.min_age is not None:
            content["min_age"] = self.min_age
        if self.vaccines is not None:
            content["vaccines"] = [code.canonical for code in self.vaccines]
        if self.days is not None:
            content["days"] = list(self.days)
        return json.dumps(content, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """The inverse of `to_json`.

        Raises:
            DecodingError: not such a policy; an unknown field is named.
        """
        content = read_object(text)
        if type(content.get("version")) is not int or content["version"] != 1:
            raise DecodingError("expected a policy of version 1")
        if unknown := sorted(set(content) - _FIELDS):
            raise DecodingError(f"unknown field in a policy: {unknown[0]!r}")
        if None in content.values():
            raise DecodingError("expected no null in a policy: what is not asked is left out")
        try:
            return cls(
                _date(content.get("at")),
                content.get("min_age"),
                _codes(content.get("vaccines")),
                _tuple(content.get("days")),
            )
        except (TypeError, ValueError) as e:
            raise DecodingError(f"not a policy: {e}") from None


def _is_tuple_of(value: object, kind: type) -> bool:
    """Whether all are exactly of this type: a bool is no int."""
    return isinstance(value, tuple) and all(type(item) is kind for item in value)


def _date(value: object) -> date:
    """Python reads other forms of ISO 8601 too; one policy has one form."""
    if isinstance(value, str) and (at := date.fromisoformat(value)).isoformat() == value:
        return at
    raise ValueError("expected `at` as YYYY-MM-DD")


def _tuple(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _codes(value: object) -> tuple[Code, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise TypeError("expected vaccines as an array of texts, system|code")
    return tuple(map(parse_code, value))
