"""Two presentations of one credential share nothing but what the policy reveals: attacks 28 and 58.

`linked` finds what two presentations have in common: bytes, points, differences of points, and secrets that answers
under two challenges give away.  For every scalar that is drawn for a presentation, a mutant draws it again for the
next one; then the two have something in common.
"""

from __future__ import annotations

import dataclasses
import secrets
from itertools import groupby

import pytest
from credentials.cheating import Forger
from credentials.every_clause import HONEST, P, u, v
from credentials.hospital import DOSE, answered, asked, policy_of, receive
from credentials.linking import drawn_twice, linked, run
from hypothesis import given, settings
from hypothesis import strategies as st

from zkhealth.credentials import Pseudonym, Wallet
from zkhealth.credentials.issuing.messages import link_secret, n_messages
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.credentials.presentations.relations import Shape
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.field import Fr
from zkhealth.signatures import Blinding


def share_nothing(challenge, later=None, **options):
    one, two = run(challenge, **options), run(later or challenge, **options)
    assert not linked(one, two)
    assert not drawn_twice(one, two)


@pytest.mark.parametrize("clauses", HONEST.values(), ids=HONEST)
def test_two_presentations_share_nothing_but_what_is_revealed(clauses):
    share_nothing(asked(policy_of(*clauses)))


SOME = [name for name in HONEST if "everything" not in name and "exclude" not in name]


@settings(max_examples=12)
@given(st.lists(st.sampled_from(SOME), min_size=2, max_size=3, unique=True))
def test_nor_do_presentations_of_several_clauses(names):
    clauses = {clause for name in names for clause in HONEST[name]}
    share_nothing(asked(policy_of(*sorted(clauses, key=str))))


# --- one scalar drawn twice ---------------------------------------------------------------

EITHER = (v.dose >= 2) | (v.country.differs("DE") & v.series.one_of([5]))
TWO = [v.given > u.given, u.country.differs("DE"), Pseudonym("a trial"), EITHER]
BBS = ("r1", "r2", "e~", "r1~", "r3~")


def names_of(run, challenge):
    """What each scalar is that was drawn, in order."""
    shape = Shape.of(challenge.compiled)
    blindings = ["s"] * shape.n_commitments + ["s_link"] + ["s_t"] * shape.n_gates + ["δ"] * shape.n_gated
    others = ["s~"] * shape.n_commitments + ["s_link~"] * shape.n_links + ["t~", "s_t~"] * shape.n_gates
    others += ["δ~"] * shape.n_gated + ["x~", "w~"] * shape.n_inequalities
    for label, drawn in groupby(run.drawn, key=lambda pair: pair[0]):
        n = len(list(drawn))
        if label.endswith(b"blindings"):
            yield from blindings
        elif label.endswith(b"others"):
            yield from others
        elif label == b"rangeproof":
            yield from ["α", *["d"] * (n - 5), "ρ", "σ", "δ'", "η"]
        else:
            yield from [*BBS, *["m~"] * (n - 5)]


VISIBLE = {"s": "a point", "s_link": "a point", "s_t": "a point", "r2": "a point", "α": "a point"}
VISIBLE |= {"e~": "a secret", "m~": "a secret", "t~": "a secret", "x~": "a secret"}
"""What a verifier of both sees when one of these alone is drawn twice; of the others only the holder knows."""


def test_a_scalar_that_is_drawn_twice_is_found():
    """The mutant draws one scalar again, each in turn."""
    challenge = asked(policy_of(*TWO))
    one = run(challenge)
    names = list(names_of(one, challenge))
    assert len(names) == len(one.drawn) > 75
    ends = {names.index(name) for name in names} | {len(names) - 1 - names[::-1].index(name) for name in names}
    for at, name in ((at, names[at]) for at in sorted(ends)):  # the first and the last of each kind
        two = run(challenge, {at: one.drawn[at][1]})
        assert drawn_twice(one, two) == {one.drawn[at][1]}, name
        if name == "δ":
            assert linked(one, two), name  # of a closed gate the point itself, of an open one a difference of two
        elif name in VISIBLE:
            assert VISIBLE[name] in linked(one, two), name
        else:
            assert not linked(one, two), name


def test_a_blinding_that_is_drawn_twice_with_its_nonce_is_given_away():
    challenge = asked(policy_of(*TWO))
    one = run(challenge)
    names = list(names_of(one, challenge))
    first = {name: names.index(name) for name in BBS}
    two = run(challenge, {at: one.drawn[at][1] for name, at in first.items() if name in {"r1", "r1~"}})
    assert linked(one, two) == {"a secret"}


