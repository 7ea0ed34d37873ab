"""Codes of certificates, and the systems that the EU value sets give them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shared_files import shared_json

from zkhealth.health.dcc_codes import bare_code, dcc_code

FIELDS = ["tg", "vp", "mp", "ma", "tt", "tr", "co"]
VALUE_SETS = {
    "tg": "disease-agent-targeted",
    "vp": "vaccine-prophylaxis",
    "mp": "vaccine-medicinal-product",
    "ma": "vaccine-mah-manf",
    "tt": "test-type",
    "tr": "test-result",
}


@pytest.mark.parametrize("field", VALUE_SETS)
def test_every_code_of_a_value_set_gets_the_system_that_stands_there(field):
    values = shared_json("health", "valuesets", "eu-dcc", f"{VALUE_SETS[field]}.json")["valueSetValues"]
    short = {"http://snomed.info/sct": "snomed", "http://loinc.org": "loinc", "http://www.whocc.no/atc": "atc"}
    for code, entry in values.items():
        assert dcc_code(field, code) == f"{short.get(entry['system'], entry['system'])}|{code}"


def test_a_test_device_is_no_manufacturer_of_vaccines():
    assert dcc_code("ma", "1833") == "https://covid-19-diagnostics.jrc.ec.europa.eu/devices|1833"


@pytest.mark.parametrize(
    ("field", "value"), [("mp", "EU/1/20/1528 "), ("mp", "eu/1/20/1528"), ("tg", "840539006\n"), ("tt", "LP٣-4")]
)
def test_what_only_looks_like_a_code_of_a_system_stays_bare(field, value):
    assert dcc_code(field, value) == value


@given(st.sampled_from(FIELDS), st.text().filter(lambda text: "|" not in text))
@example("co", "e\u0301")
def test_a_code_is_given_back_as_it_came_or_refused_for_its_form_of_unicode(field, value):
    if unicodedata.normalize("NFC", value) == value:
        assert bare_code(dcc_code(field, value)) == value
    else:
        with pytest.raises(ValueError, match="NFC"):
            dcc_code(field, value)


def test_a_value_that_could_be_taken_for_the_code_of_a_system_is_refused():
    with pytest.raises(ValueError, match="without"):
        dcc_code("tg", "snomed|840539006")


def test_a_field_that_holds_no_code_is_refused():
    with pytest.raises(ValueError, match="one of the fields"):
        dcc_code("dt", "2021-07-01")
