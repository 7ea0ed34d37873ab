"""Blind issuance: honest runs, damage, and attacks by their numbers in ATTACKS.md.

Each forgery first passes a careless issuer, then ours refuses it.
"""

import secrets
from dataclasses import replace

import pytest
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R, elements
from signatures.naive_bbs import accepts_commitment, commitment_challenge
from signatures.sample_bbs import PH, SK, begin, disclosed

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Commitment,
    Proof,
    Setting,
    Signature,
    bbs,
    blind,
    blind_setting,
    commit,
    generators,
    proof_verify,
    public_key,
    sign,
    sign_blindly,
    verify,
)
from zkhealth.signatures.commitment import committed_bases

API = b"zkhealth-tests-blind"
OFFER = b"an offer"
PK = public_key(SK)


def setting_for(n_signer, n_committed, suite=SHA_256):
    return blind_setting(suite, API, PK, b"header", n_signer=n_signer, n_committed=n_committed)


def careless_issuer(commitment, messages, n_committed):
    """Signs whatever comes."""
    return sign(setting_for(len(messages), n_committed), SK, messages, commitment.C)


def prove_representation(bases, scalars, context=OFFER):
    """An honest proof that C = Σ scalars·bases, over any bases the prover likes."""
    C = scalars @ bases
    tilde = Fr.random(len(scalars))
    c = commitment_challenge(SHA_256, API, bases, C, tilde @ bases, context)
    hat = tilde + c * scalars
    return Commitment(C, hat[0], hat[1:], c)


# --- honest runs --------------------------------------------------------------------------


@settings(max_examples=30 if NATIVE else 2)
@given(st.data())
def test_any_split_of_messages_can_be_signed_blindly_and_shown(data):
    suite = data.draw(st.sampled_from([SHA_256, SHAKE_256]))
    signer = Fr(data.draw(st.lists(elements, max_size=3)))
    committed = Fr(data.draw(st.lists(elements, max_size=3)))
    context = data.draw(st.none() | st.binary(max_size=5))
    setting = setting_for(len(signer), len(committed), suite)
    request, prover_blind = commit(suite, API, committed, context)
    again = Commitment.decode(request.encode(), len(committed))
    assert again.encode() == request.encode() and len(request.encode()) == 112 + 32 * len(committed)
    bases = committed_bases(suite, API, len(committed))
    assert request.C == concat(prover_blind, committed) @ bases
    assert accepts_commitment(suite, API, bases, again, context)

    signature = sign_blindly(setting, SK, signer, again, n_committed=len(committed), context=context)
    messages = concat(signer, prover_blind, committed)
    verify(setting, messages, signature)
    shown = data.draw(st.lists(st.integers(0, setting.n - 1), unique=True))
    proof = begin(shown, setting, messages, signature).finish(PH)
    proof_verify(setting, proof, disclosed(messages, shown), PH)


@pytest.mark.parametrize("suite", [SHA_256, SHAKE_256], ids=["SHA-256", "SHAKE-256"])
def test_the_interface_on_octets(suite):
    sk = bbs.key_gen(b"zkhealth test key material, of 32 bytes", suite=suite)
    pk = bbs.sk_to_pk(sk)
    mine, theirs = [b"link secret", b"another"], [b"a", b"b"]
    request, prover_blind = blind.commit(mine, suite=suite)
    signature = blind.blind_sign(sk, pk, request, b"h", theirs, n_committed=2, suite=suite)
    blind.verify_blind_sign(pk, signature, b"h", theirs, mine, prover_blind, suite=suite)
    proof = blind.blind_proof_gen(pk, signature, b"h", PH, theirs, mine, [0], [1], prover_blind, suite=suite)
    blind.blind_proof_verify(pk, proof, b"h", PH, 2, [b"a"], [b"another"], [0], [1], suite=suite)


def test_nothing_committed():
    pk = PK.encode()
    signature = blind.blind_sign(SK, pk, b"", b"h", [b"a"])
    blind.verify_blind_sign(pk, signature, b"h", [b"a"])
    proof = blind.blind_proof_gen(pk, signature, b"h", PH, [b"a"], [], [0])
    blind.blind_proof_verify(pk, proof, b"h", PH, 1, [b"a"], [], [0])
    with pytest.raises(VerificationError):
        bbs.verify(pk, signature, b"h", [b"a"])


def test_requests_are_unlike_each_other():
    one, two = commit(SHA_256, API, Fr([5])), commit(SHA_256, API, Fr([5]))
    assert one[0].C != two[0].C and one[1] != two[1]


# --- damage ----------------------------------------------------------------------------------


def test_damaged_requests_are_refused():
    request, _ = commit(SHA_256, API, Fr([5, 6]), OFFER)
    for what, data in damaged(request.encode(), stride=1 if NATIVE else 41):
        with pytest.raises((DecodingError, VerificationError)):
            Commitment.decode(data, 2).verify(SHA_256, API, 2, OFFER)
            pytest.fail(what)


