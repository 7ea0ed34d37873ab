"""Attacks on BBS proofs, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, the naive one without a check or without
an item in its hash; then ours refuses it.
"""

import secrets
from dataclasses import replace

import pytest
from oracles import NATIVE, P_MODULUS, R
from signatures.naive_bbs import POINTS, accepts, challenge
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

from zkhealth.curve import G1, G2, pairing_product_is_one
from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Blinding,
    Proof,
    Prover,
    Setting,
    Signature,
    bbs,
    check_challenge,
    check_pairings,
    decode_public_key,
    first_messages,
    generators,
    pairing_terms,
    proof_verify,
    public_key,
    sign,
    verify,
)
from zkhealth.signatures.proof import proof_challenge

FALSE = Fr([11, 22, 33, 45])  # what the forger wants to have signed: the last message is 44


def is_accepted(proof, shown, ph=PH, setting=None):
    try:
        proof_verify(setting or setting_for(4), proof, shown, ph)
    except ZkHealthError:
        return False
    return True


def assemble(setting, shown, ph, without, answers, **points):
    """A proof by a forger who has T1 and T2, and `answers` the challenge of a careless verifier."""
    c = challenge(setting, points, shown, ph, without)
    sent = {name: P for name, P in points.items() if name in POINTS[:3]}
    return Proof(**(sent | {"challenge": c} | answers(c)))


# --- 1: nothing can be chosen after the challenge ------------------------------------------


def test_1_honest_proofs_pass_both():
    assert accepts(setting_for(4), sample_proof(), disclosed(), PH)
    assert is_accepted(sample_proof(), disclosed())


def test_1_T1_after_the_challenge():
    """Abar and Bbar from a signature on other messages, D from the false ones; T1 would tie them."""
    setting, messages, (A, e) = sample_secrets()
    D, hidden = Fr(5) * setting.B(FALSE), FALSE[[0, 2]]
    r3_tilde, m_tilde = Fr(6), Fr([7, 8])
    forged = assemble(
        setting,
        disclosed(FALSE),
        PH,
        {"T1"},
        lambda c: {
            "e_hat": Fr(9),
            "r1_hat": Fr(10),
            "r3_hat": r3_tilde - c * Fr(5).inverse(),
            "m_hat": m_tilde + c * hidden,
        },
        Abar=A,
        Bbar=setting.B(messages) - e * A,
        D=D,
        T2=r3_tilde * D + m_tilde @ setting.generators.H[[0, 2]],
    )
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"T1"})
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_T2_after_the_challenge():
    """An honest proof about a signature; what it signs would be in T2."""
    setting, messages, signature = signed()
    begun = begin()
    c = challenge(setting, points_of(begun), disclosed(FALSE), PH, {"T2"})
    forged = replace(answered(begun, c, signature, messages), challenge=c)
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"T2"})
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_Abar_and_Bbar_after_the_challenge():
    """T1 = u·(B − e·A) + v·A + w·B′ with B′ of the false messages; solve for Abar = (u/c)·A and r1^."""
    setting, messages, (A, e) = sample_secrets()
    u, v, w, r2 = Fr(2), Fr(3), Fr(4), Fr(5)
    false = setting.B(FALSE)
    A_W = setting.B(messages) - e * A
    r3_tilde, m_tilde, hidden = Fr(6), Fr([7, 8]), FALSE[[0, 2]]
    points = {
        "D": r2 * false,
        "T1": u * A_W + v * A + w * false,
        "T2": r3_tilde * (r2 * false) + m_tilde @ setting.generators.H[[0, 2]],
    }
    without = {"Abar", "Bbar"}
    c = challenge(setting, points, disclosed(FALSE), PH, without)
    r = u / c
    forged = Proof(r * A, r * A_W, points["D"], v / r, w / r2, r3_tilde - c * r2.inverse(), m_tilde + c * hidden, c)
    assert accepts(setting, forged, disclosed(FALSE), PH, without)
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_a_disclosed_message_after_the_challenge():
    """T2 has an extra t·H_3; the message 44 + t/c fits."""
    setting, messages, signature = signed()
    begun, t = begin(), Fr(77)
    points = points_of(begun) | {"T2": begun.T2 + t * setting.generators.H[3]}
    c = challenge(setting, points, disclosed(), PH, {"disclosed"})
    shown = {1: messages[1], 3: messages[3] + t / c}
    forged = answered(begun, c, signature, messages)
    assert accepts(setting, forged, shown, PH, without={"disclosed"})
    assert not is_accepted(forged, shown)


