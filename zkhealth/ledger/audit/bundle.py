"""An audit in one file: a signed checkpoint, the entries under it, and the openings that were given.

An auditor needs neither the database nor the institution: what is in the file gives the root that the log signed, or it
does not.  The checkpoint *since* which accesses are audited is the auditor's own and not in the file.  To keep the file
short, entries that nothing rests on are left out at the beginning; the subtrees over them take their place.

The format is deterministic CBOR, a map: 1 version, 2 the signed checkpoint, 3 how many entries are left out, 4 the
subtrees over them, 5 the entries, each after its length (2 bytes), 6 the openings: index (8 bytes), length of the body
(4 bytes), salt, body, by index.  **Openings are personal data**: whoever has the file can read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.audit.examine import Progress, examine
from zkhealth.ledger.audit.findings import Report
from zkhealth.ledger.base64_lines import HASH_SIZE
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.entries import MAX_BYTES as MAX_ENTRY_BYTES
from zkhealth.ledger.entries import SALT_BYTES, Opening
from zkhealth.ledger.growth import Edge
from zkhealth.ledger.trust import Trust
from zkhealth.merkle.subtrees import edge_of

MAX_BYTES = 1 << 28
"""The largest file: about two and a half million entries with few openings.  Audit tiles beyond that."""

_VERSION = "zkhealth-audit-1"
_HEAD = 12


@dataclass(frozen=True)
class AuditBundle:
    """What an auditor is handed: true only if `verify` says so.

    `edge` has the subtrees over the first entries, that are left out; `openings` go by the index of the entry.
    """

    checkpoint: bytes
    edge: Edge
    entries: Sequence[bytes] = field(repr=False)
    openings: Mapping[int, Opening] = field(repr=False)

    def __post_init__(self) -> None:
        size = peek(self.checkpoint).size
        if self.edge.size > size or sorted(self.edge.nodes) != sorted(level for level, _ in edge_of(self.edge.size)):
            raise ValueError(f"expected the subtrees over at most {size} entries")
        if any(len(node) != HASH_SIZE for node in self.edge.nodes.values()):
            raise ValueError(f"expected hashes of {HASH_SIZE} bytes")
        if self.edge.size + len(self.entries) != size:
            raise ValueError(f"expected {size - self.edge.size} entries, got {len(self.entries)}")
        if any(len(entry) > MAX_ENTRY_BYTES for entry in self.entries):
            raise ValueError(f"expected entries of at most {MAX_ENTRY_BYTES} bytes")
        if not all(self.edge.size <= index < size for index in self.openings):
            raise ValueError("expected openings of the entries that are there")

    def encode(self) -> bytes:
        """Write the file; ValueError if it is over MAX_BYTES."""
        data = cbor.encode(
            {
                1: _VERSION,
                2: self.checkpoint,
                3: self.edge.size,
                4: b"".join(self.edge.nodes[level] for level, _ in edge_of(self.edge.size)),
                5: b"".join(len(entry).to_bytes(2) + entry for entry in self.entries),
                6: b"".join(_encode_opening(i, opening) for i, opening in sorted(self.openings.items())),
            }
        )
        if len(data) > MAX_BYTES:
            raise ValueError(f"expected a file of at most {MAX_BYTES} bytes, got {len(data)}")
        return data

    @classmethod
    def decode(cls, data: bytes) -> AuditBundle:
        """Read a file; raises DecodingError, which repeats nothing of it, if it is none or over MAX_BYTES."""
        match cbor.decode(data, MAX_BYTES):
            case {
                1: str(v),
                2: bytes(note),
                3: int(start),
                4: bytes(nodes),
                5: bytes(entries),
                6: bytes(openings),
                **rest,
            }:
                if v != _VERSION or rest or type(start) is not int or not 0 <= start <= peek(note).size:
                    raise DecodingError(f"expected an audit of version {_VERSION}")
                try:
                    return cls(note, _edge(start, nodes), _entries(entries), _openings(openings))
                except ValueError as e:
                    reason = str(e)
                raise DecodingError(reason)
        raise DecodingError(f"expected an audit of version {_VERSION}")

    def verify(
        self, trust: Trust, since: Checkpoint | None = None, at: int | None = None, progress: Progress | None = None
    ) -> Report:
        """Audit the accesses after the checkpoint `since`, by default all.

        Args:
            trust: the log's keys, and the witnesses that must have cosigned.
            since: a checkpoint that the auditor has, and authenticated.
            at: the auditor's time in POSIX seconds (see `Trust.open`).
            progress: is told how many entries are done.

        Raises:
            VerificationError: the checkpoint is not one to trust, or does not extend `since`, or the entries are not
                those under it, or the file begins after what is to be audited.
        """
        now = trust.open(self.checkpoint, at).checkpoint
        if since is not None and (since.origin != now.origin or since.size > now.size):
            raise VerificationError("the checkpoint in the file does not extend the one since which is to be audited")
        if self.edge.size > (since.size if since else 0):
            raise VerificationError(f"the file leaves out {self.edge.size} entries, and some of them are to be audited")
        return examine(self.entries, self.openings.get, now, since, self.edge, progress)


def _encode_opening(index: int, opening: Opening) -> bytes:
    return index.to_bytes(8) + len(opening.data).to_bytes(4) + opening.salt + opening.data


def _edge(start: int, nodes: bytes) -> Edge:
    levels = [level for level, _ in edge_of(start)]
    if len(nodes) != HASH_SIZE * len(levels):
        raise DecodingError(f"expected {len(levels)} subtrees over {start} entries")
    return Edge(start, {level: nodes[i * HASH_SIZE : (i + 1) * HASH_SIZE] for i, level in enumerate(levels)})


def _entries(data: bytes) -> list[bytes]:
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if end > len(data) or at + 2 > len(data):
            raise DecodingError(f"the entries end within number {len(entries)}")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def _openings(data: bytes) -> dict[int, Opening]:
    openings: dict[int, Opening] = {}
    at, last = 0, -1
    while at < len(data):
        index, length = int.from_bytes(data[at : at + 8]), int.from_bytes(data[at + 8 : at + _HEAD])
        body = at + _HEAD + SALT_BYTES
        if body + length > len(data) or index <= last:
            raise DecodingError("expected whole openings, by their entries in order")
        openings[index] = Opening(data[at + _HEAD : body], data[body : body + length])
        at, last = body + length, index
    return openings
