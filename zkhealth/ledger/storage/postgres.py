"""PostgreSQL, by psycopg: one advisory lock makes the writers of all machines take turns.

`synchronous_commit` is on for the session, whatever the server's default, so a commit waits until it is on the disk.
A connection that breaks is made anew.  If it breaks during a commit, the server is asked what became of it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from zkhealth.ledger.storage.interface import Row, StorageError
from zkhealth.ledger.storage.migrations import REFUSAL

_LOCK = 0x7A6B6C67  # "zklg"; the second key is the schema, so that several logs share a database.
_SESSION = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
SET lock_timeout = '60s';
SET idle_in_transaction_session_timeout = '60s';
"""
_BEGIN = f"SELECT pg_current_xact_id()::text, pg_advisory_xact_lock({_LOCK}, hashtext(current_schema()))"
_WAIT_FOR_WRITERS = f"SELECT pg_advisory_xact_lock({_LOCK}, hashtext(current_schema()))"
# What rewrites statements, hides rows, or does not outlive a crash is seen here too; a changed column is not.
_OBJECTS = f"""
WITH ledger AS (SELECT * FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relkind = 'r' AND relname LIKE 'ledger~_%' ESCAPE '~')
SELECT relname, CASE WHEN relpersistence = 'p' AND NOT relrowsecurity THEN '' ELSE 'unlogged, or with policies' END
FROM ledger
UNION ALL
SELECT tgname, CASE WHEN tgenabled IN ('O', 'A') AND prosrc = {REFUSAL}
    AND (tgqual IS NULL OR tgname = 'ledger_body_update') THEN '' ELSE 'disabled, or another' END
FROM pg_trigger JOIN ledger ON ledger.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal
UNION ALL
SELECT rulename, 'a rule' FROM pg_rewrite JOIN ledger ON ledger.oid = ev_class
"""  # noqa: S608 - The text of our own function.
_TYPES = {int: "int8", bytes: "bytea", str: "text"}
_COPY_FROM = 8
_TRIES = 50
_PAUSE_SECONDS = 0.2


class PostgresStorage:
    """A log in a schema of a PostgreSQL database: the one that the URL's search_path names, `public` by default."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._is_closed = False
        self._url = url
        _check_url(url)
        with _translated():
            self._connection = self._connect()

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._held():
            try:
                return _execute(self._connection, sql, parameters)
            except psycopg.OperationalError:
                if not self._connection.closed:
                    raise
            self._connection = self._connect()
            return _execute(self._connection, sql, parameters)

    @contextmanager
    def writing(self) -> Iterator[_Transaction]:
        with self._held():
            number = self._begin()
            connection = self._connection
            try:
                yield _Transaction(connection)
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise
            self._commit(number)

    def objects(self) -> dict[str, str]:
        return dict(self.read(_OBJECTS))

    def damage(self) -> str | None:
        """PostgreSQL checks its pages when it reads them, if it was set up with checksums."""
        return None

    def scrub(self) -> None:
        """Nothing: bytes stay until PostgreSQL rewrites the page, or the operator runs VACUUM FULL ledger_body."""

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if os.getpid() == self._process:
                self._connection.close()

    def _connect(self) -> psycopg.Connection[Row]:
        connection = psycopg.connect(self._url, autocommit=True)
        try:
            connection.execute(_SESSION)
            if _execute(connection, "SHOW fsync", ()) != [("on",)]:
                raise ValueError("the server runs with fsync off: nothing that it acknowledges is durable")
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin(self) -> str:
        """Start a transaction as the only writer; returns its number, by which its fate can be asked."""
        try:
            self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = self._connect()
            self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        try:
            return str(_execute(self._connection, _BEGIN, ())[0][0])
        except BaseException:
            if not self._connection.closed:
                self._connection.execute("ROLLBACK")
            raise

    def _commit(self, number: str) -> None:
        try:
            done = self._connection.execute("COMMIT").statusmessage
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            done = self._fate_of(number)
        if done != "COMMIT":
            raise StorageError("the log's database: the transaction was rolled back")

    def _fate_of(self, number: str) -> str:
        """Whether a transaction whose connection broke took place; waits until the server has recovered."""
        for _ in range(_TRIES):
            try:
                self._connection = self._connect()
                with self._connection.transaction():
                    self._connection.execute(_WAIT_FOR_WRITERS)
                    status = _execute(self._connection, "SELECT pg_xact_status(?::xid8)", (number,))[0][0]
            except psycopg.OperationalError:
                time.sleep(_PAUSE_SECONDS)
            else:
                return "COMMIT" if status == "committed" else "ROLLBACK"
        message = "the connection broke during the commit and cannot be made again: it may have taken place or not"
        raise StorageError(message, is_undecided=True)

    @contextmanager
    def _held(self) -> Iterator[None]:
        if os.getpid() != self._process:
            raise ValueError("the log was opened in another process: open it again in this one")
        with self._lock, _translated():
            if self._is_closed:
                raise ValueError("the log is closed")
            yield


class _Transaction:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return _execute(self._connection, sql, parameters)

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        rows = list(rows)
        if len(rows) < _COPY_FROM:
            for row in rows:
                _execute(self._connection, f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
            return
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([_TYPES[type(value)] for value in rows[0]])
            for row in rows:
                copy.write_row(row)


def _check_url(url: str) -> None:
    """Refuse what libpq cannot read; its own message repeats the part that it stumbles over, perhaps a password."""
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ValueError("expected a postgresql:// URL, with special characters percent-encoded") from None


def _execute(connection: psycopg.Connection[Row], sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run one statement; results come in binary, and a statement without rows has none."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(sql.replace("?", "%s") if parameters else sql, tuple(parameters) or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the database as StorageError, without the parts that could repeat a value."""
    try:
        yield
    except psycopg.Error as e:
        message = e.diag.message_primary or " ".join(str(e).split())
        raise StorageError(f"the log's database: {message}") from None
