"""Attack 29, timing: what the native kernels execute and touch does not depend on secrets.

Instead of timing, valgrind records every instruction fetch, load and store of one
operation.  For constant-time code the record is the same for all secrets, but
for a few places in the program's start-up that differ from run to run as well.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from zkhealth.field import Fr

CRATE = Path(__file__).parents[2] / "zkhealth" / "native"
R = Fr.MODULUS
WITNESSES = {
    "zeros": [0, 0],
    "ones": [1, 1],
    "largest": [R - 1, R - 1],
    "edges of windows": [2**250 - 16, 15 * 2**248 + 1],
    "mixed": [0, 0x1234567890ABCDEF << 180],
}
BITS = {"all 0": [0, 0], "all 1": [1, 1], "mixed": [0, 1]}


@pytest.fixture(scope="module")
def program(request):
    if not shutil.which("valgrind") or not shutil.which(os.environ.get("CARGO", "cargo")):
        pytest.skip("needs valgrind and cargo")
    command = [os.environ.get("CARGO", "cargo"), "build", "--quiet", "--release", "--example", "constant_time"]
    subprocess.run(command, cwd=CRATE, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", CRATE / "target"))
    return target / "release" / "examples" / "constant_time"


def trace(program, operation, secrets, folder):
    """Every access of one run, line by line; path and length of the input are always the same."""
    (folder / "secrets").write_bytes(Fr(secrets).encode())
    log = folder / "log"
    tool = ["valgrind", "--tool=lackey", "--trace-mem=yes", f"--log-file={log}"]
    environment = {"PATH": os.environ["PATH"]}  # the start-up reads it: the less there is, the less can differ
    command = [*tool, program, operation, folder / "secrets"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=environment)
    return [line for line in log.read_bytes().split(b"\n") if not line.startswith(b"==")]


def differences(a, b):
    return {i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y}


def assert_same_trace(program, operation, classes, folder):
    first, *others = classes.values()
    for _ in range(3):  # a busy machine may disturb a run
        reference, again = (trace(program, operation, first, folder) for _ in range(2))
        noise = differences(reference, again)
        if len(noise) < 20:
            break
    assert len(reference) > 400_000 and len(noise) < 20
    start_up = max(noise, default=0) + 1_000
    for secrets in others:
        assert max(differences(reference, trace(program, operation, secrets, folder)), default=0) < start_up


@pytest.mark.parametrize(
    ("operation", "classes"),
    [
        pytest.param("field", {k: v for k, v in WITNESSES.items() if 0 not in v}, id="field arithmetic"),
        pytest.param("msm", WITNESSES, id="multi-scalar multiplication"),
        pytest.param("scale", {k: v for k, v in WITNESSES.items() if 0 not in v}, id="scaling"),
        pytest.param("select", BITS, id="sum of selected points"),
    ],
)
def test_29_execution_and_memory_accesses_do_not_depend_on_secrets(native, program, operation, classes, tmp_path):
    assert_same_trace(program, operation, classes, tmp_path)


@pytest.mark.skipif("ZKHEALTH_LONG" not in os.environ, reason="a minute long; set ZKHEALTH_LONG=1")
def test_29_neither_do_sums_over_fixed_bases(native, program, tmp_path):
    assert_same_trace(program, "rows", WITNESSES, tmp_path)


def test_29_a_branch_on_a_secret_would_be_seen(native, program, tmp_path):
    """The control: bucket sums are in variable time, and the record shows it."""
    traces = [trace(program, "vartime", secrets, tmp_path) for secrets in ([1, 2], [2**250, 3])]
    assert len(traces[0]) != len(traces[1])
