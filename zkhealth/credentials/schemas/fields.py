"""Types of attributes, and the one way each becomes scalars.

Ordered types are integers: days, seconds, counts, scaled quantities, false and true; they enter a credential as
themselves, so that they can be compared in zero knowledge.  Codes, texts and identifiers are hashed.  What is absent
is the hash of a label: it lies in no interval and in no list.

    >>> Date().encode("2026-09-01")
    (46264,)
    >>> Date(partial=True).decode(Date(partial=True).encode("1990-04"))
    '1990-04'
    >>> Int(0, 15).encode(16)
    Traceback (most recent call last):
    ValueError: expected a number from 0 to 15
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any, ClassVar

from zkhealth.credentials.schemas.codes import parse_code
from zkhealth.credentials.schemas.dates import FIRST_DATE, LAST_DATE, date_of, days, parse_date
from zkhealth.credentials.schemas.moments import moment, moment_from, seconds
from zkhealth.curve import hash_to_scalar
from zkhealth.errors import DecodingError
from zkhealth.field import Fr
from zkhealth.transcript import joined

Plain = tuple[int, ...] | str | None
"""A value as it is signed: integers of an ordered type, the text that is hashed, or None where it is absent."""

MAX_TEXT = 1024
_DST = b"ZKHEALTH-V01-ATTRIBUTE_XMD:SHA-256_"
_MAX_WIDTH = 1 << 62
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOST_DIGITS = 64
_EXACT = Context(prec=_MOST_DIGITS, Emin=-_MOST_DIGITS, Emax=_MOST_DIGITS, traps=[InvalidOperation, Inexact, Overflow])
"""Never rounds, and never writes out 10^999999."""


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """What all types share.  An optional attribute may be absent, which is written as None."""

    optional: bool = False
    kind: ClassVar[str]

    @property
    def domain(self) -> tuple[int, int] | None:
        """The least and the greatest integer, which the issuer enforces; None for hashed types."""
        return None

    @property
    def parts(self) -> tuple[str, ...]:
        """A name for each scalar: one, or the two ends of an interval."""
        return ("",)

    def encode(self, value: object) -> Plain:
        """The value as it is signed.

        Raises:
            ValueError: not in the domain, or absent where it must not be.
            TypeError: not of this type.
        """
        if value is None:
            if self.optional:
                return None
            raise ValueError("expected a value: the field is not optional")
        return self._encode(value)

    def decode(self, plain: Plain) -> Any:
        """The value as people write it; undoes `encode`."""
        return None if plain is None else self._decode(plain)

    def scalars(self, plain: Plain) -> list[Fr]:
        """The scalars that are signed, one for each part."""
        if plain is None:
            return [absent()] * len(self.parts)
        if isinstance(plain, str):
            return [hash_to_scalar(joined(self.kind.encode(), plain.encode()), _DST)]
        return [Fr(n) for n in plain]

    def checked(self, plain: object) -> Plain:
        """The same, if it is what `encode` could have made.

        Raises:
            DecodingError: it is not.
        """
        found: Any = tuple(plain) if isinstance(plain, list) else plain
        try:
            is_plain = found is None or isinstance(found, str) or all(type(n) is int for n in found)
            if is_plain and self.encode(self.decode(found)) == found:
                return found  # type: ignore[no-any-return]
        except Exception:  # noqa: S110 (whatever a hostile value provokes means the same)
            pass
        raise DecodingError(f"expected a value of type {self.kind}")

    def describe(self) -> dict[str, Any]:
        """Everything about the type, as JSON."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"type": self.kind, **{name: value for name, value in given.items() if value not in (False, None)}}

    @abstractmethod
    def _encode(self, value: Any) -> Plain: ...

    def _decode(self, plain: Any) -> Any:
        return plain


