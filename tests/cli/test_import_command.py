"""`zkhealth import`: what a document says as records, and a wallet in which nobody vouches for them."""

import json
import re

import pytest
from click.testing import CliRunner
from health.bridge.authorities import DURING, Hospital, dose, patient
from health.fhir import resources as r
from health.fhir.resources import bundle
from shared_files import shared

from zkhealth.cli import main
from zkhealth.credentials import Wallet

HOSPITAL = Hospital()
PASSPHRASE = "a long passphrase"  # noqa: S105


def run(*arguments, **options):
    return CliRunner(env={"ZKHEALTH_PASSPHRASE": PASSPHRASE}).invoke(main, ["import", *map(str, arguments)], **options)


def report(*arguments, **options):
    result = run(*arguments, "--at", DURING, "--json", **options)
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def card(tmp_path):
    """A card and the key set of its issuer."""
    document = HOSPITAL.card(patient(), dose())
    signature = document.signature
    from zkhealth.health.documents.base64url import to_base64url

    file, keys = tmp_path / "card.txt", tmp_path / "jwks.json"
    file.write_text(f"{signature.message.decode()}.{to_base64url(signature.value)}", encoding="ascii")
    keys.write_text(json.dumps({"keys": [HOSPITAL.jwk]}), encoding="ascii")
    return file, f"{HOSPITAL.issuer}={keys}"


@pytest.fixture
def record(tmp_path):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(bundle(*r.ALL)), encoding="utf-8")
    return file


def test_a_card_that_is_valid_is_shown_and_kept_for_oneself(card, tmp_path):
    file, keys = card
    code, found = report(file, "--trust", keys, "--wallet", tmp_path / "wallet.jwe")
    assert (code, found["status"], found["kept"]) == (0, "VALID", 2)
    [document] = found["documents"]
    identity, vaccination = document["records"]
    assert identity["values"]["family"] == "Anyperson"
    assert vaccination["schema"] == "https://zkhealth.example/schemas/immunization/1"
    assert vaccination["values"]["date"] == "2021-06-20"
    held = Wallet.load(tmp_path / "wallet.jwe", PASSPHRASE).credentials
    assert {credential.issuer.name for credential in held} == {"SELF_ASSERTED"}
    assert {credential.issuer.spec.id.partition("#")[2] for credential in held} == {"self-asserted"}
    assert [credential.show().get("lot") for credential in held] == [None, "EN6202"]


def test_records_are_added_to_a_wallet_that_is_there(card, tmp_path):
    for n in (2, 4):
        assert report(card[0], "--wallet", tmp_path / "wallet.jwe")[1]["kept"] == 2
        assert len(Wallet.load(tmp_path / "wallet.jwe", PASSPHRASE).credentials) == n


def test_without_trust_nothing_can_be_decided(card):
    code, found = report(card[0])
    assert (code, found["status"], found["kept"]) == (2, "CANNOT_DECIDE", 0)


def test_of_a_document_that_is_not_valid_nothing_is_kept(card, tmp_path):
    file, keys = card
    file.write_text(file.read_text()[:-8] + "AAAAAAAA", encoding="ascii")
    code, found = report(file, "--trust", keys, "--wallet", tmp_path / "wallet.jwe")
    assert (code, found["status"], found["kept"]) == (1, "INVALID", 0)
    assert not (tmp_path / "wallet.jwe").exists()


def test_a_bare_record_is_read_and_can_be_kept(record, tmp_path):
    code, found = report(record, "--wallet", tmp_path / "wallet.jwe")
    [document] = found["documents"]
    assert (code, found["status"], document["codes"]) == (2, "CANNOT_DECIDE", ["NOT_SIGNED"])
    assert found["kept"] == len(document["records"]) == 17
    assert {finding["code"] for finding in document["findings"]} == {"RESOURCE_NOT_READ", "PARTIAL_DATE_AMBIGUOUS"}


def test_findings_say_what_is_wrong_and_what_to_do(record):
    text = json.dumps(bundle(r.PATIENT, {**r.OBSERVATION, "valueQuantity": r.quantity(5, comparator="<")}))
    result = run("-", "--at", DURING, input=text)
    assert result.exit_code == 2
    assert "VALUE_HAS_COMPARATOR: Observation 1: valueQuantity.comparator" in result.stdout
    assert "Ask the laboratory for an exact value" in result.stdout
    assert "Nothing was kept: --wallet FILE" in result.stderr