# --- 28, 58: a broken generator -------------------------------------------------------------


class Plain:
    """The mutant: nonces straight from the generator."""

    def __init__(self, label, statement, witness):
        self.drawn = 0

    def vector(self, n):
        return Fr.reduce(secrets.token_bytes(48 * n), n)


@pytest.fixture
def constant(monkeypatch):
    """A generator that is stuck, once the challenges are made."""
    challenges = [asked(policy_of(*TWO)) for _ in range(2)]
    monkeypatch.setattr(secrets, "token_bytes", lambda n=32: b"\7" * n)
    return challenges


def test_attack_28_a_constant_generator_links_nothing(constant):
    share_nothing(*constant)
    one, two = (run(challenge, kind=Plain) for challenge in constant)
    assert {"a secret", "a point"} <= linked(one, two)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"audience": "https://other.example"}, id="another audience"),
        pytest.param({"at": "2026-11-24"}, id="another day"),
        pytest.param({"policy": policy_of(*TWO, v.dose >= 0)}, id="another policy"),
    ],
)
def test_attack_28_nor_where_the_nonce_is_constant_too(constant, other):
    one = constant[0]
    at = moment_of(other.get("at", one.at))
    two = dataclasses.replace(one, **{**other, "at": at})
    first, second = run(one), run(two)
    assert not drawn_twice(first, second)


def test_attack_28_nor_where_nothing_but_a_credential_is_shown(constant):
    one, two = (asked(policy_of(v.held()), nonce=bytes([i]) * 32) for i in (1, 2))
    share_nothing(one, two)


def test_attack_28_a_generator_that_is_stuck_from_the_second_draw_on(monkeypatch):
    """As of a machine that was restored in between: the commitments differ, so all later nonces do."""
    challenge, drawn = asked(policy_of(*TWO)), []

    def stuck(n=32):
        drawn.append(n)
        return b"\7" * n if len(drawn) > 1 else b"\1" * n

    monkeypatch.setattr(secrets, "token_bytes", stuck)
    one = run(challenge)
    drawn.clear()
    monkeypatch.setattr(secrets, "token_bytes", lambda n=32: stuck(n) if drawn else drawn.append(n) or b"\2" * n)
    two = run(challenge)
    assert not drawn_twice(one, two)


def test_attack_28_one_question_asked_twice_has_one_answer_then(constant):
    challenge = constant[0]
    assert answered(challenge) == answered(challenge)


def test_attack_28_another_witness_has_other_nonces(constant):
    """Two holders whose generators are stuck in one state."""
    challenge, wallet = asked(policy_of(v.dose >= 2)), Wallet.create()
    receive(wallet, P.hospital, **DOSE)
    one, two = run(challenge), run(challenge, present=lambda c: wallet.plan(c).prove())
    assert not drawn_twice(one, two)


def given_away(proofs):
    """What answers of two credentials about one link secret give away if they share its nonce."""
    place = link_secret(P.later.issuer.spec)
    (a, x), (b, y) = ((proof.challenge, proof.m_hat[place]) for proof in proofs)
    return (x - y) * (a - b).inverse()


def test_attack_58_the_link_secret_has_a_nonce_of_its_own_in_each_credential(constant):
    for challenge in (asked(policy_of(*TWO)), *constant):
        assert given_away(protocol._read(challenge, answered(challenge)).proofs) != P.wallet._link
    challenge = constant[0]
    place, n = link_secret(P.later.issuer.spec), n_messages(P.later.issuer.spec)
    blindings = [Fr.random(5 + n).ints() for _ in range(2)]
    blindings[1][5 + place] = blindings[0][5 + place]
    held = {"v": P.later, "u": P.earlier}
    mutant = Forger(challenge, held, P.wallet._link, open_gates=[0], blindings=[Blinding.of(Fr(b)) for b in blindings])
    presentation = mutant.present()
    assert challenge.verify(presentation).valid
    assert given_away(protocol._read(challenge, presentation).proofs) == P.wallet._link


def test_attack_58_nor_do_two_proofs_of_one_credential_share_a_nonce(constant):
    """The same signature, messages and statement, twice, with a constant generator: only the position differs."""
    challenge = asked(policy_of(v.dose >= 2, u.dose >= 2, may_be_same=True))
    one = run(challenge, present=lambda c: prove(c, [Chosen(P.later, 0, 0)] * 2, P.wallet._link))
    drawn = [x for _, x in one.drawn]
    assert len(set(drawn)) == len(drawn)
