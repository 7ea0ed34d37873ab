"""Fr: integers modulo r, the prime order of the BLS12-381 groups, and vectors of them.

    >>> a, b = Fr([1, 2, 3]), Fr(10)
    >>> (a * b + Fr(1)).ints()
    [11, 21, 31]
    >>> int(a @ a)
    14

A scalar is 0-dimensional and repeats against a vector; two vectors meet only
at equal lengths.  `==` compares everything at once and gives one bool.  Values
never show in a repr.  Operations are constant-time on the native backend only,
and never where Python integers come in or go out.
"""

from __future__ import annotations

import operator
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from zkhealth import backend
from zkhealth.errors import DecodingError

if TYPE_CHECKING:
    from typing import SupportsIndex

    import numpy.typing as npt

    from zkhealth.backend.interface import Scalars


MAX_LENGTH = 1 << 26
"""No vector is made longer than this, so that an absurd length is an error before memory runs out."""


class Fr:
    """A scalar `Fr(3)` or a vector `Fr([1, 2, 3])`; ints are reduced modulo r.

    Takes ints (also NumPy's), sequences of ints, NumPy arrays of integers,
    `(n, 32)` arrays of uint8 (canonical big-endian rows) and galois arrays.

    Raises:
        TypeError: a float, a bool, a string or an array of anything else.
        ValueError: an array of more than one dimension.
        DecodingError: a row of bytes is not canonical.

    >>> Fr(-1) + Fr(1) == Fr(0)
    True
    >>> len(Fr([4, 5])), Fr(4).is_scalar
    (2, True)

    """

    MODULUS: ClassVar[int] = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
    BYTES: ClassVar[int] = 32

    __slots__ = ("_handle", "is_scalar")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # NumPy must not take part in our operators

    _handle: Scalars
    is_scalar: bool

    def __init__(self, values: SupportsIndex | Iterable[SupportsIndex] | npt.NDArray[Any]) -> None:
        if hasattr(values, "__index__") and not hasattr(values, "__len__"):
            self._set(_from_ints([values]), is_scalar=True)
        elif hasattr(values, "dtype"):
            self._set(*_from_array(values))
        elif isinstance(values, Iterable) and not isinstance(values, (str, bytes, bytearray, memoryview, Fr)):
            self._set(_from_ints(values), is_scalar=False)
        else:
            raise TypeError(f"expected an int or a sequence of ints, got {type(values).__name__}")

    @classmethod
    def _of(cls, handle: Scalars, is_scalar: bool) -> Fr:
        out = cls.__new__(cls)
        out._set(handle, is_scalar)
        return out

    def _set(self, handle: Scalars, is_scalar: bool) -> None:
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "is_scalar", is_scalar)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Fr is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("Fr is immutable")

    # --- making -------------------------------------------------------------

    @classmethod
    def random(cls, n: int | None = None) -> Fr:
        """A uniform scalar, or `n` of them, from the operating system."""
        return cls.reduce(secrets.token_bytes(48 * (1 if n is None else _size(n))), n)

    @classmethod
    def powers(cls, x: Fr, n: int) -> Fr:
        """1, x, ..., x^(n-1).

        >>> Fr.powers(Fr(3), 4).ints()
        [1, 3, 9, 27]
        """
        if not isinstance(x, Fr) or not x.is_scalar:
            raise TypeError("expected a scalar")
        return cls._of(x._handle.powers(_size(n)), is_scalar=False)

    @classmethod
    def decode(cls, data: bytes, n: int | None = None) -> Fr:
        """n·32 canonical big-endian bytes; 32 bytes give a scalar.

        Raises:
            DecodingError: not canonical, not a whole number of scalars, or not `n` of them.

        """
        return cls._of(*decoded(backend.load().Scalars.decode, data, n, cls.BYTES))

    @classmethod
    def reduce(cls, data: bytes, n: int | None = None) -> Fr:
        """n·48 big-endian bytes, each taken modulo r (RFC 9380, section 5.3); 48 bytes give a scalar."""
        data = as_bytes(data)
        count = 1 if n is None else _size(n)
        if len(data) != 48 * count:
            raise ValueError(f"expected {48 * count} bytes, got {len(data)}")
        return cls._of(backend.load().Scalars.reduce(data), is_scalar=n is None)

    # --- taking apart -------------------------------------------------------

    def ints(self) -> list[int]:
        """The values as integers below r, a list also for a scalar."""
        data = self.encode()
        return [int.from_bytes(data[i : i + 32], "big") for i in range(0, len(data), 32)]

    def __int__(self) -> int:
        if not self.is_scalar:
            raise TypeError("expected a scalar; use .ints() for a vector")
        return self.ints()[0]

    def encode(self) -> bytes:
        """32 canonical big-endian bytes for each element."""
        return self._handle.encode()

    def to_numpy(self) -> npt.NDArray[Any]:
        """The values as NumPy objects (Python ints).

        >>> Fr([1, 2]).to_numpy()
        array([1, 2], dtype=object)
        """
        import numpy as np  # noqa: PLC0415 (heavy, and rarely needed)

        return np.array(int(self) if self.is_scalar else self.ints(), dtype=object)

    def to_bytes_array(self) -> npt.NDArray[Any]:
        """The canonical encoding as an `(n, 32)` array of uint8."""
        import numpy as np  # noqa: PLC0415

        return np.frombuffer(self.encode(), dtype=np.uint8).reshape(-1, 32).copy()

    def to_galois(self) -> Any:
        """The same values in `galois.GF(r)`."""
        import galois  # noqa: PLC0415

        return galois.GF(self.MODULUS, primitive_element=7, verify=False)(int(self) if self.is_scalar else self.ints())

    def __len__(self) -> int:
        if self.is_scalar:
            raise TypeError("a scalar has no length")
        return len(self._handle)

    def __iter__(self) -> Iterator[Fr]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        raise TypeError("Fr has no truth value; compare with ==")

    def __getitem__(self, key: int | slice | list[int]) -> Fr:
        return Fr._of(*select(self._handle, len(self), key))

    def __repr__(self) -> str:
        return "<Fr scalar>" if self.is_scalar else f"<Fr vector of {len(self)}>"

    # --- algebra ------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fr):
            return NotImplemented
        return self.is_scalar == other.is_scalar and self._handle.equals(other._handle)

    def __add__(self, other: Fr) -> Fr:
        return self._zip(other, "add") if isinstance(other, Fr) else NotImplemented

    def __sub__(self, other: Fr) -> Fr:
        return self._zip(other, "sub") if isinstance(other, Fr) else NotImplemented

    def __mul__(self, other: Fr) -> Fr:
        return self._zip(other, "mul") if isinstance(other, Fr) else NotImplemented

    def __truediv__(self, other: Fr) -> Fr:
        return self._zip(other.inverse(), "mul") if isinstance(other, Fr) else NotImplemented

    def __neg__(self) -> Fr:
        return Fr._of(self._handle.neg(), self.is_scalar)

    def __pow__(self, exponent: int) -> Fr:
        """Elementwise power by a public integer."""
        if isinstance(exponent, bool) or not isinstance(exponent, int):
            return NotImplemented
        base, k = (self, exponent) if exponent >= 0 else (self.inverse(), -exponent)
        out = Fr(1) if self.is_scalar else Fr([1] * len(self))
        for bit in bin(k)[2:]:
            out = out * out * base if bit == "1" else out * out
        return out

    def __matmul__(self, other: Fr) -> Fr:
        """The inner product."""
        if not isinstance(other, Fr):
            return NotImplemented
        if self.is_scalar or other.is_scalar:
            raise ValueError("an inner product is of two vectors")
        if len(self) != len(other):
            raise ValueError(f"lengths differ: {len(self)} and {len(other)}")
        return Fr._of(self._handle.dot(other._handle), is_scalar=True)

    def sum(self) -> Fr:
        """The sum of all elements, a scalar."""
        return Fr._of(self._handle.sum(), is_scalar=True)

    def inverse(self) -> Fr:
        """The inverse of every element, for the price of one inversion.

        Raises:
            ValueError: an element is zero.

        >>> (Fr([2, 5]).inverse() * Fr([2, 5])).ints()
        [1, 1]

        """
        return Fr._of(self._handle.inverse(), self.is_scalar)

    def kron(self, other: Fr) -> Fr:
        """The Kronecker product, self[i]·other[j] at i·len(other) + j.

        >>> Fr([1, 2]).kron(Fr([10, 100])).ints()
        [10, 100, 20, 200]
        """
        if not isinstance(other, Fr):
            raise TypeError(f"expected Fr, got {type(other).__name__}")
        return Fr._of(self._handle.kron(other._handle), is_scalar=False)

    def _zip(self, other: Fr, operation: str) -> Fr:
        if not (self.is_scalar or other.is_scalar) and len(self) != len(other):
            raise ValueError(f"lengths differ: {len(self)} and {len(other)}")
        if self.is_scalar and not other.is_scalar and len(other) == 0:
            return other
        if other.is_scalar and not self.is_scalar and len(self) == 0:
            return self
        return Fr._of(getattr(self._handle, operation)(other._handle), self.is_scalar and other.is_scalar)