def test_1_every_public_input_changes_the_challenge():
    setting, points = setting_for(4), tuple(points_of(begin()).values())
    shown = disclosed()
    variants = {
        "as it is": (setting, shown, points, PH),
        "ph": (setting, shown, points, PH + b"\0"),
        "no ph": (setting, shown, points, b""),
        "header": (setting_for(4, header=b"another"), shown, points, PH),
        "api_id": (setting_for(4, api_id=b"another"), shown, points, PH),
        "suite": (setting_for(4, SHAKE_256), shown, points, PH),
        "number of messages": (setting_for(5), shown, points, PH),
        "key": (Setting(SHA_256, API, setting.generators, G2.generator(), b"header"), shown, points, PH),
        "value": (setting, shown | {1: Fr(23)}, points, PH),
        "index": (setting, {0: shown[1], 3: shown[3]}, points, PH),
        "order": (setting, {1: shown[3], 3: shown[1]}, points, PH),
        "fewer": (setting, {1: shown[1]}, points, PH),
        "none": (setting, {}, points, PH),
    }
    for k, name in enumerate(POINTS):
        changed = (*points[:k], points[k] + G1.generator(), *points[k + 1 :])
        variants[name] = (setting, shown, changed, PH)
        variants[f"{name} swapped"] = (setting, shown, (*points[:k], points[k - 1], *points[k + 1 :]), PH)
    assert len({int(proof_challenge(*variant)) for variant in variants.values()}) == len(variants)
    assert proof_challenge(setting, dict(reversed(shown.items())), points, PH) == proof_challenge(*variants["as it is"])


def test_1_every_public_input_changes_the_domain():
    def domain(*args):
        return int(Setting(*args).domain)

    setting = setting_for(4)
    H = setting.generators.H
    seen = {
        domain(SHA_256, API, setting.generators, setting.pk, header) for header in (b"", b"\0", b"header", b"headers")
    }
    seen.add(domain(SHA_256, API, setting.generators, G2.generator(), b""))
    seen.add(domain(SHA_256, API + b"h", setting.generators, setting.pk, b"eader"))
    seen.add(domain(SHAKE_256, API, setting.generators, setting.pk, b""))
    for other in (
        replace(setting.generators, Q1=H[0]),
        replace(setting.generators, H=H[:3]),
        replace(setting.generators, H=H[::-1]),
        replace(setting.generators, H=H[:0]),
    ):
        seen.add(domain(SHA_256, API, other, setting.pk, b""))
    assert len(seen) == 11


# --- 6: replay -------------------------------------------------------------------------------


def test_6_replay_under_another_presentation_header():
    setting, _, signature = signed()
    begun = begin()
    c = challenge(setting, points_of(begun), disclosed(), PH, {"ph"})
    careless = answered(begun, c, signature, MESSAGES)
    assert accepts(setting, careless, disclosed(), b"another verifier", without={"ph"})
    for ph in (b"another verifier", b"", PH + b"\0", PH[:-1]):
        assert not is_accepted(sample_proof(), disclosed(), ph)


@pytest.mark.parametrize("what", ["header", "api_id", "suite", "key"])
def test_6_replay_in_another_setting(what):
    setting = {
        "header": lambda: setting_for(4, header=b"another"),
        "api_id": lambda: setting_for(4, api_id=b"another"),
        "suite": lambda: setting_for(4, SHAKE_256),
        "key": lambda: Setting(SHA_256, API, setting_for(4).generators, public_key(SK + Fr(1)), b"header"),
    }[what]()
    assert not is_accepted(sample_proof(), disclosed(), setting=setting)
    _, messages, signature = signed()
    with pytest.raises(VerificationError):
        verify(setting, messages, signature)


# --- 8 to 11, 13: encodings --------------------------------------------------------------------

POINT_SLOTS = range(0, 144, 48)
SCALAR_SLOTS = range(144, 144 + 32 * 6, 32)


def decode_with(at, piece):
    encoded = sample_proof().encode()
    return Proof.decode(encoded[:at] + piece + encoded[at + len(piece) :], 2)


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_8_every_way_to_write_infinity(at):
    for head in ("c0", "c010", "c123", "e0", "40", "80", "00"):
        with pytest.raises(DecodingError):
            decode_with(at, bytes.fromhex(head).ljust(48, b"\0"))


