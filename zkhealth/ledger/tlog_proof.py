"""A proof in one text file that an entry is in a log, which anybody can check offline.

C2SP tlog-proof: the index, the inclusion proof, and the signed checkpoint with the witnesses' cosignatures.  It has the
entry's place and not the entry, which the reader brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from zkhealth.errors import DecodingError
from zkhealth.field import as_bytes
from zkhealth.ledger.base64_lines import from_base64, read_hash, read_size, to_base64
from zkhealth.ledger.checkpoint import peek
from zkhealth.ledger.note import MAX_BYTES, check_characters
from zkhealth.ledger.trust import SignedCheckpoint, Trust
from zkhealth.merkle import Proof, encode_proof, verify_inclusion
from zkhealth.merkle.proof import check_size

_HEADER = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63
_MOST_BYTES = 2 * MAX_BYTES


class Provable(Protocol):
    """A log that proves what is in it: `ledger.log.Log`, `TiledLog`."""

    def __len__(self) -> int: ...

    def root(self, size: int | None = None, /) -> bytes: ...

    def inclusion_proof(self, index: int, size: int | None = None, /) -> Proof: ...


@dataclass(frozen=True)
class TlogProof:
    """That entry number `index` is in the log of `checkpoint`, a signed one, true or not.

    `extra` is whatever whoever made the proof wanted to say; nothing authenticates it.
    """

    index: int
    hashes: Proof
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        check_size("index", self.index)
        encode_proof(self.hashes)
        if len(self.hashes) > _MOST_HASHES:
            raise ValueError(f"expected at most {_MOST_HASHES} hashes, got {len(self.hashes)}")
        if len(as_bytes(self.extra)) > MAX_BYTES // 2:
            raise ValueError(f"expected at most {MAX_BYTES // 2} extra bytes, got {len(self.extra)}")
        peek(self.checkpoint)

    def encode(self) -> bytes:
        """Write the file, best named with the ending .tlog-proof."""
        extra = [f"extra {to_base64(self.extra)}"] if self.extra else []
        lines = [_HEADER, *extra, f"index {self.index}", *map(to_base64, self.hashes), ""]
        return "".join(line + "\n" for line in lines).encode() + self.checkpoint

    @classmethod
    def decode(cls, data: bytes) -> TlogProof:
        """Read a file; raises DecodingError if it is none, or over 2,000,000 bytes.

        What it says is true only if `verify` says so.
        """
        data = as_bytes(data)
        if len(data) > _MOST_BYTES:
            raise DecodingError(f"expected a proof of at most {_MOST_BYTES} bytes, got {len(data)}")
        head, blank, checkpoint = data.partition(b"\n\n")
        check_characters(head, DecodingError)
        lines = head.decode().split("\n")
        if not blank or lines.pop(0) != _HEADER:
            raise DecodingError(f"expected the line {_HEADER}, further lines, and a blank one")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else b""
        if not lines or not lines[0].startswith("index ") or len(lines) > 1 + _MOST_HASHES:
            raise DecodingError(f"expected a line with the index, and at most {_MOST_HASHES} hashes")
        index = read_size(lines.pop(0).removeprefix("index "))
        hashes = tuple(map(read_hash, lines))
        peek(checkpoint)
        return cls(index, hashes, checkpoint, extra)

    def verify(self, entry: bytes, trust: Trust, at: int | None = None) -> SignedCheckpoint:
        """Check that `entry` is in the log; returns the checkpoint, which says who cosigned it and when.

        Args:
            entry: the bytes of the entry, from the reader.
            trust: the log's keys, and the witnesses that must have cosigned.
            at: the reader's time in POSIX seconds (see `Trust.open`).

        Raises:
            VerificationError: it is not in the log at this index, or the checkpoint is not one to trust.
        """
        signed = trust.open(self.checkpoint, at)
        verify_inclusion(signed.checkpoint.root, signed.checkpoint.size, self.index, entry, self.hashes)
        return signed


def prove(log: Provable, index: int, checkpoint: bytes, extra: bytes = b"") -> TlogProof:
    """Prove that entry number `index` is in the log as `checkpoint`, a signed one of it, describes it.

    Raises ValueError if there is no such entry, or the checkpoint is not one of this log.
    """
    state = peek(checkpoint)
    if state.size > len(log) or log.root(state.size) != state.root:
        raise ValueError("expected a checkpoint of this log")
    return TlogProof(index, log.inclusion_proof(index, state.size), checkpoint, extra)


def _extra(line: str) -> bytes:
    extra = from_base64(line.removeprefix("extra "))
    if not 0 < len(extra) <= MAX_BYTES // 2:
        raise DecodingError(f"expected 1 to {MAX_BYTES // 2} extra bytes, got {len(extra)}")
    return extra
