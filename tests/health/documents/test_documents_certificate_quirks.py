"""EU Digital COVID Certificates as countries signed them, against the letter of the specification.

What verifiers must make of them: eu-digital-green-certificates/dcc-quality-assurance, SpecialCaseHandling.md.
"""

import hashlib

import cbor2
import pytest
from health.documents.certificate_reports import report_on
from health.documents.makers import (
    AT,
    DCC,
    EXPIRES,
    ISSUED,
    PERSON,
    VACCINATION,
    certificate,
    certificate_text,
    codes_of,
    key,
)

from zkhealth.health.documents import DocumentError, read
from zkhealth.health.mapping import entries_of

KID = hashlib.sha256(certificate(key())).digest()[:8]
TEST = {
    "tg": "840539006", "tt": "LP6464-4", "sc": "2021-05-01T10:00:00Z", "tr": "260415000", "co": "XX",
    "is": "Ministry of Examples", "ci": "URN:UVCI:01:XX:EXAMPLE#2",
}  # fmt: skip
PLAIN_TEST = {name: value for name, value in DCC.items() if name != "v"} | {"t": [TEST]}
CLAIMS = {1: "XX", 4: EXPIRES, 6: ISSUED, -260: {1: DCC}}


def claims(**changes):
    """The claims of a certificate, with others or without some (None)."""
    made = CLAIMS | {{"iss": 1, "exp": 4, "iat": 6, "nbf": 5}[name]: value for name, value in changes.items()}
    return {name: value for name, value in made.items() if value != "absent"}


def vaccination(**changes):
    return DCC | {"v": [VACCINATION | changes]}


# --- null, undefined and whole floats ----------------------------------------------------


@pytest.mark.parametrize(("content", "plain"), [
    pytest.param(DCC | {"t": None, "r": None}, DCC, id="other kinds are null"),
    pytest.param(DCC | {"t": cbor2.undefined}, DCC, id="another kind is undefined"),
    pytest.param(PLAIN_TEST | {"t": [TEST | {"nm": None, "ma": cbor2.undefined}]}, PLAIN_TEST, id="fields are null"),
    pytest.param(vaccination(dn=2.0, sd=2.0), DCC, id="doses are whole floats"),
])  # fmt: skip
def test_null_is_absent_and_a_whole_float_is_a_count(content, plain):
    text = certificate_text(content=content)
    assert (report_on(text).status, codes_of(report_on(text))) == ("VALID", [])
    found = read(text).content
    assert found == plain
    assert [type(found["v"][0][name]) for name in ("dn", "sd") if "v" in found] == [int] * (2 if "v" in found else 0)


@pytest.mark.parametrize("content", [
    pytest.param(vaccination(dn=1.5), id="one dose and a half"),
    pytest.param(vaccination(dn=0), id="dose zero"),
    pytest.param(vaccination(dn=True), id="true is no count"),
    pytest.param(vaccination(co=None), id="a field that must be there is null"),
    pytest.param(DCC | {"dob": None}, id="the date of birth is null"),
    pytest.param(DCC | {"v": None}, id="the only kind is null"),
    pytest.param(DCC | {"v": [None]}, id="the only event is null"),
    pytest.param(DCC | {"t": [], "r": []}, id="other kinds are empty lists"),
    pytest.param(DCC | {"v": [VACCINATION] * 2}, id="two vaccinations, which verifiers must reject"),
    pytest.param(DCC | {"t": [TEST]}, id="two kinds"),
])  # fmt: skip
def test_more_than_that_is_not_forgiven(content):
    report = report_on(certificate_text(content=content))
    assert (report.signature_is_good, report.status) == (True, "INVALID")
    assert set(codes_of(report)) == {"SCHEMA_ERROR"}


@pytest.mark.parametrize("content", [
    pytest.param(vaccination(dn=float("inf")), id="an endless count"),
    pytest.param(DCC | {"v": [cbor2.undefined]}, id="an event is undefined"),
])  # fmt: skip
def test_what_json_has_no_word_for_is_refused(content):
    with pytest.raises(DocumentError, match="the signed content"):
        read(certificate_text(content=content))


# --- dates of birth, names, issuers ------------------------------------------------------


