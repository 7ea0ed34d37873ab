"""EU Digital COVID Certificates: vaccinations, tests and recoveries as values of schemas.

Fields by the schema of eu-digital-green-certificates/ehn-dcc-schema 1.3.  Certificates of test systems lack fields,
have dates with times, two events, or doses beyond the series: what is there is kept as it is, but for blanks around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from zkhealth.health.dcc_codes import dcc_code
from zkhealth.health.entry import Entries, Entry, Notes, entry_of
from zkhealth.health.fhir.elements import day, full_day, items, moment, obj, word
from zkhealth.health.findings import Finding, RefusalError
from zkhealth.health.schemas import Identity, Immunization, LabResult, Recovery

MAX_EVENTS = 100
_UNKNOWN = re.compile(r"(?<=^[0-9]{4})-00(-00)?$|(?<=^[0-9]{4}-[0-9]{2})-00$")
_NO_MONTH = re.compile(r"([0-9]{4})-00-[0-9]{2}")
_WITH_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ][0-9:.,Zz+-]{2,40}")


def read_certificate(content: dict[str, Any]) -> Entries:
    """The payload of a certificate: who, and each event."""
    findings: list[Finding] = []
    birth = _day(_without_lone_day(content.get("dob")), "dob", Notes("", findings))
    entries = list(_attempt(_identity, obj(content.get("nam")), Notes("nam", findings)))
    for kind, reader in _READERS.items():
        for n, event in enumerate(items(content.get(kind))[:MAX_EVENTS], start=1):
            entries += _attempt(reader, obj(event), Notes(f"{kind} {n}", findings))
    if birth is not None:
        entries = [replace(e, values=MappingProxyType({"birth": birth, **e.values})) for e in entries]
    return Entries(tuple(entries), tuple(findings))


def _attempt(reader: Callable[[dict[str, Any], Notes], Entry], part: dict[str, Any], notes: Notes) -> Iterator[Entry]:
    try:
        if part:
            yield reader(part, notes)
    except RefusalError as e:
        notes.add(e.code, str(e))


def _identity(names: dict[str, Any], notes: Notes) -> Entry:
    values = {
        "family": word(names.get("fn")),
        "given": word(names.get("gn")),
        "family_icao": word(names.get("fnt")),
        "given_icao": word(names.get("gnt")),
    }
    return entry_of(Identity, values, notes)


def _vaccination(event: dict[str, Any], notes: Notes) -> Entry:
    values = {
        "vaccine": _code(event, "vp", notes),
        "product": _code(event, "mp", notes),
        "holder": _code(event, "ma", notes),
        "date": _day(event.get("dt"), "dt", notes),
        "dose": event.get("dn"),
        "series": event.get("sd"),
        **_shared(event, notes),
    }
    return entry_of(Immunization, values, notes)


def _test(event: dict[str, Any], notes: Notes) -> Entry:
    taken = moment(_in_capitals(event.get("sc")), "sc", notes)
    if taken is None and event.get("sc"):
        notes.add("DATE_NOT_READABLE", "sc: rules count from the moment of sampling, which is not known")
    values = {
        "test": _code(event, "tt", notes),
        "value_code": _code(event, "tr", notes),
        "taken": taken,
        "day": _day(event.get("sc"), "sc", notes),
        "status": "final",
        "device": _code(event, "ma", notes),
        "performer": word(event.get("tc")),
        **_shared(event, notes),
    }
    return entry_of(LabResult, values, notes)


def _recovery(event: dict[str, Any], notes: Notes) -> Entry:
    until = full_day(_date_part(event.get("du")), "du", notes)
    if until is None and event.get("du"):
        raise RefusalError("DATE_NOT_READABLE", "du cannot be read: the credential would have no end")
    values = {
        "first_positive": _day(event.get("fr"), "fr", notes),
        "valid_from": full_day(_date_part(event.get("df")), "df", notes),
        "valid_until": until,
        **_shared(event, notes),
    }
    return entry_of(Recovery, values, notes)


def _shared(event: dict[str, Any], notes: Notes) -> dict[str, object]:
    return {
        "target": _code(event, "tg", notes),
        "country": _code(event, "co", notes),
        "authority": word(event.get("is")),
        "cert_id": word(event.get("ci")),
    }


def _code(event: dict[str, Any], name: str, notes: Notes) -> str | None:
    value = event.get(name)
    if value is None or value == "":
        return None
    try:
        return dcc_code(name, value)
    except (ValueError, TypeError):
        notes.add("VALUE_NOT_USABLE", f"{name}: expected a code as text without '|'")
        return None


def _day(value: object, place: str, notes: Notes) -> str | None:
    return day(_date_part(value), place, notes)


def _date_part(value: object) -> object:
    """The date of a date with a time, in whatever form the time is; anything else as it is.

    An unknown month or day may be written as 00, which the schema of certificates allows: it is left away.

    >>> _date_part("2021-02-18T09:30:00.5+0200"), _date_part("1963-00"), _date_part("1963-04-00")
    ('2021-02-18', '1963', '1963-04')
    """
    if not isinstance(value, str):
        return value
    match = _WITH_TIME.fullmatch(value)
    return _UNKNOWN.sub("", match[1] if match else value)


def _without_lone_day(birth: object) -> object:
    """A day of an unknown month says no more than its year (the Faroe Islands write 1989-00-20)."""
    match = _NO_MONTH.fullmatch(birth) if isinstance(birth, str) else None
    return match[1] if match else birth


def _in_capitals(value: object) -> object:
    """RFC 3339 allows small letters in a moment."""
    return value.upper() if isinstance(value, str) else value


_READERS: Mapping[str, Callable[[dict[str, Any], Notes], Entry]] = MappingProxyType(
    {"v": _vaccination, "t": _test, "r": _recovery}
)
