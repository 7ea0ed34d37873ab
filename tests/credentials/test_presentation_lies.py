"""A fact is about the very value that was signed, in the place that the policy names: attacks 24, 43 to 46, 49, 60.

Each lie first passes a verifier with one thing missing, then fails with ours.
"""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import Forger, accepts, mutant, mutants, span, unchecked
from credentials.hospital import DOSE, answered, asked, people, policy_of, receive

from zkhealth.credentials import Issuer, Policy, Wallet
from zkhealth.credentials.policies.policy import Policy as PolicyClass
from zkhealth.credentials.presentations import compiled as compiling
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.credentials.presentations.relations import Other, Shape
from zkhealth.credentials.schemas.sample import Vaccination
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat

P = people()
v, u = P.v, P.u
LINK = P.wallet._link


# --- 24, 43: not the signed value -----------------------------------------------


def lying(challenge, value=9):
    found = Forger(challenge, P.later, LINK)
    found.v = [Fr(value)]
    return found.present()


def test_attack_24_a_commitment_that_nothing_ties_to_the_credential():
    challenge = asked(policy_of(v.dose >= 3))
    with unchecked("commitments"):
        forged = lying(challenge)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, lying(challenge))


class WithCopies(Forger):
    """Answers for the value in each commitment with a response of its own."""

    def _choose(self, links, open_gates):
        super()._choose(links, open_gates)
        self.copies = [Fr(9) for _ in self.v]
        self.v = list(self.copies)

    def others(self):
        return concat(super().others(), *self.copies)


def with_copies():
    """The mutant: each commitment has its own copy of the message's response, at the end of the others."""
    real, counted = protocol.relations, Shape.n_secrets.fget

    def relations(compiled, points):
        found = real(compiled, points)
        for n, i in enumerate(span(compiled, "commitments")):
            copy = Other(counted(Shape.of(compiled)) + n)
            found[i] = dataclasses.replace(found[i], secrets=(copy, *found[i].secrets[1:]))
        return found

    longer = property(lambda self: counted(self) + self.n_commitments)
    return mutants(mutant(protocol, relations=relations), mock.patch.object(Shape, "n_secrets", longer))


def test_attack_43_a_predicate_with_its_own_copy_of_the_response():
    challenge = asked(policy_of(v.dose >= 3))
    with with_copies():
        forged = WithCopies(challenge, P.later, LINK).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, dataclasses.replace(forged, responses=forged.responses[:-32]))
    assert not accepts(challenge, lying(challenge))


# --- 44, 45, 46: another value, another place, another credential ----------------------


def test_attack_44_a_shown_value_cannot_be_changed():
    challenge = asked(policy_of(v.reveal("country", "birth")))
    mine = answered(challenge)
    assert challenge.verify(mine).revealed == {"v.country": "FR", "v.birth": "1990-04"}
    for values in (("DE", mine.shown[0].values[1]), ("FR", (0, 0)), mine.shown[0].values[::-1], ("FR",), ("FR", None)):
        forged = dataclasses.replace(mine, shown=(dataclasses.replace(mine.shown[0], values=values),))
        assert not accepts(challenge, forged)
    (shown,) = mine.shown
    forged = dataclasses.replace(mine, shown=(dataclasses.replace(shown, values=("DE", shown.values[1])),))
    with mutant(protocol, check_challenge=lambda *_: None):
        assert challenge.verify(forged).revealed["v.country"] == "DE"


def test_attack_44_what_is_shown_is_signed_in_its_place_and_no_other():
    """The mutant puts what is shown where the country is; it says DE of the vaccine."""
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "vaccine": "DE"})
    challenge = asked(policy_of(v.reveal("country")))
    shown = {"country": "DE"}
    lie = dataclasses.replace(held, issued=dataclasses.replace(held.issued, values={**held.values, **shown}))
    place = protocol.place

    def forge():
        found = Forger(challenge, held, wallet._link)
        found.shown, found.disclosed = [["DE"]], [{i: found.messages[0][i] for i in found.disclosed[0]}]
        return found.present()

    with mutant(protocol, place=lambda ref, part=0: place(dataclasses.replace(ref, name="vaccine"), part)):
        forged = forge()
        assert challenge.verify(forged).revealed == {"v.country": "DE"}
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, lie, wallet._link).present())


