"""Attacks on presentations, by the numbers of the attack list; mutants show that the naive verifier accepts."""

import dataclasses
import secrets

import pytest
from credentials.hospital import AUDIENCE, DOSE, answered, asked, people, policy_of, receive, travel

from zkhealth.credentials import Issuer, Policy, Presentation, Pseudonym, Wallet
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations import prove as prover
from zkhealth.credentials.presentations.guard import MemoryGuard
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.credentials.schemas.sample import Vaccination
from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.transcript import Nonces

P = people()
v, u, r = P.v, P.u, P.r
TWO = [v.given > u.given, Pseudonym("a trial")]


def refused(challenge, presentation):
    verdict = challenge.verify(presentation)
    return not verdict.valid


@pytest.fixture(scope="module")
def two():
    challenge = asked(policy_of(*TWO))
    return challenge, answered(challenge), answered(challenge)


def parts_of(presentation):
    """Every part that could be taken from another run."""
    for k, shown in enumerate(presentation.shown):
        yield f"proof {k}", lambda p, k=k, shown=shown: dataclasses.replace(
            p, shown=tuple(shown if j == k else s for j, s in enumerate(p.shown))
        )
    for i in range(len(presentation.points) // 48):
        at = slice(48 * i, 48 * i + 48)
        yield f"point {i}", lambda p, at=at: dataclasses.replace(
            p, points=p.points[: at.start] + presentation.points[at] + p.points[at.stop :]
        )
    for i in range(len(presentation.responses) // 32):
        at = slice(32 * i, 32 * i + 32)
        yield f"response {i}", lambda p, at=at: dataclasses.replace(
            p, responses=p.responses[: at.start] + presentation.responses[at] + p.responses[at.stop :]
        )
    yield "bits", lambda p: dataclasses.replace(p, bits=presentation.bits)


def test_attack_59_no_part_of_another_honest_run_fits(two):
    challenge, mine, other = two
    assert challenge.verify(mine).valid
    spliced = {name: splice(mine) for name, splice in parts_of(other)}
    changed = {name: forged for name, forged in spliced.items() if forged != mine}
    assert set(spliced) - set(changed) == {"point 5"}  # the pseudonym, which is to be the same
    for name, forged in changed.items():
        assert refused(challenge, forged), name
    swapped = dataclasses.replace(mine, shown=mine.shown[::-1])
    assert refused(challenge, swapped)


def test_attack_59_pooled_link_secrets_are_refused():
    stranger = Wallet.create()
    foreign = receive(stranger, P.hospital, **{**DOSE, "given": "2026-10-01"})
    challenge = asked(policy_of(*TWO))
    order = [wanted.name for wanted in challenge.policy.wanted]
    chosen = [Chosen(foreign if name == "v" else P.earlier, 0, 0) for name in order]
    assert refused(challenge, prove(challenge, chosen, P.wallet._link))


def test_attack_44_a_shown_value_cannot_be_changed():
    challenge = asked(travel())
    mine = answered(challenge)
    (shown,) = mine.shown
    forged = dataclasses.replace(mine, shown=(dataclasses.replace(shown, values=("DE",)),))
    assert refused(challenge, forged)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: c.policy.challenge(AUDIENCE, c.at), id="another nonce"),
        pytest.param(lambda c: c.policy.challenge("https://evil.example", c.at, nonce=c.nonce), id="another audience"),
        pytest.param(lambda c: c.policy.challenge(AUDIENCE, "2026-11-22", nonce=c.nonce), id="another time"),
        pytest.param(
            lambda c: policy_of(v.birth.at_least_years_ago(19), v.reveal("country")).challenge(
                AUDIENCE, c.at, nonce=c.nonce
            ),
            id="another policy",
        ),
    ],
)
def test_attacks_45_47_50_a_presentation_answers_one_challenge(change):
    challenge = asked(policy_of(v.birth.at_least_years_ago(18), v.reveal("country")))
    data = answered(challenge).encode()
    assert challenge.verify(data).valid
    assert refused(change(challenge), data)


