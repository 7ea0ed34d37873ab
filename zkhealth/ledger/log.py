"""The log: entries that are appended and never changed, under a root that commits to all of them.

RFC 9162 section 2.1, stored in SQLite or PostgreSQL.  Whoever holds a root and its size can be shown any entry, and
that a later root only added entries; the log needs no trust for that, only for answering at all.

    >>> from zkhealth.ledger.entries import public
    >>> from zkhealth.merkle import verify_inclusion
    >>> log = Log.open(":memory:", origin="zkhealth.example/log1")
    >>> log.append([public("issuer", {"name": "hospital"}), public("issuer", {"name": "laboratory"})])
    [0, 1]
    >>> verify_inclusion(log.root(), len(log), 1, log.entry(1).data, log.inclusion_proof(1))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.ledger.growth import Edge, grow, row_of
from zkhealth.ledger.storage import Row, Storage, Transaction, open_storage
from zkhealth.ledger.storage.migrations import migrate, version_of
from zkhealth.merkle import Proof, leaf_hash
from zkhealth.merkle.hashing import HASH_SIZE, leaf_hashes
from zkhealth.merkle.proof import check_int, check_size
from zkhealth.merkle.subtrees import Node, consistency_path, edge_of, inclusion_path, root_of

_PAGE = 1000
_LAST = "SELECT max(i) FROM ledger_entry"
_PAGE_OF_ENTRIES = "SELECT i, data, hashes FROM ledger_entry WHERE i >= ? AND i < ? ORDER BY i"
_T = TypeVar("_T")
_Nodes = dict[tuple[int, int], bytes]


class Log:
    """A log in a database.  Safe with several threads and several processes; after a fork, open it again.

    Whatever the database cannot do is a StorageError, an OSError, and then nothing was appended; what was acknowledged
    stays.  Rows that are not what was hashed are a VerificationError when they are read.
    """

    origin: str
    """The log's name, which its checkpoints carry: fixed when the log is made."""

    def __init__(self, storage: Storage, origin: str) -> None:
        self._storage, self.origin = storage, origin

    @classmethod
    def open(cls, url: str | Path, origin: str | None = None) -> Log:
        """Open a log, and make it if it is not there: a path, `sqlite:///path`, or `postgresql://…`.

        Requires: the file is on a local disk, that keeps what it was told to keep.

        Raises:
            ValueError: another origin than the log's, or none for a new log; a log of a newer program.
            StorageError: the database cannot be opened.
        """
        if origin is not None:
            _check_origin(origin)
        storage = open_storage(url)
        try:
            return cls(storage, _origin_of(storage, origin))
        except BaseException:
            storage.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        return _size_after(self._storage.read(_LAST))

    def append(self, entries: Sequence[Entry]) -> list[int]:
        """Add entries next to each other, all or none; returns their indices, when all are durable."""
        entries = list(entries)
        if not all(isinstance(entry, Entry) for entry in entries):
            raise TypeError("expected entries")
        if not entries:
            return []
        data = [entry.data for entry in entries]
        leaves = leaf_hashes(data)
        with self._storage.writing() as transaction:
            before = _edge(transaction)
            hashes, after = grow(before, leaves)
            indices = range(before.size, after.size)
            transaction.insert("ledger_entry", zip(indices, data, hashes, strict=True))
        return list(indices)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` entries, by default of all.

        Raises ValueError if there are not so many.
        """
        size = self._size(size)
        return self._from_nodes(lambda node: root_of(node, size))

    def entry(self, index: int) -> Entry:
        """Entry number `index`, from 0.

        Raises ValueError if there is none.
        """
        check_size("index", index)
        for entry in self.entries(index, index + 1):
            return entry
        raise ValueError(f"no entry {index} in a log of {len(self)}")

    def entries(self, lo: int = 0, hi: int | None = None) -> Iterator[Entry]:
        """Entries `lo` to `hi` - 1, by default all that are there now, a thousand at a time.

        Raises ValueError if there are not so many.
        """
        hi = self._size(hi)
        check_size("lo", lo)
        for start in range(lo, hi, _PAGE):
            yield from self._page(start, min(start + _PAGE, hi))

    def inclusion_proof(self, index: int, size: int | None = None) -> Proof:
        """Prove which entry is number `index`, to whoever holds the root of the first `size` entries.

        Raises ValueError if there is no such entry.
        """
        size = self._size(size)
        check_int("index", index)
        if not 0 <= index < size:
            raise ValueError(f"index is outside the log of {size} entries")
        return self._from_nodes(lambda node: inclusion_path(node, index, size))

    def consistency_proof(self, old: int, size: int | None = None) -> Proof:
        """Prove that the first `size` entries begin with the first `old`.

        Raises ValueError if the sizes are not in order, or there are not so many entries.
        """
        size = self._size(size)
        check_size("old size", old)
        if old > size:
            raise ValueError(f"old size {old} is more than size {size}")
        return self._from_nodes(lambda node: consistency_path(node, old, size))

    def node(self, level: int, index: int) -> bytes:
        """The hash of the entries from index * 2^level to (index + 1) * 2^level - 1.

        Raises ValueError if they are not all there.
        """
        check_size("level", level)
        check_size("index", index)
        if index + 1 << level > len(self):
            raise ValueError(f"no complete subtree {index} of level {level}")
        return _nodes(self._storage.read, [(level, index)])[level, index]

    def keep_body(self, index: int, opening: Opening) -> None:
        """Store what opens a personal entry, until it is erased.

        Raises WitnessError if it opens another entry; ValueError if there is no such entry, or it has its body.
        """
        if not opening.opens(self.entry(index)):
            raise WitnessError(f"the opening is not that of entry {index}")
        with self._storage.writing() as transaction:
            if transaction.execute("SELECT 1 FROM ledger_body WHERE i = ?", (index,)):
                raise ValueError(f"entry {index} has its body already")
            transaction.insert("ledger_body", [(index, opening.salt, opening.data)])

    def body(self, index: int) -> Opening | None:
        """What opens a personal entry; None where it was erased, or never kept.

        Raises VerificationError if what is stored does not open it.
        """
        entry = self.entry(index)
        rows = self._storage.read("SELECT salt, body FROM ledger_body WHERE i = ?", (index,))
        return opening_of(index, entry, *rows[0]) if rows else None

    def erase(self, index: int) -> None:
        """Forget salt and body of an entry; the log stays as it is, and its commitment means nothing any more.

        In SQLite the bytes are overwritten.  PostgreSQL keeps them in its files until it rewrites the page, and both
        keep them in backups: see NOTES.md.
        """
        check_size("index", index)
        with self._storage.writing() as transaction:
            transaction.execute("DELETE FROM ledger_body WHERE i = ?", (index,))
        self._storage.scrub()

    def _page(self, lo: int, hi: int) -> Iterator[Entry]:
        rows = self._storage.read(
            "SELECT i, data, hashes FROM ledger_entry WHERE i >= ? AND i < ? ORDER BY i", (lo, hi)
        )
        for index, (i, data, hashes) in zip(range(lo, hi), rows, strict=False):
            if i != index:
                raise VerificationError(f"entry {index} is missing")
            yield entry_of(index, data, hashes)
        if len(rows) != hi - lo:
            raise VerificationError(f"entry {lo + len(rows)} is missing")

    def _from_nodes(self, compute: Callable[[Node], _T]) -> _T:
        """What `compute` makes of the hashes it asks for, all read in one query: it runs twice, at first on nothing."""
        asked: list[tuple[int, int]] = []

        def note(level: int, index: int) -> bytes:
            asked.append((level, index))
            return b""

        compute(note)
        nodes = _nodes(self._storage.read, asked)
        return compute(lambda level, index: nodes[level, index])

    def _size(self, size: int | None) -> int:
        """`size`, checked; None is the current size."""
        if size is not None:
            check_size("size", size)
        there = len(self)
        if size is not None and size > there:
            raise ValueError(f"size {size} is more than the {there} entries of the log")
        return there if size is None else size


def entry_of(index: int, data: bytes, hashes: bytes) -> Entry:
    """The entry of a row.

    Raises VerificationError if it is not the one that was hashed.
    """
    data = bytes(data)
    if leaf_hash(data) != bytes(hashes[:HASH_SIZE]):
        raise VerificationError(f"entry {index} is not what was hashed")
    try:
        return Entry.decode(data)
    except DecodingError as e:
        raise VerificationError(f"entry {index} is none: {e}") from None


def opening_of(index: int, entry: Entry, salt: bytes, body: bytes) -> Opening:
    """The opening of a row.

    Raises VerificationError if it does not open the entry.
    """
    try:
        opening = Opening(bytes(salt), bytes(body))
    except DecodingError:
        opening = None
    if opening is None or not opening.opens(entry):
        raise VerificationError(f"the body of entry {index} is not what was committed to")
    return opening


def _edge(transaction: Transaction) -> Edge:
    """The subtrees that make up the tree, for whoever is the only writer."""
    size = _size_after(transaction.execute(_LAST))
    nodes = _nodes(transaction.execute, edge_of(size))
    return Edge(size, {level: node for (level, _), node in nodes.items()})


def _nodes(query: Callable[[str, Sequence[int]], list[Row]], asked: Sequence[tuple[int, int]]) -> _Nodes:
    """Hashes of complete subtrees, by level and index."""
    if not asked:
        return {}
    rows = {row_of(level, index) for level, index in asked}
    marks = ", ".join("?" * len(rows))
    found: dict[int, bytes] = dict(query(f"SELECT i, hashes FROM ledger_entry WHERE i IN ({marks})", list(rows)))  # noqa: S608
    return {(level, index): _node(found, level, row_of(level, index)) for level, index in asked}


def _node(found: Mapping[int, bytes], level: int, row: int) -> bytes:
    node = bytes(found.get(row, b"")[level * HASH_SIZE : (level + 1) * HASH_SIZE])
    if len(node) != HASH_SIZE:
        raise VerificationError(f"entry {row} is missing, or its hash of level {level}")
    return node


def _size_after(rows: list[Row]) -> int:
    (last,) = rows[0]
    return 0 if last is None else int(last) + 1


def _origin_of(storage: Storage, origin: str | None) -> str:
    """The origin of the log, which is made if it is not there."""
    found = _stored_origin(storage)
    if found is None:
        if origin is None:
            raise ValueError("there is no log here, and a new one needs an origin")
        migrate(storage)
        with storage.writing() as transaction:
            if not transaction.execute("SELECT 1 FROM ledger_log"):
                transaction.insert("ledger_log", [(1, origin)])
        found = _stored_origin(storage)
    if found is None or origin not in (None, found):
        raise ValueError(f"the origin of the log is {found!r}, not {origin!r}")
    return found


def _stored_origin(storage: Storage) -> str | None:
    """The origin in the database, whose tables are brought up to date; None if there are none."""
    if not version_of(storage):
        return None
    migrate(storage)
    rows = storage.read("SELECT origin FROM ledger_log")
    return str(rows[0][0]) if rows else None


def _check_origin(origin: str) -> None:
    """Refuse what no checkpoint can carry in its first line, and no signature as its name (C2SP signed-note)."""
    if not isinstance(origin, str):
        raise TypeError(f"an origin is text, not {type(origin).__name__}")
    if not origin or "+" in origin or not origin.isprintable() or any(c.isspace() for c in origin):
        raise ValueError(f"expected an origin such as log.example/2026, without blanks and plus signs, got {origin!r}")
