"""From business rules to policies: what a country asks of a certificate, proven without showing it.

The kind of certificate is public, and which country's rules; every field is hidden.  Time, value sets and whatever
else is public are put in; what is left are conditions on hidden fields, exactly those under which the rules hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.policies.clauses import Clause
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.policies.words import words
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.health.certlogic.cases import Refused, truths
from zkhealth.health.certlogic.clauses import Sets, TooLargeError, clauses, conjunction
from zkhealth.health.certlogic.formula import ALWAYS, MAX_BRANCHES, NEVER, TOO_LARGE, Formula
from zkhealth.health.certlogic.kinds import KINDS, Kind
from zkhealth.health.certlogic.rule import ACCEPTANCE, INVALIDATION, Rule, external_data
from zkhealth.health.certlogic.rule_json import read_rules
from zkhealth.health.certlogic.symbolic import Symbolic
from zkhealth.health.dcc_codes import bare_code

ValueSets = Mapping[str, Iterable[str]] | Iterable[ValueSet]


@dataclass(frozen=True)
class Refusal:
    """A rule that cannot be compiled: for which kind of certificate, at which operation, and why."""

    identifier: str
    kind: str
    operation: str
    reason: str

    def __str__(self) -> str:
        return f"{self.identifier}: {self.operation!r}: {self.reason}, of a certificate of {self.kind}"


class CannotCompileError(ValueError):
    """Some of the rules cannot be proven; `refusals` says which, `without=` leaves them out."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(map(str, self.refusals)))


@dataclass(frozen=True, eq=False)
class CompiledRule:
    """One rule for one kind of certificate; `holds` is True or False where the kind alone decides, else None."""

    rule: Rule
    formula: Formula

    @property
    def holds(self) -> bool | None:
        """Whether it holds of every such certificate, or of none."""
        return {ALWAYS: True, NEVER: False}.get(self.formula)


@dataclass(frozen=True, eq=False)
class CompiledKind:
    """All rules for one kind of certificate."""

    kind: Kind
    at: datetime
    rules: tuple[CompiledRule, ...]
    without: tuple[Rule, ...]
    language: str
    clauses: tuple[Clause, ...]
    """What has to be proven, about a credential called v, t or r."""
    holds: bool | None
    """True or False where nothing has to be proven: every such certificate is accepted, or none is."""

    def policy(self, issuers: Iterable[IssuerPublic], name: str = "", window: int = 0) -> Policy:
        """The policy, with the rules' own words as its note; ask for it at the time that was compiled for.

        Raises:
            ValueError: there is nothing to prove, or nobody could; `holds` says which.
        """
        if self.holds is not None:
            outcome = "every certificate is accepted" if self.holds else "no certificate is accepted"
            raise ValueError(f"there is nothing to prove: of {self.kind.name}, {outcome}")
        title = name or f"rules for a certificate of {self.kind.name}, at {self.at.isoformat().replace('+00:00', 'Z')}"
        return Policy(title, *self.clauses, issuers=issuers, window=window, note=self.note)

    @property
    def note(self) -> str:
        """The rules' own words, a line each; also those that are decided, or left out."""
        fixed = {True: " (holds of every such certificate)", False: " (holds of no such certificate)", None: ""}
        lines = [f"{_title(c.rule)}{fixed[c.holds]}: {_printable(c.rule.describe(self.language))}" for c in self.rules]
        lines += [f"not checked: {_title(rule)}: {_printable(rule.describe(self.language))}" for rule in self.without]
        return "\n".join(lines)

    def explain(self) -> str:
        """The rules in their own words, and what is proven for them."""
        lines = [f"a certificate of {self.kind.name}, at {self.at.isoformat().replace('+00:00', 'Z')}:"]
        lines += ["the rules:", *(f"  {line}" for line in self.note.splitlines() or ["none"])]
        if self.holds is not None:
            lines.append("nothing is proven: " + ("every one is accepted" if self.holds else "none is accepted"))
        else:
            lines += ["proven, without showing the values:", *(f"  - {words(c)}" for c in self.clauses)]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class CompiledRules:
    """The rules for each kind of certificate that they are about: `compiled["vaccination"].policy(issuers)`."""

    at: datetime
    kinds: Mapping[str, CompiledKind]

    def __getitem__(self, kind: str) -> CompiledKind:
        if kind not in self.kinds:
            raise ValueError(f"no rule is about this; expected one of {', '.join(self.kinds)}")
        return self.kinds[kind]

    def explain(self) -> str:
        """Every kind, in plain words."""
        return "\n\n".join(kind.explain() for kind in self.kinds.values())


