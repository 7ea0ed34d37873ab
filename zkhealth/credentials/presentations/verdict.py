"""What a verifier gets back: valid or not, and in words what was proven, shown, and not learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from zkhealth.credentials.policies.clauses import Pseudonym, Reveal, Token
from zkhealth.credentials.policies.inference import values_left
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.words import words


@dataclass(frozen=True)
class Verdict:
    """The answer to one presentation; true if it is valid.

    `policy` is the name of what was proven; `reason` says why it is not, as far as that tells nothing about the
    holder.  `revealed` has the values shown, `issuers` who vouches for each credential, `pseudonyms` and `tokens` the
    numbers by scope, in hexadecimal.
    """

    valid: bool
    reason: str = ""
    policy: str = ""
    proven: tuple[str, ...] = ()
    revealed: Mapping[str, Any] = field(default_factory=dict)
    not_learned: tuple[str, ...] = ()
    issuers: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    audience: str = ""
    checked_at: datetime | None = None

    def __bool__(self) -> bool:
        return self.valid

    def __str__(self) -> str:
        if not self.valid:
            return f"not valid: {self.reason}"
        lines = [f"valid: {self.policy}", *(f"  {text}" for text in self.proven)]
        lines += [f"  {name} = {value}" for name, value in self.revealed.items()]
        lines += [f"  {name}: vouched for by {issuer}" for name, issuer in self.issuers.items()]
        return "\n".join([*lines, "not learned: " + ", ".join(self.not_learned)])

    def _repr_html_(self) -> str:
        colour, title = ("#2a7", "VALID") if self.valid else ("#c33", "NOT VALID")
        head = f"<b style='color:{colour};font-size:140%'>{title}</b> {escape(self.policy or self.reason)}"
        parts = (
            ("proven", self.proven),
            ("shown", [f"{name} = {value}" for name, value in self.revealed.items()]),
            ("vouched for by", [f"{issuer} ({name})" for name, issuer in self.issuers.items()]),
            ("you did not learn", [", ".join(self.not_learned)] if self.valid else []),
            ("checked", [f"for {self.audience}, {self.checked_at}"]),
        )
        rows = "".join(
            f"<tr><td style='text-align:left;vertical-align:top'><b>{name}</b></td>"
            f"<td style='text-align:left'>{'<br>'.join(map(escape, lines))}</td></tr>"
            for name, lines in parts
            if lines
        )
        return f"<div>{head}</div><table>{rows}</table>"


def refused(reason: str, audience: str, at: datetime | None) -> Verdict:
    """The verdict on what does not hold."""
    return Verdict(False, reason, audience=audience, checked_at=at)


def proven_words(policy: Policy, at: datetime) -> tuple[str, ...]:
    """Each clause about what stays hidden, in words."""
    return tuple(words(clause, at) for clause in policy.clauses if not isinstance(clause, (Pseudonym, Token, Reveal)))


@lru_cache(maxsize=64)
def not_learned(policy: Policy, at: datetime) -> tuple[str, ...]:
    """The attributes of which more than one value is left."""
    left = values_left(policy, at)
    named = [f"{wanted.name}.{name}" for wanted in policy.wanted for name in wanted.spec.fields]
    return tuple(name for name in named if left.get(name) != 1)
