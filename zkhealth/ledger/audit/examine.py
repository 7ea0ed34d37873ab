"""An audit: every access after one checkpoint had consent, by the entries up to another.

The entries are hashed anew and must give both roots, so it does not matter who hands them over.  A checkpoint that was
signed by the log says how many entries there are: none can be left out, and none withdrawn from sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.audit.findings import Report
from zkhealth.ledger.audit.walk import Step, walk
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.consent.register import Register
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.ledger.growth import Edge, grow
from zkhealth.merkle.hashing import leaf_hashes
from zkhealth.merkle.subtrees import edge_of, root_of

_PAGE = 1_000
Progress = Callable[[int], None]
Openings = Callable[[int], Opening | None]
"""From the index of an entry to what opens it, where that is given; it need not be believed."""


def examine(
    entries: Iterable[bytes],
    openings: Openings,
    now: Checkpoint,
    since: Checkpoint | None = None,
    edge: Edge | None = None,
    progress: Progress | None = None,
) -> Report:
    """Audit the accesses from entry `since.size` on, by default all, of a log of `now.size` entries.

    Requires: both checkpoints were authenticated, as by `Trust.open`.

    Args:
        entries: the bytes of the entries, from the first or from where `edge` ends.
        openings: what opens them.
        now: the later checkpoint.
        since: the earlier one.
        edge: the subtrees of the entries that are left out at the beginning, at most `since.size`.
        progress: is told how many entries are done.

    Raises:
        VerificationError: the entries are not those of the checkpoints.
        ValueError: the checkpoints are of two logs, or in the wrong order, or more is left out than `since` allows.
    """
    edge = edge or Edge(0, {})
    _check(now, since, edge)
    lo = since.size if since else 0
    authenticated = _Authenticated(entries, edge, now, since, progress)
    register = Register(now.origin, edge.size)
    steps = walk(register, ((entry, openings(i) if entry.is_personal else None) for i, entry in authenticated))
    findings = [step.finding for step in steps if step.finding and step.index >= lo]
    return Report(since, now, tuple(findings), dict(register.ignored))


def examined(
    entries: Iterable[bytes], openings: Openings, now: Checkpoint, progress: Progress | None = None
) -> list[Step]:
    """Every entry of a log with what it says and what was found, authenticated as `examine` does."""
    authenticated = _Authenticated(entries, Edge(0, {}), now, None, progress)
    opened = ((entry, openings(i) if entry.is_personal else None) for i, entry in authenticated)
    return list(walk(Register(now.origin), opened))


class _Authenticated:
    """Entries with their indices, whose roots are compared with those of the checkpoints when these are reached."""

    def __init__(
        self,
        entries: Iterable[bytes],
        edge: Edge,
        now: Checkpoint,
        since: Checkpoint | None,
        progress: Progress | None,
    ) -> None:
        self._entries, self._edge, self._now, self._since, self._progress = iter(entries), edge, now, since, progress

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        if self._since:
            yield from self._up_to(self._since)
        yield from self._up_to(self._now)
        if next(self._entries, None) is not None:
            raise VerificationError(f"expected {self._now.size} entries, got more")

    def _up_to(self, checkpoint: Checkpoint) -> Iterator[tuple[int, Entry]]:
        while self._edge.size < checkpoint.size:
            start, page = self._edge.size, self._page(checkpoint.size - self._edge.size)
            self._edge = grow(self._edge, leaf_hashes(page))[1]
            yield from ((start + i, _decoded(start + i, data)) for i, data in enumerate(page))
            if self._progress:
                self._progress(self._edge.size)
        nodes = {place: self._edge.nodes.get(place[0], b"") for place in edge_of(self._edge.size)}
        if root_of(lambda level, index: nodes[level, index], self._edge.size) != checkpoint.root:
            raise VerificationError(f"the entries are not those under the checkpoint of size {checkpoint.size}")

    def _page(self, most: int) -> list[bytes]:
        page = list(islice(self._entries, min(most, _PAGE)))
        if not page:
            raise VerificationError(f"expected {self._now.size} entries, got {self._edge.size}")
        return page


def _decoded(index: int, data: bytes) -> Entry:
    try:
        return Entry.decode(data)
    except DecodingError as e:
        reason = str(e)
    raise VerificationError(f"entry {index}: {reason}")


def _check(now: Checkpoint, since: Checkpoint | None, edge: Edge) -> None:
    if since and (since.origin != now.origin or since.size > now.size):
        raise ValueError("expected two checkpoints of one log, the earlier one first")
    if edge.size > (since.size if since else 0):
        raise ValueError(f"entries before {edge.size} are left out, and the audit begins before")
