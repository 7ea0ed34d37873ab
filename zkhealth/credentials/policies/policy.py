"""A policy: everything a verifier asks, in one object that has a digest.

    >>> from zkhealth.credentials.issuing.issuer import Issuer
    >>> from zkhealth.credentials.schemas.sample import Vaccination
    >>> issuer = Issuer.generate(Vaccination, name="https://hospital.example")
    >>> v = Vaccination.as_("v")
    >>> policy = Policy("adult", v.birth.at_least_years_ago(18), issuers=[issuer.public])
    >>> Policy.from_json(policy.to_json()) == policy
    True

The policy is the verifier's own.  What a presentation says of itself never decides anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.policies.clauses import (
    MAX_CLAUSES,
    AllOf,
    AnyOf,
    Clause,
    Listed,
    Pseudonym,
    Range,
    Reveal,
    Token,
    check_parts,
)
from zkhealth.credentials.policies.terms import Column, Linear, Wanted
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.schemas.moments import moment_of

if TYPE_CHECKING:  # Methods that hand over to a module above import it when they are called.
    from zkhealth.credentials.policies.leakage import Leakage
    from zkhealth.credentials.policies.population import Population
    from zkhealth.credentials.presentations.challenge import Challenge

MAX_CREDENTIALS = 8
MAX_WINDOW = 24 * 3600
MAX_NOTE = 1 << 14
_TAG = b"zkhealth/policy/v1"


class Policy:
    """Clauses that all hold, about credentials of one holder, from issuers that the verifier trusts.  Immutable.

    Two credentials under one schema must be different ones, unless `may_be_same`.  `window` is the longest time, in
    seconds, for which a presentation without the verifier's nonce may be accepted; 0 asks for a nonce.  `note` is
    text for the holder, such as the official words of a rule: nothing follows from it.

    Raises:
        ValueError: no clauses, a credential without a trusted issuer, or clauses that contradict each other.
    """

    def __init__(
        self,
        name: str,
        *clauses: Clause,
        issuers: Iterable[IssuerPublic],
        may_be_same: bool = False,
        window: int = 0,
        note: str = "",
    ) -> None:
        check_name(name)
        if not clauses or not all(isinstance(clause, Clause) for clause in clauses):
            raise TypeError("expected clauses, such as v.birth.at_least_years_ago(18)")
        if type(may_be_same) is not bool or type(window) is not int:
            raise TypeError("expected may_be_same as a bool and window as whole seconds")
        if not isinstance(note, str) or len(note) > MAX_NOTE or not all(map(str.isprintable, note.split("\n"))):
            raise ValueError(f"expected a note of at most {MAX_NOTE} printable characters")
        if not 0 <= window <= MAX_WINDOW:
            raise ValueError(f"expected a window of 0 to {MAX_WINDOW} seconds")
        self.name = name
        self.clauses = tuple(part for clause in clauses for part in _flat(clause))
        self.issuers = tuple(issuers)
        self.may_be_same = may_be_same
        self.window = window
        self.note = note
        self.wanted = self._wanted()
        self._check_clauses()
        self._check_issuers()
        self.digest  # noqa: B018 (also checks that it can be written)

    def __setattr__(self, name: str, value: object) -> None:
        if "digest" in self.__dict__:
            raise AttributeError("policies are immutable")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Policy) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Policy {self.name!r}, {len(self.clauses)} clauses, {self.digest.hex()[:12]}…>"

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON under a tag."""
        return hashlib.sha256(_TAG + self.to_json().encode()).digest()

    def trusted(self, wanted: Wanted) -> tuple[IssuerPublic, ...]:
        """The issuers from whom this credential may be."""
        return tuple(issuer for issuer in self.issuers if issuer.spec == wanted.spec)

    def distinct_pairs(self) -> list[tuple[int, int]]:
        """The credentials, by position, that must not be the same one."""
        pairs = combinations(range(len(self.wanted)), 2)
        return [] if self.may_be_same else [(a, b) for a, b in pairs if self.wanted[a].spec == self.wanted[b].spec]

    def to_json(self) -> str:
        """Canonical JSON: names sorted, no blanks."""
        from zkhealth.credentials.policies.policy_json import write_policy  # noqa: PLC0415 (which is written over policies)

        return write_policy(self)

    @property
    def value_sets(self) -> tuple[ValueSet, ...]:
        """The value sets that the JSON refers to."""
        found = (clause.source for clause in _all(self.clauses) if isinstance(clause, Listed))
        return tuple(dict.fromkeys(source for source in found if source is not None))

    @classmethod
    def from_json(cls, text: str | bytes, value_sets: Iterable[ValueSet] = ()) -> Policy:
        """The inverse of `to_json`; also of JSON with blanks and another order of names.

        Lists that it only refers to must be among `value_sets`.

        Raises:
            DecodingError: not a policy; it names the path of what is wrong, or the value set that is missing.
        """
        from zkhealth.credentials.policies.policy_json import read_policy  # noqa: PLC0415

        return read_policy(text, value_sets)

    def challenge(
        self, audience: str, at: str | date | datetime, nonce: bytes | None = None, window: int = 0
    ) -> Challenge:
        """Ask for a presentation: by whom, and what "today" means; with a fresh nonce unless a window is given.

        Raises:
            ValueError: at that time no value satisfies the policy, or not allowed: the window, or
                a nonce beside it.
        """
        from zkhealth.credentials.presentations.challenge import Challenge, fresh_nonce  # noqa: PLC0415

        return Challenge(self, audience, moment_of(at), nonce if nonce or window else fresh_nonce(), window)

    def explain(self, at: str | date | datetime | None = None) -> str:
        """The policy in plain words; with a time, also which dates that means."""
        from zkhealth.credentials.policies.words import explain  # noqa: PLC0415

        return explain(self, at)

    def leakage(self, at: str | date | datetime | None = None, population: Population | None = None) -> Leakage:
        """What a presentation tells, attribute by attribute; in bits, if a model of the population is given."""
        from zkhealth.credentials.policies.leakage import leakage  # noqa: PLC0415

        return leakage(self, at, population)

    def _wanted(self) -> tuple[Wanted, ...]:
        found: dict[str, Wanted] = {}
        for wanted in (w for clause in self.clauses for w in clause.variables()):
            if found.setdefault(wanted.name, wanted) != wanted:
                raise ValueError(f"two credentials of different schemas are called {wanted.name!r}")
        if not 0 < len(found) <= MAX_CREDENTIALS:
            raise ValueError(
                f"expected a policy about 1 to {MAX_CREDENTIALS} credentials, v.held() if nothing is asked"
            )
        return tuple(found.values())

    def _check_clauses(self) -> None:
        if len(self.clauses) > MAX_CLAUSES:
            raise ValueError(f"expected at most {MAX_CLAUSES} clauses")
        if len(set(self.clauses)) != len(self.clauses):
            raise ValueError("a clause stands twice")
        tokens = [clause for clause in self.clauses if isinstance(clause, (Token, Pseudonym))]
        if len({(type(token), token.scope) for token in tokens}) != len(tokens):
            raise ValueError("two pseudonyms, or two tokens, are asked for under one scope")
        tables = {c for c in _all(self.clauses) if isinstance(c, Listed) and c.name}
        if len({table.name for table in tables}) != len(tables):
            raise ValueError("two tables have one name")
        here = [clause for clause in self.clauses if not isinstance(clause, AnyOf)]
        check_parts([part for clause in self.clauses if isinstance(clause, AnyOf) for part in clause.branches()])
        bounds = _bounds(here, {})
        _check_columns(here)
        for clause in self.clauses:
            for branch in clause.branches() if isinstance(clause, AnyOf) else ():
                _bounds(branch, bounds)
                _check_columns(branch)

    def _check_issuers(self) -> None:
        if not all(isinstance(issuer, IssuerPublic) for issuer in self.issuers):
            raise TypeError("expected issuers as their public descriptions: issuer.public")
        if len(set(self.issuers)) != len(self.issuers):
            raise ValueError("an issuer stands twice")
        for wanted in self.wanted:
            trusted = self.trusted(wanted)
            if not trusted:
                raise ValueError(f"no trusted issuer for {wanted.name!r}: none is under its schema")
            keys = [key for issuer in trusted for key in issuer.keys]
            if len(set(keys)) != len(keys):  # whoever carries a presentation could say which of them it is from
                raise ValueError(f"two trusted issuers for {wanted.name!r} have a key in common")
        used = {wanted.spec for wanted in self.wanted}
        if any(issuer.spec not in used for issuer in self.issuers):
            raise ValueError("an issuer is under a schema that no credential of the policy has")


