"""A policy at a time, as what is proven: forms, gates, inequalities, pseudonyms, and facts about bits.

A form is a sum of hidden messages with whole coefficients; each credential commits to its part of it.  An alternative
is a gate t, a hidden bit, one of which is 1; in it every form f is replaced by t·f, and t·f = 0 satisfies everything.
All of this follows from the policy, the time and the audience alone: prover and verifier compute it apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from zkhealth.credentials.issuing.messages import HANDLE, link_secret, place, token_share
from zkhealth.credentials.policies.clauses import (
    AnyOf,
    Clause,
    Different,
    Listed,
    Present,
    Pseudonym,
    Range,
    Same,
    Token,
    Unlisted,
)
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.terms import Column, FieldRef, Linear
from zkhealth.credentials.schemas.fields import absent
from zkhealth.curve import G1, hash_to_g1
from zkhealth.field import Fr
from zkhealth.rangeproof.rows import MAX_BITS
from zkhealth.transcript import joined

MAX_SIZE = 1 << 16
"""What a policy asks for beside the proofs of signatures has at most so many bytes."""
_MAX_WEIGHTS = 1 << 17
_T = TypeVar("_T")
_SCOPE_DST = b"ZKHEALTH-V01-SCOPE_BLS12381G1_XMD:SHA-256_SSWU_RO_"


@dataclass(frozen=True)
class Form:
    """Σ coefficient · message over (credential, place, coefficient); `domain` is what issuers allow, if ordered."""

    parts: tuple[tuple[int, int, int], ...]
    domain: tuple[int, int] | None = None

    def of(self, k: int) -> list[tuple[int, int]]:
        """Its part in credential k: (place, coefficient)."""
        return [(i, a) for j, i, a in self.parts if j == k]

    @property
    def credentials(self) -> list[int]:
        """The credentials that it is about."""
        return sorted({k for k, _, _ in self.parts})


@dataclass(frozen=True)
class Inequality:
    """form ≠ target; under a gate, if it is open."""

    form: int
    target: Fr
    gate: int | None


@dataclass(frozen=True)
class Tag:
    """N = (Σ coefficient · message)·B for the base B of a scope: a holder's pseudonym, or a credential's token."""

    clause: Pseudonym | Token
    k: int
    parts: tuple[tuple[int, int], ...]
    base: G1


@dataclass(frozen=True)
class Between:
    """lo <= form + Σ coefficient · column <= hi; gated, t·lo <= t·form + … <= t·hi."""

    form: int
    columns: tuple[tuple[Column, int], ...]
    lo: int
    hi: int
    gate: int | None


@dataclass(frozen=True)
class Member:
    """The forms are the first columns of a row; gated, of a row or all zero with t = 0."""

    table: Listed
    forms: tuple[int, ...]
    gate: int | None


@dataclass(frozen=True)
class Choice:
    """Exactly one of these gates is open."""

    gates: tuple[int, ...]
    clause: AnyOf


Fact = Between | Member | Choice


@dataclass
class Compiled:
    """What a policy comes to.  Not changed once `compile_policy` has returned it."""

    policy: Policy
    at: datetime
    forms: list[Form] = field(default_factory=list)
    gated: list[tuple[int, int]] = field(default_factory=list)
    """(gate, form) for each product t·form."""
    inequalities: list[Inequality] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    n_gates: int = 0
    _numbers: dict[object, int] = field(default_factory=dict)
    """Where each form, product and inequality is in its list."""

    @property
    def commitments(self) -> list[tuple[int, int]]:
        """(form, credential) for each commitment."""
        return [(f, k) for f, form in enumerate(self.forms) for k in form.credentials]

    @property
    def is_linked(self) -> bool:
        """Whether several credentials must have one link secret."""
        return len(self.policy.wanted) > 1

    @property
    def n_bits(self) -> int:
        """How many bits the facts need."""
        return sum(map(_n_bits, self.facts))

    def form(self, parts: Sequence[tuple[int, int, int]], domain: tuple[int, int] | None = None) -> int:
        """The number of a form; the same one for the same parts."""
        found = Form(tuple(sorted(parts)), domain)
        return self._number(self.forms, found, found)

    def product(self, gate: int, form: int) -> int:
        """The number of a product t·form."""
        return self._number(self.gated, (gate, form), (gate, form))

    def unequal(self, form: int, target: Fr, gate: int | None) -> None:
        """Ask for form ≠ target, once."""
        self._number(self.inequalities, Inequality(form, target, gate), ("unequal", form, target.encode(), gate))

    def _number(self, listed: list[_T], item: _T, key: object) -> int:
        number = self._numbers.setdefault(key, len(listed))
        if number == len(listed):
            listed.append(item)
        if number > MAX_SIZE // 64:  # no item is smaller
            raise ValueError("the policy asks for too much")
        return number


def compile_policy(policy: Policy, at: datetime, audience: str) -> Compiled:
    """What has to be proven at a time, for an audience.

    Raises:
        ValueError: at that time no value satisfies a clause.
    """
    out = Compiled(policy, at)
    for clause in policy.clauses:
        _add(out, clause, None, audience)
    for a, b in policy.distinct_pairs():
        out.unequal(out.form([(a, HANDLE, 1), (b, HANDLE, -1)]), Fr(0), None)
    _check_intervals(out)
    _check_size(out)
    return out


def _add(out: Compiled, clause: Clause, gate: int | None, audience: str) -> None:
    match clause:
        case Range():
            _add_range(out, clause, gate)
        case Listed(of=of):
            forms = tuple(_single(out, ref) for ref in of)
            out.facts.append(Member(clause, _through(out, gate, forms), gate))
        case Unlisted(of=ref, values=values):
            _add_presence(out, [ref], gate)
            for value in values:
                out.unequal(_single(out, ref), ref.field.scalars(value)[0], gate)
        case Same(a=a, b=b):
            _add_presence(out, [a, b], gate)
            (form,) = _through(out, gate, (_difference(out, a, b),))
            out.facts.append(Between(form, (), 0, 0, gate))
        case Different(a=a, b=b):
            _add_presence(out, [a, b], gate)
            out.unequal(_difference(out, a, b), Fr(0), gate)
        case Present(of=ref):
            out.unequal(_single(out, ref), absent(), gate)
        case AnyOf():
            _add_choice(out, clause, audience)
        case Pseudonym(scope=scope, is_global=is_global):
            spec = out.policy.wanted[0].spec
            base = _base(b"pseudonym", b"everybody" if is_global else b"audience", "" if is_global else audience, scope)
            out.tags.append(Tag(clause, 0, ((link_secret(spec), 1),), base))
        case Token(of=wanted, scope=scope):
            k, places = out.policy.wanted.index(wanted), (token_share(wanted.spec), HANDLE)
            base = _base(b"token", b"", "", scope)
            out.tags.append(Tag(clause, k, tuple((i, 1) for i in places), base))


def _add_range(out: Compiled, clause: Range, gate: int | None) -> None:
    lo, hi = clause.interval(out.at)
    refs = [(term, a) for term, a in clause.of.parts if isinstance(term, FieldRef)]
    columns = tuple((term, a) for term, a in clause.of.parts if isinstance(term, Column))
    if len(refs) > 1:
        _add_presence(out, [ref for ref, _ in refs], gate)
    domain, (bottom, top) = Linear(tuple(refs)).reach(), clause.of.reach()

    def show(worst: int, first: int, last: int) -> None:
        # Of a partial date the worse end counts: a sum is least where dates that are added are earliest.
        parts = [(_k(out, ref), place(ref, ref.places(a * worst > 0)), a) for ref, a in refs]
        (form,) = _through(out, gate, (out.form(parts, domain),))
        out.facts.append(Between(form, columns, first, last, gate))

    if all(ref.n_ends == 1 for ref, _ in refs):
        show(1, lo, hi)
        return
    if clause.lo:
        show(-1, lo, top)
    if clause.hi:
        show(1, bottom, hi)


def _add_choice(out: Compiled, clause: AnyOf, audience: str) -> None:
    branches = clause.branches()
    gates = tuple(range(out.n_gates, out.n_gates + len(branches)))
    out.n_gates += len(branches)
    out.facts.append(Choice(gates, clause))
    for gate, branch in zip(gates, branches, strict=True):
        for inner in branch:
            _add(out, inner, gate, audience)


def _add_presence(out: Compiled, refs: Sequence[FieldRef], gate: int | None) -> None:
    """What is absent must not pass where two absent values could cancel, or where it would just differ."""
    for ref in refs:
        if ref.field.optional:
            out.unequal(_single(out, ref), absent(), gate)


def _single(out: Compiled, ref: FieldRef) -> int:
    return out.form([(_k(out, ref), place(ref), 1)], ref.field.domain)


def _difference(out: Compiled, a: FieldRef, b: FieldRef) -> int:
    domain = None if a.field.domain is None else (a - b).reach()
    return out.form([(_k(out, a), place(a), 1), (_k(out, b), place(b), -1)], domain)


def _through(out: Compiled, gate: int | None, forms: tuple[int, ...]) -> tuple[int, ...]:
    """The forms themselves, or their products with the gate."""
    return forms if gate is None else tuple(map(partial(out.product, gate), forms))


def _k(out: Compiled, ref: FieldRef) -> int:
    return out.policy.wanted.index(ref.of)


def _base(kind: bytes, reach: bytes, audience: str, scope: str) -> G1:
    """The base of a scope: its own domain separation tag, so that no scope is a label of another role."""
    return hash_to_g1(joined(kind, reach, audience.encode(), scope.encode()), _SCOPE_DST)


def _n_bits(fact: Fact) -> int:
    match fact:
        case Between(lo=lo, hi=hi):
            return (hi - lo).bit_length()
        case Member(table=table, gate=gate):
            return len(table.rows) + (gate is not None)
        case Choice(gates=gates):
            return len(gates)


def _n_forms(fact: Fact) -> int:
    """How many commitments it is about, its gate included."""
    match fact:
        case Between():
            return 2
        case Member(forms=forms):
            return len(forms) + 1
        case Choice(gates=gates):
            return len(gates)


def _check_size(out: Compiled) -> None:
    """Refuse what no presentation could hold, or nobody could prove in seconds."""
    n_single, n_double = len(out.commitments) + len(out.gated), out.n_gates + len(out.inequalities)
    n_bytes = (n_single + out.n_gates) * G1.BYTES + (n_single + 2 * n_double) * Fr.BYTES
    columns = [column for fact in out.facts if isinstance(fact, Between) for column, _ in fact.columns]
    n_weights = sum(len(column.table.rows) for column in columns)
    n_terms = len(columns) + sum(map(_n_forms, out.facts))
    if n_bytes > MAX_SIZE or max(out.n_bits, n_terms) > MAX_BITS or n_weights > _MAX_WEIGHTS:
        raise ValueError(f"the policy asks for too much: {n_bytes} bytes beside {out.n_bits} bits")


def _check_intervals(out: Compiled) -> None:
    """Refuse bounds on one value that have no common value at this time."""
    found: dict[tuple[int, object], tuple[int, int]] = {}
    for fact in out.facts:
        if isinstance(fact, Between) and fact.gate is None:
            lo, hi = found.get((fact.form, fact.columns), (fact.lo, fact.hi))
            found[fact.form, fact.columns] = lo, hi = max(lo, fact.lo), min(hi, fact.hi)
            if lo > hi:
                raise ValueError("two bounds on one value contradict each other at that time")
