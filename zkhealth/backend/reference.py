"""The reference backend: galois arrays for scalars, py_ecc for points and pairings.

The oracle of the tests, and the fallback where no compiled module can be had.
Short, slow, obvious, and **not constant time**, whatever the interface hopes for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import galois
import numpy as np
from py_ecc.optimized_bls12_381 import curve_order

from zkhealth.backend.reference_points import G1Points, G2Points, Table, ints_of, pairing_product_is_one, rows_of
from zkhealth.errors import DecodingError

__all__ = ["name", "Scalars", "G1Points", "G2Points", "Table", "pairing_product_is_one", "sha256_rows"]

name = "reference"

# Seven generates the multiplicative group; left to find and check that itself, galois takes a minute.
Field = galois.GF(curve_order, primitive_element=7, verify=False)
ZERO = Field([0])


@dataclass(frozen=True, eq=False, repr=False)
class Scalars:
    """A vector over the scalar field: a one-dimensional galois array."""

    array: Any

    @staticmethod
    def decode(data: bytes) -> Scalars:
        """Read n·32 canonical big-endian bytes.  Raises DecodingError."""
        ints = ints_of(data, 32)
        for i, k in enumerate(ints):
            if k >= curve_order:
                raise DecodingError(f"expected scalars below the group order, element {i} is not")
        return Scalars(Field(ints))

    @staticmethod
    def reduce(data: bytes) -> Scalars:
        """Read n·48 big-endian bytes, each reduced modulo r."""
        return Scalars(Field([k % curve_order for k in ints_of(data, 48)]))

    @staticmethod
    def concat(parts: Sequence[Any]) -> Scalars:
        """Put one vector after the other."""
        return Scalars(np.concatenate([ZERO[:0], *(part.array for part in parts)]))

    def __len__(self) -> int:
        return len(self.array)

    def ints(self) -> list[int]:
        """List the elements as integers from 0 to r-1."""
        return [int(k) for k in self.array.tolist()]

    def encode(self) -> bytes:
        """Write 32 big-endian bytes for each element."""
        return b"".join(k.to_bytes(32, "big") for k in self.ints())

    def equals(self, other: Any) -> bool:
        """Say whether lengths and all elements agree."""
        return self.encode() == bytes(other.encode())

    def add(self, other: Any) -> Scalars:
        """Add elementwise."""
        return Scalars(self.array + other.array)

    def sub(self, other: Any) -> Scalars:
        """Subtract elementwise."""
        return Scalars(self.array - other.array)

    def mul(self, other: Any) -> Scalars:
        """Multiply elementwise."""
        return Scalars(self.array * other.array)

    def neg(self) -> Scalars:
        """Negate elementwise."""
        return Scalars(-self.array)

    def inverse(self) -> Scalars:
        """Invert elementwise; ValueError if any element is zero."""
        if 0 in self.ints():
            raise ValueError("zero has no inverse")
        return Scalars(np.reciprocal(self.array))

    def dot(self, other: Any) -> Scalars:
        """Compute the inner product, a vector of length 1; of nothing it is zero."""
        a, b = np.concatenate([ZERO, self.array]), np.concatenate([ZERO, other.array])
        return Scalars((a @ b).reshape(1))

    def sum(self) -> Scalars:
        """Add all elements up, to a vector of length 1; of nothing it is zero."""
        return Scalars(np.concatenate([ZERO, self.array]).sum().reshape(1))

    def powers(self, n: int) -> Scalars:
        """List 1, x, ..., x^(n-1) of a vector of length 1."""
        return Scalars(self.array ** np.arange(n))

    def kron(self, other: Any) -> Scalars:
        """Compute the Kronecker product, self[i]·other[j] at i·len(other) + j."""
        return Scalars(np.outer(self.array, other.array).reshape(-1))

    def slice(self, start: int, step: int, n: int) -> Scalars:
        """Pick the n elements start, start + step, ..."""
        return self.take([start + i * step for i in range(n)])

    def take(self, indices: Sequence[int]) -> Scalars:
        """Pick the elements at `indices`."""
        return Scalars(self.array[list(indices)])


def sha256_rows(prefix: bytes, data: bytes, width: int) -> bytes:
    """SHA-256(prefix || row) of every `width`-byte row of `data`, concatenated."""
    return b"".join(hashlib.sha256(prefix + row).digest() for row in rows_of(data, width))
