"""Merged pairings, identities and zeros in presentations, and batches: attacks 14, 16, 25 to 27, 53, 54."""

import dataclasses
import itertools

import pytest
from credentials.cheating import Forger, accepts, believing_identities, mutant
from credentials.hospital import DOSE, answered, asked, people, policy_of, receive
from hypothesis import given, settings
from hypothesis import strategies as st

from zkhealth import verify_all
from zkhealth.credentials import Pseudonym, Wallet
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations import verify as verifying
from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.signatures import Blinding, Signature
from zkhealth.transcript import Transcript

P = people()
v, u = P.v, P.u
LINK = P.wallet._link


def self_made(**values):
    """A credential that nobody signed."""
    changed = {**P.later.values, **values}
    issued = dataclasses.replace(P.later.issued, values=changed, signature=Signature(G1.generator(), Fr(7)))
    return dataclasses.replace(P.later, issued=issued)


def signed_by(held, A, e):
    return dataclasses.replace(held, issued=dataclasses.replace(held.issued, signature=Signature(A, e)))


def cancelling(helds, hidden, weights):
    """Signatures and blindings with which the weighted pairings of two proofs cancel.

    Abar_1 = Z/w_1 and Abar_2 = −Z/w_2 for Z = (w_1·r1·D_1 + w_2·r1'·D_2)/(e_1 − e_2).
    """
    blindings, es = [Blinding.of(Fr.random(5 + hidden)) for _ in helds], (Fr(9), Fr(5))
    D = [b.r2 * h.setting.B(h.messages(LINK)) for b, h in zip(blindings, helds, strict=True)]
    w_1, w_2 = weights
    Z = (es[0] - es[1]).inverse() * (w_1 * blindings[0].r1 * D[0] + w_2 * blindings[1].r1 * D[1])
    A = [w_1.inverse() * Z, -(w_2.inverse() * Z)]
    made = [
        signed_by(h, (b.r1 * b.r2).inverse() * Abar, e) for h, b, Abar, e in zip(helds, blindings, A, es, strict=True)
    ]
    return made, blindings


class Foreseen(Transcript):
    """The mutant: weights that hear nothing of what is merged."""

    def absorb_bytes(self, data):
        pass


class Equal(Transcript):
    """The mutant: weights of 1."""

    def weights(self, n):
        return Fr([1] * n)


WEIGHTS = {"equal": Equal, "foreseen": Foreseen}


@pytest.mark.parametrize("kind", WEIGHTS.values(), ids=WEIGHTS)
def test_attack_53_two_credentials_without_a_signature_do_not_cancel(kind):
    challenge = asked(policy_of(v.dose >= 9, v.reveal("country"), u.dose <= 1, u.reveal("country"), may_be_same=True))
    weights = list(kind(verifying._TAG).weights(2))
    order = [wanted.name for wanted in challenge.policy.wanted]
    helds = [
        self_made(dose=(9,), country="DE") if name == "v" else self_made(dose=(0,), country="AT") for name in order
    ]
    made, blindings = cancelling(helds, helds[0].setting.n - 1, weights)
    forged = Forger(challenge, dict(zip(order, made, strict=True)), LINK, blindings=blindings).present()
    with mutant(verifying, Transcript=kind):
        assert challenge.verify(forged).revealed == {"v.country": "DE", "u.country": "AT"}
    assert not accepts(challenge, forged)


@pytest.mark.parametrize("kind", WEIGHTS.values(), ids=WEIGHTS)
def test_attack_53_two_presentations_of_a_batch_do_not_cancel(kind):
    challenge, held = asked(policy_of(v.dose >= 9)), self_made(dose=(9,))
    helds, blindings = cancelling([held, held], held.setting.n, list(kind(verifying._TAG).weights(2)))
    forged = [Forger(challenge, h, LINK, blindings=[b]).present() for h, b in zip(helds, blindings, strict=True)]
    batch = [(challenge, presentation) for presentation in forged]
    with mutant(verifying, Transcript=kind):
        assert all(verdict.valid for verdict in verify_all(batch))
        assert not accepts(challenge, forged[0])
    honest = [(challenge, answered(asked(policy_of(v.dose >= 1))))]
    for items in (batch, batch[::-1], batch * 2, [*batch, *honest]):
        assert not any(verdict.valid for verdict in verify_all(items))


def test_attack_25_the_weights_hear_every_byte_of_all_that_is_merged():
    challenge = asked(policy_of(v.dose >= 1))
    one, two = (protocol.Presentation.decode(answered(challenge).encode()) for _ in range(2))
    heard = []

    class Listening(Transcript):
        def weights(self, n):
            heard.append(super().weights(n).ints())
            return Fr(heard[-1])

    other = asked(policy_of(v.dose >= 1))
    with mutant(verifying, Transcript=Listening):
        for first, second in itertools.product([one, two], repeat=2):
            verifying._rest_holds(
                [verifying.Candidate(challenge, p.encode(), protocol.check(challenge, p)) for p in (first, second)]
            )
        deferred = protocol.check(challenge, one)
        for data in (one.encode() + b"\0", b"\0" + one.encode()):
            verifying._rest_holds([verifying.Candidate(challenge, data, deferred)] * 2)
        verifying._rest_holds([verifying.Candidate(other, one.encode(), deferred)] * 2)
    drawn = [weight for weights in heard for weight in weights]
    assert len(set(drawn)) == len(drawn) == 14
    assert max(drawn) < 2**128 and max(drawn) > 2**120