@pytest.mark.parametrize("at", SCALAR_SLOTS)
def test_9_scalars_are_reduced_and_not_zero(at):
    encoded = sample_proof().encode()
    s = int.from_bytes(encoded[at : at + 32], "big")
    for value in (0, R, 2**256 - 1, s + R if s + R < 2**256 else R + 1):
        with pytest.raises(DecodingError):
            decode_with(at, value.to_bytes(32, "big"))


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_9_coordinates_are_reduced(at):
    piece = sample_proof().encode()[at : at + 48]
    x = int.from_bytes(piece, "big") & (1 << 381) - 1
    if x + P_MODULUS < 1 << 381:
        with pytest.raises(DecodingError):
            decode_with(at, (x + P_MODULUS | piece[0] >> 5 << 381).to_bytes(48, "big"))
    with pytest.raises(DecodingError):
        decode_with(at, (P_MODULUS | 4 << 381).to_bytes(48, "big"))


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_10_flags(at):
    piece = sample_proof().encode()[at : at + 48]
    for flag in (0x80, 0x40):
        with pytest.raises(DecodingError):
            decode_with(at, bytes([piece[0] ^ flag]) + piece[1:])
    assert not is_accepted(decode_with(at, bytes([piece[0] ^ 0x20]) + piece[1:]), disclosed())


def test_11_another_length():
    encoded = sample_proof().encode()
    assert Proof.decode(encoded, 2).encode() == encoded
    for n, data in ((1, encoded), (3, encoded), (2, encoded[:-32]), (2, encoded + bytes(31)), (2, b""), (-9, b"")):
        with pytest.raises(DecodingError):
            Proof.decode(data, n)


@pytest.mark.parametrize("n_hats", [1, 3])
def test_11_another_number_of_responses(n_hats):
    proof = replace(sample_proof(), m_hat=Fr([1] * n_hats))
    for verifier in (first_messages, lambda *args: check_challenge(*args, PH)):
        with pytest.raises(VerificationError, match="2 hidden"):
            verifier(setting_for(4), proof, disclosed())
    with pytest.raises(VerificationError, match="2 hidden"):
        check(replace(sample_proof(), m_hat=Fr(1)))


def outside_the_subgroup():
    """x = 0 has order 3, x = 4 lies on the curve too; both encodings are canonical."""
    return [(x | 4 << 381).to_bytes(48, "big") for x in (0, 4)]


@pytest.mark.parametrize("at", POINT_SLOTS)
def test_13_points_outside_the_subgroup(at):
    for piece in outside_the_subgroup():
        with pytest.raises(DecodingError):
            decode_with(at, piece)


def test_13_signatures_and_keys_outside_the_subgroup():
    e = bytes(31) + b"\1"
    for piece in outside_the_subgroup():
        with pytest.raises(DecodingError):
            Signature.decode(piece + e)
    for x in range(8):
        with pytest.raises(DecodingError):
            decode_public_key((x | 4 << (381 + 384)).to_bytes(96, "big"))


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


# --- 28: nonces --------------------------------------------------------------------------------------


def extracted(one, two):
    """What two answers to two challenges give away if they share a nonce."""
    if one.challenge == two.challenge:
        return set()
    by = (one.challenge - two.challenge).inverse()
    return {int((a - b) * by) for a in one.m_hat for b in two.m_hat}


def test_28_the_same_blinding_twice_gives_all_messages_away():
    blinding = Blinding.of(Fr.random(7))
    one, two = (begin(blinding=blinding).finish(ph) for ph in (b"monday", b"tuesday"))
    assert {11, 33} <= extracted(one, two)


class PlainNonces:
    """The mutant: nonces straight from the generator."""

    def __init__(self, label, statement, witness):
        pass

    def vector(self, n):
        return Fr.reduce(secrets.token_bytes(48 * n), n)


REUSES = {
    "statement": lambda base: (*base[:5], b"tuesday"),
    "position": lambda base: (*base[:4], b"credential 1", b"monday"),
    "setting": lambda base: (*another_header(base[2]), *base[2:]),
    "disclosed": lambda base: (*base[:3], (3,), *base[4:]),
    "issuer": lambda base: (*another_issuer(base[2]), *base[2:]),
    "border of label and statement": lambda base: (*base[:4], b"credential ", b"0monday"),
}


def another_header(messages):
    other = setting_for(4, header=b"another")
    return other, sign(other, SK, messages)


