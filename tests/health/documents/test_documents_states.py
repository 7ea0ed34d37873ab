"""States and countries: a seal names its state in three letters, a certificate its country in two."""

import re
from importlib import resources

import pytest

from zkhealth.health.documents import states
from zkhealth.health.documents.states import countries_of

SOURCE = resources.files(states.__package__).joinpath("states.py").read_text("utf-8")
ISO = re.findall(r"\b([A-Z]{3})-([A-Z]{2})\b", SOURCE)


def test_the_table_is_iso_3166_1_one_to_one():
    assert len(ISO) == len({state for state, _ in ISO}) == len({country for _, country in ISO}) == 249
    assert all(countries_of(state) == (country,) for state, country in ISO)


@pytest.mark.parametrize(("state", "countries"), [
    ("AUS", ("AU",)), ("AUT", ("AT",)), ("CHN", ("CN",)), ("CHE", ("CH",)), ("GBR", ("GB",)), ("IRL", ("IE",)),
    ("PRK", ("KP",)), ("KOR", ("KR",)), ("SVK", ("SK",)), ("SVN", ("SI",)), ("SWZ", ("SZ",)), ("UKR", ("UA",)),
    ("DEU", ("DE",)), ("D", ("DE",)), ("D<<", ("DE",)), ("GBN", ("GB",)), ("UNO", ("UN",)), ("UNA", ("UN",)),
    ("EUE", ("EU",)), ("UTO", ("UT",)), ("RKS", ("XK", "KS")),
])  # fmt: skip
def test_codes_that_are_easily_mistaken(state, countries):
    assert countries_of(state) == countries


@pytest.mark.parametrize("state", ["", "AU", "aus", "AUS ", "XXA", "XXX", "XOM", "ZZZ", "<<<", "D<", "DDR"])
def test_what_is_not_known_has_no_country(state):
    assert countries_of(state) == ()
