"""What clauses mean: which integers they allow at a time, which sums they take, how many of them there may be."""

import tracemalloc
from datetime import UTC, datetime

import pytest
from credentials.hospital import AT, people, policy_of

import zkhealth as zk
from zkhealth.credentials.policies.bounds import Bound, days_ago, hours_ago, seconds_ago, years_ago
from zkhealth.credentials.policies.clauses import MAX_BRANCHES, MAX_ROWS, AnyOf, Different, Range, Same, row_of
from zkhealth.credentials.policies.policy import MAX_CLAUSES, MAX_CREDENTIALS, MAX_WINDOW, Policy
from zkhealth.credentials.policies.terms import Linear, Wanted
from zkhealth.credentials.policies.variable import Variable
from zkhealth.credentials.schemas.dates import days
from zkhealth.credentials.schemas.fields import Int
from zkhealth.credentials.schemas.moments import seconds
from zkhealth.credentials.schemas.spec import SchemaSpec

V, U, R = people().v, people().u, people().r
NOW = datetime.fromisoformat(AT)
TODAY, SECOND = days(NOW.date()), seconds(NOW)
(FIRST_DAY, LAST_DAY), LAST_SECOND = V.given.domain, R.sampled.domain[1]
HOURS = row_of([R.kind], [("loinc|94500-6", 72), ("loinc|1", 48)], name="hours")
DEPENDS = row_of([R.kind], [("loinc|1", -5), ("loinc|2", -7)], name="depends")

INTERVALS = {
    "at least": (V.dose >= 2, 2, 15),
    "at most": (V.dose <= 2, 0, 2),
    "more than": (V.dose > 2, 3, 15),
    "less than": (V.dose < 2, 0, 1),
    "between": (V.dose.between(2, 3), 2, 3),
    "with a constant on the left": (V.dose + 1 >= 3, 2, 15),
    "with a constant subtracted": (V.dose - 1 <= 3, 0, 4),
    "from a constant": (10 - V.dose >= 3, -7, 0),
    "less than with a constant": (V.dose + 2 < 5, 0, 2),
    "hidden against hidden": (V.dose >= V.series, 0, 15),
    "hidden less than hidden": (V.dose < V.series, -15, -1),
    "a weighted sum": (2 * V.dose - 3 * V.series >= 1, 1, 30),
    "a day": (V.given >= "2026-09-01", 46_264, LAST_DAY),
    "before so many days ago": (V.given < days_ago(14), FIRST_DAY, TODAY - 15),
    "after so many days ago": (V.given > days_ago(14), TODAY - 13, LAST_DAY),
    "a day more": (V.given + 3 <= days_ago(5), FIRST_DAY, TODAY - 8),
    "in a window": (V.given.within_days(14, 270), TODAY - 270, TODAY - 14),
    "in hours": (R.sampled.within_hours(1, 72), SECOND - 72 * 3600, SECOND - 3600),
    "hours ago": (R.sampled >= hours_ago(2), SECOND - 7200, LAST_SECOND),
    "seconds ago": (R.sampled > seconds_ago(2), SECOND - 1, LAST_SECOND),
    "an age": (V.birth.at_least_years_ago(18), FIRST_DAY, days(NOW.date().replace(year=2008))),
    "not past": (V.given.not_past(), TODAY, LAST_DAY),
    "longer ago than there are days": (V.given >= days_ago(100_000), FIRST_DAY, LAST_DAY),
    "later than there are days": (V.given <= days_ago(-100_000), FIRST_DAY, LAST_DAY),
}


@pytest.mark.parametrize(("clause", "lo", "hi"), INTERVALS.values(), ids=INTERVALS)
def test_a_clause_allows_these_integers_and_no_others(clause, lo, hi):
    assert clause.interval(NOW) == (lo, hi)


def test_units_count_in_each_other():
    assert hours_ago(72) == seconds_ago(72 * 3600) == Bound(259_200, "seconds")
    assert (years_ago(3), days_ago(4)) == (Bound(3, "years"), Bound(4, "days"))


