"""Attack 63: a holder gets signed what was offered, on a commitment in the holder's own generators, once asked.

Each request first passes an issuer that looks at one thing less.
"""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import believing_identities, mutant
from credentials.hospital import DOSE, people, receive

from zkhealth import sigma
from zkhealth.credentials.issuing import exchange, issuer
from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Request, make_offer, make_request
from zkhealth.credentials.issuing.interface import blind_bases, generators
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.credentials.schemas.sample import Vaccination
from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.signatures import verify

HOSPITAL = people().hospital
SLOTS = Vaccination.spec.slots
REFUSED = (DecodingError, VerificationError)
WITHOUT_PROOF = mock.patch.object(Request, "check", lambda self, offer: None)


@pytest.fixture
def wallet():
    return Wallet.create()


def good(wallet, issued, slot=0, by=0):
    """Whether the signature is good for this holder, with a number added in one slot."""
    offer, blind, share = wallet._pending[issued.nonce]
    credential = Credential(offer.issuer, issued, blind, share)
    messages = credential.messages(wallet._link).ints()
    messages[slot] += by
    try:
        verify(credential.setting, Fr(messages), credential.signature)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("slot", range(1 + len(SLOTS)), ids=["handle", *SLOTS])
def test_attack_63_a_generator_of_the_issuer_in_the_commitment(wallet, slot):
    """C + 7·H_i would turn a signed 2 into a signed 9."""
    request = wallet.request(HOSPITAL.offer())
    moved = dataclasses.replace(request, C=request.C + Fr(7) * generators(Vaccination.spec).H[slot])
    with WITHOUT_PROOF:
        issued = HOSPITAL.issue(moved, **DOSE)
    assert good(wallet, issued, slot, 7) and not good(wallet, issued)
    with pytest.raises(VerificationError):
        HOSPITAL.issue(moved, **DOSE)
    assert good(wallet, HOSPITAL.issue(request, **DOSE))


def test_attack_63_one_message_too_many_with_a_proof_of_its_own(wallet):
    """The mutant takes a proof over as many generators as the holder likes."""
    offer, dose = HOSPITAL.offer(), 1 + SLOTS.index("dose")
    wallet.request(offer)
    _, blind, share = wallet._pending[offer.nonce]
    longer = G1.stack(blind_bases(Vaccination.spec), generators(Vaccination.spec).H[dose])
    secrets = concat(blind, wallet._link, share, Fr(7))
    C, names = secrets @ longer, ("blind", "link", "share", "more")

    def opens(offer, C):
        terms = [sigma.Secret(name) * sigma.Element(base) for name, base in zip(names, longer, strict=True)]
        return sigma.Relation(sigma.Element(C) == terms[0] + terms[1] + terms[2] + terms[3])

    witness = {sigma.Secret(name): value for name, value in zip(names, secrets, strict=True)}
    proof = sigma.prove(opens(offer, C), witness, exchange._session(offer))
    forged = Request(offer.nonce, offer.mark, C, proof)
    with mutant(exchange, _opens=opens):
        issued = HOSPITAL.issue(forged, **DOSE)
    assert good(wallet, issued, dose, 7)
    for cut in (proof, proof[:-32], proof[32:]):
        with pytest.raises(REFUSED):
            HOSPITAL.issue(dataclasses.replace(forged, proof=cut), **DOSE)


def test_attack_63_a_request_replayed_under_another_offer(wallet):
    """Whoever saw a request could have it signed again, with other values, for its holder."""
    offer = HOSPITAL.offer()
    with mutant(exchange, _session=lambda offer: b"any"):
        request = wallet.request(HOSPITAL.offer())
        HOSPITAL.issue(dataclasses.replace(request, nonce=offer.nonce, mark=offer.mark), **DOSE)
    request = wallet.request(HOSPITAL.offer())
    with pytest.raises(VerificationError):
        HOSPITAL.issue(dataclasses.replace(request, nonce=offer.nonce, mark=offer.mark), **DOSE)
    HOSPITAL.issue(request, **DOSE)