@pytest.mark.parametrize("at", [48, 80, 112])
def test_9_scalars_of_a_request_are_reduced_and_not_zero(at):
    encoded = commit(SHA_256, API, Fr([5]))[0].encode()
    for value in (0, R, 2**256 - 1):
        with pytest.raises(DecodingError):
            Commitment.decode(encoded[:at] + value.to_bytes(32, "big") + encoded[at + 32 :], 1)


@given(st.binary(max_size=300))
def test_decoding_only_ever_raises_decoding_errors(data):
    with pytest.raises(DecodingError):
        Commitment.decode(data, 1)


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


# --- 63: blind requests --------------------------------------------------------------------------------


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


# --- what is signed --------------------------------------------------------------------------------------


def issued():
    pk, mine, theirs = PK.encode(), [b"link secret"], [b"a", b"b"]
    request, prover_blind = blind.commit(mine)
    return pk, blind.blind_sign(SK, pk, request, b"h", theirs, n_committed=1), theirs, mine, prover_blind


def test_a_signature_is_on_all_of_it():
    pk, signature, theirs, mine, prover_blind = issued()
    for header, messages, committed, s in (
        (b"g", theirs, mine, prover_blind),
        (b"h", theirs[::-1], mine, prover_blind),
        (b"h", theirs, [b"another"], prover_blind),
        (b"h", theirs, mine, prover_blind + Fr(1)),
        (b"h", theirs, mine, None),
        (b"h", [*theirs, *mine], [], prover_blind),
        (b"h", theirs[:1], [b"b", *mine], prover_blind),
    ):
        with pytest.raises(VerificationError):
            blind.verify_blind_sign(pk, signature, header, messages, committed, s)
        with pytest.raises(WitnessError):
            blind.blind_proof_gen(pk, signature, header, PH, messages, committed, [0], [], s)


def test_44_a_proof_is_about_these_messages_in_these_places():
    pk, signature, theirs, mine, prover_blind = issued()
    proof = blind.blind_proof_gen(pk, signature, b"h", PH, theirs, mine, [1], [0], prover_blind)
    blind.blind_proof_verify(pk, proof, b"h", PH, 2, [b"b"], mine, [1], [0])
    for args in (
        (b"h", PH, 2, [b"x"], mine, [1], [0]),
        (b"h", PH, 2, [b"b"], mine, [0], [0]),
        (b"h", PH, 2, [b"b"], [b"x"], [1], [0]),
        (b"h", PH, 3, [b"b"], mine, [1], [0]),
        (b"h", PH, 2, [b"b"], [], [1], []),
        (b"h", b"", 2, [b"b"], mine, [1], [0]),
        (b"g", PH, 2, [b"b"], mine, [1], [0]),
        (b"h", PH, 9, [b"b"], [], [1], []),
        (b"h", PH, 4, [b"b"], [], [1], []),
        (b"h", PH, 2, [], mine, [], [1]),
    ):
        with pytest.raises(VerificationError):
            blind.blind_proof_verify(pk, proof, *args)
    for args in (
        ([b"b"], mine, [2], [0]),
        ([b"b"], mine, [], [0]),
        ([b"b"], mine, [0, 1], []),
        ([b"b", b"a"], mine, [1, 0], [0]),
        ([b"b"], [], [-1], []),
        ([], [b"a", b"a"], [], [0, 0]),
    ):
        with pytest.raises(ValueError):
            blind.blind_proof_verify(pk, proof, b"h", PH, 2, *args)
    for data in (proof[:-1], proof + bytes(32), b"", bytes(1 << 18)):
        with pytest.raises((DecodingError, VerificationError)):
            blind.blind_proof_verify(pk, data, b"h", PH, 2, [b"b"], mine, [1], [0])


def test_6_a_blind_signature_is_no_plain_one():
    """And the other way round: the interfaces differ, so do all their generators."""
    pk, signature, theirs, mine, prover_blind = issued()
    api_id = SHA_256.id + b"BLIND_H2G_HM2S_"
    scalars = SHA_256.messages_to_scalars([*theirs, *mine], api_id)
    plain = blind_setting(SHA_256, SHA_256.id + b"H2G_HM2S_", PK, b"h", n_signer=2, n_committed=1)
    with pytest.raises(VerificationError):
        verify(plain, concat(scalars[:2], prover_blind, scalars[2]), Signature.decode(signature))
    with pytest.raises(VerificationError):
        bbs.verify(pk, signature, b"h", [*theirs, *mine])
    proof = blind.blind_proof_gen(pk, signature, b"h", PH, theirs, mine, [1], [], prover_blind)
    with pytest.raises(VerificationError):
        bbs.proof_verify(pk, proof, b"h", PH, [b"b"], [1])
    assert Proof.decode(proof, 3).encode() == proof


def test_the_prover_blind_can_never_be_disclosed():
    """Its place in the signed vector has no index."""
    pk, signature, theirs, mine, prover_blind = issued()
    with pytest.raises(ValueError, match="below 2"):
        blind.blind_proof_gen(pk, signature, b"h", PH, theirs, mine, [2], [], prover_blind)
    with pytest.raises(ValueError):
        blind.blind_proof_gen(pk, signature, b"h", PH, theirs, mine, [], [-1], prover_blind)
