"""The stored log: appends that are durable when they return, and proofs from ten million entries.

The clock of the appends is the wall, since waiting for the disk is what they do; rivals wait for the same disk in turn.
PostgreSQL is measured where ZKHEALTH_POSTGRESQL has the URL of a database whose public schema is empty, as in
`python tests/ledger/postgres_cluster.py python -m benchmarks --only "log:"`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

from benchmarks.harness import OURS, Case, Contender, against, at_most, within
from benchmarks.processes import ROOT
from zkhealth.ledger import Entry, Log

_URL = os.environ.get("ZKHEALTH_POSTGRESQL", "")
_ORIGIN = "benchmark.example/log"
_MANY = 10_000_000
_FEW = 1 << 14
_BATCH = 1000
_WRITERS = 4
_BATCHES_EACH = 10


@dataclass
class Appending:
    """Something that keeps entries, given a batch at a time."""

    batch: int
    append: Callable[[list[Entry]], object]
    stored: Callable[[], list[bytes]]
    folder: tempfile.TemporaryDirectory[str] | None = None
    _next: int = field(default=0, init=False)

    def answer(self) -> object:
        """What is stored after one batch."""
        self.append(self._entries())
        return self.stored()

    def measure(self, loops: int) -> float:
        """Nanoseconds of one batch, on the wall."""
        batches = [self._entries() for _ in range(loops)]
        start = time.perf_counter_ns()
        for entries in batches:
            self.append(entries)
        return (time.perf_counter_ns() - start) / loops

    def _entries(self) -> list[Entry]:
        self._next += self.batch
        return accesses(self._next - self.batch, self._next)


def accesses(lo: int, hi: int) -> list[Entry]:
    """Personal entries, 91 bytes each."""
    return [Entry("access", b'{"c":"%064x","kind":"access"}' % i) for i in range(lo, hi)]


def _ours(batch: int) -> Appending:
    folder = tempfile.TemporaryDirectory()
    log = Log.open(Path(folder.name) / "log.db", _ORIGIN)
    return Appending(batch, log.append, lambda: [entry.data for entry in log.entries()], folder)


def _plain(batch: int, sqlite: ModuleType) -> Appending:
    """A table of entries and nothing else, with the journal and the synchronisation that the log uses."""
    folder = tempfile.TemporaryDirectory()
    connection = sqlite.connect(Path(folder.name) / "plain.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    connection.execute("CREATE TABLE entry (i INTEGER PRIMARY KEY, data BLOB NOT NULL)")

    def append(entries: list[Entry]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entry (data) VALUES (?)", [(entry.data,) for entry in entries])
        connection.execute("COMMIT")

    return Appending(batch, append, lambda: [row[0] for row in connection.execute("SELECT data FROM entry")], folder)


def _pymerkle(batch: int, pymerkle: ModuleType) -> Appending:
    folder = tempfile.TemporaryDirectory()
    tree = pymerkle.SqliteTree(str(Path(folder.name) / "tree.db"))

    def stored() -> list[bytes]:
        return [tree.get_entry(i + 1) for i in range(tree.get_size())]

    return Appending(batch, lambda entries: tree.append_entries([entry.data for entry in entries]), stored, folder)


def _append(batch: int) -> Mapping[str, Contender]:
    return against(_ours(batch), sqlite3=partial(_plain, batch), pymerkle=partial(_pymerkle, batch))


def filled(url: str | Path, size: int) -> Log:
    """A log of so many entries, made now."""
    log = Log.open(url, _ORIGIN)
    for lo in range(len(log), size, 50_000):
        log.append(accesses(lo, min(lo + 50_000, size)))
        if size == _MANY and lo % 1_000_000 == 0:
            print(f"  {lo:,} entries", file=sys.stderr, flush=True)
    return log


class Proving:
    """Proofs, each for another entry; what they need goes with it."""

    def __init__(self, size: int, prove: Callable[[int], object], *needed: object) -> None:
        self._size, self._prove, self._needed, self._index = size, prove, needed, 0

    def answer(self) -> object:
        """One proof."""
        return self._prove(_FEW // 3)

    def measure(self, loops: int) -> float:
        """Nanoseconds of one proof, on the wall: the database may be another process."""
        start = time.perf_counter_ns()
        for _ in range(loops):
            self._index = (self._index + 7_654_321) % self._size
            self._prove(self._index)
        return (time.perf_counter_ns() - start) / loops


def _prove(size: int, url: str | None = None) -> Mapping[str, Contender]:
    folder = tempfile.TemporaryDirectory()
    log = filled(url or Path(folder.name) / "log.db", size)

    def pymerkle(module: ModuleType) -> Proving:
        tree = module.SqliteTree(str(Path(folder.name) / "tree.db"))
        tree.append_entries([entry.data for entry in accesses(0, size)])
        return Proving(size, lambda index: tuple(tree.prove_inclusion(index + 1).path[1:]), folder)

    ours = Proving(size, lambda index: log.inclusion_proof(index, size), folder)
    return against(ours, **({"pymerkle": pymerkle} if size == _FEW else {}))


_WRITER = """
import os, sys
from benchmarks.ledger import accesses
{setup}
entries = [accesses({number} * 10**6 + i * {batch}, {number} * 10**6 + (i + 1) * {batch}) for i in range({batches})]
for line in sys.stdin:
    for part in entries:
        append(part)
    print("done", flush=True)
