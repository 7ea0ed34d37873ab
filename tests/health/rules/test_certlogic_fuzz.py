"""Anything at all as a rule, an expression or a certificate: an answer or a named error, and nothing of the record."""

import copy
import json

from health.rules.random_rules import CLOCK, VALUE_SETS, Dice, rule_of
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health.certlogic import CannotCompileError, EvaluationError, compile, evaluate, read_rule, read_rules
from zkhealth.health.certlogic.expression import COMPARISONS, MOMENT_COMPARISONS

OPERATIONS = "var if and === in + ! plusTime reduce extractFromUVCI dccDateOfBirth or".split()
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.text(max_size=4),
    st.sampled_from(["a", "a.0", "day", "2021-07-01", "accumulator", "current"]),
)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*OPERATIONS, *COMPARISONS, *MOMENT_COMPARISONS, "a"]), inner, max_size=2),
        st.dictionaries(
            st.sampled_from([*OPERATIONS, *COMPARISONS, *MOMENT_COMPARISONS]),
            st.lists(inner, min_size=1, max_size=3),
            min_size=1,
            max_size=1,
        ),
    ),
    max_leaves=12,
)


@given(ANYTHING, ANYTHING)
def test_any_expression_on_any_data_has_a_value_or_a_named_error(expression, data):
    try:
        evaluate(expression, data)
    except (DecodingError, EvaluationError):
        pass


@given(ANYTHING)
def test_any_logic_is_compiled_or_refused_by_name(logic):
    try:
        compile(rule_of(logic), at=CLOCK, value_sets=VALUE_SETS)
    except (DecodingError, CannotCompileError) as e:
        assert "XX-EU-0001" in str(e)


@given(st.binary(max_size=64) | st.text(max_size=64) | ANYTHING.map(json.dumps))
def test_any_bytes_are_rules_or_a_decoding_error(data):
    try:
        read_rules(data)
    except DecodingError:
        pass


@given(st.integers(0, 2**48), st.sampled_from(sorted(rule_of(True))), ANYTHING)
def test_a_rule_with_anything_in_one_place_is_a_rule_or_a_decoding_error(seed, name, value):
    content = copy.deepcopy(Dice(seed).rule())
    try:
        read_rule({**content, name: value})
    except DecodingError:
        pass


@given(st.integers(0, 2**48))
def test_what_is_said_of_an_open_rule_tells_nothing_of_the_certificate(seed):
    dice = Dice(seed)
    payload = {**dice.payload(), "dob": "born in spring"}
    payload[dice.letter][0] |= {name: f"secret {name}" for name in (*dice.days, *dice.moments)}
    outcome = read_rule(dice.rule()).check(payload, at=CLOCK, value_sets=VALUE_SETS)
    said = repr(outcome)
    texts = ["born in spring", *(str(value) for value in payload[dice.letter][0].values() if type(value) is str)]
    assert not [text for text in texts if text in said]