def test_attack_49_an_issuer_nobody_trusts_is_refused():
    rogue, wallet = Issuer.generate(Vaccination, name="https://hospital.example"), Wallet.create()
    held = receive(wallet, rogue, **DOSE)
    policy = Policy("mine", v.held(), issuers=[P.hospital.public])
    challenge = asked(policy)
    with pytest.raises(WitnessError, match="no credential"):
        wallet.plan(challenge)
    assert refused(challenge, prove(challenge, [Chosen(held, 0, 0)], wallet._link))


def test_attack_60_one_credential_is_not_two():
    challenge = asked(policy_of(v.given >= "2026-01-01", u.given >= "2026-01-01"))
    with pytest.raises(WitnessError):
        prove(challenge, [Chosen(P.later, 0, 0)] * 2, P.wallet._link)
    allowed = asked(policy_of(v.given >= "2026-01-01", u.given >= "2026-01-01", may_be_same=True))
    assert allowed.verify(prove(allowed, [Chosen(P.later, 0, 0)] * 2, P.wallet._link)).valid


def without_points(header):
    """The mutant: a header that leaves the public points out."""
    return lambda challenge, settings, disclosed, firsts, points, T: header(
        challenge, settings, disclosed, firsts, G1.stack(), T
    )


def test_attack_52_a_point_outside_the_header_can_be_chosen_afterwards(monkeypatch):
    """With first messages fixed before N, any pseudonym passes: N = (k^·B − T)/c."""
    challenge = asked(policy_of(v.held(), Pseudonym("a trial")))

    def forge():
        honest, first = {}, prover.first_messages

        def random_first(found, messages, others):
            T = first(found, messages, others)
            honest["T"] = G1.stack(*T[:-1], Fr(secrets.randbelow(1 << 128)) * G1.generator())
            return honest["T"]

        with monkeypatch.context() as m:
            m.setattr(prover, "first_messages", random_first)
            begun = answered(challenge)
        proof = protocol._read(challenge, begun).proofs[0]
        tag = challenge.compiled.tags[0]
        hidden = list(proof.m_hat)
        (place, _), = tag.parts
        answer = hidden[place]  # nothing is disclosed, so places are those of the responses
        N = proof.challenge.inverse() * (answer * tag.base - honest["T"][-1])
        return dataclasses.replace(begun, points=begun.points[:-48] + N.encode())

    assert refused(challenge, forge())
    monkeypatch.setattr(prover, "header", without_points(prover.header))
    monkeypatch.setattr(protocol, "header", without_points(protocol.header))
    mutant = challenge.verify(forge())
    assert mutant.valid
    assert mutant.pseudonyms != challenge.verify(answered(challenge)).pseudonyms


def test_attack_65_scopes_and_audiences_do_not_run_together():
    policy, other = policy_of(v.held(), Pseudonym("ab")), policy_of(v.held(), Pseudonym("b"))
    a = policy.challenge("x", "2026-11-23")
    b = other.challenge("xa", "2026-11-23")
    names = [list(c.verify(answered(c)).pseudonyms.values()) for c in (a, b)]
    assert names[0] != names[1]


def test_pseudonyms_are_the_same_for_one_audience_and_no_other():
    policy = policy_of(v.held(), Pseudonym("a trial"))
    everywhere = policy_of(v.held(), Pseudonym("a trial", is_global=True))

    def name(policy, audience):
        challenge = policy.challenge(audience, "2026-11-23")
        return challenge.verify(answered(challenge)).pseudonyms["a trial"]

    assert name(policy, "a") == name(policy, "a") != name(policy, "b")
    assert name(everywhere, "a") == name(everywhere, "b") != name(policy, "a")


def test_a_token_is_spent_once():
    policy, guard = policy_of(v.token("a dispense")), MemoryGuard()
    first, again = asked(policy), asked(policy)
    assert first.verify(answered(first), guard=guard).valid
    assert not again.verify(answered(again), guard=guard).valid


def test_a_nonce_is_good_for_one_time():
    challenge, guard = asked(travel()), MemoryGuard()
    assert challenge.verify(answered(challenge), guard=guard).valid
    assert not challenge.verify(answered(challenge), guard=guard).valid


