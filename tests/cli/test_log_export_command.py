"""`zkhealth log export` writes what a reader with the public key can follow, and signs nothing over another past."""

import json
import os
import stat

import pytest
from cli.logs import ORIGIN, fill, run

from zkhealth.ledger import Log
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.note import Verifier
from zkhealth.ledger.reader import TiledLog
from zkhealth.ledger.trust import Trust


@pytest.fixture
def key(tmp_path):
    """The file of a private key, and the public one."""
    result = run("key", tmp_path / "key", "--origin", ORIGIN)
    assert result.exit_code == 0, result.output
    return tmp_path / "key", json.loads(result.stdout)["public_key"]


def read(folder, public_key):
    """What a reader with the public key finds in a folder."""
    fetch = from_directory(folder)
    signed = Trust(ORIGIN, [Verifier.decode(public_key)]).open(fetch("checkpoint"))
    return [json.loads(data)["content"]["name"] for data in TiledLog(fetch, signed.checkpoint).entries()]


def test_an_export_is_read_with_the_public_key_and_grows_with_the_log(tmp_path, key):
    file, public_key = key
    path = fill(tmp_path / "log.db", "a", "b")
    assert json.loads(run("export", path, tmp_path / "out", "--key", file).stdout)["size"] == 2
    assert read(tmp_path / "out", public_key) == ["a", "b"]
    fill(path, *map(str, range(300)))
    assert run("export", path, tmp_path / "out", "--key", file).exit_code == 0
    assert read(tmp_path / "out", public_key)[:4] == ["a", "b", "0", "1"]


def test_nothing_is_signed_over_another_past(tmp_path, key):
    file, public_key = key
    assert run("export", fill(tmp_path / "log.db", "a", "b"), tmp_path / "out", "--key", file).exit_code == 0
    result = run("export", fill(tmp_path / "other.db", "a", "x", "c"), tmp_path / "out", "--key", file)
    assert result.exit_code == 1 and "past" in result.stderr
    assert read(tmp_path / "out", public_key) == ["a", "b"]


def test_the_key_is_private_and_is_not_replaced(key):
    file, public_key = key
    before = file.read_text()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("key", file, "--origin", ORIGIN).exit_code == 2
    assert file.read_text() == before and before.strip() not in public_key


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+x", "nonsense"])
def test_what_is_no_key_ends_with_exit_code_2_and_is_not_shown(tmp_path, text):
    (tmp_path / "key").write_text(text)
    result = run("export", fill(tmp_path / "log.db", "a"), tmp_path / "out", "--key", tmp_path / "key")
    assert (result.exit_code, result.stdout) == (2, "") and "Traceback" not in result.stderr
    assert not text or text not in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_key_of_another_log_does_not_sign(tmp_path, key):
    with Log.open(tmp_path / "log.db", "other.example/log"):
        pass
    result = run("export", tmp_path / "log.db", tmp_path / "out", "--key", key[0])
    assert result.exit_code == 2 and "the key is for log.example/2026, not for other.example/log" in result.stderr
