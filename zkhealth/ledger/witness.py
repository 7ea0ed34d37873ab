"""Witnesses: whoever keeps the last checkpoint of a log, and accepts only what extends it.

C2SP tlog-witness.  One interface with three implementations: a file (`LocalWitness`), a server (`HttpWitness`), and a
contract on a chain.  A log that enough witnesses cosign cannot show two histories unless they help.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, cast

from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.note import join_note, one_of_each_key, open_note, split_note
from zkhealth.ledger.seen import Seen
from zkhealth.ledger.trust import SignedCheckpoint, Trust
from zkhealth.merkle import EMPTY_ROOT, Proof, verify_consistency
from zkhealth.merkle.proof import check_size


class Witness(Protocol):
    """What every witness does."""

    def seen(self, origin: str) -> Checkpoint | None:
        """The last checkpoint it accepted of a log, or None."""

    def accept(self, signed_checkpoint: bytes, proof: Sequence[bytes]) -> bytes:
        """Show it a checkpoint and the proof that it extends the last one it accepted.

        Returns its cosignature lines, empty for a chain; raises VerificationError, and then nothing has changed.
        """


class TellingWitness(Witness, Protocol):
    """A witness that says with a ConflictError where the proof should have started, and then takes that too."""

    def accept(self, signed_checkpoint: bytes, proof: Sequence[bytes], old_size: int | None = None) -> bytes: ...


class UnknownLogError(VerificationError):
    """The witness does not know the log (404)."""


class UntrustedCheckpointError(VerificationError):
    """The checkpoint is not signed by the log (403)."""


class InconsistentCheckpointError(VerificationError):
    """The checkpoint does not extend the last one accepted (422)."""


class ConflictError(VerificationError):
    """The proof starts at another size than that of the last checkpoint accepted, which is `size` (409)."""

    def __init__(self, size: int) -> None:
        super().__init__(f"expected a proof from {size} entries")
        self.size = size


class LocalWitness:
    """A witness whose memory is a file (see `Seen`): what it cosigned is on the disk before the cosignature is given.

    Thread-safe, and several processes may share the file.

    Args:
        state: the file; made if there is none.
        cosigner: the key it cosigns with.
        logs: the logs it knows, each with its keys; their witnesses do not matter.
        clock: tells the time in POSIX seconds, which goes into the cosignatures.
    """

    def __init__(
        self, state: str | os.PathLike[str], cosigner: Cosigner, logs: Iterable[Trust], clock: Callable[[], int]
    ) -> None:
        self._seen = Seen(state)
        self._cosigner = cosigner
        self._logs = {log.origin: log.without_witnesses() for log in logs}
        self._clock = clock

    def seen(self, origin: str) -> Checkpoint | None:
        """The last checkpoint accepted of a log, or None.

        Raises VerificationError or DecodingError if the file has been changed.
        """
        data = self.checkpoint(origin)
        return None if data is None else self._remembered(origin, data)

    def checkpoint(self, origin: str) -> bytes | None:
        """The same as a note, signed by the log and cosigned."""
        return self._seen.get(origin) if origin in self._logs else None

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs it knows."""
        return tuple(self._logs)

    def accept(self, signed_checkpoint: bytes, proof: Sequence[bytes], old_size: int | None = None) -> bytes:
        """Cosign a checkpoint that extends the last one; returns the signature line.

        Args:
            signed_checkpoint: the note, with the log's signature; those of unknown keys are dropped.
            proof: the consistency proof from the last checkpoint, empty if there is none.
            old_size: where the proof starts; by default at the last checkpoint.

        Raises:
            UnknownLogError, UntrustedCheckpointError, ConflictError, InconsistentCheckpointError: as they say.
            DecodingError: it is no checkpoint, or smaller than `old_size`.
            OSError: the file cannot be written.
        """
        trust = self._trust(peek(signed_checkpoint).origin)
        try:
            new = trust.open(signed_checkpoint)
        except VerificationError as error:
            raise UntrustedCheckpointError(str(error)) from None
        while True:
            stored = self._seen.get(trust.origin)
            last = None if stored is None else self._remembered(trust.origin, stored)
            _check_extends(last, new.checkpoint, tuple(proof), old_size)
            cosignature = self._cosigner.cosign(new.note.text, self._clock())
            record = join_note(new.note.text, [*one_of_each_key(new.note.signatures), cosignature])
            if self._seen.exchange(trust.origin, stored, record):
                return cosignature.encode()

    def _remembered(self, origin: str, record: bytes) -> Checkpoint:
        """What was accepted last: signed by the log, or by this witness where the log has changed its key since."""
        checkpoint = Checkpoint.decode(open_note(record, [*self._trust(origin).keys, self._cosigner.verifier]).text)
        if checkpoint.origin != origin:
            raise VerificationError(f"expected a checkpoint of {origin}, got one of {checkpoint.origin}")
        return checkpoint

    def _trust(self, origin: str) -> Trust:
        if origin not in self._logs:
            raise UnknownLogError("the witness does not know the log")
        return self._logs[origin]


def _check_extends(last: Checkpoint | None, new: Checkpoint, proof: Proof, old_size: int | None) -> None:
    """The checks of the specification, in its order."""
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    if old_size is not None:
        check_size("old size", old_size)
        if old_size > new.size:
            raise DecodingError(f"expected a checkpoint of at least {old_size} entries, got {new.size}")
        if old_size != size:
            raise ConflictError(size)
    try:
        verify_consistency(root, size, new.root, new.size, proof)
    except VerificationError as error:
        raise InconsistentCheckpointError(f"the checkpoint does not extend the last one accepted: {error}") from None


class Consistent(Protocol):
    """A log that proves that it only grew: `ledger.log.Log`, `TiledLog`."""

    def consistency_proof(self, old_size: int, size: int | None = None, /) -> Proof: ...


def gather(log: Consistent, signed: SignedCheckpoint, witnesses: Iterable[Witness]) -> tuple[bytes, list[Exception]]:
    """Show a checkpoint to witnesses, one after the other; returns the note with their cosignatures, and what failed.

    A witness that refuses or cannot be reached does not keep others from being asked; `Trust.open` on the note tells
    whether enough have cosigned.
    """
    note = signed.data
    failures: list[Exception] = []
    for witness in witnesses:
        try:
            longer = note + _ask(log, signed, witness)
            split_note(longer)
            note = longer
        except (ZkHealthError, OSError) as error:
            failures.append(error)
    return note, failures


def _ask(log: Consistent, signed: SignedCheckpoint, witness: Witness) -> bytes:
    new = signed.checkpoint
    last = witness.seen(new.origin)
    old_size = last.size if last else 0
    try:
        return witness.accept(signed.data, _proof(log, old_size, new.size))
    except ConflictError as conflict:  # It has no page for monitors, or another request came between.
        telling = cast(TellingWitness, witness)
        return telling.accept(signed.data, _proof(log, conflict.size, new.size), conflict.size)


def _proof(log: Consistent, old_size: int, size: int) -> Proof:
    if old_size > size:
        raise InconsistentCheckpointError(f"the witness has seen {old_size} entries, not {size}")
    return log.consistency_proof(old_size, size)
