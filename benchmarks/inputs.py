"""Inputs for everyone: the same scalars, points and leaves in every run, and in each library's own types."""

from __future__ import annotations

import functools
import hashlib
from types import ModuleType
from typing import Any

from zkhealth.curve import G1, scale_vartime
from zkhealth.field import Fr


@functools.cache
def scalars(n: int, label: str = "scalars") -> Fr:
    """`n` scalars that look random."""
    return Fr.reduce(hashlib.shake_256(label.encode()).digest(48 * n), n)


@functools.cache
def points(n: int) -> G1:
    """`n` points that look random."""
    return scale_vartime(scalars(n, "points"), G1.generator())


def leaves(n: int) -> list[bytes]:
    """`n` leaves of 32 bytes."""
    return [i.to_bytes(32) for i in range(n)]


def rows(data: bytes, width: int) -> list[bytes]:
    """`data` cut into rows."""
    return [data[i : i + width] for i in range(0, len(data), width)]


def ark_scalars(ark: ModuleType, values: Fr) -> list[Any]:
    """The scalars as objects of py_arkworks_bls12381."""
    return [ark.Scalar.from_be_bytes(row) for row in rows(values.encode(), Fr.BYTES)]


def ark_points(ark: ModuleType, values: G1) -> list[Any]:
    """The points as objects of py_arkworks_bls12381."""
    return [ark.G1Point.from_compressed_bytes_unchecked(row) for row in rows(values.encode(), G1.BYTES)]


def ark_encode(element: Any) -> bytes:
    """The canonical bytes of a scalar or a point of py_arkworks_bls12381."""
    return bytes(element.to_be_bytes() if hasattr(element, "to_be_bytes") else element.to_compressed_bytes())


def ecc_points(values: G1) -> list[Any]:
    """The points as py_ecc has them."""
    return [ecc_point(row) for row in rows(values.encode(), G1.BYTES)]


def ecc_point(data: bytes) -> Any:
    """py_ecc's decoding, which does not check the subgroup."""
    from py_ecc.bls.point_compression import decompress_G1
    from py_ecc.bls.typing import G1Compressed

    return decompress_G1(G1Compressed(int.from_bytes(data, "big")))


def ecc_encode(point: Any) -> bytes:
    """The compressed bytes of a point of py_ecc."""
    from py_ecc.bls.point_compression import compress_G1

    return int(compress_G1(point)).to_bytes(G1.BYTES, "big")
