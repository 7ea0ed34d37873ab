"""Visible digital seals for non-constrained environments (ICAO VDS-NC): vaccinations and tests as values of schemas.

ICAO, "VDS-NC for Travel-Related Public Health Proofs", release 4: messages `icao.vacc` and `icao.test`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from zkhealth.health.entry import Entries, Entry, Notes, entry_of
from zkhealth.health.fhir.elements import day, items, moment, obj, word
from zkhealth.health.findings import Finding, RefusalError
from zkhealth.health.schemas import Identity, Immunization, LabResult

MAX_EVENTS = 100
_SEXES = MappingProxyType({"F": "female", "M": "male", "X": "other"})


def read_seal(content: dict[str, Any]) -> Entries:
    """The data of a seal: who, and each dose or the test, as its type says: its signer may be for one of them alone."""
    message, kind = obj(content.get("msg")), obj(content.get("hdr")).get("t")
    findings: list[Finding] = []
    person = obj(message.get("pid"))
    birth = day(person.get("dob"), "pid.dob", Notes("", findings))
    entries = [*_identity(person, Notes("pid", findings))]
    entries += _doses(message, findings) if kind == "icao.vacc" else ()
    entries += _test(message, findings) if kind == "icao.test" else ()
    if birth is not None:
        entries = [replace(e, values=MappingProxyType({"birth": birth, **e.values})) for e in entries]
    return Entries(tuple(entries), tuple(findings))


def _identity(person: dict[str, Any], notes: Notes) -> Iterator[Entry]:
    """The name has two blanks between the primary and the secondary identifier."""
    family, _, given = (_text(person, "n", notes) or "").partition("  ")
    values = {
        "family_icao": word(family),
        "given_icao": word(given),
        "sex": _SEXES.get(_text(person, "sex", notes) or ""),
        "national_id": _text(person, "i", notes),
    }
    if any(values.values()):
        yield entry_of(Identity, values, notes)


def _doses(message: dict[str, Any], findings: list[Finding]) -> Iterator[Entry]:
    for m, event in enumerate(map(obj, items(message.get("ve"))[:MAX_EVENTS]), start=1):
        for n, dose in enumerate(map(obj, items(event.get("vd"))[:MAX_EVENTS]), start=1):
            notes = Notes(f"ve {m}, vd {n}", findings)
            values = {
                "vaccine": _icd11(event, "des", notes),
                "target": _icd11(event, "dis", notes),
                "product": _text(event, "nam", notes),
                "date": day(dose.get("dvc"), "dvc", notes),
                "dose": dose.get("seq"),
                "lot": _text(dose, "lot", notes),
                "country": _text(dose, "ctr", notes),
                "cert_id": _text(message, "uvci", notes),
            }
            yield from _entry(Immunization, values, notes)


def _test(message: dict[str, Any], findings: list[Finding]) -> Iterator[Entry]:
    result, dates, place = obj(message.get("tr")), obj(message.get("dat")), obj(message.get("sp"))
    if not result:
        return
    notes = Notes("tr", findings)
    values = {
        "test": _text(result, "tc", notes),
        "value_code": _text(result, "r", notes),
        "taken": moment(dates.get("sc"), "dat.sc", notes),
        "day": day(dates.get("sc"), "dat.sc", notes),
        "status": "final",
        "method": _text(result, "m", notes),
        "performer": _text(place, "spn", notes),
        "country": _text(place, "ctr", notes),
        "cert_id": _text(message, "utci", notes),
    }
    yield from _entry(LabResult, values, notes)


def _entry(schema: type[Immunization] | type[LabResult], values: dict[str, Any], notes: Notes) -> Iterator[Entry]:
    try:
        yield entry_of(schema, values, notes)
    except RefusalError as e:
        notes.add(e.code, str(e))


def _text(part: dict[str, Any], name: str, notes: Notes) -> str | None:
    """The text under this name; another value is noted: the seal says something there, so it is not absent."""
    found = word(part.get(name))
    if found is None and part.get(name) not in (None, ""):
        notes.add("VALUE_NOT_USABLE", f"{name}: expected text")
    return found


def _icd11(event: dict[str, Any], name: str, notes: Notes) -> str | None:
    code = _text(event, name, notes)
    if code and "|" in code:
        notes.add("VALUE_NOT_USABLE", f"{name}: expected a code without '|'")
        return None
    return f"icd11|{code}" if code else None
