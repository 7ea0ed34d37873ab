"""What an adversary found who had not seen the reasoning: each attack worked before its mend."""

import pytest
from credentials.hospital import AT, AUDIENCE, people, policy_of

from zkhealth.credentials import Challenge, Code, Instant, IssuerPublic, Policy, Quantity, SchemaSpec
from zkhealth.credentials.encoding.wire import pack
from zkhealth.errors import DecodingError

P = people()
v = P.v


# --- values that are read as others, or not at all ---------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "0" * 62 + "48.5",  # was cut after 64 characters, to 48
        "0" * 70 + "1",
        "48.50000000000000000000000000000000001",  # was rounded
        "200.0000000000000000000000000000001",
        "1e-99999999999",
        "4_8.5",
        " 48.5",
        "٤٨",
    ],
)
def test_a_quantity_is_never_cut_or_rounded_to_another(text):
    with pytest.raises(ValueError, match="decimals"):
        Quantity("mmol/mol", "0", "200", decimals=1).encode(text)


@pytest.mark.parametrize("text", ["1e999999", "1e1000000", "-1e99999999999"])
@pytest.mark.parametrize("decimals", [0, 1])
def test_a_schema_of_100_bytes_does_not_ask_for_a_million_digits(text, decimals):
    field = {"name": "x", "type": "quantity", "unit": "g", "lo": "0", "hi": text, "decimals": decimals}
    with pytest.raises(DecodingError):  # took half a minute, or left the library as decimal.Overflow
        SchemaSpec.from_json({"id": "https://evil.example", "fields": [field]})


def test_small_quantities_are_written_without_exponents():
    assert Quantity("g", "0", "1", decimals=9).decode((1,)) == "0.000000001"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_does_not_have_is_no_moment(text):
    with pytest.raises(ValueError, match="moment"):
        Instant().encode(text)
    content = {1: policy_of(v.held()).to_json(), 2: AUDIENCE, 3: text, 4: bytes(32)}
    with pytest.raises(DecodingError):
        Challenge.decode(pack("challenge", 1, content))


def test_an_offset_of_half_a_second_is_refused():
    with pytest.raises(ValueError, match="to the second"):
        Instant().encode("2026-11-23T09:30:00+00:00:01.5")


def test_a_code_that_grows_too_long_is_refused_by_the_issuer_and_not_first_by_the_wallet():
    with pytest.raises(ValueError, match="characters"):
        Code().encode("snomed|" + "1" * 1010)


# --- one thing with two names -------------------------------------------------------


def test_two_issuers_with_one_key_are_refused():
    """The header binds the key; whoever carried the presentation could name the other issuer, and replay it."""
    mine = P.hospital.public
    for other in (P.hospital.rotated().public, IssuerPublic("https://other.example", mine.spec, mine.keys)):
        with pytest.raises(ValueError, match="key in common"):
            Policy("a test", v.held(), issuers=[mine, other])


def test_a_nonce_is_not_silently_dropped_for_a_window():
    with pytest.raises(ValueError, match="a nonce, or a window"):
        policy_of(v.held(), window=600).challenge(AUDIENCE, AT, nonce=bytes(32), window=600)
