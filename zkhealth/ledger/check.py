"""An audit of what is stored: every hash is computed again from the entries, and the first wrong row is named.

What is found consistent may still be another log than the one that was published: that shows only against a checkpoint
that is kept elsewhere, by a witness or a follower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from zkhealth.errors import VerificationError
from zkhealth.ledger.growth import Edge, grow
from zkhealth.ledger.rows import entry_of, is_erased, opening_of
from zkhealth.ledger.storage import Row, Storage
from zkhealth.ledger.storage.migrations import MIGRATIONS
from zkhealth.merkle import MAX_SIZE
from zkhealth.merkle.hashing import HASH_SIZE, leaf_hashes
from zkhealth.merkle.proof import check_root, check_size
from zkhealth.merkle.subtrees import root_of

_PAGE = 4096
_FIRST = -(2**63)
_ENTRIES = "SELECT i, data, hashes FROM ledger_entry WHERE i >= ? ORDER BY i LIMIT ?"
_BODIES = """
SELECT b.i, b.salt, b.body, e.data, e.hashes FROM ledger_body b LEFT JOIN ledger_entry e ON e.i = b.i
WHERE b.i >= ? ORDER BY b.i LIMIT ?"""
_CREATED = re.compile(r"CREATE (?:TABLE|TRIGGER) (\w+)")


def check(
    storage: Storage, origin: str, trusted: Iterable[tuple[int, bytes]], progress: Callable[[int], None] | None
) -> tuple[int, bytes]:
    """Recompute a log; returns its size and root.

    Raises VerificationError at the first thing that is wrong.
    """
    checkpoints = sorted(set(trusted))
    for size, root in checkpoints:
        check_size("size", size)
        check_root("root", root)
    if damage := storage.damage():
        raise VerificationError(f"the database is damaged: {damage}")
    _check_tables(storage)
    if storage.read("SELECT id, origin FROM ledger_log ORDER BY id") != [(1, origin)]:
        raise VerificationError(f"ledger_log is not one row with the origin {origin}")
    edge = _check_entries(storage, checkpoints, progress or (lambda _: None))
    for row in _pages(storage, _BODIES):
        _check_body(*row)
    return edge.size, _root(edge)


def _check_tables(storage: Storage) -> None:
    """The tables and triggers are those that the migrations make, and no trigger more."""
    versions = storage.read("SELECT version FROM ledger_migration ORDER BY version")
    if versions != [(number,) for number in range(1, len(MIGRATIONS) + 1)]:
        raise VerificationError(f"ledger_migration is not the rows 1 to {len(MIGRATIONS)}")
    statements = [s.strip() for migration in MIGRATIONS for s in migration(storage.dialect)]
    expected = {match[1]: s for s in statements if (match := _CREATED.match(s))}
    found = storage.objects()
    for name, definition in expected.items():
        if name not in found:
            raise VerificationError(f"the table or trigger {name} is missing")
        if found[name] not in ("", definition):
            raise VerificationError(f"the table or trigger {name} was changed")
    if more := sorted(found.keys() - expected.keys()):
        raise VerificationError(f"the table or trigger {more[0]} does not belong there")


def _check_entries(storage: Storage, checkpoints: Sequence[tuple[int, bytes]], progress: Callable[[int], None]) -> Edge:
    edge, left = Edge(0, {}), list(checkpoints)
    rows = _pages(storage, _ENTRIES)
    while True:
        while left and left[0][0] == edge.size:
            _check_root(edge, left.pop(0)[1])
        page = _take(rows, min(_PAGE, left[0][0] - edge.size) if left else _PAGE)
        if not page:
            break
        edge = _check_page(edge, page)
        progress(edge.size)
    if left:
        raise VerificationError(f"the log has {edge.size} entries, fewer than the {left[0][0]} of a checkpoint")
    return edge


def _check_page(edge: Edge, page: Sequence[Row]) -> Edge:
    """Entries that stand next to each other; returns the edge after them."""
    for index, (i, data, hashes) in enumerate(page, edge.size):
        if i != index:
            raise VerificationError(f"ledger_entry: row {min(i, index)} is {'missing' if i > index else 'no index'}")
        entry_of(index, data, hashes)
    completed, after = grow(edge, leaf_hashes([data for _, data, _ in page]))
    for (i, _, found), expected in zip(page, completed, strict=True):
        if found != expected:
            level = next((k for k in range(len(expected) // HASH_SIZE) if _at(k, found) != _at(k, expected)), None)
            what = "has hashes too many" if level is None else f"has another hash of level {level} than its subtree"
            raise VerificationError(f"ledger_entry: row {i} {what}")
    return after


def _check_body(i: int, salt: object, body: object, data: object, hashes: object) -> None:
    if data is None:
        raise VerificationError(f"ledger_body: row {i} is for an entry that is not there")
    entry = entry_of(i, data, hashes)
    if not is_erased(salt, body):
        opening_of(i, entry, salt, body)


def _check_root(edge: Edge, root: bytes) -> None:
    if _root(edge) != root:
        raise VerificationError(f"the first {edge.size} entries have another root than the checkpoint")


def _root(edge: Edge) -> bytes:
    return root_of(lambda level, _: edge.nodes[level], edge.size)


def _at(level: int, hashes: bytes) -> bytes:
    return hashes[level * HASH_SIZE : (level + 1) * HASH_SIZE]


def _pages(storage: Storage, sql: str) -> Iterator[Row]:
    """All rows of a query by the number that stands first in them, a page at a time."""
    start = _FIRST
    while start <= MAX_SIZE and (page := storage.read(sql, (start, _PAGE))):
        yield from page
        start = page[-1][0] + 1


def _take(rows: Iterator[Row], n: int) -> list[Row]:
    return [row for _, row in zip(range(n), rows, strict=False)]
