"""The seam: what a backend gives to the field and the curve.

Handles are opaque, immutable vectors; each call is one whole array operation.
Where two lengths meet, they are equal or one of them is 1 (it is repeated).
The layers above check types and shapes, so a backend may assume them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

P = TypeVar("P", bound="Points")


class Scalars(Protocol):
    """A vector over the scalar field, integers modulo r."""

    @staticmethod
    def decode(data: bytes) -> Scalars:
        """n·32 canonical big-endian bytes.  Raises DecodingError."""

    @staticmethod
    def reduce(data: bytes) -> Scalars:
        """n·48 big-endian bytes, each reduced modulo r, in constant time where the backend has it."""

    @staticmethod
    def concat(parts: Sequence[Scalars]) -> Scalars:
        """One vector after the other."""

    def __len__(self) -> int: ...
    def encode(self) -> bytes: ...
    def equals(self, other: Scalars) -> bool: ...
    def add(self, other: Scalars) -> Scalars: ...
    def sub(self, other: Scalars) -> Scalars: ...
    def mul(self, other: Scalars) -> Scalars: ...
    def neg(self) -> Scalars: ...
    def inverse(self) -> Scalars:
        """Elementwise; ValueError if any element is zero."""

    def dot(self, other: Scalars) -> Scalars:
        """The inner product, a vector of length 1."""

    def sum(self) -> Scalars: ...
    def powers(self, n: int) -> Scalars:
        """1, x, ..., x^(n-1) of a vector of length 1."""

    def kron(self, other: Scalars) -> Scalars:
        """The Kronecker product, self[i]·other[j] at i·len(other) + j."""

    def slice(self, start: int, step: int, n: int) -> Scalars: ...
    def take(self, indices: Sequence[int]) -> Scalars: ...


class Table(Protocol):
    """Multiples of a few fixed points, for constant-time sums over them."""

    def rows(self, columns: Sequence[Scalars]) -> Points:
        """Row i is the sum over j of columns[j][i] · base j."""


class Points(Protocol):
    """A vector of points of the prime-order subgroup, G1 or G2."""

    @staticmethod
    def decode(data: bytes) -> Points:
        """N compressed points: canonical, on the curve, in the subgroup.  Raises DecodingError."""

    @staticmethod
    def generator() -> Points: ...
    @staticmethod
    def map_to_curve(u: bytes) -> Points:
        """The sum of both elements mapped to the curve (RFC 9380), cofactor cleared.

        `u`: two canonical elements of the base field per point, coordinates
        big-endian in 48 bytes (G2: real part first).
        """

    @staticmethod
    def concat(parts: Sequence[Points]) -> Points: ...
    def __len__(self) -> int: ...
    def encode(self) -> bytes: ...
    def equals(self, other: Points) -> bool: ...
    def has_identity(self) -> bool: ...
    def add(self, other: Points) -> Points: ...
    def neg(self) -> Points: ...
    def sum(self) -> Points: ...
    def scale(self, scalars: Scalars) -> Points:
        """Elementwise, in constant time where the backend has it."""

    def scale_vartime(self, scalars: Scalars) -> Points: ...
    def msm(self, scalars: Scalars) -> Points:
        """The sum of scalars[i] · self[i], in constant time where the backend has it."""

    def msm_vartime(self, scalars: Scalars) -> Points: ...
    def select_sum(self, bits: Scalars) -> Points:
        """The same where all scalars are 0 or 1, or ValueError; as constant-time as `msm`."""

    def slice(self, start: int, step: int, n: int) -> Points: ...
    def take(self, indices: Sequence[int]) -> Points: ...
    def precompute(self) -> Table: ...


class Backend(Protocol):
    """One implementation of everything above."""

    @property
    def name(self) -> str: ...
    @property
    def Scalars(self) -> type[Scalars]: ...
    @property
    def G1Points(self) -> type[Points]: ...
    @property
    def G2Points(self) -> type[Points]: ...

    def pairing_product_is_one(self, P: Points, Q: Points) -> bool:
        """Whether the product of e(P[i], Q[i]) is the neutral element."""

    def sha256_rows(self, prefix: bytes, data: bytes, width: int) -> bytes:
        """SHA-256(prefix || row) of every `width`-byte row of `data`, concatenated."""
