"""A FHIR R4 bundle as the history of its one patient: the birth date and the completed vaccinations.

A vaccination counts only if it is completed, is of this patient, has a date and a code, and carries no modifier that
could take it back; what is left out is named by its place in the file.
"""

from __future__ import annotations

from typing import Any

from zkhealth.credentials.schemas.codes import parse_code
from zkhealth.credentials.schemas.dates import parse_date
from zkhealth.errors import DecodingError
from zkhealth.health.entry import Entry
from zkhealth.health.fhir.bundle import bundle_of, fhir_part
from zkhealth.health.fhir.elements import names
from zkhealth.health.fhir.reader import read_resources
from zkhealth.health.history import Dose, PatientHistory
from zkhealth.health.schemas import Identity, Immunization
from zkhealth.health.source import read_object

_PATIENT = "Patient"


def read_bundle(data: bytes | str | dict[str, Any]) -> PatientHistory:
    """Read a FHIR R4 Bundle of any type, a Patient alone, or the expanded payload of a SMART Health Card.

    No signature is checked.  A file without a Patient has an unknown birth date, and no vaccination counts, since it
    is nobody's.

    Raises DecodingError if it is something else, or has several patients.
    """
    document = fhir_part(read_object(data))
    if document["resourceType"] not in ("Bundle", _PATIENT):
        raise DecodingError("expected a FHIR R4 Bundle, got another FHIR resource")
    read = read_resources(bundle_of(document, needs_patient=True), only=("Immunization",))
    births = [entry.values["birth"] for entry in read.of(Identity) if "birth" in entry.values]
    findings = [f for f in read.findings if f.code not in ("PARTIAL_DATE_AMBIGUOUS", "RESOURCE_NOT_READ")]
    return PatientHistory(
        parse_date(births[0]) if births else None,
        tuple(_dose(entry) for entry in read.of(Immunization)),
        tuple(str(f) for f in findings if f.place != _PATIENT),
        tuple(_missing(f.code, f.sentence) for f in findings if f.place == _PATIENT and _is_about_birth(f.sentence)),
    )


def _dose(entry: Entry) -> Dose:
    values: dict[str, Any] = dict(entry.values)
    codes = tuple(parse_code(values[name]) for name in names("vaccine", 3) if name in values)
    return Dose(codes, parse_date(values["date"]), values.get("dose"), values.get("series"))


def _missing(code: str, text: str) -> str:
    return "Patient is missing" if code == "PATIENT_MISSING" else f"Patient.{text}"


def _is_about_birth(text: str) -> bool:
    return not text.startswith(("family", "given", "sex", "national_id"))
