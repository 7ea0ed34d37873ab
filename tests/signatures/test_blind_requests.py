"""Attack 63 on blind requests: a holder gets signed what the issuer means to sign, once asked for.

Each forgery first passes a careless issuer, then ours refuses it.
"""

from dataclasses import replace

import pytest
from signatures.blind_issuer import API, OFFER, PK, careless_issuer, prove_representation, setting_for
from signatures.naive_bbs import accepts_commitment
from signatures.sample_bbs import SK

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Commitment,
    Setting,
    blind,
    commit,
    generators,
    sign_blindly,
    verify,
)
from zkhealth.signatures.commitment import committed_bases


def test_63_an_issuer_s_generator_in_the_commitment():
    """C = s·Q2 + m·J + δ·H_1 turns the signer's 5 into 5 + δ, for an issuer who does not check."""
    setting, delta = setting_for(2, 1), Fr(10)
    bases, H1 = committed_bases(SHA_256, API, 1), setting.generators.H[:1]
    secret = Fr([77, 88])
    forged = prove_representation(G1.stack(bases, H1), concat(secret, delta))
    signature = careless_issuer(forged, Fr([5, 6]), n_committed=1)
    verify(setting, Fr([15, 6, 77, 88]), signature)

    for m_hat in (forged.m_hat, forged.m_hat[:1]):
        for n in (1, 2):
            with pytest.raises((VerificationError, ValueError)):
                sign_blindly(setting, SK, Fr([5, 6]), replace(forged, m_hat=m_hat), n_committed=n, context=OFFER)
    for n in (1, 2):
        with pytest.raises(VerificationError):
            forged.verify(SHA_256, API, n, OFFER)


def test_63_the_same_with_an_honest_looking_proof():
    """The proof of the honest part, C with δ·H_1 added: the challenge has C in it."""
    setting = setting_for(2, 1)
    honest, prover_blind = commit(SHA_256, API, Fr([88]), OFFER)
    forged = replace(honest, C=honest.C + Fr(10) * setting.generators.H[0])
    verify(setting, concat(Fr([15, 6]), prover_blind, Fr(88)), careless_issuer(forged, Fr([5, 6]), 1))
    with pytest.raises(VerificationError):
        sign_blindly(setting, SK, Fr([5, 6]), forged, n_committed=1, context=OFFER)


@pytest.mark.parametrize("n", [0, 2])
def test_63_one_committed_message_too_many_or_too_few(n):
    """An issuer who counts the messages in the request signs attributes of the holder's own."""
    request, prover_blind = commit(SHA_256, API, Fr(range(90, 90 + n)), OFFER)
    longer = setting_for(2, n)
    signature = sign_blindly(longer, SK, Fr([5, 6]), request, n_committed=n, context=OFFER)
    verify(longer, concat(Fr([5, 6]), prover_blind, Fr(range(90, 90 + n))), signature)

    with pytest.raises(VerificationError, match="1 messages"):
        sign_blindly(setting_for(2, 1), SK, Fr([5, 6]), request, n_committed=1, context=OFFER)
    with pytest.raises(VerificationError, match="1 messages"):
        request.verify(SHA_256, API, 1, OFFER)
    with pytest.raises(DecodingError):
        Commitment.decode(request.encode(), 1)
    octets, _ = blind.commit([b"x"] * n)
    with pytest.raises(DecodingError):
        blind.blind_sign(SK, PK.encode(), octets, b"h", [b"a"], n_committed=1)


def test_63_responses_that_are_no_vector():
    request, _ = commit(SHA_256, API, Fr([5]))
    with pytest.raises(VerificationError):
        replace(request, m_hat=request.m_hat[0]).verify(SHA_256, API, 1)


@pytest.mark.parametrize("n", [0, 2])
def test_63_a_setting_for_another_number(n):
    request, _ = commit(SHA_256, API, Fr([5]), OFFER)
    with pytest.raises(ValueError):
        sign_blindly(setting_for(2, n), SK, Fr([5, 6]), request, n_committed=1, context=OFFER)


def test_63_a_setting_that_is_not_for_blind_signatures():
    """The committed bases would be the issuer's own generators: anything could be signed."""
    request, _ = commit(SHA_256, API, Fr([5]), OFFER)
    plain = Setting(SHA_256, API, generators(SHA_256, API, 4), PK, b"header")
    with pytest.raises(ValueError, match="blind"):
        sign_blindly(plain, SK, Fr([5, 6]), request, n_committed=1, context=OFFER)


def test_63_a_request_replayed_under_another_offer():
    bases = committed_bases(SHA_256, API, 1)
    request, _ = commit(SHA_256, API, Fr([5]))
    request.verify(SHA_256, API, 1)  # the draft binds nothing: whoever saw C can send it again
    careless, _ = commit(SHA_256, API, Fr([5]), None)
    assert accepts_commitment(SHA_256, API, bases, careless, b"another offer", without={"context"})

    bound, _ = commit(SHA_256, API, Fr([5]), OFFER)
    bound.verify(SHA_256, API, 1, OFFER)
    for context in (b"another offer", b"", None, OFFER + b"\0"):
        with pytest.raises(VerificationError):
            bound.verify(SHA_256, API, 1, context)
    with pytest.raises(VerificationError):
        request.verify(SHA_256, API, 1, b"")
    for suite, api_id in ((SHAKE_256, API), (SHA_256, b"another")):
        with pytest.raises(VerificationError):
            bound.verify(suite, api_id, 1, OFFER)


def test_63_no_commitment_where_one_is_expected():
    with pytest.raises(ValueError, match="1 messages"):
        sign_blindly(setting_for(2, 1), SK, Fr([5, 6]), None, n_committed=1)
    with pytest.raises(ValueError, match="1 messages"):
        blind.blind_sign(SK, PK.encode(), b"", b"h", [b"a"], n_committed=1)
