"""What can be audited: a stored log, or an exported folder of tiles with openings that came with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zkhealth.ledger.audit.bundle import AuditBundle
from zkhealth.ledger.audit.examine import Progress, examine
from zkhealth.ledger.audit.findings import Report, Status
from zkhealth.ledger.audit.records import Access
from zkhealth.ledger.audit.walk import Step, walk
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.consent.register import Register
from zkhealth.ledger.consent.statement import Statement
from zkhealth.ledger.entries import Opening
from zkhealth.ledger.growth import Edge
from zkhealth.ledger.log import Log
from zkhealth.ledger.reader import TiledLog
from zkhealth.merkle.subtrees import edge_of


def audit_log(log: Log, now: Checkpoint, since: Checkpoint | None = None, progress: Progress | None = None) -> Report:
    """Audit a stored log with the openings it keeps; see `examine`."""
    openings: dict[int, Opening] = {}

    def entries() -> Iterator[bytes]:
        for index, (entry, opening) in enumerate(log.opened(0, now.size)):
            if opening is not None:
                openings[index] = opening
            yield entry.data

    return examine(entries(), lambda index: openings.pop(index, None), now, since, progress=progress)


def audit_tiles(
    tiles: TiledLog, openings: Mapping[int, Opening], since: Checkpoint | None = None, progress: Progress | None = None
) -> Report:
    """Audit a folder of tiles, under the checkpoint with which it was opened; see `examine`."""
    return examine(tiles.entries(), openings.get, tiles.checkpoint, since, progress=progress)


def read_steps(log: Log, size: int | None = None, progress: Progress | None = None) -> list[Step]:
    """Every entry of one's own log with what it says and what was found, without authenticating anything."""
    steps = []
    for step in walk(Register(log.origin), log.opened(0, size)):
        steps.append(step)
        if progress and step.index % 256 == 0:
            progress(step.index)
    return steps


def make_bundle(
    log: Log,
    checkpoint: bytes,
    since: Checkpoint | None = None,
    patient: str | None = None,
    progress: Progress | None = None,
) -> AuditBundle:
    """Gather what an auditor needs who will ask about accesses after `since`, by default all.

    With `patient`, a did:key, only openings of what concerns this patient are given.

    Raises ValueError if the checkpoint is not one of this log, or earlier than `since`.
    """
    now = peek(checkpoint)
    if now.origin != log.origin or now.size > len(log) or log.root(now.size) != now.root:
        raise ValueError("expected a checkpoint of this log")
    if since is not None and (since.origin != now.origin or since.size > now.size):
        raise ValueError("expected an earlier checkpoint of this log")
    steps = read_steps(log, now.size, progress)
    start = _start(steps, since.size if since else 0)
    entries, openings = [], {}
    for index, (entry, opening) in enumerate(log.opened(start, now.size), start):
        entries.append(entry.data)
        says = steps[index].says
        if opening is not None and (patient is None or (says is not None and says.patient == patient)):
            openings[index] = opening
    edge = Edge(start, {level: log.node(level, index) for level, index in edge_of(start)})
    return AuditBundle(checkpoint, edge, entries, openings)


def _start(steps: list[Step], since: int) -> int:
    """The first entry that something rests on, so that every finding is the same as with all entries."""
    return min([since, *(_needed(steps, step) for step in steps[since:] if isinstance(step.says, Access))])


def _needed(steps: list[Step], step: Step) -> int:
    """From where on the entries must be there to judge an access: a grant needs those from which on it counts."""
    if not isinstance(step.says, Access) or step.says.basis >= step.index:
        return step.index
    index = step.says.basis
    basis = steps[index].says
    if isinstance(basis, Statement):
        return basis.after
    is_void = basis is None and step.finding is not None and step.finding.status is Status.NO_CONSENT
    return 0 if is_void else index  # Of what is void, as a copy is, only the whole log shows why.
