"""The sixteen checkpoints, and every tile, of a log that Tessera (Go) wrote; and keys from Go's note package."""

import re

import pytest
from shared_files import shared

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.note import Signer, Verifier, split_note
from zkhealth.ledger.reader import TiledLog, read_log
from zkhealth.ledger.tiles import decode_bundle, encode_bundle
from zkhealth.ledger.trust import Trust
from zkhealth.merkle import MerkleTree, verify_consistency, verify_inclusion

ORIGIN = "example.com/log/testdata"
SIZES = range(16)


def folder():
    return shared("vectors", "tlog", "tessera-log", "testdata", "log")


def trust():
    key = shared("vectors", "tlog", "PUBLIC_KEY").read_text(encoding="ascii").strip()
    return Trust(ORIGIN, [Verifier.decode(key)])


def checkpoint(size):
    return trust().open((folder() / f"checkpoint.{size}").read_bytes()).checkpoint


@pytest.mark.parametrize("size", SIZES)
def test_each_checkpoint_is_signed_and_its_root_is_that_of_the_entries(size):
    state = checkpoint(size)
    tree = MerkleTree()
    for n in range(1, size + 1):  # Each partial bundle repeats the entries of the one before.
        entries = decode_bundle((folder() / "tile" / "entries" / "000.p" / str(n)).read_bytes())
        tree.append(entries[-1])
        assert len(entries) == n
    assert (state.size, state.root) == (size, tree.root())


@pytest.mark.parametrize("size", SIZES)
def test_each_tile_is_authenticated_under_its_checkpoint(size):
    log = TiledLog(from_directory(folder()), checkpoint(size))
    log.verify()
    assert len(list(log.entries())) == size


@pytest.mark.parametrize("size", SIZES)
def test_each_checkpoint_extends_each_earlier_one(size):
    log = TiledLog(from_directory(folder()), checkpoint(size))
    for old in range(size + 1):
        assert log.root(old) == checkpoint(old).root
        verify_consistency(checkpoint(old).root, old, log.root(), size, log.consistency_proof(old))
    for index in range(size):
        verify_inclusion(log.root(), size, index, log.entry(index), log.inclusion_proof(index))


def test_the_newest_checkpoint_is_read():
    log = read_log(from_directory(folder()), trust())
    assert [log.entry(i) for i in range(3)] == [b"one", b"two", b"three"]
    assert log.checkpoint == checkpoint(len(log))


def test_each_note_and_each_bundle_is_written_as_go_writes_it():
    for size in SIZES:
        data = (folder() / f"checkpoint.{size}").read_bytes()
        text, signatures = split_note(data)
        assert text + b"\n" + b"".join(s.encode() for s in signatures) == data
        assert Checkpoint.decode(text).encode() == text
    for size in SIZES[1:]:
        data = (folder() / "tile" / "entries" / "000.p" / str(size)).read_bytes()
        assert encode_bundle(decode_bundle(data)) == data


def test_a_tampered_tile_of_the_real_log_is_refused():
    fetch = from_directory(folder())
    for path in ("tile/0/000.p/12", "tile/entries/000.p/12"):
        data = fetch(path)
        for i in range(len(data)):
            bad = data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]
            with pytest.raises(VerificationError, match=path):
                TiledLog(lambda p, bad=bad, path=path: bad if p == path else fetch(p), checkpoint(12)).verify()


def test_keys_of_go_s_note_package_are_read_and_written_alike():
    text = shared("vectors", "tlog", "go-note-keys.txt").read_text(encoding="ascii")
    vkey, skey = re.search(r'vkey := "(.*)"', text)[1], re.search(r'skey := "(.*)"', text)[1]
    signer = Signer.decode_private(skey)
    assert Verifier.decode(vkey) == signer.verifier
    assert (signer.verifier.encode(), signer.encode_private()) == (vkey, skey)
    with pytest.raises(DecodingError):
        Verifier.decode(skey)
