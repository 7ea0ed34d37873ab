"""`zkhealth demo`: a hospital publishes, a patient proves, a second process verifies."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from zkhealth import backend_name
from zkhealth.cli.demo_options import QUESTIONS, Codes, Days, Questions
from zkhealth.cli.exits import CANNOT_DECIDE, GOOD, REFUSED, reason
from zkhealth.errors import DecodingError
from zkhealth.health import (
    COVID19,
    INFLUENZA,
    SAMPLE_AT,
    Code,
    PatientHistory,
    read_bundle,
    sample_bundle,
)
from zkhealth.merkle import MerkleTree
from zkhealth.records import NONCE_BYTES, CommittedRecord, Policy, Record, present, publish, records_of

_MAX_FILE = 1 << 24


@click.command("demo")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="The day to prove it for; required with FILE.")
@click.option("--ask", type=Questions(), default=QUESTIONS, help="What to prove; all three by default.")
@click.option("--min-age", type=click.IntRange(0, 150), default=18, show_default=True, help="Years.")
@click.option("--vaccines", type=Codes(), help="Accepted codes; CVX for COVID-19 and influenza by default.")
@click.option("--days", type=Days(), default=(14, 270), help="Days since the vaccine was given; 14..270 by default.")
@click.option("--hospital", type=click.IntRange(0, 10_000_000), help="How many other records lie under the root.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    file: Path | None,
    at: Any,
    ask: tuple[str, ...],
    min_age: int,
    vaccines: tuple[Code, ...] | None,
    days: tuple[int, int],
    hospital: int | None,
    as_json: bool,
) -> None:
    """A hospital publishes, a patient proves, a second process verifies.

    FILE is a FHIR R4 bundle; without it, a sample is used.  Exit code 0: proven;
    1: the record does not meet the policy; 2: it does not say enough to decide.
    """
    if file is not None and at is None:
        raise click.UsageError("--at is required with FILE, so that the answer does not depend on today")
    day = SAMPLE_AT if at is None else at.date()
    try:
        policy = _policy(day, ask, min_age, vaccines or (*COVID19, *INFLUENZA), days)
        history = read_bundle(_read(file)).up_to(day)
    except ValueError as e:
        raise click.UsageError(str(e)) from None
    except (OSError, DecodingError) as e:
        _stop(CANNOT_DECIDE, "cannot read the record", [reason(e)], as_json)

    records = records_of(history)
    best = min(records, key=lambda record: _rank(policy, record))
    _refuse_if_not_met(policy, history, best, as_json)
    others = hospital if hospital is not None else {"native": 1000}.get(backend_name(), 20)
    report = _run(policy, records, best, others)
    click.echo(json.dumps(report) if as_json else _narrated(report))
    sys.exit(GOOD if report["verdict"]["valid"] else REFUSED)


def _policy(at: date, ask: tuple[str, ...], min_age: int, vaccines: tuple[Code, ...], days: tuple[int, int]) -> Policy:
    return Policy(
        at,
        min_age if "age" in ask else None,
        vaccines if "vaccine" in ask else None,
        days if "days" in ask else None,
    )


def _read(file: Path | None) -> bytes:
    """The file, or as much of it as is already too long."""
    if file is None:
        return sample_bundle()
    with file.open("rb") as stream:
        return stream.read(_MAX_FILE + 1)


def _rank(policy: Policy, record: Record) -> tuple[int, int, int]:
    """Best first: fewest facts not met, then fewest missing, then the latest."""
    unmet, missing = policy.shortfalls(record)
    return len(unmet), len(missing), -record.given.hi if record.given else 0


def _refuse_if_not_met(policy: Policy, history: PatientHistory, best: Record, as_json: bool) -> None:
    unmet, missing = policy.shortfalls(best)
    left_out = [f"left out: {what}" for what in history.skipped]
    if unmet:
        _stop(REFUSED, "the record does not meet the policy", [*unmet, *left_out], as_json)
    if missing:
        notes = [f"missing: {what}" for what in missing]
        _stop(CANNOT_DECIDE, "the record does not say enough", [*notes, *history.missing, *left_out], as_json)


def _run(policy: Policy, records: list[Record], best: Record, others: int) -> dict[str, Any]:
    """Publish, prove, and let a second process verify."""
    start = time.perf_counter()
    tree, places = publish(records, others)
    published = time.perf_counter()
    index, held = next((i, held) for i, held in places.items() if held.record is best)
    root, size, nonce = tree.root(), len(tree), secrets.token_bytes(NONCE_BYTES)
    presentation = _present(policy, tree, index, held, nonce)
    proven = time.perf_counter()
    verdict = _verify_elsewhere(policy, root, size, nonce, presentation)
    return {
        "valid": verdict["valid"],
        "backend": backend_name(),
        "policy": json.loads(policy.to_json()),
        "root": root.hex(),
        "size": size,
        "nonce": nonce.hex(),
        "presentation": presentation.hex(),
        "bytes": len(presentation),
        "publish_ms": round((published - start) * 1000, 2),
        "prove_ms": round((proven - published) * 1000, 2),
        "verdict": verdict,
    }


def _present(policy: Policy, tree: MerkleTree, index: int, held: CommittedRecord, nonce: bytes) -> bytes:
    return present(policy, tree.root(), len(tree), nonce, held, (index, tree.inclusion_proof(index)))


def _verify_elsewhere(policy: Policy, root: bytes, size: int, nonce: bytes, presentation: bytes) -> dict[str, Any]:
    """The verdict of another process that knows nothing but these five.

    It starts where this package lies, or Python would take a `zkhealth` in the current directory for it.
    """
    asked = {
        "root": root.hex(),
        "size": size,
        "policy": json.loads(policy.to_json()),
        "nonce": nonce.hex(),
        "presentation": presentation.hex(),
    }
    command = [sys.executable, "-m", "zkhealth", "check"]
    answer = subprocess.run(  # noqa: S603 (our own module)
        command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=False, cwd=Path(__file__).parents[2]
    )
    if not answer.stdout:
        return {"valid": False, "why": f"its process ended with {answer.returncode} and no verdict"}
    verdict: dict[str, Any] = json.loads(answer.stdout)
    return verdict


def _narrated(report: dict[str, Any]) -> str:
    verdict = report["verdict"]
    if not verdict["valid"]:
        return f"REFUSED by the verifier: {verdict['why']}"
    shown = [
        f"Merkle root     {report['root']} over {report['size']} records",
        f"nonce           {report['nonce']}",
        f"leaf            number {verdict['saw']['leaf']}: five commitments, {verdict['saw']['commitments'][:24]}...",
        f"proof           {verdict['saw']['proof_bytes']} bytes for all facts together",
    ]
    return "\n".join(
        [
            "PROVEN",
            *(f"  {fact}" for fact in verdict["proven"]),
            "",
            "The verifier, a process of its own, saw",
            *(f"  {line}" for line in shown),
            "and did not see",
            "  the name, the date of birth, the vaccine, the date it was given, or any other record;",
            "  it would recognise the same record if shown again, by its leaf",
            "",
            f"{report['bytes']} bytes sent; published in {report['publish_ms']} ms, proven in {report['prove_ms']} ms, "
            f"verified in {verdict['verify_ms']} ms ({report['backend']} backend)",
        ]
    )


def _stop(code: int, what: str, reasons: list[str], as_json: bool) -> NoReturn:
    """Say to the holder why there is no proof."""
    if as_json:
        click.echo(json.dumps({"valid": False, "what": what, "why": reasons}))
    else:
        heading = "NOT MET" if code == REFUSED else "CANNOT DECIDE"
        click.echo("\n".join([f"{heading}: {what}", *(f"  {reason}" for reason in reasons)]))
    sys.exit(code)
