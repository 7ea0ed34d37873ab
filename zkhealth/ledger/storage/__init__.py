"""Where the rows of a log are: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from zkhealth.ledger.storage.interface import Row, Storage, StorageError, Transaction
from zkhealth.ledger.storage.sqlite import MEMORY, SqliteStorage

__all__ = ["Row", "Storage", "StorageError", "Transaction", "open_storage"]

_SQLITE = "sqlite:///"


def open_storage(url: str | Path, *, is_new: bool = True) -> Storage:
    """Open the database at a path, a `sqlite:///` URL (a path follows), or a `postgresql://` URL.

    A file that is not there is made if `is_new` allows it.

    Raises ValueError for another URL, or if psycopg is not installed; StorageError if it cannot be opened.
    """
    if isinstance(url, str) and url.startswith(("postgresql://", "postgres://")):
        return _open_postgres(url)
    if isinstance(url, str) and url.startswith(_SQLITE):
        url = url.removeprefix(_SQLITE) or MEMORY
    elif isinstance(url, str) and "://" in url:
        raise ValueError(f"expected a path, sqlite:/// or postgresql://, got {url.partition('://')[0]}://")
    if not str(url):
        raise ValueError("expected a path, got nothing")
    if not is_new and url != MEMORY and not Path(url).exists():
        raise ValueError("there is no log here, and a new one needs an origin")
    return SqliteStorage(url)


def _open_postgres(url: str) -> Storage:
    try:
        from zkhealth.ledger.storage.postgres import PostgresStorage  # noqa: PLC0415
    except ImportError:
        raise ValueError("postgresql:// needs psycopg: install zkhealth[postgres]") from None
    return PostgresStorage(url)
