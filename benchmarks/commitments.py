"""Pedersen commitments in constant time, against the same sum in py_arkworks and in blst called directly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import ModuleType
from typing import Any

from benchmarks.harness import Case, Contender, Here, against, at_most
from benchmarks.inputs import ark_encode, ark_points, ark_scalars, scalars
from benchmarks.processes import with_blst
from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.field import Fr, concat

_NOTE = "py_arkworks and blst: two products and a sum, without tables; py_arkworks is not constant-time"


def _commit() -> Mapping[str, Contender]:
    pedersen = Pedersen()
    v, s = scalars(2)
    bases = G1.stack(pedersen.G, pedersen.H)
    ours = Here(lambda: pedersen.commit(v, s)[0], G1.encode)
    contest = against(ours, py_arkworks_bls12381=lambda ark: _arkworks(ark, bases, v, s))
    return with_blst(contest, "mults", 2, bases.encode(), concat(v, s).encode())


def _batch(n: int) -> Mapping[str, Contender]:
    pedersen = Pedersen()
    v, s = scalars(n, "values"), scalars(n, "blindings")
    bases = G1.stack(pedersen.G, pedersen.H)
    ours = Here(lambda: pedersen.commit(v, s)[0], G1.encode)
    return against(ours, py_arkworks_bls12381=lambda ark: _arkworks(ark, bases, v, s))


def _arkworks(ark: ModuleType, bases: G1, v: Fr, s: Fr) -> Here:
    G, H = ark_points(ark, bases)
    pairs = list(zip(ark_scalars(ark, v), ark_scalars(ark, s), strict=True))

    def run() -> list[Any]:
        return [G * x + H * y for x, y in pairs]

    return Here(run, lambda out: b"".join(map(ark_encode, out)))


CASES = [
    Case("Pedersen commitment", _commit, (at_most(100, "µs"), at_most(40, "µs", then=True)), _NOTE),
    Case(
        "Pedersen commitments, batch of 1024",
        partial(_batch, 1024),
        (at_most(12, "µs", each=1024, then=True),),
        _NOTE,
    ),
]
