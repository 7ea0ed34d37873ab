"""The last checkpoint seen of each log, in one file that outlives crashes and is shared by processes.

A SQLite database: a change is there whole and on the disk when `exchange` returns, or not at all, and of two processes
that exchange the same checkpoint one is told that it came too late.  Whoever can write the file can put an older
one back; keep it where the log's operator cannot.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zkhealth.errors import DecodingError

_TABLE = "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, checkpoint BLOB NOT NULL)"
_WAIT = 30.0


class Seen:
    """The file.  Thread-safe: every call opens it anew.

    Raises, here and in every method:
        DecodingError: the file is something else, or damaged.
        OSError: it cannot be read or written, or others held it for 30 s.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        with self._open() as database:
            database.execute(_TABLE)

    def get(self, origin: str) -> bytes | None:
        """The signed checkpoint last put there, or None."""
        with self._open() as database:
            return _get(database, origin)

    def exchange(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Put `new` in the place of `old`, durably; False, and nothing changes, if there is something else there."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            if _get(database, origin) != old:
                return False
            database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (origin, new))
            database.execute("COMMIT")
            return True

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = None
        try:
            database = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
            database.execute("PRAGMA synchronous = EXTRA")
            yield database
        except sqlite3.OperationalError as error:
            raise OSError(f"the file of what was seen cannot be used: {error}") from None
        except sqlite3.DatabaseError:
            raise DecodingError("expected a file of what was seen, got something else") from None
        finally:
            if database is not None:
                database.close()  # Rolls back what was not committed.


def _get(database: sqlite3.Connection, origin: str) -> bytes | None:
    row = database.execute("SELECT checkpoint FROM seen WHERE origin = ?", (origin,)).fetchone()
    return bytes(row[0]) if row else None