def compile(
    rules: Rule | Mapping[str, Any] | str | bytes | Iterable[Any],
    *,
    at: str | date | datetime,
    value_sets: ValueSets = (),
    external: Mapping[str, Any] | None = None,
    kinds: Iterable[str] = tuple(KINDS),
    without: Iterable[str] = (),
    language: str = "en",
) -> CompiledRules:
    """Policies that hold if and only if the rules do, at a time, one for each kind of certificate.

    All rules given are compiled, in force or not: `applicable` picks those of a country.  `value_sets` are lists of
    bare codes by name, or `ValueSet`s, which the policies then refer to.  `without` names rules to leave out, which
    the policies say.

    Raises:
        DecodingError: not rules.
        CannotCompileError: rules that cannot be proven of hidden values.
        ValueError: not a time, an unknown kind, no rule about it, or nothing of the name to leave out.
    """
    listed, left_out = read_rules(rules), set(without)
    if unknown := left_out - {rule.identifier for rule in listed}:
        raise ValueError(f"there is no rule {min(unknown)} to leave out")
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"expected kinds of certificates, of {', '.join(KINDS)}")
    time, (named, sets) = moment_of(at), _value_sets(value_sets)
    public = external_data(time, named, external)
    done, refusals = {}, []
    for kind in (KINDS[name] for name in KINDS if name in set(kinds)):
        ours = [rule for rule in listed if kind.name in rule.kinds]
        found = []
        for rule in ours:
            try:
                if rule.identifier not in left_out:
                    found.append(CompiledRule(rule, _formula(rule, kind, public)))
            except Refused as e:
                refusals.append(Refusal(rule.identifier, kind.name, e.operation, e.reason))
        if found and not refusals:
            skipped = tuple(rule for rule in ours if rule.identifier in left_out)
            done[kind.name] = _kind(kind, time, found, skipped, language, sets)
    if refusals:
        raise CannotCompileError(refusals)
    if not done:
        raise ValueError("expected at least one rule about these kinds of certificates: no rules accept everything")
    return CompiledRules(time, MappingProxyType(done))


def _formula(rule: Rule, kind: Kind, public: Mapping[str, Any]) -> Formula:
    """When the rule holds, and can be evaluated."""
    if rule.type not in (ACCEPTANCE, INVALIDATION):
        raise Refused(rule.type, "it is no rule that accepts or refuses a certificate")
    if not rule.is_understood:
        raise Refused("EngineVersion", "it is later than the specification that is followed")
    yes, no = truths(Symbolic(kind, public).cases(rule.logic))
    found = no if rule.type == INVALIDATION else yes
    if found is TOO_LARGE:
        raise Refused("if", f"it comes to more than {MAX_BRANCHES} alternatives")
    return found


def _kind(
    kind: Kind, at: datetime, found: list[CompiledRule], skipped: tuple[Rule, ...], language: str, sets: Sets
) -> CompiledKind:
    left = conjunction(compiled.formula for compiled in found)
    holds = {(): True, (NEVER,): False}.get(left)
    try:
        asked = [] if holds is not None else [clause for f in left for clause in clauses(f, sets)]
    except TooLargeError as e:
        names = ", ".join(compiled.rule.identifier for compiled in found)
        raise CannotCompileError([Refusal(names, kind.name, "if", str(e))]) from None
    return CompiledKind(kind, at, tuple(found), skipped, language, tuple(dict.fromkeys(asked)), holds)


def _value_sets(given: ValueSets) -> tuple[dict[str, list[str]], Sets]:
    """Bare codes by name, and the sets by their codes."""
    if isinstance(given, Mapping):
        return {name: list(codes) for name, codes in given.items()}, {}
    listed = list(given)
    if len({found.name for found in listed}) != len(listed):
        raise ValueError("expected one version of each value set")
    bare = {found.name: [bare_code(code) for code in found.codes] for found in listed}
    return bare, {frozenset(found.codes): found for found in listed}


def _title(rule: Rule) -> str:
    return f"{rule.identifier} {rule.version}"


def _printable(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
