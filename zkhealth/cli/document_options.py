"""Options of the verbs that take documents: the same words everywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from zkhealth.cli.exits import reason, with_option
from zkhealth.errors import DecodingError
from zkhealth.health.documents import KINDS, Document, DocumentError, Finding, Trust, open_file, read_all

READABLE = "Give a file that can be read, or - to paste it."
_MAX_FILE = 1 << 26


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A day (its first moment, in UTC), a time (in UTC if it names no zone), or "now", which nobody means by chance."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        if value == "now":
            return datetime.now(UTC)
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            self.fail("expected a day such as 2026-11-23, a time such as 2026-11-23T12:00:00Z, or now", param, ctx)
        return time if time.tzinfo else time.replace(tzinfo=UTC)


files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...")
at_option = click.option(
    "--at", required=True, type=Moment(), metavar="YYYY-MM-DD[THH:MM:SS]|now", help="The time to check for."
)
as_option = click.option("--as", "kind", type=click.Choice(KINDS), help="What it is, if that is not recognised.")
encrypted_option = click.option("--encrypted", metavar="FILE", help="What a link points to, fetched before.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
trust_option = click.option(
    "--trust",
    "lists",
    multiple=True,
    metavar="[URL=]FILE",
    help="Key set (of the issuer URL), issuer directory, key list, certificates or revocation list; repeatable.",
)


def read_files(files: Sequence[str], kind: str | None, encrypted: str | None = None) -> tuple[Document, ...]:
    """Read the documents in one file ("-" is standard input), or the one card whose QR codes are in several.

    If it is a link and `encrypted` is the file that it points to, read the documents in there.

    Raises DecodingError, VerificationError if the link does not open the file, OSError, or ImportError if it is a
    picture and the packages for pictures are missing.
    """
    sources = [_standard_input() if file == "-" else Path(file) for file in files]
    documents = read_all(sources[0] if len(sources) == 1 else sources, kind)
    if encrypted is None:
        return documents
    if documents[0].kind != "shl":
        raise DecodingError("--encrypted goes with a link, and this is none")
    return tuple(inner for text in open_file(documents[0], _head(encrypted)) for inner in read_all(text))


def read_lists(lists: Sequence[str]) -> Trust:
    """Read the files of `--trust`.

    Raises DecodingError, naming the file by its number.
    """
    trust = Trust()
    for number, given in enumerate(lists, start=1):
        issuer, equals, file = given.rpartition("=") if given.startswith("https://") else ("", "=", given)
        if not equals:
            raise DecodingError(f"--trust number {number}: nothing is fetched; give a file, or URL=FILE")
        try:
            trust += Trust.of(Path(file), issuer=issuer)
        except (DecodingError, OSError) as e:
            why = reason(e)
        else:
            continue
        raise DecodingError(f"--trust number {number}: {why}")
    return trust


def stop_reading(error: Exception, code: int, answer: Mapping[str, object] | None) -> NoReturn:
    """Say why nothing can be read and what to do: in words, or, if there is an answer, as JSON that goes on from it."""
    found = error.finding if isinstance(error, DocumentError) else None
    name, what_to_do = (found.code, with_option(found.code, found.advice)) if found else (None, READABLE)
    stop("CANNOT READ", reason(error), code, answer, name, what_to_do)


def stop(
    heading: str, what: str, code: int, answer: Mapping[str, object] | None, name: str | None, what_to_do: str
) -> NoReturn:
    """End a verb that has nothing to show: what went wrong, by its name if it has one, and what to do."""
    if answer is not None:
        click.echo(json.dumps({**answer, "documents": [], "code": name, "what": what, "do": what_to_do}))
    else:
        click.echo(f"{heading}\n  {f'{name}: ' if name else ''}{what}\n    {what_to_do}")
    sys.exit(code)


def plain_finding(found: Finding) -> dict[str, str]:
    """A finding about a document, as JSON."""
    return {
        "code": found.code,
        "weight": found.weight,
        "what": found.sentence,
        "do": with_option(found.code, found.advice),
    }


def printable(text: str, most: int = 200) -> str:
    """What a document says, as it may go to a terminal: without control characters, and not endless."""
    return "".join(c if c.isprintable() else "?" for c in text[:most])


def _head(file: str) -> bytes:
    """The file, or as much of it as is already too long."""
    with Path(file).open("rb") as stream:
        return stream.read(_MAX_FILE + 1)


def _standard_input() -> bytes:
    return sys.stdin.buffer.read(_MAX_FILE + 1) if sys.stdin else b""
