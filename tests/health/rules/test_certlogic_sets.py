"""Sets of hidden values, formulas, and exact bounds of dates that are moved, against counting them out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials import Int, Schema
from zkhealth.credentials.schemas.dates import EPOCH
from zkhealth.health.certlogic.bounds import Moved, differences
from zkhealth.health.certlogic.clauses import TooLargeError, clauses, conjunction
from zkhealth.health.certlogic.formula import ALWAYS, MAX_BRANCHES, NEVER, TOO_LARGE, condition, formula
from zkhealth.health.certlogic.moments import moved, plus_time
from zkhealth.health.certlogic.sets import Codes, Numbers, only_absent, within
from zkhealth.health.schemas import Immunization, LabResult

DOMAIN = (-2, 7)
ABSENT = "absent"
VALUES = [*range(DOMAIN[0], DOMAIN[1] + 1), ABSENT]
LETTERS = ["a", "b", "c", "other", ABSENT]
V, T = Immunization.as_("v"), LabResult.as_("t")


def numbers():
    ends = st.tuples(st.integers(-4, 9), st.integers(-4, 9))
    sets = st.lists(ends, max_size=4).map(lambda ends: Numbers.of(ends, DOMAIN, True))
    return sets | sets.map(lambda found: found.join(only_absent(found)))


def codes():
    sets = st.builds(
        lambda listed, is_listed: Codes(frozenset(listed), is_listed, may_be_absent=True),
        st.sets(st.sampled_from("abc")),
        st.booleans(),
    )
    return sets | sets.map(lambda found: found.join(only_absent(found)))


def members(found):
    """The values that belong to a set, counted out."""
    if isinstance(found, Numbers):
        there = {n for lo, hi in found.intervals for n in range(lo, hi + 1)}
    else:
        there = {x for x in LETTERS[:-1] if (x in found.codes) == found.is_listed}
    return there | ({ABSENT} if found.absent else set())


EVERY = st.one_of(st.tuples(numbers(), numbers()), st.tuples(codes(), codes()))


@given(EVERY)
def test_sets_meet_join_and_turn_as_sets_do(pair):
    a, b = pair
    whole = set(VALUES if isinstance(a, Numbers) else LETTERS)
    assert members(a.meet(b)) == members(a) & members(b)
    assert members(a.join(b)) == members(a) | members(b)
    assert members(a.others()) == whole - members(a) - {ABSENT}
    assert within(a, b) == (members(a) <= members(b))
    assert a.is_empty == (not members(a))
    assert a.is_all == (members(a) == whole)
    assert a.is_every_value == (members(a) >= whole - {ABSENT})


@given(numbers(), numbers())
def test_equal_sets_of_numbers_are_equal_objects(a, b):
    assert (a == b) == (members(a) == members(b))


# --- formulas -----------------------------------------------------------------------


class Pair(Schema, id="https://health.example/schemas/pair/1"):
    x = Int(-2, 7, optional=True)
    y = Int(-2, 7, optional=True)


P = Pair.as_("p")
KEYS = {"x": P.x, "y": P.y}
CONDITIONS = st.builds(lambda name, found: (name, found), st.sampled_from("xy"), numbers())
TREES = st.recursive(CONDITIONS, lambda inner: st.tuples(st.sampled_from("&|"), inner, inner), max_leaves=8)


def built(tree):
    if len(tree) == 2:
        return condition(KEYS[tree[0]], tree[1])
    a, b = built(tree[1]), built(tree[2])
    return a & b if tree[0] == "&" else a | b


def counted_out(tree, values):
    if len(tree) == 2:
        return values[tree[0]] in members(tree[1])
    both = [counted_out(inner, values) for inner in tree[1:]]
    return all(both) if tree[0] == "&" else any(both)


def holds(found, values):
    return any(all(values[str(key)[2:]] in members(s) for key, s in branch.items()) for branch in found.branches)


@given(TREES)
def test_a_formula_holds_where_the_tree_it_was_built_from_does(tree):
    found = built(tree)
    answers = set()
    for x in VALUES:
        for y in VALUES:
            values = {"x": x, "y": y}
            answers.add(counted_out(tree, values))
            assert holds(found, values) == counted_out(tree, values)
    assert (found is ALWAYS) == (answers == {True})
    assert (found is NEVER) == (answers == {False})


@given(st.lists(TREES, min_size=1, max_size=3))
def test_formulas_together_hold_where_each_does(trees):
    left = conjunction(map(built, trees))
    for x in VALUES:
        for y in VALUES:
            values = {"x": x, "y": y}
            assert all(holds(f, values) for f in left) == all(counted_out(tree, values) for tree in trees)


def test_a_condition_that_two_alternatives_complete_is_dropped():
    low, high = (condition(P.x, Numbers.of([ends], DOMAIN, True)) for ends in ((-2, 3), (4, 7)))
    absent = condition(P.x, only_absent(Numbers.of([], DOMAIN, True)))
    other = condition(P.y, Numbers.of([(1, 1)], DOMAIN, True))
    assert (low | high | absent) is ALWAYS
    shorter = (low & other) | high | absent
    assert sorted(map(len, shorter.branches)) == [1, 1]


class Wide(Schema, id="https://health.example/schemas/wide/1"):
    x = Int(0, 10_000, optional=True)
    y = Int(0, 10_000, optional=True)


def diagonal(n):
    """x and y are both n: no two of these have anything in common."""
    w = Wide.as_("w")
    return dict.fromkeys((w.x, w.y), Numbers.of([(n, n)], (0, 10_000), True))


def test_too_many_alternatives_do_not_matter_where_something_else_decides():
    found = formula(map(diagonal, range(MAX_BRANCHES + 1)))
    assert found is formula(map(diagonal, range(300))) is TOO_LARGE
    assert (found & NEVER) is (NEVER & found) is NEVER
    assert (found | ALWAYS) is (ALWAYS | found) is ALWAYS
    assert (found & formula([diagonal(1)])) is (formula([diagonal(1)]) | found) is TOO_LARGE


def test_too_many_alternatives_for_a_policy_are_refused():
    assert len(clauses(formula(map(diagonal, range(32))), {})) == 1
    with pytest.raises(TooLargeError, match="32"):
        clauses(formula(map(diagonal, range(33))), {})


# --- bounds -------------------------------------------------------------------------

ORDERS = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
AMOUNTS = st.integers(-300, 300)
BOUNDS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
BOUNDS = BOUNDS.map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)) | BOUNDS.map(
    lambda t: t.replace(hour=0, minute=0, second=0, microsecond=0)
)


def contains(found, n):
    return any(lo <= n <= hi for lo, hi in found.intervals)


def near(found, domain):
    """The ends of all intervals, and what is next to them."""
    points = {n for ends in found.intervals for end in ends for n in (end - 1, end, end + 1)}
    return {n for n in {*points, *domain, sum(domain) // 2} if domain[0] <= n <= domain[1]}


@given(AMOUNTS, st.sampled_from(["hour", "day", "month", "year"]), st.sampled_from(sorted(ORDERS)), BOUNDS)
def test_the_hidden_days_that_come_before_or_after_when_moved_are_exact(amount, unit, order, bound):
    amount = amount % 150 if unit == "year" else amount
    found = Moved(V.date.last, amount, unit).compared(order, bound)
    for n in near(found, V.date.domain):
        then = plus_time((EPOCH + timedelta(days=n)).isoformat(), amount, unit)
        assert contains(found, n) == getattr(then, ORDERS[order])(bound)


@given(AMOUNTS, st.sampled_from(["hour", "day", "month", "year"]), st.sampled_from(sorted(ORDERS)), BOUNDS)
def test_the_hidden_moments_that_come_before_or_after_when_moved_are_exact(amount, unit, order, bound):
    amount = amount % 150 if unit == "year" else amount
    found = Moved(T.taken, amount, unit).compared(order, bound)
    for n in near(found, T.taken.domain):
        then = moved(datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=n), amount, unit)
        assert contains(found, n) == getattr(then, ORDERS[order])(bound)


@given(AMOUNTS, AMOUNTS, st.sampled_from(["hour", "day"]), st.sampled_from(sorted(ORDERS)))
def test_the_differences_of_two_hidden_days_are_exact(m, n, unit, order):
    domain = (-60_000, 60_000)
    found = differences(order, Moved(V.date.last, m, unit), Moved(V.birth.last, n, "day"), domain)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    for days in near(found, domain):
        a, b = moved(start + timedelta(days=days), m, unit), moved(start, n, "day")
        assert contains(found, days) == getattr(a, ORDERS[order])(b)


def test_a_month_added_leaves_a_gap():
    """31 January and a month is 3 March; 1 and 2 February and a month are 1 and 2 March."""
    found = Moved(V.date.last, 1, "month").compared("<=", datetime(2021, 3, 2, tzinfo=UTC))
    days = [tuple((EPOCH + timedelta(days=n)).isoformat() for n in ends) for ends in found.intervals]
    assert days == [("1800-01-01", "2021-01-30"), ("2021-02-01", "2021-02-02")]


def test_a_date_that_would_leave_the_calendar_is_known_to():
    assert Moved(V.date.last, 7_000, "year").stays_in_calendar
    assert not Moved(V.date.last, 8_000, "year").stays_in_calendar
    assert not Moved(T.taken, -1 << 40, "hour").stays_in_calendar
