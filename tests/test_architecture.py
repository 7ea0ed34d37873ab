"""Imports point downward only: this list is the architecture."""

import ast
from pathlib import Path

import pytest

LAYERS = (
    "errors backend field encoding curve transcript commitments sigma rangeproof merkle membership "
    "signatures credentials health records ledger cli"
).split()
ROOT = Path(__file__).parents[1] / "zkhealth"
FILES = sorted(path for path in ROOT.rglob("*.py") if "native" not in path.relative_to(ROOT).parts)
MAY_USE_BACKEND = ("backend/", "field.py", "curve/", "merkle/hashing.py", "__init__.py", "cli.py", "cli/")
MAY_USE_HANDLES = ("backend/", "field.py", "curve/")
EVERY = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))


def imported(source, package):
    """The zkhealth layers that a module imports, as a set; `"*"` stands for the whole package.

    Every spelling counts: `from zkhealth.x import y`, `from ..x import y`, `from zkhealth import x`,
    `from .. import x`, `import zkhealth.x`, wherever it stands, also inside a function.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            targets = [[*module, alias.name] for alias in node.names] if len(module) == 1 else [module]
        else:
            continue
        for target in targets:
            if target[0] == "zkhealth":
                found.add(target[1] if len(target) > 1 and target[1] in {*LAYERS, "_native", "native"} else "*")
    return found


def layer_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path):
    return imported(path.read_text(encoding="utf-8"), ("zkhealth", *path.relative_to(ROOT).parent.parts))


def is_among(path, places):
    return str(path.relative_to(ROOT).as_posix()).startswith(places)


@EVERY
def test_imports_point_downward(path):
    layer = layer_of(path)
    if layer in LAYERS:
        others = imports_of(path) - {"*", "_native", "native"}
        upward = {other for other in others if LAYERS.index(other) > LAYERS.index(layer)}
        assert not upward, f"{layer} must not import {upward}"


@EVERY
def test_no_layer_imports_the_whole_package(path):
    if layer_of(path) not in {"__init__", "__main__", "cli"}:
        assert "*" not in imports_of(path), "import from the layer itself; the package holds every layer"


@EVERY
def test_only_the_arithmetic_mentions_the_backend(path):
    if not is_among(path, MAY_USE_BACKEND):
        assert not imports_of(path) & {"backend", "_native", "native"}, "protocols go through field and curve"


@EVERY
def test_only_the_seam_imports_the_compiled_module(path):
    assert not imports_of(path) & {"_native", "native"} or is_among(path, ("backend/native.py",))


@EVERY
def test_only_the_arithmetic_reaches_for_handles(path):
    attributes = {n.attr for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Attribute)}
    if not is_among(path, MAY_USE_HANDLES):
        assert "_handle" not in attributes


@EVERY
def test_nothing_is_imported_behind_the_test_s_back(path):
    """Names computed at run time could point anywhere; the choice of the backend is the one place for them."""
    names = {n.id for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Name)}
    if not is_among(path, ("backend/__init__.py", "__init__.py", "cli")):
        assert not names & {"__import__", "importlib", "import_module"}


@EVERY
def test_every_module_belongs_to_a_layer(path):
    assert layer_of(path) in {*LAYERS, "__init__", "__main__"}


def test_the_files_are_found():
    assert len(FILES) >= 20
    assert {"errors", "backend", "field", "curve", "transcript", "commitments"} <= {layer_of(path) for path in FILES}


@pytest.mark.parametrize(
    ("source", "layers"),
    [
        ("from zkhealth.curve import G1", {"curve"}),
        ("from zkhealth.curve.points import G1", {"curve"}),
        ("from zkhealth import backend", {"backend"}),
        ("from zkhealth import backend as b, field", {"backend", "field"}),
        ("from zkhealth import Pedersen", {"*"}),
        ("from zkhealth import *", {"*"}),
        ("import zkhealth", {"*"}),
        ("import zkhealth as zk", {"*"}),
        ("import zkhealth.ledger.log", {"ledger"}),
        ("import os, zkhealth.ledger as log", {"ledger"}),
        ("import zkhealth._native", {"_native"}),
        ("from zkhealth._native import Scalars", {"_native"}),
        ("from .. import backend", {"backend"}),
        ("from ..curve import G1", {"curve"}),
        ("from ..curve.points import G1", {"curve"}),
        ("from . import proof", {"sigma"}),
        ("from .proof import prove", {"sigma"}),
        ("def later():\n    from zkhealth.cli import main", {"cli"}),
        ("if TYPE_CHECKING:\n    import zkhealth.cli", {"cli"}),
        ("import os\nfrom zkhealthy.curve import G1\nimport zkhealthy", set()),
        ("# import zkhealth.cli", set()),
    ],
)
def test_every_way_to_import_is_seen(source, layers):
    assert imported(source, ("zkhealth", "sigma")) == layers
