"""A log in memory, keys that are the same in every run, and a signed checkpoint of any state."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.export import export
from zkhealth.ledger.note import Signer, join_note
from zkhealth.ledger.trust import Trust
from zkhealth.merkle import MerkleTree, leaf_hash
from zkhealth.merkle.hashing import node_hash

ORIGIN = "log.example/1"
NOW = 1_700_000_000


def key(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


LOG_KEY = Signer(ORIGIN, key(1))
STRANGER = Signer("stranger.example", key(2))
COSIGNERS = [Cosigner(f"witness.example/{i}", key(10 + i)) for i in range(3)]
TRUST = Trust(ORIGIN, [LOG_KEY.verifier])


@dataclass(frozen=True)
class Leaf:
    data: bytes


@dataclass
class MemoryLog:
    """The protocol that the exporter asks for, over a list."""

    leaves: list
    origin: str = ORIGIN
    tree: MerkleTree = field(default_factory=MerkleTree)

    def __post_init__(self):
        self.leaves = list(self.leaves)
        self.tree.extend(self.leaves)

    def append(self, leaves):
        self.leaves += leaves
        self.tree.extend(leaves)

    def __len__(self):
        return len(self.leaves)

    def root(self, size=None):
        return self.tree.root(size)

    def inclusion_proof(self, index, size=None):
        return self.tree.inclusion_proof(index, size)

    def consistency_proof(self, old, size=None):
        return self.tree.consistency_proof(old, size)

    def node(self, level, index):
        hashes = list(map(leaf_hash, self.leaves[index << level : (index + 1) << level]))
        assert len(hashes) == 1 << level
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def entries(self, lo, hi):
        return map(Leaf, self.leaves[lo:hi])


def log_of(size, salt=b""):
    """A log of `size` entries of different lengths, the same in every run."""
    return MemoryLog([salt + b"%d:" % i + bytes(i % 7) for i in range(size)])


def state(log, size=None):
    return Checkpoint(log.origin, len(log) if size is None else size, log.root(size))


def signed(log, size=None, *signers, cosigners=(), at=NOW):
    """A checkpoint of the log, signed by it unless others are named."""
    text = state(log, size).encode()
    lines = [s.sign(text) for s in signers or (LOG_KEY,)] + [c.cosign(text, at) for c in cosigners]
    return join_note(text, lines)


def exported(folder, log, size=None):
    """The folder, with the log in it."""
    export(log, folder, signed(log, size))
    return folder


def files_of(folder):
    """What readers may ask for: path below the folder to bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def served(files, **changed):
    """A fetch function over a dict of files."""
    return {**files, **changed}.get