def another_issuer(messages):
    other = Setting(SHA_256, API, setting_for(4).generators, public_key(SK + Fr(1)), b"header")
    return other, sign(other, SK + Fr(1), messages)


@pytest.mark.parametrize("reuse", REUSES)
def test_28_a_constant_generator_gives_no_message_away(reuse, monkeypatch):
    """Two proofs by one holder, which differ in one thing only."""
    setting, messages, signature = signed()
    one = (setting, signature, messages, SHOWN, b"credential 0", b"monday")
    two = REUSES[reuse](one)
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\7" * n)

    def prove(setting, signature, messages, shown, label, statement):
        blinding = Blinding.draw(setting, signature, messages, shown, label, statement)
        return Prover(setting, signature, messages, shown, blinding).finish(label + b"/" + statement), blinding

    (first, a), (second, b) = prove(*one), prove(*two)
    assert not extracted(first, second) & {11, 22, 33, 44}
    drawn = [*everything(a), *everything(b)]
    assert len(set(drawn)) == len(drawn)

    with monkeypatch.context() as broken:
        broken.setattr("zkhealth.signatures.prover.Nonces", PlainNonces)
        (first, _), (second, _) = prove(*one), prove(*two)
        assert extracted(first, second) & {11, 33}


def everything(blinding):
    return concat(
        blinding.r1, blinding.r2, blinding.e_tilde, blinding.r1_tilde, blinding.r3_tilde, blinding.m_tilde
    ).ints()


def test_28_every_witness_and_every_setting_has_other_nonces(monkeypatch):
    """Under one nonce, the difference of two witnesses would show.  Each input alone makes them differ."""
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\7" * n)
    setting, messages, signature = signed()
    variants = [
        (setting, signature, messages),
        (setting, signature, FALSE),
        (setting, replace(signature, e=signature.e + Fr(1)), messages),
        (setting, replace(signature, A=G1.generator()), messages),
        (setting_for(4, header=b"another"), signature, messages),
        (setting_for(4, api_id=b"another"), signature, messages),
    ]
    drawn = [everything(Blinding.draw(*variant, SHOWN, b"", b"")) for variant in variants]
    assert len({value for values in drawn for value in values}) == 6 * 7


def test_28_fresh_randomness_enters_every_time(monkeypatch):
    drawn = []
    monkeypatch.setattr(secrets, "token_bytes", lambda n: drawn.append(n) or bytes([len(drawn)]) * n)
    args = (*signed()[::2], MESSAGES, SHOWN, b"", b"")
    assert len({everything(Blinding.draw(*args))[0] for _ in range(4)}) == 4
    assert len(drawn) == 4 and min(drawn) >= 32


