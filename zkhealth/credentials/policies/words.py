"""Clauses in plain words, for both sides."""

from __future__ import annotations

from datetime import date, datetime

from zkhealth.credentials.policies.bounds import Bound
from zkhealth.credentials.policies.clauses import (
    Absent,
    AllOf,
    AnyOf,
    Clause,
    Different,
    Held,
    Listed,
    Present,
    Pseudonym,
    Range,
    Reveal,
    Same,
    Token,
    Unlisted,
)
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.terms import Column, FieldRef, LastDay, Linear
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.schemas.moments import moment_of

_MANY = 6
_COMPARED = {
    (Bound(0), None): "at least",
    (Bound(1), None): "more than",
    (None, Bound(0)): "at most",
    (None, Bound(-1)): "less than",
}


def words(clause: Clause, at: datetime | None = None) -> str:  # noqa: PLR0911, PLR0912 (one for each kind)
    """What the clause asks; with a time, also which values that means then."""
    match clause:
        case Range():
            return _range(clause, at)
        case Absent(of=of):
            return f"{of[0]} is absent"
        case Listed(of=of, source=ValueSet() as source):
            return f"{of[0]} is one of the {len(source)} codes of {source.name!r}, version {source.version}"
        case Listed(of=of, rows=rows):
            names = " with ".join(map(str, of))
            if len(rows) == 1:
                return f"{names} is {_row(clause, 0)}"
            shown = (
                ", ".join(_row(clause, i) for i in range(len(rows))) if len(rows) <= _MANY else f"{len(rows)} values"
            )
            return f"{names} is one of {shown}"
        case Unlisted(of=ref, values=values):
            refused = [str(ref.field.decode(value)) for value in values]
            return f"{ref} is not {refused[0]}" if len(refused) == 1 else f"{ref} is none of {', '.join(refused)}"
        case Same(a=a, b=b):
            return f"{a} and {b} are equal"
        case Different(a=a, b=b):
            return f"{a} and {b} differ"
        case Present(of=ref):
            return f"{ref} is known"
        case Reveal(of=ref):
            return f"{ref} is shown"
        case Held(of=wanted):
            return f"there is a credential {wanted.name}"
        case Token(of=wanted, scope=scope):
            return f"a number that marks this {wanted.name} as used for {scope!r}"
        case Pseudonym(scope=scope, is_global=is_global):
            return f"a pseudonym of the holder for {scope!r}" + (", the same for every audience" if is_global else "")
        case AllOf(clauses=clauses):
            return " and ".join(words(c, at) for c in clauses)
        case AnyOf():
            branches = [" and ".join(words(c, at) for c in branch) for branch in clause.branches()]
            return "either " + "; or ".join(branches)
    raise TypeError(f"expected a clause, got {type(clause).__name__}")


def explain(policy: Policy, at: str | date | datetime | None = None) -> str:
    """A policy in plain words: what is proven, what is shown, and who must vouch for it."""
    time = None if at is None else moment_of(at)
    shown = (Reveal, Token, Pseudonym)
    proven = [f"  - {words(clause, time)}" for clause in policy.clauses if not isinstance(clause, shown)]
    seen = [f"  - {words(clause, time)}" for clause in policy.clauses if isinstance(clause, shown)]
    lines = [f"{policy.name}:"]
    lines += ["in the verifier's words:", *(f"  {line}" for line in policy.note.splitlines())] if policy.note else []
    lines += ["proven, without showing the values:", *proven] if proven else []
    lines += ["shown:", *seen] if seen else []
    for wanted in policy.wanted:
        names = " or ".join(issuer.name for issuer in policy.trusted(wanted))
        lines.append(f"{wanted.name}: a credential under {wanted.spec.id} from {names}")
    if len(policy.wanted) > 1:
        lines.append("all credentials belong to one holder" + ("" if policy.may_be_same else ", none is shown twice"))
    return "\n".join(lines)


def sum_words(of: Linear) -> str:
    """A sum of fields, as people write it."""
    text = ""
    for term, a in sorted(of.parts, key=lambda part: part[1] < 0):
        sign = (" - " if a < 0 else " + ") if text else ("-" if a < 0 else "")
        is_entry = of.quantity is not None and not isinstance(term, FieldRef)  # a whole number beside decimals
        factor = of.quantity.decode((abs(a),)) if of.quantity and is_entry else str(abs(a))
        text += f"{sign}{'' if abs(a) == (of.unit if is_entry else 1) else f'{factor} x '}{_term(term)}"
    return text


def _term(term: FieldRef | Column) -> str:
    return f"the last day that {term.whole} can mean" if isinstance(term, LastDay) else str(term)


def value_words(of: Linear, n: int) -> str:
    """An integer as a value of the one field it is about, or as a number."""
    match of.parts:
        case ((FieldRef() as ref, 1),):
            unit = getattr(ref.field, "unit", "")
            return f"{ref.field.decode((n,) * len(ref.field.parts))}{' ' + unit if unit else ''}"
    if of.quantity:
        return str(of.quantity.decode((n,)))
    kinds = {term.field.kind for term, _ in of.parts if isinstance(term, FieldRef)}
    is_difference = kinds == {"date"} and sum(a for _, a in of.parts) == 0
    return f"{n} days" if is_difference else str(n)


def needs(clause: Range, at: datetime | None = None) -> str:
    """The bounds alone: "14 to 270 days before the check"."""
    lo, hi = clause.lo, clause.hi
    if lo and hi and lo.unit == hi.unit != "":
        text = f"{_count(hi)} to {_count(lo)} {_unit(lo)} before the check"
    else:
        text = " and ".join(filter(None, (_bound(clause, lo, "lo"), _bound(clause, hi, "hi"))))
    if at is None or not ((lo and lo.unit) or (hi and hi.unit)):
        return text
    first, last = (value_words(clause.of, n) for n in clause.interval(at))
    shown = f"{first} to {last}" if lo and hi else f"from {first}" if lo else f"until {last}"
    return f"{text} ({shown})"


def _range(clause: Range, at: datetime | None) -> str:
    signs = [a for _, a in clause.of.parts]
    compared = _COMPARED.get((clause.lo, clause.hi))
    if compared and sorted(signs) == [-1, 1]:
        plus, minus = (next(_term(term) for term, a in clause.of.parts if a == sign) for sign in (1, -1))
        return f"{plus} is {compared} {minus}"
    return f"{sum_words(clause.of)} is {needs(clause, at)}"


def _bound(clause: Range, bound: Bound | None, side: str) -> str:
    if bound is None:
        return ""
    if not bound.unit:
        return f"{'at least' if side == 'lo' else 'at most'} {value_words(clause.of, bound.n)}"
    if bound.n == 0:
        return "not before the check" if side == "lo" else "not after the check"
    return f"{'at most' if side == 'lo' else 'at least'} {_count(bound)} {_unit(bound)} before the check"


def _count(bound: Bound) -> str:
    hours = bound.unit == "seconds" and bound.n % 3600 == 0
    return str(bound.n // 3600 if hours else bound.n)


def _unit(bound: Bound) -> str:
    return "hours" if bound.unit == "seconds" and bound.n % 3600 == 0 else bound.unit


def _row(clause: Listed, index: int) -> str:
    shown = [ref.field.decode(x) for ref, x in zip(clause.of, clause.rows[index], strict=False)]
    return " with ".join(map(str, [*shown, *clause.rows[index][len(clause.of) :]]))