class Odd(zk.Schema, id="https://health.example/schemas/odd/1"):
    fixed = zk.Int(5, 5)
    whole = zk.Quantity("g", 0, 9)
    tenth = zk.Quantity("g", 0, 9, decimals=1)


ODD = Odd.as_("o")
REFUSED = {
    "years with a constant": lambda: V.birth < years_ago(18),
    "no bound": lambda: Range(V.dose.linear(), None, None),
    "both bounds above the domain": lambda: Range(V.dose.linear(), Bound(16), Bound(20)),
    "both bounds below the domain": lambda: Range(V.dose.linear(), Bound(-5), Bound(-1)),
    "above the domain until so many days ago": lambda: Range(V.given.linear(), Bound(LAST_DAY + 1), Bound(5, "days")),
    "from so many days ago to below": lambda: Range(V.given.linear(), Bound(5, "days"), Bound(FIRST_DAY - 1)),
    "a large number of no width": lambda: (1 << 199) * ODD.fixed >= 0,
    "a column alone": lambda: HOURS.column(1) >= 3,
    "a huge entry of a column": lambda: row_of([V.country], [("FR", 1 << 62)]),
    "days of two dates": lambda: V.given + U.given <= days_ago(1),
    "two numbers of decimals": lambda: ODD.whole.equals(ODD.tenth),
    "two numbers of decimals that differ": lambda: ODD.whole.differs(ODD.tenth),
    "a partial date and a full one": lambda: Same(V.given, V.birth),
    "a full date and a partial one": lambda: Different(V.birth, V.given),
    "too many rows": lambda: V.dose.one_of([1]) and row_of([V.country], [(f"c{i}",) for i in range(MAX_ROWS + 1)]),
    "too many values": lambda: V.country.not_one_of([f"c{i}" for i in range(MAX_ROWS + 1)]),
    "too many alternatives": lambda: AnyOf(tuple(V.dose.between(i % 15, 15) for i in range(MAX_BRANCHES + 1))),
    "too many terms": lambda: many(65),
    "an unknown name of a credential": lambda: Wanted("V", people().hospital.spec),
}


def many(n):
    """A sum of so many hidden values, of several credentials."""
    spec = SchemaSpec("https://health.example/schemas/many/1", {f"f{i}": Int(0, 1) for i in range(60)})
    total = Linear(())
    for i in range(n):
        total = total + getattr(Variable(f"c{i // 60}", spec), f"f{i % 60}")
    return total


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(write):
    with pytest.raises((TypeError, ValueError), match=r"."):
        write()


