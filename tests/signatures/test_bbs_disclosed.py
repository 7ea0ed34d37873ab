"""Attacks 41 and 44 on BBS proofs: what is disclosed, in which place, of which proof."""


import pytest
from oracles import NATIVE
from signatures.bbs_forger import is_accepted
from signatures.naive_bbs import accepts
from signatures.sample_bbs import (
    PH,
    SK,
    begin,
    check,
    disclosed,
    sample_proof,
    setting_for,
)

from zkhealth.errors import VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    Proof,
    bbs,
    check_challenge,
    sign,
)

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


# --- parts ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not NATIVE, reason="a few hundred proofs")
def test_splices_of_two_honest_proofs():
    """No part of one proof fits into another."""
    one, two = begin().finish(PH), begin().finish(PH)
    names = ("Abar", "Bbar", "D", "e_hat", "r1_hat", "r3_hat", "m_hat", "challenge")
    for choice in range(1, 2 ** len(names) - 1):
        spliced = Proof(**{n: getattr(two if choice >> k & 1 else one, n) for k, n in enumerate(names)})
        assert not is_accepted(spliced, disclosed())
