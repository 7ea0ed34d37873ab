"""What strangers at the command line once were told wrongly, or not at all."""

import json

from click.testing import CliRunner
from health.documents.makers import (
    card,
)

from zkhealth.cli import main

RECORD = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1990-01-01"}}],
}


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


def test_a_trust_list_that_is_not_there_is_named_by_its_number(tmp_path):
    for verb in ("verify", "import"):
        result = run(verb, "-", "--at", "2021-07-01", "--trust", tmp_path / "none", input="{}")
        assert (result.exit_code, "--trust number 1: No such file" in result.stderr) == (2, True)


def test_two_cards_at_once_are_not_called_invalid(tmp_path):
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(card())
    result = run("verify", *files, "--at", "2021-07-01")
    assert (result.exit_code, "give other documents alone" in result.stdout) == (2, True)


def test_whoever_imports_a_link_is_told_to_fetch_its_file():
    link = json.dumps({"url": "https://x.example/" + "a" * 43, "key": "A" * 43})
    result = run("import", "-", "--at", "2021-07-01", input=link)
    assert (result.exit_code, "--encrypted" in result.stdout) == (2, True)


def test_nothing_is_said_to_be_kept_where_nothing_is():
    result = run("import", "-", "--at", "2021-07-01", input=json.dumps(RECORD))
    assert (result.exit_code, "--wallet" in result.stderr) == (2, True)


def test_a_passphrase_that_nobody_types_says_nothing_of_the_document(tmp_path, monkeypatch):
    monkeypatch.delenv("ZKHEALTH_PASSPHRASE", raising=False)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(RECORD))
    result = run("import", file, "--at", "2021-07-01", "--wallet", tmp_path / "wallet", input="")
    assert (result.exit_code, "ZKHEALTH_PASSPHRASE" in result.stderr) == (2, True)