@pytest.mark.parametrize("birth", ["1978-01-26T00:00:00", "1978-01-26T00:00:00Z", " 1978-01-26 ", "1989-00-20", ""])
def test_a_date_of_birth_may_have_a_time_or_blanks(birth):
    text = certificate_text(content=DCC | {"dob": birth})
    assert report_on(text).status == "VALID"
    assert read(text).content["dob"] == birth.strip()


def test_blanks_around_codes_and_dates_are_none_of_theirs():
    """As Greece signed products; the EU's verifiers trim every field, and so do rules and records."""
    padded = {name: f" {value}  " if isinstance(value, str) else value for name, value in VACCINATION.items()}
    document = read(certificate_text(content=DCC | {"v": [padded]}))
    assert report_on(certificate_text(content=DCC | {"v": [padded]})).status == "VALID"
    assert document.content == DCC | {"v": [VACCINATION | {"ci": padded["ci"]}]}
    records = [dict(entry.values) for entry in entries_of(document).entries]
    assert records == [dict(entry.values) for entry in entries_of(read(certificate_text())).entries]


def test_a_field_of_blanks_alone_is_absent_from_the_record():
    document = read(certificate_text(content=DCC | {"v": [VACCINATION | {"ma": "  "}]}))
    assert document.content["v"][0]["ma"] == ""
    assert all("holder" not in entry.values for entry in entries_of(document).entries)


@pytest.mark.parametrize("birth", ["1815-08-24", "1963-xx-xx", "1963-01T00:00:00", "1978-01-26T", "26-01-1978", 1978])
def test_a_date_of_birth_of_another_form_is_refused(birth):
    assert codes_of(report_on(certificate_text(content=DCC | {"dob": birth}))) == ["SCHEMA_ERROR"]


@pytest.mark.parametrize(("name", "is_valid"), [("O'NEIL 2ND", True), ("<", True), ("x" * 80, True), ("X" * 81, False)])
def test_a_standardised_name_may_have_any_characters(name, is_valid):
    content = DCC | {"nam": PERSON | {"fnt": name}}
    assert (report_on(certificate_text(content=content)).status == "VALID") == is_valid


@pytest.mark.parametrize("issuer", ["absent", None, "", "XX", "Ministry of Examples"])
def test_the_issuer_is_optional(issuer):
    """hcert-spec, 3.3.4."""
    text = certificate_text(claims=claims(iss=issuer))
    assert (report_on(text).status, codes_of(report_on(text))) == ("VALID", [])
    assert read(text).issuer == ("" if issuer in ("absent", None) else issuer)


@pytest.mark.parametrize("changes", [
    {"iss": 7}, {"iss": b"XX"}, {"exp": "absent"}, {"iat": None}, {"nbf": "soon"},
], ids=str)  # fmt: skip
def test_other_claims_are_not(changes):
    assert codes_of(report_on(certificate_text(claims=claims(**changes)))) == ["SCHEMA_ERROR"]


@pytest.mark.parametrize("starts", [ISSUED - 9, ISSUED, AT.timestamp(), AT.timestamp() + 1])
def test_a_certificate_counts_from_the_later_of_its_two_starts(starts):
    text = certificate_text(claims=claims(nbf=starts))
    assert read(text).issued.timestamp() == max(starts, ISSUED)
    assert codes_of(report_on(text)) == (["NOT_YET_VALID"] if starts > AT.timestamp() else [])


# --- keys that Python takes for others ---------------------------------------------------


def like(mapping, number, label):
    """The same map with another label in the place of a number: to Python, True and 1.0 are the key 1."""
    return {label if key_ == number and type(key_) is int else key_: value for key_, value in mapping.items()}


@pytest.mark.parametrize("changes", [
    pytest.param({}, id="none"),
    pytest.param({"protected": {1: -7}, "unprotected": {4: KID}}, id="KID unprotected"),
    pytest.param({"unprotected": {"more": 7}}, id="a label of text"),
])  # fmt: skip
def test_labels_are_whole_numbers_or_text(changes):
    assert signed_with(**changes) == "VALID"


