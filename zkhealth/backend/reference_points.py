"""The points of the reference backend: lists of py_ecc's projective points.

A point has many projective forms, and py_ecc's `eq` takes one that it makes of the
identity, (0, 0, 0), for equal to every point.  So points are compared by encodings.
Not constant time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, Self, TypeVar

from py_ecc import optimized_bls12_381 as bls
from py_ecc.bls.hash_to_curve import clear_cofactor_G1, clear_cofactor_G2, map_to_curve_G1, map_to_curve_G2
from py_ecc.bls.point_compression import compress_G1, compress_G2, decompress_G1, decompress_G2
from py_ecc.bls.typing import G1Compressed

from zkhealth.errors import DecodingError

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """What G1 and G2 do not share.  `degree` coordinates of 48 bytes make a field element."""

    name: str
    degree: int
    generator: Any
    identity: Any
    element: Callable[[list[int]], Any]
    compress: Callable[[Any], Sequence[int]]
    decompress: Callable[[Any], Any]
    map_to_curve: Callable[[Any], Any]
    clear_cofactor: Callable[[Any], Any]


@dataclass(frozen=True, eq=False, repr=False)
class Points:
    """A vector of points of one of the two groups."""

    group: ClassVar[Group]
    points: list[Any]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read n compressed points: canonical, on the curve, in the subgroup.  Raises DecodingError."""
        return cls([cls._decode_one(row, i) for i, row in enumerate(rows_of(data, 48 * cls.group.degree))])

    @classmethod
    def _decode_one(cls, row: bytes, i: int) -> Any:
        try:
            P = cls.group.decompress(ints_of(row, 48))
        except ValueError:
            raise DecodingError(f"expected compressed points of {cls.group.name}, element {i} is not one") from None
        if not bls.is_inf(bls.multiply(P, bls.curve_order)):
            raise DecodingError(f"expected points of the prime-order group {cls.group.name}, element {i} is outside")
        return P

    @classmethod
    def generator(cls) -> Self:
        """Give the standard generator, a vector of length 1."""
        return cls([cls.group.generator])

    @classmethod
    def map_to_curve(cls, u: bytes) -> Self:
        """Map pairs of field elements as in RFC 9380: both maps added, cofactor cleared."""
        Q = [cls.group.map_to_curve(cls._field_element(row)) for row in rows_of(u, 48 * cls.group.degree)]
        return cls([cls.group.clear_cofactor(bls.add(Q0, Q1)) for Q0, Q1 in zip(Q[::2], Q[1::2], strict=True)])

    @classmethod
    def _field_element(cls, row: bytes) -> Any:
        coordinates = ints_of(row, 48)
        if max(coordinates) >= bls.field_modulus:
            raise DecodingError("expected coordinates below the field modulus")
        return cls.group.element(coordinates)

    @classmethod
    def concat(cls, parts: Sequence[Any]) -> Self:
        """Put one vector after the other."""
        return cls([P for part in parts for P in part.points])

    def __len__(self) -> int:
        return len(self.points)

    def encode(self) -> bytes:
        """Write the compressed points, one after the other."""
        return b"".join(k.to_bytes(48, "big") for P in self.points for k in self.group.compress(P))

    def equals(self, other: Any) -> bool:
        """Say whether lengths and all points agree, in whichever projective form."""
        return self.encode() == bytes(other.encode())

    def has_identity(self) -> bool:
        """Say whether any of the points is the identity."""
        return any(bls.is_inf(P) for P in self.points)

    def add(self, other: Any) -> Self:
        """Add elementwise."""
        return type(self)([bls.add(P, Q) for P, Q in _pairs(self.points, other.points)])

    def neg(self) -> Self:
        """Negate elementwise."""
        return type(self)([bls.neg(P) for P in self.points])

    def sum(self) -> Self:
        """Add all points up, to a vector of length 1; of nothing it is the identity."""
        return type(self)([reduce(bls.add, self.points, self.group.identity)])

    def scale(self, scalars: Any) -> Self:
        """Multiply elementwise."""
        return type(self)([bls.multiply(P, k) for P, k in _pairs(self.points, scalars.ints())])

    def msm(self, scalars: Any) -> Self:
        """Add up scalars[i] · self[i] by double and add, with the doublings shared."""
        terms = list(zip(self.points, scalars.ints(), strict=True))
        total = self.group.identity
        for bit in reversed(range(bls.curve_order.bit_length())):
            total = reduce(bls.add, (P for P, k in terms if k >> bit & 1), bls.double(total))
        return type(self)([total])

    def select_sum(self, bits: Any) -> Self:
        """Add up the points whose scalar is 1; all are 0 or 1."""
        if not set(bits.ints()) <= {0, 1}:
            raise ValueError("expected zeros and ones")
        return self.msm(bits)

    scale_vartime = scale
    msm_vartime = msm

    def slice(self, start: int, step: int, n: int) -> Self:
        """Pick the n points start, start + step, ..."""
        return self.take([start + i * step for i in range(n)])

    def take(self, indices: Sequence[int]) -> Self:
        """Pick the points at `indices`."""
        return type(self)([self.points[i] for i in indices])

    def precompute(self) -> Table:
        """Make a table in name only: nothing is precomputed."""
        return Table(self)


class G1Points(Points):
    """Points of G1, over the field of p elements."""

    group = Group(
        "G1",
        degree=1,
        generator=bls.G1,
        identity=bls.Z1,
        element=lambda ints: bls.FQ(ints[0]),
        compress=lambda P: [compress_G1(P)],
        decompress=lambda ints: decompress_G1(G1Compressed(ints[0])),
        map_to_curve=map_to_curve_G1,
        clear_cofactor=clear_cofactor_G1,
    )


class G2Points(Points):
    """Points of G2, over the field of p² elements."""

    group = Group(
        "G2",
        degree=2,
        generator=bls.G2,
        identity=bls.Z2,
        element=bls.FQ2,
        compress=compress_G2,
        decompress=decompress_G2,
        map_to_curve=map_to_curve_G2,
        clear_cofactor=clear_cofactor_G2,
    )


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """A few fixed points."""

    bases: Points

    def rows(self, columns: Sequence[Any]) -> Points:
        """Compute the rows: row i is the sum over j of columns[j][i] · base j."""
        bases = (self.bases.take([j]) for j in range(len(self.bases)))
        terms = [base.scale(column) for base, column in zip(bases, columns, strict=True)]
        return reduce(Points.add, terms)


def pairing_product_is_one(P: Any, Q: Any) -> bool:
    """Say whether the product of e(P[i], Q[i]) is one; a pair with the identity counts as one."""
    product = bls.FQ12.one()
    for p, q in zip(P.points, Q.points, strict=True):
        product *= bls.pairing(q, p, final_exponentiate=False)
    return bool(bls.final_exponentiate(product) == bls.FQ12.one())


def rows_of(data: bytes, width: int) -> list[bytes]:
    """Cut `data` into rows of `width` bytes.  Raises DecodingError if the last is short."""
    if len(data) % width:
        raise DecodingError(f"expected a multiple of {width} bytes, got {len(data)}")
    return [data[i : i + width] for i in range(0, len(data), width)]


def ints_of(data: bytes, width: int) -> list[int]:
    """Read big-endian integers from rows of `width` bytes."""
    return [int.from_bytes(row, "big") for row in rows_of(data, width)]


def _pairs(a: list[S], b: list[T]) -> Iterator[tuple[S, T]]:
    """Set both side by side; a list of length 1 is repeated."""
    return zip(a * len(b) if len(a) == 1 else a, b * len(a) if len(b) == 1 else b, strict=True)
