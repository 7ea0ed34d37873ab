"""Attack 20: sums that wrap around the field; what could, cannot be said."""

import pytest
from oracles import R
from rangeproof.hidden import CONTEXT, hide, telling
from rangeproof.paper import G, Paper

from zkhealth.rangeproof import Committed, Statement, at_least, at_most, between, one_of, verify
from zkhealth.rangeproof.facts import REACH, Interval

PAPER = Paper()


def unchecked(x, lo, hi):
    """The mutant: an interval whose constructor looks at nothing."""
    fact = object.__new__(Interval)
    for name, value in (("x", x), ("lo", lo), ("hi", hi)):
        object.__setattr__(fact, name, value)
    return fact


def test_20_a_comparison_without_domains_would_wrap():
    """3 >= r − 4, since the difference is 7."""
    (x, a), (y, b) = hide(3), hide(R - 4)
    statement = Statement(unchecked(x - y, 0, 15))
    forged = PAPER.prove(statement.rows, telling(statement, {x: a, y: b}, [1, 1, 1, 0]), CONTEXT)
    verify(statement, forged.encode(), CONTEXT)
    with pytest.raises(ValueError, match="domain"):
        between(x - y, 0, 15)
    with pytest.raises(ValueError, match="domain"):
        at_least(x - y, 0)


def test_20_a_coefficient_could_wrap_a_single_value():
    """2·x = 1 has the solution (r + 1)/2."""
    x, opening = hide((R + 1) // 2)
    statement = Statement(unchecked(2 * x, 1, 1))
    verify(statement, PAPER.prove(statement.rows, telling(statement, {x: opening}, []), CONTEXT).encode(), CONTEXT)
    with pytest.raises(ValueError, match="domain"):
        between(2 * x, 1, 1)


def test_20_an_interval_of_r_integers_would_say_nothing(native):
    x, opening = hide(-1)
    statement = Statement(unchecked(x, 0, 2**256 - 1))
    digits = [R - 1 >> i & 1 for i in range(256)]
    verify(statement, PAPER.prove(statement.rows, telling(statement, {x: opening}, digits), CONTEXT).encode(), CONTEXT)
    with pytest.raises(ValueError, match="2\\^64"):
        between(x, 0, 2**256 - 1)


X = Committed(G)
WIDE = Committed(G, (-(2**253), 2**253))
WRONG = [
    pytest.param(lambda: between(X, 1, 0), id="lo > hi"),
    pytest.param(lambda: between(X, 0, 2**64), id="one too wide"),
    pytest.param(lambda: between(X, -(2**63), 2**63), id="one too wide around zero"),
    pytest.param(lambda: between(X, REACH - 1, REACH), id="hi at r/2"),
    pytest.param(lambda: between(X, -REACH, 1 - REACH), id="lo at −r/2"),
    pytest.param(lambda: between(X, R - 1, R), id="bounds at r"),
    pytest.param(lambda: between(X, 2**300, 2**300), id="absurd bounds"),
    pytest.param(lambda: between(4 * WIDE, 0, 1), id="a sum that could reach r/2"),
    pytest.param(lambda: between(WIDE + WIDE + WIDE + WIDE, 0, 1), id="many terms that could"),
    pytest.param(lambda: between(2**300 * WIDE, 0, 1), id="an absurd coefficient"),
    pytest.param(lambda: at_least(WIDE - 4 * WIDE, 0), id="a difference that could"),
    pytest.param(lambda: at_least(WIDE, 0), id="at_least, domain too wide"),
    pytest.param(lambda: at_most(WIDE, 0), id="at_most, domain too wide"),
    pytest.param(lambda: at_least(X, 0), id="at_least without a domain"),
    pytest.param(lambda: at_most(X, 0), id="at_most without a domain"),
    pytest.param(lambda: between(X + WIDE, 0, 1), id="one domain missing"),
    pytest.param(lambda: between(one_of(X, [REACH]).column(0), 0, 1), id="a column that reaches r/2"),
    pytest.param(lambda: between(one_of(X, [-REACH]).column(0), 0, 1), id="a column that reaches −r/2"),
    pytest.param(lambda: between(2 * one_of(X, [2**254]).column(0), 0, 1), id="a multiple of a column"),
    pytest.param(lambda: Committed(G, (1, 0)), id="an empty domain"),
    pytest.param(lambda: Committed(G, (0, REACH)), id="a domain up to r/2"),
    pytest.param(lambda: Committed(G, (-REACH, 0)), id="a domain from −r/2"),
    pytest.param(lambda: Committed(G, (0, R - 1)), id="the whole field as a domain"),
]


@pytest.mark.parametrize("make", WRONG)
def test_20_what_could_wrap_around_cannot_be_said(make):
    with pytest.raises(ValueError, match=r"2\^64|wrap|domain"):
        make()


def test_20_the_widest_that_can_be_said():
    top = REACH - 1
    whole = Committed(G, (-top, top))
    assert between(X, top - 2**64 + 1, top).n_bits == 64
    assert between(X, -top, 2**64 - 1 - top).n_bits == 64
    assert between(-1 * whole, -top, -top).n_bits == 0
    assert at_least(whole, top - 1).hi == top
    assert at_most(whole, 1 - top).lo == -top
    assert whole.checked(-top) == -top
