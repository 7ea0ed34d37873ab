"""The holder's side of a presentation.  Not constant-time in Python; the arithmetic is, on the native backend.

Nonces and blindings are hedged: hashed from fresh randomness, all secrets, the challenge, and the position of the
credential, so that no two credentials and no two presentations share one, even where the randomness fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.policies.evaluate import Values, taken
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.compiled import Choice, Compiled
from zkhealth.credentials.presentations.presentation import (
    Presentation,
    Shown,
    bits_context,
    disclosed_refs,
    disclosed_scalars,
    header,
)
from zkhealth.credentials.presentations.relations import committed, first_messages, relations, statement
from zkhealth.credentials.presentations.witness import Witness
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import prove as prove_bits
from zkhealth.signatures import Blinding, Prover
from zkhealth.transcript import Nonces, joined


@dataclass(frozen=True, eq=False, repr=False)
class Chosen:
    """A credential to show, and where its issuer and key are among those that the policy trusts."""

    credential: Credential
    issuer: int
    key: int


def prove(challenge: Challenge, chosen: Sequence[Chosen], link: Fr) -> Presentation:
    """Prove the policy of the challenge with these credentials, one for each that it asks for, in its order.

    Raises:
        WitnessError: they do not satisfy it.
    """
    compiled, policy = challenge.compiled, challenge.policy
    messages = [c.credential.messages(link) for c in chosen]
    witness = concat(*messages, *(c.credential.signature.e for c in chosen))
    values: Values = {w.name: c.credential.values for w, c in zip(policy.wanted, chosen, strict=True)}
    blindings = Nonces(b"zkhealth/presentation/blindings", challenge.binding, witness)
    secret = Witness(compiled, messages, _open_gates(compiled, values), blindings)
    points = secret.all_points.encode()

    refs = [disclosed_refs(policy, k) for k in range(len(chosen))]
    shown = [[values[ref.of.name][ref.name] for ref in listed] for listed in refs]
    disclosed = [disclosed_scalars(r, v) for r, v in zip(refs, shown, strict=True)]
    bound = joined(challenge.binding, points)
    blinding, provers = [], []
    for k, c in enumerate(chosen):
        known, signature, hidden_from = c.credential.setting, c.credential.signature, sorted(disclosed[k])
        # The position is part of the label: two proofs must not share a nonce, least of all for the link secret.
        label = b"zkhealth/presentation/credential %d" % k
        blinding.append(Blinding.draw(known, signature, messages[k], hidden_from, label, bound))
        provers.append(Prover(known, signature, messages[k], hidden_from, blinding[k]))

    found = relations(compiled, secret.points)
    k_others = Nonces(b"zkhealth/presentation/others", bound, witness).vector(len(secret.others))
    k_messages = [_by_place(p, b.m_tilde, len(m)) for p, b, m in zip(provers, blinding, messages, strict=True)]
    T = first_messages(found, k_messages, k_others)

    settings = [c.credential.setting for c in chosen]
    firsts = [(p.Abar, p.Bbar, p.D) for p in provers]
    ph = header(challenge, settings, disclosed, firsts, secret.all_points, T)
    proofs = [p.finish(ph) for p in provers]
    answers = [proofs[k].challenge for k in secret.owners]
    responses = k_others + concat(*answers) * secret.others if answers else k_others

    parts = zip(chosen, shown, proofs, strict=True)
    listed = tuple(Shown(c.issuer, c.key, tuple(v), proof.encode()) for c, v, proof in parts)
    first_part = Presentation(listed, points, responses.encode(), b"")
    everything = committed(compiled, secret.points)
    openings = dict(zip(everything, secret.openings, strict=True))
    proven = statement(compiled, everything)
    bits = prove_bits(proven, openings, bits_context(ph, first_part)) if proven else b""
    return replace(first_part, bits=bits)


def _open_gates(compiled: Compiled, values: Values) -> list[int]:
    """The gate of the first alternative that holds, for each choice."""
    found = []
    for fact in compiled.facts:
        if isinstance(fact, Choice):
            index = taken(fact.clause, values, compiled.at)
            if index is None:
                raise WitnessError("no alternative holds")
            found.append(fact.gates[index])
    return found


def _by_place(prover: Prover, nonces: Fr, n: int) -> Fr:
    """The nonce of every message by place: 0 for those that are disclosed."""
    hidden = dict(zip(prover.hidden, nonces, strict=True))
    return concat(*(hidden.get(i, Fr(0)) for i in range(n)))
