"""`zkhealth demo` from end to end: a second process, what it is given, and what is printed."""

import json
import subprocess
from types import SimpleNamespace

import pytest
from cli.runs import (
    CLOCK,
    FIELDS,
    SYNTHEA,
    bundle,
    demo,
    is_silent_about,
    plain,
    process,
    report,
    verifier_in_this_process,
)
from click.testing import CliRunner

from zkhealth.cli import demo as demo_verb
from zkhealth.cli import main
from zkhealth.records import Policy


def test_the_sample_is_proven_to_a_second_process(tmp_path):
    answer = process("demo", "--hospital", 10, cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.startswith("PROVEN\n  at least 18 years old on 2026-11-23\n  vaccine is one of a list of 77\n")
    for words in ("saw", "over 16 records", "did not see", "bytes sent", "published in", "proven in", "verified in"):
        assert words in answer.stdout
    assert "Traceback" not in answer.stderr


def test_a_record_that_does_not_fit_is_refused_to_its_holder(tmp_path):
    answer = process("demo", "--min-age", 40, "--hospital", 0, cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stdout.startswith("NOT MET: ")
    assert "not yet 40 years old on 2026-11-23 (by the latest day that the record allows)" in answer.stdout


def test_a_record_that_says_too_little_is_refused_by_name(tmp_path, saved):
    answer = process("demo", saved(bundle(None)), "--at", CLOCK, "--hospital", 0, cwd=tmp_path)
    assert answer.returncode == 2
    assert "missing: the date of birth" in answer.stdout
    assert "Patient.birthDate is missing" in answer.stdout
    assert answer.stderr == ""


def test_the_reference_backend_proves_too(tmp_path, saved):
    """A sample of one record and the narrowest question: it needs a second for five commitments."""
    path = saved(bundle("1990", ("2021-06-01", "208")))
    answer = process("demo", path, "--at", CLOCK, "--ask", "days", "--days", "30..30", "--hospital", 0, "--json",
                     cwd=tmp_path, ZKHEALTH_BACKEND="reference")  # fmt: skip
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["backend"] == "reference"


def test_the_verifier_is_another_process(monkeypatch):
    """The real `subprocess.run`, watched: what goes in, what comes out."""
    seen, run = [], subprocess.run

    def watched(command, **options):
        answer = run(command, **options)
        seen.append((command, json.loads(options["input"]), json.loads(answer.stdout), answer.returncode))
        return answer

    monkeypatch.setattr(subprocess, "run", watched)
    result = CliRunner().invoke(main, ["demo", "--hospital", "0", "--ask", "days"])
    assert result.exit_code == 0
    [(command, asked, verdict, code)] = seen
    assert command[1:] == ["-m", "zkhealth", "check"]
    assert set(asked) == FIELDS
    assert (verdict["valid"], code) == (True, 0)


def test_a_package_of_the_same_name_in_the_current_directory_is_not_the_verifier(tmp_path):
    """It would say whatever it likes, and did so before the process started elsewhere."""
    impostor = tmp_path / "zkhealth"
    impostor.mkdir()
    (impostor / "__init__.py").touch()
    (impostor / "__main__.py").write_text('print(\'{"valid": false, "why": "the impostor says so"}\')')
    assert "impostor" in process("check", input="{}", cwd=tmp_path).stdout

    answer = process("demo", "--hospital", 0, "--ask", "days", flags=["-P"], cwd=tmp_path)
    assert answer.returncode == 0
    assert "impostor" not in answer.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_any_encoding_can_show_it(encoding):
    with verifier_in_this_process():
        result = CliRunner(charset=encoding).invoke(main, ["demo", "--hospital", "0", "--ask", "days"])
    assert result.exit_code == 0
    assert result.stdout.isascii()


def test_a_verifier_that_falls_over_refuses():
    def run(*_, **__):
        return SimpleNamespace(stdout=b"", returncode=-9)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_verb, "subprocess", SimpleNamespace(run=run, PIPE=None))
        result = CliRunner().invoke(main, ["demo", "--hospital", "0", "--ask", "days"])
    assert result.exit_code == 1
    assert result.stdout.startswith("REFUSED by the verifier: its process ended with -9")


def test_a_refusal_by_the_verifier_is_reported():
    """Under another nonce, say."""
    run = subprocess.run

    def meddling(command, input, **options):
        asked = json.loads(input) | {"nonce": "00" * 32}
        return run(command, input=json.dumps(asked).encode(), **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_verb, "subprocess", SimpleNamespace(run=meddling, PIPE=subprocess.PIPE))
        for flags in ([], ["--json"]):
            result = CliRunner().invoke(main, ["demo", "--hospital", "0", "--ask", "days", *flags])
            assert result.exit_code == 1
            assert result.stdout.startswith("REFUSED" if not flags else '{"valid": false')


# --- what is printed ---------------------------------------------------------------------


SECRETS = ["1990", "1990-04", "April", "2026-09-01", "2026-09", "208", "J07BN01", "Specimen", "Synthia", "Pfizer"]
DAY_NUMBERS = ["32962", "32991", "46264"]


def test_the_scan_would_find_them():
    for secret in (*SECRETS, *DAY_NUMBERS):
        assert not is_silent_about(f"leaf number 3, ({secret}): ok", [secret])
    assert is_silent_about("leaf number 208 in 208.15 ms", ["208"])


def test_nothing_personal_is_in_the_narration():
    result = demo(hospital=5)
    assert result.exit_code == 0
    assert is_silent_about(result.output, SECRETS + DAY_NUMBERS)


def test_nothing_personal_goes_to_the_verifier_or_into_the_json():
    """But the list of accepted vaccines, which is the verifier's own and the same for all."""
    result = demo("--json", hospital=5)
    [asked] = result.verifier
    out = json.loads(result.stdout)
    assert asked.pop("policy") == out.pop("policy")
    times = {name: out.pop(name) for name in ("publish_ms", "prove_ms")} | {"v": out["verdict"].pop("verify_ms")}
    assert all(value >= 0 for value in times.values())
    out["verdict"]["saw"].pop("leaf")
    for content in (asked, out):
        assert is_silent_about(json.dumps(content), SECRETS + DAY_NUMBERS)


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name)
@pytest.mark.usefixtures("native")
def test_no_message_has_the_record_s_dates_or_names(path):
    """Of any verdict: what the holder is told names places of the file, and days since."""
    [patient] = [r for r in plain(path) if r["resourceType"] == "Patient"]
    secrets = [patient["birthDate"], *(part for name in patient["name"] for part in (name["family"], *name["given"]))]
    secrets += [r["occurrenceDateTime"][:10] for r in plain(path) if r["resourceType"] == "Immunization"]
    for ask in ("age", "age,vaccine,days"):
        assert is_silent_about(demo(path, "--at", CLOCK, "--ask", ask).output, secrets)


