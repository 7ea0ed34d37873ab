"""`zkhealth log follow` takes what is signed and only grows, and names what a log does wrong."""

import json

import pytest
from cli.logs import ORIGIN, fill, run

from zkhealth.ledger import Cosigner


@pytest.fixture
def exported(tmp_path):
    """What writes a log with these names to the folder, and what follows it."""
    made = run("key", tmp_path / "key", "--origin", ORIGIN)
    public_key = json.loads(made.stdout)["public_key"]

    def write(log, *names):
        fill(tmp_path / log, *names)
        assert run("export", tmp_path / log, tmp_path / log[:1], "--key", tmp_path / "key").exit_code == 0

    def follow(folder, *more):
        return run("follow", tmp_path / folder, "--key", public_key, "--state", tmp_path / "state", *more)

    return write, follow


def test_a_log_that_grows_is_followed(exported):
    write, follow = exported
    write("a.db", "x", "y")
    assert json.loads(follow("a").stdout)["size_before"] == 0
    write("a.db", *map(str, range(300)))
    shown = json.loads(follow("a", "--every-tile").stdout)
    assert (shown["size_before"], shown["size"]) == (2, 302)


def test_a_rollback_is_named(exported):
    write, follow = exported
    write("a.db", "x", "y")
    write("b.db", "x")
    assert follow("a").exit_code == 0
    result = follow("b")
    assert result.exit_code == 1
    assert "the log shrank" in result.stderr


def test_a_fork_is_named(exported):
    write, follow = exported
    write("a.db", "x", "y")
    write("b.db", "x", "z", "w")
    assert follow("a").exit_code == 0
    result = follow("b")
    assert result.exit_code == 1
    assert "does not extend" in result.stderr


def test_a_damaged_tile_is_found_when_every_tile_is_read(exported, tmp_path):
    write, follow = exported
    write("a.db", *map(str, range(300)))
    bundle = tmp_path / "a" / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b"17", b"71", 1))
    assert follow("a").exit_code == 0
    assert follow("a", "--every-tile").exit_code == 1


def test_witnesses_must_have_cosigned(exported):
    write, follow = exported
    write("a.db", "x")
    witness = Cosigner.generate("witness.example/1").verifier.encode()
    assert follow("a", "--witness", witness).exit_code == 1
    assert follow("a", "--witness", witness, "--quorum", 0).exit_code == 0


def test_what_is_no_log_cannot_be_followed(exported):
    _, follow = exported
    result = follow("nowhere")
    assert result.exit_code == 2
    assert "expected a folder or a URL" in result.stderr
