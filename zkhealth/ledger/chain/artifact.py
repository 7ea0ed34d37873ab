"""The compiled contract: ABI, deployment code and the code that then stands on the chain.

`anchor.json` is what the Vyper compiler named in it makes of `anchor.vy`; a test compiles again and compares.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Artifact:
    """What deploying and calling the contract needs; `runtime` lacks the immutables, which stand behind it."""

    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    runtime: bytes


@cache
def artifact() -> Artifact:
    """Read the compiled contract that comes with the package.

    >>> sorted(entry["name"] for entry in artifact().abi if entry["type"] == "event")[:3]
    ['KeyRevoked', 'KeyRotated', 'OwnershipOffered']
    """
    data = json.loads(files("zkhealth.ledger.chain").joinpath("anchor.json").read_text(encoding="utf-8"))
    return Artifact(tuple(data["abi"]), bytes.fromhex(data["bytecode"]), bytes.fromhex(data["runtime"]))
