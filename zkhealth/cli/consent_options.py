"""Options of the verbs `consent` and `audit`: the same words in both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, BinaryIO

import click

from zkhealth.ledger import Log
from zkhealth.ledger.consent import PatientKey, PatientSecret

_MAX_KEY = 4096


class Seconds(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A day (its first second in UTC), a time (in UTC if it names no zone), or "now"; in POSIX seconds."""

    name = "YYYY-MM-DD[THH:MM:SS]|now"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "now":
            return int(datetime.now(UTC).timestamp())
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            self.fail("expected a day such as 2026-11-23, a time such as 2026-11-23T12:00:00Z, or now", param, ctx)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        if time.microsecond:
            self.fail("expected a time to the second", param, ctx)
        return int(time.timestamp())


at_option = click.option("--at", required=True, type=Seconds(), help="The time, or now.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
key_option = click.option(
    "--key", "key_file", required=True, type=click.File("rb"), help="The file that `consent key` has made."
)
whose_key_option = click.option("--key", "key_file", type=click.File("rb"), help="The patient's file, or --patient.")
patient_option = click.option("--patient", metavar="DID", help="The patient: a did:key.")
actor_option = click.option("--actor", required=True, metavar="URI", help="Who reads: did:web:hospital.example.")
purpose_option = click.option("--purpose", required=True, help="HL7 v3 ActReason: TREAT, HPAYMT, HRESCH, ETREAT, …")
classes_option = click.option(
    "--class", "classes", required=True, multiple=True, help="FHIR resource type, or system|code; repeatable."
)


def patient_key(file: BinaryIO, log: Log) -> PatientKey:
    """The patient's key for a log."""
    return PatientSecret.decode(file.read(_MAX_KEY).decode("ascii", "replace").strip()).for_log(log.origin)


def patient_of(key_file: BinaryIO | None, patient: str | None, log: Log) -> str | None:
    """The patient whose file or name was given; ValueError if both were."""
    if key_file is not None and patient is not None:
        raise ValueError("expected --key or --patient, not both")
    return patient if key_file is None else patient_key(key_file, log).did
