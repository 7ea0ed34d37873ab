"""The holder is told why a policy does not hold, and from which day on it would; that day is right."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from credentials.hospital import DOSE, people
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zkhealth.credentials.policies.clauses import AnyOf, row_of
from zkhealth.credentials.policies.evaluate import holds, row_index, shortfalls, taken
from zkhealth.credentials.schemas.sample import Vaccination

V, U, R = people().v, people().u, people().r
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = {"patient": "p1", "kind": "loinc|1", "sampled": "2026-11-22T10:00:00Z", "smoker": True, "age": 36}


def values(**changed):
    lab = people().lab.spec.encode(LATER)
    return {"v": Vaccination.spec.encode({**DOSE, **changed}), "u": Vaccination.spec.encode(DOSE), "r": lab}


def noon(day):
    return datetime.combine(day, time(12), UTC)


def tried(clause, held, at):
    """The day that the message names."""
    (text,) = shortfalls([clause], held, at)
    found = re.search(r"try from (\d{4}-\d\d-\d\d)", text)
    return date.fromisoformat(found[1]) if found else None


def check_from(clause, held, at):
    """On the day that is named the clause holds, and the day before it does not."""
    day = tried(clause, held, at)
    assert day > at.date()
    assert holds([clause], held, noon(day))
    assert not holds([clause], held, noon(day - timedelta(days=1)))


recent = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(recent, st.integers(1, 400), st.data())
def test_the_day_from_which_a_dose_counts_is_right(day, least, data):
    asked = day + timedelta(days=data.draw(st.integers(0, least - 1)))
    check_from(V.given.within_days(least, least + 300), values(given=str(day)), noon(asked))


@given(recent, st.integers(1, 90), st.data())
@example(date(2000, 2, 29), 18, None)
@example(date(2004, 2, 29), 20, None)
@example(date(2000, 2, 29), 100, None)
def test_the_day_from_which_somebody_is_of_age_is_right(day, age, data):
    asked = day + timedelta(days=data.draw(st.integers(0, 365 * age - 1)) if data else 30)
    check_from(V.birth.at_least_years_ago(age), values(birth=str(day)), noon(asked))


@given(st.integers(1990, 2050), st.integers(1, 12), st.integers(1, 90))
def test_a_birth_month_counts_by_its_last_day(year, month, age):
    held = values(birth=f"{year}-{month:02}")
    check_from(V.birth.at_least_years_ago(age), held, datetime(year, month, 1, 12, tzinfo=UTC))


@given(st.integers(1990, 2050), st.integers(1, 90))
def test_a_birth_year_counts_by_its_last_day(year, age):
    clause = V.birth.at_least_years_ago(age)
    assert tried(clause, values(birth=str(year)), noon(date(year, 6, 1))) == date(year + age, 12, 31)


@pytest.mark.parametrize(("age", "day"), [(18, date(2018, 3, 1)), (20, date(2020, 2, 29)), (100, date(2100, 3, 1))])
def test_somebody_born_on_29_february_grows_older_on_1_march(age, day):
    assert tried(V.birth.at_least_years_ago(age), values(birth="2000-02-29"), noon(date(2017, 1, 1))) == day


def test_what_lies_too_far_back_has_no_day_to_try():
    assert tried(V.given.within_days(14, 30), values(given="2020-01-01"), AT) is None


@pytest.mark.parametrize("clause", [V.birth.at_least_years_ago(200), V.given <= "2020-01-01"])
def test_what_never_comes_has_no_day_to_try(clause):
    at = datetime(2150, 1, 1, tzinfo=UTC)
    assert tried(clause, values(birth="2140-01-01"), at) is None


@given(recent, recent, st.integers(0, 300), st.integers(0, 300))
def test_a_clause_holds_if_and_only_if_there_is_no_shortfall(day, at, least, more):
    clause, held = V.given.within_days(least, least + more), values(given=str(day))
    assume(day <= at)
    assert holds([clause], held, noon(at)) == (least <= (at - day).days <= least + more)


# --- other clauses ------------------------------------------------------------

HOLD = [
    V.dose >= V.series,
    V.vaccine.one_of(["cvx|208", "cvx|207"]),
    V.vaccine.differs("cvx|1"),
    V.country.equals(U.country),
    V.birth.between("1990-04-01", "1990-04-30"),
    R.sampled.within_hours(0, 72),
    2 * R.smoker + R.age >= 38,
    R.age.is_present(),
    V.held(),
    V.reveal("country"),
]
FAIL = [
    (V.dose > V.series, "v.dose - v.series"),
    (V.vaccine.one_of(["cvx|1"]), "not one of the list"),
    (V.vaccine.not_one_of(["cvx|208"]), "refused"),
    (V.country.differs(U.country), "are the same"),
    (V.dose.equals(U.dose) & (V.dose > 2), "policy needs at least 3"),
    (V.birth >= "1990-04-02", "1990-04-01"),
    (V.birth <= "1990-04-29", "1990-04-30"),
    (R.hba1c >= 40, "does not say"),
    (R.hba1c.is_present(), "does not say"),
    (2 * R.smoker + R.age >= 39, "38"),
    ((V.dose > 2) | (R.age > 40), "no alternative holds"),
]


@pytest.mark.parametrize("clause", HOLD)
def test_a_clause_that_holds_gives_no_reason(clause):
    assert shortfalls([clause], values(), AT) == []


@pytest.mark.parametrize(("clause", "words"), FAIL)
def test_a_clause_that_does_not_hold_says_why(clause, words):
    parts = clause.clauses if not isinstance(clause, AnyOf) and hasattr(clause, "clauses") else [clause]
    (text,) = shortfalls(parts, values(), AT)
    assert words in text


def test_each_clause_that_does_not_hold_gives_one_reason():
    assert len(shortfalls([V.dose > 2, V.dose >= 2, V.country.equals("DE")], values(), AT)) == 2


def test_the_first_alternative_that_holds_is_taken():
    assert taken((V.dose > 2) | V.country.equals("FR") | (V.dose >= 1), values(), AT) == 1


def test_a_row_of_a_table_needs_all_its_columns():
    table = row_of([V.vaccine, V.dose], [("cvx|208", 1), ("cvx|207", 2), ("cvx|208", 2)])
    assert row_index(table, values()) == 2


def test_a_column_is_that_of_the_row():
    table = row_of([V.vaccine], [("cvx|208", 14), ("cvx|207", 28)], name="days")
    assert holds([V.dose + table.column(1) >= 16], values(), AT)
    assert not holds([V.dose + table.column(1) >= 17], values(), AT)


def test_a_column_of_no_row_does_not_hold():
    table = row_of([V.vaccine], [("cvx|1", 14)], name="days")
    assert "no row of the table 'days'" in shortfalls([V.dose + table.column(1) >= 1], values(), AT)[0]


def test_two_fields_are_equal_or_differ():
    held = values(dose=3)
    assert holds([V.dose.differs(U.dose), V.series.equals(U.series)], held, AT)
    assert shortfalls([V.dose.equals(U.dose)], held, AT) == ["v.dose and u.dose differ"]
    assert shortfalls([V.series.differs(U.series)], held, AT) == ["v.series and u.series are the same"]


def test_a_column_counts_with_its_coefficient():
    table = row_of([V.vaccine], [("cvx|208", 3), ("cvx|207", 28)], name="days")
    assert holds([V.dose + 2 * table.column(1) >= 8], values(), AT)
    assert not holds([V.dose + 2 * table.column(1) >= 9], values(), AT)
    assert holds([V.dose - table.column(1) <= -1], values(), AT)
