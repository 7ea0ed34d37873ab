"""`zkhealth consent` and `zkhealth audit`: a patient's whole story on the command line, and what goes wrong in it."""

import json
import stat

import pytest
from click.testing import CliRunner

from zkhealth.cli import main
from zkhealth.ledger import Log, personal
from zkhealth.ledger.audit import Access
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.export import export
from zkhealth.ledger.note import Signer

ORIGIN = "log.example/2026"
HOSPITAL = "did:web:hospital.example"
LOG_KEY = Signer.generate(ORIGIN)
GRANT = ["--grantee", HOSPITAL, "--purpose", "TREAT", "--class", "Observation", "--class", "Condition"]
PERIOD = ["--from", "2026-01-01", "--until", "2027-01-01"]
READS = ["--actor", HOSPITAL, "--purpose", "TREAT", "--class", "Observation"]
CHECK = ["--log-key", LOG_KEY.verifier.encode(), "--at", "2026-12-01"]


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def said(*arguments):
    """What a command that succeeds prints."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def checkpoint(log, file):
    """The log as it is, signed, in a file."""
    with Log.open(log) as it:
        file.write_bytes(Checkpoint(ORIGIN, len(it), it.root()).sign(LOG_KEY))
    return file


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log.db"
    said("log", "create", path, "--origin", ORIGIN)
    assert run("consent", "key", tmp_path / "alice").exit_code == 0
    return path


@pytest.fixture
def key(path):
    return ["--key", path.parent / "alice"]


@pytest.fixture
def alice(path, key):
    """The patient's pseudonym, who has a grant in entry 0."""
    return said("consent", "grant", path, *key, *GRANT, *PERIOD, "--at", "2026-01-01")["patient"]


def allowed(path, *more, at="2026-06-01"):
    result = run("consent", "allowed", path, *READS, *more, "--at", at, "--json")
    return result.exit_code, json.loads(result.stdout)


def test_a_grant_allows_until_it_is_withdrawn(path, key, alice):
    assert allowed(path, "--patient", alice) == (0, {"answer": "allowed", "grant": 0, "why": "", "missing": []})
    assert said("consent", "withdraw", path, 0, *key, "--at", "2026-06-01")["index"] == 1
    code, answer = allowed(path, "--patient", alice)
    assert (code, answer["answer"], answer["why"]) == (1, "refused", "the grant was withdrawn in entry 1")
    assert allowed(path, at="2026-05-31T23:59:59Z")[0] == 0


def test_a_grant_ends_to_the_second(path, alice):
    assert [allowed(path, at=at)[0] for at in ("2026-12-31T23:59:59Z", "2027-01-01")] == [0, 1]


def test_a_narrowed_grant_allows_what_is_left(path, key, alice):
    less = ["--grantee", HOSPITAL, "--purpose", "TREAT", "--class", "Condition"]
    said("consent", "narrow", path, 0, *key, *less, *PERIOD, "--at", "2026-06-01")
    assert allowed(path)[0] == 1
    shown = said("consent", "show", path, *key, "--at", "2026-06-01", "--json")
    (grant,) = shown["grants"]
    assert (grant["state"], grant["later"], grant["consent"]["resourceType"]) == ("narrowed", [1], "Consent")
    assert "in force" in run("consent", "show", path, "--at", "2026-05-01").stdout


def test_an_erased_withdrawal_leaves_the_question_open(path, key, alice):
    said("consent", "withdraw", path, 0, *key, "--at", "2026-06-01")
    for _ in range(2):
        assert said("consent", "erase", path, 1) == {"erased": 1, "undecided": []}
    assert allowed(path) == (
        2,
        {
            "answer": "undecided",
            "grant": 0,
            "why": "the grant was narrowed or withdrawn, by what is not opened",
            "missing": [1],
        },
    )
    assert run("consent", "allowed", path, *READS, "--at", "2026-06-01").stdout.startswith("UNDECIDED")


def test_an_erased_grant_cannot_be_withdrawn(path, key, alice):
    said("consent", "erase", path, 0)
    result = run("consent", "withdraw", path, 0, *key, "--at", "2026-06-01")
    assert result.exit_code == 2 and "zkhealth consent: the opening of entry 0 was erased" in result.stderr


