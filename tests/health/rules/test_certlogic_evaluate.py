"""CertLogic in the clear: what the specification says, operation by operation."""

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health.certlogic import EvaluationError, check_expression, evaluate
from zkhealth.health.certlogic.evaluate import is_truthy
from zkhealth.health.certlogic.moments import moved, parse_moment, plus_time

NOW = {"plusTime": ["2021-07-01", 0, "day"]}


@pytest.mark.parametrize("value", [False, None, "", 0, 0.0, [], {}], ids=repr)
def test_a_value_counts_as_false(value):
    assert is_truthy(value) is False


@pytest.mark.parametrize("value", [True, "0", "false", 1, -1, 2.0, [None], [False], {"a": None}], ids=repr)
def test_a_value_counts_as_true(value):
    assert is_truthy(value) is True


@pytest.mark.parametrize("value", [0.5, parse_moment("2021")], ids=["a fraction", "a date-time"])
def test_a_value_counts_as_neither(value):
    with pytest.raises(EvaluationError):
        is_truthy(value)


DATA = {"a": {"b": [{"c": 1}, None]}, "t": "text", "0": "zero"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", DATA),
        ("a.b.0.c", 1),
        ("a.b.1", None),
        ("a.b.1.c", None),
        ("a.b.2", None),
        ("a.b.length", None),
        ("a.b.-1", None),
        ("a.b.c", None),
        ("a.x.y", None),
        ("t.0", None),
        ("t.length", None),
        ("0", "zero"),
    ],
)
def test_a_path_leads_to_what_is_there_and_else_to_null(path, value):
    assert evaluate({"var": path}, DATA) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"===": [1, 1]}, True),
        ({"===": [1, True]}, False),
        ({"===": ["1", 1]}, False),
        ({"===": [{"var": "x"}, {"var": "y"}]}, True),
        ({"in": [{"var": "x"}, [1, {"var": "y"}]]}, True),
        ({"in": [1, [True, "1"]]}, False),
        ({"<": [1, 2, 3]}, True),
        ({"<": [1, 3, 2]}, False),
        ({"<=": [2, 2]}, True),
        ({"and": [1, 0, {"<": ["not", "looked at"]}]}, 0),
        ({"and": [1, "last"]}, "last"),
        ({"if": [True, 1, {"<": ["not", "looked at"]}]}, 1),
        ({"if": [0, {"<": ["not", "looked at"]}, 2]}, 2),
        ({"!": [[]]}, True),
        ({"+": [2, -3]}, -1),
        ({"reduce": [[1, 2, 3], {"+": [{"var": "accumulator"}, {"var": "current"}]}, 10]}, 16),
        ({"reduce": [[], {"var": "x"}, 7]}, 7),
        ({"reduce": [{"var": "x"}, {"var": "x"}, 7]}, 7),
        ({"extractFromUVCI": ["URN:UVCI:01:NL:187/37512422923", 1]}, "NL"),
        ({"extractFromUVCI": ["urn:uvci:01:NL:187/37512422923", 1]}, "uvci"),
        ({"extractFromUVCI": ["a::c/#/f", 5]}, "f"),
        ({"extractFromUVCI": ["a", -1]}, None),
        ({"extractFromUVCI": [{"var": "x"}, 0]}, None),
        ({"before": [NOW, {"plusTime": ["2021-07-01T00:00:00.001Z", 0, "day"]}]}, True),
        ({"not-after": [NOW, NOW, NOW]}, True),
        ({"after": [{"dccDateOfBirth": ["2003"]}, {"plusTime": ["2021-12-30", -18, "year"]}]}, True),
    ],
)
def test_an_operation_has_the_value_that_the_specification_says(expression, value):
    found = evaluate(expression, {})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "expression",
    [
        {"<": [1, "2"]},
        {"<": [1, True]},
        {"<": [1, {"var": "x"}]},
        {"+": [1, {"var": "x"}]},
        {"+": [(1 << 53) - 1, 1]},
        {"in": [1, "12"]},
        {"in": [1, {"var": "x"}]},
        {"before": ["2021-07-01", NOW]},
        {"<": [NOW, NOW]},
        {"===": [NOW, NOW]},
        {"===": [[], []]},
        {"in": [NOW, [1]]},
        {"if": [NOW, 1, 2]},
        {"and": [1, NOW]},
        {"!": [NOW]},
        {"reduce": [1, 1, 1]},
        {"extractFromUVCI": [1, 0]},
        {"dccDateOfBirth": ["2021-07-01T00:00:00Z"]},
        {"plusTime": [{"var": "x"}, 0, "day"]},
        {"plusTime": [NOW, 0, "day"]},
        {"plusTime": ["2021-13", 0, "day"]},
        {"plusTime": ["2021-02-30", 0, "day"]},
        {"plusTime": ["01/02/2021", 0, "day"]},
        {"plusTime": ["2021-07-01", 10_000, "year"]},
        {"plusTime": ["2021-07-01", 1 << 60, "hour"]},
        {"plusTime": ["2021-07-01T24:00:00Z", 0, "day"]},
        {"plusTime": ["2021-07-01T10:00:00+99", 0, "day"]},
    ],
    ids=str,
)
def test_what_has_no_value_is_an_error_and_not_false(expression):
    with pytest.raises(EvaluationError):
        evaluate(expression, {})


