"""G1, hashing and pairing through the whole Python call, against blst called directly, py_arkworks and py_ecc."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from benchmarks.harness import Case, Contender, Here, against, at_most, faster, within
from benchmarks.inputs import ark_encode, ark_points, ark_scalars, ecc_encode, ecc_point, ecc_points, points, scalars
from benchmarks.processes import DST, with_blst
from zkhealth.curve import G1, G2, hash_to_g1, msm_vartime, pairing_product_is_one
from zkhealth.field import Fr, concat

_SLOW_ECC = "py_ecc adds up products: measured at 2^4 only"


def _msm(n: int, msm: Callable[[Fr, G1], G1], direct: str) -> Mapping[str, Contender]:
    a, P = scalars(n), points(n)

    def arkworks(ark: ModuleType) -> Here:
        x, Q = ark_scalars(ark, a), ark_points(ark, P)
        return Here(lambda: ark.G1Point.multiexp_unchecked(Q, x), ark_encode)

    def ecc(_: ModuleType) -> Here:
        from py_ecc import optimized_bls12_381 as bls

        x, Q = a.ints(), ecc_points(P)

        def run() -> Any:
            out = bls.Z1
            for k, point in zip(x, Q, strict=True):
                out = bls.add(out, bls.multiply(point, k))
            return out

        return Here(run, ecc_encode)

    rivals = {"py_arkworks_bls12381": arkworks} | ({"py_ecc": ecc} if n <= 1 << 4 else {})
    contest = against(Here(lambda: msm(a, P), G1.encode), **rivals)
    return with_blst(contest, direct, n, P.encode(), a.encode())


def _decode() -> Mapping[str, Contender]:
    data = points(1).encode()

    def ecc(_: ModuleType) -> Here:
        from py_ecc.bls.g2_primitives import subgroup_check

        def run() -> Any:
            point = ecc_point(data)
            return point if subgroup_check(point) else None

        return Here(run, ecc_encode)

    contest = against(
        Here(lambda: G1.decode(data), G1.encode),
        py_arkworks_bls12381=lambda ark: Here(lambda: ark.G1Point.from_compressed_bytes(data), ark_encode),
        py_ecc=ecc,
    )
    return with_blst(contest, "decode", 1, data)


def _hash() -> Mapping[str, Contender]:
    message = points(1).encode()

    def ecc(_: ModuleType) -> Here:
        from py_ecc.bls.hash_to_curve import hash_to_G1

        sha256: Any = hashlib.sha256  # py_ecc's annotation asks for a digest, its code for the function
        return Here(lambda: hash_to_G1(message, DST, sha256), ecc_encode)

    contest = against(
        Here(lambda: hash_to_g1(message, DST), G1.encode),
        py_arkworks_bls12381=lambda ark: Here(lambda: ark.G1Point.hash_to_curve(message, DST), ark_encode),
        py_ecc=ecc,
    )
    return with_blst(contest, "hash", 1, message)


def _pairing() -> Mapping[str, Contender]:
    """e(s·P, Q)·e(−P, s·Q) = 1."""
    one_s = concat(Fr(1), scalars(1))
    P, Q = points(1)[0], one_s * G2.generator()
    left = G1.stack(one_s[1] * P, -P)
    pairs = list(zip(left, Q, strict=True))

    def arkworks(ark: ModuleType) -> Here:
        p, q = ark_points(ark, left), [ark.G2Point.from_compressed_bytes(point.encode()) for point in Q]
        return Here(lambda: ark.GT.pairing_check(p, q), _truth)

    def ecc(_: ModuleType) -> Here:
        from py_ecc import optimized_bls12_381 as bls

        p, q = ecc_points(left), [bls.multiply(bls.G2, k) for k in one_s.ints()]

        def run() -> bool:
            product = bls.FQ12.one()
            for point, twist in zip(p, q, strict=True):
                product *= bls.pairing(twist, point, final_exponentiate=False)
            return bool(bls.final_exponentiate(product) == bls.FQ12.one())

        return Here(run, _truth)

    contest = against(Here(lambda: pairing_product_is_one(pairs), _truth), py_arkworks_bls12381=arkworks, py_ecc=ecc)
    return with_blst(contest, "pairing", 2, left.encode(), one_s.encode())


def _truth(holds: bool) -> bytes:
    return bytes([holds])


def _variable(bits: int, *later: float) -> Case:
    aims = (within(1.3, "blst"), faster(1, "py_arkworks_bls12381"), *(at_most(ms, "ms", then=True) for ms in later))
    return Case(f"G1 MSM, variable time, 2^{bits}", partial(_msm, 1 << bits, msm_vartime, "msm"), aims, _SLOW_ECC)


CASES = [
    _variable(4),
    _variable(7, 1.6),
    _variable(10, 6),
    _variable(16, 220),
    Case(
        "G1 MSM, constant time, 2^7",
        partial(_msm, 1 << 7, lambda a, P: a @ P, "mults"),
        (within(1, "blst"),),
        "blst: constant-time products one by one; py_arkworks is not constant-time",
    ),
    Case("G1 decode with subgroup check", _decode),
    Case("hash to G1", _hash),
    Case("product of 2 pairings is one", _pairing),
]
