"""Rows of a log, read back and checked: what is not what was hashed is refused here, by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.ledger.growth import Edge, row_of
from zkhealth.ledger.storage import Row
from zkhealth.merkle import MAX_SIZE, leaf_hash
from zkhealth.merkle.hashing import HASH_SIZE
from zkhealth.merkle.subtrees import edge_of

Query = Callable[[str, Sequence[Any]], list[Row]]
Nodes = dict[tuple[int, int], bytes]
"""Hashes of complete subtrees, by level and index."""

_ENTRIES = "SELECT i, data, hashes FROM ledger_entry WHERE i >= ? AND i < ? ORDER BY i"
_FEW = 32


def read_size(query: Query) -> int:
    """The number of entries."""
    last = query("SELECT max(i) FROM ledger_entry", ())[0][0]
    if last is not None and not 0 <= last < MAX_SIZE:
        raise VerificationError(f"ledger_entry has a row {last}")
    return 0 if last is None else int(last) + 1


def read_edge(query: Query) -> Edge:
    """The subtrees that make up the tree, for whoever is the only writer."""
    size = read_size(query)
    nodes = read_nodes(query, edge_of(size))
    return Edge(size, {level: node for (level, _), node in nodes.items()})


def read_nodes(query: Query, asked: Iterable[tuple[int, int]]) -> Nodes:
    """Hashes of complete subtrees, which must be there."""
    places = {(level, index): row_of(level, index) for level, index in asked}
    if not places:
        return {}
    rows = sorted(set(places.values()))
    rows += rows[-1:] * (-len(rows) % _FEW)  # Statements of few lengths: the database keeps their plans.
    marks = ", ".join("?" * len(rows))
    found = {i: hashes for i, hashes in query(f"SELECT i, hashes FROM ledger_entry WHERE i IN ({marks})", rows)}  # noqa: C416, S608
    return {place: _node(found.get(row), row, place[0]) for place, row in places.items()}


def read_entries(query: Query, lo: int, hi: int) -> Iterator[Entry]:
    """Entries `lo` to `hi` - 1, which must be there."""
    rows = query(_ENTRIES, (lo, hi))
    for index, (i, data, hashes) in zip(range(lo, hi), rows, strict=False):
        if i != index:
            raise VerificationError(f"entry {index} is missing")
        yield entry_of(index, data, hashes)
    if len(rows) != hi - lo:
        raise VerificationError(f"entry {lo + len(rows)} is missing")


def entry_of(index: int, data: object, hashes: object) -> Entry:
    """The entry of a row.

    Raises VerificationError if it is not the one that was hashed, or none at all.
    """
    if not (isinstance(data, bytes) and isinstance(hashes, bytes) and leaf_hash(data) == hashes[:HASH_SIZE]):
        raise VerificationError(f"entry {index} is not what was hashed")
    try:
        return Entry.decode(data)
    except DecodingError as e:
        reason = str(e)
    raise VerificationError(f"entry {index} is not canonical: {reason}")


def is_erased(salt: object, body: object) -> bool:
    """Whether the opening of a row has turned to zeros; no body in JSON has one."""
    return isinstance(salt, bytes) and isinstance(body, bytes) and not any(salt) and not any(body)


def opening_of(index: int, entry: Entry, salt: object, body: object) -> Opening:
    """The opening of a row.

    Raises VerificationError if it does not open the entry; the message repeats nothing of it.
    """
    try:
        if isinstance(salt, bytes) and isinstance(body, bytes) and (opening := Opening(salt, body)).opens(entry):
            return opening
    except DecodingError:
        pass
    raise VerificationError(f"the body of entry {index} is not what was committed to")


def _node(hashes: object, row: int, level: int) -> bytes:
    node = hashes[level * HASH_SIZE : (level + 1) * HASH_SIZE] if isinstance(hashes, bytes) else b""
    if len(node) != HASH_SIZE:
        raise VerificationError(f"entry {row} is missing, or its hash of level {level}")
    return node
