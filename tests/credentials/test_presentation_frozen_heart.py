"""Nothing that a holder sends can be chosen after the challenges: attacks 1, 2, 3 and 52 on whole presentations.

First messages are fixed, then a point or a secret is chosen so that all equations hold.  Each mutant, whose header
leaves out what was chosen late, accepts; the verifier does not.
"""

from unittest import mock

import pytest
from credentials.cheating import (
    POINTS,
    Forger,
    accepts,
    commit,
    mutant,
    mutants,
    place_of,
    randoms,
    span,
    unheard,
    weighed,
)
from credentials.hospital import asked, people, policy_of
from signatures.naive_bbs import challenge as careless_challenge

from zkhealth.credentials import Pseudonym
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.prove import _by_place
from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.signatures import Proof
from zkhealth.signatures import proof as bbs_proof

P = people()
v, u = P.v, P.u
LINK = P.wallet._link
HELD = {"v": P.later, "u": P.earlier}
EITHER = (v.dose >= 3) | (v.series.differs(5) & v.country.one_of(["FR"]))
EVERYTHING = [u.dose >= 1, v.vaccine.differs("cvx|1"), Pseudonym("a trial"), v.token("a meal"), EITHER]


@pytest.fixture(scope="module")
def challenge():
    return asked(policy_of(*EVERYTHING))


def forger(challenge, kind=Forger, **options):
    return kind(challenge, HELD, options.pop("link", LINK), open_gates=[1], **options)


def test_the_forger_is_honest_unless_it_is_told_otherwise(challenge):
    assert accepts(challenge, forger(challenge).present())


# --- 2, 52: points that are chosen after the challenges -----------------------


class Late(Forger):
    """Chooses points of one kind after the challenges: other blindings, and any pseudonym and token."""

    kind = ""

    def first(self, found):
        T = list(super().first(found))
        if self.kind == "tags":
            self.tau = randoms(len(self.tags))
            for i, j in enumerate(span(self.compiled, "tags")):
                T[j] = self.tau[i] * self.compiled.tags[i].base
        return G1.stack(*T)

    def late(self, challenges):
        match self.kind:
            case "commitments":
                self.s[0] = Fr.random()
            case "links":
                self.s_link = [Fr.random()] * len(self.s_link)
            case "tags":
                self.tags = [
                    challenges[tag.k].inverse() * (self.answer(tag, challenges) - tau)
                    for tag, tau in zip(self.compiled.tags, self.tau, strict=True)
                ]
            case "gates":
                self.s_t = randoms(len(self.s_t))
                self.inverses = [self.inverse(unequal) for unequal in self.compiled.inequalities]
            case "products":
                self.delta = randoms(len(self.delta))

    def answer(self, tag, challenges):
        """The response of the message in a tag."""
        nonces = _by_place(self.provers[tag.k], self.blindings[tag.k].m_tilde, len(self.messages[tag.k]))
        return weighed(nonces, tag.parts) + challenges[tag.k] * weighed(self.messages[tag.k], tag.parts)


@pytest.mark.parametrize("kind", POINTS)
def test_attack_52_no_point_is_chosen_after_the_challenges(challenge, kind):
    late = type("Late", (Late,), {"kind": kind})
    assert challenge.compiled.forms[0].parts[0][1] == place_of(P.earlier, "dose")  # in no gate and no inequality
    with unheard(points=kind):
        forged = forger(challenge, late).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forger(challenge, late).present())


def test_attack_2_a_pseudonym_chosen_after_the_challenge_is_nobody_s(challenge):
    late = type("Late", (Late,), {"kind": "tags"})
    with unheard(points="tags"):
        forged = challenge.verify(forger(challenge, late).present())
        honest = challenge.verify(forger(challenge).present())
    assert forged.valid and honest.valid
    assert (forged.pseudonyms, forged.tokens) != (honest.pseudonyms, honest.tokens)


class Elsewhere(Forger):
    """The commitment to a value that equals its target, chosen late so that it holds another value.

    T = τ·G + s~·H is fixed; under c the value is (m^ − τ)/c.  The inequality's T = τ1·G + τ2·H is fixed too; x^ and w^
    are solved for.
    """

    def first(self, found):
        T = list(super().first(found))
        self.tau, self.tau_1, self.tau_2 = randoms(3)
        T[0] = commit(self.tau, self.nonces[0])
        T[1] = commit(self.tau_1, self.tau_2)
        return G1.stack(*T)

    def late(self, challenges):
        (c,) = challenges
        place = self.compiled.forms[0].parts[0][1]
        nonces = _by_place(self.provers[0], self.blindings[0].m_tilde, len(self.messages[0]))
        self.v = [c.inverse() * (nonces[place] + c * self.messages[0][place] - self.tau)]

    def answers(self, challenges):
        (c,) = challenges
        unequal = self.compiled.inequalities[0]
        x_hat = (self.tau_1 + c) * (self.v[0] - unequal.target).inverse()
        s_hat = self.nonces[0] + c * self.s[0]
        return concat(s_hat, x_hat, self.tau_2 - x_hat * self.s[0])


