"""Whether a document is valid yet, and still, by its own dates."""

from __future__ import annotations

from datetime import datetime

from zkhealth.health.documents.document import Document
from zkhealth.health.documents.findings import Finding, finding

_MILLISECONDS = 1e11  # seconds since 1970 reach this in the year 5138


def about_time(document: Document, at: datetime) -> list[Finding]:
    """What is wrong with the dates of a document at this time.

    A card ends at its `exp` (RFC 7519), a certificate is good up to and with its last second.
    """
    if document.kind == "shc":
        return _about_card(document, at)
    found = []
    if document.issued is not None and at < document.issued:
        found.append(finding("NOT_YET_VALID", "the document was issued after the time asked about"))
    if document.expires is not None and at > document.expires:
        found.append(finding("EXPIRATION_ERROR", "the document has expired"))
    return found


def _about_card(document: Document, at: datetime) -> list[Finding]:
    """By the numbers: a card that counts milliseconds names no date that can be written."""
    nbf, exp = _number(document.content.get("nbf")), _number(document.content.get("exp"))
    found = []
    if nbf is not None and at.timestamp() < nbf:
        hint = "; the issuer counted milliseconds instead of seconds" if nbf > _MILLISECONDS else ""
        found.append(finding("NOT_YET_VALID", f"the card is not valid yet{hint}"))
    if exp is not None and nbf is not None and exp <= nbf:
        found.append(finding("EXPIRATION_ERROR", "the card expires before it becomes valid"))
    if exp is not None and exp > _MILLISECONDS:
        found.append(finding("EXPIRATION_ERROR", "the card's end is in milliseconds instead of seconds"))
    if exp is not None and at.timestamp() >= exp:
        found.append(finding("EXPIRATION_ERROR", "the card has expired"))
    return found


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
