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
    family, _, given = (word(person.get("n")) or "").partition("  ")
    values = {
        "family_icao": word(family),
        "given_icao": word(given),
        "sex": _SEXES.get(str(person.get("sex"))),
        "national_id": word(person.get("i")),
    }
    if any(values.values()):
        yield entry_of(Identity, values, notes)


def _doses(message: dict[str, Any], findings: list[Finding]) -> Iterator[Entry]:
    for m, event in enumerate(map(obj, items(message.get("ve"))[:MAX_EVENTS]), start=1):
        for n, dose in enumerate(map(obj, items(event.get("vd"))[:MAX_EVENTS]), start=1):
            notes = Notes(f"ve {m}, vd {n}", findings)
            values = {
                "vaccine": _icd11(event.get("des")),
                "target": _icd11(event.get("dis")),
                "product": word(event.get("nam")),
                "date": day(dose.get("dvc"), "dvc", notes),
                "dose": dose.get("seq"),
                "lot": word(dose.get("lot")),
                "country": word(dose.get("ctr")),
                "cert_id": word(message.get("uvci")),
            }
            yield from _entry(Immunization, values, notes)


def _test(message: dict[str, Any], findings: list[Finding]) -> Iterator[Entry]:
    result, dates, place = obj(message.get("tr")), obj(message.get("dat")), obj(message.get("sp"))
    if not result:
        return
    notes = Notes("tr", findings)
    values = {
        "test": word(result.get("tc")),
        "value_code": word(result.get("r")),
        "taken": moment(dates.get("sc"), "dat.sc", notes),
        "day": day(dates.get("sc"), "dat.sc", notes),
        "status": "final",
        "method": word(result.get("m")),
        "performer": word(place.get("spn")),
        "country": word(place.get("ctr")),
        "cert_id": word(message.get("utci")),
    }
    yield from _entry(LabResult, values, notes)


def _entry(schema: type[Immunization] | type[LabResult], values: dict[str, Any], notes: Notes) -> Iterator[Entry]:
    try:
        yield entry_of(schema, values, notes)
    except RefusalError as e:
        notes.add(e.code, str(e))


def _icd11(value: object) -> str | None:
    code = word(value)
    return f"icd11|{code}" if code and "|" not in code else None
