"""Imports in fresh interpreters, with warm files: the package alone, and with what it loads at first use."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from functools import partial

from benchmarks.harness import OURS, Case, Contender, at_most
from benchmarks.processes import Interpreter

_CODE = """
import json, sys, time
start, before = time.process_time_ns(), set(sys.modules)
{code}
elapsed = time.process_time_ns() - start
new = set(sys.modules) - before
others = sorted({{m.partition(".")[0] for m in new}} - set(sys.stdlib_module_names) - {{"zkhealth"}})
print(json.dumps(dict(answer="imported", time=elapsed, modules=len(new), others=others)))
"""
_PACKAGE = {
    OURS: "import zkhealth",
    "galois": "import galois",
    "py_ecc": "import py_ecc.optimized_bls12_381",  # the package itself is empty
    "py_arkworks_bls12381": "import py_arkworks_bls12381",
    "pymerkle": "import pymerkle",
}
_FIRST_USE = {
    OURS: "import zkhealth; zkhealth.Pedersen().commit(42)",
    "py_arkworks_bls12381": "import py_arkworks_bls12381 as ark; ark.G1Point() * ark.Scalar(42) + ark.G1Point()",
}


def _import(codes: Mapping[str, str]) -> Mapping[str, Contender]:
    return {name: _fresh(code) for name, code in codes.items() if importlib.util.find_spec(name)}


def _fresh(code: str) -> Interpreter:
    return Interpreter(_CODE.format(code=code), "time")


@functools.cache
def loaded() -> str:
    """What `import zkhealth` loads."""
    seen = _fresh(_PACKAGE[OURS]).run()
    others = ", ".join(seen["others"]) or "nothing"
    return (
        f"zkhealth loads {seen['modules']} modules, {others} from outside the standard library, arithmetic at first use"
    )


CASES = [
    Case("import", partial(_import, _PACKAGE), (at_most(150, "ms"),), loaded),
    Case("import, and a first commitment", partial(_import, _FIRST_USE), note="ours makes its tables; no tables there"),
]
