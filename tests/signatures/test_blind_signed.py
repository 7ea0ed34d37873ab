"""Attacks 6 and 44 on blind signatures: they are on all of it, in these places, and no plain signatures."""


import pytest
from signatures.blind_issuer import PK
from signatures.sample_bbs import PH, SK

from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr, concat
from zkhealth.signatures import (
    SHA_256,
    Proof,
    Signature,
    bbs,
    blind,
    blind_setting,
    verify,
)


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
