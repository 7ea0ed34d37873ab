"""Honest presentations of every kind hold; damaged bytes of any kind do not.

The fuzz tests run longer with HYPOTHESIS_PROFILE=night.
"""

from dataclasses import replace

import cbor2
import pytest
from forgeries import damaged
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import NATIVE
from records.careless import Protocol
from records.holders import AT, MMR, NONCE, hospital, record, tree_of
from records.policies import is_met, policies_and_records

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.merkle import encode_proof
from zkhealth.records import Policy, Presentation, check, commit, present
from zkhealth.records.presentation import _MAX_BYTES

few = settings() if NATIVE else settings(max_examples=2)
NARROW = Policy(AT, days=(83, 85))
CLINIC = hospital(record(), record("2020", MMR, "2026"), record(None, None, None))
PLACE = CLINIC.place(0)
ASKED = (NARROW, CLINIC.root, CLINIC.size, NONCE)
SENT = present(*ASKED, CLINIC.held[0], PLACE)
SHOWN = Presentation.decode(SENT)


# --- honest ------------------------------------------------------------------------------


@few
@given(policies_and_records(), st.integers(0, 2), st.binary(min_size=32, max_size=32))
def test_what_is_met_is_proven_and_nothing_else(case, index, nonce):
    policy, holder = case
    records = [record(), record("2020", MMR, "2026")]
    records.insert(index, holder)
    clinic = hospital(*records)
    asked = (policy, clinic.root, clinic.size, nonce)
    if is_met(policy, holder):
        sent = present(*asked, clinic.held[index], clinic.place(index))
        shown = check(*asked, sent)
        assert (shown.index, shown.leaf) == (index, clinic.held[index].leaf)
        assert Presentation.decode(sent) == shown
        assert shown.encode() == sent
    else:
        with pytest.raises(WitnessError):
            present(*asked, clinic.held[index], clinic.place(index))


@pytest.mark.parametrize(("asked", "holder", "inside"), [
    pytest.param({"min_age": 18}, record(birth="2008-11-23"), True, id="18 today"),
    pytest.param({"min_age": 18}, record(birth="2008-11-24"), False, id="18 tomorrow"),
    pytest.param({"min_age": 226}, record(birth="1800-01-01"), True, id="the oldest there can be"),
    pytest.param({"min_age": 0}, record(birth="2026-11-23"), True, id="born today"),
    pytest.param({"min_age": 0}, record(birth="2026-11-24"), False, id="born tomorrow"),
    pytest.param({"days": (14, 270)}, record(given="2026-11-09"), True, id="14 days"),
    pytest.param({"days": (14, 270)}, record(given="2026-11-10"), False, id="13 days"),
    pytest.param({"days": (14, 270)}, record(given="2026-02-26"), True, id="270 days"),
    pytest.param({"days": (14, 270)}, record(given="2026-02-25"), False, id="271 days"),
    pytest.param({"days": (23, 53)}, record(given="2026-10"), True, id="all of October"),
    pytest.param({"days": (24, 53)}, record(given="2026-10"), False, id="all but its last day"),
    pytest.param({"days": (23, 52)}, record(given="2026-10"), False, id="all but its first day"),
    pytest.param({"days": (0, 0)}, record(given="2026-11-23"), True, id="today"),
    pytest.param({"days": (0, 0)}, record(given="2026-11-22"), False, id="yesterday"),
    pytest.param({"days": (0, 82_871)}, record(given="1800-01-01"), True, id="the first day there is"),
    pytest.param({"vaccines": (MMR,)}, record(vaccine=MMR), True, id="the only one of the list"),
    pytest.param({"vaccines": (MMR, MMR)}, record(vaccine=MMR), True, id="listed twice"),
    pytest.param({"vaccines": (MMR,)}, record(), False, id="not of the list"),
])  # fmt: skip
def test_every_bound_is_exact(asked, holder, inside):
    """On the bound the proof holds; beside it, there is none."""
    clinic = hospital(holder)
    asked = (Policy(AT, **asked), clinic.root, 1, NONCE)
    if inside:
        check(*asked, present(*asked, clinic.held[0], clinic.place(0)))
    else:
        with pytest.raises(WitnessError):
            present(*asked, clinic.held[0], clinic.place(0))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 9])
