"""`zkhealth log` makes a log, adds, proves, and names what is wrong."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from zkhealth.cli import main
from zkhealth.merkle import verify_consistency, verify_inclusion

ORIGIN = "log.example/2026"


def run(*arguments, text=None):
    return CliRunner().invoke(main, ["log", *map(str, arguments)], input=text)


def said(*arguments, text=None):
    """What a command that succeeds prints."""
    result = run(*arguments, text=text)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def path(tmp_path):
    """A log of three issuers."""
    path = tmp_path / "log.db"
    said("create", path, "--origin", ORIGIN)
    for i in range(3):
        assert said("append", path, "issuer", "-", text=f'{{"name": "hospital {i}"}}')["index"] == i
    return path


def test_a_proof_that_is_printed_verifies(path):
    shown = said("prove", path, 1)
    proof = tuple(map(bytes.fromhex, shown["proof"]))
    assert shown["entry"] == '{"content":{"name":"hospital 1"},"kind":"issuer"}'
    verify_inclusion(bytes.fromhex(shown["root"]), shown["size"], 1, shown["entry"].encode(), proof)
    assert run("entry", path, 1).stdout == shown["entry"] + "\n"


def test_growth_that_is_printed_verifies(path):
    old = said("root", path, "--size", 2)
    shown = said("extends", path, 2)
    proof = tuple(map(bytes.fromhex, shown["proof"]))
    assert shown["old_root"] == old["root"] and shown["origin"] == ORIGIN
    verify_consistency(bytes.fromhex(old["root"]), 2, bytes.fromhex(shown["root"]), 3, proof)


def test_a_sound_log_is_said_to_be_sound(path):
    trusted = said("root", path, "--size", 2)
    shown = said("check", path, "--trust", 2, trusted["root"])
    assert shown == {"sound": True, "checkpoints": 1, **said("root", path)}


def test_a_changed_log_is_refused_with_exit_code_1(path):
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER ledger_entry_update")
        raw.execute("UPDATE ledger_entry SET data = CAST(replace(data, 'hospital 1', 'hospital 9') AS BLOB)")
    raw.close()
    result = run("entry", path, 1)
    assert (result.exit_code, result.stdout) == (1, "") and "entry 1 is not what was hashed" in result.stderr
    result = run("check", path)
    assert result.exit_code == 1 and "ledger_entry_update is missing" in result.stderr


def test_a_checkpoint_of_another_log_is_refused_with_exit_code_1(path):
    result = run("check", path, "--trust", 2, "00" * 32)
    assert result.exit_code == 1 and "another root than the checkpoint" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["root", "{folder}/none.db"], "needs an origin", id="no log"),
        pytest.param(["create", "{folder}/none/log.db", "--origin", "o"], "log's database", id="no folder"),
        pytest.param(["root", "mysql://log"], "expected a path", id="another database"),
        pytest.param(["create", "{path}", "--origin", "other"], "the origin of the log is", id="another origin"),
        pytest.param(["entry", "{path}", "3"], "no entry 3 in a log of 3", id="no entry"),
        pytest.param(["prove", "{path}", "3"], "outside the log of 3", id="no proof"),
        pytest.param(["extends", "{path}", "4"], "more than size 3", id="no such size"),
        pytest.param(["check", "{path}", "--trust", "2", "xy"], "non-hexadecimal", id="no root"),
    ],
)
def test_what_cannot_be_answered_ends_with_exit_code_2(path, arguments, message):
    result = run(*(part.format(path=path, folder=path.parent) for part in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr and "Traceback" not in result.stderr
    assert not (path.parent / "none.db").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1.5}', '{"a": 1, "a": 2}', '{"a": "%s"}' % ("x" * 70_000)])
def test_content_that_is_not_plain_json_is_not_appended(path, text):
    result = run("append", path, "issuer", "-", text=text)
    assert result.exit_code == 2
    assert said("root", path)["size"] == 3


def test_personal_kinds_are_not_typed_in(path):
    assert run("append", path, "grant", "-", text="{}").exit_code == 2
