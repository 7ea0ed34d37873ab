"""MedicationRequest, MedicationDispense and Medication as values of schemas."""

from __future__ import annotations

from collections.abc import Iterator

from zkhealth.credentials.schemas.codes import SYSTEMS
from zkhealth.health.entry import Entry, Notes, entry_of
from zkhealth.health.fhir.bundle import Bundle
from zkhealth.health.fhir.elements import (
    Resource,
    coded,
    codings,
    day,
    exact_number,
    first,
    identifier,
    identity,
    items,
    obj,
    plain_code,
    quiet_codings,
    refuse_status,
    word,
)
from zkhealth.health.fhir.references import name_in
from zkhealth.health.findings import RefusalError
from zkhealth.health.schemas import Dispense, Pack, Prescription
from zkhealth.health.units import rounded

_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
_GTIN = ("https://www.gs1.org/gtin", "http://hl7.org/fhir/sid/gtin", "urn:oid:1.3.160", "https://id.gs1.org/01")
_DAYS_IN = {"d": 1, "wk": 7}


def read_request(request: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """A prescription: an order, not a plan or a proposal, and not an order to refrain."""
    status = refuse_status(request, ("draft", "entered-in-error", "unknown"))
    intent = plain_code(request, "intent")
    if intent not in _ORDERS:
        raise RefusalError("NOT_AN_ORDER", f"intent is not one of {', '.join(_ORDERS)}")
    if request.get("doNotPerform", False) is not False:
        raise RefusalError("MODIFIER_NOT_UNDERSTOOD", "doNotPerform: it asks that the medicine is not given")
    bundle.check_subject(request)
    dispense = obj(request.get("dispenseRequest"))
    refills = dispense.get("numberOfRepeatsAllowed")
    yield entry_of(
        Prescription,
        {
            **_drug(request, bundle, notes),
            **_amount(dispense.get("quantity"), "dispenseRequest.quantity", notes),
            "days_supply": _days(
                dispense.get("expectedSupplyDuration"), "dispenseRequest.expectedSupplyDuration", notes
            ),
            "refills": refills if type(refills) is int else None,
            "prescribed": day(request.get("authoredOn"), "authoredOn", notes),
            "valid_until": day(obj(dispense.get("validityPeriod")).get("end"), "validityPeriod.end", notes),
            "prescriber_role": _role(request, bundle),
            "status": status,
            "intent": intent,
            "rx_id": identity(request),
        },
        notes,
    )


def read_dispense(dispense: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """A medicine that is being, or was, handed over; `rx_id` is that of the prescription it is filled on."""
    status = refuse_status(dispense, ("cancelled", "declined", "entered-in-error", "unknown"))
    bundle.check_subject(dispense)
    yield entry_of(
        Dispense,
        {
            **_drug(dispense, bundle, notes),
            **_amount(dispense.get("quantity"), "quantity", notes),
            "days_supply": _days(dispense.get("daysSupply"), "daysSupply", notes),
            "prepared": day(dispense.get("whenPrepared"), "whenPrepared", notes),
            "handed_over": day(dispense.get("whenHandedOver"), "whenHandedOver", notes),
            "status": status,
            "rx_id": _prescription(dispense, bundle),
            "dispense_id": identifier(dispense) or identity(dispense),
        },
        notes,
    )


def read_medication(medication: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """A pack: only a Medication with a batch is one; others are the drug of a prescription."""
    if "batch" not in medication:
        return
    status = word(medication.get("status"))
    if status == "entered-in-error":
        raise RefusalError("STATUS_NOT_FINAL", "status says that the record does not stand")
    found = codings(medication.get("code"), "code", notes)
    batch = obj(medication["batch"])
    yield entry_of(
        Pack,
        {
            "gtin": next((code.canonical for code in found if code.system in _GTIN), None),
            **coded("drug", medication.get("code"), "code", Notes("")),
            "serial": identifier(medication),
            "lot": word(batch.get("lotNumber")),
            "expiry": day(batch.get("expirationDate"), "batch.expirationDate", notes),
            "state": status,
        },
        notes,
    )


def _drug(resource: Resource, bundle: Bundle, notes: Notes) -> dict[str, str | None]:
    concept = resource.get("medicationCodeableConcept")
    place = "medicationCodeableConcept"
    if concept is None:
        medication = bundle.resolve(resource.get("medicationReference"), resource)
        if medication.get("resourceType") == "Medication" and medication.get("status") != "entered-in-error":
            concept, place = medication.get("code"), "medicationReference.code"
    found = coded("drug", concept, place, notes)
    if not found:
        raise RefusalError("CODE_MISSING", "the medicine has no coding with a system and a code")
    return found


def _amount(value: object, place: str, notes: Notes) -> dict[str, object]:
    """The quantity in the unit it was written in, which the credential names; both or neither."""
    if value is None:
        return {}
    quantity = obj(value)
    try:
        amount = rounded(exact_number(quantity, place))
        unit = word(quantity.get("code")), word(quantity.get("system"))
        if not all(unit) or ":" not in str(unit[1]):
            raise RefusalError("UNSUPPORTED_UNIT", f"{place}: expected a unit with its code system")
    except RefusalError as e:
        notes.add(e.code, str(e))
        return {}
    return {"quantity": amount, "unit": f"{unit[1]}|{unit[0]}"}


def _days(value: object, place: str, notes: Notes) -> int | None:
    if value is None:
        return None
    duration = obj(value)
    try:
        n = exact_number(duration, place)
        factor = _DAYS_IN.get(str(duration.get("code"))) if duration.get("system") == SYSTEMS["ucum"] else None
        if factor is None or n != n.to_integral_value() or abs(n) > 10_000:
            raise RefusalError("UNSUPPORTED_UNIT", f"{place}: expected whole days or weeks, in UCUM")
    except RefusalError as e:
        notes.add(e.code, str(e))
        return None
    return int(n) * factor


def _prescription(dispense: Resource, bundle: Bundle) -> str | None:
    """What the one prescription is called, by itself if it is here."""
    references = items(dispense.get("authorizingPrescription"))
    if len(references) != 1:
        return None
    found = bundle.resolve(references[0], dispense)
    if found.get("resourceType") == "MedicationRequest":
        return identity(found)
    return name_in(references[0], "")[0] or None


def _role(request: Resource, bundle: Bundle) -> str | None:
    """What the prescriber may do, if the PractitionerRole is here."""
    role = bundle.resolve(request.get("requester"), request)
    found = quiet_codings(first(role.get("code"))) if role.get("resourceType") == "PractitionerRole" else []
    return found[0].canonical if found else None
