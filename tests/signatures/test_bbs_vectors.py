"""The fixtures of draft-irtf-cfrg-bbs-signatures: decided as expected, and made again byte for byte."""

import pytest
from oracles import NATIVE, sample
from signatures.bbs_fixtures import SUITES, cases, load, messages, mocked_nonces, mocked_scalars, octets

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    SHAKE_256,
    Blinding,
    Prover,
    Setting,
    Signature,
    bbs,
    decode_public_key,
    generators,
    prover,
)

folders = pytest.mark.parametrize("folder", SUITES)


def setting_of(suite, record, pk):
    api_id = suite.id + b"H2G_HM2S_"
    return Setting(
        suite,
        api_id,
        generators(suite, api_id, len(record["messages"])),
        decode_public_key(pk),
        octets(record["header"]),
    )


def few(records):
    """All on the native backend, two valid and two invalid ones on the other."""
    kinds = ([item for item in records.items() if item[1]["result"]["valid"] is valid] for valid in (True, False))
    return [item for kind in kinds for item in sample(kind, on_reference=2)]


# --- what everything else is made of -------------------------------------------------


@folders
def test_generators(folder):
    expected, suite = load("core", folder, "generators.json"), SUITES[folder]
    n = len(expected["MsgGenerators"])
    made = generators(suite, suite.id + b"H2G_HM2S_", n)
    assert made.P1.encode().hex() == expected["P1"] and made.Q1.encode().hex() == expected["Q1"]
    assert [H.encode().hex() for H in made.H] == expected["MsgGenerators"] and n >= 10


@folders
def test_hash_to_scalar(folder):
    expected, suite = load("core", folder, "h2s.json"), SUITES[folder]
    assert (
        suite.hash_to_scalar(octets(expected["message"]), octets(expected["dst"])).encode().hex() == expected["scalar"]
    )


@folders
def test_messages_to_scalars(folder):
    expected, suite = load("core", folder, "MapMessageToScalarAsHash.json"), SUITES[folder]
    scalars = suite.messages_to_scalars(
        [octets(case["message"]) for case in expected["cases"]], suite.id + b"H2G_HM2S_"
    )
    assert [s.encode().hex() for s in scalars] == [case["scalar"] for case in expected["cases"]]
    assert len(scalars) >= 10


@folders
def test_key_pair(folder):
    expected, suite = load("core", folder, "keypair.json"), SUITES[folder]
    made = bbs.key_gen(
        octets(expected["keyMaterial"]), octets(expected["keyInfo"]), octets(expected["keyDst"]), suite=suite
    )
    assert made.encode().hex() == expected["keyPair"]["secretKey"]
    assert bbs.sk_to_pk(made).hex() == expected["keyPair"]["publicKey"]


@folders
def test_mocked_scalars(folder):
    expected, suite = load("core", folder, "mockedRng.json"), SUITES[folder]
    made = mocked_scalars(suite, octets(expected["dst"]), expected["count"])
    assert [s.encode().hex() for s in made] == expected["mockedScalars"]


# --- signatures and proofs -----------------------------------------------------------


@folders
def test_signatures(folder):
    suite, seen = SUITES[folder], set()
    for name, record in few(cases(10, "core", folder, "signature")):
        sk = Fr.decode(octets(record["signerKeyPair"]["secretKey"]))
        pk, signature = octets(record["signerKeyPair"]["publicKey"]), octets(record["signature"])
        header, signed = octets(record["header"]), messages(record["messages"])
        valid = record["result"]["valid"]
        seen.add(valid)
        if not valid:
            with pytest.raises((VerificationError, DecodingError)):
                bbs.verify(pk, signature, header, signed, suite=suite)
            continue
        bbs.verify(pk, signature, header, signed, suite=suite)
        assert bbs.sign(sk, pk, header, signed, suite=suite) == signature, name

        setting = setting_of(suite, record, pk)
        assert setting.domain.encode().hex() == record["trace"]["domain"]
        B = setting.B(suite.messages_to_scalars(signed, setting.api_id))
        assert B.encode().hex() == record["trace"]["B"]
    assert seen == {True, False}


