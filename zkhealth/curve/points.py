"""G1 and G2: points of the two BLS12-381 groups of prime order r, and vectors of them.

    >>> G = G1.generator()
    >>> a = Fr([1, 2, 3])
    >>> P = a * G                       # three points
    >>> a @ P == Fr(14) * G             # multi-scalar multiplication
    True

Scaling and `@` are constant-time on the native backend.  Where every scalar is
public, or blinded, `msm_vartime` and `scale_vartime` are faster.  Every point
that exists here is on the curve and in the subgroup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from zkhealth import backend
from zkhealth.field import Fr, decoded, select

if TYPE_CHECKING:
    from zkhealth.backend.interface import Points


class Group:
    """What G1 and G2 share; a point, or a vector of points."""

    BYTES: ClassVar[int]

    __slots__ = ("_handle", "is_point")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None

    _handle: Points
    is_point: bool

    def __init__(self) -> None:
        name = type(self).__name__
        raise TypeError(f"use {name}.generator(), {name}.decode(bytes) or hash_to_{name.lower()}")

    @classmethod
    def _of(cls, handle: Points, is_point: bool) -> Self:
        out = cls.__new__(cls)
        object.__setattr__(out, "_handle", handle)
        object.__setattr__(out, "is_point", is_point)
        return out

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("points are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("points are immutable")

    @classmethod
    def _points(cls) -> type[Points]:
        raise TypeError("use G1 or G2")

    # --- making -------------------------------------------------------------

    @classmethod
    def generator(cls) -> Self:
        """The generator that the curve's specification fixes."""
        return cls._of(cls._points().generator(), is_point=True)

    @classmethod
    def identity(cls) -> Self:
        """The neutral element."""
        return cls._of(cls._points().decode(bytes([0xC0]).ljust(cls.BYTES, b"\0")), is_point=True)

    @classmethod
    def decode(cls, data: bytes, n: int | None = None) -> Self:
        """Compressed points (IETF and ZCash encoding), `BYTES` each; one alone is a point, not a vector.

        Raises:
            DecodingError: not canonical, not on the curve, not in the subgroup, or not `n` points.

        """
        return cls._of(*decoded(cls._points().decode, data, n, cls.BYTES))

    @classmethod
    def stack(cls, *parts: Self) -> Self:
        """Points and vectors of points, one after the other, as one vector."""
        if not all(isinstance(part, cls) for part in parts):
            raise TypeError(f"expected points of {cls.__name__}")
        return cls._of(cls._points().concat([part._handle for part in parts]), is_point=False)

    # --- taking apart -------------------------------------------------------

    def encode(self) -> bytes:
        """`BYTES` compressed bytes for each point."""
        return self._handle.encode()

    def has_identity(self) -> bool:
        """Whether the neutral element is (among) this."""
        return self._handle.has_identity()

    def __len__(self) -> int:
        if self.is_point:
            raise TypeError("a point has no length")
        return len(self._handle)

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        raise TypeError("points have no truth value; compare with ==")

    def __getitem__(self, key: int | slice | list[int]) -> Self:
        return self._of(*select(self._handle, len(self), key))

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name} {self.encode().hex()[:12]}…>" if self.is_point else f"<{name} vector of {len(self)}>"

    # --- algebra ------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.is_point == other.is_point and self._handle.equals(other._handle)

    def __add__(self, other: Self) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        self._check_lengths(other, other.is_point)
        return self._of(self._handle.add(other._handle), self.is_point and other.is_point)

    def __neg__(self) -> Self:
        return self._of(self._handle.neg(), self.is_point)

    def __sub__(self, other: Self) -> Self:
        return self + -other if isinstance(other, type(self)) else NotImplemented

    def sum(self) -> Self:
        """The sum of all points."""
        return self._of(self._handle.sum(), is_point=True)

    def __rmul__(self, scalars: Fr) -> Self:
        return self._scale(scalars, self._handle.scale) if isinstance(scalars, Fr) else NotImplemented

    def __rmatmul__(self, scalars: Fr) -> Self:
        return self._msm(scalars, self._handle.msm) if isinstance(scalars, Fr) else NotImplemented

    def _scale(self, scalars: Fr, scale: Any) -> Self:
        self._check_lengths(scalars, scalars.is_scalar)
        return self._of(scale(scalars._handle), self.is_point and scalars.is_scalar)

    def _msm(self, scalars: Fr, msm: Any) -> Self:
        if self.is_point or scalars.is_scalar:
            raise ValueError("a multi-scalar multiplication is of two vectors")
        self._check_lengths(scalars, False)
        return self._of(msm(scalars._handle), is_point=True)

    def _check_lengths(self, other: Any, other_is_single: bool) -> None:
        if not (self.is_point or other_is_single) and len(self) != len(other):
            raise ValueError(f"lengths differ: {len(other)} and {len(self)}")


class G1(Group):
    """A point of the group over the base field, or a vector of them; 48 bytes each."""

    BYTES: ClassVar[int] = 48
    __slots__ = ()

    @classmethod
    def _points(cls) -> type[Points]:
        return backend.load().G1Points


class G2(Group):
    """A point of the group over the quadratic extension, or a vector of them; 96 bytes each."""

    BYTES: ClassVar[int] = 96
    __slots__ = ()

    @classmethod
    def _points(cls) -> type[Points]:
        return backend.load().G2Points


P = TypeVar("P", bound=Group)


def msm_vartime(scalars: Fr, points: P) -> P:
    """`scalars @ points` in variable time, for scalars that are public or blinded.

    Raises:
        ValueError: not two vectors of one length.

    """
    _check_types(scalars, points)
    return points._msm(scalars, points._handle.msm_vartime)


def select_sum(bits: Fr, points: P) -> P:
    """`bits @ points` for scalars that are all 0 or 1: as constant-time as `@`, and far faster.

    Raises:
        ValueError: a scalar is neither 0 nor 1, or not two vectors of one length.
    """
    _check_types(bits, points)
    return points._msm(bits, points._handle.select_sum)


def scale_vartime(scalars: Fr, points: P) -> P:
    """`scalars * points` in variable time, for scalars that are public or blinded."""
    _check_types(scalars, points)
    return points._scale(scalars, points._handle.scale_vartime)


def _check_types(scalars: Fr, points: Group) -> None:
    if not isinstance(scalars, Fr) or not isinstance(points, Group):
        raise TypeError(f"expected Fr and points, got {type(scalars).__name__} and {type(points).__name__}")
