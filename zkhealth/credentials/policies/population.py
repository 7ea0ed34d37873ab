"""A model of the people who might be asked: how often each value of an attribute occurs.

Attributes are taken to be independent, which makes the count of bits an estimate, not a bound.

    >>> Population(1_000_000, {"v.country": {"FR": 3, "DE": 5}}).size
    1000000
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zkhealth.credentials.policies.clauses import Clause
from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.policies.terms import FieldRef

Frequencies = Mapping[str | int | bool, float]


@dataclass(frozen=True)
class Population:
    """So many people, and for some attributes ("v.birth") the frequencies of values, in any unit.

    Raises:
        ValueError: nobody, or frequencies that are negative or all zero.
    """

    size: int
    attributes: Mapping[str, Frequencies]

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("expected at least one person")
        for name, frequencies in self.attributes.items():
            if not frequencies or min(frequencies.values()) < 0 or sum(frequencies.values()) <= 0:
                raise ValueError(f"expected frequencies of {name}")


def expected_bits(ref: FieldRef, frequencies: Frequencies) -> float:
    """What revealing the value tells on average: its entropy."""
    total = sum(frequencies.values())
    shares = [n / total for value, n in frequencies.items() if n and ref.field.encode(value) is not None]
    return -sum(share * math.log2(share) for share in shares)


def matching(ref: FieldRef, frequencies: Frequencies, clauses: Sequence[Clause], at: datetime) -> float:
    """What it tells that the clauses hold: −log2 of the share of people for whom they do."""
    total = sum(frequencies.values())
    encoded = [(ref.field.encode(value), n) for value, n in frequencies.items()]
    fits = sum(n for value, n in encoded if holds(clauses, {ref.of.name: {ref.name: value}}, at))
    return math.inf if fits == 0 else math.log2(total / fits)
