"""Runs of the command line, and the records that it is run on.

Most are in this process, the verifier's too, on the input that its own process would have had.
"""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from shared_files import SHARED

from zkhealth.cli import demo as demo_verb
from zkhealth.cli import main

CLOCK = date(2021, 7, 1)
FIELDS = {"root", "size", "policy", "nonce", "presentation"}
HEX = re.compile(r"[0-9a-f]{16,}")

SYNTHEA = sorted((SHARED / "health/fhir/synthea").glob("*.json"))
CARDS = sorted((SHARED / "health/shc/valid").glob("*"))
BUNDLES = [*SYNTHEA, *(path for path in CARDS if path.suffix == ".json")]


@contextmanager
def verifier_in_this_process():
    """The command of the second process, run here; yields the list of what it was given."""
    given_to_it = []

    def run(command, *, input, stdout, check, cwd):
        assert command == [sys.executable, "-m", "zkhealth", "check"]
        given_to_it.append(json.loads(input))
        answer = CliRunner().invoke(main, ["check"], input=input)
        return SimpleNamespace(stdout=answer.stdout_bytes, returncode=answer.exit_code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_verb, "subprocess", SimpleNamespace(run=run, PIPE=subprocess.PIPE))
        yield given_to_it


def demo(*arguments, hospital=0):
    """One run; whatever happens, it ends with an exit code and a message."""
    with verifier_in_this_process() as given_to_it:
        result = CliRunner().invoke(main, ["demo", "--hospital", str(hospital), *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1, 2)
    assert "Traceback" not in result.output
    assert result.output.strip()
    result.verifier = given_to_it
    return result


def report(*arguments, **more):
    result = demo(*arguments, "--json", **more)
    return result.exit_code, json.loads(result.stdout)


def process(*arguments, input=None, flags=(), cwd=None, **environment):
    """A real process."""
    command = [sys.executable, *flags, "-m", "zkhealth", *map(str, arguments)]
    return subprocess.run(
        command,
        input=input,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=cwd,
        env=os.environ | environment,
    )


def bundle(birth="1990-04-01", *vaccinations):
    """A bundle of one patient, and vaccinations as (date, code of CVX)."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": birth}
    entries = [{"resource": {key: value for key, value in patient.items() if value is not None}}]
    entries += [{"resource": vaccination(*one)} for one in vaccinations]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def vaccination(given, code="208", **changes):
    coding = {"system": "http://hl7.org/fhir/sid/cvx", "code": code}
    whole = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [coding]},
        "patient": {"reference": "Patient/p"},
        "occurrenceDateTime": given,
    } | changes
    return {key: value for key, value in whole.items() if value is not None}


def plain(path):
    """The resources of a bundle, or of the one in a health card's payload."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document = document.get("vc", {}).get("credentialSubject", {}).get("fhirBundle", document)
    return [entry["resource"] for entry in document["entry"]]


def is_silent_about(text, secrets):
    """Whether none of the secrets is in the text; hashes, commitments and times may look like anything."""
    text = re.sub(r"\d+\.\d+ ms|number \d+", "", HEX.sub("", text))
    return not any(re.search(rf"(?<![\w]){re.escape(secret)}(?![\w])", text) for secret in secrets)
