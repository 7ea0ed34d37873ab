"""Consent as values of its schema.  What is left out of a consent would widen it, so it is read whole or not at all.

https://hl7.org/fhir/R4/consent.html: the policy rule (opt in, opt out) is the decision, and the one provision at the
root says for whom, for what and when.  Rules inside of rules, and consents that are only a scanned paper, are refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from zkhealth.health.entry import Entry, Notes, entry_of
from zkhealth.health.fhir.bundle import Bundle
from zkhealth.health.fhir.elements import (
    Resource,
    coded,
    day,
    display,
    first,
    identifier,
    identity,
    items,
    obj,
    quiet_codings,
    refuse_status,
    word,
)
from zkhealth.health.findings import RefusalError
from zkhealth.health.schemas import Consent

_NO_CONSENT = ("draft", "proposed", "rejected", "entered-in-error")
_ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_RULES = {"OPTIN": True, "OPTINR": True, "OPTOUT": False, "OPTOUTE": False}
_TYPES = {"permit": True, "deny": False}
_SHAPES: dict[str, type] = {"purpose": list, "class": list, "actor": list, "period": dict}
_UNDERSTOOD = frozenset({"type", "period", "actor", "purpose", "class", "id", "extension"})


def read_consent(consent: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """One decision about data."""
    status = refuse_status(consent, _NO_CONSENT)
    bundle.check_subject(consent)
    provision = obj(consent.get("provision"))
    if any(tag.get("code") == "SUBSETTED" for tag in map(obj, items(obj(consent.get("meta")).get("tag")))):
        raise RefusalError("CONSENT_UNCLEAR", "meta.tag says that this is only a part of it")
    _refuse_conditions(consent, provision)
    purposes = [_one(code, "provision.purpose") for code in items(provision.get("purpose"))]
    classes = [_one(code, "provision.class") for code in items(provision.get("class"))]
    actors = items(provision.get("actor"))
    if len(purposes) > 2 or len(classes) > 1 or len(actors) > 1:
        raise RefusalError("CONSENT_UNCLEAR", "there are more purposes, classes or actors than the schema holds")
    period = obj(provision.get("period"))
    values = {
        **coded("scope", consent.get("scope"), "scope", notes, 1),
        "status": status,
        "decision": _decision(consent, provision),
        "actor": _actor(actors, consent, bundle) if actors else None,
        **dict(zip(("purpose", "purpose_2"), purposes, strict=False)),
        "data_class": classes[0] if classes else None,
        **coded("category", first(consent.get("category")), "category", notes, 1),
        **coded("policy_rule", consent.get("policyRule"), "policyRule", notes, 1),
        "start": _bound(period, "start", notes),
        "end": _bound(period, "end", notes),
        "given": day(consent.get("dateTime"), "dateTime", notes),
        "consent_id": identifier(consent) or identity(consent),
    }
    yield entry_of(Consent, values, notes)


def _refuse_conditions(consent: Resource, provision: Resource) -> None:
    if not provision and "policyRule" not in consent:
        raise RefusalError("CONSENT_UNCLEAR", "there is no rule to read, only a document or nothing")
    if not isinstance(consent.get("provision", {}), dict) or not all(
        isinstance(provision.get(name, shape()), shape) for name, shape in _SHAPES.items()
    ):
        raise RefusalError("CONSENT_UNCLEAR", "provision is not of the form that FHIR gives it")
    if "provision" in provision:
        raise RefusalError("CONSENT_UNCLEAR", "provision.provision: rules inside of rules are not read")
    if set(provision) - _UNDERSTOOD:
        raise RefusalError("CONSENT_UNCLEAR", "provision has conditions that the schema does not hold")


def _decision(consent: Resource, provision: Resource) -> bool:
    """Permit or deny: by the rule, or by the type of the provision; both must agree."""
    found = quiet_codings(consent.get("policyRule"))
    rules = {_RULES[code.code] for code in found if code.system == _ACTS and code.code in _RULES}
    if "type" in provision:
        rules.add(_TYPES.get(str(provision["type"]), not any(rules)))
    if len(rules) != 1:
        raise RefusalError("CONSENT_UNCLEAR", "expected one rule that permits or denies")
    return rules.pop()


def _bound(period: Resource, name: str, notes: Notes) -> str | None:
    found = day(period.get(name), f"provision.period.{name}", notes)
    if found is None and name in period:
        raise RefusalError("CONSENT_UNCLEAR", f"provision.period.{name} cannot be read")
    return found


def _one(coding: object, place: str) -> str:
    found = quiet_codings({"coding": [coding]})
    if not found:
        raise RefusalError("CONSENT_UNCLEAR", f"{place} has no system or no code")
    return found[0].canonical


def _actor(actors: list[object], consent: Resource, bundle: Bundle) -> str:
    """Whom it is about: the name if it is here, or else the reference itself."""
    reference = obj(obj(actors[0]).get("reference"))
    name = (
        word(bundle.resolve(reference, consent).get("name")) or display(reference) or word(reference.get("reference"))
    )
    if name is None:
        raise RefusalError("CONSENT_UNCLEAR", "provision.actor does not say who")
    return name
