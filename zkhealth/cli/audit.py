"""`zkhealth audit`: record accesses, read one's own history, hand an audit over, check one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from zkhealth.cli.consent_options import (
    Seconds,
    actor_option,
    at_option,
    classes_option,
    json_option,
    patient_of,
    patient_option,
    purpose_option,
    whose_key_option,
)
from zkhealth.cli.exits import CANNOT_DECIDE, GOOD, REFUSED
from zkhealth.cli.opened_log import answering, opened, progress, show, the_log
from zkhealth.encoding.files import write_private
from zkhealth.ledger import Log, Opening
from zkhealth.ledger.audit import (
    AuditBundle,
    Client,
    Desk,
    Emergency,
    Line,
    Report,
    Status,
    audit_events,
    audit_tiles,
    make_bundle,
    read_steps,
)
from zkhealth.ledger.audit import (
    history as history_of,
)
from zkhealth.ledger.audit.bundle import MAX_BYTES
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.cosignature import CosignatureVerifier
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.note import Verifier
from zkhealth.ledger.reader import read_log
from zkhealth.ledger.trust import Trust

_MAX_NOTE = 1 << 20
_patient = click.option("--patient", required=True, metavar="DID", help="The patient: a did:key.")
_since = click.option("--since", type=click.File("rb"), help="A checkpoint that you have kept: accesses after it.")


@click.group("audit")
def command() -> None:
    """Record every access; show patients theirs; prove that each had consent.

    LOG is the path of a file, or a URL: sqlite:///PATH or postgresql://….

    Exit codes: 0 done, or proven; 1 not allowed, or access without consent was found, or
    something is not what the log signed; 2 cannot decide: openings are missing, or it cannot be read.
    """


@command.command()
@the_log
@actor_option
@_patient
@purpose_option
@classes_option
@click.option("--emergency", type=click.IntRange(0), help="The entry that declares it; else a grant is looked for.")
@at_option
def record(
    log: str, actor: str, patient: str, purpose: str, classes: tuple[str, ...], emergency: int | None, at: int
) -> None:
    """Record an access before it happens; what is not allowed is not recorded."""
    with opened(log) as it:
        recorded = _desk(it).access(actor, patient, purpose, classes, at, emergency)
        show({"index": recorded.index, "basis": recorded.finding.basis, "status": recorded.finding.status.value})
    sys.exit(GOOD if recorded.may_read else REFUSED)


@command.command()
@the_log
@actor_option
@_patient
@click.option("--reason", required=True, help="Why, in one line: the patient will read it.")
@at_option
@click.option("--until", required=True, type=Seconds(), help="The first second that is too late, within a day.")
def emergency(log: str, actor: str, patient: str, reason: str, at: int, until: int) -> None:
    """Break the glass: declare an emergency, which accesses can name for a while."""
    with opened(log) as it:
        show({"index": _desk(it).record(Emergency(actor, patient, at, until, reason)).index})


@command.command()
@the_log
@whose_key_option
@patient_option
@json_option
def history(log: str, key_file: BinaryIO | None, patient: str | None, as_json: bool) -> None:
    """Show a patient everything that the log says of them."""
    with opened(log) as it:
        who = patient_of(key_file, patient, it)
        if who is None:
            raise ValueError("expected --key or --patient")
        lines = history_of(_steps(it), who)
    if as_json:
        for line in lines:
            show(_json_line(line))
    else:
        Console().print(_table(lines))


@command.command()
@the_log
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--checkpoint", type=click.File("rb"), help="A signed checkpoint of the log, as `log export` writes.")
@_since
@whose_key_option
@patient_option
@click.option("--fhir", is_flag=True, help="Write FHIR AuditEvents, one a line, instead of an audit.")
@click.option("--client", type=(str, str), metavar="URI ADDRESS", help="With --fhir: the application, its address.")
def export(
    log: str,
    file: Path,
    checkpoint: BinaryIO | None,
    since: BinaryIO | None,
    key_file: BinaryIO | None,
    patient: str | None,
    fhir: bool,
    client: tuple[str, str] | None,
) -> None:
    """Write an audit that others can check without the log, into a FILE that only you can read.

    It holds openings, which are personal: of everybody, or with --key or --patient of one patient.
    """
    with opened(log) as it:
        who = patient_of(key_file, patient, it)
        if fhir:
            events = list(audit_events(_steps(it), it.origin, Client(*client) if client else None, who))
            write_private(file, "".join(json.dumps(event) + "\n" for event in events).encode())
            show({"events": len(events)})
            return
        if checkpoint is None:
            raise ValueError("expected --checkpoint")
        note = checkpoint.read(_MAX_NOTE)
        with progress(peek(note).size) as done:
            bundle = make_bundle(it, note, peek(since.read(_MAX_NOTE)) if since else None, who, done)
        data = bundle.encode()
        write_private(file, data)
        show({"bytes": len(data), "entries": len(bundle.entries), "openings": len(bundle.openings)})


@command.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--log-key", "keys", required=True, multiple=True, help="The log's public key; repeatable.")
@click.option("--witness", "witnesses", multiple=True, help="A witness's public key; repeatable.")
@click.option("--quorum", type=click.IntRange(0), default=0, show_default=True, help="How many must have cosigned.")
@_since
@click.option(
    "--openings", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="For a folder: an `audit export`."
)
@at_option
@json_option
def verify(
    source: Path,
    keys: tuple[str, ...],
    witnesses: tuple[str, ...],
    quorum: int,
    since: BinaryIO | None,
    openings: Path | None,
    at: int,
    as_json: bool,
) -> None:
    """Check an audit: SOURCE is a file of `audit export`, or a folder of `log export`.

    Says of every access after --since whether consent stood in the log before it, and
    names each that had none, that cannot be read, or that rests on what was erased.
    """
    with answering():
        verifiers = [Verifier.decode(key) for key in keys]
        trusted = [CosignatureVerifier.decode(key) for key in witnesses]
        trust = Trust(verifiers[0].name, verifiers, trusted, quorum)
        earlier = trust.without_witnesses().open(since.read(_MAX_NOTE)).checkpoint if since else None
        report = _report(source, openings, trust, earlier, at)
    if as_json:
        show(_json_report(report))
    else:
        click.echo(report.explain())
    sys.exit(GOOD if report.is_proven else REFUSED if report.is_refuted else CANNOT_DECIDE)


def _report(source: Path, openings: Path | None, trust: Trust, since: Checkpoint | None, at: int) -> Report:
    if source.is_dir():
        tiles = read_log(from_directory(source), trust, at)
        given: dict[int, Opening] = dict(_read(openings).openings) if openings else {}
        with progress(len(tiles)) as done:
            return audit_tiles(tiles, given, since, done)
    bundle = _read(source)
    with progress(bundle.edge.size + len(bundle.entries)) as done:
        return bundle.verify(trust, since, at, done)


def _read(file: Path) -> AuditBundle:
    with file.open("rb") as stream:
        return AuditBundle.decode(stream.read(MAX_BYTES + 1))


def _desk(log: Log) -> Desk:
    with progress(len(log)) as done:
        return Desk(log, done)


def _steps(log: Log) -> Any:
    with progress(len(log)) as done:
        return read_steps(log, progress=done)


def _table(lines: list[Line]) -> Table:
    table = Table("entry", "when (UTC)", Column("what", overflow="fold"), "")
    for line in lines:
        style = "bold red" if line.status is Status.NO_CONSENT else None
        # As text: others choose the words, and markup in them must not hide anything.
        table.add_row(str(line.index), line.when, Text(line.words), Text(line.verdict), style=style)
    return table


def _json_line(line: Line) -> dict[str, Any]:
    status = line.status.value if line.status else None
    return {"index": line.index, "when": line.when, "what": line.words, "status": status, "verdict": line.verdict}


def _json_report(report: Report) -> dict[str, Any]:
    return {
        "proven": report.is_proven,
        "refuted": report.is_refuted,
        "since": report.since.size if report.since else 0,
        "size": report.now.size,
        "root": report.now.root.hex(),
        "counts": report.counts(),
        "missing": report.missing,
        "ignored": {str(index): why for index, why in sorted(report.ignored.items())},
        "findings": [
            {
                "index": finding.index,
                "status": finding.status.value,
                "basis": finding.basis,
                "why": finding.why,
                "missing": finding.missing,
                "late": finding.late,
            }
            for finding in report.findings
        ],
    }
