"""EU Digital COVID Certificates as countries signed them, against the letter of the specification."""

import hashlib

import cbor2
import pytest
from health.documents.certificate_reports import report_on
from health.documents.makers import DCC, EXPIRES, ISSUED, certificate, certificate_text, key

from zkhealth.health.documents import DocumentError, read

KID = hashlib.sha256(certificate(key())).digest()[:8]
CLAIMS = {1: "XX", 4: EXPIRES, 6: ISSUED, -260: {1: DCC}}

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