"""
_OURS = """
from zkhealth.ledger import Log
append = Log.open(os.environ["ZKHEALTH_POSTGRESQL"], "benchmark.example/log").append
"""
_COPY = """
import psycopg
connection = psycopg.connect(os.environ["ZKHEALTH_POSTGRESQL"])
def append(part):
    with connection.cursor().copy("COPY plain (data) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea"])
        for entry in part:
            copy.write_row((entry.data,))
    connection.commit()
"""


class Writers:
    """Four processes that append at the same time, each ten batches of a thousand."""

    def __init__(self, setup: str) -> None:
        self._processes = [self._start(setup, number) for number in range(_WRITERS)]

    def answer(self) -> object:
        """That all are done."""
        return self._round() and None

    def measure(self, loops: int) -> float:
        """Nanoseconds of one round of all, on the wall."""
        return sum(self._round() for _ in range(loops)) / loops

    def _round(self) -> int:
        start = time.perf_counter_ns()
        for process in self._processes:
            assert process.stdin and process.stdout  # noqa: S101
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in self._processes:
            assert process.stdout  # noqa: S101
            if process.stdout.readline() != "done\n":
                raise RuntimeError("a writer failed")
        return time.perf_counter_ns() - start

    def _start(self, setup: str, number: int) -> subprocess.Popen[str]:
        code = _WRITER.format(setup=setup, number=number, batch=_BATCH, batches=_BATCHES_EACH)
        command: Sequence[str] = [sys.executable, "-c", code]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _writers() -> Mapping[str, Contender]:
    import psycopg

    Log.open(_URL, _ORIGIN).close()
    with psycopg.connect(_URL) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS plain (i BIGSERIAL PRIMARY KEY, data BYTEA NOT NULL)")
    return {OURS: Writers(_OURS), "COPY": Writers(_COPY)}


_DISK = "wall clock; WAL with synchronous=FULL; pymerkle uses SQLite's defaults; sqlite3 stores entries without hashes"
_POSTGRESQL = [
    Case(
        "log: append by 4 writers, 40 batches of 1,000 (PostgreSQL)",
        _writers,
        (at_most(66, "µs", each=_WRITERS * _BATCHES_EACH * _BATCH),),
        "wall clock; synchronous_commit and fsync on; COPY keeps no hashes and its writers take no turns",
    ),
    Case("log: prove inclusion, 10^7 entries (PostgreSQL)", partial(_prove, _MANY, _URL), (at_most(1, "ms"),)),
]
CASES = [
    Case("log: append 1,000 entries (SQLite)", partial(_append, _BATCH), (at_most(20, "µs", each=_BATCH),), _DISK),
    Case("log: append 1 entry (SQLite)", partial(_append, 1), (at_most(500, "µs"), within(1.5, "sqlite3")), _DISK),
    Case("log: prove inclusion, 2^14 entries (SQLite)", partial(_prove, _FEW)),
    Case("log: prove inclusion, 10^7 entries (SQLite)", partial(_prove, _MANY), (at_most(1, "ms"),)),
    *(_POSTGRESQL if _URL else []),
]
