"""Records with known contents, and hospitals whose records lie in a known order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zkhealth.health import parse_code, parse_date
from zkhealth.merkle import MerkleTree
from zkhealth.records import CommittedRecord, Record, commit

AT = date(2026, 11, 23)
NONCE = bytes(range(32))
COVID = parse_code("cvx|208")
MMR = parse_code("cvx|03")


def record(birth="1990-04", vaccine=COVID, given="2026-09-01"):
    """A record from FHIR dates; None is absent."""
    return Record(birth and parse_date(birth), vaccine, given and parse_date(given))


@dataclass(frozen=True)
class Hospital:
    """Committed records in their order, and the tree of their leaves."""

    held: tuple[CommittedRecord, ...]
    tree: MerkleTree

    @property
    def root(self):
        return self.tree.root()

    @property
    def size(self):
        return len(self.tree)

    def place(self, index):
        return index, self.tree.inclusion_proof(index)


def hospital(*records):
    """Commits to the records; what is committed already stays as it is."""
    held = tuple(r if isinstance(r, CommittedRecord) else next(commit([r])) for r in records)
    return Hospital(held, tree_of(*(one.leaf for one in held)))


def tree_of(*leaves):
    tree = MerkleTree()
    tree.extend(leaves)
    return tree
