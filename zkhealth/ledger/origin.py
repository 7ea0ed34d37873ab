"""A log's origin: the name in its checkpoints, given when it is made and fixed from then on."""

from __future__ import annotations

from zkhealth.ledger.storage import Storage
from zkhealth.ledger.storage.migrations import migrate, version_of


def origin_of(storage: Storage, origin: str | None) -> str:
    """The origin of the log, which is made if it is not there.

    Raises ValueError if it is not `origin`, or if there is neither a log nor an origin.
    """
    found = _stored(storage)
    if found is None:
        if origin is None:
            raise ValueError("there is no log here, and a new one needs an origin")
        found = _found(storage, origin)
    if origin not in (None, found):
        raise ValueError(f"the origin of the log is {found!r}, not {origin!r}")
    return found


def check_origin(origin: str) -> None:
    """Refuse what no checkpoint can carry in its first line, and no signature as its name (C2SP signed-note)."""
    if not isinstance(origin, str):
        raise TypeError(f"an origin is text, not {type(origin).__name__}")
    if not origin or "+" in origin or not origin.isprintable() or any(c.isspace() for c in origin):
        raise ValueError(f"expected an origin such as log.example/2026, without blanks and plus signs, got {origin!r}")


def _stored(storage: Storage) -> str | None:
    """The origin in the database, whose tables are brought up to date; None if there are none."""
    if not version_of(storage):
        return None
    migrate(storage)
    rows = storage.read("SELECT origin FROM ledger_log")
    return str(rows[0][0]) if rows else None


def _found(storage: Storage, origin: str) -> str:
    """Make the log, unless another process was faster."""
    migrate(storage)
    with storage.writing() as transaction:
        if rows := transaction.execute("SELECT origin FROM ledger_log"):
            return str(rows[0][0])
        transaction.insert("ledger_log", [(1, origin)])
    return origin