@dataclass(frozen=True)
class Date(Field):
    """A day from 1800-01-01 to 2155-12-31; with `partial`, also a month or a year, held as its first and last day."""

    partial: bool = False
    kind: ClassVar[str] = "date"

    @property
    def domain(self) -> tuple[int, int]:
        """Day numbers, 0 for 1900-01-01."""
        return days(FIRST_DATE), days(LAST_DATE)

    @property
    def parts(self) -> tuple[str, ...]:
        return (".lo", ".hi") if self.partial else ("",)

    def _encode(self, value: Any) -> Plain:
        text = value.isoformat() if type(value) is date else value
        if not isinstance(text, str):
            raise TypeError(f"expected a date as text, got {type(value).__name__}")
        interval = _parsed(text)
        if self.partial:
            return interval.lo, interval.hi
        if interval.is_partial:
            raise ValueError("expected a full date, YYYY-MM-DD")
        return (interval.lo,)

    def _decode(self, plain: Any) -> str:
        first, last = date_of(plain[0]), date_of(plain[-1])
        for length in (10, 7, 4):
            text = first.isoformat()[:length]
            interval = _parsed(text)
            if (interval.lo, interval.hi) == (days(first), days(last)):
                return text
        raise ValueError("expected a day, a month or a year")


@dataclass(frozen=True)
class Instant(Field):
    """A moment to the second, written with its offset: 2026-11-23T09:30:00Z."""

    kind: ClassVar[str] = "instant"

    @property
    def domain(self) -> tuple[int, int]:
        """Seconds since 1900-01-01T00:00:00Z, to the end of 2155."""
        return 0, (days(LAST_DATE) + 1) * 86_400 - 1

    def _encode(self, value: Any) -> Plain:
        return (seconds(moment(value)),)

    def _decode(self, plain: Any) -> str:
        (n,) = plain
        return moment_from(n).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Int(Field):
    """A whole number from `lo` to `hi`."""

    lo: int
    hi: int
    kind: ClassVar[str] = "int"

    def __post_init__(self) -> None:
        _check_domain(self.lo, self.hi)

    @property
    def domain(self) -> tuple[int, int]:
        return self.lo, self.hi

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "lo": self.lo, "hi": self.hi}

    def _encode(self, value: Any) -> Plain:
        if type(value) is not int:
            raise TypeError(f"expected an int, got {type(value).__name__}")
        if not self.lo <= value <= self.hi:
            raise ValueError(f"expected a number from {self.lo} to {self.hi}")
        return (value,)

    def _decode(self, plain: Any) -> int:
        (n,) = plain
        return int(n)


@dataclass(frozen=True)
class Quantity(Field):
    """A measured quantity in one unit, from `lo` to `hi`, with a fixed number of decimals; never a float.

    >>> Quantity("mmol/mol", "0", "200", decimals=1).encode("48.5")
    (485,)
    """

    unit: str
    lo: str
    hi: str
    decimals: int = 0
    kind: ClassVar[str] = "quantity"

    def __post_init__(self) -> None:
        if type(self.decimals) is not int or not 0 <= self.decimals <= 9:
            raise ValueError("expected 0 to 9 decimals")
        if not isinstance(self.unit, str) or not self.unit.isprintable() or " " in self.unit:
            raise ValueError("expected a unit without blanks")
        for name in ("lo", "hi"):
            object.__setattr__(self, name, self._text(self.scaled(getattr(self, name))))
        _check_domain(*self.domain)

    @property
    def domain(self) -> tuple[int, int]:
        """In units of the last decimal."""
        return self.scaled(self.lo), self.scaled(self.hi)

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "lo": self.lo, "hi": self.hi, "decimals": self.decimals}

    def _encode(self, value: Any) -> Plain:
        n, (lo, hi) = self.scaled(value), self.domain
        if not lo <= n <= hi:
            raise ValueError(f"expected a quantity from {self.lo} to {self.hi} {self.unit}")
        return (n,)

    def _decode(self, plain: Any) -> str:
        (n,) = plain
        return self._text(n)

    def scaled(self, value: Any) -> int:
        """A number, in the domain or not, in units of the last decimal.

        Raises:
            ValueError: not a number, or one with more decimals.
            TypeError: a float, or something else.
        """
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise TypeError(f"expected a decimal number as text, Decimal or int, got {type(value).__name__}")
        is_number = True
        if isinstance(value, str):
            value = value.removesuffix(f" {self.unit}")
            is_number = len(value) <= _MOST_DIGITS and _NUMBER.fullmatch(value) is not None
        try:
            scaled = Decimal(value).scaleb(self.decimals, _EXACT) if is_number else Decimal("NaN")
            whole = scaled.is_finite() and scaled == scaled.to_integral_value(context=_EXACT)
        except DecimalException:  # too large, too small, or with more digits than anything measured has
            whole = False
        if not whole:
            raise ValueError(f"expected a number of {self.unit or 'one'} with at most {self.decimals} decimals")
        return int(scaled)

    def _text(self, n: int) -> str:
        return f"{Decimal(n).scaleb(-self.decimals, _EXACT):f}" if self.decimals else str(n)