@pytest.mark.parametrize(
    ("now", "valid"),
    [
        ("2026-11-23T11:59:59Z", False),
        ("2026-11-23T12:00:00Z", True),
        ("2026-11-23T12:10:00Z", True),
        ("2026-11-23T12:10:01Z", False),
        (None, False),
    ],
)
def test_attack_62_a_window_neither_begins_early_nor_lasts(now, valid):
    challenge = policy_of(v.held(), window=600).challenge(AUDIENCE, "2026-11-23T12:00:00Z", window=600)
    assert challenge.verify(answered(challenge), now=now).valid is valid


def test_attack_62_a_policy_limits_the_window():
    with pytest.raises(ValueError, match="window"):
        policy_of(v.held(), window=600).challenge(AUDIENCE, "2026-11-23", window=601)


def test_attack_62_a_challenge_for_a_later_day_is_refused():
    challenge = policy_of(v.held()).challenge(AUDIENCE, "2026-11-24")
    assert not challenge.verify(answered(challenge), now="2026-11-23").valid


def test_attack_58_no_response_of_the_link_secret_repeats_even_with_a_constant_generator(monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n=32: bytes(n))
    challenge = asked(policy_of(*TWO), nonce=bytes(31) + b"\1")
    one = protocol._read(challenge, answered(challenge))
    later = asked(policy_of(*TWO), nonce=bytes(31) + b"\2")
    again = protocol._read(later, answered(later))
    place = challenge.compiled.tags[0].parts[0][0]
    proofs = [*one.proofs, *again.proofs]
    link = P.wallet._link
    nonces = [int(p.m_hat[place] - p.challenge * link) for p in proofs]
    assert len(set(nonces)) == len(nonces)
    assert one.points.commitments != again.points.commitments


def test_any_bytes_give_a_verdict(two):
    challenge, mine, _ = two
    data = mine.encode()
    for forged in (b"", b"\0", data[:-1], data + b"\0", secrets.token_bytes(2000), b"\x9b" + b"\xff" * 8):
        assert refused(challenge, forged)
    for at in range(0, len(data), 97):
        assert refused(challenge, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(TypeError):
        challenge.verify("text")


def test_the_identity_is_refused_wherever_a_point_stands(two):
    challenge, mine, _ = two
    identity = G1.identity().encode()
    for i in range(len(mine.points) // 48):
        points = mine.points[: 48 * i] + identity + mine.points[48 * i + 48 :]
        assert refused(challenge, dataclasses.replace(mine, points=points))


def test_two_presentations_of_one_credential_share_nothing_but_what_is_revealed():
    challenge = asked(travel())
    one, two = answered(challenge), answered(challenge)

    def values(p):
        proof = p.shown[0].proof
        scalars = [proof[i : i + 32] for i in range(144, len(proof), 32)]
        points = [data[i : i + 48] for data in (proof[:144], p.points) for i in range(0, len(data), 48)]
        answers = [p.responses[i : i + 32] for i in range(0, len(p.responses), 32)]
        bits = [p.bits[i : i + 16] for i in range(0, len(p.bits), 16)]
        return {*scalars, *points, *answers, *bits}

    assert not values(one) & values(two)
    assert isinstance(one, Presentation)
    assert one.shown[0].values == two.shown[0].values == ("FR",)


class Colliding(Nonces):
    """Blindings that make t·f under the open gate the same point as t, where f = 1."""

    def vector(self, n):
        self.drawn = [*getattr(self, "drawn", []), super().vector(n)]
        if len(self.drawn) < 4:
            return self.drawn[-1]
        s, _, s_t, delta = self.drawn
        return concat(s_t[0] - s[0], delta[1:])


def test_commitments_that_collide_give_a_verdict(monkeypatch):
    challenge = asked(policy_of(v.dose.between(1, 1) | (v.series >= 3)))
    real = prover.Nonces

    def nonces(label, *rest):
        return (Colliding if label.endswith(b"blindings") else real)(label, *rest)

    monkeypatch.setattr(prover, "Nonces", nonces)
    monkeypatch.setattr(prover, "statement", lambda *_: None)
    forged = answered(challenge)
    gates, products = forged.points[-4 * 48 : -2 * 48], forged.points[-2 * 48 :]
    assert gates[:48] == products[:48]
    assert refused(challenge, forged)
