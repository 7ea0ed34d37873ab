"""The holder's plan: which credential is shown for what, what will be learned, how long it will be; then the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.messages import n_messages
from zkhealth.credentials.policies.clauses import Clause
from zkhealth.credentials.policies.evaluate import shortfalls
from zkhealth.credentials.policies.leakage import Leakage, leakage
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.terms import Wanted
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.either_challenge import AnyChallenge
from zkhealth.credentials.presentations.presentation import MAX_BYTES, Presentation, Shown, disclosed_refs
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.credentials.presentations.relations import Shape
from zkhealth.curve import G1
from zkhealth.encoding.qr import version_for
from zkhealth.errors import WitnessError
from zkhealth.field import Fr
from zkhealth.rangeproof.proof import RangeProof

_MAX_WORK = 100_000
"""So many fields are looked at, to find credentials that fit together."""


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """What `prove` would show.  Nothing has been proven or sent yet."""

    challenge: Challenge
    chosen: tuple[Chosen, ...]
    _link: Fr
    option: int | None = None

    @property
    def credentials(self) -> Mapping[str, Credential]:
        """Which credential is shown, by the policy's name for it."""
        return {w.name: c.credential for w, c in zip(self.challenge.policy.wanted, self.chosen, strict=True)}

    @property
    def revealed(self) -> Mapping[str, object]:
        """The values that will be shown."""
        out = {}
        for k, chosen in enumerate(self.chosen):
            for ref in disclosed_refs(self.challenge.policy, k):
                out[str(ref)] = ref.field.decode(chosen.credential.values[ref.name])
        return out

    @property
    def leakage(self) -> Leakage:
        """What will be learned, attribute by attribute."""
        return leakage(self.challenge.policy, at=self.challenge.at)

    @property
    def n_bytes(self) -> int:
        """The exact length of the presentation."""
        return len(replace(_blank(self.challenge, self.chosen), option=self.option).encode())

    @property
    def qr_version(self) -> int | None:
        """The version of the one QR code that holds it, 1 to 40; None if none does."""
        return version_for(self.n_bytes)

    def prove(self) -> Presentation:
        """Make the presentation; every call makes another one, which nobody can link to the others."""
        return replace(prove(self.challenge, self.chosen, self._link), option=self.option)

    def __str__(self) -> str:
        policy = self.challenge.policy
        held = [f"  {name}: your credential from {c.issuer.name}" for name, c in self.credentials.items()]
        size = f"{self.n_bytes} bytes" + (f", one QR code of version {self.qr_version}" if self.qr_version else "")
        return "\n".join([f"To answer {policy.name!r} for {self.challenge.audience}:", *held, str(self.leakage), size])

    def __repr__(self) -> str:
        return f"<Plan for {self.challenge.policy.name!r}>"


def make_plan(challenge: AnyChallenge, credentials: Sequence[Credential], link: Fr) -> Plan:
    """The first choice of credentials, the newest first, that satisfies the challenge; of several policies, the first.

    Raises:
        WitnessError: there is none; it says why, with values: for the holder's eyes.
    """
    if isinstance(challenge, Challenge):
        return _plan(challenge, credentials, link)
    reasons = []
    for i, option in enumerate(challenge.options):
        try:
            return replace(_plan(option, credentials, link), option=i)
        except WitnessError as e:
            reasons.append(f"{option.policy.name}: {e}")
    raise WitnessError("; or ".join(reasons))


