"""Which arithmetic runs: the compiled module, or the reference in Python.

Chosen once, when the package is imported, and loaded at first use.  Set
ZKHEALTH_BACKEND to `native` or `reference` before the import to force one.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from zkhealth.backend.interface import Backend

_lock = threading.Lock()
_forced = os.environ.get("ZKHEALTH_BACKEND", "")
_has_native = importlib.util.find_spec("zkhealth._native") is not None
if _forced not in {"", "native", "reference"}:
    raise ImportError(f"ZKHEALTH_BACKEND must be 'native' or 'reference', not {_forced!r}")
if _forced == "native" and not _has_native:
    raise ImportError("ZKHEALTH_BACKEND=native, but this installation has no compiled module")
_name = _forced or ("native" if _has_native else "reference")


def backend_name() -> str:
    """The arithmetic in use, `"native"` or `"reference"`.

    >>> backend_name() in {"native", "reference"}
    True
    """
    return _name


@functools.cache
def load() -> Backend:
    """The chosen backend, imported at the first call."""
    with _lock:  # so that two first calls warn once
        return _loaded()


@functools.cache
def _loaded() -> Backend:
    if _name == "reference" and not _forced:
        warnings.warn(
            "zkhealth runs on its reference backend, which is slow and not constant-time: this installation "
            "has no compiled module (install with a Rust toolchain, or set ZKHEALTH_BACKEND=reference to accept it)",
            RuntimeWarning,
            stacklevel=3,
        )
    limit = sys.getrecursionlimit()
    try:
        return cast("Backend", importlib.import_module(f"zkhealth.backend.{_name}"))
    finally:
        sys.setrecursionlimit(limit)  # py_ecc raises it for the whole process, beyond what the stack holds