def test_what_is_shown_to_people_does_not_begin_with_valid_unless_it_is(record, card):
    assert run(record, "--at", DURING).stdout.startswith("CANNOT DECIDE")
    assert run(card[0], "--trust", card[1], "--at", DURING).stdout.startswith("VALID")


def test_the_strict_check_leaves_out_what_is_not_valid(tmp_path):
    pytest.importorskip("fhir.resources.R4B")
    text = json.dumps(bundle(r.PATIENT, {**r.OBSERVATION, "colour": "red"}))
    _, found = report("-", "--strict", input=text)
    assert [finding["code"] for finding in found["documents"][0]["findings"]] == ["NOT_VALID_R4"]


@pytest.mark.parametrize(("arguments", "data", "code"), [
    pytest.param((), b"\x00\x01", 2, id="nothing known"),
    pytest.param((), b"HC1:AAAA", 1, id="a broken certificate"),
    pytest.param((), json.dumps(bundle(r.PATIENT, r.PATIENT)), 2, id="two patients"),
    pytest.param(("--as", "shl"), "shlink:/eyJ", 1, id="a broken link"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_so(arguments, data, code):
    result = run("-", "--at", DURING, *arguments, input=data)
    assert result.exit_code == code
    assert result.stdout.startswith("CANNOT READ")
    exit_code, found = report("-", *arguments, input=data)
    assert (exit_code, found["kept"], found["documents"]) == (code, 0, [])


def test_a_wrong_passphrase_keeps_nothing(card, tmp_path):
    Wallet.create().save(tmp_path / "wallet.jwe", "another one")
    code, found = report(card[0], "--wallet", tmp_path / "wallet.jwe")
    assert (code, found["kept"]) == (2, 0)


@pytest.mark.parametrize(("prepare", "what"), [
    pytest.param(lambda file: Wallet.create().save(file, "another one"), "wrong passphrase", id="another passphrase"),
    pytest.param(lambda file: file.write_bytes(b"\x00"), "expected a compact JWE", id="another file"),
    pytest.param(lambda file: file.mkdir(), "", id="a folder"),
])  # fmt: skip
def test_a_wallet_that_cannot_be_used_is_not_said_to_be_the_document_s_fault(card, tmp_path, prepare, what):
    wallet = tmp_path / "wallet.jwe"
    prepare(wallet)
    result = run(card[0], "--at", DURING, "--wallet", wallet)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (2, "CANNOT KEEP")
    assert f"  the wallet: {what}" in result.stdout
    assert "Nothing was kept." in result.stdout and "ZKHEALTH_PASSPHRASE" in result.stdout
    code, found = report(card[0], "--wallet", wallet)
    assert (code, found["kept"], found["documents"]) == (2, 0, [])
    assert found["what"].startswith("the wallet: ") and found["do"]


def test_a_wallet_without_a_name_keeps_nothing_and_says_so(card):
    result = run(card[0], "--trust", card[1], "--at", DURING, "--wallet", "")
    assert (result.exit_code, "Nothing was kept: --wallet FILE" in result.stderr) == (0, True)


def test_a_missing_file_and_a_bad_list_are_said_so(tmp_path, card):
    assert run(tmp_path / "nothing", "--at", DURING).exit_code == 2
    result = run(card[0], "--trust", card[0], "--at", DURING)
    assert result.exit_code == 2
    assert "cannot read the trust lists" in result.stderr


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    hostile = {**r.PATIENT, "name": [{"family": "\x1b[31mRed", "given": ["\u202eevil"]}]}
    result = run("-", "--at", DURING, input=json.dumps(bundle(hostile)))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", result.stdout)


@pytest.mark.parametrize(("file", "records"), [
    ("shc/valid/example-00-d-jws.txt", 4), ("shc/valid/example-00-e-file.smart-health-card", 4),
    ("shc/valid/example-00-f-qr-code-numeric-value-0.txt", 4), ("shc/valid/example-00-a-fhirBundle.json", 4),
    ("vds-nc/valid.json", 3), ("fhir/hl7-r4-examples/Coverage-9876B1.json", 1),
])  # fmt: skip
def test_the_documents_of_others_are_imported(file, records):
    code, found = report(shared("health", *file.split("/")))
    assert code in (1, 2)  # without trust, or for another time
    assert [len(document["records"]) for document in found["documents"]] == [records]
