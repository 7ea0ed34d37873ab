"""Following a log: each checkpoint must extend the last one seen, and what others saw must fit too.

What a log can do to its readers has four names here, each an exception with the two signed checkpoints that show it:

* `RollbackError`: it shows fewer entries than it has shown before (or an old copy of itself: the evidence cannot tell);
* `EquivocationError`: it signed two roots for one size; the two checkpoints alone prove it to anybody;
* `ForkError`: it shows more entries, but not after the ones it has shown before;
* `SplitViewError`: it showed two observers histories of which neither extends the other.
"""

from __future__ import annotations

import os

from zkhealth.errors import VerificationError
from zkhealth.ledger.fetching import Fetch
from zkhealth.ledger.reader import TiledLog
from zkhealth.ledger.seen import Seen
from zkhealth.ledger.trust import SignedCheckpoint, Trust


class MisbehaviourError(VerificationError):
    """The log broke its promise, or whoever serves it did; `first` and `second` are the signed checkpoints."""

    def __init__(self, message: str, first: bytes, second: bytes) -> None:
        super().__init__(message)
        self.first = first
        self.second = second


class RollbackError(MisbehaviourError):
    """Fewer entries than before."""


class EquivocationError(MisbehaviourError):
    """Two roots for one size."""


class ForkError(MisbehaviourError):
    """More entries than before, but others."""


class SplitViewError(MisbehaviourError):
    """Two histories for two observers."""


class Follower:
    """An observer of one log, who remembers in a file the last checkpoint it saw.

    The first checkpoint is taken as it is.  One file serves for any number of logs and processes.  When the log changes
    its key, trust both until a checkpoint under the new one was seen.
    """

    def __init__(self, state: str | os.PathLike[str], trust: Trust) -> None:
        self.trust = trust
        self._seen = Seen(state)

    def last(self) -> SignedCheckpoint | None:
        """The last checkpoint seen, or None; only the log's own signature is looked at.

        Raises VerificationError or DecodingError if the file has one that the log did not sign.
        """
        data = self._seen.get(self.trust.origin)
        return None if data is None else self.trust.without_witnesses().open(data)

    def update(self, fetch: Fetch, at: int | None = None) -> TiledLog:
        """Fetch the log's checkpoint, check that it extends the last one, remember it, and read the log under it.

        Only the tiles at the right edges of the two are read; `TiledLog.verify` reads all.

        Raises:
            RollbackError, EquivocationError, ForkError: the log misbehaved; nothing is remembered.
            VerificationError: the checkpoint is not to be trusted (see `Trust.open`), or a tile is missing or damaged.
            DecodingError: the checkpoint is none, or the state file is damaged.
            OSError: as `fetch` does; the state file cannot be written.
        """
        old = self.last()  # Before fetching: what another process sees meanwhile is no rollback.
        data = fetch("checkpoint")
        if data is None:
            raise VerificationError("the log does not have a checkpoint")
        new = self.trust.open(data, at)
        if old is not None:
            check_not_equivocal(old, new)
            if new.checkpoint.size < old.checkpoint.size:
                raise RollbackError(f"{_sizes(old, new)}: the log shrank", old.data, new.data)
        log = TiledLog(fetch, new.checkpoint)
        if old is not None and log.root(old.checkpoint.size) != old.checkpoint.root:
            raise ForkError(f"{_sizes(old, new)}: the log does not extend what it showed before", old.data, new.data)
        if self._seen.exchange(self.trust.origin, None if old is None else old.data, new.data):
            return log
        return self.update(fetch, at)  # Another process was faster: against what it saw, then.


def compare(ours: SignedCheckpoint, theirs: SignedCheckpoint, fetch: Fetch) -> None:
    """Check that one of two observers' checkpoints of a log extends the other; `fetch` reads the log of the larger.

    Raises:
        EquivocationError, SplitViewError: it does not.
        VerificationError: the log does not show the tiles that would tell, which is no evidence by itself.
        ValueError: they are of two logs.
    """
    if ours.checkpoint.origin != theirs.checkpoint.origin:
        raise ValueError("expected two checkpoints of one log")
    check_not_equivocal(ours, theirs)
    small, large = sorted((ours, theirs), key=lambda signed: signed.checkpoint.size)
    if TiledLog(fetch, large.checkpoint).root(small.checkpoint.size) != small.checkpoint.root:
        raise SplitViewError(f"{_sizes(small, large)}: two observers were shown two histories", ours.data, theirs.data)


def check_not_equivocal(first: SignedCheckpoint, second: SignedCheckpoint) -> None:
    """Raise EquivocationError if a log signed two roots for one size."""
    one, other = first.checkpoint, second.checkpoint
    if (one.origin, one.size) == (other.origin, other.size) and one.root != other.root:
        raise EquivocationError(f"{one.origin} signed two roots for {one.size} entries", first.data, second.data)


def _sizes(old: SignedCheckpoint, new: SignedCheckpoint) -> str:
    return f"{old.checkpoint.origin} of {old.checkpoint.size} and then {new.checkpoint.size} entries"
