"""A FHIR R4 file as values of schemas: everything that can be read with certainty, and by name what cannot.

    >>> from zkhealth.health.sample import sample_bundle
    >>> read_fhir(sample_bundle())
    <Entries: 5, and 3 findings>

No signature is checked here: FHIR has none.  Who vouches for the file is another layer's business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from zkhealth.health.entry import Entries, Entry, Notes
from zkhealth.health.fhir.bundle import Bundle, bundle_of
from zkhealth.health.fhir.clinical import birth_of, read_condition, read_immunization, read_patient
from zkhealth.health.fhir.consent import read_consent
from zkhealth.health.fhir.elements import Resource, refuse_modifiers
from zkhealth.health.fhir.insurance import read_claim, read_coverage
from zkhealth.health.fhir.medication import read_dispense, read_medication, read_request
from zkhealth.health.fhir.observation import read_observation
from zkhealth.health.fhir.strict import check_strictly
from zkhealth.health.findings import Finding, RefusalError
from zkhealth.health.source import read_object

_READERS: Mapping[str, Callable[[Resource, Bundle, Notes], Iterator[Entry]]] = MappingProxyType(
    {
        "Immunization": read_immunization,
        "Observation": read_observation,
        "Condition": read_condition,
        "MedicationRequest": read_request,
        "MedicationDispense": read_dispense,
        "Medication": read_medication,
        "Coverage": read_coverage,
        "Claim": read_claim,
        "ExplanationOfBenefit": read_claim,
        "Consent": read_consent,
    }
)


def read_fhir(data: bytes | str | dict[str, Any], *, strict: bool = False) -> Entries:
    """Read a Bundle, one resource, or the expanded payload of a SMART Health Card.

    With `strict`, each resource must also be valid FHIR R4B by the models of `fhir.resources` (the extra `[fhir]`).

    Raises:
        DecodingError: it is something else, or of several patients.
    """
    return read_resources(bundle_of(read_object(data, Decimal)), strict=strict)


def read_resources(bundle: Bundle, *, only: Collection[str] = (), strict: bool = False) -> Entries:
    """The same for a bundle that was looked into, or for some kinds of resources."""
    findings: list[Finding] = []
    entries, birth = _patient(bundle, findings, strict)
    unread = 0
    for place, resource in bundle.resources:
        kind = resource["resourceType"]
        if kind == "Patient":
            continue
        if kind not in _READERS:
            unread += 1
        elif not only or kind in only:
            for entry in _read(resource, _READERS[kind], bundle, Notes(place, findings), strict):
                entries.append(_with_birth(entry, birth))
    if unread:
        findings.append(Finding("RESOURCE_NOT_READ", "", f"{unread} resources of kinds that no schema is about"))
    return Entries(tuple(entries), tuple(findings))


def _read(
    resource: Resource,
    reader: Callable[[Resource, Bundle, Notes], Iterator[Entry]],
    bundle: Bundle,
    notes: Notes,
    strict: bool,
) -> Iterator[Entry]:
    try:
        if strict:
            check_strictly(resource)
        refuse_modifiers(resource)
        yield from reader(resource, bundle, notes)
    except RefusalError as e:
        notes.add(e.code, str(e))


def _patient(bundle: Bundle, findings: list[Finding], strict: bool) -> tuple[list[Entry], str | None]:
    """The identity and the birth date of the patient; neither if the record is not in use."""
    notes = Notes("Patient", findings)
    if bundle.patient is None:
        notes.add("PATIENT_MISSING", "the Patient resource is missing, so no age can be proven")
        return [], None
    try:
        if strict:
            check_strictly(bundle.patient)
        birth = birth_of(bundle.patient, notes)
        return list(read_patient(bundle.patient, birth, notes)), birth
    except RefusalError as e:
        notes.add(e.code, str(e))
        return [], None


def _with_birth(entry: Entry, birth: str | None) -> Entry:
    if birth is None or "birth" not in entry.schema.spec.fields:
        return entry
    return replace(entry, values=MappingProxyType({"birth": birth, **entry.values}))
