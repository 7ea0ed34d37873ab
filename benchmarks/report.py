"""The table, and the file of results with what they were measured on."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import OURS, UNITS, Result

ROOT = Path(__file__).parents[1]
_RIVALS = ("galois", "py_ecc", "py_arkworks_bls12381", "pymerkle", "numpy", "anoncreds")
_FLAGS = ("adx", "bmi2", "avx2", "avx512ifma", "sha_ni", "sha2", "vaes")


def table(results: Sequence[Result]) -> str:
    """Markdown: a ratio above 1 says how many times as long as ours the rival took."""
    lines = ["| case | ours | rivals (time as a multiple of ours) | aim | holds |", "|---|---|---|---|---|"]
    notes: list[str] = []
    for result in results:
        case, values = result.case, result.values
        ours = values[OURS]
        rivals = "; ".join(
            f"{name} {_shown(value, case.is_size)} ({value / ours:.3g}×)"
            for name, value in values.items()
            if name != OURS
        )
        mark = ""
        if case.text:
            notes += [] if case.text in notes else [case.text]
            mark = f" [{notes.index(case.text) + 1}]"
        aims = "; ".join(aim.text for aim in case.aims)
        holds = "; ".join({True: "yes", False: "**no**", None: "–"}[aim.holds(values)] for aim in case.aims)
        lines.append(f"| {case.name}{mark} | {_shown(ours, case.is_size)} | {rivals or '–'} | {aims} | {holds} |")
    return "\n".join([*lines, "", *(f"{i}. {note}" for i, note in enumerate(notes, 1))])


def record(results: Sequence[Result], runs: int) -> dict[str, Any]:
    """Everything that is stored; `ratios` are rival / ours."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "fingerprint": fingerprint(),
        "build_profile": build_profile(),
        "runs": runs,
        "clock": "processor time of the process",
        "machine": _machine(),
        "versions": {"python": platform.python_version(), **_versions()},
        "cases": {result.case.name: _stored(result) for result in results},
    }


def build_profile() -> str:
    """How the compiled module was built, if it says so."""
    try:
        from zkhealth import _native
    except ImportError:
        return "none"

    return str(getattr(_native, "build_profile", "unknown"))


def fingerprint() -> str:
    """What is measured: every Python file of the package, and its compiled module."""
    package = ROOT / "zkhealth"
    files = sorted(path for path in package.rglob("*.py") if "native" not in path.relative_to(package).parts)
    digest = hashlib.sha256()
    for path in (*files, *sorted(package.glob("_native*.so"))):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _stored(result: Result) -> dict[str, Any]:
    values = result.values
    return {
        "unit": "bytes" if result.case.is_size else "ns",
        "minimum": {name: round(value, 1) for name, value in values.items()},
        "ratios": {name: round(value / values[OURS], 3) for name, value in values.items() if name != OURS},
        "aims": {aim.text: aim.holds(values) for aim in result.case.aims},
        "note": result.case.text,
    }


def _shown(value: float, is_size: bool) -> str:
    """Three digits and a unit."""
    sizes = "MiB" if value >= UNITS["MiB"] else "B"
    unit = sizes if is_size else next((u for u in ("s", "ms", "µs") if value >= UNITS[u]), "ns")
    number = value / UNITS[unit]
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    command = [git, "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _machine() -> dict[str, Any]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        cpu = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    except OSError:
        cpu = {}
    flags = cpu.get("flags", cpu.get("Features", "")).split()
    return {
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "family_model_stepping": [cpu.get(key, "") for key in ("cpu family", "model", "stepping")],
        "flags": [flag for flag in _FLAGS if flag in flags],
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _versions() -> dict[str, str]:
    out = {}
    for name in _RIVALS:
        try:
            out[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            out[name] = "not installed"
    return out
