"""What a presentation tells, computed from the policy alone, before anything is proven.

Each attribute is hidden, bounded, compared, or revealed.  What the cryptography cannot hide stands beside: who
issued, under which schema, what can be linked, what issuer and verifier could find out together.  With a model of the
population the bits are counted: how many yes-or-no questions about the holder the answer is worth.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from zkhealth.credentials.policies.clauses import AnyOf, Clause, Pseudonym, Range, Reveal, Token
from zkhealth.credentials.policies.inference import MOST_BRANCHES, n_branches, values_left
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.population import Population, expected_bits, matching
from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.policies.words import words
from zkhealth.credentials.schemas.moments import moment_of

_MANY_KEYS = 4
_NARROW = 32
"""A list or an interval of fewer values deserves a warning."""


@dataclass(frozen=True)
class Attribute:
    """One attribute: `status` is hidden, bounded, compared or revealed; `n_values` how many are left, if known."""

    name: str
    status: str
    detail: str = ""
    n_values: int | None = None
    bits: float | None = None


@dataclass(frozen=True)
class Leakage:
    """The report.  Print it, write it as JSON, or show it in a notebook."""

    attributes: tuple[Attribute, ...]
    linkable: tuple[str, ...]
    issuer_could_learn: tuple[str, ...]
    warnings: tuple[str, ...]
    bits: float | None = None
    people_left: float | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        width = max(len(a.name) for a in self.attributes)
        lines = [f"  {a.name:<{width}}  {a.status:<8}  {a.detail}{_bits(a.bits)}".rstrip() for a in self.attributes]
        lines = ["what is learned:", *lines]
        for title, listed in (("stays linkable:", self.linkable), ("issuer:", self.issuer_could_learn)):
            lines += [title, *(f"  {text}" for text in listed)]
        if self.bits is not None:
            lines.append(f"in all {self._total()}")
        return "\n".join(lines + [f"warning: {text}" for text in self.warnings])

    def _repr_html_(self) -> str:
        colours = {"hidden": "#2a7", "bounded": "#b80", "compared": "#b80", "revealed": "#c33"}
        rows = "".join(
            f"<tr><td><code>{escape(a.name)}</code></td><td style='color:{colours[a.status]}'>{a.status}</td>"
            f"<td style='text-align:left'>{escape(a.detail)}{_bits(a.bits)}</td></tr>"
            for a in self.attributes
        )
        titled = {"stays linkable": self.linkable, "issuer": self.issuer_could_learn, "warning": self.warnings}
        if self.bits is not None:
            titled["in all"] = (self._total(),)
        notes = "".join(f"<li><b>{title}:</b> {escape(text)}</li>" for title, found in titled.items() for text in found)
        return f"<table>{rows}</table><ul>{notes}</ul>"

    def _total(self) -> str:
        return f"{self.bits:.1f} bits: about {self.people_left:.3g} people of the model fit"


def leakage(policy: Policy, at: str | date | datetime | None = None, population: Population | None = None) -> Leakage:
    """The report on a policy; with a time, also which dates bounds mean, and bits if there is a model.

    Raises:
        ValueError: a model without a time, or of attributes that the policy does not have; or no values satisfy it.
    """
    time = None if at is None else moment_of(at)
    if population is not None and time is None:
        raise ValueError("expected a time beside the model of a population: bounds depend on it")
    refs = [FieldRef(wanted, name) for wanted in policy.wanted for name in wanted.spec.fields]
    if population is not None and (unknown := set(population.attributes) - {str(ref) for ref in refs}):
        raise ValueError(f"the policy has no attribute {min(unknown)!r}")
    left_of = values_left(policy, time)
    attributes = tuple(_attribute(policy, ref, time, population, left_of.get(str(ref))) for ref in refs)
    known = [a.bits for a in attributes if a.bits is not None]
    bits = sum(known, start=0.0) if population is not None else None
    left = None if population is None or bits is None else population.size / 2**bits
    warnings = _warnings(policy, attributes, left)
    return Leakage(attributes, _linkable(policy), _issuer_could_learn(policy), warnings, bits, left)


def _attribute(
    policy: Policy, ref: FieldRef, at: datetime | None, population: Population | None, n_left: int | None
) -> Attribute:
    about = [clause for clause in policy.clauses if ref in set(clause.refs())]
    model = population.attributes.get(str(ref)) if population else None
    if any(isinstance(clause, Reveal) for clause in about):
        bits = None if model is None else expected_bits(ref, model)
        return Attribute(str(ref), "revealed", "the value itself", 1, bits)
    if not about:
        return Attribute(str(ref), "hidden", bits=None if model is None else 0.0)
    own = [clause for clause in about if set(clause.refs()) == {ref} and not isinstance(clause, AnyOf)]
    detail = "; ".join(dict.fromkeys(words(clause, at) for clause in about))
    bits = None if model is None or at is None or not own else matching(ref, model, own, at)
    counts = [n for n in (n_left, *map(_n_between, own if at is None else ())) if n is not None]
    return Attribute(str(ref), "bounded" if own == about else "compared", detail, min(counts, default=None), bits)


def _n_between(clause: Clause) -> int | None:
    """How many values lie between two bounds that count back from the same time, whatever it is."""
    if isinstance(clause, Range) and clause.lo and clause.hi and len(clause.of.parts) == 1:
        ((_, a),) = clause.of.parts
        if a == 1 and clause.lo.unit == clause.hi.unit in {"days", "seconds"}:
            return clause.lo.n - clause.hi.n + 1
    return None


def _linkable(policy: Policy) -> tuple[str, ...]:
    out = []
    for wanted in policy.wanted:
        issuers = policy.trusted(wanted)
        keys = sum(len(issuer.keys) for issuer in issuers)
        out.append(f"{wanted.name}: the issuer, one of {len(issuers)}, and its key, one of {keys}; the schema")
    if any(isinstance(clause, Reveal) for clause in policy.clauses):
        out.append("whoever shows the same revealed values again")
    for clause in policy.clauses:
        if isinstance(clause, Pseudonym):
            reach = "every audience that asks for this scope" if clause.is_global else "this audience"
            out.append(f"the holder, whenever {reach} asks again: pseudonym for {clause.scope!r}")
        if isinstance(clause, Token):
            out.append(f"{clause.of.name}, whenever anybody asks for its token for {clause.scope!r}")
    return tuple(out)


def _issuer_could_learn(policy: Policy) -> tuple[str, ...]:
    shown = [str(clause.of) for clause in policy.clauses if isinstance(clause, Reveal)]
    text = "nothing: it is not asked, and cannot recognise its signature even together with the verifier"
    if shown:
        text = f"is not asked; together with the verifier it could narrow down who has these values: {', '.join(shown)}"
    return (text, "no status server is asked: revocation is not part of the policy")


def _warnings(policy: Policy, attributes: tuple[Attribute, ...], left: float | None) -> tuple[str, ...]:
    out = []
    for a in attributes:
        if a.status in {"bounded", "compared"} and a.n_values == 1:
            out.append(f"{a.name}: one value is left, which is as good as revealing it")
        elif a.status == "bounded" and a.n_values is not None and a.n_values < _NARROW and _is_date(policy, a.name):
            out.append(f"{a.name}: only {a.n_values} days are left")
        elif a.status == "revealed" and _kind(policy, a.name) in {"text", "instant", "date"}:
            out.append(f"{a.name}: a revealed {_kind(policy, a.name)} may identify the holder")
    exact = [a.name for a in attributes if a.n_values is not None and a.n_values < _NARROW]
    if len(exact) > 2:
        out.append(f"taken together, these may identify the holder: {', '.join(exact)}")
    if any(isinstance(clause, Pseudonym) and clause.is_global for clause in policy.clauses):
        out.append("a global pseudonym lets different verifiers recognise the same holder")
    for wanted in policy.wanted:
        n_keys = sum(len(issuer.keys) for issuer in policy.trusted(wanted))
        if n_keys > _MANY_KEYS:
            out.append(f"{wanted.name}: which of {n_keys} keys signed is shown, and tells their holders apart")
    if n_branches(policy) > MOST_BRANCHES:
        out.append("there are too many alternatives to say what follows from them")
    uncounted = [a.name for a in attributes if a.status == "compared"]
    if left is not None and uncounted:
        out.append(f"the bits do not count what is compared: {', '.join(uncounted)}")
    if left is not None and left < 2:
        out.append("in this population about one person fits: the answer identifies the holder")
    return tuple(out)


def _is_date(policy: Policy, name: str) -> bool:
    return _kind(policy, name) == "date"


def _kind(policy: Policy, name: str) -> str:
    variable, _, field = name.partition(".")
    return next(wanted.spec.fields[field].kind for wanted in policy.wanted if wanted.name == variable)


def _bits(bits: float | None) -> str:
    return "" if bits is None else f" ({bits:.1f} bits)"