def test_attack_52_a_commitment_chosen_after_the_challenge_differs_from_everything():
    challenge = asked(policy_of(v.country.differs("FR")))
    with unheard(points="commitments"):
        forged = Elsewhere(challenge, P.later, LINK).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Elsewhere(challenge, P.later, LINK).present())


class LateSignature:
    """A BBS prover of false messages, who has T1 = u·(B − e·A) + v·A + w·D, and solves for Abar and Bbar afterwards."""

    without = frozenset({"Abar", "Bbar"})

    def __init__(self, setting, signature, true, false, hidden):
        self.setting, self.hidden, self.false = setting, hidden, false
        A, B = signature.A, setting.B(true)
        self.signed, self.A = B - signature.e * A, A
        self.u, self.v, self.w, self.r2, self.r3_tilde = randoms(5)
        self.m_tilde = Fr.random(len(hidden))
        self.D = self.r2 * setting.B(false)
        self.Abar = self.Bbar = G1.generator()
        self.T1 = self.u * self.signed + self.v * A + self.w * self.D
        self.T2 = self.r3_tilde * self.D + self.m_tilde @ setting.generators.H[hidden]

    def challenge(self, ph):
        return careless_challenge(self.setting, {n: getattr(self, n) for n in ("D", "T1", "T2")}, {}, ph, self.without)

    def finish(self, ph):
        c = self.challenge(ph)
        r = self.u / c
        m_hat = self.m_tilde + c * self.false[self.hidden]
        return Proof(
            r * self.A, r * self.signed, self.D, self.v / r, self.w, self.r3_tilde - c * self.r2.inverse(), m_hat, c
        )


def deaf_to_signatures():
    """The mutant whose challenge has neither Abar nor Bbar, in BBS or in the header."""
    real = protocol.header

    def header(challenge, settings, disclosed, firsts, points, T):
        return real(challenge, settings, disclosed, [(D, D, D) for _, _, D in firsts], points, T)

    def bbs_challenge(setting, disclosed, points, ph):
        named = dict(zip(("Abar", "Bbar", "D", "T1", "T2"), points, strict=True))
        return careless_challenge(setting, named, disclosed, ph, LateSignature.without)

    return mutants(mutant(protocol, header=header), mutant(bbs_proof, proof_challenge=bbs_challenge))


def test_attack_52_a_signature_chosen_after_the_challenge_signs_anything():
    challenge = asked(policy_of(v.dose >= 3))

    def forge():
        found = Forger(challenge, P.later, LINK)
        true, false = found.messages[0], found.messages[0].ints()
        false[place_of(P.later, "dose")] = 9
        begun = found.provers[0]
        late = LateSignature(found.settings[0], P.later.signature, true, Fr(false), begun.hidden)
        found.provers, found.messages, found.v = [late], [Fr(false)], [Fr(9)]
        found.blindings = [mock.Mock(m_tilde=late.m_tilde)]
        return found.present()

    with deaf_to_signatures():
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


# --- first messages outside the header: the relation says nothing -------------


def lie_commitments(found):
    found.v[0] = Fr(9)


def lie_links(found):
    found.link = Fr(5)


def lie_tags(found):
    found.tags = [Fr(5), Fr(6)]


def lie_products(found):
    found.p[0] = Fr(3)


def lie_inequalities(found):
    found.inverses[0] = Fr(0), Fr(7)


LIES = {
    "commitments": lie_commitments,
    "links": lie_links,
    "tags": lie_tags,
    "products": lie_products,
    "inequalities": lie_inequalities,
}


@pytest.mark.parametrize("kind", LIES)
def test_attack_1_no_first_message_is_chosen_after_the_challenges(challenge, kind):
    def forge():
        found = forger(challenge)
        LIES[kind](found)
        return found.present()

    with unheard(first=kind):
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


class TwoGates(Forger):
    """C_t opens to 1 for the range argument, and the products are made with t = 5/2, so that 2 counts as 5."""

    said = Fr(5) * Fr(2).inverse()

    def others(self):
        told, self.t = self.t, [self.said, Fr(0)]
        found, self.t = super().others(), told
        return found

    def product_blinding(self, i):
        return self.said * self.s[0] + self.delta[0] if i == 0 else super().product_blinding(i)


def test_attack_1_no_first_message_of_a_gate_is_chosen_after_the_challenge():
    challenge = asked(policy_of((v.dose >= 3) | (v.dose >= 9)))

    def forge():
        found = TwoGates(challenge, P.later, LINK, open_gates=[0])
        found.p[0] = Fr(5)
        found.delta[0] = found.delta[0] + Fr(3) * Fr(2).inverse() * found.s[0]
        return found.present()

    with unheard(first="gates"):
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())
