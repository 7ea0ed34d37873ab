"""Alternatives between different credentials: several policies, one of which is proven; which one is shown.

Inside one credential `|` hides which alternative holds.  Between credentials nothing can be hidden, as another
issuer's key is shown: "vaccinated, or recovered" is a choice of policies.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from zkhealth.credentials.policies.policy import Policy, check_name
from zkhealth.credentials.policies.policy_json import MAX_BYTES
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.errors import DecodingError

if TYPE_CHECKING:
    from zkhealth.credentials.policies.leakage import Leakage
    from zkhealth.credentials.policies.population import Population
    from zkhealth.credentials.presentations.either_challenge import EitherChallenge

MAX_POLICIES = 16
VERSION = 1


class Either:
    """One of these policies is to be proven, by the holder's choice.  Immutable.

    >>> from zkhealth.credentials.issuing.issuer import Issuer
    >>> from zkhealth.credentials.schemas.sample import Vaccination
    >>> issuer = Issuer.generate(Vaccination, name="https://hospital.example")
    >>> v = Vaccination.as_("v")
    >>> fresh = Policy("vaccinated lately", v.given.within_days(14, 270), issuers=[issuer.public])
    >>> boosted = Policy("boosted", v.dose > v.series, issuers=[issuer.public])
    >>> print(Either("may enter", fresh, boosted).explain())
    may enter: one of these, and which one is shown
    1. vaccinated lately:
       proven, without showing the values:
         - v.given is 14 to 270 days before the check
       v: a credential under https://health.example/schemas/vaccination/1 from https://hospital.example
    2. boosted:
       proven, without showing the values:
         - v.dose is more than v.series
       v: a credential under https://health.example/schemas/vaccination/1 from https://hospital.example

    Raises:
        ValueError: fewer than two policies, too many, or one that stands twice.
    """

    __slots__ = ("name", "policies")

    name: str
    policies: tuple[Policy, ...]

    def __init__(self, name: str, *policies: Policy) -> None:
        check_name(name)
        if not all(isinstance(policy, Policy) for policy in policies):
            raise TypeError("expected policies")
        if not 2 <= len(policies) <= MAX_POLICIES or len(set(policies)) != len(policies):
            raise ValueError(f"expected 2 to {MAX_POLICIES} different policies")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "policies", policies)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("policies are immutable")

    def __eq__(self, other: object) -> bool:
        return self.to_json() == other.to_json() if isinstance(other, Either) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.name, self.policies))

    def __repr__(self) -> str:
        return f"<Either {self.name!r}, {len(self.policies)} policies>"

    def to_json(self) -> str:
        """Canonical JSON: names sorted, no blanks."""
        policies = [read_json_object(policy.to_json()) for policy in self.policies]
        return canonical_json({"type": "zkhealth/either", "version": VERSION, "name": self.name, "policies": policies})

    @classmethod
    def from_json(cls, text: str | bytes, value_sets: Iterable[ValueSet] = ()) -> Either:
        """The inverse of `to_json`; lists that it only refers to must be among `value_sets`.

        Raises:
            DecodingError: not such a choice; it names the path of what is wrong.
        """
        top, sets = read_json_object(text, MAX_BYTES), tuple(value_sets)
        if unknown := sorted(set(top) - {"type", "version", "name", "policies"}):
            raise DecodingError(f"{unknown[0][:40]}: unknown field")
        match top:
            case {"type": "zkhealth/either", "version": int(version), "name": name, "policies": list(listed)}:
                if type(version) is int and version == VERSION:
                    policies = [_read(content, f"policies[{i}]", sets) for i, content in enumerate(listed)]
                    return _checked(name, policies)
        raise DecodingError(f"expected a choice of policies of version {VERSION}")

    def challenge(
        self, audience: str, at: str | date | datetime, nonce: bytes | None = None, window: int = 0
    ) -> EitherChallenge:
        """Ask for a presentation; see `Policy.challenge`.

        Raises:
            ValueError: at that time no value satisfies one of the policies, or one does not allow the window.
        """
        from zkhealth.credentials.presentations.either_challenge import EitherChallenge  # noqa: PLC0415 (above)

        first = self.policies[0].challenge(audience, at, nonce, window)
        others = [policy.challenge(audience, at, first.nonce, window) for policy in self.policies[1:]]
        return EitherChallenge(self.name, (first, *others))

    def explain(self, at: str | date | datetime | None = None) -> str:
        """All policies in plain words."""
        lines = [f"{self.name}: one of these, and which one is shown"]
        for i, policy in enumerate(self.policies, 1):
            first, *rest = policy.explain(at).splitlines()
            lines += [f"{i}. {first}", *(f"   {line}" for line in rest)]
        return "\n".join(lines)

    def leakage(
        self, at: str | date | datetime | None = None, population: Population | None = None
    ) -> tuple[Leakage, ...]:
        """What a presentation tells, for each policy; that it is this one of them, comes on top."""
        return tuple(policy.leakage(at, population) for policy in self.policies)


def _read(content: object, path: str, value_sets: tuple[ValueSet, ...]) -> Policy:
    if not isinstance(content, dict):
        raise DecodingError(f"{path}: expected an object")
    try:
        return Policy.from_json(canonical_json(content), value_sets)
    except (DecodingError, TypeError) as e:  # a float is no part of a policy
        raise DecodingError(f"{path}.{e}") from None


def _checked(name: object, policies: list[Policy]) -> Either:
    try:
        return Either(name, *policies)  # type: ignore[arg-type]  # checked there
    except ValueError as e:
        raise DecodingError(str(e)) from None
