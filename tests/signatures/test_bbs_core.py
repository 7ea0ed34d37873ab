"""Honest signatures and proofs, an independent verifier, and every kind of damage."""

import pickle

import pytest
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, R, elements
from signatures.naive_bbs import accepts
from signatures.py_ecc_bbs import SUITE, RefusedError, core_proof_verify
from signatures.sample_bbs import (
    API,
    MESSAGES,
    PH,
    SHOWN,
    SK,
    begin,
    check,
    disclosed,
    sample_proof,
    setting_for,
    signed,
)

from zkhealth.curve import G1, G2
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Blinding,
    Proof,
    Setting,
    Signature,
    bbs,
    check_pairings,
    decode_public_key,
    first_messages,
    generators,
    key_gen,
    pairing_terms,
    proof_verify,
    public_key,
    random_weights,
    sign,
    verify,
)
from zkhealth.signatures.suites import MAX_GENERATORS

KEY = b"zkhealth test key material, of 32 bytes"


def texts(n):
    return [b"message %d" % i for i in range(n)]


# --- honest runs ----------------------------------------------------------------------


@settings(max_examples=40 if NATIVE else 2)
@given(st.data())
def test_any_subset_of_any_messages_can_be_shown(data):
    messages = Fr(data.draw(st.lists(elements, max_size=6)))
    n = len(messages)
    suite = data.draw(st.sampled_from([SHA_256, SHAKE_256]))
    shown = data.draw(st.lists(st.integers(0, n - 1), unique=True)) if n else []
    setting = setting_for(n, suite)
    signature = sign(setting, SK, messages)
    verify(setting, messages, Signature.decode(signature.encode()))

    begun = begin(shown, setting, messages, signature)
    assert begun.hidden == [i for i in range(n) if i not in shown]
    proof = begun.finish(PH)
    assert first_messages(setting, proof, disclosed(messages, shown)) == (begun.T1, begun.T2)
    encoded = proof.encode()
    assert len(encoded) == 272 + 32 * len(begun.hidden)
    again = Proof.decode(encoded, len(begun.hidden))
    assert again.encode() == encoded
    check(again, setting, disclosed(messages, shown))
    assert accepts(setting, again, disclosed(messages, shown), PH)


@pytest.mark.parametrize("suite", [SHA_256, SHAKE_256], ids=["SHA-256", "SHAKE-256"])
@pytest.mark.parametrize(("n", "shown"), [(0, []), (1, []), (1, [0]), (3, [0, 2]), (3, [0, 1, 2])])
def test_the_interface_on_octets(suite, n, shown):
    sk = bbs.key_gen(KEY, suite=suite)
    pk = bbs.sk_to_pk(sk)
    signature = bbs.sign(sk, pk, b"header", texts(n), suite=suite)
    bbs.verify(pk, signature, b"header", texts(n), suite=suite)
    proof = bbs.proof_gen(pk, signature, b"header", PH, texts(n), shown, suite=suite)
    bbs.proof_verify(pk, proof, b"header", PH, [texts(n)[i] for i in shown], shown, suite=suite)


def test_header_and_presentation_header_default_to_nothing():
    sk = bbs.key_gen(KEY)
    pk = bbs.sk_to_pk(sk)
    signature = bbs.sign(sk, pk)
    bbs.verify(pk, signature, b"", [])
    bbs.proof_verify(pk, bbs.proof_gen(pk, signature), b"", b"")


def test_signing_is_deterministic_and_proving_is_not():
    setting, messages, signature = signed()
    assert sign(setting, SK, messages).encode() == signature.encode()
    one, two = begin().finish(PH), begin().finish(PH)
    for name in ("Abar", "Bbar", "D", "e_hat", "r1_hat", "r3_hat", "m_hat", "challenge"):
        assert getattr(one, name) != getattr(two, name)


def test_more_messages_than_have_tables():
    setting = setting_for(130)
    messages = Fr(range(130))
    assert setting.generators.sum(Fr(range(132))) == Fr(range(132)) @ setting.generators.points
    verify(setting, messages, sign(setting, SK, messages))


@pytest.mark.skipif(not NATIVE, reason="hundreds of generators; the native backend is enough")
def test_generators_do_not_depend_on_how_many_are_asked_for():
    many = SHA_256.generators(API, 40)
    assert all(SHA_256.generators(API, n) == many[:n] for n in (0, 1, 2, 3, 15, 16, 17))
    encodings = [P.encode() for P in many] + [(-P).encode() for P in many] + [SHA_256.P1.encode()]
    assert len(set(encodings)) == 81 and not many.has_identity()
    others = (
        SHA_256.generators(b"another", 40),
        SHAKE_256.generators(API, 40),
        SHA_256.generators(b"BLIND_" + API, 40),
    )
    assert not {P.encode() for other in others for P in other} & set(encodings)


