"""`zkhealth log`: make a log, add to it, prove from it, check it; results are JSON on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zkhealth.cli.exits import CANNOT_DECIDE, REFUSED, reason
from zkhealth.credentials.encoding.strict_json import read_json_object
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger import PUBLIC, Log, StorageError, public

_MAX_CONTENT = 1 << 16
_LOG = click.argument("log", metavar="LOG")
_SIZE = click.option("--size", type=click.IntRange(0), help="Of the log as it was with so many entries.")


@click.group("log")
def command() -> None:
    """A log of entries that nobody can change unseen.

    LOG is the path of a file, or a URL: sqlite:///PATH or postgresql://….

    Exit codes: 0 done; 1 the log is not what it should be; 2 it cannot be opened or asked.
    """


@command.command()
@_LOG
@click.option("--origin", required=True, help="The log's name for ever, such as log.example/2026.")
def create(log: str, origin: str) -> None:
    """Make a new log; nothing changes if it is there already, with this origin."""
    with _opened(log, origin) as opened:
        _show(_state(opened, None))


@command.command()
@_LOG
@_SIZE
def root(log: str, size: int | None) -> None:
    """Show origin, size and root."""
    with _opened(log) as opened:
        _show(_state(opened, size))


@command.command()
@_LOG
@click.argument("kind", type=click.Choice(PUBLIC))
@click.argument("content", type=click.File("rb"))
def append(log: str, kind: str, content: BinaryIO) -> None:
    """Add a public entry; CONTENT is a file with a JSON object, or - for standard input."""
    with _opened(log) as opened:
        entry = public(kind, read_json_object(content.read(_MAX_CONTENT + 1), _MAX_CONTENT))
        (index,) = opened.append([entry])
        _show({"index": index, **_state(opened, None)})


@command.command()
@_LOG
@click.argument("index", type=click.IntRange(0))
def entry(log: str, index: int) -> None:
    """Show an entry: the bytes that are hashed."""
    with _opened(log) as opened:
        click.echo(opened.entry(index).data.decode())


@command.command()
@_LOG
@click.argument("index", type=click.IntRange(0))
@_SIZE
def prove(log: str, index: int, size: int | None) -> None:
    """Prove that an entry is in the log, under the root that is shown with it."""
    with _opened(log) as opened:
        size = len(opened) if size is None else size
        proof = opened.inclusion_proof(index, size)
        data = opened.entry(index).data.decode()
        _show({**_state(opened, size), "index": index, "entry": data, "proof": [h.hex() for h in proof]})


@command.command()
@_LOG
@click.argument("old", type=click.IntRange(0))
@_SIZE
def extends(log: str, old: int, size: int | None) -> None:
    """Prove that the log only added entries since it had OLD of them."""
    with _opened(log) as opened:
        size = len(opened) if size is None else size
        proof = opened.consistency_proof(old, size)
        _show(
            {**_state(opened, size), "old": old, "old_root": opened.root(old).hex(), "proof": [h.hex() for h in proof]}
        )


@command.command()
@_LOG
@click.option("--trust", "trusted", type=(click.IntRange(0), str), multiple=True, metavar="SIZE ROOT")
def check(log: str, trusted: tuple[tuple[int, str], ...]) -> None:
    """Recompute everything that is stored, and name the first thing that is wrong.

    Give each checkpoint that was kept elsewhere with --trust: whoever can write to the
    database can put another sound log in its place, and only a checkpoint shows that.
    """
    with _opened(log) as opened:
        checkpoints = [(size, bytes.fromhex(root)) for size, root in trusted]
        with _progress(len(opened)) as progress:
            size, found = opened.check(checkpoints, progress)
        _show({"sound": True, "origin": opened.origin, "size": size, "root": found.hex(), "checkpoints": len(trusted)})


@contextmanager
def _opened(url: str, origin: str | None = None) -> Iterator[Log]:
    """The log, and an exit code for what goes wrong with it."""
    try:
        with Log.open(url, origin) as log:
            yield log
    except VerificationError as e:
        _stop(REFUSED, str(e))
    except StorageError as e:
        _stop(CANNOT_DECIDE, str(e))
    except (DecodingError, OSError, ValueError, TypeError) as e:
        _stop(CANNOT_DECIDE, reason(e))


def _state(log: Log, size: int | None) -> dict[str, Any]:
    size = len(log) if size is None else size
    return {"origin": log.origin, "size": size, "root": log.root(size).hex()}


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error, and nothing elsewhere."""
    columns = TextColumn("entries"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("entries", total=total)
        yield lambda done: bar.update(task, completed=done)


def _show(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result))


def _stop(code: int, why: str) -> NoReturn:
    click.echo(f"zkhealth log: {why}", err=True)
    sys.exit(code)
