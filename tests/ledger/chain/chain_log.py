"""A log to anchor: 2,100 entries, and a fork of it that differs in one."""

from functools import cache

from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.note import Signer
from zkhealth.ledger.trust import Trust
from zkhealth.merkle import MerkleTree

ORIGIN = "zkhealth.example/log1"


def entry(i):
    return b"entry %d" % i


@cache
def tree(*, forked_at=None):
    made = MerkleTree()
    made.extend(b"forged" if i == forked_at else entry(i) for i in range(2100))
    return made


@cache
def signer():
    return Signer.generate(ORIGIN)


def trust():
    return Trust(ORIGIN, [signer().verifier])


def checkpoint(size, *, forked_at=None, origin=ORIGIN):
    return Checkpoint(origin, size, tree(forked_at=forked_at).root(size))


def signed(size, *, forked_at=None):
    return checkpoint(size, forked_at=forked_at).sign(signer())


def proof(old, new, *, forked_at=None):
    return tree(forked_at=forked_at).consistency_proof(old, new)
