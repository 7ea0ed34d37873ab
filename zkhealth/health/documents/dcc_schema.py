"""The schema of certificates: which fields, of what type (ehn-dcc-development/ehn-dcc-schema 1.3.3).

Formats of dates are not part of it, as in JSON Schema; whoever maps them to days refuses what is no date.  As the EU
asks verifiers, standardised names may have any characters, and a date of birth may have a time (countries
signed such certificates: eu-digital-green-certificates/dcc-quality-assurance, SpecialCaseHandling.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_VERSION = re.compile(r"\d+.\d+.\d+")
_BIRTH = re.compile(r"((19|20)\d\d(-\d\d){0,2}|(19|20)\d\d-\d\d-\d\d[T ][0-9:.,Z+-]{2,40})?")
_COUNTRY = re.compile(r"[A-Z]{1,10}")
_COMMON = {"tg": "text", "co": "country", "is": "text80", "ci": "text80"}
_FIELDS = {
    "v": _COMMON | {"vp": "text", "mp": "text", "ma": "text", "dn": "count", "sd": "count", "dt": "text"},
    "t": _COMMON | {"tt": "text", "sc": "text", "tr": "text"},
    "r": _COMMON | {"fr": "text", "df": "text", "du": "text"},
}
_OPTIONAL = {"v": {}, "t": {"nm": "text80", "ma": "text", "tc": "text80"}, "r": {}}
_MOST_CHARACTERS = 80  # of a version or a date; over longer ones a pattern could ponder for hours
_KIND_NAMES = {"v": "vaccinations", "t": "tests", "r": "recoveries"}


def schema_defects(content: dict[str, Any]) -> list[str]:
    """What is wrong with a certificate, as sentences that repeat nothing of it."""
    return [*_about_person(content), *_about_events(content)]


def _about_person(content: dict[str, Any]) -> Iterator[str]:
    if not _fits(_VERSION, content.get("ver")):
        yield "expected ver, the version of the schema, such as 1.3.0"
    if not _fits(_BIRTH, content.get("dob")):
        yield "expected dob as YYYY-MM-DD, YYYY-MM, YYYY or empty, of this or the last century"
    name = content.get("nam")
    if not isinstance(name, dict) or not ("fnt" in name or "gnt" in name):
        yield "expected nam with a standardised name (fnt or gnt)"
        return
    for field in ("fn", "gn", "fnt", "gnt"):
        if field in name and not _is("text80", name[field]):
            yield f"expected nam.{field} as text of at most 80 characters"


def _about_events(content: dict[str, Any]) -> Iterator[str]:
    kinds = [kind for kind in _FIELDS if kind in content]
    if len(kinds) != 1:
        yield f"expected one of v, t and r, got {len(kinds)}"
    for kind in kinds:
        events = content[kind]
        if not isinstance(events, list) or len(events) != 1 or not isinstance(events[0], dict):
            yield f"expected a list of one in {kind} ({_KIND_NAMES[kind]})"
            continue
        wanted = _FIELDS[kind] | {name: what for name, what in _OPTIONAL[kind].items() if name in events[0]}
        yield from (
            f"expected {kind}.{name} as {_WORDS[what]}"
            for name, what in wanted.items()
            if not _is(what, events[0].get(name))
        )


def _is(what: str, value: object) -> bool:
    if what == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not isinstance(value, str):
        return False
    if what == "country":
        return bool(_COUNTRY.search(value))
    return what == "text" or len(value) <= 80


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_CHARACTERS and pattern.fullmatch(value) is not None


_WORDS = {"text": "text", "text80": "text of at most 80 characters", "country": "a country", "count": "a count from 1"}
