"""Attack 59: no part of another honest run fits, nor one of another holder; credentials of one holder stay together.

Each splice first passes a verifier that does not hold its parts together.
"""

import dataclasses

import pytest
from credentials.cheating import Forger, accepts, mutant, mutants, point_span, spliced, unchecked
from credentials.hospital import DOSE, answered, asked, people, policy_of, receive

from zkhealth.credentials import Pseudonym, Wallet
from zkhealth.credentials.presentations import presentation as protocol

P = people()
v, u = P.v, P.u
LINK = P.wallet._link
TWO = [v.given > u.given, v.country.differs("DE"), Pseudonym("a trial"), v.token("a meal")]


@pytest.fixture(scope="module")
def runs():
    """One challenge answered by one holder, twice, and by another."""
    challenge, stranger = asked(policy_of(*TWO)), Wallet.create()
    for given in ("2026-02-01", "2026-10-01"):
        receive(stranger, P.hospital, **{**DOSE, "given": given})
    return challenge, answered(challenge), answered(challenge), stranger.plan(challenge).prove()


PARTS = {
    "the proof of one credential": {"proofs": [0]},
    "the proofs of both": {"proofs": [0, 1]},
    "pseudonym and token": {"points": [6, 7]},
    "commitments with their range argument": {"points": range(5), "bits": True},
    "the commitment to the link secret": {"points": [5]},
    "responses": {"responses": range(11)},
    "everything but the proofs": {"points": range(8), "responses": range(11), "bits": True},
}


def without_one_header():
    """The mutant: proofs, relations and range argument side by side, nothing that holds them together."""
    return mutants(mutant(protocol, header=lambda *_: b"apart"), mutant(protocol, bits_context=lambda *_: b"apart"))


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_attack_59_parts_of_another_holder_do_not_fit(runs, parts):
    challenge, mine, again, other = runs
    assert (len(mine.points), len(mine.responses)) == (48 * 8, 32 * 11)
    assert [list(point_span(challenge.compiled, kind)) for kind in ("links", "tags")] == [[5], [6, 7]]
    holders = [Forger(challenge, {"v": P.later, "u": P.earlier}, LINK) for _ in range(2)]
    with without_one_header():
        one, two = (holder.present() for holder in holders)
        assert accepts(challenge, spliced(one, two, **parts))
    for theirs in (again, other):
        forged = spliced(mine, theirs, **parts)
        assert not accepts(challenge, forged) or forged == mine


def test_attack_59_every_part_alone(runs):
    challenge, mine, again, other = runs
    assert all(accepts(challenge, p) for p in (mine, again, other))
    singles = [{"proofs": [k]} for k in range(2)] + [{"points": [i]} for i in range(len(mine.points) // 48)]
    singles += [{"responses": [i]} for i in range(len(mine.responses) // 32)] + [{"bits": True}]
    for parts in singles:
        if (forged := spliced(mine, again, **parts)) == mine:
            assert parts in ({"points": [6]}, {"points": [7]})  # pseudonym and token: they are to be the same
        else:
            assert not accepts(challenge, forged), parts
        assert not accepts(challenge, spliced(mine, other, **parts)), parts
    assert not accepts(challenge, dataclasses.replace(mine, shown=mine.shown[::-1]))


def test_attack_59_the_range_argument_of_another_run_over_the_same_commitments():
    """The mutant's range argument hears nothing of the first part."""
    challenge = asked(policy_of(v.dose >= 2))

    def run(like=None):
        found = Forger(challenge, P.later, LINK)
        found.s = like.s if like else found.s
        return found, found.present()

    def splice():
        first, one = run()
        _, two = run(first)
        assert one.points == two.points and one.shown != two.shown
        return spliced(one, two, bits=True)

    with mutant(protocol, bits_context=lambda *_: b"apart"):
        assert accepts(challenge, splice())
    assert not accepts(challenge, splice())


def test_attack_59_pooled_link_secrets():
    stranger = Wallet.create()
    foreign = receive(stranger, P.hospital, **{**DOSE, "given": "2026-10-01"})
    challenge = asked(policy_of(*TWO))
    held, links = {"v": foreign, "u": P.earlier}, {"v": stranger._link, "u": LINK}
    with unchecked("links"):
        forged = Forger(challenge, held, links).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, held, links).present())
    assert not accepts(challenge, Forger(challenge, held, LINK).present())


def test_attack_65_the_token_of_another_credential():
    """The mutant lets any number stand for the token."""
    challenge = asked(policy_of(v.token("a meal")))

    def forge():
        found = Forger(challenge, P.later, LINK)
        found.tags = [P.earlier.issued.handle + P.earlier.share]
        return found.present()

    other = challenge.verify(Forger(challenge, P.earlier, LINK).present())
    with unchecked("tags"):
        forged = forge()
        assert challenge.verify(forged).tokens == other.tokens != {}
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())