def _bounds(clauses: Iterable[Clause], known: Mapping[Linear, tuple[int, int]]) -> dict[Linear, tuple[int, int]]:
    """The fixed bounds on each value, with those that are known; refuse those that have no common value."""
    bounds = dict(known)
    for clause in clauses:
        if isinstance(clause, Range):
            lo, hi = bounds.get(clause.of, clause.of.reach())
            lo = max(lo, clause.lo.n) if clause.lo and not clause.lo.unit else lo
            hi = min(hi, clause.hi.n) if clause.hi and not clause.hi.unit else hi
            if lo > hi:
                raise ValueError("two bounds on one value contradict each other")
            bounds[clause.of] = lo, hi
    return bounds


def _check_columns(clauses: Iterable[Clause]) -> None:
    """Refuse columns of tables that do not stand beside, in the same alternative."""
    listed = list(clauses)
    tables = {clause for clause in listed if isinstance(clause, Listed)}
    for clause in listed:
        for term, _ in clause.of.parts if isinstance(clause, Range) else ():
            if isinstance(term, Column) and term.table not in tables:
                raise ValueError(f"the table {term.table.name!r} is used but is not a clause beside")


def _flat(clause: Clause) -> list[Clause]:
    if isinstance(clause, AllOf):
        return [part for c in clause.clauses for part in _flat(c)]
    return [clause]


def _all(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Every clause, and those inside of it."""
    for clause in clauses:
        yield clause
        if isinstance(clause, (AllOf, AnyOf)):
            yield from _all(clause.clauses)


def check_name(name: object) -> None:
    """Refuse what cannot be shown as the name of a policy.

    Raises:
        ValueError: no text, empty, too long, or with control characters.
    """
    if not isinstance(name, str) or not 0 < len(name) <= 256 or not name.isprintable():
        raise ValueError("expected a name of 1 to 256 printable characters")


def revealed(policy: Policy) -> list[Reveal]:
    """The clauses that show a value."""
    return [clause for clause in policy.clauses if isinstance(clause, Reveal)]
