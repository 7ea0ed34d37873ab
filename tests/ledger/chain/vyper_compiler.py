"""The Vyper compiler, run as a program: its own dependencies do not go with ours, so it lives elsewhere."""

import json
import shutil
import subprocess

import pytest

VERSION = "0.4.3"


def compiled(path):
    """ABI, bytecode and runtime of a contract; skips, saying so, where there is no compiler of this version."""
    program = shutil.which("vyper")
    if program is None:
        pytest.skip(f"no vyper on the PATH (PyPI package vyper {VERSION}, in a virtual environment of its own)")
    if not run(program, "--version").startswith(VERSION):
        pytest.skip(f"another vyper than {VERSION} on the PATH")
    output = run(program, "-f", "abi,bytecode,bytecode_runtime", path.name, cwd=path.parent)
    abi, bytecode, runtime = output.splitlines()
    return {
        "compiler": f"vyper {run(program, '--version')}",
        "abi": json.loads(abi),
        "bytecode": bytecode.removeprefix("0x"),
        "runtime": runtime.removeprefix("0x"),
    }


def run(program, *arguments, cwd=None):
    return subprocess.run(
        [program, *arguments], cwd=cwd, check=True, capture_output=True, text=True, timeout=120
    ).stdout.strip()
