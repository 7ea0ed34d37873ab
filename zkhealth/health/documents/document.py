"""A document as it was read: what it says, who it says wrote it, and what is needed to check that later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.health.documents.findings import Finding, finding

KINDS = ("fhir", "shc", "dcc", "vds-nc", "shl")


class DocumentError(DecodingError):
    """The bytes are no such document.

    Attributes:
        findings: why, in words for people; the last one ended the reading, those before it were seen on the way.
        kind: what the bytes were taken for; "" for nothing that is known.
    """

    def __init__(self, code: str, sentence: str, kind: str = "") -> None:
        super().__init__(sentence)
        self.findings: tuple[Finding, ...] = (finding(code, sentence),)
        self.kind = kind

    @property
    def finding(self) -> Finding:
        """What ended the reading."""
        return self.findings[-1]

    def after(self, defects: Iterable[Finding]) -> DocumentError:
        """The same, after defects that were seen before."""
        self.findings = (*defects, *self.findings)
        return self


@dataclass(frozen=True, repr=False)
class Signature:
    """What was signed and how: the exact bytes, the algorithm that the document names, the signature."""

    algorithm: str
    message: bytes
    value: bytes
    certificate: bytes = b""  # DER, where the document brings its signer along


@dataclass(frozen=True, repr=False)
class Document:
    """What was read of one document; nothing is verified yet.

    Attributes:
        kind: "fhir", "shc", "dcc", "vds-nc" or "shl".
        content: plain JSON values: a FHIR resource; the payload of a card (with vc.credentialSubject.fhirBundle); of a
            certificate (ver, nam, dob, and v, t or r; dates as text); of a seal (hdr, msg); of a link (url, key, …).
        issuer: as the document says: a URL, a country, a state; "" for bare FHIR.
        issued, expires: as it says, in UTC; None if it says nothing or no such time exists.  What may be used only
            from a later time on is issued then.
        key_id: the key's name, as the document says; "" if it says none.
        defects: what is wrong in its form, although it could be read.
        signature: None if nobody signed it.
    """

    kind: str
    content: Mapping[str, Any]
    issuer: str = ""
    issued: datetime | None = None
    expires: datetime | None = None
    key_id: str = ""
    defects: tuple[Finding, ...] = ()
    signature: Signature | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Document({self.kind}, {'signed' if self.signature else 'not signed'})"


def time_of(seconds: object) -> datetime | None:
    """The time of so many seconds since 1970, or None if that is no time between the years 1 and 9999.

    >>> time_of(1622576398.924).isoformat()
    '2021-06-01T19:39:58.924000+00:00'
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
