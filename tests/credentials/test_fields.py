"""A value becomes scalars in one way only, comes back as it went in, and what is not of its type is refused."""

import functools
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zkhealth.credentials.schemas.dates import date_of, days
from zkhealth.credentials.schemas.fields import Bool, Code, Date, Id, Instant, Int, Quantity, Text, absent
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

FIRST, LAST = date(1800, 1, 1), date(2155, 12, 31)
HBA1C = Quantity("mmol/mol", "0", "200", decimals=1)
MANY = 2**62 - 1

dates = st.dates(FIRST, LAST)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2155, 12, 31, 23, 59, 59)).map(lambda t: t.replace(microsecond=0))
texts = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
words = texts.map(functools.partial(unicodedata.normalize, "NFC")).filter(lambda text: "|" not in text)
partial = dates.flatmap(lambda d: st.sampled_from([d.isoformat()[:n] for n in (4, 7, 10)]))
KINDS = [
    (Date(), dates.map(str)),
    (Date(partial=True), partial),
    (Instant(), moments.map(lambda t: t.isoformat() + "Z")),
    (Int(-5, 1000), st.integers(-5, 1000)),
    (HBA1C, st.integers(0, 2000).map(lambda n: f"{n // 10}.{n % 10}")),
    (Bool(), st.booleans()),
    (Text(), words),
    (Code(), words),
    (Id(), words),
    (Code(), words.map(lambda code: f"cvx|{code}")),
]
typed = st.one_of(*(st.tuples(st.just(field), values) for field, values in KINDS))


# --- there and back -----------------------------------------------------------


@given(typed)
def test_every_value_comes_back(pair):
    field, value = pair
    assert field.decode(field.encode(value)) == value


@given(typed)
def test_what_was_encoded_passes_the_check(pair):
    field, value = pair
    assert field.checked(field.encode(value)) == field.encode(value)


@given(typed)
def test_every_value_has_one_scalar_for_each_part(pair):
    field, value = pair
    assert len(field.scalars(field.encode(value))) == len(field.parts)


@given(dates)
def test_a_date_object_is_its_text(day):
    assert Date().encode(day) == Date().encode(day.isoformat()) == (days(day),)


@given(dates)
def test_a_partial_date_holds_its_first_and_last_day(day):
    lo, hi = Date(partial=True).encode(day.isoformat()[:7])
    assert lo <= days(day) <= hi
    assert (date_of(lo).day, (date_of(hi) + timedelta(days=1)).day if date_of(hi) < LAST else 1) == (1, 1)


def test_the_domain_of_a_date_is_its_calendar():
    assert Date().domain == (*Date().encode(FIRST.isoformat()), *Date().encode(LAST.isoformat())) == (-36_524, 93_501)


@given(moments, st.integers(-14, 14))
def test_an_offset_does_not_change_the_moment(moment, hours):
    shown = moment.replace(tzinfo=UTC)
    assume(1900 < shown.year < 2155)
    shifted = shown.astimezone(timezone(timedelta(hours=hours)))
    assert Instant().encode(shifted) == Instant().encode(shifted.isoformat()) == Instant().encode(shown)


def test_the_offset_of_a_long_moment_is_read_to_its_end():
    assert Instant().encode(f"2026-11-23T09:30:00.{'0' * 41}+05:30") == Instant().encode("2026-11-23T04:00:00Z")


@pytest.mark.parametrize("at", ["2026-11-31", "my secrets", "2026-11-3Z"])
def test_what_is_no_day_to_check_for_is_refused_without_being_repeated(at):
    with pytest.raises(ValueError, match="expected a moment") as caught:
        moment_of(at)
    assert at not in str(caught.value)


@given(st.integers(-MANY, MANY))
def test_an_int_counts_as_itself(n):
    assert Int(-MANY, MANY).encode(n) == (n,)


@given(st.integers(0, 2000))
def test_a_quantity_is_scaled_exactly(n):
    value = Decimal(n).scaleb(-1)
    assert HBA1C.encode(value) == HBA1C.encode(str(value)) == HBA1C.encode(f"{value} mmol/mol") == (n,)


def test_a_quantity_is_written_with_its_decimals():
    assert HBA1C.decode(HBA1C.encode("48")) == "48.0"


def test_a_code_means_the_same_by_url_and_by_short_name():
    assert Code().encode("cvx|208") == Code().encode("http://hl7.org/fhir/sid/cvx|208")


def test_the_leading_zero_of_a_code_counts():
    assert Code().encode("cvx|03") != Code().encode("cvx|3")


@pytest.mark.parametrize("field", [Date(optional=True), Date(partial=True, optional=True), Text(optional=True)])
def test_an_absent_value_comes_back(field):
    assert field.decode(field.checked(field.encode(None))) is None


# --- refused ------------------------------------------------------------------