@pytest.mark.parametrize("part", ["nonce", "mark"])
def test_attack_63_half_of_another_offer(wallet, part):
    request = dataclasses.replace(wallet.request(HOSPITAL.offer()), **{part: getattr(HOSPITAL.offer(), part)})
    with pytest.raises(VerificationError, match="does not answer an offer"):
        HOSPITAL.issue(request, **DOSE)


def test_attack_63_an_offer_that_the_issuer_never_made(wallet):
    """The mutant does not look at the mark."""
    forged = make_offer(HOSPITAL.public, bytes(32), bytes(32))
    request = wallet.request(forged)
    with mutant(issuer, secrets=mock.Mock(compare_digest=lambda a, b: True)), WITHOUT_PROOF:
        HOSPITAL.issue(request, **DOSE)
    with pytest.raises(VerificationError, match="does not answer an offer"):
        HOSPITAL.issue(request, **DOSE)


def test_attack_63_the_mark_depends_on_the_issuer_s_key_and_description():
    nonce = bytes(32)
    issuers = [HOSPITAL, HOSPITAL.rotated(), people().lab, Issuer(HOSPITAL.name + "s", HOSPITAL.spec, HOSPITAL.sk)]
    marks = {make_offer(i.public, nonce, i._marking).mark for i in issuers}
    marks.add(make_offer(HOSPITAL.public, bytes(31) + b"\1", HOSPITAL._marking).mark)
    assert len(marks) == 5
    assert len({i._marking for i in issuers}) == 3  # one for each secret key: nobody else can make a mark
    assert HOSPITAL._marking != HOSPITAL.sk.encode() and len(HOSPITAL._marking) == 32


def test_attack_63_a_request_to_another_issuer(wallet):
    request = wallet.request(HOSPITAL.offer())
    with pytest.raises(VerificationError):
        Issuer.generate(Vaccination, name=HOSPITAL.name).issue(request, **DOSE)


def test_attack_63_a_commitment_to_nothing():
    """Its holder would have no secret: everybody could show the credential."""
    offer = HOSPITAL.offer()
    with believing_identities():
        empty = make_request(offer, Fr(0), Fr(0), Fr(0))
        assert empty.C == G1.identity()
        HOSPITAL.issue(empty, **DOSE)
    with pytest.raises(REFUSED):
        HOSPITAL.issue(empty, **DOSE)
    with pytest.raises(REFUSED):
        Request.decode(empty.encode()).check(offer)


def test_attack_63_somebody_else_s_commitment(wallet):
    """With another proof than the one that was made for it."""
    offer = HOSPITAL.offer()
    mine, theirs = wallet.request(offer), Wallet.create().request(offer)
    with pytest.raises(VerificationError):
        HOSPITAL.issue(dataclasses.replace(mine, C=theirs.C), **DOSE)
    with pytest.raises(VerificationError):
        HOSPITAL.issue(dataclasses.replace(mine, proof=theirs.proof), **DOSE)


def test_a_request_sent_twice_is_signed_for_the_same_holder(wallet):
    request = wallet.request(HOSPITAL.offer())
    one, two = HOSPITAL.issue(request, **DOSE), HOSPITAL.issue(request, **{**DOSE, "dose": 3})
    assert one.handle != two.handle
    assert good(wallet, one) and good(wallet, two)


def test_what_a_wallet_commits_to_is_fresh_and_hides_its_link_secret(wallet):
    offers = [HOSPITAL.offer() for _ in range(2)]
    one, two = (wallet.request(offer) for offer in offers)
    assert one.C != two.C
    pending = list(wallet._pending.values())
    drawn = [int(x) for _, blind, share in pending for x in (blind, share)]
    assert len({0, *drawn}) == 5
    for (offer, blind, share), request in zip(pending, (one, two), strict=True):
        assert request.C == concat(blind, wallet._link, share) @ blind_bases(offer.issuer.spec)


def test_receive_gives_a_good_credential(wallet):
    receive(wallet, HOSPITAL, **DOSE).check(wallet._link)
    with pytest.raises(VerificationError):
        wallet.credentials[0].check(wallet._link + Fr(1))
