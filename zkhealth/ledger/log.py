"""The log: entries that are appended and never changed, under a root that commits to all of them.

RFC 9162 section 2.1, stored in SQLite or PostgreSQL.  Whoever holds a root and its size can be shown any entry, and
that a later root only added entries; the log needs no trust for that, only for answering at all.

    >>> from zkhealth.ledger.entries import public
    >>> from zkhealth.merkle import verify_inclusion
    >>> log = Log.open(":memory:", origin="zkhealth.example/log1")
    >>> log.append([public("issuer", {"name": "hospital"}), public("issuer", {"name": "laboratory"})])
    [0, 1]
    >>> verify_inclusion(log.root(), len(log), 1, log.entry(1).data, log.inclusion_proof(1))
    >>> log.close()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from zkhealth.errors import VerificationError, WitnessError
from zkhealth.ledger.check import check
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.ledger.growth import grow
from zkhealth.ledger.origin import check_origin, origin_of
from zkhealth.ledger.rows import is_erased, opening_of, read_edge, read_entries, read_nodes, read_size
from zkhealth.ledger.storage import Storage, StorageError, open_storage
from zkhealth.merkle import MAX_SIZE, Proof
from zkhealth.merkle.hashing import leaf_hashes
from zkhealth.merkle.proof import check_int, check_size
from zkhealth.merkle.subtrees import Node, consistency_path, inclusion_path, root_of

_PAGE = 1000
_BODY = "SELECT salt, body FROM ledger_body WHERE i = ?"
_T = TypeVar("_T")


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
            check_origin(origin)
        storage = open_storage(url, is_new=origin is not None)
        try:
            return cls(storage, origin_of(storage, origin))
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
        return read_size(self._storage.read)

    def append(self, entries: Sequence[Entry], openings: Sequence[Opening | None] = ()) -> list[int]:
        """Add entries next to each other, all or none; returns their indices, when all are durable.

        `openings`, one for each entry or None, are kept in the same step: no crash leaves one without the other.

        Raises WitnessError if one opens another entry.
        """
        entries = list(entries)
        if not all(isinstance(entry, Entry) for entry in entries):
            raise TypeError("expected entries")
        _check_openings(entries, openings)
        if not entries:
            return []
        data = [entry.data for entry in entries]
        leaves = leaf_hashes(data)
        with self._storage.writing() as transaction:
            before = read_edge(transaction.execute)
            hashes, after = grow(before, leaves)
            indices = range(before.size, after.size)
            transaction.insert("ledger_entry", zip(indices, data, hashes, strict=True))
            kept = zip(indices, openings, strict=False)
            transaction.insert("ledger_body", [(i, opening.salt, opening.data) for i, opening in kept if opening])
        return list(indices)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` entries, by default of all.

        Raises ValueError if there are not so many.
        """
        size = self._size(size)
        return self._from_nodes(size, lambda node: root_of(node, size))

    def entry(self, index: int) -> Entry:
        """Entry number `index`, from 0.

        Raises ValueError if there is none.
        """
        check_size("index", index)
        size = len(self)
        if index >= size:
            raise ValueError(f"no entry {index} in a log of {size}")
        (entry,) = read_entries(self._storage.read, index, index + 1)
        return entry

    def entries(self, lo: int = 0, hi: int | None = None) -> Iterator[Entry]:
        """Entries `lo` to `hi` - 1, by default all that are there now, a thousand at a time.

        Raises ValueError if there are not so many.
        """
        hi = self._size(hi)
        self._check_there(hi)
        check_size("lo", lo)
        for start in range(lo, hi, _PAGE):
            yield from read_entries(self._storage.read, start, min(start + _PAGE, hi))

    def inclusion_proof(self, index: int, size: int | None = None) -> Proof:
        """Prove which entry is number `index`, to whoever holds the root of the first `size` entries.

        Raises ValueError if there is no such entry.
        """
        size = self._size(size)
        check_int("index", index)
        if not 0 <= index < size:
            raise ValueError(f"index is outside the log of {size} entries")
        return self._from_nodes(size, lambda node: inclusion_path(node, index, size))

    def consistency_proof(self, old: int, size: int | None = None) -> Proof:
        """Prove that the first `size` entries begin with the first `old`.

        Raises ValueError if the sizes are not in order, or there are not so many entries.
        """
        size = self._size(size)
        check_size("old size", old)
        if old > size:
            raise ValueError(f"old size {old} is more than size {size}")
        return self._from_nodes(size, lambda node: consistency_path(node, old, size))

    def node(self, level: int, index: int) -> bytes:
        """The hash of the entries from index * 2^level to (index + 1) * 2^level - 1.

        Raises ValueError if they are not all there.
        """
        check_size("level", level)
        check_size("index", index)
        if level >= MAX_SIZE.bit_length() or index + 1 << level > len(self):
            raise ValueError(f"no complete subtree {index} of level {level}")
        return read_nodes(self._storage.read, [(level, index)])[level, index]

    def keep_body(self, index: int, opening: Opening) -> None:
        """Store what opens a personal entry, until it is erased.

        Raises WitnessError if it opens another entry; ValueError if there is no such entry, or it has or had its body.
        """
        if not opening.opens(self.entry(index)):
            raise WitnessError(f"the opening is not that of entry {index}")
        with self._storage.writing() as transaction:
            if transaction.execute("SELECT 1 FROM ledger_body WHERE i = ?", (index,)):
                raise ValueError(f"entry {index} has its body already, or had it")
            transaction.insert("ledger_body", [(index, opening.salt, opening.data)])

    def body(self, index: int) -> Opening | None:
        """What opens a personal entry; None where it was erased, or never kept.

        Raises VerificationError if what is stored does not open it.
        """
        entry = self.entry(index)
        rows = self._storage.read(_BODY, (index,))
        return opening_of(index, entry, *rows[0]) if rows and not is_erased(*rows[0]) else None

    def opened(self, lo: int = 0, hi: int | None = None) -> Iterator[tuple[Entry, Opening | None]]:
        """Entries `lo` to `hi` - 1, each with what opens it where that is kept, a thousand at a time.

        Raises ValueError if there are not so many; VerificationError if what is stored opens another entry.
        """
        hi = self._size(hi)
        self._check_there(hi)
        check_size("lo", lo)
        for start in range(lo, hi, _PAGE):
            stop = min(start + _PAGE, hi)
            rows = self._storage.read("SELECT i, salt, body FROM ledger_body WHERE i >= ? AND i < ?", (start, stop))
            kept = {i: (salt, body) for i, salt, body in rows if not is_erased(salt, body)}
            for index, entry in enumerate(read_entries(self._storage.read, start, stop), start):
                yield entry, opening_of(index, entry, *kept[index]) if index in kept else None

    def erase(self, index: int) -> None:
        """Forget salt and body of an entry; the log stays as it is, and its commitment means nothing any more.

        In SQLite the bytes are overwritten where they are; that there were some, and how many, stays.  PostgreSQL
        keeps them in its files until it rewrites the page, and both keep them in backups: see NOTES.md.
        """
        check_size("index", index)
        with self._storage.writing() as transaction:
            for salt, body in transaction.execute(_BODY, (index,)):
                zeros = bytes(len(salt)), bytes(len(body))
                transaction.execute("UPDATE ledger_body SET salt = ?, body = ? WHERE i = ?", (*zeros, index))
            if not all(is_erased(*row) for row in transaction.execute(_BODY, (index,))):  # A trigger or rule, say.
                raise StorageError(f"the database keeps the body of entry {index}")
        self._storage.scrub()

    def check(
        self, trusted: Iterable[tuple[int, bytes]] = (), progress: Callable[[int], None] | None = None
    ) -> tuple[int, bytes]:
        """Recompute everything that is stored; returns the size and root that were found.

        `trusted` are sizes and roots from checkpoints kept elsewhere: without one, whoever can write to the database
        can replace the whole log by another that is just as consistent.  `progress` is told how many entries are done.

        Raises VerificationError at the first row that is not what it should be, naming its table and number.
        """
        return check(self._storage, self.origin, trusted, progress)

    def _from_nodes(self, size: int, compute: Callable[[Node], _T]) -> _T:
        """What `compute` makes of the hashes it asks for, all read in one query: it runs twice, at first on nothing.

        The last entry is read with them, so that what is asked about entries to come is seen to be so.
        """
        asked = [(0, size - 1)] if size else []

        def note(level: int, index: int) -> bytes:
            asked.append((level, index))
            return b""

        compute(note)
        try:
            nodes = read_nodes(self._storage.read, asked)
        except VerificationError:
            self._check_there(size)
            raise
        return compute(lambda level, index: nodes[level, index])

    def _size(self, size: int | None) -> int:
        """`size`, if it can be one; None is the current size."""
        if size is None:
            return len(self)
        check_size("size", size)
        return size

    def _check_there(self, size: int) -> None:
        if size > (there := len(self)):
            raise ValueError(f"size {size} is more than the {there} entries of the log")


def _check_openings(entries: Sequence[Entry], openings: Sequence[Opening | None]) -> None:
    if openings and len(openings) != len(entries):
        raise ValueError(f"expected as many openings as entries, {len(entries)}, got {len(openings)}")
    for number, (entry, opening) in enumerate(zip(entries, openings, strict=False)):
        if opening is not None and not opening.opens(entry):
            raise WitnessError(f"opening {number} is not that of its entry")