REFUSED = [
    (Int(0, 15), [-3, 16, Fr.MODULUS - 3, 2**64], ValueError),  # attack 66: a dose of r - 3
    (Int(0, 15), [True, False, 1.0, "1", Decimal(1), [1], (1,)], TypeError),
    (HBA1C, ["<5", ">5", "5,0", "", "NaN", "Infinity", "48.55", "200.1", "-0.1", -1, "5 mg/dl"], ValueError),
    (HBA1C, [48.5, True, None.__class__, [48], b"48"], TypeError),  # attack 48: "<5" above
    (Bool(), [0, 1, "true", "", 1.0], TypeError),
    (Date(), ["1990", "1990-04", "1990-02-29", "1799-12-31", "2156-01-01", "", "1990-4-1"], ValueError),
    (Date(), ["1990-04-01T10:00:00Z", "1990-04-01 ", "١٩٩٠-٠٤-٠١"], ValueError),
    (Date(), [0, 19900401, True, 1.0, datetime(2020, 1, 1, tzinfo=UTC)], TypeError),
    (Date(partial=True), ["90", "1799", "2156", "1990-13", "1990-00", "1990-04-31"], ValueError),
    (Instant(), ["2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00:00.5Z", "1899-12-31T23:59:59Z"], ValueError),
    (Instant(), [0, True, 1.5, date(2026, 11, 23)], TypeError),
    (Code(), ["", " FR", "FR ", "F\nR", "nowhere|1", "cvx|", "|1", "\ud800", "x" * 1025], ValueError),
    (Text(), ["", " a", "a\x00", "\ud800", "x" * 1025], ValueError),
    (Id(), ["", "a ", "a\tb", "x" * 1025], ValueError),
    (Code(), [1, True, b"FR", ["FR"]], TypeError),
    (Text(), [1, True, b"a"], TypeError),
    (Id(), [1, True, b"a"], TypeError),
]
CASES = [(field, value, error) for field, values, error in REFUSED for value in values]


@pytest.mark.parametrize(("field", "value", "error"), CASES)
def test_what_is_not_of_the_type_is_refused(field, value, error):
    with pytest.raises(error):
        field.encode(value)


@pytest.mark.parametrize("field", [field for field, _, _ in REFUSED])
def test_none_is_refused_unless_the_field_is_optional(field):
    with pytest.raises(ValueError, match="not optional"):
        field.encode(None)


@given(st.floats())
@pytest.mark.parametrize("field", [Int(0, 15), HBA1C, Bool(), Date(), Instant(), Text()])
def test_a_float_is_never_a_value(field, x):
    with pytest.raises(TypeError):
        field.encode(x)


@given(st.integers().filter(lambda n: not 0 <= n <= 15))
def test_an_int_outside_its_domain_is_refused(n):
    with pytest.raises(ValueError, match="0 to 15"):
        Int(0, 15).encode(n)


@pytest.mark.parametrize(("lo", "hi"), [(1, 0), (0, 2**62), (-(2**62), 0)])
def test_a_domain_that_is_empty_or_too_wide_is_refused(lo, hi):
    with pytest.raises(ValueError, match="domain"):
        Int(lo, hi)


@pytest.mark.parametrize(("lo", "hi"), [(False, 1), (0, True), (0.0, 1), ("0", "1"), (None, 1)])
def test_a_domain_that_is_not_of_ints_is_refused(lo, hi):
    with pytest.raises(TypeError):
        Int(lo, hi)


# --- scalars ------------------------------------------------------------------


@pytest.mark.parametrize(("field", "values"), KINDS)
@given(st.data())
def test_values_have_the_same_scalars_if_and_only_if_they_are_the_same(field, values, data):
    a, b = field.encode(data.draw(values)), field.encode(data.draw(values))
    assert (field.scalars(a) == field.scalars(b)) == (a == b)


@given(words)
def test_one_text_as_code_text_and_id_has_three_scalars(text):
    scalars = [field.scalars(field.encode(text))[0] for field in (Text(), Code(), Id())]
    assert len({s.encode() for s in scalars}) == 3


@given(typed)
def test_absent_is_no_value(pair):
    field, value = pair
    assert absent() not in field.scalars(field.encode(value))


def test_absent_is_not_zero():
    assert absent() != Fr(0)
    assert Int(0, 15, optional=True).scalars(None) != Int(0, 15).scalars((0,))


def test_both_ends_of_an_absent_partial_date_are_absent():
    assert Date(partial=True, optional=True).scalars(None) == [absent(), absent()]


# --- hostile plain values -----------------------------------------------------

HOSTILE = [
    (Int(0, 15), [(16,), (-3,), (True,), (1, 1), (), 1, "1", None, (1.0,), ("1",), [[1]], {1: 1}]),
    (HBA1C, [(2001,), (-1,), (True,), "48.5", ("48.5",), ()]),
    (Bool(), [(2,), (True,), True, (0, 1), ()]),
    (Date(), [(-36_525,), (10**9,), (0, 30), (1, 1), "1990-04-01", (False,), ()]),
    (Date(partial=True), [(0,), (1, 0), (0, 29), (5, 400), (0, 0, 30), (False, False), (-36_525, -36_525)]),
    (Instant(), [(-1,), (10**18,), (True,), (0, 0), "2026-11-23T10:00:00Z", ()]),
    (Code(), ["cvx|208", "", " FR", (1,), 1, b"FR", ["FR"], "\ud800"]),
    (Text(), ["", "a ", (1,), 1, b"a", ["a"], {}]),
    (Id(), ["", "a\n", (0,), 0, b"a", None]),
]


@pytest.mark.parametrize(("field", "plain"), [(field, plain) for field, values in HOSTILE for plain in values])
def test_a_hostile_value_does_not_pass_the_check(field, plain):
    with pytest.raises(DecodingError):
        field.checked(plain)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from([field for field, _ in HOSTILE]), anything)
def test_whatever_passes_the_check_encodes_to_itself(field, plain):
    try:
        found = field.checked(plain)
    except DecodingError:
        return
    assert field.encode(field.decode(found)) == found
