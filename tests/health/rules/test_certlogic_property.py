"""The strongest test of the compiler: random rules on random payloads, in the clear and over hidden fields."""

from health.rules.attester import Attester, encoded
from health.rules.random_rules import CLOCK, VALUE_SETS, Dice
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.errors import WitnessError
from zkhealth.health.certlogic import CannotCompileError, Result, compile, read_rule

SEEDS = st.integers(0, 2**48)
PAYLOADS = 12


def compiled(rules, kind):
    """The rules for a kind of certificate; those that are refused are none of this test's business."""
    try:
        return compile(rules, at=CLOCK, value_sets=VALUE_SETS, kinds=[kind])[kind]
    except CannotCompileError:
        assume(False)


def accepts(found, payload):
    """Whether a holder of the payload could prove what was compiled."""
    if found.holds is not None:
        return found.holds
    return holds(found.clauses, {found.kind.letter: encoded(found.kind.name, payload)}, moment_of(CLOCK))


def passes(rule, payload):
    return read_rule(rule).check(payload, at=CLOCK, value_sets=VALUE_SETS).result is Result.PASSED


@given(SEEDS)
def test_a_rule_passes_in_the_clear_if_and_only_if_what_was_compiled_holds(seed):
    dice = Dice(seed)
    rule = dice.rule()
    found = compiled(rule, dice.kind)
    for payload in [dice.payload() for _ in range(PAYLOADS)]:
        assert accepts(found, payload) == passes(rule, payload)


@given(SEEDS)
def test_several_rules_hold_together_if_and_only_if_each_passes(seed):
    dice = Dice(seed)
    rules = [dice.rule(f"XX-EU-{i:04}") for i in range(3)]
    found = compiled(rules, dice.kind)
    for payload in [dice.payload() for _ in range(PAYLOADS)]:
        assert accepts(found, payload) == all(passes(rule, payload) for rule in rules)


@given(SEEDS)
def test_a_rule_that_invalidates_holds_where_its_logic_is_false(seed):
    dice = Dice(seed)
    rule = dice.rule(Type="Invalidation")
    found = compiled(rule, dice.kind)
    for payload in [dice.payload() for _ in range(PAYLOADS)]:
        assert accepts(found, payload) == passes(rule, payload)


@settings(max_examples=20)
@given(SEEDS)
def test_random_rules_are_proven_by_those_for_whom_they_pass(seed):
    dice, attester = Dice(seed), ATTESTER
    rule = dice.rule()
    found = compiled(rule, dice.kind)
    assume(found.holds is None)
    policy = found.policy([attester.issuers[dice.kind].public])
    assert Policy.from_json(policy.to_json()) == policy
    challenge = policy.challenge("https://border.example", at=CLOCK)
    for payload in [dice.payload() for _ in range(3)]:
        try:
            is_proven = challenge.verify(bytes(attester.wallet(dice.kind, payload).plan(challenge).prove())).valid
        except WitnessError:
            is_proven = False
        assert is_proven == passes(rule, payload)


ATTESTER = Attester()