def test_the_verifier_is_given_five_things():
    result = demo(hospital=2)
    [asked] = result.verifier
    assert set(asked) == FIELDS
    assert Policy.from_json(json.dumps(asked["policy"])).explain() == [
        "at least 18 years old on 2026-11-23",
        "vaccine is one of a list of 77",
        "vaccine given 14 to 270 days before 2026-11-23",
    ]
    assert asked["size"] == 6 + 2
    assert [len(bytes.fromhex(asked[name])) for name in ("root", "nonce")] == [32, 32]


def test_each_run_has_its_own_root_and_nonce():
    runs = [demo("--ask", "days", "--days", "80..90").verifier[0] for _ in range(2)]
    for name in ("root", "nonce", "presentation"):
        assert runs[0][name] != runs[1][name]


def test_the_json_of_a_proof():
    code, out = report(hospital=5)
    assert code == 0
    assert set(out) == FIELDS | {"valid", "backend", "bytes", "publish_ms", "prove_ms", "verdict"}
    assert (out["valid"], out["size"], out["bytes"]) == (True, 11, len(out["presentation"]) // 2)
    verdict = out["verdict"]
    assert set(verdict) == {"valid", "proven", "saw", "verify_ms"}
    assert set(verdict["saw"]) == {"leaf", "commitments", "proof_bytes"}
    assert len(verdict["saw"]["commitments"]) == 2 * 240
    again = CliRunner().invoke(main, ["check"], input=json.dumps({name: out[name] for name in FIELDS}))
    assert again.exit_code == 0, "the report is all that it takes to check again"


@pytest.mark.parametrize(("arguments", "code"), [(["--min-age", 40], 1), (["--at", "2018-01-01", "--ask", "days"], 2)])
def test_the_json_of_a_refusal(arguments, code):
    assert report(*arguments)[0] == code
    out = report(*arguments)[1]
    assert set(out) == {"valid", "what", "why"}
    assert out["valid"] is False
    assert out["why"]
    assert all(isinstance(reason, str) for reason in out["why"])


def test_the_default_hospital_has_a_thousand_others(native):
    with verifier_in_this_process():
        result = CliRunner().invoke(main, ["demo", "--json", "--ask", "days"])
    assert json.loads(result.stdout)["size"] == 1006


def test_the_default_hospital_is_small_on_the_reference_backend(monkeypatch):
    published = []
    monkeypatch.setattr(demo_verb, "backend_name", lambda: "reference")
    monkeypatch.setattr(demo_verb, "_run", lambda *these: published.append(these[-1]) or {"verdict": {"valid": True}})
    CliRunner().invoke(main, ["demo", "--json"])
    assert published == [20]
