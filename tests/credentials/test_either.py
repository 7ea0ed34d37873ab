"""One of several policies: the holder says which; its proof is worth nothing for another."""

from dataclasses import replace

import pytest
from credentials.hospital import AT, AUDIENCE, asked, people, policy_of

from zkhealth import DecodingError, Either, MemoryGuard, Policy, WitnessError, verify_all
from zkhealth.credentials import EitherChallenge, Presentation

p = people()
VACCINATED = policy_of(p.v.dose >= p.v.series)
TESTED = policy_of(p.r.smoker.equals(True), p.r.reveal("kind"))
EITHER = Either("may enter", VACCINATED, TESTED)
IMPOSSIBLE = policy_of(p.v.dose >= 9)


def challenge(*policies, **options):
    return Either("may enter", *policies).challenge(AUDIENCE, AT, **options)


@pytest.mark.parametrize(("policies", "option"), [((VACCINATED, TESTED), 0), ((IMPOSSIBLE, TESTED), 1)])
def test_the_first_policy_that_holds_is_proven(policies, option):
    asked_ = challenge(*policies)
    plan = p.wallet.plan(asked_.encode())
    presentation = plan.prove()
    assert presentation.option == option
    assert len(presentation.encode()) == plan.n_bytes
    verdict = asked_.verify(presentation)
    assert verdict.valid
    assert verdict.policy == policies[option].name


def test_a_holder_of_neither_is_told_why_for_each():
    with pytest.raises(WitnessError, match=r"a test: v\.dose.*; or a test: v\.dose"):
        p.wallet.plan(challenge(IMPOSSIBLE, policy_of(p.v.dose >= 8)))


def test_attack_47_the_proof_of_one_policy_does_not_answer_another():
    asked_ = challenge(VACCINATED, policy_of(p.v.dose >= 1))
    presentation = p.wallet.plan(asked_).prove()
    assert asked_.verify(presentation)
    assert not asked_.verify(replace(presentation, option=1))


@pytest.mark.parametrize("option", [None, -1, 2, 1 << 40])
def test_the_option_must_be_one_of_the_verifiers(option):
    asked_ = challenge(VACCINATED, TESTED)
    verdict = asked_.verify(replace(p.wallet.plan(asked_).prove(), option=option))
    assert not verdict
    assert "number of the policy" in verdict.reason


def test_a_challenge_of_one_policy_takes_no_option():
    asked_ = asked(VACCINATED)
    presentation = p.wallet.plan(asked_).prove()
    assert not asked_.verify(replace(presentation, option=0))
    assert asked_.verify(presentation)


@pytest.mark.parametrize("option", [True, "0", b"", [0]])
def test_an_option_is_a_number(option):
    presentation = replace(p.wallet.plan(challenge(VACCINATED, TESTED)).prove(), option=option)
    with pytest.raises(DecodingError, match="number of a policy"):
        Presentation.decode(presentation.encode())


def test_a_nonce_comes_once_whichever_policy_is_answered():
    asked_ = challenge(VACCINATED, TESTED)
    link = p.wallet.plan(asked_)
    first = link.prove()
    second = replace(p.wallet.plan(asked_.options[1]).prove(), option=1)
    assert asked_.verify(second)
    guard = MemoryGuard()
    assert asked_.verify(first, guard=guard)
    assert not asked_.verify(second, guard=guard)


def test_batches_mix_challenges_of_both_kinds():
    one, several = asked(VACCINATED), challenge(VACCINATED, TESTED)
    items = [(c, p.wallet.plan(c).prove()) for c in (one, several, one)]
    items.append((one, items[1][1]))
    assert [verdict.valid for verdict in verify_all(items)] == [True, True, True, False]


def test_both_sides_read_the_same_bytes():
    asked_ = challenge(VACCINATED, TESTED)
    assert EitherChallenge.decode(asked_.encode()) == asked_
    assert Either.from_json(EITHER.to_json()) == EITHER
    with pytest.raises(DecodingError):
        EitherChallenge.decode(asked_.options[0].encode())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"zkhealth/either","version":1,"name":"a","policies":[],"more":1}', "more: unknown field"),
        ('{"type":"zkhealth/either","version":2,"name":"a","policies":[]}', "version 1"),
        ('{"type":"zkhealth/either","version":true,"name":"a","policies":[]}', "version 1"),
        ('{"type":"zkhealth/either","version":1,"name":"a","policies":[]}', "2 to 16"),
        ('{"type":"zkhealth/either","version":1,"name":"a","policies":[1]}', r"policies\[0\]: expected an object"),
        ('{"type":"zkhealth/either","version":1,"name":"a","policies":[{"x":0.5}]}', r"policies\[0\]"),
        (EITHER.to_json().replace('"window":0', '"window":0,"extra":1', 1), r"policies\[0\]\.extra: unknown field"),
    ],
)
def test_json_that_is_no_choice_is_refused_with_the_path(text, message):
    with pytest.raises(DecodingError, match=message):
        Either.from_json(text)


def test_a_choice_of_one_or_of_equals_is_refused():
    for policies in ((VACCINATED,), (VACCINATED, VACCINATED)):
        with pytest.raises(ValueError, match="different policies"):
            Either("a", *policies)
    with pytest.raises(TypeError):
        Either("a", VACCINATED, "another")
    with pytest.raises(ValueError, match="window"):
        challenge(VACCINATED, Policy("w", p.v.held(), issuers=[p.hospital.public], window=60), window=60)


def test_options_share_audience_time_and_nonce():
    with pytest.raises(ValueError, match="one audience"):
        EitherChallenge("a", (asked(VACCINATED), asked(TESTED)))


def test_a_window_serves_all_options():
    both = [Policy("w", clause, issuers=[p.hospital.public], window=60) for clause in (p.v.dose >= 9, p.v.held())]
    asked_ = challenge(*both, window=60)
    presentation = p.wallet.plan(asked_).prove()
    assert asked_.verify(presentation, now=AT)
    assert not asked_.verify(presentation)
    assert not asked_.verify(presentation, now="2026-11-23T12:02:00Z")


def test_what_is_asked_reads_well():
    assert EITHER.explain().startswith("may enter: one of these, and which one is shown\n1. a test:\n")
    assert [report.attributes[0].status for report in EITHER.leakage()] == ["hidden", "hidden"]
    assert repr(EITHER) == "<Either 'may enter', 2 policies>"
    assert hash(EITHER) == hash(Either.from_json(EITHER.to_json()))
    with pytest.raises(AttributeError):
        EITHER.name = "another"


def test_a_presentation_that_is_refused_for_its_nonce_spends_no_token():
    guard = MemoryGuard()
    policy = policy_of(p.v.token("a dispense"))
    spent, fresh = asked(policy), asked(policy)
    first = p.wallet.plan(asked(policy_of(p.v.held()), nonce=spent.nonce)).prove()
    assert asked(policy_of(p.v.held()), nonce=spent.nonce).verify(first, guard=guard)
    assert not spent.verify(p.wallet.plan(spent).prove(), guard=guard)
    assert fresh.verify(p.wallet.plan(fresh).prove(), guard=guard)