def _plan(challenge: Challenge, credentials: Sequence[Credential], link: Fr) -> Plan:
    policy = challenge.policy
    candidates = [list(_candidates(policy, wanted, credentials)) for wanted in policy.wanted]
    for wanted, found in zip(policy.wanted, candidates, strict=True):
        if not found:
            trusted = " or ".join(issuer.name for issuer in policy.trusted(wanted))
            raise WitnessError(f"{wanted.name}: no credential under {wanted.spec.id} from {trusted}")
    alone = [_alone(challenge, wanted, found) for wanted, found in zip(policy.wanted, candidates, strict=True)]
    if lacking := [reason for _, reasons in alone for reason in reasons]:
        raise WitnessError("; ".join(lacking))
    together = [clause for clause in policy.clauses if len(set(clause.variables())) > 1]
    work = sum(1 for clause in together for _ in clause.variables())
    best: list[str] = []
    choices = _choices([fitting for fitting, _ in alone], policy.distinct_pairs())
    for choice in islice(choices, 1 + _MAX_WORK // (1 + work)):
        reasons = _shortfalls(challenge, together, choice) if choice else []
        if choice and not reasons:
            return _short_enough(Plan(challenge, choice, link))
        best = reasons if not best or 0 < len(reasons) < len(best) else best
    names = " and ".join(wanted.name for wanted in policy.wanted)
    raise WitnessError("; ".join(best or [f"{names} must be different credentials"]))


def _short_enough(plan: Plan) -> Plan:
    if (n := plan.n_bytes) > MAX_BYTES:
        raise WitnessError(f"the texts that would be shown are too long: {n} bytes, of at most {MAX_BYTES}")
    return plan


def _alone(challenge: Challenge, wanted: Wanted, found: Sequence[Chosen]) -> tuple[list[Chosen], list[str]]:
    """Those that satisfy the clauses about this credential alone; or else what the best one lacks."""
    clauses = [clause for clause in challenge.policy.clauses if set(clause.variables()) == {wanted}]
    lacking = [shortfalls(clauses, {wanted.name: chosen.credential.values}, challenge.at) for chosen in found]
    return [chosen for chosen, reasons in zip(found, lacking, strict=True) if not reasons], min(lacking, key=len)


def _choices(
    fitting: Sequence[Sequence[Chosen]], distinct: Sequence[tuple[int, int]], begun: tuple[Chosen, ...] = ()
) -> Iterator[tuple[Chosen, ...] | None]:
    """Every choice of different credentials, the first ones first; None where one that was begun cannot go on so."""
    k = len(begun)
    if k == len(fitting):
        yield begun
        return
    for chosen in fitting[k]:
        if any(b == k and _is_one(begun[a], chosen) for a, b in distinct):
            yield None
        else:
            yield from _choices(fitting, distinct, (*begun, chosen))


def _is_one(a: Chosen, b: Chosen) -> bool:
    return a.credential is b.credential or a.credential.issued.handle == b.credential.issued.handle


def _shortfalls(challenge: Challenge, together: Sequence[Clause], choice: Sequence[Chosen]) -> list[str]:
    values = {w.name: c.credential.values for w, c in zip(challenge.policy.wanted, choice, strict=True)}
    return shortfalls(together, values, challenge.at)


def _candidates(policy: Policy, wanted: Wanted, credentials: Sequence[Credential]) -> Iterator[Chosen]:
    for credential in reversed(credentials):
        for i, issuer in enumerate(policy.trusted(wanted)):
            if issuer.spec == credential.issuer.spec and credential.issued.key in issuer.keys:
                yield Chosen(credential, i, issuer.keys.index(credential.issued.key))
                break


def _blank(challenge: Challenge, chosen: Sequence[Chosen]) -> Presentation:
    """A presentation of the same length without any content."""
    policy, shape = challenge.policy, Shape.of(challenge.compiled)
    shown = []
    for k, c in enumerate(chosen):
        refs = disclosed_refs(policy, k)
        values = tuple(c.credential.values[ref.name] for ref in refs)
        hidden = n_messages(policy.wanted[k].spec) - sum(len(ref.field.parts) for ref in refs)
        shown.append(Shown(c.issuer, c.key, values, bytes(3 * G1.BYTES + (4 + hidden) * Fr.BYTES)))
    n_bits = challenge.compiled.n_bits
    bits = bytes(RangeProof.length(n_bits)) if challenge.compiled.facts else b""
    return Presentation(tuple(shown), bytes(G1.BYTES * shape.n_points), bytes(Fr.BYTES * shape.n_secrets), bits)