@dataclass(frozen=True)
class Bool(Field):
    """True or false, as 1 or 0: it can be weighed in a sum."""

    kind: ClassVar[str] = "bool"

    @property
    def domain(self) -> tuple[int, int]:
        return 0, 1

    def _encode(self, value: Any) -> Plain:
        if type(value) is not bool:
            raise TypeError(f"expected a bool, got {type(value).__name__}")
        return (int(value),)

    def _decode(self, plain: Any) -> bool:
        (n,) = plain
        return {0: False, 1: True}[n]


@dataclass(frozen=True)
class Code(Field):
    """A code as "system|code", where short names of systems stand for their URLs; or a code alone, such as "FR"."""

    kind: ClassVar[str] = "code"

    def _encode(self, value: Any) -> Plain:
        text = _checked_text(value)
        return _checked_text(parse_code(text).canonical) if "|" in text else text

    def _decode(self, plain: Any) -> str:
        text = _checked_text(plain)
        return parse_code(text).short if "|" in text else text


@dataclass(frozen=True)
class Text(Field):
    """Any text; it can be revealed, or compared as a whole."""

    kind: ClassVar[str] = "text"

    def _encode(self, value: Any) -> Plain:
        return _checked_text(value)


@dataclass(frozen=True)
class Id(Field):
    """An identifier that is never disclosed: it can only be shown equal to, or different from, another one."""

    kind: ClassVar[str] = "id"

    def _encode(self, value: Any) -> Plain:
        return _checked_text(value)


FIELD_TYPES: Mapping[str, type[Field]] = {t.kind: t for t in (Date, Instant, Int, Quantity, Bool, Code, Text, Id)}


def absent() -> Fr:
    """The scalar that stands for what is absent."""
    return hash_to_scalar(joined(b"absent"), _DST)


def _parsed(text: str) -> Any:
    if not _DATE.fullmatch(text):
        raise ValueError("expected a date as YYYY-MM-DD, or YYYY-MM or YYYY where partial ones are allowed")
    try:
        return parse_date(text)
    except DecodingError as e:
        raise ValueError(str(e)) from None


def _checked_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    text = unicodedata.normalize("NFC", value[: MAX_TEXT + 1])  # one letter, however it was typed
    if not 0 < len(text) <= MAX_TEXT or len(value) > MAX_TEXT or not text.isprintable() or text != text.strip():
        raise ValueError(f"expected 1 to {MAX_TEXT} printable characters without blanks around them")
    return text


def _check_domain(lo: object, hi: object) -> None:
    if type(lo) is not int or type(hi) is not int:
        raise TypeError("expected a domain of two ints")
    if not -_MAX_WIDTH < lo <= hi < _MAX_WIDTH:
        raise ValueError("expected a domain lo <= hi within 2^62 of zero")
