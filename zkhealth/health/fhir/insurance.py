"""Coverage, Claim and ExplanationOfBenefit as values of schemas."""

from __future__ import annotations

from collections.abc import Iterator

from zkhealth.health.entry import Entry, Notes, entry_of
from zkhealth.health.fhir.bundle import Bundle
from zkhealth.health.fhir.clinical import status_of_condition
from zkhealth.health.fhir.elements import (
    Resource,
    coded,
    codings,
    day,
    display,
    first,
    identifier,
    identity,
    items,
    names,
    number,
    obj,
    plain_code,
    quiet_codings,
    refuse_status,
    word,
)
from zkhealth.health.fhir.references import name_in
from zkhealth.health.findings import RefusalError
from zkhealth.health.schemas import Claim, Coverage

_VOID = ("draft", "entered-in-error")
_MAX_ITEMS = 1000
_MAX_DIAGNOSES = 3


def read_coverage(coverage: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """An insurance, active or cancelled: the credential says which."""
    status = refuse_status(coverage, _VOID)
    bundle.check_subject(coverage)
    period, plan = obj(coverage.get("period")), _plan(coverage)
    yield entry_of(
        Coverage,
        {
            "payor": _called(first(coverage.get("payor")), coverage, bundle),
            "member_id": word(coverage.get("subscriberId")) or identifier(coverage),
            **coded("kind", coverage.get("type"), "type", notes, 1),
            **coded("plan_class", plan.get("type"), "class.type", notes, 1),
            "plan": word(plan.get("value")),
            **coded("relationship", coverage.get("relationship"), "relationship", notes, 1),
            "start": day(period.get("start"), "period.start", notes),
            "end": day(period.get("end"), "period.end", notes),
            "status": status,
        },
        notes,
    )


def read_claim(claim: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """Each item of a claim, or of the answer to one; a claim without items is one entry with its total."""
    status = refuse_status(claim, _VOID)
    bundle.check_subject(claim)
    total = _total(claim)
    about: dict[str, object] = {
        "claim_id": _claim_id(claim, bundle),
        "use": plain_code(claim, "use"),
        "status": status,
        **coded("kind", claim.get("type"), "type", notes, 1),
        "created": day(claim.get("created"), "created", notes),
        **_money("total", total, "total", notes),
        "outcome": word(claim.get("outcome")),
        "insurer": _called(claim.get("insurer"), claim, bundle),
        "provider": _called(claim.get("provider"), claim, bundle),
    }
    period = obj(claim.get("billablePeriod"))
    whole = {
        "service_date": day(period.get("start"), "billablePeriod.start", notes),
        "service_end": day(period.get("end"), "billablePeriod.end", notes),
    }
    diagnoses = _diagnoses(claim, bundle, notes)
    lines = [obj(item) for item in items(claim.get("item"))]
    if not lines:
        yield entry_of(Claim, {**about, **whole, **_diagnosis(diagnoses, list(diagnoses), "diagnosis", notes)}, notes)
    if len(lines) > _MAX_ITEMS:
        notes.add("VALUE_NOT_USABLE", f"there are {len(lines)} items; {_MAX_ITEMS} are kept")
    for n, line in enumerate(lines[:_MAX_ITEMS], start=1):
        amount = _money("amount", obj(line.get("net")), f"item {n}: net", notes)
        currencies = {money["currency"] for money in (amount, about) if "currency" in money}
        if len(currencies) > 1:
            notes.add("VALUE_NOT_USABLE", f"item {n}: net is in another currency than the total")
        yield entry_of(
            Claim,
            {
                **about,
                **whole,
                **_serviced(line, n, notes),
                **coded("service_code", line.get("productOrService"), f"item {n}: productOrService", notes),
                **_diagnosis(diagnoses, items(line.get("diagnosisSequence")), f"item {n}: diagnosisSequence", notes),
                **(amount if len(currencies) == 1 else {}),  # one currency is said, so one is meant
            },
            notes,
        )


def _claim_id(claim: Resource, bundle: Bundle) -> str | None:
    """What the claim is called: an answer is called like the claim that it answers."""
    if claim["resourceType"] == "Claim":
        return identity(claim)
    asked = bundle.resolve(claim.get("claim"), claim)
    return identity(asked) if asked.get("resourceType") == "Claim" else name_in(claim.get("claim"), "")[0] or None


def _diagnoses(claim: Resource, bundle: Bundle, notes: Notes) -> dict[object, str]:
    """The first code of each diagnosis, by its sequence number."""
    out: dict[object, str] = {}
    for n, entry in enumerate(map(obj, items(claim.get("diagnosis"))), start=1):
        concept = entry.get("diagnosisCodeableConcept")
        if concept is None:
            concept = _condition(entry.get("diagnosisReference"), claim, bundle, notes).get("code")
        found = codings(concept, f"diagnosis {n}", notes)
        if found and type(entry.get("sequence")) is int:
            out[entry["sequence"]] = found[0].canonical
    return out


def _condition(reference: object, claim: Resource, bundle: Bundle, notes: Notes) -> Resource:
    """The Condition that a diagnosis refers to, if it is here, of this patient, and stands."""
    found = bundle.resolve(reference, claim)
    if found.get("resourceType") != "Condition":
        return {}
    try:
        bundle.check_subject(found)
        status_of_condition(found)
    except RefusalError as e:
        notes.add(e.code, f"diagnosisReference: {e}")
        return {}
    return found


def _diagnosis(diagnoses: dict[object, str], sequence: list[object], place: str, notes: Notes) -> dict[str, str]:
    """The first three of these diagnoses; how many there are is noted."""
    wanted = dict.fromkeys(diagnoses[n] for n in sequence if type(n) is int and n in diagnoses)
    if len(wanted) > _MAX_DIAGNOSES:
        notes.add("CODE_LEFT_OUT", f"{place} has {len(wanted)} codes; {_MAX_DIAGNOSES} are kept")
    return dict(zip(names("diagnosis", _MAX_DIAGNOSES), wanted, strict=False))


def _serviced(line: Resource, n: int, notes: Notes) -> dict[str, str | None]:
    """When an item was served; the claim's own period stands where it does not say."""
    if "servicedDate" in line:
        return {"service_date": day(line["servicedDate"], f"item {n}: servicedDate", notes), "service_end": None}
    period = obj(line.get("servicedPeriod"))
    if not period:
        return {}
    return {
        "service_date": day(period.get("start"), f"item {n}: servicedPeriod.start", notes),
        "service_end": day(period.get("end"), f"item {n}: servicedPeriod.end", notes),
    }


def _total(claim: Resource) -> Resource:
    """The total of a claim; of an answer, what was submitted."""
    total = claim.get("total")
    if not isinstance(total, list):
        return obj(total)
    for entry in map(obj, total):
        if any(code.code == "submitted" for code in quiet_codings(entry.get("category"))):
            return obj(entry.get("amount"))
    return {}


def _money(name: str, money: Resource, place: str, notes: Notes) -> dict[str, object]:
    """An amount and its currency; neither, noted, if one of them is missing."""
    value, currency = number(money.get("value")), word(money.get("currency"))
    if value is not None and currency is not None:
        return {name: value, "currency": currency}
    if money:
        notes.add("VALUE_MISSING", f"{place}: expected a value and its currency")
    return {}


def _plan(coverage: Resource) -> Resource:
    """The class named "plan", or else the first."""
    found = [obj(entry) for entry in items(coverage.get("class"))]
    plans = [c for c in found if any(k.code == "plan" for k in quiet_codings(c.get("type")))]
    return next(iter([*plans, *found]), {})


def _called(reference: object, resource: Resource, bundle: Bundle) -> str | None:
    """An organisation's name, if it is here, or what the reference calls it."""
    return word(bundle.resolve(reference, resource).get("name")) or display(reference)