def concat(*parts: Fr) -> Fr:
    """Scalars and vectors, one after the other, as one vector.

    >>> concat(Fr(1), Fr([2, 3])).ints()
    [1, 2, 3]
    """
    if not all(isinstance(part, Fr) for part in parts):
        raise TypeError("expected scalars and vectors of Fr")
    return Fr._of(backend.load().Scalars.concat([part._handle for part in parts]), is_scalar=False)


# --- shared with the arrays of points ----------------------------------------


def as_bytes(data: object) -> bytes:
    """A private copy of bytes-like `data`; anything else is a TypeError.

    A copy, so that nobody can change the buffer while it is being read.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected bytes, got {type(data).__name__}")
    return bytes(data)


def decoded(decode: Any, data: object, n: int | None, width: int) -> tuple[Any, bool]:
    """Decode `n` elements of `width` bytes (None: as many as there are, at least one)."""
    data = as_bytes(data)
    if n is None and not data:
        raise DecodingError(f"expected at least {width} bytes, got none")
    if n is not None and len(data) != _natural(n) * width:
        raise DecodingError(f"expected {n * width} bytes, got {len(data)}")
    return decode(data), len(data) == width


def select(handle: Any, length: int, key: Any) -> tuple[Any, bool]:
    """`handle[key]` for an int, a slice, or a list of ints."""
    if isinstance(key, slice):
        chosen = range(length)[key]
        return handle.slice(chosen.start, chosen.step if len(chosen) > 1 else 1, len(chosen)), False
    if isinstance(key, list):
        return handle.take([range(length)[_index(i)] for i in key]), False
    return handle.take([range(length)[_index(key)]]), True


def _natural(n: object) -> int:
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"expected a number of elements, got {type(n).__name__}")
    if n < 0:
        raise ValueError(f"expected a number of elements, got {n}")
    return n


def _size(n: object) -> int:
    """How many elements are to be made."""
    if _natural(n) > MAX_LENGTH:
        raise ValueError(f"expected at most {MAX_LENGTH} elements")
    return _natural(n)


def _from_ints(values: Iterable[Any]) -> Scalars:
    return backend.load().Scalars.decode(b"".join((_index(v) % Fr.MODULUS).to_bytes(32, "big") for v in values))


def _index(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}:
        raise TypeError("expected an int, got a bool")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"expected an int, got {type(value).__name__}") from None


def _from_array(array: Any) -> tuple[Scalars, bool]:
    """A NumPy or galois array: (n, 32) bytes, or integers of dimension 0 or 1."""
    if getattr(type(array), "order", Fr.MODULUS) != Fr.MODULUS:
        raise TypeError(f"expected a galois array modulo r, got one of order {type(array).order}")
    if array.dtype.kind not in "iuO":
        raise TypeError(f"expected an array of integers, got {array.dtype}")
    if array.ndim == 2 and array.dtype.itemsize == 1 and array.dtype.kind == "u":
        if array.shape[1] != 32:
            raise ValueError(f"expected rows of 32 bytes, got {array.shape[1]}")
        return backend.load().Scalars.decode(array.tobytes()), False
    if array.ndim > 1:
        raise ValueError(f"expected at most one dimension, got {array.ndim}")
    return _from_ints(array.reshape(-1).tolist()), array.ndim == 0
