"""Blind issuance, honest and damaged: any split of messages can be signed and shown, no other bytes are a request."""


import pytest
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R, elements
from signatures.blind_issuer import API, OFFER, PK, setting_for
from signatures.naive_bbs import accepts_commitment
from signatures.sample_bbs import PH, SK, begin, disclosed

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Commitment,
    bbs,
    blind,
    commit,
    proof_verify,
    sign_blindly,
    verify,
)
from zkhealth.signatures.commitment import committed_bases

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
