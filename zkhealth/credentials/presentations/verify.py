"""Verifying presentations, one or many: every first part alone, all pairings in one product, all bits in one sum.

Pairing equations e(Abar, W) = e(Bbar, P2) are merged with weights of 128 bits that are hashed from every byte of
everything that is merged, and from the challenges.  With equal weights, two proofs without any signature would pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zkhealth.credentials.policies.clauses import Pseudonym, Reveal, Token
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.either_challenge import AnyChallenge
from zkhealth.credentials.presentations.guard import Guard
from zkhealth.credentials.presentations.presentation import Deferred, Presentation, check
from zkhealth.credentials.presentations.verdict import Verdict, not_learned, proven_words, refused
from zkhealth.curve import pairing_product_is_one
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import as_bytes
from zkhealth.rangeproof import verify_batch
from zkhealth.signatures import pairing_terms
from zkhealth.transcript import Transcript, joined

Claims = tuple[bytes, ...]

_TAG = b"zkhealth/presentation/batch/v1"


@dataclass(frozen=True, eq=False)
class Candidate:
    """A presentation whose first part holds, for a challenge that can be answered."""

    challenge: Challenge
    data: bytes
    deferred: Deferred


def examine(challenge: AnyChallenge, presentation: Presentation | bytes, now: datetime | None) -> Candidate | Verdict:
    """Check all that is checked for each presentation alone; a verdict if it does not hold."""
    data = presentation.encode() if isinstance(presentation, Presentation) else as_bytes(presentation)
    reason = challenge.check_time(now)
    if not reason:
        try:
            read = Presentation.decode(data)
            asked = challenge.option(read.option)
            return Candidate(asked, data, check(asked, read))
        except DecodingError as e:
            reason = f"not a presentation for this policy: {e}"
        except VerificationError:
            reason = _NOT_PROVEN
    return refused(reason, challenge.audience, now or challenge.at)


def settle(candidates: Sequence[Candidate], now: datetime | None) -> list[tuple[Verdict, Claims]]:
    """Check the rest of all, together; where that fails, of each half.

    With each verdict come the keys that a guard must see for the first time.
    """
    if _rest_holds(candidates):
        return [_judged(candidate, now) for candidate in candidates]
    if len(candidates) == 1:
        challenge = candidates[0].challenge
        return [(refused(_NOT_PROVEN, challenge.audience, now or challenge.at), ())]
    half = len(candidates) // 2
    return settle(candidates[:half], now) + settle(candidates[half:], now)


def claimed(settled: tuple[Verdict, Claims], guard: Guard | None) -> Verdict:
    """The verdict, once the guard has seen all keys for the first time; a nonce that was used spends no token."""
    verdict, claims = settled
    if guard is None or all(guard.claim(key) for key in claims):
        return verdict
    return refused("this presentation or its token has been used before", verdict.audience, verdict.checked_at)


def _judged(candidate: Candidate, now: datetime | None) -> tuple[Verdict, Claims]:
    """The verdict on what is proven: not valid if a holder vouches for the own record, and nobody else."""
    wanted, issuers = candidate.challenge.policy.wanted, candidate.deferred.read.issuers
    if not any(issuer.is_self_asserted for issuer in issuers):
        return _accepted(candidate, now)
    verdict = refused(_SELF_ASSERTED, candidate.challenge.audience, now or candidate.challenge.at)
    return replace(verdict, issuers={w.name: issuer.name for w, issuer in zip(wanted, issuers, strict=True)}), ()


def _rest_holds(candidates: Sequence[Candidate]) -> bool:
    weighing = Transcript(_TAG)
    signed = []
    for candidate in candidates:
        weighing.absorb_bytes(candidate.challenge.binding)
        weighing.absorb_bytes(candidate.data)
        read = candidate.deferred.read
        signed += [(known.pk, proof) for known, proof in zip(read.settings, read.proofs, strict=True)]
    if not signed:
        return True
    if not pairing_product_is_one(pairing_terms(signed, weighing.weights(len(signed)))):
        return False
    try:
        verify_batch([candidate.deferred.bits for candidate in candidates if candidate.deferred.bits])
    except (DecodingError, VerificationError):
        return False
    return True


def _accepted(candidate: Candidate, now: datetime | None) -> tuple[Verdict, Claims]:
    challenge, read = candidate.challenge, candidate.deferred.read
    policy, compiled = challenge.policy, challenge.compiled
    numbers = list(zip(compiled.tags, (N.encode() for N in read.points.tags), strict=True))
    # A nonce comes once, whichever of several policies is answered; a window allows each presentation once.
    fresh = joined(b"nonce", challenge.nonce) if challenge.nonce else joined(challenge.binding, candidate.data)
    spent = [joined(tag.base.encode(), N) for tag, N in numbers if isinstance(tag.clause, Token)]
    fields = {str(clause.of): clause.of.field for clause in policy.clauses if isinstance(clause, Reveal)}
    verdict = Verdict(
        valid=True,
        policy=policy.name,
        proven=proven_words(policy, challenge.at),
        revealed={name: fields[name].decode(value) for name, value in read.values.items()},
        not_learned=not_learned(policy, challenge.at),
        issuers={wanted.name: issuer.name for wanted, issuer in zip(policy.wanted, read.issuers, strict=True)},
        pseudonyms={tag.clause.scope: N.hex() for tag, N in numbers if isinstance(tag.clause, Pseudonym)},
        tokens={tag.clause.scope: N.hex() for tag, N in numbers if isinstance(tag.clause, Token)},
        audience=challenge.audience,
        checked_at=now or challenge.at,
    )
    return verdict, tuple(joined(_GUARD_TAG, key) for key in (fresh, *spent))


_SELF_ASSERTED = "SELF_ASSERTED: the policy is proven, but the holder alone vouches for the record"
_NOT_PROVEN = "the presentation does not prove the policy"
_GUARD_TAG = b"zkhealth/guard/v1"
