"""Official rules and their official cases, proven: upstream, the rule in the clear, and a holder's proof agree.

Where the rules of `../shared` are not, other folders of the same form can be given in ZKHEALTH_RULES.
"""

import json
import os
from pathlib import Path

import pytest
from health.rules.attester import Attester, encoded, kind_of, loses_time
from shared_files import SHARED

from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.errors import WitnessError
from zkhealth.health.certlogic import CannotCompileError, Result, compile, read_rule

FOLDERS = [Path(p) for p in os.environ.get("ZKHEALTH_RULES", "").split(os.pathsep) if p]
FOLDERS = FOLDERS or [SHARED / "health" / "dcc-rules"]
NOON = "2021-07-01T12:00:00Z"
AUDIENCE = "https://border.example"


def cases():
    """(name, rule, test case) for every official case."""
    for folder in FOLDERS:
        for path in sorted(folder.glob("*/*/rule.json")):
            for test in sorted(path.parent.glob("tests/*.json")):
                name = f"{path.parent.name}-{test.stem}"
                yield pytest.param(path, test, id=name)


CASES = list(cases())


def split(case):
    """The payload, the clock, the value sets and what else is public."""
    external = dict(case.get("external", {}))
    clock, sets = external.pop("validationClock", NOON), external.pop("valueSets", {})
    clock += "" if clock[10:] == "" or clock.endswith("Z") or clock[-6] in "+-" else "Z"
    return case.get("payload") or {}, clock, sets, external


def read(rule_path, test_path):
    case = json.loads(test_path.read_text(encoding="utf-8"))
    return read_rule(rule_path.read_bytes()), case["expected"], *split(case)


@pytest.fixture(scope="module")
def attester():
    return Attester()


def test_the_official_rules_are_there():
    if not CASES:
        pytest.skip("no rules beside this checkout")
    assert len(CASES) >= 70


@pytest.mark.parametrize(("rule_path", "test_path"), CASES)
def test_the_rule_in_the_clear_says_what_upstream_expects(rule_path, test_path):
    rule, expected, payload, clock, sets, external = read(rule_path, test_path)
    outcome = rule.check(payload, at=clock, value_sets=sets, external=external)
    assert outcome.result is (Result.PASSED if expected else Result.FAIL)


@pytest.mark.parametrize(("rule_path", "test_path"), CASES)
def test_a_holder_proves_the_rule_if_and_only_if_upstream_expects_it(rule_path, test_path, attester):
    rule, expected, payload, clock, sets, external = read(rule_path, test_path)
    kind = kind_of(payload)
    if kind not in rule.kinds or loses_time(payload):
        pytest.skip("no credential is of such a payload")
    try:
        compiled = compile(rule, at=clock, value_sets=sets, external=external, kinds=[kind])[kind]
    except CannotCompileError as e:
        (refusal,) = e.refusals
        assert refusal.identifier == rule.identifier
        assert refusal.operation in ("reduce", "extractFromUVCI") or "payload." in refusal.reason
        pytest.skip(f"refused: {refusal.reason}")
    if compiled.holds is not None:
        assert compiled.holds == expected
        return
    policy = compiled.policy([attester.issuers[kind].public])
    challenge = policy.challenge(AUDIENCE, at=clock)
    wallet = attester.wallet(kind, payload)
    assert holds(compiled.clauses, {compiled.kind.letter: encoded(kind, payload)}, challenge.at) == expected
    if expected:
        assert challenge.verify(bytes(wallet.plan(challenge).prove())).valid
        return
    with pytest.raises(WitnessError):
        wallet.plan(challenge)
    assert not forged(challenge, wallet)


def forged(challenge, wallet):
    """Whether a prover who skips the plan is believed."""
    try:
        presentation = bytes(prove(challenge, [Chosen(wallet.credentials[0], 0, 0)], wallet._link))
    except WitnessError:
        return False
    return challenge.verify(presentation).valid
