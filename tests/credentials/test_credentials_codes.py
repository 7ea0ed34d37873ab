import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials.schemas.codes import SYSTEMS, Code, parse_code


@pytest.mark.parametrize(("name", "url"), SYSTEMS.items())
def test_short_names_and_urls_mean_the_same(name, url):
    assert parse_code(f"{name}|208") == parse_code(f"{url}|208") == Code(url, "208")
    assert Code(url, "208").canonical == f"{url}|208"
    assert Code(url, "208").short == f"{name}|208"


def test_a_system_without_a_short_name_is_written_in_full():
    code = parse_code("urn:oid:1.2.36.1.2001.1005.17|FLUVAX")
    assert code.short == code.canonical == "urn:oid:1.2.36.1.2001.1005.17|FLUVAX"


def test_codes_keep_their_leading_zeros():
    assert parse_code("cvx|03") != parse_code("cvx|3")


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_two_codes_never_share_a_canonical_form(system, code, other_system, other_code):
    try:
        a, b = Code(system, code), Code(other_system, other_code)
    except ValueError:
        return
    assert (a == b) == (a.canonical == b.canonical)


@given(st.text(max_size=3), st.text())
def test_a_code_survives_being_written_and_read(before, code):
    try:
        made = Code(f"urn:{before}", code)
    except ValueError:
        return
    assert parse_code(made.canonical) == parse_code(made.short) == made
    assert made.canonical.encode()


@pytest.mark.parametrize("text", [
    "", "208", "|", "cvx|", "|208", "CVX|208", "mvx|PFR", "cvx| 208", "cvx|208 ", " cvx|208", "cvx|2\n08", "cvx|\ud800",
    "http://a b|1", "cvx|\x00",
])  # fmt: skip
def test_malformed_or_unknown_is_refused_without_its_value(text):
    with pytest.raises(ValueError, match="expected") as e:
        parse_code(text)
    assert "208" not in str(e.value)


@pytest.mark.parametrize(("system", "code"), [(None, "1"), ("urn:a", None), (1, 2), ("urn:a|b", "c"), ("", "c")])
def test_a_code_needs_a_system_and_a_code(system, code):
    with pytest.raises(ValueError, match="expected"):
        Code(system, code)


def test_a_code_does_not_show_itself():
    assert repr(parse_code("cvx|208")) == str(parse_code("cvx|208")) == "Code(...)"
