"""Attack 28 on BBS proofs: a nonce that is used twice, and a generator that is stuck."""

import secrets
from dataclasses import replace

import pytest
from signatures.bbs_forger import FALSE
from signatures.sample_bbs import (
    API,
    MESSAGES,
    PH,
    SHOWN,
    SK,
    begin,
    setting_for,
    signed,
)

from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    Blinding,
    Proof,
    Prover,
    Setting,
    bbs,
    public_key,
    sign,
)


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