@pytest.mark.parametrize("changes", [
    pytest.param({"claims": like(CLAIMS, 1, True)}, id="issuer under true"),
    pytest.param({"claims": like(CLAIMS, 1, 1.0)}, id="issuer under 1.0"),
    pytest.param({"claims": like(CLAIMS, 4, 4.0)}, id="end under 4.0"),
    pytest.param({"claims": like(CLAIMS, -260, -260.0)}, id="certificates under -260.0"),
    pytest.param({"claims": CLAIMS | {-260: {True: DCC}}}, id="the certificate under true"),
    pytest.param({"claims": CLAIMS | {-260: {1.0: DCC}}}, id="the certificate under 1.0"),
    pytest.param({"claims": CLAIMS | {-260: {cbor2.CBORSimpleValue(1): DCC}}}, id="the certificate under simple(1)"),
    pytest.param({"claims": CLAIMS | {b"x": 7}}, id="a claim under bytes"),
    pytest.param({"claims": CLAIMS | {None: 7}}, id="a claim under null"),
    pytest.param({"protected": {True: -7, 4: KID}}, id="algorithm under true"),
    pytest.param({"protected": {1.0: -7, 4: KID}}, id="algorithm under 1.0"),
    pytest.param({"protected": {1: -7, 4.0: KID}}, id="KID under 4.0"),
    pytest.param({"protected": {1: -7}, "unprotected": {4.0: KID}}, id="KID unprotected, under 4.0"),
    pytest.param({"protected": {4: KID}, "unprotected": {True: -7}}, id="algorithm unprotected, under true"),
])  # fmt: skip
def test_no_other_key_passes_for_a_label(changes):
    with pytest.raises(DocumentError) as caught:
        signed_with(**changes)
    assert caught.value.finding.code in ("CBOR_ERROR", "COSE_ERROR")


def signed_with(claims=CLAIMS, protected=None, unprotected=None):
    header = cbor2.dumps({1: -7, 4: KID} if protected is None else protected)
    return report_on(certificate_text(claims=claims, protected=header, unprotected=unprotected)).status


@pytest.mark.parametrize("pair", [b"\xf5\x62YY", b"\xf9\x3c\x00\x62YY", b"\x01\x62YY"], ids=["true", "1.0", "1"])
def test_a_key_like_another_is_the_key_twice(pair):
    """The issuer under 1, and another issuer under a key that Python takes for the same."""
    encoded = cbor2.dumps(CLAIMS)
    with pytest.raises(DocumentError, match="the signed content"):
        read(certificate_text(claims=bytes([encoded[0] + 1]) + encoded[1:] + pair))


# --- the text ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", [
    pytest.param(lambda text: f"  {text} \n\n", id="blanks and lines around"),
    pytest.param(lambda text: "\ufeff" + text + "\r\n", id="a mark before"),
])  # fmt: skip
def test_blanks_around_the_text_are_none_of_its_own(form):
    """Base45 never ends with a blank, so none is lost."""
    report = report_on(form(certificate_text()))
    assert (report.status, codes_of(report)) == ("VALID", [])


@pytest.mark.parametrize(("change", "code", "sentence"), [
    pytest.param(str.lower, "PREFIX_ERROR", "HC1: in capital letters", id="small letters"),
    pytest.param(lambda text: "hc1:" + text[4:], "PREFIX_ERROR", "HC1: in capital letters", id="a small prefix"),
    pytest.param(lambda text: "HC1:" + text[4:].lower(), "BASE45_ERROR", "small letters", id="a large prefix only"),
    pytest.param(lambda text: text[:80] + "\n" + text[80:], "BASE45_ERROR", "one line", id="two lines"),
    pytest.param(lambda text: text[:80] + "\r\n" + text[80:], "BASE45_ERROR", "one line", id="two lines of Windows"),
    pytest.param(lambda text: text[:80] + "\t" + text[80:], "BASE45_ERROR", "no base45", id="a tab"),
])  # fmt: skip
def test_it_is_said_what_is_wrong_with_a_text(change, code, sentence):
    with pytest.raises(DocumentError, match=sentence) as caught:
        read(change(certificate_text()))
    assert (caught.value.finding.code, caught.value.kind) == (code, "dcc")


def test_a_json_file_around_the_text_is_not_taken_apart_but_told_about():
    text = certificate_text()
    with pytest.raises(DocumentError, match="the text of a QR code; give that text by itself") as caught:
        read(f'{{"JSON": {{}}, "PREFIX": "{text}"}}')
    assert (caught.value.finding.code, caught.value.kind) == ("UNKNOWN_FILE_DATA", "")
    assert text[4:20] not in str(caught.value)
    with pytest.raises(DocumentError) as caught:
        read('{"PREFIX": "NCFOXN", "7": ["HC1:"]}')
    assert "QR code" not in str(caught.value)
