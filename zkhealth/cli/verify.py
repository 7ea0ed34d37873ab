"""`zkhealth verify`: is this document signed by someone whom you trust, in order, and still good?"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from zkhealth.cli.document_options import (
    READABLE,
    as_option,
    at_option,
    encrypted_option,
    files_argument,
    json_option,
    plain_finding,
    printable,
    read_files,
    read_lists,
    trust_option,
)
from zkhealth.cli.exits import EXITS, HEADINGS, reason, told
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents import Document, DocumentError, Finding, Report, Trust, verify, worst

_SIGNATURES = {True: "the signature is good", False: "the signature is not good", None: "the signature was not checked"}
_NAMES = {
    "": "a document",
    "fhir": "a FHIR record",
    "shc": "a SMART Health Card",
    "shl": "a SMART Health Link",
    "dcc": "an EU Digital COVID Certificate",
    "vds-nc": "an ICAO seal (VDS-NC)",
}
_Judged = tuple[Document | None, str, Report]


@click.command("verify")
@files_argument
@trust_option
@at_option
@as_option
@encrypted_option
@json_option
def command(
    files: tuple[str, ...], lists: tuple[str, ...], at: datetime, kind: str | None, encrypted: str | None, as_json: bool
) -> None:
    """Verify a card, certificate or seal at a given time.

    Several FILEs are the QR codes of one card; - is standard input.  Nothing is fetched.
    Exit code 0: valid; 1: not valid; 2: cannot decide, since something is missing or cannot be read.
    """
    try:
        trust = read_lists(lists)
    except DecodingError as e:
        raise click.UsageError(f"cannot read the trust lists: {e}") from None
    judged = _judge(files, trust, at, kind, encrypted)
    status = worst(report for _, _, report in judged)
    if as_json:
        click.echo(json.dumps({"status": status, "at": at.isoformat(), "documents": [_plain(*one) for one in judged]}))
    else:
        click.echo("\n\n".join(_narrated(*one, at) for one in judged))
    sys.exit(EXITS[status])


def _judge(
    files: tuple[str, ...], trust: Trust, at: datetime, kind: str | None, encrypted: str | None
) -> list[_Judged]:
    """A document that is known for what it is and cannot be read is not valid; of anything else nothing is known."""
    try:
        documents = read_files(files, kind, encrypted)
        return [(document, document.kind, verify(document, trust=trust, at=at)) for document in documents]
    except DocumentError as e:
        found, taken_for = e.findings, e.kind
    except (OSError, DecodingError, VerificationError, ImportError) as e:
        found, taken_for = (Finding("UNKNOWN_FILE_DATA", reason(e), READABLE, "undecided"),), ""
    if not taken_for:
        found = tuple(replace(one, weight="undecided") for one in found)
    return [(None, taken_for, Report(None, found))]


def _plain(document: Document | None, kind: str, report: Report) -> dict[str, Any]:
    return {
        "kind": kind,
        "issuer": document.issuer if document else "",
        "issued": document.issued.isoformat() if document and document.issued else None,
        "expires": document.expires.isoformat() if document and document.expires else None,
        "key_id": document.key_id if document else "",
        "status": report.status,
        "signature_is_good": report.signature_is_good,
        "vouched_by": report.vouched_by,
        "findings": [plain_finding(found) for found in report.findings],
    }


def _narrated(document: Document | None, kind: str, report: Report, at: datetime) -> str:
    lines = [HEADINGS[report.status], f"  {_NAMES[kind]}{_said(document, report)}"]
    if document is not None and document.signature is not None:
        lines.append(f"  {_SIGNATURES[report.signature_is_good]}")
    lines.append(f"  checked for {at:%Y-%m-%d %H:%M:%S %Z}")
    return "\n".join([*lines, *told(report.findings)])


def _said(document: Document | None, report: Report) -> str:
    """Who says so, and when: of the content, nothing."""
    if document is None or not document.issuer:
        return ""
    voucher = f" (in your list: {printable(report.vouched_by)})" if report.vouched_by else ""
    issued = f", issued {document.issued:%Y-%m-%d}" if document.issued else ""
    expires = f", valid until {document.expires:%Y-%m-%d}" if document.expires else ""
    return f" of {printable(document.issuer)}{voucher}{issued}{expires}"
