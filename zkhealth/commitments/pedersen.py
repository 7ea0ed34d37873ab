"""Pedersen commitments, C = v·G + s·H: perfectly hiding, binding if discrete logarithms are hard.

Pedersen 1991.  The bases are hashed from labels, so nobody knows log_G(H).
Constant-time on the native backend.

    >>> pedersen = Pedersen()
    >>> C, s = pedersen.commit(120)
    >>> pedersen.open(C, 120, s)

They add like the values inside them:

    >>> D, t = pedersen.commit(80)
    >>> pedersen.open(C + D, 200, s + t)
"""

from __future__ import annotations

import functools

from zkhealth.commitments.generators import pedersen_bases, vector_bases
from zkhealth.curve import G1, FixedBases
from zkhealth.errors import VerificationError
from zkhealth.field import Fr, concat


class Pedersen:
    """Commitments to one value each.  Values may be ints; they count modulo r."""

    @property
    def G(self) -> G1:
        """The base of the value."""
        return pedersen_bases().points[0]

    @property
    def H(self) -> G1:
        """The base of the blinding."""
        return pedersen_bases().points[1]

    def commit(self, v: Fr | int, s: Fr | None = None) -> tuple[G1, Fr]:
        """Commit to `v` (or to each element of a vector); returns C and the blinding that opens it.

        Raises:
            ValueError: `s` is zero, or its length is not that of `v`.
        """
        v = _value(v)
        s = _blinding(v, s)
        return _sum(v, s), s

    def open(self, C: G1, v: Fr | int, s: Fr) -> None:
        """Check that `C` commits to `v` under `s`.

        Raises:
            VerificationError: it does not.
        """
        v = _value(v)
        _check_type(s)
        if v.is_scalar != s.is_scalar or (not s.is_scalar and len(v) != len(s)) or _sum(v, s) != C:
            raise VerificationError("the commitment does not open to this value")


class VectorPedersen:
    """Commitments to vectors of `n` values, C = <v, G> + s·H.

    >>> vectors = VectorPedersen(3)
    >>> C, s = vectors.commit(Fr([1, 2, 3]))
    >>> vectors.open(C, Fr([1, 2, 3]), s)
    """

    def __init__(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"expected at least one value, got {n}")
        self.n = n

    @property
    def bases(self) -> FixedBases:
        """G_1 … G_n and H, with tables."""
        return _vector_tables(self.n)

    def commit(self, v: Fr, s: Fr | None = None) -> tuple[G1, Fr]:
        """Commit to the vector `v`; returns C and the blinding that opens it.

        Raises:
            ValueError: not `n` values, or `s` is zero.
        """
        _check_type(v)
        if v.is_scalar or len(v) != self.n:
            raise ValueError(f"expected a vector of {self.n} values")
        s = _blinding(Fr(0), s)
        return concat(v, s) @ self.bases, s

    def open(self, C: G1, v: Fr, s: Fr) -> None:
        """Check that `C` commits to `v` under `s`.

        Raises:
            VerificationError: it does not.
        """
        _check_type(v)
        _check_type(s)
        if v.is_scalar or len(v) != self.n or not s.is_scalar or concat(v, s) @ self.bases != C:
            raise VerificationError("the commitment does not open to these values")


@functools.cache
def _vector_tables(n: int) -> FixedBases:
    return FixedBases(G1.stack(vector_bases(n), Pedersen().H))


def _sum(v: Fr, s: Fr) -> G1:
    """v·G + s·H, for each element of vectors."""
    if v.is_scalar and s.is_scalar:
        return concat(v, s) @ pedersen_bases()
    return pedersen_bases().rows(v, s)


def _value(v: Fr | int) -> Fr:
    return v if isinstance(v, Fr) else Fr(v)


def _blinding(v: Fr, s: Fr | None) -> Fr:
    """A fresh blinding where none is given; never zero, or the value could be guessed and checked."""
    if s is None:
        return Fr.random(None if v.is_scalar else len(v))
    _check_type(s)
    if s.is_scalar != v.is_scalar or (not s.is_scalar and len(s) != len(v)):
        raise ValueError("expected one blinding for each value")
    data = s.encode()
    if any(data[i : i + 32] == bytes(32) for i in range(0, len(data), 32)):
        raise ValueError("a blinding must not be zero")
    return s


def _check_type(scalars: object) -> None:
    if not isinstance(scalars, Fr):
        raise TypeError(f"expected Fr, got {type(scalars).__name__}")