def test_as_many_as_there_may_be_are_allowed():
    assert len(many(64).parts) == 64
    assert len(row_of([V.country], [(f"c{i}",) for i in range(MAX_ROWS)]).rows) == MAX_ROWS
    either = [V.dose.between(i % 15, 15) & V.series.between(i // 15, 15) for i in range(MAX_BRANCHES)]
    assert len(AnyOf(tuple(either)).branches()) == MAX_BRANCHES


def test_alternatives_of_alternatives_multiply():
    either = (V.dose >= 1) | (V.series >= 1)
    four = AnyOf((either & ((V.dose >= 2) | (V.series >= 2)), V.dose >= 3))
    assert [len(branch) for branch in four.branches()] == [2, 2, 2, 2, 1]
    many_of_two = either
    for i in range(2, 8):
        many_of_two = many_of_two & ((V.dose >= i) | (V.series >= i))
    for i in range(8, 16):
        many_of_two = many_of_two & ((V.dose >= i) | (V.series <= i - 8))
    tracemalloc.start()
    with pytest.raises(ValueError, match="alternatives"):
        AnyOf((many_of_two, V.dose >= 1))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000  # there would be 2^15 of them
    tracemalloc.stop()


def test_what_cancels_is_no_term():
    assert (V.dose - V.dose + V.series).parts == V.series.linear().parts
    assert (2 * (V.dose + 1) - V.series - 2).constant == 0
    assert dict((V.dose + V.dose).parts) == {V.dose: 2}
    assert HOURS.column(1).parts[0][0].domain == (0, 72)
    assert DEPENDS.column(1).parts[0][0].domain == (-7, 0)


def test_a_time_at_which_no_value_is_left_is_refused():
    clause = Range(V.given.linear(), Bound(46_264), Bound(0, "days"))
    assert clause.interval(NOW) == (46_264, TODAY)
    with pytest.raises(ValueError, match="at that time"):
        clause.interval(datetime(2026, 8, 31, tzinfo=UTC))


# --- policies ---------------------------------------------------------------------


def test_two_credentials_of_one_schema_are_different_ones_and_of_two_schemas_are_so_anyway():
    assert policy_of(V.held(), U.held(), R.held()).distinct_pairs() == [(0, 1)]
    assert policy_of(V.held(), R.held()).distinct_pairs() == []
    assert policy_of(V.held(), U.held(), may_be_same=True).distinct_pairs() == []


def test_each_credential_has_the_issuers_of_its_schema():
    policy = policy_of(V.held(), R.held())
    assert policy.trusted(policy.wanted[0]) == (people().hospital.public,)
    assert policy.trusted(policy.wanted[1]) == (people().lab.public,)


def test_every_part_of_a_policy_changes_its_digest():
    hospital = people().hospital
    changed = [
        policy_of(V.held()),
        policy_of(V.held(), window=1),
        policy_of(V.held(), note="in other words"),
        policy_of(V.held(), may_be_same=True),
        policy_of(V.dose >= 1),
        policy_of(V.dose >= 2),
        policy_of(V.dose <= 2),
        policy_of(V.dose >= 1, V.series >= 1),
        policy_of(V.series >= 1, V.dose >= 1),
        policy_of(U.held()),
        Policy("another name", V.held(), issuers=[hospital.public]),
        Policy("a test", V.held(), issuers=[hospital.rotated().public]),
        Policy("a test", V.held(), issuers=[hospital.public, zk.Issuer.generate(hospital.spec, "another").public]),
    ]
    assert len({policy.digest for policy in changed}) == len(changed)
    assert len(set(changed)) == len(changed)


def test_a_policy_has_a_largest_number_of_clauses_and_credentials():
    spec = people().hospital.spec
    few = [Variable(f"c{i}", spec).held() for i in range(MAX_CREDENTIALS)]
    assert len(policy_of(*few).wanted) == MAX_CREDENTIALS
    with pytest.raises(ValueError, match="credentials"):
        policy_of(*few, Variable("more", spec).held())
    listed = [V.country.differs(f"c{i}") for i in range(MAX_CLAUSES)]
    assert len(policy_of(*listed).clauses) == MAX_CLAUSES
    with pytest.raises(ValueError, match="clauses"):
        policy_of(*listed, V.dose >= 1)


def test_one_name_is_one_credential():
    lab, hospital = people().lab, people().hospital
    other = Variable("v", lab.spec)
    with pytest.raises(ValueError, match="different schemas"):
        Policy("a", V.held(), other.held(), issuers=[hospital.public, lab.public])


def test_a_column_stands_in_the_alternative_of_its_table():
    limit = R.age + HOURS.column(1) >= 60
    assert policy_of((HOURS & limit) | (R.age >= 90))
    for clause in (HOURS | limit, limit | (R.age >= 90)):
        with pytest.raises(ValueError, match="not a clause beside"):
            policy_of(clause)
    with pytest.raises(ValueError, match="not a clause beside"):
        policy_of(HOURS | (R.age >= 90), limit)


@pytest.mark.parametrize("window", [-1, MAX_WINDOW + 1])
def test_a_window_has_a_length_that_is_allowed(window):
    assert policy_of(V.held(), window=MAX_WINDOW).window == MAX_WINDOW
    with pytest.raises(ValueError, match="window"):
        policy_of(V.held(), window=window)
