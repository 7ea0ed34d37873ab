"""Attacks 1, 14, 16 and 28 on the commitment of a blind request and its proof.

Each forgery first passes a careless issuer, then ours refuses it.
"""

import secrets
from dataclasses import replace

import pytest
from signatures.blind_issuer import API, OFFER, prove_representation, setting_for
from signatures.naive_bbs import accepts_commitment, commitment_challenge
from signatures.sample_bbs import SK

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Commitment,
    commit,
    sign,
)
from zkhealth.signatures.commitment import committed_bases

# --- 1, 14, 16: the proof of a request -----------------------------------------------------------


def forged_request(without, n=1):
    """C or Cbar is chosen after the challenge."""
    bases = committed_bases(SHA_256, API, n)
    C, Cbar = Fr(3) * G1.generator(), Fr(4) * G1.generator()
    c = commitment_challenge(SHA_256, API, bases, C, Cbar, OFFER, without)
    hat = Fr(range(7, 8 + n))
    if "C" in without:
        C = c.inverse() * (hat @ bases - Cbar)
    return Commitment(C, hat[0], hat[1:], c)


@pytest.mark.parametrize("last", ["C", "Cbar"])
def test_1_nothing_can_be_chosen_after_the_challenge(last):
    forged = forged_request({last})
    bases = committed_bases(SHA_256, API, 1)
    assert accepts_commitment(SHA_256, API, bases, forged, OFFER, without={last})
    with pytest.raises(VerificationError):
        forged.verify(SHA_256, API, 1, OFFER)


@pytest.mark.parametrize("name", ["C", "s_hat", "m_hat", "challenge"])
def test_no_part_can_be_replaced(name):
    (one, _), (two, _) = (commit(SHA_256, API, Fr([5])) for _ in range(2))
    one.verify(SHA_256, API, 1)
    with pytest.raises(VerificationError):
        replace(one, **{name: getattr(two, name)}).verify(SHA_256, API, 1)


def test_14_the_identity_as_commitment():
    """It would leave the holder without a secret; a proof for zeros is easy."""
    bases = committed_bases(SHA_256, API, 1)
    empty = prove_representation(bases, Fr([0, 0]))
    assert empty.C.has_identity() and accepts_commitment(SHA_256, API, bases, empty, OFFER)
    with pytest.raises(VerificationError):
        empty.verify(SHA_256, API, 1, OFFER)
    with pytest.raises(DecodingError, match="identity"):
        Commitment.decode(empty.encode(), 1)


def test_14_a_commitment_that_cancels_everything():
    """Sign B = identity and A is no signature; only without a proof could C be so."""
    setting, messages = setting_for(1, 1), Fr([5])
    C = -setting.B(Fr([5, 0, 0]))
    with pytest.raises(VerificationError, match="cancels"):
        sign(setting, SK, messages, C)


def test_16_all_zeros():
    zeros = Commitment(G1.generator(), Fr(0), Fr([0]), Fr(0))
    assert accepts_commitment(SHA_256, API, committed_bases(SHA_256, API, 1), zeros, without={"challenge"})
    with pytest.raises(VerificationError):
        zeros.verify(SHA_256, API, 1)
    with pytest.raises(DecodingError):
        Commitment.decode(bytes(144), 1)
    with pytest.raises(DecodingError, match="zero"):
        Commitment.decode(zeros.encode(), 1)


# --- 28: nonces --------------------------------------------------------------------------------------


class PlainNonces:
    def __init__(self, label, statement, witness):
        pass

    def vector(self, n):
        return Fr.reduce(secrets.token_bytes(48 * n), n)


def extracted(one, two):
    by = (one.challenge - two.challenge).inverse() if one.challenge != two.challenge else Fr(0)
    return {int((a - b) * by) for a in one.m_hat for b in two.m_hat}


@pytest.mark.parametrize(
    "other", [(SHA_256, API, b"tuesday"), (SHA_256, b"another", b"monday"), (SHAKE_256, API, b"monday")]
)
def test_28_a_constant_generator_gives_no_committed_message_away(other, monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\7" * n)

    def requests():
        one, blind_1 = commit(SHA_256, API, Fr([55]), b"monday")
        two, blind_2 = commit(*other[:2], Fr([55]), other[2])
        return one, two, blind_1 != blind_2

    one, two, different = requests()
    assert different and 55 not in extracted(one, two)
    with monkeypatch.context() as broken:
        broken.setattr("zkhealth.signatures.commitment.Nonces", PlainNonces)
        one, two, different = requests()
        assert not different and 55 in extracted(one, two)


def test_28_other_messages_have_another_prover_blind(monkeypatch):
    """With the same one, the difference of two commitments could be searched for its messages."""
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\7" * n)
    blinds = [commit(SHA_256, API, Fr([m]), OFFER)[1] for m in (55, 56)]
    assert blinds[0] != blinds[1]
