"""From offer to wallet: nobody gets more signed than was offered, and no secret is ever shown."""

import dataclasses

import pytest
from credentials.hospital import DOSE, people, policy_of, receive

from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import MAX_KEYS
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.credentials.schemas.sample import Vaccination
from zkhealth.encoding import keystore
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr

PHRASE = "correct horse battery staple"
REFUSED = (DecodingError, VerificationError)


@pytest.fixture(scope="module")
def issuer():
    return Issuer.generate(Vaccination, name="https://hospital.example")


@pytest.fixture
def wallet():
    return Wallet.create()


@pytest.fixture
def cheap(monkeypatch):
    monkeypatch.setattr(keystore, "_ROUNDS", 1000)


def test_a_credential_says_what_was_issued(issuer, wallet):
    assert receive(wallet, issuer, **DOSE).show() == DOSE


def test_everything_may_travel_as_bytes(issuer, wallet):
    request = wallet.request(issuer.offer().encode()).encode()
    assert wallet.add(issuer.issue(request, **DOSE).encode()).show() == DOSE


def test_two_credentials_of_the_same_values_differ(issuer, wallet):
    one, other = receive(wallet, issuer, **DOSE), receive(wallet, issuer, **DOSE)
    assert one.issued.handle != other.issued.handle


@pytest.mark.parametrize("changed", [{"dose": 16}, {"dose": -3}, {"dose": True}, {"given": "2026-09"}, {"more": 1}])
def test_an_issuer_signs_nothing_outside_its_schema(issuer, wallet, changed):
    with pytest.raises((TypeError, ValueError)):
        issuer.issue(wallet.request(issuer.offer()), **{**DOSE, **changed})


# --- what a wallet refuses ----------------------------------------------------

CHANGES = [{"dose": (3,)}, {"birth": (0, 30)}, {"country": "DE"}, {"given": (0,)}, {"dose": None}, {"dose": (16,)}]


@pytest.mark.parametrize("changed", [*CHANGES, {"more": "x"}])
def test_a_changed_value_is_refused_and_the_request_stays_open(issuer, wallet, changed):
    issued = issuer.issue(wallet.request(issuer.offer()), **DOSE)
    with pytest.raises(REFUSED):
        wallet.add(dataclasses.replace(issued, values={**issued.values, **changed}))
    assert wallet.add(issued).show() == DOSE


def test_a_changed_handle_is_refused(issuer, wallet):
    issued = issuer.issue(wallet.request(issuer.offer()), **DOSE)
    with pytest.raises(VerificationError):
        wallet.add(dataclasses.replace(issued, handle=Fr(1)))


def test_a_key_that_was_not_offered_is_refused(issuer, wallet):
    issued = issuer.issue(wallet.request(issuer.offer()), **DOSE)
    with pytest.raises(DecodingError):
        wallet.add(dataclasses.replace(issued, key=people().lab.public.keys[0]))


def test_a_credential_is_of_no_use_to_another_wallet(issuer, wallet):
    with pytest.raises(WitnessError):
        Wallet.create().add(issuer.issue(wallet.request(issuer.offer()), **DOSE))


def test_a_credential_is_added_once(issuer, wallet):
    issued = issuer.issue(wallet.request(issuer.offer()), **DOSE)
    wallet.add(issued)
    with pytest.raises(WitnessError):
        wallet.add(issued)


def test_a_removed_credential_is_gone(issuer, wallet):
    wallet.remove(receive(wallet, issuer, **DOSE))
    assert wallet.credentials == ()


# --- keys ---------------------------------------------------------------------


def test_after_rotation_old_credentials_are_good_and_after_retiring_not(wallet):
    old = Issuer.generate(Vaccination, name="https://old.example")
    receive(wallet, old, **DOSE)
    new = old.rotated()
    policy = policy_of(people().v.held())
    ask = [type(policy)("a", people().v.held(), issuers=[i.public]) for i in (new, new.retired(old.public.keys[0]))]
    challenge = ask[0].challenge("https://a.example", "2026-11-23")
    assert challenge.verify(wallet.plan(challenge).prove()).valid
    with pytest.raises(WitnessError):
        wallet.plan(ask[1].challenge("https://a.example", "2026-11-23"))


def test_the_newest_key_signs(issuer, wallet):
    new = issuer.rotated()
    assert receive(wallet, new, **DOSE).issued.key == new.public.keys[0] != issuer.public.keys[0]


def test_an_offer_under_the_old_key_ends_with_it(issuer, wallet):
    with pytest.raises(VerificationError):
        issuer.rotated().issue(wallet.request(issuer.offer()), **DOSE)


def test_the_present_key_cannot_be_retired(issuer):
    with pytest.raises(ValueError, match="older keys"):
        issuer.retired(issuer.public.keys[0])


def test_keys_do_not_pile_up(issuer):
    for _ in range(MAX_KEYS - 1):
        issuer = issuer.rotated()
    with pytest.raises(ValueError, match="retire one"):
        issuer.rotated()


# --- files and reprs ----------------------------------------------------------


@pytest.mark.parametrize("cls", [Issuer, Wallet])
def test_what_is_saved_is_encrypted_and_comes_back(cls, tmp_path, cheap):
    held = people().hospital if cls is Issuer else people().wallet
    held.save(tmp_path / "held", PHRASE)
    assert cls.load(tmp_path / "held", PHRASE).encode() == held.encode()
    assert held.encode()[20:60] not in (tmp_path / "held").read_bytes()


@pytest.mark.parametrize("cls", [Issuer, Wallet])
def test_a_wrong_passphrase_is_refused(cls, tmp_path, cheap):
    (people().hospital if cls is Issuer else people().wallet).save(tmp_path / "held", PHRASE)
    with pytest.raises(VerificationError):
        cls.load(tmp_path / "held", PHRASE + "r")


def test_no_secret_is_in_a_repr(issuer, wallet):
    credential = receive(wallet, issuer, **DOSE)
    shown = "".join(map(repr, (issuer, wallet, credential, credential.issued)))
    secrets = [issuer.sk, wallet._link, credential.blind, credential.share, credential.issued.handle]
    hidden = [form for s in secrets for form in (s.encode().hex(), str(int.from_bytes(s.encode(), "big")))]
    assert not [text for text in [*hidden, "1990", "cvx", "208", "'FR'"] if text in shown]
