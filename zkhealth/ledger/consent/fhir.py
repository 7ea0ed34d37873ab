"""A statement of a patient as a FHIR R4 Consent, written in one way and read in no other.

https://hl7.org/fhir/R4/consent.html.  The base rule is dissent with exceptions (OPTOUTE), and the exception is a nested
provision: R4 has no `type` in the root rule.  A period in FHIR includes its end, ours does not: the end that is
written is the last second.  The patient is a key, never a name; what a later statement is about is named by the hash
that stands in the log (RFC 6920).
"""

from __future__ import annotations

import base64
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.ledger.consent.terms import Terms
from zkhealth.ledger.consent.times import read_time, write_time

Json = dict[str, Any]

HL7 = "http://terminology.hl7.org/CodeSystem/"
URI = "urn:ietf:rfc:3986"
RESOURCES = "http://hl7.org/fhir/resource-types"
_NI = "ni:///sha-256;"


def write_consent(patient: str, at: int, terms: Terms | None, of: bytes | None) -> Json:
    """A grant (terms alone), a narrowing (terms, and the grant it is of), or a withdrawal (only that)."""
    consent: Json = {
        "resourceType": "Consent",
        "status": "active" if terms else "inactive",
        "scope": concept(HL7 + "consentscope", "patient-privacy"),
        "category": [concept("http://loinc.org", "59284-0")],
        "patient": named(patient),
        "dateTime": write_time(at),
        "performer": [named(patient)],
        "policyRule": concept(HL7 + "v3-ActCode", "OPTOUTE" if terms else "OPTOUT"),
    }
    if of is not None:
        consent["sourceReference"] = named(hash_uri(of))
    if terms is not None:
        consent["provision"] = {"provision": [_permit(terms)]}
    return consent


def read_consent(consent: Any) -> tuple[str, int, Terms | None, bytes | None]:
    """Read what `write_consent` wrote: patient, time, terms, and what it is of.

    Raises DecodingError if it is written in another way; the message repeats nothing of it.
    """
    try:
        patient, at = consent["patient"]["identifier"]["value"], read_time(consent["dateTime"])
        terms = _terms(consent["provision"]["provision"][0]) if "provision" in consent else None
        of = _hash(consent["sourceReference"]["identifier"]["value"]) if "sourceReference" in consent else None
        if (terms or of) and write_consent(patient, at, terms, of) == consent:
            return patient, at, terms, of
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, DecodingError):
        pass
    raise DecodingError("expected a FHIR R4 Consent as zkhealth writes it")


def concept(system: str, code: str, display: str | None = None) -> Json:
    """A CodeableConcept of one code."""
    return {"coding": [coding(system, code, display)]}


def coding(system: str, code: str, display: str | None = None) -> Json:
    """A Coding."""
    return {"system": system, "code": code} | ({} if display is None else {"display": display})


def named(uri: str) -> Json:
    """A Reference by a URI that identifies, and need not be found anywhere."""
    return {"identifier": {"system": URI, "value": uri}}


def hash_uri(commitment: bytes) -> str:
    """A commitment as a URI (RFC 6920).

    >>> hash_uri(bytes(32))
    'ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return _NI + base64.urlsafe_b64encode(commitment).decode().rstrip("=")


def coding_of_class(name: str) -> Json:
    """A class of data: a resource type, or "system|code"."""
    system, bar, code = name.rpartition("|")
    return coding(system, code) if bar else coding(RESOURCES, name)


def _permit(terms: Terms) -> Json:
    recipient = {"role": concept(HL7 + "v3-ParticipationType", "IRCP"), "reference": named(terms.grantee)}
    return {
        "type": "permit",
        "period": {"start": write_time(terms.nbf), "end": write_time(terms.exp - 1)},
        "actor": [recipient],
        "action": [concept(HL7 + "consentaction", "access")],
        "purpose": [coding(HL7 + "v3-ActReason", purpose) for purpose in terms.purposes],
        "class": [coding_of_class(name) for name in terms.classes],
    }


def _terms(permit: Json) -> Terms:
    return Terms(
        permit["actor"][0]["reference"]["identifier"]["value"],
        [purpose["code"] for purpose in permit["purpose"]],
        [_class_of(c) for c in permit["class"]],
        read_time(permit["period"]["start"]),
        read_time(permit["period"]["end"]) + 1,
    )


def _class_of(coded: Json) -> str:
    system, code = coded["system"], coded["code"]
    return str(code) if system == RESOURCES else f"{system}|{code}"


def _hash(uri: str) -> bytes:
    of = base64.urlsafe_b64decode(uri.removeprefix(_NI) + "=")
    if len(of) != 32:
        raise DecodingError("expected a hash of 32 bytes")
    return of
