"""Pseudonyms and tokens: who comes again is recognised where the policy says so, and nowhere else.  Attack 65."""

from credentials.cheating import Forger, G, H, accepts, mutant, unchecked
from credentials.hospital import AT, AUDIENCE, DOSE, answered, asked, people, policy_of, receive

from zkhealth import verify_all
from zkhealth.commitments import range_bases, vector_bases
from zkhealth.commitments.generators import _dst
from zkhealth.credentials import Policy, Pseudonym, Wallet
from zkhealth.credentials.issuing.interface import generators
from zkhealth.credentials.presentations import compiled as compiling
from zkhealth.credentials.presentations.guard import MemoryGuard
from zkhealth.curve import G1, hash_to_g1

P = people()
v, u = P.v, P.u
LINK = P.wallet._link


def number(policy, audience=AUDIENCE, holder=P.wallet):
    """The one pseudonym or token of a presentation."""
    challenge = policy.challenge(audience, AT)
    verdict = challenge.verify(holder.plan(challenge).prove())
    assert verdict.valid, verdict.reason
    (found,) = (verdict.pseudonyms | verdict.tokens).values()
    return found


def base(*clauses, audience=AUDIENCE):
    """The base of the one scope of a policy."""
    (tag,) = policy_of(*clauses).challenge(audience, AT).compiled.tags
    return tag.base.encode()


def test_pseudonyms_are_the_same_for_one_audience_and_no_other():
    policy, everywhere = (policy_of(v.held(), Pseudonym("a trial", is_global=x)) for x in (False, True))
    assert number(policy, "a") == number(policy, "a") != number(policy, "b")
    assert number(everywhere, "a") == number(everywhere, "b") != number(policy, "a")


def test_two_credentials_of_one_holder_have_one_pseudonym_and_two_tokens():
    policies = [
        Policy("a", clause, Pseudonym("x"), issuers=[P.hospital.public]) for clause in (v.dose >= 2, v.dose <= 1)
    ]
    assert number(policies[0]) == number(policies[1])
    tokens = [policy_of(clause, v.token("x")) for clause in (v.dose >= 2, v.dose <= 1)]
    assert number(tokens[0]) == number(tokens[0]) != number(tokens[1])


def test_two_holders_have_two_pseudonyms():
    other = Wallet.create()
    receive(other, P.hospital, **DOSE)
    policy = policy_of(v.held(), Pseudonym("x", is_global=True))
    assert number(policy) != number(policy, holder=other)


def test_attack_65_scope_and_audience_do_not_run_together():
    """The mutant joins them without lengths: a verifier would learn the pseudonym for another one."""
    policies, audiences = [policy_of(v.held(), Pseudonym(scope)) for scope in ("ab", "b")], ["x", "xa"]

    def numbers():
        return {number(policy, audience) for policy, audience in zip(policies, audiences, strict=True)}

    with mutant(compiling, joined=lambda *parts: b"".join(parts)):
        assert len(numbers()) == 1
    assert len(numbers()) == 2


def test_attack_65_every_kind_of_number_has_a_base_of_its_own():
    bases = [
        base(v.held(), Pseudonym("s")),
        base(v.held(), Pseudonym("s"), audience="s"),
        base(v.held(), Pseudonym("S")),
        base(v.held(), Pseudonym("s", is_global=True)),
        base(v.held(), Pseudonym("everybody")),
        base(v.token("s")),
        base(v.token("everybody")),
        base(v.token("audience")),
    ]
    assert len(set(bases)) == len(bases)


