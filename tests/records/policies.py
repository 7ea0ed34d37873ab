"""Random policies and records, often on an edge, and what they mean by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from zkhealth.health import FIRST_DATE, LAST_DATE, SYSTEMS, Code, DayInterval, date_of, days
from zkhealth.records import Policy, Record

CODES = [Code(SYSTEMS["cvx"], code) for code in ("208", "207", "03", "3")] + [Code(SYSTEMS["atc"], "J07BN01")]
leap_days = st.sampled_from(
    [date(2000, 2, 28), date(2000, 2, 29), date(2000, 3, 1), date(2100, 2, 28), date(2100, 3, 1)]
)
dates = st.sampled_from([FIRST_DATE, LAST_DATE]) | leap_days | st.dates(FIRST_DATE, LAST_DATE)


@st.composite
def windows(draw, at):
    last = days(at) - days(FIRST_DATE)
    lo = draw(st.sampled_from([0, min(14, last), last]) | st.integers(0, last))
    return lo, draw(st.sampled_from([lo, last, min(lo + 256, last)]) | st.integers(lo, last))


@st.composite
def policies(draw):
    at = draw(dates)
    oldest = at.year - FIRST_DATE.year
    age = st.sampled_from([0, min(18, oldest), oldest]) | st.integers(0, oldest)
    vaccines = st.lists(st.sampled_from(CODES), min_size=1, max_size=6).map(tuple)
    asked = draw(st.tuples(*[st.booleans()] * 3).filter(any))
    values = [draw(of) if wanted else None for of, wanted in zip((age, vaccines, windows(at)), asked, strict=True)]
    return Policy(at, *values)


@st.composite
def intervals(draw, edges):
    """A day or a partial date, often one that begins or ends beside an edge."""
    first, latest = days(FIRST_DATE), days(LAST_DATE)
    near = st.sampled_from(edges).flatmap(lambda day: st.integers(max(day - 1, first), min(day + 1, latest)))
    a = draw(near | near | st.integers(first, latest))
    b = draw(st.just(a) | st.sampled_from([max(a - 30, first), min(a + 30, latest)]) | near)
    return DayInterval(min(a, b), max(a, b))


@st.composite
def policies_and_records(draw):
    """A policy, and a record of which something may be absent."""
    policy = draw(policies())
    birthday = days(date(max(policy.at.year - (policy.min_age or 0), 1800), policy.at.month, min(policy.at.day, 28)))
    lo, hi = policy.days or (0, 0)
    births, givens = intervals([0, birthday]), intervals([days(policy.at) - lo, days(policy.at) - hi])
    absent = st.just(None)
    births, vaccines = births | births | births | absent, st.sampled_from([*CODES, None])
    return policy, Record(draw(births), draw(vaccines), draw(givens | givens | givens | absent))


def is_met(policy, record):
    """The policy by the calendar: each date counts by whichever of its days is worse."""
    return (
        (policy.min_age is None or (record.birth is not None and age(record.birth, policy.at) >= policy.min_age))
        and (policy.vaccines is None or record.vaccine in policy.vaccines)
        and (policy.days is None or (record.given is not None and all(in_window(policy, record))))
    )


def is_undecided(policy, record):
    """Whether an attribute that the policy asks about is absent."""
    asked = [(policy.min_age, record.birth), (policy.vaccines, record.vaccine), (policy.days, record.given)]
    return any(question is not None and answer is None for question, answer in asked)


def age(birth, at):
    born = date_of(birth.hi)
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def in_window(policy, record):
    lo, hi = policy.days
    for day in (record.given.lo, record.given.hi):
        yield policy.at - timedelta(days=hi) <= date_of(day) <= policy.at - timedelta(days=lo)
