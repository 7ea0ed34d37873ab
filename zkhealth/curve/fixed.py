"""Tables of fixed bases, for commitments: constant-time sums many times faster than `@`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zkhealth.curve.points import G1
from zkhealth.field import Fr

if TYPE_CHECKING:
    from zkhealth.backend.interface import Table


class FixedBases:
    """A few points of G1 with tables of their multiples.

    Building costs about a millisecond and 130 kB for each base, once.

    >>> bases = FixedBases(G1.stack(G1.generator(), Fr(5) * G1.generator()))
    >>> Fr([2, 3]) @ bases == Fr(17) * G1.generator()
    True
    >>> bases.rows(Fr([1, 0]), Fr([0, 1])) == bases.points      # one sum for each row
    True
    """

    __slots__ = ("_table", "points")
    __array_ufunc__ = None

    points: G1
    _table: Table

    def __init__(self, points: G1) -> None:
        vector = G1.stack(points)
        if len(vector) == 0:
            raise ValueError("expected at least one point")
        object.__setattr__(self, "points", vector)
        object.__setattr__(self, "_table", vector._handle.precompute())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("FixedBases are immutable")

    def __len__(self) -> int:
        return len(self.points)

    def __rmatmul__(self, scalars: Fr) -> G1:
        if not isinstance(scalars, Fr):
            return NotImplemented
        return self._sums([scalars[i] for i in range(len(scalars))], is_point=True)

    def rows(self, *columns: Fr) -> G1:
        """Point i of the result is the sum over j of columns[j][i] · base j.

        Raises:
            ValueError: not one column for each base, or columns of different lengths.

        """
        if not all(isinstance(column, Fr) for column in columns):
            raise TypeError("expected vectors of Fr")
        if any(column.is_scalar for column in columns) or len({len(column) for column in columns}) > 1:
            raise ValueError("expected vectors of one length")
        return self._sums(list(columns), is_point=False)

    def _sums(self, columns: list[Fr], is_point: bool) -> G1:
        if len(columns) != len(self):
            raise ValueError(f"expected {len(self)} scalars or columns, got {len(columns)}")
        return G1._of(self._table.rows([column._handle for column in columns]), is_point)
