"""`zkhealth verify`: a verdict in words and as JSON, and the exit codes 0, 1 and 2."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from health.documents.makers import (
    ISSUER,
    card,
    certificate,
    certificate_text,
    chunks,
    crl,
    jwk,
    key,
    key_set,
    link,
    payload,
    seal,
)
from health.documents.test_documents_seals_and_links import CSCA, DER, SIGNER, card_file, encrypted
from shared_files import SHARED, shared

import zkhealth
from zkhealth.cli import main
from zkhealth.cli.exits import told
from zkhealth.cli.inspect import command as inspect_command
from zkhealth.health.documents.findings import finding

AT = "2021-07-01"


@pytest.fixture
def files(tmp_path):
    """Writes files and gives back their paths."""
    number = iter(range(100))

    def write(content):
        path = tmp_path / f"{next(number)}.bin"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def run(*arguments, **options):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], **options)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def verify(*arguments, at=AT, **options):
    return run("verify", *arguments, "--at", at, **options)


def test_a_valid_card_is_said_to_be_valid(files):
    result = verify(files(card()), "--trust", f"{ISSUER}={files(key_set(jwk(key())))}")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "VALID",
        f"  a SMART Health Card of {ISSUER}, issued 2021-05-03",
        "  the signature is good",
        "  checked for 2021-07-01 00:00:00 UTC",
    ]


def test_who_vouches_is_said_by_the_verifier_s_own_list(files):
    directory = {"participating_issuers": [{"iss": ISSUER, "name": "The Hospital"}]}
    keys = f"{ISSUER}={files(key_set(jwk(key())))}"
    result = verify(files(card()), "--trust", keys, "--trust", files(json.dumps(directory)))
    assert f"of {ISSUER} (in your list: The Hospital)" in result.stdout


def test_a_well_signed_card_that_has_expired_is_not_valid_and_one_is_told_what_to_do(files):
    result = verify(files(card(payload(exp=1625000000))), "--trust", f"{ISSUER}={files(key_set(jwk(key())))}")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "NOT VALID"
    assert result.stdout.splitlines()[2:] == [
        "  the signature is good",
        "  checked for 2021-07-01 00:00:00 UTC",
        "  EXPIRATION_ERROR: the card has expired",
        "    Ask whoever issued it for a new one.",
    ]


def test_many_findings_of_one_code_are_told_together(files):
    content = payload()
    content["vc"]["type"] += [f"type {n}" for n in range(8)]
    result = verify(files(card(content)), "--trust", f"{ISSUER}={files(key_set(jwk(key())))}")
    assert result.exit_code == 0
    sentence = "  SCHEMA_ERROR: vc.type has a type that health cards do not have"
    assert result.stdout.splitlines()[4:] == [
        *[sentence] * 5,
        "  SCHEMA_ERROR: and 3 more of these",
        "    Nothing: it can be used all the same; the issuer may want to know.",
    ]


def test_findings_of_one_code_are_told_together_although_others_stand_between_them():
    one, other = finding("CBOR_ERROR", "one"), finding("CBOR_ERROR", "other")
    assert told([one, between := finding("REVOKED", "between"), other]) == [
        "  CBOR_ERROR: one", "  CBOR_ERROR: other", f"    {one.advice}", "  REVOKED: between", f"    {between.advice}",
    ]  # fmt: skip


@pytest.mark.parametrize(("content", "trusted", "code", "heading"), [
    pytest.param(certificate_text(), certificate(key()), 0, "VALID", id="a certificate"),
    pytest.param(certificate_text(), None, 2, "CANNOT DECIDE", id="a certificate, and nobody is trusted"),
    pytest.param(certificate_text(), certificate(key(2)), 1, "NOT VALID", id="a certificate of someone else"),
    pytest.param(seal(SIGNER, DER), CSCA, 0, "VALID", id="a seal"),
    pytest.param(link(), None, 2, "CANNOT DECIDE", id="a link"),
    pytest.param(json.dumps({"resourceType": "Patient"}), None, 2, "CANNOT DECIDE", id="a record that nobody signed"),
    pytest.param("HC1:???", None, 1, "NOT VALID", id="a certificate that is broken"),
    pytest.param("shc:/1", None, 1, "NOT VALID", id="a card that is broken"),
    pytest.param("a letter", None, 2, "CANNOT DECIDE", id="a letter"),
    pytest.param("{", None, 2, "CANNOT DECIDE", id="JSON that is broken"),
    pytest.param(b"\xff\xfe", None, 2, "CANNOT DECIDE", id="no text"),
    pytest.param("", None, 2, "CANNOT DECIDE", id="nothing"),
])  # fmt: skip
def test_every_document_gets_a_verdict_and_an_exit_code(files, content, trusted, code, heading):
    lists = ["--trust", files(trusted)] if trusted else []
    result = verify(files(content), *lists)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (code, heading)


def test_json_says_the_same(files):
    result = verify(files(card(payload(exp=1625000000))), "--trust", files(key_set(jwk(key()))), "--json")
    verdict = json.loads(result.stdout)
    assert (result.exit_code, verdict["status"], verdict["at"]) == (1, "INVALID", "2021-07-01T00:00:00+00:00")
    [document] = verdict["documents"]
    assert (document["kind"], document["issuer"], document["signature_is_good"]) == ("shc", ISSUER, True)
    assert [(f["code"], f["weight"]) for f in document["findings"]] == [
        ("ISSUER_NOT_NAMED", "warning"),
        ("EXPIRATION_ERROR", "error"),
    ]
    assert all(f["what"] and f["do"] for f in document["findings"])


def test_several_files_are_the_codes_of_one_card(files):
    codes = [files(code) for code in reversed(chunks(card(), 3))]
    result = verify(*codes, "--trust", files(key_set(jwk(key()))))
    assert result.exit_code == 0
    assert "QR_CHUNKING_DEPRECATED" in result.stdout
    assert verify(*codes[:2]).exit_code == 1


def test_a_file_is_as_good_as_its_worst_card(files):
    both = json.dumps({"verifiableCredential": [card(), card(private=key(2))]})
    result = verify(files(both), "--trust", files(key_set(jwk(key()))))
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line.isupper() or line == "VALID"] == ["VALID", "NOT VALID"]


def test_standard_input_is_read(files):
    result = verify("-", "--trust", files(certificate(key())), input=certificate_text())
    assert result.exit_code == 0


def test_a_link_is_opened_with_the_file_that_was_fetched(files):
    keys = files(key_set(jwk(key())))
    assert verify(files(link()), "--encrypted", files(encrypted(card_file())), "--trust", keys).exit_code == 0
    wrong = verify(files(link()), "--encrypted", files(encrypted(card_file(), bytes(32))), "--trust", keys)
    assert (wrong.exit_code, "the key of the link does not open this file" in wrong.stdout) == (2, True)
    none = verify(files(card()), "--encrypted", files(encrypted(card_file())), "--trust", keys)
    assert (none.exit_code, "--encrypted goes with a link" in none.stdout) == (2, True)


def test_a_revocation_list_revokes(files):
    lists = ["--trust", files(key_set(jwk(key(), crlVersion=1)))]
    path = files(card(payload("abc")))
    undecided = verify(path, *lists)
    assert (undecided.exit_code, "REVOCATION_LIST_MISSING" in undecided.stdout) == (2, True)
    revoked = verify(path, *lists, "--trust", files(crl(key(), "abc")))
    assert (revoked.exit_code, "REVOKED: the issuer's revocation list has this card" in revoked.stdout) == (1, True)
    assert verify(path, *lists, "--trust", files(crl(key(), "abd"))).exit_code == 0


@pytest.mark.parametrize(("at", "code"), [
    ("2021-05-03", 0), ("2021-05-02T23:59:59", 1), ("2021-05-03T00:00:00Z", 0), ("2021-05-03T01:59:59+02:00", 1),
    ("2021-05-03T02:00:00+02:00", 0),
])  # fmt: skip
def test_the_time_is_the_one_that_was_named(files, at, code):
    assert verify(files(card()), "--trust", files(key_set(jwk(key()))), at=at).exit_code == code


def test_now_is_a_time_that_can_be_named(files):
    assert verify(files(certificate_text()), "--trust", files(certificate(key())), at="now").exit_code == 1


@pytest.mark.parametrize("arguments", [
    pytest.param(["verify", "x"], id="no time"),
    pytest.param(["verify", "x", "--at", "yesterday"], id="a time in words"),
    pytest.param(["verify", "--at", AT], id="no file"),
    pytest.param(["verify", "x", "--at", AT, "--as", "letter"], id="an unknown kind"),
    pytest.param(["verify", "x", "--at", AT, "--trust", "/nowhere"], id="a list that is not there"),
    pytest.param(["verify", "x", "--at", AT, "--trust", "https://x.example/jwks.json"], id="a list to be fetched"),
])  # fmt: skip
def test_a_wrong_call_is_explained(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_list_that_is_none_is_named_by_its_number(files):
    result = verify(files(card()), "--trust", files(key_set(jwk(key()))), "--trust", files("hello"))
    assert result.exit_code == 2
    assert "--trust number 2: expected a key set" in result.stderr


def test_a_file_that_is_not_there_cannot_be_decided(tmp_path):
    result = verify(tmp_path / "none")
    assert (result.exit_code, "No such file" in result.stdout) == (2, True)


def test_the_kind_can_be_named(files):
    as_dcc = verify(files(card()), "--as", "dcc")
    assert (as_dcc.exit_code, "PREFIX_ERROR" in as_dcc.stdout) == (1, True)


def test_control_characters_of_an_issuer_do_not_reach_the_terminal(files):
    issuer = "https://x\x1b[2J\r\nVALID"
    result = verify(files(card(payload(iss=issuer))), "--trust", files(key_set(jwk(key()))))
    assert "\x1b" not in result.stdout
    assert "https://x?[2J??VALID" in result.stdout
    assert [line for line in result.stdout.splitlines() if line == "VALID"] == []


PATHS = [
    *sorted((SHARED / "health/shc/valid").glob("*-jws.txt")),
    *sorted((SHARED / "health/shc/valid").glob("*.json")),
    *sorted((SHARED / "health/vds-nc").glob("*.json")),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["words", "JSON"])
def test_the_verdict_has_nothing_of_the_record(path, as_json):
    from health.documents.test_documents_leakage import holds, texts_of

    from zkhealth.health.documents import read_all

    result = verify(path, "--trust", shared("health/shc/issuer/jwks.json"), *as_json)
    secrets = {text for one in read_all(path) for text in texts_of(one.content)} - {read_all(path)[0].issuer}
    assert len(secrets) >= 2
    assert not holds(re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]\S*", "", result.stdout), secrets)


# --- inspect -----------------------------------------------------------------------------


def test_inspect_shows_the_holder_what_the_document_says(files):
    result = run("inspect", files(card()), "--json")
    assert result.exit_code == 0
    [document] = json.loads(result.stdout)["documents"]
    assert (document["kind"], document["issuer"], document["signed"]) == ("shc", ISSUER, True)
    assert document["content"] == payload()
    assert document["defects"] == []
    assert document["issued"] == "2021-05-03T00:00:00+00:00"


def test_inspect_in_words_says_that_nothing_was_verified(files):
    result = run("inspect", files(certificate_text()))
    assert json.loads(result.stdout)["content"]["nam"]["fnt"] == "MUSTERFRAU"
    assert "Not verified" in result.stderr


def test_inspect_names_defects(files):
    result = run("inspect", files(" " + card()), "--json")
    [document] = json.loads(result.stdout)["documents"]
    assert [found["code"] for found in document["defects"]] == ["TRAILING_CHARACTERS"]


def test_inspect_does_not_show_the_key_of_a_link(files):
    result = run("inspect", files(link()), "--json")
    [document] = json.loads(result.stdout)["documents"]
    assert set(document["content"]) == {"url", "label"}


def test_inspect_opens_a_link(files):
    result = run("inspect", files(link()), "--encrypted", files(encrypted(card_file())), "--json")
    assert json.loads(result.stdout)["documents"][0]["content"] == payload()


@pytest.mark.parametrize("content", ["HC1:???", "hello", "", b"\xff"])
def test_inspect_says_why_it_cannot_read(files, content):
    result = run("inspect", files(content))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (2, "CANNOT READ")
    as_json = run("inspect", files(content), "--json")
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["what"]


def test_both_verbs_say_in_their_help_what_their_exit_codes_mean():
    assert "Exit code 0" in inspect_command.help
    assert "Exit code 0" in run("verify", "--help").stdout


@pytest.mark.parametrize(("verb", "more"), [("verify", ()), ("import", ())])
def test_what_is_missing_is_named_by_its_option(files, verb, more):
    result = run(verb, files(card()), "--at", AT, *more)
    assert "TRUST_MISSING: no key sets of issuers of cards were given" in result.stdout
    assert "Give the issuer's keys or a trust list. The option is --trust." in result.stdout


def test_the_help_writes_now_as_it_is_read(files):
    assert "|now " in run("verify", "--help").stdout
    assert run("verify", files(card()), "--at", "now").exit_code in (1, 2)


FINDING = {"code", "weight", "what", "do"}
OF_A_DOCUMENT = {"kind", "issuer", "issued", "expires", "key_id"}


@pytest.mark.parametrize(("verb", "more", "whole", "one", "lists"), [
    pytest.param("verify", ("--at", AT), {"status", "at", "documents"},
                 {*OF_A_DOCUMENT, "status", "signature_is_good", "vouched_by", "findings"}, ("findings",), id="verify"),
    pytest.param("inspect", (), {"documents"}, {*OF_A_DOCUMENT, "signed", "defects", "content"}, ("defects",),
                 id="inspect"),
    pytest.param("import", ("--at", AT), {"status", "kept", "documents"},
                 {"kind", "issuer", "status", "codes", "verification", "records", "findings"}, ("verification",),
                 id="import"),
])  # fmt: skip
def test_the_json_of_the_verbs_has_these_names(files, verb, more, whole, one, lists):
    """They are a promise to programs; `zkhealth/health/NOTES.md` has them, too."""
    notes = (Path(zkhealth.__file__).parent / "health" / "NOTES.md").read_text(encoding="utf-8")
    found = json.loads(run(verb, files(" " + card()), *more, "--json").stdout)
    assert set(found) == whole
    [document] = found["documents"]
    assert set(document) == one
    assert all(set(entry) == FINDING for name in lists for entry in document[name])
    assert all(document[name] for name in lists)
    [row] = [line for line in notes.splitlines() if line.startswith(f"| `{verb}`")]
    assert set(re.findall("`(\\w+)`", row)) - {verb} == whole | one


@pytest.mark.parametrize("verb", ["inspect", "import"])
def test_the_json_of_what_cannot_be_read_says_what_to_do(files, verb):
    more = () if verb == "inspect" else ("--at", AT)
    found = json.loads(run(verb, files("hello"), *more, "--json").stdout)
    assert {"documents", "code", "what", "do"} <= set(found)
    assert (found["code"], found["documents"]) == ("UNKNOWN_FILE_DATA", [])
