"""Contenders in processes of their own: blst without Python, and fresh interpreters."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from benchmarks.harness import Contender

ROOT = Path(__file__).parents[1]
DST = b"ZKHEALTH-BENCHMARK"
"""The tag under which `direct.rs` hashes."""


class Blst:
    """One direct call of blst, in the process built from `zkhealth/native/benches/direct.rs`.

    It gets the inputs once, as canonical bytes, and then answers a line with a time and a result.
    """

    def __init__(self, executable: str, what: str, n: int, points: bytes, scalars: bytes) -> None:
        self._question = f"{what} {n}"
        self._process = subprocess.Popen([executable], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._stdin, self._stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._write(f"{len(points) // 48} {len(scalars) // 32}\n".encode() + points + scalars)

    def answer(self) -> object:
        """The result of the call in canonical bytes; truth is one byte."""
        return self._ask(1)[1]

    def measure(self, loops: int) -> float:
        """Nanoseconds of one call."""
        return self._ask(loops)[0]

    def _ask(self, loops: int) -> tuple[float, bytes]:
        self._write(f"{self._question} {loops}\n".encode())
        nanoseconds, result = self._stdout.readline().split()
        return float(nanoseconds), bytes.fromhex(result.decode())

    def _write(self, data: bytes) -> None:
        self._stdin.write(data)
        self._stdin.flush()

    def __del__(self) -> None:
        self._process.communicate()


def with_blst(
    contenders: Mapping[str, Contender], what: str, n: int, points: bytes = b"", scalars: bytes = b""
) -> dict[str, Contender]:
    """The contenders and blst, where it can be built."""
    executable = _blst_executable()
    direct = {"blst": Blst(executable, what, n, points, scalars)} if executable else {}
    return {**contenders, **direct}


class Interpreter:
    """A fresh Python that runs `code`, which prints JSON: `answer`, and what is measured under `key`."""

    def __init__(self, code: str, key: str) -> None:
        self._code, self._key = code, key
        self._unused: list[dict[str, Any]] = []

    def answer(self) -> object:
        """What the code says that it computed."""
        self._unused.append(self.run())
        return self._unused[-1]["answer"]

    def measure(self, loops: int) -> float:
        """What the code says that it measured, the mean of `loops` processes; one that answered counts, once."""
        return sum(float(self._next()[self._key]) for _ in range(loops)) / loops

    def _next(self) -> dict[str, Any]:
        return self._unused.pop() if self._unused else self.run()

    def run(self) -> dict[str, Any]:
        """Everything the code says."""
        command = [sys.executable, "-c", self._code]
        done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def peak_bytes() -> int:
    """The peak of this process's resident memory.

    VmHWM where there is a /proc: ru_maxrss of a new process still counts the one that started it.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) * 1024


@functools.cache
def _blst_executable() -> str | None:
    """The path of the Rust bench, built now; None without cargo, or where it does not build."""
    cargo = shutil.which("cargo")
    if cargo is None:
        print("no cargo here: blst is left out", file=sys.stderr)
        return None
    options = ["bench", "--no-default-features", "--no-run", "--bench", "direct", "--message-format", "json"]
    print("building the direct calls of blst", file=sys.stderr)
    built = subprocess.run([cargo, *options], cwd=ROOT / "zkhealth" / "native", stdout=subprocess.PIPE, check=False)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    found = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "direct"]
    return found[-1] if found else None
