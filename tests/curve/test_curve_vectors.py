"""Official encodings, hashes and pairings: zkcrypto, Ethereum, RFC 9380, EIP-2537."""

import pytest
from oracles import NATIVE, P_MODULUS, compress, sample
from shared_files import shared, shared_json

from zkhealth.curve import (
    G1,
    G2,
    expand_message_xmd,
    expand_message_xof,
    hash_to_g1,
    hash_to_g2,
    pairing_product_is_one,
)
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

GROUPS = pytest.mark.parametrize("group", [G1, G2])


@GROUPS
def test_multiples_of_the_generator_are_encoded_as_in_zkcrypto(group):
    name = group.__name__.lower()
    data = shared("vectors/bls12381-serialization", f"{name}_compressed_valid_test_vectors.dat").read_bytes()
    rows = [data[i : i + group.BYTES] for i in range(0, len(data), group.BYTES)]
    assert len(rows) == 1000
    chosen = sample(range(1000), on_reference=8)
    points = Fr(chosen) * group.generator()
    expected = b"".join(rows[i] for i in chosen)
    assert points.encode() == expected
    assert group.decode(expected) == points


def ethereum(group, at_least):
    records = shared_json("vectors/eth-bls12-381-tests/deserialization.json")[f"deserialization_{group.__name__}"]
    assert len(records) >= at_least
    return [(record["name"], bytes.fromhex(record["input"]), record["valid"]) for record in records]


def accepts(decode, data):
    try:
        decode(data)
    except (DecodingError, ValueError):
        return False
    return True


@pytest.mark.parametrize(("group", "cases"), [(G1, 16), (G2, 18)])
def test_attack_8_non_canonical_infinity_and_its_kin_are_judged_as_ethereum_does(group, cases):
    records = ethereum(group, cases)
    verdicts = {name: accepts(group.decode, data) for name, data, _ in records}
    assert verdicts == {name: valid for name, _, valid in records}
    assert sum(verdicts.values()) == 2


@GROUPS
def test_what_ethereum_accepts_encodes_as_it_came(group):
    assert all(group.decode(data).encode() == data for _, data, valid in ethereum(group, 16) if valid)


def test_attack_8_breaks_a_library_in_use():
    """py_arkworks_bls12381 0.5.0 takes non-canonical infinities for the identity: these vectors can fail."""
    arkworks = pytest.importorskip("py_arkworks_bls12381")
    decoders = {G1: arkworks.G1Point.from_compressed_bytes, G2: arkworks.G2Point.from_compressed_bytes}
    wrong = {
        f"{group.__name__} {name}"
        for group, decode in decoders.items()
        for name, data, valid in ethereum(group, 16)
        if accepts(decode, data) != valid
    }
    if not wrong:
        pytest.skip("the installed version has been repaired")
    assert len(wrong) == 8


@pytest.mark.parametrize(
    ("file", "hash_to_group"), [("BLS12381G1", hash_to_g1), ("BLS12381G2", hash_to_g2)], ids=["G1", "G2"]
)
def test_messages_hash_to_the_points_of_rfc_9380(file, hash_to_group):
    suite = shared_json("vectors/h2c-rfc9380", f"{file}_XMD:SHA-256_SSWU_RO_.json")
    assert len(suite["vectors"]) >= 5
    for vector in suite["vectors"]:
        point = hash_to_group(vector["msg"].encode(), suite["dst"].encode())
        assert point.encode() == compress(integers(vector["P"]["x"]), integers(vector["P"]["y"]))


def integers(text):
    return [int(part, 16) for part in text.split(",")]


@pytest.mark.parametrize(
    ("file", "expand"),
    [
        ("expand_message_xmd_SHA256_38.json", expand_message_xmd),
        ("expand_message_xmd_SHA256_256.json", expand_message_xmd),
        ("expand_message_xof_SHAKE256_36.json", expand_message_xof),
    ],
)
def test_messages_expand_as_in_rfc_9380(file, expand):
    suite = shared_json("vectors/h2c-rfc9380", file)
    assert len(suite["tests"]) >= 10
    for test in suite["tests"]:
        length = int(test["len_in_bytes"], 16)
        assert expand(test["msg"].encode(), suite["DST"].encode(), length).hex() == test["uniform_bytes"]


def test_the_suite_with_256_bytes_of_tag_is_the_one_that_hashes_it():
    suite = shared_json("vectors/h2c-rfc9380/expand_message_xmd_SHA256_256.json")
    assert len(suite["DST"]) >= 256
    assert all(test["DST_prime"].endswith("20") for test in suite["tests"])


@pytest.mark.parametrize(
    ("file", "hash_to_group"), [("BLS12381G1", hash_to_g1), ("BLS12381G2", hash_to_g2)], ids=["G1", "G2"]
)
def test_attack_18_the_non_uniform_suite_is_another_function(file, hash_to_group):
    suite = shared_json("vectors/h2c-rfc9380", f"{file}_XMD:SHA-256_SSWU_NU_.json")
    vector = suite["vectors"][0]
    point = hash_to_group(vector["msg"].encode(), suite["dst"].encode())
    assert point.encode() != compress(integers(vector["P"]["x"]), integers(vector["P"]["y"]))


def eip_2537_pairs(text):
    """The encodings of the pairs in a call of the pairing precompile."""
    words = [int(text[i : i + 128], 16) for i in range(0, len(text), 128)]
    for i in range(0, len(words), 6):
        x, y, x_re, x_im, y_re, y_im = words[i : i + 6]
        yield compress([x], [y]), compress([x_re, x_im], [y_re, y_im])


def test_pairing_products_are_those_of_eip_2537():
    records = shared_json("vectors/eip-2537/pairing_check_bls.json")
    assert len(records) >= 15
    for record in records if NATIVE else records[:10:3]:
        pairs = [(G1.decode(P), G2.decode(Q)) for P, Q in eip_2537_pairs(record["Input"])]
        assert pairing_product_is_one(pairs) == (int(record["Expected"], 16) == 1), record["Name"]


def test_points_outside_the_subgroup_are_refused_as_by_eip_2537():
    records = shared_json("vectors/eip-2537/fail-pairing_check_bls.json")
    chosen = [record for record in records if "subgroup" in record["ExpectedError"]]
    assert len(chosen) >= 6
    for record in chosen:
        with pytest.raises(DecodingError):
            for P, Q in eip_2537_pairs(record["Input"]):
                G1.decode(P), G2.decode(Q)


def test_sums_of_points_are_those_of_eip_2537():
    records = [r for r in shared_json("vectors/eip-2537/add_G1_bls.json") if "subgroup" not in r["Name"]]
    assert len(records) >= 8
    for record in records:
        words = [int((record["Input"] + record["Expected"])[i : i + 128], 16) for i in range(0, 768, 128)]
        P, Q, expected = (compress([x], [y]) for x, y in zip(words[::2], words[1::2], strict=True))
        assert (G1.decode(P) + G1.decode(Q)).encode() == expected, record["Name"]


def test_the_modulus_in_use_is_that_of_rfc_9380():
    suite = shared_json("vectors/h2c-rfc9380", "BLS12381G1_XMD:SHA-256_SSWU_RO_.json")
    assert int(suite["field"]["p"], 16) == P_MODULUS
