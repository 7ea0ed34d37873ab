"""`zkhealth import`: a document of yours as records that policies can ask about, kept in your wallet.

What is kept is SELF_ASSERTED: it is for trying out policies, and no verifier ever takes it for more.  A credential that
proves something comes from an attester, who verifies the document and signs its values (`zkhealth.health.bridge`).
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from zkhealth.cli.document_options import (
    as_option,
    at_option,
    encrypted_option,
    files_argument,
    json_option,
    plain_finding,
    printable,
    read_files,
    read_lists,
    stop,
    stop_reading,
    trust_option,
)
from zkhealth.cli.exits import EXITS, HEADINGS, reason, told
from zkhealth.credentials import Wallet
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.bridge import self_import
from zkhealth.health.documents import CANNOT_DECIDE, INVALID, Document, DocumentError, Report, Trust, verify, worst
from zkhealth.health.entry import Entries, Entry
from zkhealth.health.mapping import entries_of

_PASSPHRASE = "ZKHEALTH_PASSPHRASE"  # noqa: S105 (its name)
_ANOTHER = f"Nothing was kept.  Give the passphrase of this wallet ({_PASSPHRASE}), or another --wallet FILE."
_Read = tuple[Document, Report, Entries]


@click.command("import")
@files_argument
@trust_option
@at_option
@as_option
@encrypted_option
@click.option("--wallet", metavar="FILE", help=f"Keep the records there, encrypted; the passphrase is {_PASSPHRASE}.")
@click.option("--strict", is_flag=True, help="Refuse FHIR resources that are not valid by the models of R4B.")
@json_option
def command(
    files: tuple[str, ...],
    lists: tuple[str, ...],
    at: datetime,
    kind: str | None,
    encrypted: str | None,
    wallet: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Read a document of yours into records, and keep them in a wallet.

    Several FILEs are the QR codes of one card; - is standard input.  What is shown is personal: the whole record.
    Records are kept as SELF_ASSERTED, for your own use; of a document that is not valid nothing is kept.
    Exit code 0: the document is valid; 1: not valid; 2: cannot decide, or it cannot be read.
    """
    try:
        trust = read_lists(lists)
    except DecodingError as e:
        raise click.UsageError(f"cannot read the trust lists: {e}") from None
    try:
        read = _read(files, kind, encrypted, trust, at, strict)
    except (OSError, DecodingError, VerificationError, ImportError, ValueError) as e:
        refused = isinstance(e, DocumentError) and e.kind  # known for what it is, and not to be read: it is not valid
        status = INVALID if refused else CANNOT_DECIDE
        stop_reading(e, EXITS[status], {"status": status, "kept": 0} if as_json else None)
    status = worst(report for _, report, _ in read)
    kept = 0
    if wallet and status != INVALID:
        try:
            kept = _keep(read, wallet)
        except (OSError, DecodingError, VerificationError, ImportError, ValueError) as e:
            answer = {"status": CANNOT_DECIDE, "kept": 0} if as_json else None
            stop("CANNOT KEEP", f"the wallet: {reason(e)}", EXITS[CANNOT_DECIDE], answer, None, _ANOTHER)
    if as_json:
        click.echo(json.dumps({"status": status, "kept": kept, "documents": [_plain(*one) for one in read]}))
    else:
        click.echo("\n\n".join(_narrated(*one) for one in read))
        click.echo("\n" + _about_keeping(kept, wallet, status), err=True)
    sys.exit(EXITS[status])


def _about_keeping(kept: int, wallet: str | None, status: str) -> str:
    if status == INVALID:
        return "Nothing was kept: the document is not valid."
    if not wallet:
        return "Nothing was kept: --wallet FILE keeps the records, as SELF_ASSERTED."
    return f"{kept} records kept as SELF_ASSERTED: for your own use, nobody vouches for them."


def _read(
    files: tuple[str, ...], kind: str | None, encrypted: str | None, trust: Trust, at: datetime, strict: bool
) -> list[_Read]:
    documents = read_files(files, kind, encrypted)
    if any(document.kind == "shl" for document in documents):
        raise DecodingError("a link holds no records; fetch the file that it points to, and give it with --encrypted")
    return [(d, verify(d, trust=trust, at=at), entries_of(d, strict=strict)) for d in documents]


def _keep(read: list[_Read], file: str) -> int:
    """Add the records to the wallet in this file, or to a new one."""
    path = Path(file)
    passphrase = os.environ.get(_PASSPHRASE) or _asked()
    held = Wallet.load(path, passphrase) if path.exists() else Wallet.create()
    kept = self_import(held, [entry for _, _, entries in read for entry in entries.entries])
    held.save(path, passphrase)
    return len(kept)


def _asked() -> str:
    try:
        return str(click.prompt("Passphrase of the wallet", hide_input=True, err=True))
    except click.Abort:
        raise click.UsageError(f"no passphrase was given; type it, or set {_PASSPHRASE}") from None


def _shown(entry: Entry) -> dict[str, Any]:
    """The values as people write them."""
    fields = entry.schema.spec.fields
    return {name: fields[name].decode(fields[name].encode(value)) for name, value in entry.values.items()}


def _plain(document: Document, report: Report, entries: Entries) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "issuer": document.issuer,
        "status": report.status,
        "codes": list(report.codes),
        "verification": [plain_finding(found) for found in report.findings],
        "records": [
            {"schema": entry.schema.spec.id, "place": entry.place, "values": _shown(entry)} for entry in entries.entries
        ],
        "findings": [
            {"code": found.code, "place": found.place, "what": found.sentence, "do": found.advice}
            for found in entries.findings
        ],
    }


def _narrated(document: Document, report: Report, entries: Entries) -> str:
    lines = [f"{HEADINGS[report.status]} ({document.kind})"]
    lines += told(report.findings)
    for entry in entries.entries:
        values = ", ".join(f"{name} {printable(str(value))}" for name, value in _shown(entry).items())
        lines.append(f"  {entry.schema.__name__} ({entry.place}): {values}")
    lines += [f"  {found.code}: {found}\n    {found.advice}" for found in entries.findings]
    return "\n".join(lines)
