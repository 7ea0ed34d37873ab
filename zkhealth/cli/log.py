"""`zkhealth log`: make a log, add to it, prove from it, check it; results are JSON on standard output."""

from __future__ import annotations

from typing import Any, BinaryIO

import click

from zkhealth.cli.log_export import export, key
from zkhealth.cli.log_follow import follow
from zkhealth.cli.opened_log import opened, progress, show, the_log
from zkhealth.encoding.strict_json import read_json_object
from zkhealth.ledger import PUBLIC, Log, public

_MAX_CONTENT = 1 << 16
_SIZE = click.option("--size", type=click.IntRange(0), help="Of the log as it was with so many entries.")


@click.group("log")
def command() -> None:
    """A log of entries that nobody can change unseen.

    LOG is the path of a file, or a URL: sqlite:///PATH or postgresql://….

    Exit codes: 0 done; 1 the log is not what it should be; 2 it cannot be opened or asked.
    """


@command.command()
@the_log
@click.option("--origin", required=True, help="The log's name for ever, such as log.example/2026.")
def create(log: str, origin: str) -> None:
    """Make a new log; nothing changes if it is there already, with this origin."""
    with opened(log, origin) as it:
        show(_state(it, None))


@command.command()
@the_log
@_SIZE
def root(log: str, size: int | None) -> None:
    """Show origin, size and root."""
    with opened(log) as it:
        show(_state(it, size))


@command.command()
@the_log
@click.argument("kind", type=click.Choice(PUBLIC))
@click.argument("content", type=click.File("rb"))
def append(log: str, kind: str, content: BinaryIO) -> None:
    """Add a public entry; CONTENT is a file with a JSON object, or - for standard input."""
    with opened(log) as it:
        entry = public(kind, read_json_object(content.read(_MAX_CONTENT + 1), _MAX_CONTENT))
        (index,) = it.append([entry])
        show({"index": index, **_state(it, None)})


@command.command()
@the_log
@click.argument("index", type=click.IntRange(0))
def entry(log: str, index: int) -> None:
    """Show an entry: the bytes that are hashed."""
    with opened(log) as it:
        click.echo(it.entry(index).data.decode())


@command.command()
@the_log
@click.argument("index", type=click.IntRange(0))
@_SIZE
def prove(log: str, index: int, size: int | None) -> None:
    """Prove that an entry is in the log, under the root that is shown with it."""
    with opened(log) as it:
        size = len(it) if size is None else size
        proof = it.inclusion_proof(index, size)
        data = it.entry(index).data.decode()
        show({**_state(it, size), "index": index, "entry": data, "proof": [h.hex() for h in proof]})


@command.command()
@the_log
@click.argument("old", type=click.IntRange(0))
@_SIZE
def extends(log: str, old: int, size: int | None) -> None:
    """Prove that the log only added entries since it had OLD of them."""
    with opened(log) as it:
        size = len(it) if size is None else size
        proof = it.consistency_proof(old, size)
        show({**_state(it, size), "old": old, "old_root": it.root(old).hex(), "proof": [h.hex() for h in proof]})


@command.command()
@the_log
@click.option("--trust", "trusted", type=(click.IntRange(0), str), multiple=True, metavar="SIZE ROOT")
def check(log: str, trusted: tuple[tuple[int, str], ...]) -> None:
    """Recompute everything that is stored, and name the first thing that is wrong.

    Give each checkpoint that was kept elsewhere with --trust: whoever can write to the
    database can put another sound log in its place, and only a checkpoint shows that.
    """
    with opened(log) as it:
        checkpoints = [(size, bytes.fromhex(root)) for size, root in trusted]
        with progress(len(it)) as done:
            size, found = it.check(checkpoints, done)
        show({"sound": True, "origin": it.origin, "size": size, "root": found.hex(), "checkpoints": len(trusted)})


for verb in (key, export, follow):
    command.add_command(verb)


def _state(log: Log, size: int | None) -> dict[str, Any]:
    size = len(log) if size is None else size
    return {"origin": log.origin, "size": size, "root": log.root(size).hex()}
