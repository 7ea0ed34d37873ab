"""Patient, Immunization and Condition as values of schemas."""

from __future__ import annotations

from collections.abc import Iterator

from zkhealth.health.entry import Entry, Notes, entry_of
from zkhealth.health.fhir.bundle import Bundle
from zkhealth.health.fhir.elements import (
    Resource,
    coded,
    day,
    first,
    identifier,
    identity,
    items,
    obj,
    quiet_codings,
    refuse_modifiers,
    required,
    word,
)
from zkhealth.health.findings import RefusalError
from zkhealth.health.schemas import Condition, Identity, Immunization

_REFUTED = frozenset({"refuted", "entered-in-error"})
_STATUSES = {
    "verificationStatus": ("condition-ver-status", {"unconfirmed", "provisional", "differential", "confirmed"}),
    "clinicalStatus": (
        "condition-clinical",
        {"active", "recurrence", "relapse", "inactive", "remission", "resolved"},
    ),
}
_ID_TYPES = ("NI", "NIIP", "SS", "PPN")  # national identifiers and passports, HL7 table 0203
_NOT_OF_NOW = ("old", "nickname", "maiden", "anonymous", "temp")
_MAX_DOSE = 99


def read_patient(patient: Resource, birth: str | None, notes: Notes) -> Iterator[Entry]:
    """Who it is.  Of several names in use the official one, or else the first."""
    name = _name(patient, notes)
    deceased = patient.get("deceasedBoolean")
    values = {
        "family": word(name.get("family")),
        "given": " ".join(filter(None, map(word, items(name.get("given"))))) or None,
        "birth": birth,
        "sex": word(patient.get("gender")),
        "national_id": _national_id(patient),
        "deceased": True if "deceasedDateTime" in patient else deceased if type(deceased) is bool else None,
    }
    if any(value is not None for value in values.values()):
        yield entry_of(Identity, values, notes)


def birth_of(patient: Resource, notes: Notes) -> str | None:
    """The birth date of a patient whose record is in use."""
    refuse_modifiers(patient)
    if patient.get("active", True) is not True:
        raise RefusalError("MODIFIER_NOT_UNDERSTOOD", "active: the record of the patient is not in use")
    if any(obj(link).get("type") == "replaced-by" for link in items(patient.get("link"))):
        raise RefusalError("MODIFIER_NOT_UNDERSTOOD", "link: another Patient has replaced this one")
    if not patient.get("birthDate"):
        notes.add("VALUE_MISSING", "birthDate is missing")
    return day(patient.get("birthDate"), "birthDate", notes)