@pytest.mark.parametrize("k", [0, 1])
def test_attack_44_what_is_shown_of_every_credential_is_checked(k):
    """The mutant checks the challenge of all credentials but one."""
    challenge = asked(policy_of(v.reveal("country"), u.reveal("country")))
    (place,) = protocol.disclosed_scalars(protocol.disclosed_refs(challenge.policy, k), ["DE"])
    lie = Vaccination.spec.fields["country"].scalars("DE")[0]
    real = protocol.check_challenge

    def forge():
        found = Forger(challenge, {"v": P.later, "u": P.earlier}, LINK)
        found.shown[k], found.disclosed[k] = ["DE"], {place: lie}
        return found.present()

    def check_others(setting, proof, disclosed, ph):
        return None if disclosed[place] == lie else real(setting, proof, disclosed, ph)

    with mutant(protocol, check_challenge=check_others):
        forged = forge()
        assert sorted(challenge.verify(forged).revealed.values()) == ["DE", "FR"]
    assert not accepts(challenge, forged)


def test_attack_45_a_predicate_about_another_attribute():
    """The credential says: dose 1 of a series of 3."""
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "dose": 1, "series": 3})
    challenge = asked(policy_of(v.dose >= 3))
    place, confused = compiling.place, {"dose": "series", "series": "dose"}

    def misplaced(ref, part=0):
        return place(dataclasses.replace(ref, name=confused.get(ref.name, ref.name)), part)

    with mutant(compiling, place=misplaced):
        naive = dataclasses.replace(challenge)
        forged = Forger(naive, held, wallet._link).present()
        assert accepts(naive, forged)
    assert not accepts(challenge, forged)


@pytest.fixture(scope="module")
def mixed():
    """A holder of two doses: FR and dose 1, DE and dose 3."""
    wallet = Wallet.create()
    french = receive(wallet, P.hospital, **{**DOSE, "dose": 1})
    german = receive(wallet, P.hospital, **{**DOSE, "country": "DE", "dose": 3})
    return wallet, {"v": french, "u": german}


def test_attack_46_a_value_shown_of_one_credential_and_a_predicate_of_another(mixed):
    wallet, held = mixed
    challenge = asked(policy_of(v.reveal("country"), v.dose >= 3, u.held()))
    k = compiling._k
    with mutant(compiling, _k=lambda out, ref: 1 if ref.name == "dose" else k(out, ref)):
        naive = dataclasses.replace(challenge)
        forged = Forger(naive, held, wallet._link).present()
        assert challenge.compiled.forms[0].credentials != naive.compiled.forms[0].credentials
        assert naive.verify(forged).revealed == {"v.country": "FR"}
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, held, wallet._link, digits=[]).present())


# --- 49, 60: no issuer, and one credential for two ---------------------------------------


def test_attack_49_an_issuer_nobody_trusts():
    rogue, wallet = Issuer.generate(Vaccination, name="https://hospital.example"), Wallet.create()
    held = receive(wallet, rogue, **DOSE)
    challenge = asked(Policy("mine", v.held(), issuers=[P.hospital.public]))
    with pytest.raises(WitnessError, match="no credential"):
        wallet.plan(challenge)
    forged = prove(challenge, [Chosen(held, 0, 0)], wallet._link)
    with mock.patch.object(PolicyClass, "trusted", lambda self, wanted: (rogue.public,)):
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


def test_attack_49_the_number_of_an_issuer_or_key_is_one_of_the_trusted():
    challenge = asked(policy_of(v.held()))
    mine = answered(challenge)
    for change in ({"issuer": 1}, {"issuer": -1}, {"key": 1}, {"key": -1}, {"issuer": False}, {"key": False}):
        assert not accepts(challenge, dataclasses.replace(mine, shown=(dataclasses.replace(mine.shown[0], **change),)))


def test_attack_60_one_credential_is_not_two():
    challenge = asked(policy_of(v.given >= "2026-01-01", u.given >= "2026-01-01"))
    with pytest.raises(WitnessError):
        prove(challenge, [Chosen(P.later, 0, 0)] * 2, LINK)
    with mock.patch.object(PolicyClass, "distinct_pairs", lambda self: []):
        naive = dataclasses.replace(challenge)
        forged = prove(naive, [Chosen(P.later, 0, 0)] * 2, LINK)
        assert accepts(naive, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, P.later, LINK).present())
