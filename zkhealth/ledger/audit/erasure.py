"""Erasing an entry's body, and naming what cannot be told without it."""

from __future__ import annotations

from zkhealth.ledger.audit.examine import Progress
from zkhealth.ledger.audit.walk import Walk
from zkhealth.ledger.consent.register import Register
from zkhealth.ledger.log import Log


def erase(log: Log, index: int, progress: Progress | None = None) -> tuple[int, ...]:
    """Forget what opens entry `index`; returns the accesses of which less can be told afterwards.

    The log stays as it is, and verifies as before.  To erase again what was erased changes nothing and returns nothing.
    See `Log.erase` for what the database does with the bytes.

    Raises ValueError if there is no such entry, or it is a public one.
    """
    if not log.entry(index).is_personal:
        raise ValueError(f"entry {index} is public, and has nothing to erase")
    changed = _changed(log, index, progress) if log.body(index) else ()
    log.erase(index)
    return changed


def _changed(log: Log, index: int, progress: Progress | None) -> tuple[int, ...]:
    """The accesses of which other things are found if entry `index` is not opened."""
    before, after, changed = Walk(Register(log.origin)), Walk(Register(log.origin)), []
    for i, (entry, opening) in enumerate(log.opened()):
        found = before.step(entry, opening).finding
        left = after.step(entry, None if i == index else opening).finding
        if found is not None and (left is None or left.status is not found.status):
            changed.append(i)
        if progress and i % 256 == 0:
            progress(i)
    return tuple(changed)
