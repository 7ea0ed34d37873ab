"""A policy that asks nothing, contradicts itself or cannot be met is refused when written; the rest comes back."""

import json

import pytest
from credentials.hospital import AT, people, policy_of, travel

import zkhealth as zk
from zkhealth.credentials.policies.bounds import Bound, days_ago, hours_ago, seconds_ago, years_ago
from zkhealth.credentials.policies.clauses import AllOf, AnyOf, Clause, Pseudonym, row_of
from zkhealth.credentials.policies.policy import Policy

V, U, R = people().v, people().u, people().r
HOURS = row_of([R.kind], [("loinc|94500-6", 72), ("loinc|1", 48)], name="hours")
HUGE = 1 << 199

# --- refused when written -----------------------------------------------------

NEVER = {
    "no values": lambda: V.country.one_of([]),
    "none refused": lambda: V.country.not_one_of([]),
    "no rows": lambda: row_of([V.country], []),
    "no fields": lambda: row_of([], [(1,)]),
    "rows of two lengths": lambda: row_of([V.country], [("FR",), ("DE", 1)]),
    "rows that begin alike": lambda: row_of([V.country], [("FR", 1), ("FR", 2)]),
    "bounds the wrong way": lambda: V.dose.between(3, 2),
    "days the wrong way": lambda: V.given.within_days(270, 14),
    "hours the wrong way": lambda: R.sampled.within_hours(72, 0),
    "above the domain": lambda: V.dose > 15,
    "below the domain": lambda: V.dose < 0,
    "a sum above its reach": lambda: V.dose + V.series >= 31,
    "a value out of its domain": lambda: V.dose >= 16,
    "a listed value out of its domain": lambda: V.dose.one_of([1, 16]),
    "a negative dose": lambda: V.dose.equals(-3),
    "a sum that wraps": lambda: HUGE * R.age >= 0,
    "a wide sum": lambda: (1 << 60) * R.age >= 0,
    "a bound that wraps": lambda: Bound(1 << 200),
    "nothing hidden": lambda: V.dose - V.dose >= 0,
    "itself": lambda: V.dose.equals(V.dose),
    "different from itself": lambda: V.dose.differs(V.dose),
    "two types": lambda: V.dose.equals(V.given),
    "two partial dates": lambda: V.birth.equals(U.birth),
    "an id in a list": lambda: R.patient.one_of(["p1"]),
    "an id equal to a value": lambda: R.patient.equals("p1"),
    "an id outside of a list": lambda: R.patient.not_one_of(["p1"]),
    "an id revealed": lambda: R.reveal("patient"),
    "a partial date in a list": lambda: V.birth.one_of(["1990-04"]),
    "a partial date outside of a list": lambda: V.birth.not_one_of(["1990-04-01"]),
    "a partial bound": lambda: V.birth >= "1990-04",
    "an unknown field": lambda: V.reveal("colour"),
    "years of a number": lambda: V.dose <= years_ago(1),
    "hours of a day": lambda: V.given >= hours_ago(1),
    "days of a moment": lambda: R.sampled >= days_ago(1),
    "a difference of days in years": lambda: V.given - U.given <= years_ago(1),
    "too many years": lambda: years_ago(256),
    "negative years": lambda: years_ago(-1),
    "an unknown unit": lambda: Bound(1, "weeks"),
    "a column without a name": lambda: row_of([V.country], [("FR", 1)]).column(1),
    "the column of a field": lambda: HOURS.column(0),
    "a column that is not there": lambda: HOURS.column(2),
    "no scope": lambda: Pseudonym(""),
    "a long scope": lambda: V.token("x" * 257),
    "revealing as an alternative": lambda: (V.dose >= 2) | V.reveal("country"),
    "holding as an alternative": lambda: V.held() | U.held(),
    "a pseudonym as an alternative": lambda: (V.dose >= 2) | Pseudonym("a"),
    "one alternative": lambda: AnyOf((V.dose >= 2,)),
}
WRONG_TYPE = {
    "an id ordered": lambda: R.patient >= "p1",
    "a code ordered": lambda: V.country >= "FR",
    "a code added": lambda: V.country + 1,
    "a float": lambda: V.dose >= 1.5,
    "a bool as a number": lambda: V.dose >= True,
    "a float in a sum": lambda: V.dose + 0.5,
    "a float as a factor": lambda: V.dose * 0.5,
    "a float of years": lambda: years_ago(1.5),
    "a float in a table": lambda: row_of([V.country], [("FR", 1.5)]),
    "bounds that are hidden": lambda: V.dose.between(U.dose, 3),
    "no clauses": lambda: AllOf(()),
    "something else": lambda: AllOf((True,)),
    "a chain": lambda: 1 <= V.dose <= 3,
    "and": lambda: (V.dose >= 1) and (V.dose <= 3),
    "not": lambda: not (V.dose >= 1),
}


@pytest.mark.parametrize("write", NEVER.values(), ids=NEVER)
def test_a_clause_that_cannot_be_meant_is_refused(write):
    with pytest.raises(ValueError, match=r"."):
        write()


@pytest.mark.parametrize("write", WRONG_TYPE.values(), ids=WRONG_TYPE)
def test_a_clause_of_the_wrong_type_is_refused(write):
    with pytest.raises(TypeError):
        write()


