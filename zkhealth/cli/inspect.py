"""`zkhealth inspect`: what a document says, for the person whose document it is."""

from __future__ import annotations

import json
from typing import Any

import click

from zkhealth.cli.document_options import (
    as_option,
    encrypted_option,
    files_argument,
    json_option,
    plain_finding,
    read_files,
    stop_reading,
)
from zkhealth.cli.exits import CANNOT_DECIDE
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents import Document


@click.command("inspect")
@files_argument
@as_option
@encrypted_option
@json_option
def command(files: tuple[str, ...], kind: str | None, encrypted: str | None, as_json: bool) -> None:
    """Show what a document of yours says; nothing is verified.

    Several FILEs are the QR codes of one card; - is standard input.  What is shown is personal: the whole record.
    Exit code 0: it could be read; 2: it could not.
    """
    try:
        documents = read_files(files, kind, encrypted)
    except (OSError, DecodingError, VerificationError, ImportError) as e:
        stop_reading(e, CANNOT_DECIDE, {} if as_json else None)
    shown = [_plain(document) for document in documents]
    if as_json:
        click.echo(json.dumps({"documents": shown}))
    else:
        click.echo("\n".join(json.dumps(one, indent=2) for one in shown))
        click.echo("Not verified: `zkhealth verify` says whether it is good.", err=True)


def _plain(document: Document) -> dict[str, Any]:
    """Everything but the key of a link, with which anybody could open its file."""
    content = {name: value for name, value in document.content.items() if document.kind != "shl" or name != "key"}
    return {
        "kind": document.kind,
        "issuer": document.issuer,
        "issued": document.issued.isoformat() if document.issued else None,
        "expires": document.expires.isoformat() if document.expires else None,
        "key_id": document.key_id,
        "signed": document.signature is not None,
        "defects": [plain_finding(found) for found in document.defects],
        "content": content,
    }
