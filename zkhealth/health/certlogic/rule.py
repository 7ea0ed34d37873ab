"""Business rules of countries: what they are, which apply, and what they say of a certificate in the clear.

Rules are JSON as the gateway of the EU passes them on (validation-rule.schema.json of dgc-business-rules-testdata,
how-to.md of eu-dcc-business-rules).  A rule's outcome is PASSED, FAIL or, where it cannot be evaluated, OPEN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.health.certlogic.evaluate import EvaluationError, evaluate, is_truthy

ENGINE_VERSION = (1, 3, 3)
"""The version of the specification that is followed."""

CERTIFICATE_KINDS = MappingProxyType({"vaccination": "v", "test": "t", "recovery": "r"})
"""The kinds of certificates, and where the payload has them."""

ACCEPTANCE, INVALIDATION = "Acceptance", "Invalidation"
VERSION_FORM = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:[-+][0-9A-Za-z.+-]{1,64})?")


class Result(Enum):
    """What a rule says of a certificate; the words are those of the EU's reference applications."""

    PASSED = "PASSED"
    FAIL = "FAIL"
    OPEN = "OPEN"
    """It could not be evaluated: nothing follows from it."""


@dataclass(frozen=True)
class Outcome:
    """What one rule says, and why it could not say anything."""

    identifier: str
    result: Result
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Rule:
    """One version of one rule.  `logic` is the CertLogic expression; do not change it."""

    identifier: str
    type: str
    country: str
    region: str
    version: str
    engine_version: str
    kinds: frozenset[str]
    """The kinds of certificates that it is about: vaccination, test, recovery."""
    description: Mapping[str, str]
    """By language."""
    valid_from: datetime
    valid_to: datetime
    affected_fields: tuple[str, ...]
    logic: Any = field(repr=False)

    def __repr__(self) -> str:
        return f"<Rule {self.identifier} {self.version}, {self.type}>"

    @property
    def is_understood(self) -> bool:
        """Whether it is of a version of CertLogic that this is written for."""
        return _numbers(self.engine_version) <= ENGINE_VERSION

    def describe(self, language: str = "en") -> str:
        """What the rule says of itself, in English where it does not speak the language."""
        texts = self.description
        return texts.get(language) or texts.get("en") or next(iter(texts.values()))

    def is_valid_at(self, at: str | date | datetime) -> bool:
        """Whether it is in force, from the beginning of `valid_from` to before `valid_to`."""
        return self.valid_from <= moment_of(at) < self.valid_to

    def check(
        self,
        payload: Mapping[str, Any],
        *,
        at: str | date | datetime,
        value_sets: Mapping[str, Iterable[str]] | None = None,
        external: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """What it says of a certificate's payload at a time; `value_sets` are lists of bare codes by name."""
        context = {"payload": payload, "external": external_data(at, value_sets, external)}
        if not self.is_understood:
            return Outcome(self.identifier, Result.OPEN, f"its engine version is later than {_text(ENGINE_VERSION)}")
        try:
            holds = is_truthy(evaluate(self.logic, context))
        except EvaluationError as e:
            return Outcome(self.identifier, Result.OPEN, str(e))
        return Outcome(self.identifier, Result.PASSED if holds == (self.type != INVALIDATION) else Result.FAIL)


def external_data(
    at: str | date | datetime,
    value_sets: Mapping[str, Iterable[str]] | None = None,
    external: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The part of the data context that does not come from the certificate.

    Raises:
        ValueError: not a time.
    """
    clock = moment_of(at).isoformat().replace("+00:00", "Z")
    sets = {name: list(codes) for name, codes in (value_sets or {}).items()}
    return {**(external or {}), "validationClock": clock, "valueSets": sets}


def applicable(
    rules: Iterable[Rule],
    *,
    country: str,
    at: str | date | datetime,
    kind: str | None = None,
    type: str = ACCEPTANCE,
    region: str = "",
) -> tuple[Rule, ...]:
    """The rules of a country that are in force, each in its highest version, sorted by identifier.

    `kind` is vaccination, test or recovery: the rules about it, and the general ones.  Rules of a region apply
    where that region is given.

    Raises:
        ValueError: an unknown kind, or not a time.
    """
    if kind is not None and kind not in CERTIFICATE_KINDS:
        raise ValueError(f"expected one of {', '.join(CERTIFICATE_KINDS)}")
    newest: dict[str, Rule] = {}
    for rule in rules:
        is_ours = (rule.country, rule.type) == (country, type) and rule.region in ("", region)
        if is_ours and rule.is_valid_at(at) and (kind is None or kind in rule.kinds):
            other = newest.get(rule.identifier)
            if other is None or _numbers(other.version) <= _numbers(rule.version):
                newest[rule.identifier] = rule
    return tuple(newest[identifier] for identifier in sorted(newest))


def _numbers(version: str) -> tuple[int, int, int]:
    match = VERSION_FORM.fullmatch(version)
    major, minor, patch = match.groups() if match else ("0", "0", "0")
    return int(major), int(minor), int(patch)


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