def test_somebody_else_cannot_withdraw(path, alice):
    run("consent", "key", path.parent / "mallory")
    result = run("consent", "withdraw", path, 0, "--key", path.parent / "mallory", "--at", "2026-06-01")
    assert result.exit_code == 2 and "of this patient" in result.stderr
    assert allowed(path)[0] == 0


def test_a_key_is_for_its_owner_alone_and_is_never_written_over(path):
    file = path.parent / "alice"
    before = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("consent", "key", file).exit_code == 2 and file.read_text() == before


@pytest.fixture
def story(path, key, alice):
    """A grant, an access, an emergency and an access in it; entries 0 to 3."""
    record = ["audit", "record", path, "--patient", alice]
    said(*record, *READS, "--at", "2026-02-01")
    urgent = ["--actor", "did:web:clinic.example", "--patient", alice]
    until = ["--at", "2026-03-01T10:00:00Z", "--until", "2026-03-01T12:00:00Z"]
    said("audit", "emergency", path, *urgent, "--reason", "unconscious on arrival", *until)
    urgent = ["--actor", "did:web:clinic.example", "--purpose", "ETREAT", "--class", "AllergyIntolerance"]
    said(*record, *urgent, "--emergency", 2, "--at", "2026-03-01T10:30:00Z")
    return path


def test_what_is_not_allowed_is_not_recorded(story, alice):
    result = run("audit", "record", story, "--patient", alice, *READS, "--at", "2027-01-01")
    assert result.exit_code == 1 and "the period of the grant is over" in result.stderr
    urgent = ["--actor", "did:web:clinic.example", "--purpose", "ETREAT", "--class", "AllergyIntolerance"]
    late = ["--emergency", 2, "--at", "2026-03-01T12:00:00Z"]
    result = run("audit", "record", story, "--patient", alice, *urgent, *late)
    assert result.exit_code == 1 and "the emergency was over" in result.stderr
    assert said("log", "root", story)["size"] == 4


def test_a_patient_reads_who_read(story, key, alice):
    shown = run("audit", "history", story, *key)
    assert shown.exit_code == 0 and "with your consent" in shown.stdout
    read = [json.loads(line) for line in history(story, alice)]
    assert [line["status"] for line in read] == [None, "consent", "declaration", "emergency"]
    assert "unconscious on arrival" in read[2]["what"] and read[1]["when"] == "2026-02-01 00:00:00"


def test_a_reason_cannot_hide_itself_or_others(story, key, alice):
    until = ["--at", "2026-03-01T10:00:00Z", "--until", "2026-03-01T12:00:00Z"]
    reason = "[conceal] nothing [/b]"
    said("audit", "emergency", story, "--actor", HOSPITAL, "--patient", alice, "--reason", reason, *until)
    shown = run("audit", "history", story, *key)
    assert shown.exit_code == 0 and "[conceal]" in shown.stdout and "[/b]" in shown.stdout


def test_an_auditor_checks_a_file_with_the_log_s_key_alone(story, tmp_path):
    note = checkpoint(story, tmp_path / "checkpoint")
    shown = said("audit", "export", story, tmp_path / "audit", "--checkpoint", note)
    assert (shown["entries"], shown["openings"]) == (4, 4)
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o600
    report = said("audit", "verify", tmp_path / "audit", *CHECK, "--json")
    assert report["proven"] and report["counts"]["consent"] == report["counts"]["emergency"] == 1
    assert run("audit", "verify", tmp_path / "audit", *CHECK).stdout.startswith("PROVEN")


def test_an_auditor_checks_a_folder_with_the_openings_of_a_file(story, tmp_path):
    note = checkpoint(story, tmp_path / "checkpoint")
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", note)
    with Log.open(story) as log:
        export(log, tmp_path / "tiles", note.read_bytes())
    report = said("audit", "verify", tmp_path / "tiles", "--openings", tmp_path / "audit", *CHECK, "--json")
    assert report["proven"]
    result = run("audit", "verify", tmp_path / "tiles", *CHECK, "--json")
    assert result.exit_code == 2 and json.loads(result.stdout)["missing"] == [1, 2, 3]


