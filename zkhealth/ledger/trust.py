"""What a reader trusts: one log by its origin and keys, and enough of some witnesses.

The keys come from a source the reader trusts, never from who sends the checkpoint.  A witness's signature alone is no
checkpoint, and neither is one of a trusted log under another origin.

    >>> from zkhealth.ledger.cosignature import Cosigner
    >>> from zkhealth.ledger.note import Signer, join_note
    >>> from zkhealth.ledger.checkpoint import Checkpoint
    >>> from zkhealth.merkle import EMPTY_ROOT
    >>> log, witness = Signer.generate("log.example/1"), Cosigner.generate("witness.example/1")
    >>> trust = Trust("log.example/1", [log.verifier], [witness.verifier], quorum=1)
    >>> text = Checkpoint("log.example/1", 0, EMPTY_ROOT).encode()
    >>> signed = trust.open(join_note(text, [log.sign(text), witness.cosign(text, at=1_679_315_147)]))
    >>> signed.checkpoint.size, signed.seen_at
    (0, {'witness.example/1': 1679315147})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zkhealth.errors import VerificationError
from zkhealth.field import as_bytes
from zkhealth.ledger.checkpoint import Checkpoint, check_line
from zkhealth.ledger.cosignature import CosignatureVerifier, time_of
from zkhealth.ledger.note import Note, Verifier, by_name_and_id, open_note
from zkhealth.merkle.proof import check_int


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint that its log signed, the note it stood in, and which trusted witnesses cosigned it, and when.

    Made by `Trust.open` and nothing else.  `seen_at` has POSIX seconds, the earliest where a witness signed twice.
    """

    checkpoint: Checkpoint
    data: bytes
    note: Note
    seen_at: dict[str, int]


@dataclass(frozen=True)
class Trust:
    """One log, by its origin and any of its keys; and how many of which witnesses must have cosigned.

    Witnesses count by name, so two keys of one witness count once; and a key has one name, since a cosignature says
    nothing of the name and would count under each.
    """

    origin: str
    keys: Sequence[Verifier]
    witnesses: Sequence[CosignatureVerifier] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(self.keys))
        object.__setattr__(self, "witnesses", tuple(self.witnesses))
        check_line(self.origin)
        check_int("quorum", self.quorum)
        if not self.keys:
            raise ValueError("expected at least one key of the log")
        if not 0 <= self.quorum <= len({witness.name for witness in self.witnesses}):
            raise ValueError("expected a quorum of at most as many as there are witnesses")
        by_name_and_id([*self.keys, *self.witnesses])
        holders = {(witness.key, witness.name) for witness in self.witnesses}
        if len(holders) != len({key for key, _ in holders}):
            raise ValueError("expected no key under the names of two witnesses")

    def open(self, data: bytes, at: int | None = None) -> SignedCheckpoint:
        """Read a signed checkpoint of this log.

        Args:
            data: the note.
            at: the reader's time in POSIX seconds; cosignatures from later then do not count.

        Raises:
            VerificationError: it is another log's, or not signed by the log, or by too few witnesses, or a signature
                in the name of a trusted key does not hold.
            DecodingError: it is no checkpoint.
        """
        data = as_bytes(data)
        note = open_note(data, [*self.keys, *self.witnesses])
        checkpoint = Checkpoint.decode(note.text)
        if checkpoint.origin != self.origin:
            raise VerificationError(f"expected a checkpoint of {self.origin}, got one of {checkpoint.origin}")
        if not {(key.name, key.key_id) for key in self.keys} & {(s.name, s.key_id) for s in note.signatures}:
            raise VerificationError("the log itself did not sign the checkpoint")
        seen_at = self._seen_at(note)
        # One witness whose clock is wrong, or who says so, must not stop the readers of all the others.
        in_time = {name: seconds for name, seconds in seen_at.items() if at is None or seconds <= at}
        if len(in_time) < self.quorum:
            later = f", and {len(seen_at) - len(in_time)} from later than now" if len(in_time) < len(seen_at) else ""
            raise VerificationError(f"expected cosignatures of {self.quorum} witnesses, got {len(in_time)}{later}")
        return SignedCheckpoint(checkpoint, data, note, in_time)

    def without_witnesses(self) -> Trust:
        """The same log and keys alone: for what was accepted before, when other witnesses counted."""
        return Trust(self.origin, self.keys)

    def _seen_at(self, note: Note) -> dict[str, int]:
        witnesses = {(witness.name, witness.key_id) for witness in self.witnesses}
        times = [(s.name, time_of(s.value)) for s in note.signatures if (s.name, s.key_id) in witnesses]
        return dict(sorted(times, key=lambda pair: pair[1], reverse=True))  # The last one stays: the earliest.
