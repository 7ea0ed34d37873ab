"""Vectors over Fr, against galois, and blst called directly; py_arkworks has objects, not vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from benchmarks.harness import Case, Contender, Here, against, at_most, faster, within
from benchmarks.inputs import ark_encode, ark_scalars, scalars
from benchmarks.processes import with_blst
from zkhealth.field import Fr

Contest = Mapping[str, Contender]
SMALL, LARGE = 1 << 10, 1 << 16


def galois_field(galois: ModuleType) -> Any:
    """galois.GF(r); left to find and check the generator itself, it takes a minute."""
    return galois.GF(Fr.MODULUS, primitive_element=7, verify=False)


def _galois_encode(values: Any) -> bytes:
    return b"".join(int(k).to_bytes(32, "big") for k in values.reshape(-1).tolist())


def _ark_encode(values: list[Any]) -> bytes:
    return b"".join(map(ark_encode, values))


def _contest(n: int, compute: Callable[[Any, Any], Any], each: Callable[[list[Any], list[Any]], list[Any]]) -> Contest:
    """`compute` on Fr and on galois arrays; `each` on lists of py_arkworks' scalars."""
    a, b = scalars(n), scalars(n)[::-1]

    def galois(module: ModuleType) -> Here:
        field = galois_field(module)
        x, y = field(a.ints()), field(b.ints())
        return Here(lambda: compute(x, y), _galois_encode)

    def arkworks(module: ModuleType) -> Here:
        x, y = ark_scalars(module, a), ark_scalars(module, b)
        return Here(lambda: each(x, y), _ark_encode)

    rivals = {"galois": galois} | ({"py_arkworks_bls12381": arkworks} if n == SMALL else {})
    return against(Here(lambda: compute(a, b), Fr.encode), **rivals)


def _product(n: int) -> Contest:
    contest = _contest(n, lambda x, y: x * y, lambda x, y: [p * q for p, q in zip(x, y, strict=True)])
    return with_blst(contest, "product", n, scalars=scalars(n).encode())


def _sum(n: int) -> Contest:
    return _contest(n, lambda x, y: x + y, lambda x, y: [p + q for p, q in zip(x, y, strict=True)])


def _inner(n: int) -> Contest:
    def each(x: list[Any], y: list[Any]) -> list[Any]:
        products = [p * q for p, q in zip(x, y, strict=True)]
        return [sum(products[1:], start=products[0])]

    return _contest(n, lambda x, y: x @ y, each)


def _inverse(n: int) -> Contest:
    a = scalars(n)
    ours = Here(a.inverse, Fr.encode)
    if n == LARGE:
        return against(ours)

    def galois(module: ModuleType) -> Here:
        import numpy as np

        x = galois_field(module)(a.ints())
        return Here(lambda: np.reciprocal(x), _galois_encode)

    def arkworks(module: ModuleType) -> Here:
        x = ark_scalars(module, a)
        return Here(lambda: [p.inverse() for p in x], _ark_encode)

    return against(ours, galois=galois, py_arkworks_bls12381=arkworks)


def _cases() -> list[Case]:
    out = []
    for n, name in ((SMALL, "2^10"), (LARGE, "2^16")):
        note = "py_arkworks one object at a time, at 2^10 only"
        later = (within(1, "blst", then=True), at_most(6.5, "ns", each=n, then=True))
        out += [
            Case(f"Fr product, {name}", partial(_product, n), (faster(15, "galois"), *later), note),
            Case(f"Fr sum, {name}", partial(_sum, n), note=note),
            Case(f"Fr inner product, {name}", partial(_inner, n), (at_most(2.5, "ns", each=n, then=True),), note),
        ]
    fast = at_most(20, "ns", each=SMALL, then=True)
    note = "galois takes seconds at 2^16: left out there"
    return [
        *out,
        Case("Fr batch inverse, 2^10", partial(_inverse, SMALL), (fast,), note),
        Case("Fr batch inverse, 2^16", partial(_inverse, LARGE), (at_most(20, "ns", each=LARGE, then=True),), note),
    ]


CASES = _cases()