def test_a_field_that_the_schema_lacks_is_no_attribute():
    with pytest.raises(AttributeError, match="colour"):
        V.colour  # noqa: B018


TOGETHER = {
    "contradiction": lambda: policy_of(V.dose >= 3, V.dose <= 2),
    "contradiction in an alternative": lambda: policy_of(V.dose >= 3, (V.dose <= 2) | V.country.equals("FR")),
    "twice": lambda: policy_of(V.dose >= 3, V.dose >= 3),
    "a table that is no clause": lambda: policy_of(R.sampled + 3600 * HOURS.column(1) >= seconds_ago(0)),
    "a table in an alternative": lambda: policy_of(HOURS | (R.age > 3), R.age + HOURS.column(1) >= 60),
    "two schemas of one name": lambda: policy_of(V.held(), type(R)("v", people().lab.spec).held()),
    "no credential": lambda: Policy("a", Pseudonym("x"), issuers=[]),
    "one scope twice": lambda: policy_of(V.held(), Pseudonym("x"), Pseudonym("x", True)),
    "two tables of one name": lambda: policy_of(HOURS, row_of([R.kind], [("loinc|2", 1)], name="hours")),
    "no issuers": lambda: Policy("a", V.held(), issuers=[]),
    "an issuer of another schema": lambda: Policy("a", V.held(), issuers=[people().lab.public]),
    "an issuer too many": lambda: Policy("a", V.held(), issuers=[people().lab.public, people().hospital.public]),
    "an issuer twice": lambda: Policy("a", V.held(), issuers=[people().hospital.public] * 2),
    "no name": lambda: Policy("", V.held(), issuers=[people().hospital.public]),
    "a window too long": lambda: policy_of(V.held(), window=10**6),
}


@pytest.mark.parametrize("write", TOGETHER.values(), ids=TOGETHER)
def test_clauses_that_cannot_stand_together_are_refused(write):
    with pytest.raises(ValueError, match=r"."):
        write()


@pytest.mark.parametrize("clauses", [(), (True,), ("v.dose >= 2",)])
def test_a_policy_of_no_clauses_is_refused(clauses):
    with pytest.raises(TypeError, match="clauses"):
        Policy("a", *clauses, issuers=[people().hospital.public])


def test_a_policy_cannot_be_changed():
    with pytest.raises(AttributeError, match="immutable"):
        travel().window = 5


# --- words --------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "fit to travel:",
        "v.birth is at least 18 years before the check",
        "v.vaccine is one of cvx|207, cvx|208",
        "v.dose is at least v.series",
        "v.given is 14 to 270 days before the check",
        "shown:\n  - v.country is shown",
        "from https://hospital.example",
    ],
)
def test_the_travel_policy_in_words(words):
    assert words in travel().explain()


def test_with_a_time_the_words_name_the_days():
    assert "(2026-02-26 to 2026-11-09)" in travel().explain(AT)
    assert "(until 2008-11-23)" in travel().explain(AT)


# --- JSON ---------------------------------------------------------------------

KINDS = [
    (V.dose >= 2,),
    (V.dose + 2 * U.dose <= 9,),
    (V.given.within_days(14, 270),),
    (V.birth.between("1990-01-01", "1990-12-31"),),
    (R.hba1c.between("40.1", 50),),
    (R.sampled >= "2026-01-01T00:00:00Z",),
    (V.given > U.given,),
    (V.country.one_of(["FR", "cvx|208"]),),
    (R.smoker.equals(True),),
    (HOURS, R.sampled + 3600 * HOURS.column(1) >= seconds_ago(0)),
    (V.vaccine.not_one_of(["cvx|1", "cvx|2"]),),
    (V.vaccine.equals(U.vaccine),),
    (V.vaccine.differs(U.vaccine),),
    (R.hba1c.is_present(),),
    (R.reveal("kind", "sampled"),),
    (V.held(),),
    (V.token("meal"),),
    (V.held(), Pseudonym("trial", True)),
    (V.country.equals("FR") & (V.dose >= 2) | (V.dose >= 3) | (R.age > 5),),
]


@pytest.mark.parametrize("clauses", KINDS)
def test_every_kind_of_clause_comes_back_from_json(clauses):
    policy = policy_of(*clauses, window=60)
    again = Policy.from_json(policy.to_json())
    assert (again, again.clauses, again.to_json()) == (policy, policy.clauses, policy.to_json())


def test_blanks_and_another_order_of_names_mean_the_same():
    content = json.loads(travel().to_json())
    assert Policy.from_json(json.dumps(dict(reversed(content.items())), indent=2)) == travel()


def test_a_clause_has_no_truth_value():
    with pytest.raises(TypeError, match="truth value"):
        bool(Clause())


def test_what_is_absent_or_of_another_unit_is_not_compared():
    class Two(zk.Schema, id="https://health.example/schemas/two/1"):
        a = zk.Quantity("mmol/mol", 0, 9, optional=True)
        b = zk.Quantity("%", 0, 9)
        day = zk.Date()
        moment = zk.Instant()

    t = Two.as_("t")
    for write in (
        lambda: t.a.one_of([None]),
        lambda: t.a.differs(None),
        lambda: t.a.equals(t.b),
        lambda: t.day - t.moment >= 0,
    ):
        with pytest.raises(ValueError, match=r"expected|add up"):
            write()
