"""EU Digital COVID Certificates of our own: their encoding, their content and their time."""

import zlib
from datetime import UTC, datetime

import cbor2
import pytest
from health.documents.certificate_reports import report_on
from health.documents.makers import DCC, EXPIRES, ISSUED, VACCINATION, b45, certificate_text, codes_of, cose, hc1
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.health.documents import DocumentError, read
from zkhealth.health.documents import base45 as our_base45

# --- base45 ------------------------------------------------------------------------------


@given(st.binary(max_size=40))
def test_base45_comes_back(data):
    assert our_base45.decode(b45(data)) == data


@given(st.text(our_base45.ALPHABET + "a\n", max_size=9))
def test_base45_is_one_text_for_one_value(text):
    data = our_base45.decode(text)
    assert data is None or b45(data) == text


@pytest.mark.parametrize("text", ["A", "ABCD", ":::", "::", "GGX", "a", "ÄA", "0 ", "Z0Z9"], ids=str)
def test_what_is_no_base45_is_refused(text):
    assert our_base45.decode(text) is None or b45(our_base45.decode(text)) == text


# --- our own certificates ----------------------------------------------------------------


def test_a_certificate_of_ours_is_valid():
    report = report_on(certificate_text())
    assert (report.status, report.signature_is_good, codes_of(report)) == ("VALID", True, [])
    assert report.vouched_by == "XX"


def test_what_a_certificate_says_is_told():
    document = read(certificate_text())
    assert (document.kind, document.content, document.issuer) == ("dcc", DCC, "XX")
    assert (document.issued.timestamp(), document.expires.timestamp()) == (ISSUED, EXPIRES)


@pytest.mark.parametrize("form", [
    pytest.param(hc1, id="text"),
    pytest.param(lambda signed: hc1(signed) + "\n", id="a line"),
    pytest.param(lambda signed: hc1(signed).encode(), id="bytes"),
    pytest.param(lambda signed: signed, id="COSE with its tag"),
    pytest.param(lambda signed: cbor2.dumps(cbor2.CBORTag(61, cbor2.loads(signed))), id="COSE in a CWT"),
    pytest.param(lambda signed: cbor2.dumps(cbor2.loads(signed).value), id="COSE without a tag"),
])  # fmt: skip
def test_a_certificate_is_recognised_in_every_form(form):
    assert report_on(form(cose())).status == "VALID"


@pytest.mark.parametrize(("text", "code"), [
    pytest.param("HC2:" + b45(zlib.compress(cose())), "PREFIX_ERROR", id="another context"),
    pytest.param(b45(zlib.compress(cose())), "PREFIX_ERROR", id="no context"),
    pytest.param("HC1:" + b45(zlib.compress(cose())).lower(), "BASE45_ERROR", id="small letters"),
    pytest.param("HC1:", "INFLATION_ERROR", id="nothing"),
    pytest.param("HC1:" + b45(cose()), "INFLATION_ERROR", id="not compressed"),
    pytest.param("HC1:" + b45(zlib.compress(cose())[:-3]), "INFLATION_ERROR", id="cut off"),
    pytest.param("HC1:" + b45(zlib.compress(cose()) + b"x"), "INFLATION_ERROR", id="something after it"),
    pytest.param(hc1(b"\x84"), "COSE_ERROR", id="no CBOR"),
    pytest.param(hc1(cose() + b"\x00"), "CBOR_ERROR", id="CBOR with something after it"),
    pytest.param(hc1(cbor2.dumps([1, 2, 3])), "COSE_ERROR", id="a list of three"),
    pytest.param(hc1(cbor2.dumps([b"", {}, b"", "sig"])), "COSE_ERROR", id="a signature of text"),
    pytest.param(hc1(cbor2.dumps([b"\x01", {}, b"", b""])), "COSE_ERROR", id="a header that is a number"),
    pytest.param(hc1(cose(claims=b"\x01")), "CBOR_ERROR", id="claims that are a number"),
    pytest.param(hc1(cose(claims={1: "XX"})), "CBOR_ERROR", id="claims without a certificate"),
    pytest.param(hc1(cose({1: 2})), "CBOR_ERROR", id="names that are numbers"),
    pytest.param(hc1(cose({"v": [float("nan")]})), "CBOR_ERROR", id="not a number"),
    pytest.param(hc1(cose({"v": [b"bytes"]})), "CBOR_ERROR", id="bytes"),
])  # fmt: skip
def test_what_is_no_certificate_is_refused_by_its_layer(text, code):
    with pytest.raises(DocumentError) as caught:
        read(text)
    wanted = {code, "COSE_ERROR"} if code == "CBOR_ERROR" else {code}
    assert caught.value.finding.code in wanted
    assert caught.value.kind == "dcc"


@pytest.mark.parametrize("tagged", [
    pytest.param(b"\xc2\x41\x01", id="a big number"),
    pytest.param(b"\xc4\x82\x01\x02", id="a decimal"),
    pytest.param(b"\xc5\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01", id="a huge fraction"),
    pytest.param(b"\xd8\x1c\x81\xd8\x1d\x00", id="a list that holds itself"),
    pytest.param(b"\xd8\x23\x66(a+)+$", id="a regular expression"),
    pytest.param(b"\xd9\x01\x00\x80", id="shared texts"),
    pytest.param(b"\xd9\x01\x02\x81\x01", id="a set"),
    pytest.param(b"\xd9\xff\xff\x01", id="an unknown tag"),
])  # fmt: skip
def test_no_other_tag_is_followed(tagged):
    claims = b"\xa1\x39\x01\x03\xa1\x01\xa1\x61v" + tagged
    with pytest.raises(DocumentError, match="the signed content"):
        read(hc1(cose(claims=claims)))


@pytest.mark.parametrize(("tagged", "text"), [
    (cbor2.CBORTag(0, "2021-05-01T12:00:00+02:00"), "2021-05-01T12:00:00+02:00"),
    (cbor2.CBORTag(1, 1620000000), "2021-05-03T00:00:00Z"),
    (cbor2.CBORTag(1, 1620000000.25), "2021-05-03T00:00:00.250000Z"),
    (cbor2.CBORTag(1004, "2021-05-01"), "2021-05-01"),
])  # fmt: skip
def test_dates_in_tags_become_text(tagged, text):
    document = read(certificate_text(content=DCC | {"v": [VACCINATION | {"dt": tagged}]}))
    assert document.content["v"][0]["dt"] == text


def test_times_of_claims_may_have_fractions():
    claims = {1: "XX", 4: EXPIRES + 0.5, 6: ISSUED + 0.25, -260: {1: DCC}}
    document = read(certificate_text(claims=claims))
    assert (document.issued.timestamp(), document.expires.timestamp()) == (ISSUED + 0.25, EXPIRES + 0.5)


@pytest.mark.parametrize(("at", "codes"), [
    (ISSUED - 1, ["NOT_YET_VALID"]), (ISSUED, []), (EXPIRES, []), (EXPIRES + 1, ["EXPIRATION_ERROR"]),
])  # fmt: skip
def test_a_certificate_counts_from_its_first_to_its_last_second(at, codes):
    assert codes_of(report_on(certificate_text(), at=datetime.fromtimestamp(at, UTC))) == codes
