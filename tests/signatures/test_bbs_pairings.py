"""Attacks 14, 16 and 53 on BBS proofs: identities, zeros, and pairings that are merged.

Each forgery first passes a careless verifier; then ours refuses it.
"""

import secrets
from dataclasses import replace

import pytest
from signatures.bbs_forger import BLINDING, FALSE, is_accepted
from signatures.naive_bbs import POINTS, accepts, challenge
from signatures.sample_bbs import (
    PH,
    SHOWN,
    begin,
    check,
    disclosed,
    sample_proof,
    setting_for,
)

from zkhealth.curve import G1, G2, pairing_product_is_one
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    Blinding,
    Proof,
    Signature,
    check_challenge,
    check_pairings,
    decode_public_key,
    pairing_terms,
    proof_verify,
)

# --- 14, 16: identities and zeros -----------------------------------------------------------------


def test_14_Abar_and_Bbar_are_the_identity():
    """The pairing holds, T1 = r1^·D, and anybody can speak of any messages."""
    setting = setting_for(4)
    forged = begin(SHOWN, setting, FALSE, Signature(G1.identity(), Fr(0))).finish(PH)
    nothing = replace(forged, Bbar=G1.identity())
    points = {"Abar": nothing.Abar, "Bbar": nothing.Bbar, "D": nothing.D, "T1": Fr(5) * nothing.D}
    begun = begin(SHOWN, setting, FALSE, Signature(G1.identity(), Fr(0)), BLINDING)
    points |= {"D": begun.D, "T1": Fr(5) * begun.D, "T2": begun.T2}
    c = challenge(setting, points, disclosed(FALSE), PH)
    nothing = Proof(
        G1.identity(),
        G1.identity(),
        begun.D,
        Fr(1),
        Fr(5),
        BLINDING.r3_tilde - c / BLINDING.r2,
        BLINDING.m_tilde + c * FALSE[[0, 2]],
        c,
    )
    assert accepts(setting, nothing, disclosed(FALSE), PH, without={"identity"})
    check_pairings([(setting.pk, nothing)])  # so this is only ever half of a verification
    for verifier in (proof_verify, check_challenge):
        with pytest.raises(VerificationError, match="identity"):
            verifier(setting, nothing, disclosed(FALSE), PH)
    with pytest.raises(DecodingError, match="identity"):
        Proof.decode(nothing.encode(), 2)


@pytest.mark.parametrize("name", POINTS[:3])
def test_14_any_identity_in_a_proof(name):
    with pytest.raises(VerificationError, match="identity"):
        check(replace(sample_proof(), **{name: G1.identity()}))


def test_14_the_identity_as_signature_or_key():
    with pytest.raises(DecodingError, match="zero"):
        Signature.decode(G1.identity().encode() + bytes(31) + b"\1")
    with pytest.raises(DecodingError, match="zero"):
        Signature.decode(G1.generator().encode() + bytes(32))
    with pytest.raises(DecodingError, match="identity"):
        decode_public_key(G2.identity().encode())
    assert pairing_product_is_one([(G1.generator(), G2.identity())])  # everything verifies under that key


def test_16_all_zeros():
    setting = setting_for(4)
    zeros = Proof(*[G1.generator()] * 3, Fr(0), Fr(0), Fr(0), Fr([0, 0]), Fr(0))
    assert accepts(setting, zeros, disclosed(FALSE), PH, without={"challenge", "pairing"})
    assert not is_accepted(zeros, disclosed(FALSE))
    with pytest.raises(DecodingError):
        Proof.decode(bytes(len(zeros.encode())), 2)
    with pytest.raises(DecodingError, match="zero"):
        Proof.decode(zeros.encode(), 2)


def test_16_a_challenge_of_zero():
    """Under c = 0 every transcript fits, from an honest Abar and Bbar; c must be the hash."""
    setting = setting_for(4)
    forged = replace(sample_proof(), challenge=Fr(0))
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"challenge"})
    assert not is_accepted(forged, disclosed(FALSE))


def test_16_a_proof_without_a_signature():
    """Everything but the pairing holds."""
    setting = setting_for(4)
    forged = begin(SHOWN, setting, FALSE, Signature(G1.generator(), Fr(7))).finish(PH)
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"pairing"})
    check_challenge(setting, forged, disclosed(FALSE), PH)
    with pytest.raises(VerificationError, match="signature"):
        proof_verify(setting, forged, disclosed(FALSE), PH)


# --- 53: merged pairings -----------------------------------------------------------------------------------


def without_a_signature(weights):
    """Two proofs that no signature stands behind: Abar_1 = Z/w_1 and Abar_2 = −Z/w_2 cancel, and so do the Bbar.

    w_1·Bbar_1 + w_2·Bbar_2 = w_1·r1·D_1 + w_2·r1′·D_2 − (e_1 − e_2)·Z.
    """
    setting, (w1, w2), (e1, e2) = setting_for(4), weights, (Fr(9), Fr(5))
    blindings = [Blinding.of(Fr.random(7)) for _ in range(2)]
    targets = [FALSE, Fr([1, 2, 3, 4])]
    D1, D2 = (b.r2 * setting.B(m) for b, m in zip(blindings, targets, strict=True))
    Z = (e1 - e2).inverse() * (w1 * blindings[0].r1 * D1 + w2 * blindings[1].r1 * D2)
    proofs = []
    for blinding, m, e, Abar in zip(blindings, targets, (e1, e2), (w1.inverse() * Z, -(w2.inverse() * Z)), strict=True):
        fake = Signature((blinding.r1 * blinding.r2).inverse() * Abar, e)
        proofs.append(begin(SHOWN, setting, m, fake, blinding).finish(PH))
    return setting, targets, proofs


@pytest.mark.parametrize("weights", [Fr([1, 1]), Fr([3, 2**100])], ids=["equal", "foreseen"])
def test_53_two_proofs_that_cancel(weights):
    setting, targets, proofs = without_a_signature(weights)
    pairs = [(setting.pk, proof) for proof in proofs]
    for proof, m in zip(proofs, targets, strict=True):
        check_challenge(setting, proof, disclosed(m), PH)
        with pytest.raises(VerificationError):
            check_pairings([(setting.pk, proof)])
    assert pairing_product_is_one(pairing_terms(pairs, weights))  # the mutant: weights known before
    for many in (pairs, [*pairs, (setting.pk, sample_proof())], pairs * 2):
        with pytest.raises(VerificationError):
            check_pairings(many)


def test_53_the_weights_come_from_the_operating_system(monkeypatch):
    """And are drawn again for each verification."""
    drawn = []
    monkeypatch.setattr(secrets, "randbits", lambda n: drawn.append(n) or len(drawn))
    proofs = [(setting_for(4).pk, sample_proof())] * 3
    check_pairings(proofs)
    check_pairings(proofs)
    assert drawn == [128] * 6