# --- the oracle -------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [(), (1, 3), (0, 1, 2, 3)] if NATIVE else [(1, 3)])
def test_an_independent_verifier_agrees(shown):
    setting, messages, signature = signed()
    proof = begin(shown, setting, messages, signature).finish(PH).encode()
    pk, values = setting.pk.encode(), {i: 11 * (i + 1) for i in shown}
    core_proof_verify(pk, proof, b"header", PH, values, 4, API)
    for args in (
        (pk, proof, b"header", b"another", values, 4, API),
        (pk, proof, b"headers", PH, values, 4, API),
        (pk, proof, b"header", PH, values | {0: 12}, 4, API),
        (pk, proof, b"header", PH, values, 4, b"another"),
    )[: 4 if NATIVE else 1]:
        with pytest.raises(RefusedError):
            core_proof_verify(*args)
    flipped = proof[:150] + bytes([proof[150] ^ 1]) + proof[151:]
    with pytest.raises(RefusedError, match="challenge"):
        core_proof_verify(pk, flipped, b"header", PH, values, 4, API)


def test_an_independent_verifier_agrees_about_the_pairing():
    """A proof from no signature: everything holds but the pairing."""
    setting, messages, _ = signed()
    proof = begin(SHOWN, setting, messages, Signature(G1.generator(), Fr(7))).finish(PH)
    with pytest.raises(RefusedError, match="pairing"):
        core_proof_verify(setting.pk.encode(), proof.encode(), b"header", PH, {1: 22, 3: 44}, 4, API)
    with pytest.raises(VerificationError, match="signature"):
        check(proof)


def test_an_independent_verifier_agrees_about_octets():
    sk = bbs.key_gen(KEY)
    pk = bbs.sk_to_pk(sk)
    proof = bbs.proof_gen(pk, bbs.sign(sk, pk, b"h", texts(2)), b"h", PH, texts(2), [1])
    api_id = SUITE + b"H2G_HM2S_"
    shown = int(SHA_256.messages_to_scalars(texts(2)[1:], api_id)[0])
    core_proof_verify(pk, proof, b"h", PH, {1: shown}, 2, api_id)


# --- damage -----------------------------------------------------------------------------


def test_damaged_proofs_are_refused():
    setting, encoded = setting_for(4), sample_proof().encode()
    for what, data in damaged(encoded, stride=1 if NATIVE else 113):
        with pytest.raises((DecodingError, VerificationError)):
            proof_verify(setting, Proof.decode(data, 2), disclosed(), PH)
            pytest.fail(what)


def test_every_bit_of_a_proof_counts():
    setting, encoded = setting_for(4), sample_proof().encode()
    for bit in range(0, 8 * len(encoded), 1 if NATIVE else 997):
        flipped = bytearray(encoded)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((DecodingError, VerificationError)):
            proof_verify(setting, Proof.decode(bytes(flipped), 2), disclosed(), PH)


def test_damaged_signatures_are_refused():
    setting, messages, signature = signed()
    for what, data in damaged(signature.encode(), stride=1 if NATIVE else 41):
        with pytest.raises((DecodingError, VerificationError)):
            verify(setting, messages, Signature.decode(data))
            pytest.fail(what)


def test_damaged_octets_are_refused():
    sk = bbs.key_gen(KEY)
    pk = bbs.sk_to_pk(sk)
    signature = bbs.sign(sk, pk, b"h", texts(2))
    proof = bbs.proof_gen(pk, signature, b"h", PH, texts(2), [1])
    for what, data in damaged(proof, stride=7 if NATIVE else 151):
        with pytest.raises((DecodingError, VerificationError)):
            bbs.proof_verify(pk, data, b"h", PH, [texts(2)[1]], [1])
            pytest.fail(what)
    for what, data in damaged(pk, stride=7 if NATIVE else 53):
        with pytest.raises((DecodingError, VerificationError)):
            bbs.verify(data, signature, b"h", texts(2))
            pytest.fail(what)


@given(st.binary(max_size=400))
def test_decoders_only_ever_raise_decoding_errors(data):
    for decode in (Signature.decode, decode_public_key, lambda d: Proof.decode(d, 2)):
        with pytest.raises(DecodingError):
            decode(data)


# --- what the caller does wrong ----------------------------------------------------------


def test_keys():
    setting, messages, _ = signed()
    with pytest.raises(ValueError, match="does not belong"):
        sign(setting, SK + Fr(1), messages)
    with pytest.raises(ValueError, match="identity"):
        Setting(SHA_256, API, generators(SHA_256, API, 1), G2.identity(), b"")
    with pytest.raises(ValueError, match="32 bytes"):
        key_gen(SHA_256, bytes(31))
    with pytest.raises(ValueError, match="65535"):
        key_gen(SHA_256, bytes(32), bytes(65536))
    seen = [key_gen(SHA_256, bytes(32), info) for info in (b"", b"a", b"b")]
    seen += [
        key_gen(SHA_256, bytes(33)),
        key_gen(SHA_256, bytes(32), b"", b"another tag"),
        key_gen(SHAKE_256, bytes(32)),
    ]
    assert len({int(sk) for sk in seen}) == 6


