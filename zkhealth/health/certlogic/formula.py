"""Formulas about hidden values: alternatives of conditions, each condition a set that one value belongs to.

A formula is kept in disjunctive normal form and small: an alternative that another one covers is dropped, and a
condition that two alternatives complete to "anything" is dropped too.  (A and B) or (not A and B) becomes B.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from zkhealth.credentials.policies.terms import FieldRef, Linear
from zkhealth.health.certlogic.sets import Codes, Numbers, within

Key = FieldRef | Linear
Branch = Mapping[Key, Numbers | Codes]
MAX_BRANCHES = 64


@dataclass(frozen=True, eq=False)
class Formula:
    """Holds where every condition of one of the alternatives does."""

    branches: tuple[Branch, ...]

    def __and__(self, other: Formula) -> Formula:
        if self is NEVER or other is ALWAYS:
            return self
        if other is NEVER or self is ALWAYS:
            return other
        if TOO_LARGE in (self, other):
            return TOO_LARGE
        return formula(both(a, b) for a in self.branches for b in other.branches)

    def __or__(self, other: Formula) -> Formula:
        if self is ALWAYS or other is NEVER:
            return self
        if other is ALWAYS or self is NEVER:
            return other
        if TOO_LARGE in (self, other):
            return TOO_LARGE
        return formula((*self.branches, *other.branches))

    @cached_property
    def common(self) -> Branch:
        """The conditions that all alternatives share."""
        first, *others = self.branches or ({},)
        return {key: values for key, values in first.items() if all(b.get(key) == values for b in others)}


def formula(branches: Iterable[Branch | None]) -> Formula:
    """The formula of some alternatives; None stands for one that cannot hold."""
    found: list[Branch] = []
    for branch in branches:
        if branch is None:
            continue
        if not branch:
            return ALWAYS
        if not any(_covers(other, branch) for other in found):
            found = [other for other in found if not _covers(branch, other)] + [branch]
        if len(found) > 2 * MAX_BRANCHES:
            return TOO_LARGE
    found = _widened(found)
    if len(found) > MAX_BRANCHES:
        return TOO_LARGE
    if found and not found[0]:
        return ALWAYS
    return Formula(tuple(found)) if found else NEVER


def condition(key: Key, values: Numbers | Codes) -> Formula:
    """A value belongs to a set.  Of a sum, that its fields are there is a condition of its own."""
    return formula([None if values.is_empty else {} if values.is_all else {key: values}])


def counted(ref: FieldRef) -> FieldRef:
    """The field as conditions are about it: of a partial date CertLogic counts the last day."""
    return ref.whole.last if len(ref.field.parts) == 2 else ref


def any_value(ref: FieldRef) -> Numbers | Codes:
    """Everything but "absent"."""
    if ref.field.domain is None:
        return Codes(frozenset(), is_listed=False, may_be_absent=ref.field.optional)
    return Numbers((ref.domain,), ref.domain, may_be_absent=ref.field.optional)


def both(a: Branch, b: Branch) -> Branch | None:
    """The conditions of both alternatives; None if one value would have to be two."""
    out = dict(a)
    for key, values in b.items():
        met = out[key].meet(values) if key in out else values  # type: ignore[arg-type]  # one key, one type
        if met.is_empty:
            return None
        out[key] = met
    return out


def _covers(weak: Branch, strong: Branch) -> bool:
    """Whether the weaker alternative holds wherever the other one does."""
    return all(key in strong and within(strong[key], values) for key, values in weak.items())  # type: ignore[type-var]


def _widened(branches: list[Branch]) -> list[Branch]:
    """Drop what two alternatives make needless, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for i, j, key in _pairs(branches):
            a, b = branches[i], branches[j]
            joined = a[key].join(b[key])  # type: ignore[arg-type]
            rest = {k: values for k, values in a.items() if k != key}
            wider = rest if joined.is_all else {**rest, key: joined}
            if joined.is_all or _covers(wider, b):
                left = [branch for branch in branches if branch is not a and not _covers(wider, branch)]
                branches, changed = [*left, wider], True
                break
    return branches


def _pairs(branches: list[Branch]) -> Iterator[tuple[int, int, Key]]:
    """Two alternatives and a condition of both, where the second needs nothing else that the first does not have."""
    for i, a in enumerate(branches):
        for j, b in enumerate(branches):
            if i != j and len(b) <= len(a):
                unmet = islice((k for k, values in b.items() if k not in a or not within(a[k], values)), 2)  # type: ignore[type-var]
                match list(unmet):
                    case [key] if key in a and not within(b[key], a[key]):  # type: ignore[type-var]
                        yield i, j, key


ALWAYS = Formula(({},))
NEVER = Formula(())
TOO_LARGE = Formula(())
"""Of too many alternatives to be written out; it does not matter where something else decides."""