def test_28_the_interface_on_octets_hedges_too(monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\7" * n)
    pk = bbs.sk_to_pk(SK)
    signature = bbs.sign(SK, pk, b"", [b"a", b"b"])
    secret = int(SHA_256.messages_to_scalars([b"a"], SHA_256.id + b"H2G_HM2S_")[0])
    proofs = [bbs.proof_gen(pk, signature, b"", ph, [b"a", b"b"], [1]) for ph in (b"monday", b"tuesday")]
    assert secret not in extracted(*(Proof.decode(proof, 1) for proof in proofs))


def test_28_a_prover_answers_once():
    begun = begin()
    c = begun.challenge(PH)
    assert begun.challenge(bytearray(PH)) == c
    for ask in (begun.challenge, begun.finish):
        with pytest.raises(ValueError, match="another presentation header"):
            ask(b"another")
    assert begun.finish(PH).challenge == c
    with pytest.raises(ValueError, match="finished before"):
        begun.finish(PH)


# --- 41: indexes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [4, -1, 2**64, -(2**63)])
def test_41_indexes_out_of_range(index):
    for attempt in (
        lambda: check(sample_proof(), shown={1: Fr(22), index: Fr(44)}),
        lambda: check_challenge(setting_for(4), sample_proof(), {index: Fr(22)}, PH),
        lambda: begin((1, index)),
        lambda: (
            bbs.proof_gen(setting_for(4).pk.encode(), bytes(80), b"", b"", [b""] * 4, [index])
            if index < 0
            else begin((index,))
        ),
    ):
        with pytest.raises(ValueError):
            attempt()


@pytest.mark.parametrize("shown", [(1, 1), (1, 3, 1)])
def test_41_duplicate_indexes(shown):
    with pytest.raises(ValueError, match="different"):
        begin(shown)
    for call in (
        lambda: bbs.proof_verify(bytes(96), bytes(400), b"", b"", [b""] * len(shown), shown),
        lambda: bbs.proof_gen(bytes(96), bytes(80), b"", b"", [b""] * 4, shown),
    ):
        with pytest.raises(ValueError, match="ascending"):
            call()


def test_41_an_index_beyond_a_shorter_proof_is_the_prover_s_fault():
    pk = bbs.sk_to_pk(SK)
    signature = bbs.sign(SK, pk, b"", [b"a", b"b"])
    short = bbs.proof_gen(pk, signature, b"", b"", [b"a", b"b"], [1])
    with pytest.raises(VerificationError, match="2 messages"):
        bbs.proof_verify(pk, short, b"", b"", [b"b"], [2])
    for messages, indexes in (([], [1]), ([b"b", b"c"], [1])):
        with pytest.raises(ValueError, match="one index"):
            bbs.proof_verify(pk, short, b"", b"", messages, indexes)


def test_41_no_messages():
    setting = setting_for(0)
    proof = begin((), setting, Fr([]), sign(setting, SK, Fr([]))).finish(PH)
    check(proof, setting, {})
    with pytest.raises(ValueError):
        check(proof, setting, {0: Fr(1)})


# --- 44: what is disclosed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param({1: Fr(22), 3: Fr(45)}, id="another value"),
        pytest.param({1: Fr(44), 3: Fr(22)}, id="values swapped"),
        pytest.param({0: Fr(22), 3: Fr(44)}, id="another index"),
        pytest.param({0: Fr(11), 2: Fr(33)}, id="the hidden ones"),
    ],
)
def test_44_disclosed_values_changed_after_proving(shown):
    proof = sample_proof()
    assert accepts(setting_for(4), proof, shown, PH, without={"challenge"})
    assert not is_accepted(proof, shown)


def test_44_a_hidden_message_called_disclosed():
    proof = sample_proof()
    for shown in ({1: Fr(22)}, {}, disclosed() | {0: Fr(11)}):
        assert not is_accepted(proof, shown)


def test_44_octets():
    pk = bbs.sk_to_pk(SK)
    signed_texts = [b"a", b"b", b"c"]
    proof = bbs.proof_gen(pk, bbs.sign(SK, pk, b"h", signed_texts), b"h", PH, signed_texts, [0, 2])
    bbs.proof_verify(pk, proof, b"h", PH, [b"a", b"c"], [0, 2])
    for messages, indexes in (([b"a", b"d"], [0, 2]), ([b"c", b"a"], [0, 2]), ([b"a", b"c"], [0, 1]), ([b"a"], [0])):
        with pytest.raises(VerificationError):
            bbs.proof_verify(pk, proof, b"h", PH, messages, indexes)


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


# --- parts ------------------------------------------------------------------------------------------------------


BLINDING = Blinding.of(Fr(range(2, 9)))


def sample_secrets():
    setting, messages, signature = signed()
    return setting, messages, (signature.A, signature.e)


def points_of(begun):
    return {name: getattr(begun, name) for name in POINTS}


def answered(begun, c, signature, messages):
    """The answers of an honest prover to a challenge that only a careless verifier asks."""
    e, m, blinding = begun._secrets
    assert e == signature.e and m == messages[begun.hidden]
    return Proof(
        begun.Abar,
        begun.Bbar,
        begun.D,
        blinding.e_tilde + c * e,
        blinding.r1_tilde - c * blinding.r1,
        blinding.r3_tilde - c * blinding.r2.inverse(),
        blinding.m_tilde + c * m,
        c,
    )


@pytest.mark.skipif(not NATIVE, reason="a few hundred proofs")
def test_splices_of_two_honest_proofs():
    """No part of one proof fits into another."""
    one, two = begin().finish(PH), begin().finish(PH)
    names = ("Abar", "Bbar", "D", "e_hat", "r1_hat", "r3_hat", "m_hat", "challenge")
    for choice in range(1, 2 ** len(names) - 1):
        spliced = Proof(**{n: getattr(two if choice >> k & 1 else one, n) for k, n in enumerate(names)})
        assert not is_accepted(spliced, disclosed())


def test_generators_of_one_interface_are_cached():
    assert generators(SHA_256, API, 4) is generators(SHA_256, API, 4)
