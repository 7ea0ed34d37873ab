"""The payload of a SMART Health Card: which claims it must have, and of what type.

https://spec.smarthealth.cards/#health-cards-are-encoded-as-compact-serialization-json-web-signatures-jws
"""

from __future__ import annotations

import re
from typing import Any

from zkhealth.health.documents.document import DocumentError
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.shc_types import HEALTH_CARD, is_health_card, type_defects

_RID = re.compile(r"[\w-]{1,24}", re.ASCII)
_RID_ON_LIST = re.compile(r"([\w-]{1,24})(?:\.(\d{1,15}))?", re.ASCII)


def payload_defects(payload: dict[str, Any]) -> list[Finding]:
    """What is wrong with the claims.

    Raises DocumentError if there is no FHIR bundle.
    """
    vc = payload.get("vc")
    subject = vc.get("credentialSubject") if isinstance(vc, dict) else None
    if not isinstance(subject, dict) or not isinstance(subject.get("fhirBundle"), dict) or not subject["fhirBundle"]:
        raise DocumentError("CRITICAL_DATA_MISSING", "the card has no vc.credentialSubject.fhirBundle", "shc")
    assert isinstance(vc, dict)  # noqa: S101 (for mypy; `subject` came out of it)
    checks = [
        (isinstance(payload.get("iss"), str), "expected iss, the issuer's URL, as text"),
        (_is_number(payload.get("nbf")), "expected nbf, the time of issuing, as a number of seconds"),
        ("exp" not in payload or _is_number(payload["exp"]), "expected exp, the end, as a number of seconds"),
        (isinstance(subject.get("fhirVersion"), str), "expected vc.credentialSubject.fhirVersion as text"),
        (is_health_card(vc.get("type")), f"expected vc.type to be a list of texts with {HEALTH_CARD}"),
    ]
    found = [finding("SCHEMA_ERROR", sentence) for is_so, sentence in checks if not is_so]
    if "rid" in vc and not (isinstance(vc["rid"], str) and _RID.fullmatch(vc["rid"])):
        found.append(finding("REVOCATION_ERROR", "expected vc.rid to be at most 24 characters of base64url"))
    return found + type_defects(vc, subject["fhirBundle"])


def listed_rid(entry: object) -> tuple[str, int | None] | None:
    """Read an entry of a revocation list: an identifier, and the time before which cards with it are revoked.

    Returns None if it is no such entry.

    >>> listed_rid("lHKzqFUMjhs.1636977600"), listed_rid("AQPCj4wwk6Mt"), listed_rid("a b")
    (('lHKzqFUMjhs', 1636977600), ('AQPCj4wwk6Mt', None), None)
    """
    match = _RID_ON_LIST.fullmatch(entry) if isinstance(entry, str) else None
    return (match[1], int(match[2]) if match[2] else None) if match else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