def test_every_place_in_trees_of_every_shape(size):
    committed = list(commit([record()] * size)) if NATIVE else [CLINIC.held[0]] * size
    clinic = hospital(*committed)
    for index in {0, size // 2, size - 1}:
        sent = present(NARROW, clinic.root, size, NONCE, committed[index], clinic.place(index))
        assert check(NARROW, clinic.root, size, NONCE, sent).index == index


def test_the_protocol_in_these_tests_is_the_real_one():
    """Without this, `careless` might be refused for another reason than the one a test is about."""
    Protocol().check(*ASKED, SENT)
    check(*ASKED, Protocol().present(*ASKED, CLINIC.held[0], PLACE))


def test_two_presentations_of_one_record_share_only_its_leaf_and_place():
    again = Presentation.decode(present(*ASKED, CLINIC.held[0], PLACE))
    assert replace(again, proof=b"") == replace(SHOWN, proof=b"")
    parts = [{p.proof[i : i + 32] for i in range(len(p.proof) - 31)} for p in (again, SHOWN)]
    assert not parts[0] & parts[1]


@pytest.mark.parametrize(("change", "error"), [
    pytest.param({"place": (1, PLACE[1])}, WitnessError, id="another index"),
    pytest.param({"place": (-1, PLACE[1])}, WitnessError, id="index below zero"),
    pytest.param({"place": (0, ())}, WitnessError, id="no path"),
    pytest.param({"size": 2}, WitnessError, id="another size"),
    pytest.param({"size": -1}, ValueError, id="size below zero"),
    pytest.param({"size": 2**63}, ValueError, id="size too large"),
    pytest.param({"size": True}, TypeError, id="size as bool"),
    pytest.param({"root": bytes(32)}, WitnessError, id="another root"),
    pytest.param({"root": b""}, ValueError, id="no root"),
    pytest.param({"nonce": bytes(31)}, ValueError, id="short nonce"),
    pytest.param({"nonce": b""}, ValueError, id="no nonce"),
    pytest.param({"nonce": "0" * 32}, TypeError, id="nonce as text"),
    pytest.param({"held": CLINIC.held[1]}, WitnessError, id="another record"),
])  # fmt: skip
def test_the_holder_s_mistakes_are_named_before_anything_is_proven(change, error):
    arguments = dict(zip(("policy", "root", "size", "nonce"), ASKED, strict=True))
    with pytest.raises(error):
        present(**arguments | {"held": CLINIC.held[0], "place": PLACE} | change)


@pytest.mark.parametrize(("change", "error"), [
    pytest.param({"size": True}, TypeError, id="size as bool"),
    pytest.param({"size": 3.0}, TypeError, id="size as float"),
    pytest.param({"size": -1}, ValueError, id="size below zero"),
    pytest.param({"size": 2**63}, ValueError, id="size too large"),
    pytest.param({"root": CLINIC.root.hex()}, TypeError, id="root as text"),
    pytest.param({"root": CLINIC.root[:31]}, ValueError, id="short root"),
    pytest.param({"nonce": NONCE[:31]}, ValueError, id="short nonce"),
    pytest.param({"nonce": NONCE + b"\0"}, ValueError, id="long nonce"),
    pytest.param({"nonce": None}, TypeError, id="no nonce"),
    pytest.param({"presentation": SENT.hex()}, TypeError, id="presentation as text"),
    pytest.param({"presentation": None}, TypeError, id="no presentation"),
])  # fmt: skip
def test_the_verifier_s_mistakes_are_named(change, error):
    arguments = dict(zip(("policy", "root", "size", "nonce"), ASKED, strict=True))
    with pytest.raises(error):
        check(**arguments | {"presentation": SENT} | change)


# --- bytes -------------------------------------------------------------------------------


def test_the_bytes_are_deterministic_cbor():
    path = encode_proof(SHOWN.path)
    assert cbor2.loads(SENT) == [1, 0, SHOWN.leaf, path, SHOWN.proof]
    assert SENT == bytes.fromhex("85 01 00 58f0") + SHOWN.leaf + b"\x58\x40" + path + b"\x59\x01\xb0" + SHOWN.proof


def test_the_largest_presentation_fits():
    """A path of 64 hashes, and a proof of the most bits there are."""
    proof = bytes((2 * 12 + 3) * 48 + 3 * 32)
    largest = Presentation(2**63 - 2, SHOWN.leaf, (bytes(32),) * 64, proof)
    assert Presentation.decode(largest.encode()) == largest
    assert len(largest.encode()) < _MAX_BYTES


def careless_decode(data):
    """Without the comparison with what `encode` makes."""
    version, index, leaf, path, proof = cbor2.loads(data)
    assert version == 1
    return index, leaf, path, proof


HEAD, LEAF, PATH, PROOF = SENT[:3], SENT[3:245], SENT[245:311], SENT[311:]


@pytest.mark.parametrize("data", [
    pytest.param(bytes.fromhex("98 05") + SENT[1:], id="length of the array in two bytes"),
    pytest.param(b"\x9f" + SENT[1:] + b"\xff", id="array of indefinite length"),
    pytest.param(bytes.fromhex("85 1801 00") + SENT[3:], id="version in two bytes"),
    pytest.param(bytes.fromhex("85 f5 00") + SENT[3:], id="version as true"),
    pytest.param(bytes.fromhex("85 f93c00 00") + SENT[3:], id="version as float"),
    pytest.param(bytes.fromhex("85 01 1800") + SENT[3:], id="index in two bytes"),
    pytest.param(bytes.fromhex("85 01 1b0000000000000000") + SENT[3:], id="index in nine bytes"),
    pytest.param(bytes.fromhex("85 01 c240") + SENT[3:], id="index as bignum without bytes"),
    pytest.param(bytes.fromhex("85 01 c24100") + SENT[3:], id="index as bignum"),
    pytest.param(bytes.fromhex("85 01 f4") + SENT[3:], id="index as false"),
    pytest.param(bytes.fromhex("85 01 f90000") + SENT[3:], id="index as float"),
    pytest.param(bytes.fromhex("85 01 f98000") + SENT[3:], id="index as minus zero"),
    pytest.param(HEAD + b"\x59\x00" + LEAF[1:] + PATH + PROOF, id="length of the leaf in three bytes"),
    pytest.param(HEAD + b"\x5f" + LEAF + b"\xff" + PATH + PROOF, id="leaf in chunks"),
    pytest.param(HEAD + LEAF + b"\xd8\x1c" + PATH + PROOF, id="path tagged as shareable"),
    pytest.param(b"\xd9\xd9\xf7" + SENT, id="tagged as CBOR"),
    pytest.param(b"\xd8\x1c" + SENT, id="tagged as shareable"),
])  # fmt: skip
def test_11_another_encoding_of_the_same_is_refused(data):
    assert careless_decode(data) == careless_decode(SENT)
    with pytest.raises(DecodingError):
        check(*ASKED, data)


@pytest.mark.parametrize("data", [
    pytest.param(b"", id="nothing"),
    pytest.param(SENT + b"\0", id="a byte to spare"),
    pytest.param(SENT + SENT, id="twice"),
    pytest.param(b"\x86" + SENT[1:] + b"\0", id="a sixth field"),
    pytest.param(b"\x84" + SENT[1:311], id="no proof"),
    pytest.param(bytes.fromhex("85 02 00") + SENT[3:], id="version 2"),
    pytest.param(bytes.fromhex("85 20 00") + SENT[3:], id="version -1"),
    pytest.param(bytes.fromhex("85 01 f5") + SENT[3:], id="index as true"),
    pytest.param(bytes.fromhex("85 01 f6") + SENT[3:], id="index as null"),
    pytest.param(bytes.fromhex("85 01 80") + SENT[3:], id="index as array"),
    pytest.param(HEAD + b"\x78" + b"\xf0" + b"a" * 240 + PATH + PROOF, id="leaf as text"),
    pytest.param(HEAD + LEAF + b"\x58\x41" + PATH[2:] + b"\0" + PROOF, id="path of 65 bytes"),
    pytest.param(HEAD + LEAF + PATH + PROOF[:-1], id="proof cut short"),
    pytest.param(b"\xa0", id="a map"),
    pytest.param(b"\x01", id="a number"),
    pytest.param(b"\x9b" + b"\xff" * 8, id="an array of 2^64 items"),
    pytest.param(b"\x85\x01\x00\x5b\x7f" + b"\xff" * 7, id="a leaf of 2^63 bytes"),
    pytest.param(b"\x85\x01\x00\x5a\xff\xff\xff\xff", id="a leaf of 2^32 bytes"),
    pytest.param(b"\x81" * 4000, id="arrays in arrays"),
    pytest.param(b"\xc1" * 4000, id="tags in tags"),
    pytest.param(b"\x9f" * 4000, id="arrays without an end"),
    pytest.param(b"\xc4\x82\x1b\x7f" + b"\xff" * 7 + b"\x03", id="a decimal fraction of 2^63 digits"),
    pytest.param(b"\xc5\x82\x01\xc2\x59\x0f\x00" + b"\xff" * 0xF00, id="a large decimal"),
    pytest.param(b"\xd8\x23\x69(((((((((", id="a regular expression"),
    pytest.param(b"\xd8\x1c\x81\xd8\x1d\x00", id="an array that holds itself"),
    pytest.param(b"\xf7" * 5, id="undefined"),
    pytest.param(bytes(_MAX_BYTES + 1), id="too long"),
    pytest.param(bytes(50_000_000), id="far too long"),
])  # fmt: skip
def test_11_what_is_no_presentation_is_refused(data):
    with pytest.raises(DecodingError):
        check(*ASKED, data)


@pytest.mark.parametrize("index", [-1, 1, 3, 2**31, 2**63, 2**64, 2**4096])
def test_34_an_index_outside_or_another_one_is_refused(index):
    data = cbor2.dumps([1, index, SHOWN.leaf, encode_proof(SHOWN.path), SHOWN.proof], canonical=True)
    with pytest.raises((VerificationError, DecodingError)):
        check(*ASKED, data)


def test_41_an_index_that_is_a_bool_is_a_bad_encoding_and_no_type_error():
    """Canonical CBOR too, and equal to 1 in Python: a verifier would meet a TypeError from the Merkle tree."""
    place = CLINIC.place(1)
    data = cbor2.dumps([1, True, CLINIC.held[1].leaf, encode_proof(place[1]), b""], canonical=True)
    assert careless_decode(data)[0] == 1
    with pytest.raises(DecodingError):
        check(*ASKED, data)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_are_taken(kind):
    assert check(*ASKED, kind(SENT)) == SHOWN


@pytest.mark.parametrize("leaf", [
    pytest.param(SHOWN.leaf[:-48], id="four commitments"),
    pytest.param(SHOWN.leaf + SHOWN.leaf[:48], id="six commitments"),
    pytest.param(SHOWN.leaf + b"\0", id="a byte more"),
    pytest.param(b"", id="none"),
    pytest.param(bytes(240), id="zeros"),
    pytest.param(bytes([SHOWN.leaf[0] ^ 0x80]) + SHOWN.leaf[1:], id="a point not marked as compressed"),
    pytest.param(G1.stack(*[G1.identity()] * 5).encode(), id="identities"),
    pytest.param(SHOWN.leaf[:192] + G1.identity().encode(), id="an identity where the policy asks"),
])  # fmt: skip
def test_a_leaf_that_is_no_record_is_refused_even_under_the_root(leaf):
    tree = tree_of(leaf, SHOWN.leaf)
    data = Presentation(0, leaf, tree.inclusion_proof(0), SHOWN.proof).encode()
    with pytest.raises((VerificationError, DecodingError)):
        check(NARROW, tree.root(), 2, NONCE, data)


def test_damage_is_refused():
    for what, data in damaged(SENT, stride=1 if NATIVE else 149):
        with pytest.raises((VerificationError, DecodingError)):
            check(*ASKED, data)
            pytest.fail(what)


# --- fuzz --------------------------------------------------------------------------------

items = st.recursive(
    st.integers() | st.binary(max_size=300) | st.booleans() | st.none() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.builds(cbor2.CBORTag, st.integers(0, 300), inner),
    max_leaves=8,
)
fields = st.tuples(
    st.just(1) | items,
    st.integers(0, 3) | items,
    st.just(SHOWN.leaf) | items,
    st.just(encode_proof(SHOWN.path)) | st.binary(max_size=64) | items,
    st.just(SHOWN.proof) | items,
)


def changed(data):
    """One of: a byte replaced, some removed, some inserted."""
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 9), st.binary(max_size=9))
    return cut.map(lambda at: data[: at[0]] + at[2] + data[at[0] + at[1] :])


@given(st.binary(max_size=400) | changed(SENT) | fields.map(list).map(cbor2.dumps) | items.map(cbor2.dumps))
@example(SENT)
def test_fuzz_any_bytes_are_a_presentation_or_refused(data):
    try:
        shown = Presentation.decode(data)
    except DecodingError:
        pass
    else:
        assert shown.encode() == data
    try:
        check(*ASKED, data)
    except (DecodingError, VerificationError):
        return
    assert data == SENT
