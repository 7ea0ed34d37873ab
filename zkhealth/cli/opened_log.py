"""A log that a verb works on: opened, with an exit code for what goes wrong, a bar for what takes long."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zkhealth.cli.exits import CANNOT_DECIDE, REFUSED, reason
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.ledger import Log, StorageError

the_log = click.argument("log", metavar="LOG")


@contextmanager
def opened(url: str, origin: str | None = None) -> Iterator[Log]:
    """The log, and an exit code for what goes wrong with it."""
    with answering(), Log.open(url, origin) as log:
        yield log


@contextmanager
def answering() -> Iterator[None]:
    """An exit code for what goes wrong."""
    try:
        yield
    except VerificationError as e:
        _stop(REFUSED, str(e))
    except StorageError as e:
        _stop(CANNOT_DECIDE, str(e))
    except (DecodingError, WitnessError, OSError, ValueError, TypeError) as e:
        _stop(CANNOT_DECIDE, reason(e))


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error, and nothing elsewhere."""
    columns = TextColumn("entries"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("entries", total=total)
        yield lambda done: bar.update(task, completed=done)


def show(result: dict[str, Any]) -> None:
    """Print a result as one line of JSON."""
    click.echo(json.dumps(result))


def _stop(code: int, why: str) -> NoReturn:
    click.echo(f"zkhealth {_verb(click.get_current_context())}: {why}", err=True)
    sys.exit(code)


def _verb(context: click.Context) -> str:
    """The verb that is running: `log`, and not what it is asked to do."""
    while context.parent is not None and context.parent.parent is not None:
        context = context.parent
    return context.info_name or "log"
