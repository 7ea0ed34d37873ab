"""A tree over a million streamed records stays far below the gigabyte that is promised."""

import subprocess
import sys

import pytest

from zkhealth.backend import backend_name

PROGRAM = """
from pathlib import Path
from zkhealth.merkle import MerkleTree
tree = MerkleTree()
tree.extend(i.to_bytes(240, "big") for i in range(1_000_000))
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
print(len(tree), status["VmHWM"].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_million_streamed_leaves_stay_below_a_gigabyte():
    answer = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    size, kilobytes = map(int, answer.stdout.split())
    assert size == 1_000_000
    assert kilobytes < (1 << 20 if backend_name() == "reference" else 1 << 18)
