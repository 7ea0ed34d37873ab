"""SQLite: write-ahead log with `synchronous=FULL`, so each commit waits until its rows are on the disk.

One connection for all threads of a process, each in turn; other processes open the file for themselves.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zkhealth.ledger.storage.interface import Row, StorageError

MEMORY = ":memory:"
_WAIT_SECONDS = 60.0
_OBJECTS = """
SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'trigger') AND tbl_name LIKE 'ledger~_%' ESCAPE '~'
"""
_PRAGMAS = """
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cell_size_check = ON;
PRAGMA trusted_schema = OFF;
"""


class SqliteStorage:
    """A log in a file, or in memory for trying things out."""

    dialect = "sqlite"

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._is_closed = False
        with _translated():
            self._connection = sqlite3.connect(
                path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            _prepare(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._held() as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[_Transaction]:
        with self._held() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Transaction(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def objects(self) -> dict[str, str]:
        return dict(self.read(_OBJECTS))

    def damage(self) -> str | None:
        with self._held() as connection:
            try:
                found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            except sqlite3.OperationalError:
                raise  # It is locked, say, and that is no damage.
            except sqlite3.DatabaseError as e:
                return str(e)
        return None if found == "ok" else " ".join(found.split())

    def scrub(self) -> None:
        """Overwritten rows are zeros in their pages; this takes the pages as they were out of the write-ahead log."""
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if os.getpid() == self._process:
                self._connection.close()

    @contextmanager
    def _held(self) -> Iterator[sqlite3.Connection]:
        if os.getpid() != self._process:
            raise ValueError("the log was opened in another process: open it again in this one")
        with self._lock, _translated():
            if self._is_closed:
                raise ValueError("the log is closed")
            yield self._connection


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        rows = list(rows)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _text(data: bytes) -> str:
    """Text, also where somebody has damaged it: the error that Python would raise repeats the value."""
    return data.decode(errors="replace")


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the database as StorageError; it never repeats a parameter in them."""
    try:
        yield
    except sqlite3.ProgrammingError as e:
        raise ValueError(str(e).lower().rstrip(".")) from None
    except sqlite3.Error as e:
        raise StorageError(f"the log's database: {e}") from None


def _prepare(connection: sqlite3.Connection) -> None:
    with _translated():
        connection.text_factory = _text
        connection.executescript(_PRAGMAS)
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file once; the switch itself does not wait for others as commits do, so a transaction waits first."""
    with _translated():
        if connection.execute("PRAGMA journal_mode").fetchone()[0] in {"wal", "memory"}:
            return
    for is_last in (False, False, False, True):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.Error as e:
            if is_last:
                raise StorageError(f"the log's database: {e}") from None
            with _translated():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("COMMIT")
