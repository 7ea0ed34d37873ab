"""Sets of values of one hidden field or sum: intervals of whole numbers, or codes; and whether "absent" belongs to it.

These are closed under intersection, union and complement, which is what makes both "holds" and "does not hold" of a
condition expressible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

Intervals = tuple[tuple[int, int], ...]
S = TypeVar("S", "Numbers", "Codes")


@dataclass(frozen=True)
class Numbers:
    """Disjoint intervals in order, both ends included, within a domain."""

    intervals: Intervals
    domain: tuple[int, int]
    absent: bool = False
    may_be_absent: bool = False

    @classmethod
    def of(cls, intervals: Iterable[tuple[int, int]], domain: tuple[int, int], may_be_absent: bool = False) -> Numbers:
        """What lies in one of the intervals, and in the domain."""
        return cls(_ordered(intervals, domain), domain, False, may_be_absent)

    @property
    def is_empty(self) -> bool:
        """Whether nothing belongs to it."""
        return not self.intervals and not self.absent

    @property
    def is_all(self) -> bool:
        """Whether everything belongs to it."""
        return self.is_every_value and self.absent == self.may_be_absent

    @property
    def is_every_value(self) -> bool:
        """Whether everything that is not absent belongs to it."""
        return self.intervals == (self.domain,)

    def meet(self, other: Numbers) -> Numbers:
        """What belongs to both."""
        both = [(max(a, c), min(b, d)) for a, b in self.intervals for c, d in other.intervals]
        return replace(self, intervals=_ordered(both, self.domain), absent=self.absent and other.absent)

    def join(self, other: Numbers) -> Numbers:
        """What belongs to one of them."""
        both = _ordered((*self.intervals, *other.intervals), self.domain)
        return replace(self, intervals=both, absent=self.absent or other.absent)

    def others(self) -> Numbers:
        """The values that do not belong to it; absent is no value."""
        ends = [self.domain[0] - 1, *(end for interval in self.intervals for end in interval), self.domain[1] + 1]
        gaps = [(lo + 1, hi - 1) for lo, hi in zip(ends[::2], ends[1::2], strict=True)]
        return replace(self, intervals=_ordered(gaps, self.domain), absent=False)

    def __len__(self) -> int:
        return sum(hi - lo + 1 for lo, hi in self.intervals)


@dataclass(frozen=True)
class Codes:
    """The listed codes, or all but those."""

    codes: frozenset[str]
    is_listed: bool = True
    absent: bool = False
    may_be_absent: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing belongs to it."""
        return self.is_listed and not self.codes and not self.absent

    @property
    def is_all(self) -> bool:
        """Whether everything belongs to it."""
        return self.is_every_value and self.absent == self.may_be_absent

    @property
    def is_every_value(self) -> bool:
        """Whether everything that is not absent belongs to it."""
        return not self.is_listed and not self.codes

    def meet(self, other: Codes) -> Codes:
        """What belongs to both."""
        if self.is_listed and other.is_listed:
            codes = self.codes & other.codes
        elif self.is_listed or other.is_listed:
            listed, refused = (self, other) if self.is_listed else (other, self)
            codes = listed.codes - refused.codes
        else:
            codes = self.codes | other.codes
        return replace(
            self, codes=codes, is_listed=self.is_listed or other.is_listed, absent=self.absent and other.absent
        )

    def join(self, other: Codes) -> Codes:
        """What belongs to one of them."""
        both = self.others().meet(other.others()).others()
        return replace(both, absent=self.absent or other.absent)

    def others(self) -> Codes:
        """The values that do not belong to it; absent is no value."""
        return replace(self, is_listed=not self.is_listed, absent=False)


def within(inner: S, outer: S) -> bool:
    """Whether all of one belongs to the other."""
    return inner.meet(outer) == inner


def only_absent(values: Numbers | Codes) -> Numbers | Codes:
    """The same kind of set, of "absent" alone."""
    if isinstance(values, Numbers):
        return replace(values, intervals=(), absent=values.may_be_absent)
    return replace(values, codes=frozenset(), is_listed=True, absent=values.may_be_absent)


def _ordered(intervals: Iterable[tuple[int, int]], domain: tuple[int, int]) -> Intervals:
    out: list[tuple[int, int]] = []
    for lo, hi in sorted((max(lo, domain[0]), min(hi, domain[1])) for lo, hi in intervals):
        if lo > hi:
            continue
        if out and lo <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(hi, out[-1][1])
        else:
            out.append((lo, hi))
    return tuple(out)
