"""Any document as entries, each of which says from what kind of document and from which issuer it is.

Nothing is verified here: `Attester` does that first, and a self-import says that nobody did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol

from zkhealth.credentials.schemas.fields import Instant
from zkhealth.errors import DecodingError
from zkhealth.health.entry import Entries, Entry
from zkhealth.health.fhir import read_fhir
from zkhealth.health.findings import Finding
from zkhealth.health.mapping.dcc import read_certificate
from zkhealth.health.mapping.vds_nc import read_seal


class Readable(Protocol):
    """What is needed of a document."""

    @property
    def kind(self) -> str:
        """One of the kinds of `READERS`."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Plain JSON values."""

    @property
    def issuer(self) -> str:
        """As the document says; "" if it does not."""

    @property
    def issued(self) -> datetime | None:
        """As the document says."""

    @property
    def expires(self) -> datetime | None:
        """As the document says."""


READERS: Mapping[str, Callable[[dict[str, Any]], Entries]] = MappingProxyType(
    {"fhir": read_fhir, "shc": read_fhir, "dcc": read_certificate, "vds-nc": read_seal}
)


def entries_of(document: Readable, *, strict: bool = False) -> Entries:
    """Every record of a document as values of its schema, and what could not be read.

    With `strict`, FHIR must be valid by the models of `fhir.resources`, too (the extra `[fhir]`).

    Raises:
        DecodingError: a document that holds no records itself, such as a SMART Health Link; or of several patients.
    """
    if document.kind not in READERS:
        raise DecodingError(f"expected a document of one of the kinds {', '.join(READERS)}, got {document.kind}")
    content = dict(document.content)
    read = read_fhir(content, strict=True) if strict and document.kind in _OF_FHIR else READERS[document.kind](content)
    source = _source(document)
    if source is None:
        late = Finding("DATE_NOT_READABLE", "", "the document expires at a time that cannot be signed; nothing is read")
        return Entries((), (*read.findings, late))
    return Entries(tuple(_with(entry, source) for entry in read.entries), read.findings)


_OF_FHIR = ("fhir", "shc")


def _with(entry: Entry, source: dict[str, object]) -> Entry:
    return replace(entry, values=MappingProxyType({**entry.values, **source}))


def _source(document: Readable) -> dict[str, object] | None:
    """The fields that all schemas share; None if the document expires, but not at a moment that can be signed."""
    issued, expires = _signable(document.issued), _signable(document.expires)
    if document.expires is not None and expires is None:
        return None
    issuer = document.issuer if _is_text(document.issuer) else None
    found = {"issued": issued, "expires": expires, "source_format": document.kind, "source_issuer": issuer}
    return {name: value for name, value in found.items() if value is not None}


def _signable(at: datetime | None) -> datetime | None:
    """To the second, rounded down; None if it is absent, has no offset, or is not in the domain of `Instant`."""
    if at is None or at.tzinfo is None:
        return None
    whole = at.astimezone(UTC).replace(microsecond=0)
    try:
        Instant().encode(whole)
    except (ValueError, OverflowError):
        return None
    return whole


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1024 and value.isprintable() and value == value.strip()