@pytest.mark.parametrize("messages", [Fr([1, 2, 3]), Fr([1, 2, 3, 4, 5]), Fr(1)])
def test_the_number_of_messages(messages):
    setting, _, signature = signed()
    with pytest.raises(ValueError, match="4"):
        sign(setting, SK, messages)
    with pytest.raises(ValueError, match="4"):
        verify(setting, messages, signature)
    with pytest.raises(ValueError, match="4"):
        begin(SHOWN, setting, messages, signature, BLINDING)


def test_the_number_of_nonces():
    for m_tilde in (Fr([1]), Fr([1, 2, 3]), Fr(1)):
        blinding = Blinding(Fr(1), Fr(1), Fr(1), Fr(1), Fr(1), m_tilde)
        with pytest.raises(ValueError, match="2"):
            begin(SHOWN, *signed(), blinding)


def test_types():
    setting, messages, _ = signed()
    with pytest.raises(TypeError):
        sign(setting, SK, [1, 2, 3, 4])
    with pytest.raises(TypeError):
        Setting(SHA_256, API, generators(SHA_256, API, 1), setting.pk, bytearray(b"mutable"))
    for value in (22, Fr([22])):
        with pytest.raises(TypeError):
            check(sample_proof(), shown={1: value, 3: messages[3]})
    with pytest.raises(TypeError):
        check(sample_proof(), shown={True: messages[1], 3: messages[3]})
    for shown in ([True], ["1"], [1.0]):
        with pytest.raises(TypeError):
            begin(shown)
        with pytest.raises(TypeError):
            bbs.proof_verify(setting.pk.encode(), bytes(272), b"", b"", [b""], shown)
    with pytest.raises(TypeError):
        begin().finish("text")
    with pytest.raises(TypeError):
        bbs.sign(SK, setting.pk.encode(), b"", b"not a list")


def test_limits():
    with pytest.raises(ValueError, match="generators"):
        SHA_256.generators(API, MAX_GENERATORS + 1)
    with pytest.raises(ValueError, match="255"):
        SHA_256.hash_to_scalar(b"", bytes(256))
    pk = public_key(SK).encode()
    for n_shown in (0, 1, 3):
        shown = list(range(n_shown))
        endless = bytes(272 + 32 * (MAX_GENERATORS - n_shown))
        with pytest.raises(DecodingError, match="32 for each"):
            bbs.proof_verify(pk, endless, b"", b"", [b""] * n_shown, shown)


def test_a_proof_from_an_invalid_signature_is_not_made():
    sk = bbs.key_gen(KEY)
    pk = bbs.sk_to_pk(sk)
    signature = bbs.sign(sk, pk, b"h", texts(2))
    for header, messages in ((b"g", texts(2)), (b"h", texts(2)[::-1])):
        with pytest.raises(WitnessError):
            bbs.proof_gen(pk, signature, header, PH, messages, [1])


# --- secrets --------------------------------------------------------------------------------


def test_nothing_secret_is_shown():
    setting, messages, signature = signed()
    begun = begin()
    shown = " ".join(map(repr, (signature, begun, BLINDING, setting, messages, SK)))
    assert signature.A.encode().hex()[:12] not in shown and begun.D.encode().hex()[:12] not in shown
    for secret in (*messages.ints(), int(SK), int(signature.e)):
        assert str(secret) not in shown.split() and f"{secret:x}" not in shown.split()


def test_a_proof_that_is_begun_cannot_be_copied():
    with pytest.raises(TypeError):
        pickle.dumps(begin())


BLINDING = Blinding.of(Fr(range(1, 8)))


# --- merged pairings --------------------------------------------------------------------------


def test_proofs_of_several_keys_at_once():
    one = setting_for(4)
    other = Setting(SHA_256, API, one.generators, public_key(SK + Fr(1)), b"another")
    signature = sign(other, SK + Fr(1), MESSAGES)
    proofs = [(one.pk, sample_proof()), (other.pk, begin((), other, MESSAGES, signature).finish(PH))]
    proofs.append((one.pk, begin().finish(PH)))
    check_pairings(proofs)
    check_pairings(iter(proofs))
    check_pairings([])
    assert len(pairing_terms(proofs, random_weights(3))) == 3
    for wrong in range(3):
        swapped = [
            ((other if pk is one.pk else one).pk, p) if i == wrong else (pk, p) for i, (pk, p) in enumerate(proofs)
        ]
        with pytest.raises(VerificationError):
            check_pairings(swapped)
    with pytest.raises(ValueError, match="3 weights"):
        pairing_terms(proofs, random_weights(2))


def test_weights_have_128_bits_and_are_never_the_same():
    drawn = random_weights(64).ints()
    assert len(set(drawn)) == 64 and all(w < 1 << 128 for w in drawn)
    assert max(drawn) > 1 << 120 and len({w % 256 for w in drawn}) > 20
    assert R > 1 << 128
