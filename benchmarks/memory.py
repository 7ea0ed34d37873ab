"""A tree over a stream of 10^6 leaves of 240 bytes, in a process of its own: time, and peak of resident memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from benchmarks.harness import OURS, Case, Contender, at_most
from benchmarks.processes import Interpreter

_CODE = """
import json, time
from benchmarks.processes import peak_bytes
{load}
leaves = (i.to_bytes(8) * 30 for i in range(10**6))
start = time.process_time_ns()
{build}
elapsed = time.process_time_ns() - start
print(json.dumps(dict(answer=root.hex(), time=elapsed, peak=peak_bytes())))
"""
_OURS = """
tree = MerkleTree()
tree.extend(leaves)
root = tree.root()
"""
_HASHLIB = """
levels = [[sha256(b"\\0" + leaf).digest() for leaf in leaves]]
while len(levels[-1]) > 1:
    row = levels[-1]
    pairs = zip(row[::2], row[1::2])
    levels.append([sha256(b"\\1" + a + b).digest() for a, b in pairs] + row[len(row) & ~1:])
root = levels[-1][0]
"""


def _build(key: str) -> Mapping[str, Contender]:
    ours = Interpreter(_CODE.format(load="from zkhealth.merkle import MerkleTree", build=_OURS), key)
    hashlib = Interpreter(_CODE.format(load="from hashlib import sha256", build=_HASHLIB), key)
    return {OURS: ours, "hashlib": hashlib}


_NOTE = "the stream itself included; all levels are kept, the leaves are not"
CASES = [
    Case("Merkle tree, 10^6 streamed leaves of 240 bytes", partial(_build, "time"), (at_most(3_000, "ms"),), _NOTE),
    Case("the same: peak memory of the process", partial(_build, "peak"), note=_NOTE, is_size=True),
]
