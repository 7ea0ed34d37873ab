"""Documents that were made to break their reader: they are refused by name, soon, and by no other exception."""

import base64

import cbor2
import pytest
from cryptography import x509
from health.documents.certificate_reports import report_on
from health.documents.makers import (
    AT,
    DCC,
    certificate,
    certificate_text,
    codes_of,
    document_types,
    jwk,
    key,
    key_set,
    seal,
    seal_signer,
)

from zkhealth.health.documents import DocumentError, Trust, read, verify
from zkhealth.health.documents.keys import key_defects

AUTHORITY, SIGNER = key(5), key(6)
CSCA = certificate(AUTHORITY, name="UT", ca=True)
V3, V2 = bytes.fromhex("a003020102"), bytes.fromhex("a003020101")
X400 = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), bytes.fromhex("3004a3023000"))  # subjectAltName


@pytest.mark.parametrize("content", [
    pytest.param(DCC | {"dob": " " * 200_000 + "x"}, id="blanks before and after a date of birth that is none"),
    pytest.param(DCC | {"ver": "1" * 200_000 + "x"}, id="numbers of a version without points"),
])  # fmt: skip
def test_a_long_text_costs_no_more_than_its_length(content):
    """By the patterns alone it would take minutes, or years."""
    report = report_on(certificate_text(content=content))
    assert (report.signature_is_good, report.status, codes_of(report)) == (True, "INVALID", ["SCHEMA_ERROR"])


def seal_report(der):
    return verify(read(seal(SIGNER, der)), trust=Trust.of(CSCA), at=AT)


def test_a_seal_with_a_certificate_of_a_version_that_there_is_not_is_refused():
    der = seal_signer(SIGNER, AUTHORITY)
    assert der.count(V3) == 1
    assert codes_of(seal_report(der.replace(V3, V2))) == ["CERTIFICATE_ERROR"]


def test_a_seal_with_a_certificate_whose_extensions_cannot_be_read_is_refused():
    der = seal_signer(SIGNER, AUTHORITY, extra=[document_types("NV"), X400])
    report = seal_report(der)
    assert (report.signature_is_good, report.status) == (True, "INVALID")
    assert codes_of(report) == ["KEY_USAGE_ERROR"]


def test_a_signer_whose_certificate_has_a_name_of_an_unknown_kind_signs_all_the_same():
    """As those of Finland, whose extensions cannot be read either."""
    der = certificate(key(), extra=[X400])
    trust = Trust.of(der)
    assert trust.signers[0].usages == frozenset()
    assert report_on(certificate_text(kid=trust.signers[0].key_id), trust).status == "VALID"


def test_a_key_set_with_a_certificate_of_a_version_that_there_is_not_is_reported():
    der = certificate(key()).replace(V3, V2)
    entry = jwk(key(), x5c=[base64.b64encode(der).decode()])
    assert [found.code for found in key_defects(entry, "", AT)] == ["INVALID_KEY_X5C"]
    assert Trust.of(key_set(entry)).key_sets


@pytest.mark.parametrize("view_box", ["0 0 0 0", "0 0 0 9", "0 0 9 0", "0 0 201 9"])
def test_a_drawing_of_no_size_is_no_code(view_box):
    pytest.importorskip("zxingcpp")
    drawing = f'<svg viewBox="{view_box}"><path stroke="#000" d="M4 4.5h7"/></svg>'
    with pytest.raises(DocumentError) as caught:
        read(drawing.encode())
    assert caught.value.finding.code == "QR_DECODE_ERROR"


def test_signed_cbor_is_no_larger_by_itself_than_in_a_code():
    with pytest.raises(DocumentError, match="at most 262144 bytes"):
        read(cbor2.dumps([b"", {}, bytes(1 << 18), b""]))
