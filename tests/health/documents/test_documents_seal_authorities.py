"""Seals under authorities that were renewed, at the last moment of revocation lists, and of a type list of tomorrow."""

from datetime import timedelta

import pytest
from cryptography import x509
from health.documents.makers import AT, SEAL, certificate, codes_of, document_types, key, seal, seal_signer
from health.documents.test_documents_seals import crl

from zkhealth.health.documents import Trust, read, verify

AUTHORITY, SIGNER = key(5), key(6)
CSCA = certificate(AUTHORITY, name="UT", ca=True)
OLD = certificate(AUTHORITY, name="UT", ca=True, days=1)  # the same name and key
DER = seal_signer(SIGNER, AUTHORITY)


def report_on(*lists, at=AT, der=DER, data=SEAL):
    return verify(read(seal(SIGNER, der, data)), trust=Trust.of(*lists), at=at)


@pytest.mark.parametrize("authorities", [(OLD, CSCA), (CSCA, OLD)])
def test_one_certificate_of_an_authority_that_is_in_its_time_is_enough(authorities):
    assert (report_on(*authorities).status, report_on(*authorities).vouched_by) == ("VALID", "UT")


def test_an_authority_with_certificates_of_other_times_only_is_none():
    assert codes_of(report_on(OLD)) == ["CERTIFICATE_ERROR"]


@pytest.mark.parametrize(("past", "codes"), [(0, ()), (1, ("REVOCATION_NOT_CHECKED",))])
def test_a_revocation_list_is_recent_up_to_its_last_second(past, codes):
    assert report_on(CSCA, crl(8, until=AT), at=AT + timedelta(seconds=past)).codes == codes


AUTHORITIES_ONLY = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)


@pytest.mark.parametrize(("extension", "critical", "is_whole"), [
    pytest.param(x509.CRLNumber(4), False, True, id="a number"),
    pytest.param(x509.DeltaCRLIndicator(3), True, False, id="what is new since another list"),
    pytest.param(AUTHORITIES_ONLY, True, False, id="authorities only"),
    pytest.param(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True, False, id="unknown"),
    pytest.param(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), False, True, id="no matter"),
    pytest.param(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.20"), b"\5\0"), False, False, id="broken"),
])  # fmt: skip
def test_a_part_of_a_revocation_list_revokes_and_clears_nobody(extension, critical, is_whole):
    """RFC 5280, section 5.2: what is critical and unknown narrows the list."""
    lists = [crl(*serials, extra=[(extension, critical)]) for serials in ((8,), (7,))]
    assert report_on(CSCA, lists[0]).codes == (() if is_whole else ("REVOCATION_NOT_CHECKED",))
    assert report_on(CSCA, lists[1]).codes == ("REVOKED",)


@pytest.mark.parametrize(("value", "is_for"), [
    pytest.param("3009020100310413024e56", True, id="version 0"),
    pytest.param("3009020101310413024e56", False, id="version 1"),
    pytest.param("300702010031021300", False, id="a type of no letter"),
    pytest.param("3009020100300413024e56", False, id="a sequence of types"),
    pytest.param("3009020100310413034e56", False, id="cut off"),
    pytest.param("", False, id="nothing"),
])  # fmt: skip
def test_the_list_of_document_types_is_read_in_the_one_form_that_is_known(value, is_for):
    oid = document_types("NV").oid
    extension = x509.UnrecognizedExtension(oid, bytes.fromhex(value))
    der = seal_signer(SIGNER, AUTHORITY, extra=[extension])
    assert codes_of(report_on(CSCA, der=der)) == ([] if is_for else ["KEY_USAGE_ERROR"])
