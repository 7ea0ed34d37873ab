"""`zkhealth consent`: a patient grants, narrows, withdraws; anybody with the openings asks what is allowed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from zkhealth.cli.consent_options import (
    Seconds,
    actor_option,
    at_option,
    classes_option,
    json_option,
    key_option,
    patient_key,
    patient_of,
    patient_option,
    purpose_option,
    whose_key_option,
)
from zkhealth.cli.exits import CANNOT_DECIDE, GOOD, REFUSED
from zkhealth.cli.opened_log import opened, progress, show, the_log
from zkhealth.encoding.files import write_private
from zkhealth.ledger import Log
from zkhealth.ledger.audit import erase as erase_in
from zkhealth.ledger.audit import explain_terms
from zkhealth.ledger.consent import Answer, PatientSecret, Register, Request, Terms, read_register
from zkhealth.ledger.consent import grant as grant_in
from zkhealth.ledger.consent import narrow as narrow_in
from zkhealth.ledger.consent import withdraw as withdraw_in

_EXITS = {Answer.ALLOWED: GOOD, Answer.REFUSED: REFUSED, Answer.UNDECIDED: CANNOT_DECIDE}
_INDEX = click.argument("index", type=click.IntRange(0))


def _terms_options(command: Any) -> Any:
    for option in (
        click.option("--until", required=True, type=Seconds(), help="The first second that is too late."),
        click.option("--from", "since", required=True, type=Seconds(), help="The first second."),
        classes_option,
        click.option("--purpose", "purposes", required=True, multiple=True, help="HL7 v3 ActReason; repeatable."),
        click.option("--grantee", required=True, metavar="URI", help="Who may read."),
    ):
        command = option(command)
    return command


@click.group("consent")
def command() -> None:
    """Say who may read what, for how long; take it back; ask what is allowed.

    LOG is the path of a file, or a URL: sqlite:///PATH or postgresql://….

    Exit codes: 0 done, or allowed; 1 refused; 2 cannot decide, or the log cannot be read.
    """


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file: Path) -> None:
    """Make a patient's key, in a FILE that only you can read.

    It makes another pseudonym in every log.  A FILE that is there stays as it is.
    """
    if file.exists():
        raise click.UsageError("the file is there already, and may hold a key")
    try:
        write_private(file, f"{PatientSecret.generate().encode()}\n".encode())
    except (ValueError, OSError) as e:
        raise click.UsageError(str(e)) from None


@command.command()
@the_log
@key_option
@_terms_options
@at_option
def grant(log: str, key_file: BinaryIO, at: int, **terms: Any) -> None:
    """Allow somebody to read."""
    with opened(log) as it:
        key_ = patient_key(key_file, it)
        show({"index": grant_in(it, key_, _terms(terms), at), "patient": key_.did})


@command.command()
@the_log
@_INDEX
@key_option
@_terms_options
@at_option
def narrow(log: str, index: int, key_file: BinaryIO, at: int, **terms: Any) -> None:
    """Leave less of the grant in entry INDEX."""
    with opened(log) as it:
        show({"index": narrow_in(it, patient_key(key_file, it), index, _terms(terms), at), "grant": index})


@command.command()
@the_log
@_INDEX
@key_option
@at_option
def withdraw(log: str, index: int, key_file: BinaryIO, at: int) -> None:
    """Take back the grant in entry INDEX."""
    with opened(log) as it:
        show({"index": withdraw_in(it, patient_key(key_file, it), index, at), "grant": index})


@command.command("show")
@the_log
@whose_key_option
@patient_option
@at_option
@json_option
def show_grants(log: str, key_file: BinaryIO | None, patient: str | None, at: int, as_json: bool) -> None:
    """Show the grants of a patient, or of all, and what became of them by a time."""
    with opened(log) as it:
        who = patient_of(key_file, patient, it)
        register = _register(it)
        grants = [_described(register, i, at) for i, s in register.grants() if who in (None, s.patient)]
    if as_json:
        show({"grants": grants, "ignored": {str(i): why for i, why in sorted(register.ignored.items())}})
        return
    for described in grants:
        click.echo(f"entry {described['index']}, {described['state']}: {described['words']}")
    click.echo(f"{len(grants)} grants", err=True)


@command.command()
@the_log
@actor_option
@patient_option
@purpose_option
@classes_option
@at_option
@json_option
def allowed(
    log: str, actor: str, patient: str | None, purpose: str, classes: tuple[str, ...], at: int, as_json: bool
) -> None:
    """Say whether somebody may read, by what stands in the log now."""
    with opened(log) as it:
        judgement = _register(it).find(Request(actor, purpose, classes, at, patient))
    if as_json:
        shown = {"grant": judgement.grant, "why": judgement.why, "missing": judgement.missing}
        show({"answer": judgement.answer.value, **shown})
    else:
        why = judgement.why or f"by the grant in entry {judgement.grant}"
        click.echo(f"{judgement.answer.value.upper()}: {why}")
    sys.exit(_EXITS[judgement.answer])


@command.command()
@the_log
@_INDEX
def erase(log: str, index: int) -> None:
    """Forget what opens entry INDEX; the log stays as it is, and nobody can read the entry any more.

    Names the accesses that can no longer be shown to have had consent.
    """
    with opened(log) as it:
        with progress(len(it)) as done:
            changed = erase_in(it, index, done)
        show({"erased": index, "undecided": changed})


def _terms(given: dict[str, Any]) -> Terms:
    return Terms(given["grantee"], given["purposes"], given["classes"], given["since"], given["until"])


def _register(log: Log) -> Register:
    with progress(len(log)) as done:
        return read_register(log, done)


def _described(register: Register, index: int, at: int) -> dict[str, Any]:
    statement = register.statement(index)
    if statement is None or statement.terms is None:
        raise ValueError(f"entry {index} is no grant")
    return {
        "index": index,
        "state": register.state(index, at),
        "patient": statement.patient,
        "words": explain_terms(statement.terms),
        "later": [i for i, _ in register.later(index)],
        "consent": statement.fhir(),
    }