def test_an_audit_since_a_checkpoint_has_what_came_after(story, key, tmp_path):
    since = checkpoint(story, tmp_path / "since")
    said("consent", "withdraw", story, 0, *key, "--at", "2026-04-01")
    note = checkpoint(story, tmp_path / "now")
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", note, "--since", since)
    report = said("audit", "verify", tmp_path / "audit", *CHECK, "--since", since, "--json")
    assert (report["since"], report["size"], report["findings"]) == (4, 5, [])
    result = run("audit", "verify", tmp_path / "audit", *CHECK)
    assert result.exit_code == 1 and "leaves out 4 entries" in result.stderr


def test_an_erased_grant_leaves_the_audit_undecided_with_exit_code_2(story, tmp_path):
    assert said("consent", "erase", story, 0) == {"erased": 0, "undecided": [1]}
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", checkpoint(story, tmp_path / "checkpoint"))
    result = run("audit", "verify", tmp_path / "audit", *CHECK)
    assert result.exit_code == 2 and "entry 1, undecided: the grant is not opened" in result.stdout


def test_access_without_consent_is_named_with_exit_code_1(story, alice, tmp_path):
    outside = personal("access", Access(HOSPITAL, alice, "HMARKT", ["Observation"], 1_780_000_000, grant=0).body())
    with Log.open(story) as log:
        log.append([outside[0]], [outside[1]])
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", checkpoint(story, tmp_path / "checkpoint"))
    result = run("audit", "verify", tmp_path / "audit", *CHECK)
    assert result.exit_code == 1 and "entry 4, no consent: the purpose is outside the grant" in result.stdout
    assert "WITHOUT YOUR CONSENT" in json.loads(history(story, alice)[-1])["verdict"]


def history(story, patient):
    return run("audit", "history", story, "--patient", patient, "--json").stdout.splitlines()


def test_a_checkpoint_to_begin_with_must_be_the_log_s_own(story, tmp_path):
    note = checkpoint(story, tmp_path / "checkpoint")
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", note)
    with Log.open(story) as log:
        forged = Checkpoint(ORIGIN, len(log), log.root()).sign(Signer.generate(ORIGIN))
    (tmp_path / "since").write_bytes(forged)
    result = run("audit", "verify", tmp_path / "audit", *CHECK, "--since", tmp_path / "since")
    assert result.exit_code == 1 and "no trusted key" in result.stderr


def test_another_key_or_a_changed_file_is_refused_with_exit_code_1(story, tmp_path):
    said("audit", "export", story, tmp_path / "audit", "--checkpoint", checkpoint(story, tmp_path / "checkpoint"))
    other = Signer.generate(ORIGIN).verifier.encode()
    result = run("audit", "verify", tmp_path / "audit", "--log-key", other, "--at", "2026-12-01")
    assert result.exit_code == 1 and "zkhealth audit: no trusted key signed" in result.stderr
    data = (tmp_path / "audit").read_bytes()
    (tmp_path / "audit").write_bytes(data.replace(b'"kind":"grant"', b'"kind":"Grant"'))
    result = run("audit", "verify", tmp_path / "audit", *CHECK)
    assert result.exit_code == 1 and "entry 0" in result.stderr


def test_events_are_written_one_a_line(story, alice, tmp_path):
    client = ["--client", "urn:example:portal", "192.0.2.7"]
    assert said("audit", "export", story, tmp_path / "events", "--fhir", *client, "--patient", alice) == {"events": 3}
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    assert {event["resourceType"] for event in events} == {"AuditEvent"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["consent", "show", "{path}", "--key", "{path}", "--at", "now"], "patient's key", id="no key"),
        pytest.param(["consent", "show", "{folder}/none", "--at", "2026-01-01"], "needs an origin", id="no log"),
        pytest.param(["consent", "erase", "{path}", "9"], "no entry 9", id="no entry"),
        pytest.param(["audit", "history", "{path}"], "expected --key or --patient", id="nobody's history"),
        pytest.param(["audit", "export", "{path}", "{folder}/x"], "expected --checkpoint", id="no checkpoint"),
        pytest.param(["audit", "verify", "{path}", *CHECK], "CBOR", id="no audit"),
        pytest.param(["consent", "allowed", "{path}", *READS, "--at", "noon"], "expected a day", id="no time"),
    ],
)
def test_what_cannot_be_done_ends_with_exit_code_2(path, arguments, message):
    result = run(*(part.format(path=path, folder=path.parent) for part in arguments))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert message in result.stderr and "Traceback" not in result.stderr
