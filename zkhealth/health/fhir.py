"""FHIR R4: from a bundle to the birth date and the completed vaccinations of its one patient.

Only what a policy needs is read (https://hl7.org/fhir/R4/patient.html, immunization.html).  What cannot be read with
certainty is left out, and named by its place in the file: a vaccination counts only if it is completed, is of this
patient, has a date and a code, and carries no modifier that could take it back.
"""

import re
from typing import Any

from zkhealth.credentials.schemas.codes import Code
from zkhealth.credentials.schemas.dates import DayInterval, parse_date
from zkhealth.errors import DecodingError
from zkhealth.health.history import Dose, PatientHistory
from zkhealth.health.source import read_object

_Resource = dict[str, Any]

_R4_VERSIONS = ("4.0.0", "4.0.1", "4.1.0", "4.3.0")  # R4 and R4B; numbers between them are previews of R5.


def read_bundle(data: bytes | str | _Resource) -> PatientHistory:
    """Read a FHIR R4 Bundle of any type, a Patient alone, or the expanded payload of a SMART Health Card.

    No signature is checked.  A file without a Patient has an unknown birth date, and no vaccination counts, since it
    is nobody's.

    Raises DecodingError if it is something else, or has several patients.
    """
    document = _fhir_part(read_object(data))
    entries = [{"resource": document}] if document.get("resourceType") == "Patient" else _entries(document)
    patients = [entry for entry in entries if _type(entry) == "Patient"]
    if len(patients) > 1:
        raise DecodingError(f"expected one Patient, got {len(patients)}")
    birth, missing = _birth(patients[0]["resource"]) if patients else (None, ("Patient is missing",))
    resources = [entry["resource"] for entry in entries if _type(entry) == "Immunization"]
    immunizations, skipped = _immunizations(resources, _Names(patients[0]) if patients else None)
    return PatientHistory(birth, immunizations, skipped, missing)


def _fhir_part(document: _Resource) -> _Resource:
    """Find the Bundle or Patient in this JSON object, which may be a SMART Health Card payload around one."""
    if "verifiableCredential" in document:
        raise DecodingError("looks like a SMART Health Card (file), which is not read here; give its FHIR bundle")
    subject = _dict(_dict(document.get("vc")).get("credentialSubject"))
    if "fhirBundle" in subject:
        if subject.get("fhirVersion", "4.0.1") not in _R4_VERSIONS:
            raise DecodingError("expected a FHIR R4 Bundle, got another version of FHIR")
        document = _dict(subject["fhirBundle"])
    if document.get("resourceType") not in ("Bundle", "Patient"):
        got = "another FHIR resource" if "resourceType" in document else "a JSON object without resourceType"
        raise DecodingError(f"expected a FHIR R4 Bundle, got {got}")
    return document


def _entries(bundle: _Resource) -> list[_Resource]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DecodingError("expected Bundle.entry to be an array of objects")
    return entries


def _type(entry: _Resource) -> object:
    """Return the type of the resource of an entry, which may have none, as the deletions of a transaction do."""
    return _dict(entry.get("resource")).get("resourceType")


def _birth(patient: _Resource) -> tuple[DayInterval | None, tuple[str, ...]]:
    if "modifierExtension" in patient:
        return None, ("Patient.modifierExtension may change the meaning, and is not understood",)
    if not patient.get("birthDate"):
        return None, ("Patient.birthDate is missing",)
    try:
        return parse_date(patient["birthDate"]), ()
    except DecodingError as e:
        return None, (f"Patient.birthDate: {e}",)


def _immunizations(resources: list[_Resource], patient: "_Names | None") -> tuple[tuple[Dose, ...], tuple[str, ...]]:
    """Read the vaccinations that count, and the reasons why others do not, numbered in the order of the file."""
    read, skipped = [], []
    for number, resource in enumerate(resources, start=1):
        try:
            _check_it_counts(resource, patient)
            given = _given(resource)
            vaccine, reasons = _vaccine(resource)
        except DecodingError as e:
            skipped.append(f"Immunization {number}: {e}")
            continue
        read.append(Dose(vaccine, given, *_dose(resource)))
        skipped += [f"Immunization {number}: {reason}" for reason in reasons]
    return tuple(read), tuple(skipped)


def _check_it_counts(immunization: _Resource, patient: "_Names | None") -> None:
    """`status`, `isSubpotent` and `modifierExtension` are FHIR's modifier elements: no reader may ignore them."""
    if immunization.get("status") != "completed":
        raise DecodingError("status is not 'completed'")
    if immunization.get("isSubpotent", False) is not False:
        raise DecodingError("isSubpotent: the dose may have been too weak")
    if "modifierExtension" in immunization:
        raise DecodingError("modifierExtension may change the meaning, and is not understood")
    reference = _dict(immunization.get("patient")).get("reference")
    if not isinstance(reference, str) or not reference:
        raise DecodingError("patient.reference is missing")
    if patient is None or reference not in patient:
        raise DecodingError("patient.reference is not the Patient of this bundle")


def _given(immunization: _Resource) -> DayInterval:
    occurrence = immunization.get("occurrenceDateTime")
    if not occurrence:
        also = ", there is only occurrenceString" if "occurrenceString" in immunization else ""
        raise DecodingError(f"occurrenceDateTime is missing{also}")
    try:
        return parse_date(occurrence)
    except DecodingError as e:
        raise DecodingError(f"occurrenceDateTime: {e}") from None


def _vaccine(immunization: _Resource) -> tuple[tuple[Code, ...], list[str]]:
    """Read the distinct codes of a vaccine, one per system that it was coded in, and what is wrong with others."""
    codings = _list(_dict(immunization.get("vaccineCode")).get("coding"))
    codes, reasons = [], []
    for number, coding in enumerate(map(_dict, codings), start=1):
        try:
            codes.append(Code(coding["system"], coding["code"]))
        except KeyError:
            reasons.append(f"vaccineCode.coding {number} has no system or no code")
        except ValueError as e:
            reasons.append(f"vaccineCode.coding {number}: {e}")
    if not codes:
        raise DecodingError("vaccineCode has no coding with a system and a code")
    return tuple(dict.fromkeys(codes)), reasons


def _dose(immunization: _Resource) -> tuple[int | None, int | None]:
    """Read the number of this dose and of all in the series; neither if protocols disagree: they count other things."""
    protocols = [_dict(protocol) for protocol in _list(immunization.get("protocolApplied"))]
    pairs = {(_positive(p.get("doseNumberPositiveInt")), _positive(p.get("seriesDosesPositiveInt"))) for p in protocols}
    return pairs.pop() if len(pairs) == 1 else (None, None)


class _Names:
    """The references by which the resources of a bundle may name its patient."""

    def __init__(self, entry: _Resource) -> None:
        full_url, identity = entry.get("fullUrl"), entry["resource"].get("id")
        names = [full_url, f"Patient/{identity}" if isinstance(identity, str) and identity else None]
        self._names = {name for name in names if isinstance(name, str) and name}

    def __contains__(self, reference: str) -> bool:
        """Whether this names the patient, or a version of it."""
        return re.sub(r"/_history/[^/]+\Z", "", reference) in self._names


def _positive(value: object) -> int | None:
    return value if type(value) is int and 1 <= value < 2**31 else None


def _dict(value: object) -> _Resource:
    """Return the object at this place of the file, or an empty one."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
