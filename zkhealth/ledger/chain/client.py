"""A chain as witness: it takes a checkpoint of a log only if that extends the one it holds.

The contract checks that the tree grew (RFC 9162) and who sends; it cannot check Ed25519, so the log's signature is
checked here, before anything is sent.  What should be on the chain follows from the log and what is on it
from the chain; nothing else is kept, so a process that died is replaced by calling again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zkhealth.errors import VerificationError
from zkhealth.ledger.chain.anchor import Anchor
from zkhealth.ledger.chain.errors import ContractAbsentError
from zkhealth.ledger.chain.sender import Call
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import (
    ConflictError,
    Consistent,
    InconsistentCheckpointError,
    UntrustedCheckpointError,
)
from zkhealth.merkle import EMPTY_ROOT, verify_consistency

_Prove = Callable[[int, int], Sequence[bytes]]
"""From the old and the new size to the consistency proof."""


class ChainWitness:
    """The anchor contract of one log, under the interface of every witness.  Not thread-safe.

    Args:
        anchor: the contract.
        trust: the log's origin and keys; its witnesses do not matter.

    Raises:
        ValueError: the contract is of another log.
    """

    def __init__(self, anchor: Anchor, trust: Trust) -> None:
        if anchor.origin != trust.origin:
            raise ValueError(f"expected a contract of {trust.origin}, got one of {anchor.origin}")
        self.anchor, self.trust = anchor, trust.without_witnesses()
        self._told: int | None = None  # The size that the caller's next proof starts from, as far as we told it.

    def __repr__(self) -> str:
        return f"<ChainWitness {self.anchor!r}>"

    def seen(self, origin: str) -> Checkpoint | None:
        """Return what the next checkpoint must extend: the head in the latest block, which the chain may still undo.

        Raises:
            ChainError: the node does not answer.
        """
        if origin != self.trust.origin:
            return None
        head = self.anchor.head()
        self._told = head.size
        return Checkpoint(origin, head.size, head.root) if head.size else None

    def accept(self, signed_checkpoint: bytes, proof: Sequence[bytes], old_size: int | None = None) -> bytes:
        """Anchor a checkpoint, given the proof that it extends the one `seen`; returns when it is deep enough.

        A chain gives no signature of its own, so what comes back is empty.  A checkpoint that is anchored already is
        accepted again.  `follow` is simpler where the log is at hand.

        Args:
            signed_checkpoint: as the log signed it.
            proof: the consistency proof from the last checkpoint, empty if there is none.
            old_size: where the proof starts; by default where `seen` said last.

        Raises:
            UntrustedCheckpointError: not signed by the log, or another log's; nothing was sent.
            InconsistentCheckpointError: does not extend what the contract holds; nothing was sent.
            ConflictError: the contract moved, so the proof starts at the wrong size.
            DecodingError: it is no checkpoint.
            ChainError: see `Sender.bring_about`.
        """
        start = self._told if old_size is None else old_size

        def prove(size: int, _: int) -> Sequence[bytes]:
            nonlocal start
            start = size if start is None else start
            if size != start:
                raise ConflictError(size)
            return proof

        self._bring_up_to(self._opened(signed_checkpoint), prove)
        return b""

    def follow(self, signed_checkpoint: bytes, log: Consistent) -> Checkpoint:
        """Bring the chain up to a checkpoint of the log, from wherever it is; returns when it is deep enough.

        Call it with the log's newest checkpoint, every now and then: it does nothing if that is anchored, and anchors
        it again if the chain lost it.

        Args:
            signed_checkpoint: as the log signed it.
            log: proves that it only grew, from any size; it may be longer than the checkpoint.

        Raises:
            As `accept`; but no ConflictError, since the chain may move.
        """
        wanted = self._opened(signed_checkpoint)
        self._bring_up_to(wanted, log.consistency_proof)
        return wanted

    def is_anchored(self, checkpoint: Checkpoint) -> bool:
        """Whether the contract holds this checkpoint, enough blocks deep; False also after the chain undid it.

        Raises:
            InconsistentCheckpointError: the contract holds another root for this size: the log forked.
            ChainError: the node does not answer.
        """
        if checkpoint.origin != self.trust.origin:
            raise ValueError(f"expected a checkpoint of {self.trust.origin}, got one of {checkpoint.origin}")
        block = self.anchor.confirmed()
        try:
            return block >= 0 and self._holds(checkpoint, block)
        except ContractAbsentError:  # The contract is younger than that.
            return False

    def _opened(self, signed_checkpoint: bytes) -> Checkpoint:
        try:
            return self.trust.open(signed_checkpoint).checkpoint
        except VerificationError as error:
            raise UntrustedCheckpointError(str(error)) from None

    def _bring_up_to(self, wanted: Checkpoint, prove: _Prove) -> None:
        if wanted.size == 0:
            self._accept_empty(wanted)
        else:
            self.anchor.bring_about(lambda block: self._holds(wanted, block), lambda: self._publication(wanted, prove))
        self._told = wanted.size

    def _holds(self, wanted: Checkpoint, block: int | str) -> bool:
        root = self.anchor.root(wanted.size, block)
        if root is not None and root != wanted.root:
            raise InconsistentCheckpointError(f"the contract holds another root for size {wanted.size}")
        return root is not None

    def _publication(self, wanted: Checkpoint, prove: _Prove) -> Call | None:
        """Prepare the transaction; the same check as the contract's goes first, so that a fork costs nothing."""
        head = self.anchor.head()
        if head.size >= wanted.size:
            if self._holds(wanted, "latest"):  # Somebody else published it a moment ago.
                return None
            raise InconsistentCheckpointError(
                f"the contract holds size {head.size}, the checkpoint is of {wanted.size}"
            )
        proof = tuple(prove(head.size, wanted.size))
        try:
            verify_consistency(head.root if head.size else EMPTY_ROOT, head.size, wanted.root, wanted.size, proof)
        except VerificationError as error:
            raise InconsistentCheckpointError(f"does not extend what the contract holds: {error}") from None
        return self.anchor.call("publish", wanted.size, wanted.root, proof)

    def _accept_empty(self, wanted: Checkpoint) -> None:
        """The empty tree needs no anchor: every tree extends it."""
        if wanted.root != EMPTY_ROOT:
            raise InconsistentCheckpointError("expected the root of an empty tree for size 0")
        if size := self.anchor.head().size:
            raise InconsistentCheckpointError(f"the contract holds size {size}, the checkpoint is of 0")