@folders
def test_proofs(folder):
    suite, seen = SUITES[folder], []
    for _, record in few(cases(15, "core", folder, "proof")):
        shown = record["disclosedIndexes"]
        disclosed = [messages(record["messages"])[i] for i in shown]
        args = [octets(record[k]) for k in ("signerPublicKey", "proof", "header", "presentationHeader")]
        seen.append(record["result"]["valid"])
        if record["result"]["valid"]:
            bbs.proof_verify(*args, disclosed, shown, suite=suite)
        else:
            malformed = shown != sorted(set(shown))  # the caller's own indexes, which no proof can excuse
            with pytest.raises(ValueError if malformed else (VerificationError, DecodingError)):
                bbs.proof_verify(*args, disclosed, shown, suite=suite)
    assert set(seen) == {True, False}


@folders
def test_proofs_are_made_again_byte_for_byte(folder, monkeypatch):
    suite, made = SUITES[folder], 0
    dst = octets(load("core", folder, "mockedRng.json")["dst"])
    monkeypatch.setattr(prover, "Nonces", mocked_nonces(suite, dst))
    valid = {name: record for name, record in cases(15, "core", folder, "proof").items() if record["result"]["valid"]}
    for name, record in few(valid):
        pk, signature, header, ph = (
            octets(record[k]) for k in ("signerPublicKey", "signature", "header", "presentationHeader")
        )
        shown, signed = record["disclosedIndexes"], messages(record["messages"])
        again = bbs.proof_gen(pk, signature, header, ph, signed, shown, suite=suite)
        assert again.hex() == record["proof"], name
        made += 1
    assert made >= (5 if NATIVE else 2)


@folders
def test_proof_traces(folder):
    """Each value on the way, from the fixture's own scalars."""
    suite = SUITES[folder]
    valid = {name: record for name, record in cases(15, "core", folder, "proof").items() if record["result"]["valid"]}
    for name, record in few(valid):
        trace, setting = record["trace"], setting_of(suite, record, octets(record["signerPublicKey"]))
        scalars = suite.messages_to_scalars(messages(record["messages"]), setting.api_id)
        begun = Prover(
            setting,
            Signature.decode(octets(record["signature"])),
            scalars,
            record["disclosedIndexes"],
            blinding_of(trace["random_scalars"]),
        )
        c = begun.challenge(octets(record["presentationHeader"]))
        expected = {k.replace("_", ""): v for k, v in trace.items() if k != "random_scalars"}
        values = {k: getattr(begun, k) for k in ("Abar", "Bbar", "D", "T1", "T2")} | {"challenge": c}
        assert {k: v.encode().hex() for k, v in (values | {"domain": setting.domain}).items()} == expected, name


def blinding_of(trace):
    names = ("r1", "r2", "e_tilde", "r1_tilde", "r3_tilde")
    return Blinding.of(Fr([int(text, 16) for text in [*(trace[k] for k in names), *trace["m_tilde_scalars"]]]))


# --- the other suite, of which there are no fixtures beside every checkout -------------


def test_shake_256_gives_the_draft_s_points():
    """bls12-381-shake-256/generators.json of decentralized-identity/bbs-signature @ a6a445dd."""
    assert SHAKE_256.P1 == G1.decode(octets(P1)) and SHAKE_256.generators(SHAKE_256.id + b"H2G_HM2S_", 1)[
        0
    ] == G1.decode(octets(Q1))


P1 = "8929dfbc7e6642c4ed9cba0856e493f8b9d7d5fcb0c31ef8fdcd34d50648a56c795e106e9eada6e0bda386b414150755"
Q1 = "a9d40131066399fd41af51d883f4473b0dcd7d028d3d34ef17f3241d204e28507d7ecae032afa1d5490849b7678ec1f8"