def read_immunization(immunization: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """One dose that was given: completed, not subpotent, with a date and a code."""
    if immunization.get("status") != "completed":
        raise RefusalError("STATUS_NOT_FINAL", "status is not 'completed'")
    if immunization.get("isSubpotent", False) is not False or "subpotentReason" in immunization:
        raise RefusalError("MODIFIER_NOT_UNDERSTOOD", "isSubpotent: the dose may have been too weak")
    bundle.check_subject(immunization)
    primary = immunization.get("primarySource")
    given = _given(immunization, notes)
    protocols = [obj(protocol) for protocol in items(immunization.get("protocolApplied"))]
    diseases = [disease for protocol in protocols for disease in items(protocol.get("targetDisease"))]
    targets = [code.canonical for disease in diseases for code in quiet_codings(disease)]
    yield entry_of(
        Immunization,
        {
            **required("vaccine", immunization.get("vaccineCode"), "vaccineCode", notes),
            "target": targets[0] if len(set(targets)) == 1 else None,
            "date": given,
            **_dose(protocols),
            "lot": word(immunization.get("lotNumber")),
            "holder": _manufacturer(immunization, bundle),
            "primary_source": primary if type(primary) is bool else None,
            "cert_id": identifier(immunization) or identity(immunization),
        },
        notes,
    )


def read_condition(condition: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """One diagnosis, unless it was refuted; whether it is active and confirmed is said in the credential."""
    bundle.check_subject(condition)
    verification = status_of_condition(condition)
    yield entry_of(
        Condition,
        {
            **required("code", condition.get("code"), "code", notes),
            "clinical": status_of_condition(condition, "clinicalStatus"),
            "verification": verification,
            **coded("category", first(condition.get("category")), "category", notes, 1),
            "onset": _begin_or_end("onset", "began", condition, notes),
            "abatement": _begin_or_end("abatement", "ended", condition, notes),
            "recorded": day(condition.get("recordedDate"), "recordedDate", notes),
            "cert_id": identifier(condition) or identity(condition),
        },
        notes,
    )


def status_of_condition(condition: Resource, name: str = "verificationStatus") -> str | None:
    """One of the two statuses of a Condition, both of which change its meaning; None if it has none.

    Raises:
        RefusalError: the patient does not have it, or the status is none of FHIR's own codes.
    """
    if name not in condition:
        return None
    system, known = _STATUSES[name]
    url = f"http://terminology.hl7.org/CodeSystem/{system}"
    said = [code.code for code in quiet_codings(condition[name]) if code.system == url]
    if _REFUTED & set(said):
        raise RefusalError("STATUS_NOT_FINAL", f"{name} says that the patient does not have it")
    if not said or set(said) - known:
        raise RefusalError("MODIFIER_NOT_UNDERSTOOD", f"{name}: expected one of FHIR's own codes")
    return said[0]


def _given(immunization: Resource, notes: Notes) -> str:
    occurrence = immunization.get("occurrenceDateTime")
    if not occurrence:
        also = ", there is only occurrenceString" if "occurrenceString" in immunization else ""
        raise RefusalError("VALUE_MISSING", f"occurrenceDateTime is missing{also}")
    found = day(occurrence, "occurrenceDateTime", notes)
    if found is None:
        finding = notes.findings.pop()  # the same sentence, as the reason for leaving out the whole dose
        raise RefusalError(finding.code, finding.sentence)
    return found


def _dose(protocols: list[Resource]) -> dict[str, int | None]:
    """The number of this dose and of all in the series; neither if protocols disagree: they count other things."""
    pairs = {(_positive(p.get("doseNumberPositiveInt")), _positive(p.get("seriesDosesPositiveInt"))) for p in protocols}
    dose, series = pairs.pop() if len(pairs) == 1 else (None, None)
    return {"dose": dose, "series": series}


def _positive(value: object) -> int | None:
    return value if type(value) is int and 1 <= value <= _MAX_DOSE else None


def _manufacturer(immunization: Resource, bundle: Bundle) -> str | None:
    """The manufacturer as a code: the identifier of the reference, or of the organisation that it points to."""
    reference = obj(immunization.get("manufacturer"))
    found = identifier({"identifier": [reference.get("identifier")]}) or identifier(
        bundle.resolve(reference, immunization)
    )
    return found if found and ":" in found.partition("|")[0] else None


def _begin_or_end(name: str, verb: str, condition: Resource, notes: Notes) -> str | None:
    """The day that a Condition began or ended; what says it in another form, such as an age, is noted."""
    found = day(condition.get(f"{name}DateTime"), f"{name}DateTime", notes)
    if found is None and any(element.startswith(name) for element in condition):
        notes.add("DATE_NOT_READABLE", f"{name} is not a date; the credential does not say when it {verb}")
    return found


def _name(patient: Resource, notes: Notes) -> Resource:
    """The name in use; none with a period that ends, since nothing here knows today, and whether that has come."""
    found = [obj(name) for name in items(patient.get("name"))]
    current = [name for name in found if name.get("use") not in _NOT_OF_NOW and "end" not in obj(name.get("period"))]
    in_parts = [name for name in current if word(name.get("family")) or any(map(word, items(name.get("given"))))]
    if found and not in_parts:
        why = "has its family and given parts" if current else "is in use"
        notes.add("VALUE_MISSING", f"family, given: no name {why}")
    return next(iter(sorted(in_parts, key=lambda name: name.get("use") != "official")), {})


def _national_id(patient: Resource) -> str | None:
    for wanted in _ID_TYPES:
        for entry in map(obj, items(patient.get("identifier"))):
            if any(obj(coding).get("code") == wanted for coding in items(obj(entry.get("type")).get("coding"))):
                if found := identifier({"identifier": [entry]}):
                    return found
    return None
