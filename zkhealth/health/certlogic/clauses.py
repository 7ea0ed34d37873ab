"""Formulas as clauses of policies.

What all alternatives share stands outside of them, so that it is proven once.  A set of values is asked for in the
way that costs least: refused one by one, listed, or bounded; where it is neither, as alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from zkhealth.credentials.policies.bounds import Bound
from zkhealth.credentials.policies.clauses import (
    MAX_BRANCHES,
    MAX_ROWS,
    Absent,
    AllOf,
    AnyOf,
    Clause,
    Different,
    Listed,
    Present,
    Range,
    Same,
    Unlisted,
)
from zkhealth.credentials.policies.terms import FieldRef, LastDay, Linear
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.health.certlogic.formula import (
    ALWAYS,
    NEVER,
    Branch,
    Formula,
    Key,
    both,
    counted,
    formula,
)
from zkhealth.health.certlogic.sets import Codes, Numbers, within


class TooLargeError(ValueError):
    """More than a policy can have."""


_FEW = 4
_SHORT = 32
Sets = Mapping[frozenset[str], ValueSet]
"""Value sets by their codes."""


def conjunction(formulas: Iterable[Formula]) -> tuple[Formula, ...]:
    """The same formulas, each as small as the others make it; `(NEVER,)` if they contradict each other."""
    facts: Branch = {}
    open_ = [f for f in formulas if f is not ALWAYS]
    while True:
        left = [_given(facts, f) for f in open_]
        if NEVER in left:
            return (NEVER,)
        shared = [f.common for f in left if f.common]
        for common in shared:
            joined = both(facts, common)
            if joined is None:
                return (NEVER,)
            facts = joined
        open_ = [f for f in left if f is not ALWAYS and len(f.branches) > 1]
        if not shared:
            return (Formula((facts,)), *open_) if facts else tuple(open_)


def clauses(found: Formula, sets: Sets) -> list[Clause]:
    """What a policy asks for the formula to hold; the formula is neither always nor never true.

    Raises:
        TooLargeError: more alternatives, or longer lists, than a policy can have.
    """
    common = found.common
    out = [
        clause
        for key, values in common.items()
        if not _is_implied(key, values, common)
        for clause in [_either([(c,) for c in _condition(key, values, sets)])]
    ]
    rests = [{key: values for key, values in branch.items() if key not in common} for branch in found.branches]
    if len(rests) > 1:
        out.append(_either([one for rest in rests for one in _branch(rest, {**common, **rest}, sets)]))
    return out


def _given(facts: Branch, f: Formula) -> Formula:
    """The formula where the facts are known to hold."""
    met = (both(facts, branch) for branch in f.branches)
    return formula(
        None if branch is None else {k: v for k, v in branch.items() if k not in facts or not within(facts[k], v)}  # type: ignore[type-var]
        for branch in met
    )


def _branch(rest: Branch, known: Branch, sets: Sets) -> Iterator[tuple[Clause, ...]]:
    parts = [_condition(key, values, sets) for key, values in rest.items() if not _is_implied(key, values, known)]
    for choice in product(*parts):
        yield tuple(choice)


def _either(branches: list[tuple[Clause, ...]]) -> Clause:
    if len(branches) > MAX_BRANCHES:
        raise TooLargeError(f"it comes to more than {MAX_BRANCHES} alternatives")
    joined = [branch[0] if len(branch) == 1 else AllOf(branch) for branch in branches]
    return joined[0] if len(joined) == 1 else AnyOf(tuple(joined))


def _is_implied(key: Key, values: Numbers | Codes, known: Branch) -> bool:
    """Whether it only says that a field is there, which a sum that it is part of says too."""
    if not values.is_every_value or values.absent or isinstance(key, Linear):
        return False
    sums = [other for other in known if isinstance(other, Linear)]
    return any(key in map(counted, other.refs()) for other in sums)


def _condition(key: Key, values: Numbers | Codes, sets: Sets) -> list[Clause]:
    """Clauses one of which holds if and only if the value is in the set."""
    out: list[Clause] = []
    if values.absent:
        assert isinstance(key, FieldRef)  # noqa: S101 (of a sum nothing is absent; tells the type checker)
        out.append(Absent(key))
    if isinstance(values, Numbers):
        out += _numbers(key, values)
    elif isinstance(key, FieldRef):
        out += _codes(key, values, sets)
    return out


def _numbers(key: Key, values: Numbers) -> list[Clause]:
    others = values.others()
    if isinstance(key, FieldRef):
        if values.is_every_value:
            return [Present(key)]
        if not isinstance(key, LastDay) and len(values.intervals) > 1:
            if len(others) <= _FEW:
                return [Unlisted(key, tuple((n,) for n in _points(others)))]
            if len(values) <= _SHORT:
                return [Listed((key,), tuple(((n,),) for n in _points(values)))]
    else:
        match key.parts:
            case ((FieldRef() as a, 1), (FieldRef() as b, -1)) | ((FieldRef() as b, -1), (FieldRef() as a, 1)):
                if values.intervals == ((0, 0),) and a.n_ends == len(a.field.parts) == b.n_ends == len(b.field.parts):
                    return [Same(a, b)]
                if others.intervals == ((0, 0),) and a.n_ends == len(a.field.parts) == b.n_ends == len(b.field.parts):
                    return [Different(a, b)]
    return [_range(key.linear(), lo, hi, values.domain) for lo, hi in values.intervals]


def _range(of: Linear, lo: int, hi: int, domain: tuple[int, int]) -> Clause:
    least, most = (None if lo == domain[0] else Bound(lo)), (None if hi == domain[1] else Bound(hi))
    return Range(of, least, most if most or least else Bound(hi))


def _codes(key: FieldRef, values: Codes, sets: Sets) -> list[Clause]:
    if values.is_every_value:
        return [Present(key)]
    codes = sorted(values.codes)
    if len(codes) > MAX_ROWS:
        raise TooLargeError(f"it comes to a list of more than {MAX_ROWS} codes")
    if not values.is_listed:
        return [Unlisted(key, tuple(codes))]
    if not codes:
        return []
    source = sets.get(values.codes)
    return [key.one_of(source if source is not None else codes)]


def _points(values: Numbers) -> list[int]:
    return [n for lo, hi in values.intervals for n in range(lo, hi + 1)]