def test_attack_65_a_scope_is_no_label_of_a_generator():
    """The mutant hashes scopes as generators are hashed: the pseudonym for "value" would be link·G."""
    everything = [G, H, *vector_bases(8), *range_bases(8)[0], *range_bases(8)[1], G1.generator()]
    known = generators(P.hospital.spec)
    everything += [known.P1, known.Q1, *known.H]
    encoded = {point.encode() for point in everything} | {(-point).encode() for point in everything}
    naive = hash_to_g1(b"value", _dst(b"PEDERSEN"))
    assert naive == G and naive.encode() in encoded
    for scope in ("value", "blinding", "0", "1", "7"):
        for audience in (AUDIENCE, scope):
            assert base(v.held(), Pseudonym(scope), audience=audience) not in encoded
        assert base(v.held(), Pseudonym(scope, is_global=True)) not in encoded
        assert base(v.token(scope)) not in encoded


def test_attack_65_the_pseudonym_of_another_holder():
    """Its link secret is known to a colluding holder, and not signed in this credential."""
    challenge, other = asked(policy_of(v.held(), Pseudonym("a trial"))), Wallet.create()
    theirs = receive(other, P.hospital, **DOSE)
    honest = Forger(challenge, theirs, other._link).present()

    def forge():
        found = Forger(challenge, P.later, LINK)
        found.tags = [other._link]
        return found.present()

    with unchecked("tags"):
        forged = forge()
        assert accepts(challenge, forged)
    assert forged.points == honest.points
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


def test_attack_65_a_token_needs_both_shares():
    """The mutant makes it of the holder's share alone, so holders could choose it."""
    policy = policy_of(v.token("a meal"))
    real = number(policy)
    with mutant(compiling, HANDLE=compiling.token_share(P.hospital.spec)):
        assert number(policy) != real


# --- guards: what may come once ----------------------------------------------------------


def test_a_token_is_spent_once():
    policy, guard = policy_of(v.token("a dispense")), MemoryGuard()
    first, again = asked(policy), asked(policy)
    assert accepts(first, answered(first), guard=guard)
    refused = again.verify(answered(again), guard=guard)
    assert not refused.valid and "used before" in refused.reason
    assert not refused.tokens and not refused.issuers
    assert accepts(again, answered(again))


def test_tokens_of_two_scopes_or_two_credentials_are_spent_apart():
    guard = MemoryGuard()
    for clauses in ([v.dose >= 2, v.token("a")], [v.dose >= 2, v.token("b")], [v.dose <= 1, v.token("a")]):
        challenge = asked(policy_of(*clauses))
        assert accepts(challenge, answered(challenge), guard=guard)


def test_a_pseudonym_is_not_spent():
    guard = MemoryGuard()
    for _ in range(2):
        challenge = asked(policy_of(v.held(), Pseudonym("a")))
        assert accepts(challenge, answered(challenge), guard=guard)


def test_a_nonce_is_good_for_one_time():
    challenge, guard = asked(policy_of(v.held())), MemoryGuard()
    assert accepts(challenge, answered(challenge), guard=guard)
    assert not accepts(challenge, answered(challenge), guard=guard)


def test_what_is_refused_claims_nothing():
    challenge, guard = asked(policy_of(v.token("a meal"))), MemoryGuard()
    mine = answered(challenge)
    assert not accepts(challenge, mine.encode()[:-1] + b"\0", guard=guard)
    assert not accepts(challenge, answered(asked(policy_of(v.token("a meal")))), guard=guard)
    assert accepts(challenge, mine, guard=guard)


def test_one_batch_spends_a_token_once():
    challenges = [asked(policy_of(v.token("a dispense"))) for _ in range(3)]
    items = [(challenge, answered(challenge)) for challenge in challenges]
    assert [verdict.valid for verdict in verify_all(items, guard=MemoryGuard())] == [True, False, False]


def test_a_token_beside_one_that_is_spent_is_not_accepted():
    guard, first = MemoryGuard(), asked(policy_of(v.token("a")))
    assert accepts(first, answered(first), guard=guard)
    both = asked(policy_of(v.token("a"), u.token("b")))
    assert [*both.verify(answered(both)).tokens] == ["a", "b"]
    assert not accepts(both, answered(both), guard=guard)
    again = asked(policy_of(u.token("b")))
    assert accepts(again, answered(again), guard=guard)  # what was refused spends nothing that was not accepted