# --- 26, 27: a batch is the sum of its parts ------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    """Good ones and bad ones of every kind: first part, pairing, range argument, bytes, another's challenge."""
    challenges = [
        asked(policy_of(v.dose >= 1)),
        asked(policy_of(v.held())),
        asked(policy_of(v.dose >= 1, v.series >= 1)),
    ]
    good = [(c, answered(c).encode()) for c in challenges for _ in range(2)]
    unsigned = Forger(challenges[0], self_made(), LINK).present().encode()
    no_bits = Forger(challenges[0], P.later, LINK, digits=[7]).present().encode()
    bad = [(challenges[0], unsigned), (challenges[0], no_bits), (challenges[0], b"\x80"), (challenges[1], good[5][1])]
    bad += [(challenges[0], good[4][1]), (asked(challenges[0].policy), good[0][1])]
    return [(item, True) for item in good] + [(item, False) for item in bad]


def test_attack_26_one_bad_one_is_found_at_each_position(pool):
    good, bad = pool[0][0], [item for item, valid in pool if not valid]
    for item in bad:
        for at in range(4):
            items = [good] * at + [item] + [good] * (3 - at)
            assert [verdict.valid for verdict in verify_all(items)] == [i != at for i in range(4)]


@settings(max_examples=25)
@given(st.data())
def test_attack_26_a_batch_is_right_about_each_of_its_members(pool, data):
    chosen = data.draw(st.lists(st.integers(0, len(pool) - 1), max_size=9))
    verdicts = verify_all([pool[i][0] for i in chosen])
    assert [verdict.valid for verdict in verdicts] == [pool[i][1] for i in chosen]


def test_attack_27_the_challenges_of_two_presentations_swapped(pool):
    (one, a), (two, b) = pool[0][0], pool[2][0]
    assert all(verdict.valid for verdict in verify_all([(one, a), (two, b)]))
    assert not any(verdict.valid for verdict in verify_all([(one, b), (two, a)]))


# --- 14, 16, 54: identities and zeros ----------------------------------------------------------


def test_attack_14_an_identity_in_the_place_of_a_pseudonym():
    """Who has no link secret would be everybody."""
    wallet, challenge = Wallet(Fr(0)), asked(policy_of(v.held(), Pseudonym("a trial")))
    with believing_identities():
        held = receive(wallet, P.hospital, **DOSE)
        forged = Forger(challenge, held, Fr(0)).present()
        assert forged.points == G1.identity().encode()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


IDENTITIES = {
    "a closed gate": lambda found: found.s_t.__setitem__(1, Fr(0)),
    "a product of a closed gate": lambda found: found.delta.__setitem__(1, Fr(0)),
    "a commitment to nothing": lambda found: (found.v.__setitem__(0, Fr(0)), found.s.__setitem__(0, Fr(0))),
}


@pytest.mark.parametrize("spoil", IDENTITIES.values(), ids=IDENTITIES)
def test_attack_14_an_identity_in_the_place_of_a_commitment(spoil):
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "dose": 0})
    challenge = asked(policy_of(v.dose <= 1, (v.series >= 2) | (v.series >= 3)))

    def forge():
        found = Forger(challenge, held, wallet._link, open_gates=[0], digits=[1])
        spoil(found)
        return found.present()

    with believing_identities():
        forged = forge()
        assert G1.identity().encode() in forged.points
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


def test_attack_54_a_signature_of_identities():
    """A = O and r1 = 0 give Abar = Bbar = O, which every pairing believes."""
    held = signed_by(self_made(dose=(9,)), G1.identity(), Fr(3))
    challenge = asked(policy_of(v.dose >= 9))
    blinding = Blinding.of(concat(Fr(0), Fr.random(4 + held.setting.n)))
    with believing_identities():
        forged = Forger(challenge, held, LINK, blindings=[blinding]).present()
        assert forged.shown[0].proof[:96] == G1.identity().encode() * 2
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


def test_attack_16_a_challenge_that_is_no_hash_proves_nothing():
    challenge = asked(policy_of(v.country.differs("FR")))
    with mutant(protocol, check_challenge=lambda *_: None):
        forged = Forger(challenge, P.later, LINK).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


@pytest.mark.parametrize("part", ["proof", "points", "responses", "bits", "everything"])
def test_attack_16_zeros_and_infinities(part):
    challenge = asked(policy_of(v.dose >= 1))
    mine = answered(challenge)
    for fill in (bytes(48), G1.identity().encode(), b"\xff" * 48):
        blank = {n: (fill * len(getattr(mine, n)))[: len(getattr(mine, n))] for n in ("points", "responses", "bits")}
        shown = dataclasses.replace(mine.shown[0], proof=(fill * 20)[: len(mine.shown[0].proof)])
        blank["shown"] = (shown,)
        names = {"proof": ["shown"], "everything": [*blank]}.get(part, [part])
        assert not accepts(challenge, dataclasses.replace(mine, **{name: blank[name] for name in names}))
