"""Checkpoints: what a log says of itself, "I have this many entries, under this root".

C2SP tlog-checkpoint: a note whose text is origin, size and root, a line each.  A log that ever signs two checkpoints
of which neither extends the other has left the evidence of it in its own hand.

    >>> from zkhealth.merkle import EMPTY_ROOT
    >>> print(Checkpoint("log.example/1", 0, EMPTY_ROOT).encode().decode(), end="")
    log.example/1
    0
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
"""

from __future__ import annotations

from dataclasses import dataclass

from zkhealth.errors import DecodingError
from zkhealth.field import as_bytes
from zkhealth.ledger.base64_lines import HASH_SIZE, read_hash, read_size, to_base64
from zkhealth.ledger.note import MAX_BYTES, NoteSigner, check_characters, sign_note, split_note
from zkhealth.merkle.proof import check_size


@dataclass(frozen=True)
class Checkpoint:
    """One state of one log, signed or not.

    Args:
        origin: the name of the log, one line; best a URL without its scheme.
        size: the number of entries.
        root: RFC 9162's Merkle root over them.
        extensions: further lines, opaque; nobody audits them, so better none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_size("size", self.size)
        if len(as_bytes(self.root)) != HASH_SIZE:
            raise ValueError(f"expected a root of {HASH_SIZE} bytes, got {len(self.root)}")
        for line in (self.origin, *self.extensions):
            check_line(line)

    def encode(self) -> bytes:
        """Write the text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(line + "\n" for line in lines).encode()

    @classmethod
    def decode(cls, text: bytes) -> Checkpoint:
        """Read the text of a note; raises DecodingError."""
        text = as_bytes(text)
        if len(text) > MAX_BYTES:
            raise DecodingError(f"expected a checkpoint of at most {MAX_BYTES} bytes, got {len(text)}")
        check_characters(text, DecodingError)
        lines = text.decode().split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise DecodingError("expected a checkpoint: the lines origin, size and root, each with a newline")
        return cls(lines[0], read_size(lines[1]), read_hash(lines[2]), tuple(lines[3:]))

    def sign(self, *signers: NoteSigner) -> bytes:
        """Write the note: this text, signed.

        Whoever calls this keeps the log's promise: never sign what does not extend all that was signed before.
        """
        return sign_note(self.encode(), *signers)


def peek(note: bytes) -> Checkpoint:
    """Read the checkpoint of a note **without** checking who signed it; raises DecodingError."""
    return Checkpoint.decode(split_note(note)[0])


def check_line(line: str) -> None:
    """Refuse what is no line of a note."""
    if not isinstance(line, str):
        raise TypeError(f"a line is a str, not {type(line).__name__}")
    if not line or "\n" in line:
        raise ValueError("expected one line that is not empty")
    try:
        check_characters(line.encode(), ValueError)
    except UnicodeEncodeError:
        raise ValueError("expected a line without half surrogates") from None
