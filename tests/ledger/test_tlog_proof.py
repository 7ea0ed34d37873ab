"""Proofs in a file: honest ones, damaged ones, and proofs of something else."""

from dataclasses import replace

import pytest
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, ORIGIN, STRANGER, TRUST, exported, log_of, signed

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.reader import read_log
from zkhealth.ledger.tlog_proof import TlogProof, prove
from zkhealth.ledger.trust import Trust
from zkhealth.merkle import leaf_hash
from zkhealth.merkle.hashing import node_hash

LOG = log_of(77)
PROOF = prove(LOG, 40, signed(LOG), b"extra")
WITNESSED = Trust(ORIGIN, [LOG_KEY.verifier], [c.verifier for c in COSIGNERS], quorum=2)


@given(st.integers(1, 200), st.data(), st.binary(max_size=40))
@settings(max_examples=40)
def test_a_proof_of_any_entry_at_any_size_verifies(size, data, extra):
    log = log_of(size)
    size = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    proof = TlogProof.decode(prove(log, index, signed(log, size), extra).encode())
    assert proof.verify(log.leaves[index], TRUST).checkpoint.size == size
    assert proof.extra == extra


def test_a_proof_reads_as_the_specification_shows():
    lines = PROOF.encode().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 40"]
    assert lines[3 + len(PROOF.hashes)] == ""
    assert PROOF.encode().endswith(b"\n\n" + signed(LOG))
    assert replace(PROOF, extra=b"").encode().decode().split("\n")[1] == "index 40"


def test_a_proof_from_tiles_is_that_of_the_log(tmp_path):
    tiled = read_log(from_directory(exported(tmp_path, LOG)), TRUST)
    assert prove(tiled, 40, signed(LOG), b"extra") == PROOF


def test_a_proof_tells_when_witnesses_saw_it():
    proof = prove(LOG, 3, signed(LOG, cosigners=COSIGNERS))
    assert proof.verify(LOG.leaves[3], WITNESSED, at=NOW).seen_at == {c.name: NOW for c in COSIGNERS}
    with pytest.raises(VerificationError, match="later than now"):
        proof.verify(LOG.leaves[3], WITNESSED, at=NOW - 1)
    with pytest.raises(VerificationError, match="expected cosignatures of 2"):
        PROOF.verify(LOG.leaves[40], WITNESSED)


def test_a_proof_is_of_no_other_entry_index_or_size():
    entry = LOG.leaves[40]
    bad = [
        (PROOF, LOG.leaves[41]),
        (replace(PROOF, index=41), entry),
        (replace(PROOF, index=77), entry),
        (replace(PROOF, hashes=PROOF.hashes[:-1]), entry),
        (replace(PROOF, hashes=(*PROOF.hashes, bytes(32))), entry),
        (replace(PROOF, hashes=()), entry),
        (replace(PROOF, checkpoint=signed(LOG, 76)), entry),
        (replace(PROOF, checkpoint=signed(log_of(77, b"other"))), entry),
    ]
    for proof, leaf in bad:
        with pytest.raises(VerificationError):
            proof.verify(leaf, TRUST)


def test_the_two_hashes_of_a_node_are_no_entry():
    """Second preimage: left || right as a leaf, with the path of its parent."""
    log = log_of(4)
    left, right = (leaf_hash(leaf) for leaf in log.leaves[:2])
    path = log.inclusion_proof(0)
    forged = TlogProof(0, path[1:], signed(log))
    assert node_hash(node_hash(left, right), path[1]) == log.root()
    with pytest.raises(VerificationError):
        forged.verify(left + right, TRUST)


@pytest.mark.parametrize(
    "checkpoint",
    [
        signed(LOG, None, STRANGER),
        Checkpoint("other.example", 77, LOG.root()).sign(LOG_KEY),
    ],
)
def test_a_proof_under_a_checkpoint_of_somebody_else_is_refused(checkpoint):
    with pytest.raises(VerificationError):
        replace(PROOF, checkpoint=checkpoint).verify(LOG.leaves[40], TRUST)


def test_no_damage_passes_but_to_what_nothing_authenticates():
    for what, data in damaged(PROOF.encode()):
        try:
            proof = TlogProof.decode(data)
            proof.verify(LOG.leaves[40], TRUST)
        except (DecodingError, VerificationError):
            continue
        assert replace(proof, extra=PROOF.extra) == PROOF, what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"c2sp.org", b" c2sp.org"),
        (b"extra ZXh0cmE=", b"extra "),
        (b"extra ZXh0cmE=", b"extra"),
        (b"extra ZXh0cmE=", b"extra ZXh0cmE"),
        (b"extra ZXh0cmE=", b"extra ZXh0cmE=\nextra ZXh0cmE="),
        (b"extra ZXh0cmE=\nindex 40", b"index 40\nextra ZXh0cmE="),
        (b"index 40", b"index 040"),
        (b"index 40", b"index -1"),
        (b"index 40", b"index  40"),
        (b"index 40", b"index 40 "),
        (b"index 40", b"Index 40"),
        (b"index 40", b"index 9223372036854775808"),
        (b"index 40\n", b""),
        (b"index 40\n", b"index 40\n\n"),
        (b"index 40\n", b"index 40\nAAAA\n"),
        (b"index 40\n", b"index 40\n" + (b"A" * 43 + b"=\n") * 63),
        (b"\n", b"\r\n"),
    ],
)
def test_what_is_no_proof_is_refused(old, new):
    data = PROOF.encode()
    assert old in data
    with pytest.raises(DecodingError):
        TlogProof.decode(data.replace(old, new))


@given(st.binary(max_size=200) | st.text().map(lambda text: b"c2sp.org/tlog-proof@v1\n" + text.encode()))
def test_any_bytes_are_a_proof_or_refused(data):
    with pytest.raises(DecodingError):
        TlogProof.decode(data)


def test_a_proof_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(DecodingError, match="at most 2000000 bytes"):
        TlogProof.decode(b"\xff" * 2_000_001)


def test_impossible_proofs_are_not_made():
    for fields, error in (
        ({"index": -1}, ValueError),
        ({"index": True}, TypeError),
        ({"hashes": (b"short",)}, ValueError),
        ({"hashes": (bytes(32),) * 64}, ValueError),
        ({"hashes": [bytes(32)]}, TypeError),
        ({"checkpoint": b"none"}, DecodingError),
        ({"extra": "text"}, TypeError),
        ({"extra": bytes(500_001)}, ValueError),
    ):
        with pytest.raises(error):
            replace(PROOF, **fields)


def test_only_entries_of_the_checkpoint_are_proven():
    with pytest.raises(ValueError, match="index is outside"):
        prove(LOG, 5, signed(LOG, 5))
    for checkpoint in (signed(log_of(78)), signed(log_of(9, b"other"))):
        with pytest.raises(ValueError, match="a checkpoint of this log"):
            prove(LOG, 5, checkpoint)