@pytest.mark.parametrize(
    "expression",
    [
        None,
        1.5,
        {},
        {"var": 1},
        {"var": "a..b"},
        {"var": ".a"},
        {"var": ["a", "default"]},
        {"or": [1, 2]},
        {"and": [1]},
        {"and": 1},
        {"!": []},
        {"!": [1, 2]},
        {"!": True},
        {"if": [1, 2]},
        {"if": [1, 2, 3, 4]},
        {"===": [1, 2, 3]},
        {"<": [1, 2, 3, 4]},
        {"plusTime": ["2021", "1", "day"]},
        {"plusTime": ["2021", 1, "days"]},
        {"plusTime": ["2021", {"var": "n"}, "day"]},
        {"plusTime": ["2021", 1, ["day"]]},
        {"extractFromUVCI": ["a", {"var": "n"}]},
        {"if": [True, {"unknown": [1]}, 1]},
        {"===": [1, 2], "!": [1]},
        [[[None]]],
    ],
    ids=repr,
)
def test_what_is_no_expression_is_refused_before_anything_is_evaluated(expression):
    with pytest.raises(DecodingError):
        check_expression(expression)
    with pytest.raises(DecodingError):
        evaluate(expression, {})


def test_the_message_says_where_the_expression_goes_wrong():
    with pytest.raises(DecodingError, match=r"logic\.if\[1\]\.and\[0\]: unknown operation 'or'"):
        check_expression({"if": [True, {"and": [{"or": [1]}, 2]}, False]})


def test_an_expression_is_not_nested_without_end():
    deep = True
    for _ in range(5_000):
        deep = {"!": [deep]}
    with pytest.raises(DecodingError, match="levels"):
        check_expression(deep)


def test_an_evaluation_ends_though_folds_multiply():
    numbers = list(range(1_000))
    inner = {"reduce": [numbers, {"+": [{"var": "accumulator"}, 1]}, 0]}
    start = time.process_time()
    with pytest.raises(EvaluationError, match="steps"):
        evaluate({"reduce": [numbers, inner, 0]}, {})
    assert time.process_time() - start < 5


def test_an_error_tells_no_value_of_the_certificate():
    with pytest.raises(EvaluationError) as caught:
        evaluate({"plusTime": [{"var": "dob"}, 0, "day"]}, {"dob": "born on 1 April"})
    assert "April" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# --- date-times ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021", "2021-12-31T00:00:00.000"),
        ("2021-02", "2021-02-28T00:00:00.000"),
        ("2020-02", "2020-02-29T00:00:00.000"),
        ("2021-12", "2021-12-31T00:00:00.000"),
        ("2021-07-01", "2021-07-01T00:00:00.000"),
        ("2021-07-01T10:30:00", "2021-07-01T10:30:00.000"),
        ("2021-07-01T10:30:00Z", "2021-07-01T10:30:00.000"),
        ("2021-07-01T10:30:00+2", "2021-07-01T08:30:00.000"),
        ("2021-07-01T10:30:00+02", "2021-07-01T08:30:00.000"),
        ("2021-07-01T10:30:00+130", "2021-07-01T09:00:00.000"),
        ("2021-07-01T10:30:00-0130", "2021-07-01T12:00:00.000"),
        ("2021-07-01T10:30:00+1:30", "2021-07-01T09:00:00.000"),
        ("2021-07-01T10:30:00+01:30", "2021-07-01T09:00:00.000"),
        ("2021-07-01T10:30:00.5", "2021-07-01T10:30:00.500"),
        ("2021-07-01T10:30:00.1239Z", "2021-07-01T10:30:00.123"),
        ("2021-07-01T10:30:00.12+02:00", "2021-07-01T08:30:00.120"),
    ],
)
def test_every_allowed_form_of_a_date_time_is_read(text, moment):
    assert plus_time(text, 0, "day") == datetime.fromisoformat(moment + "+00:00")


@pytest.mark.parametrize(
    ("text", "amount", "unit", "day"),
    [
        ("2020-02-29", 1, "day", "2020-03-01"),
        ("2020-02-29", 1, "month", "2020-03-29"),
        ("2020-02-29", 1, "year", "2021-03-01"),
        ("2020-02-29", -4, "year", "2016-02-29"),
        ("2021-01-31", 1, "month", "2021-03-03"),
        ("2021-02-01", 1, "month", "2021-03-01"),
        ("2021-03-31", -1, "month", "2021-03-03"),
        ("2021-01-15", -13, "month", "2019-12-15"),
        ("2021-01-01", 48, "hour", "2021-01-03"),
        ("2021-12", 1, "month", "2022-01-31"),
    ],
)
def test_dates_move_as_in_javascript(text, amount, unit, day):
    assert plus_time(text, amount, unit).date().isoformat() == day


@given(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), st.integers(-600, 600))
def test_a_year_is_twelve_months(moment, n):
    start = parse_moment(moment.replace(microsecond=0).isoformat())
    assert moved(start, n, "year") == moved(start, 12 * n, "month")
