"""What a log needs of a database: rows read, and one writer at a time whose rows are durable when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class StorageError(OSError):
    """The database cannot do it now: full, locked, damaged, or gone.  What was acknowledged before is not touched.

    `is_undecided`: the connection broke in the middle of a commit, and whether it took place cannot be learned.
    """

    def __init__(self, message: str, *, is_undecided: bool = False) -> None:
        super().__init__(message)
        self.is_undecided = is_undecided


class Transaction(Protocol):
    """Statements that take effect together or not at all; parameters are written `?`."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement; returns its rows."""

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        """Add whole rows to a table."""


class Storage(Protocol):
    """A database, opened.  Safe to use from several threads, one of which works at a time."""

    dialect: str
    """Which of the two statements of a migration is meant: "sqlite" or "postgresql"."""

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one query on what is committed; parameters are written `?`."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Wait to be the only writer, of all threads and processes; on leaving, the rows are durable."""

    def objects(self) -> dict[str, str]:
        """Tables and triggers by name, each with its definition as far as the database tells."""

    def damage(self) -> str | None:
        """What the database says is wrong with its own files, if it can say."""

    def scrub(self) -> None:
        """Let no older copy of what was overwritten stay, as far as the database can."""

    def close(self) -> None:
        """Let go of the database."""
