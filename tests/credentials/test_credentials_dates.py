import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials.schemas.dates import (
    FIRST_DATE,
    LAST_DATE,
    DayInterval,
    date_of,
    days,
    parse_date,
    years_before,
)
from zkhealth.errors import DecodingError

MALFORMED = "expected a FHIR date (YYYY, YYYY-MM, YYYY-MM-DD or a dateTime with its offset)"
OUT_OF_RANGE = "expected a year from 1800 to 2155"

a_date = st.dates(FIRST_DATE, LAST_DATE)


def full_years(born, at):
    """The oracle: how old people say they are."""
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


@given(a_date)
def test_days_count_up_by_one_and_back(day):
    assert date_of(days(day)) == day
    assert days(day) == (day - date(1900, 1, 1)) // timedelta(days=1)


@given(a_date)
def test_a_full_date_is_one_day(day):
    assert parse_date(day.isoformat()) == DayInterval(days(day), days(day))


@given(a_date)
def test_a_month_runs_from_its_first_to_its_last_day(day):
    last = calendar.monthrange(day.year, day.month)[1]
    assert parse_date(f"{day:%Y-%m}") == DayInterval(days(day.replace(day=1)), days(day.replace(day=last)))


@given(st.integers(1800, 2155))
def test_a_year_runs_from_january_to_december(year):
    assert parse_date(str(year)) == DayInterval(days(date(year, 1, 1)), days(date(year, 12, 31)))


@pytest.mark.parametrize("time", [
    "T00:00:00Z", "T23:59:59.999999999+14:00", "T00:30:00-13:59", "T23:59:60Z", "T12:00:00.0+05:45",
])  # fmt: skip
@given(a_date)
def test_the_calendar_date_as_written_counts_whatever_the_time(time, day):
    assert parse_date(day.isoformat() + time) == parse_date(day.isoformat())


@given(a_date, a_date, st.integers(0, 130))
def test_the_cut_off_agrees_with_age_in_full_years(born, at, n):
    if at.year - n >= 1800:
        assert (born <= years_before(at, n)) == (full_years(born, at) >= n)


@pytest.mark.parametrize(("at", "cut_off"), [
    pytest.param(date(2018, 2, 28), date(2000, 2, 28), id="born on 29 February: not yet on the 28th"),
    pytest.param(date(2018, 3, 1), date(2000, 3, 1), id="born on 29 February: of age on 1 March"),
    pytest.param(date(2020, 2, 29), date(2002, 2, 28), id="on 29 February, born on 1 March is not of age"),
    pytest.param(date(2024, 2, 29), date(2006, 2, 28), id="on 29 February, born on the 28th is of age"),
])  # fmt: skip
def test_leap_days(at, cut_off):
    assert years_before(at, 18) == cut_off


@pytest.mark.parametrize("text", [
    "", " ", "199", "19900", "1990-", "1990-4", "1990-13", "1990-00", "1990-04-31", "1990-02-29", "1990-04-00",
    "1990-04-01T", "1990-04-01T10:00", "1990-04-01T10:00:00", "1990-04-01T24:00:00Z", "1990-04-01T10:00:61Z",
    "1990-04-01T10:00:00+15:00", "1990-04-01T10:00:00.Z", "1990-04-01 10:00:00Z", "1990-04-01\n", " 1990-04-01",
    "١٩٩٠", "01/04/1990", "January 2012", "1990/04", "-1990", "1990-04T10:00:00Z",
    None, 1990, 1990.0, True, ["1990"], {"1990": 1},
])  # fmt: skip
def test_anything_else_is_refused_without_its_value(text):
    with pytest.raises(DecodingError) as e:
        parse_date(text)
    assert str(e.value) == MALFORMED


@pytest.mark.parametrize("text", ["1799-12-31", "1799", "0000", "2156", "9999-12-31", "1799-12-31T23:59:59-01:00"])
def test_years_that_the_day_count_does_not_cover_are_refused(text):
    with pytest.raises(DecodingError) as e:
        parse_date(text)
    assert str(e.value) == OUT_OF_RANGE


@given(st.text())
def test_any_text_is_a_date_or_refused(text):
    try:
        assert isinstance(parse_date(text), DayInterval)
    except DecodingError as e:
        assert str(e) in (MALFORMED, OUT_OF_RANGE)


@pytest.mark.parametrize("call", [
    pytest.param(lambda: days(date(1799, 12, 31)), id="before 1800"),
    pytest.param(lambda: days(date(2156, 1, 1)), id="after 2155"),
    pytest.param(lambda: date_of(days(FIRST_DATE) - 1), id="a day too few"),
    pytest.param(lambda: date_of(days(LAST_DATE) + 1), id="a day too many"),
    pytest.param(lambda: years_before(date(2026, 1, 1), 227), id="years before 1800"),
    pytest.param(lambda: years_before(date(2026, 1, 1), -1), id="negative years"),
    pytest.param(lambda: DayInterval(2, 1), id="an empty interval"),
    pytest.param(lambda: DayInterval(days(FIRST_DATE) - 1, 1), id="an interval before 1800"),
    pytest.param(lambda: DayInterval(0, days(LAST_DATE) + 1), id="an interval after 2155"),
])  # fmt: skip
def test_callers_errors_are_value_errors(call):
    with pytest.raises(ValueError, match="expected"):
        call()


def test_an_interval_does_not_show_its_days():
    assert repr(parse_date("1990-04")) == "DayInterval(partial)"
    assert repr(parse_date("1990-04-01")) == str(parse_date("1990-04-01")) == "DayInterval(full)"
