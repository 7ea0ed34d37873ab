"""Verification of VDS-NC seals: the signer's certificate under a trusted authority, what it is for, the signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from zkhealth.health.documents.certificates import (
    SIGNATURE_ERRORS,
    asks_for_more,
    country_of,
    document_types_of,
    is_authority,
    is_complete_at,
    is_valid_at,
    may_sign_documents,
    usages_of,
    was_made_by,
    was_signed_by,
)
from zkhealth.health.documents.document import Document, Signature
from zkhealth.health.documents.findings import Finding, Report, finding
from zkhealth.health.documents.signatures import is_good
from zkhealth.health.documents.states import countries_of
from zkhealth.health.documents.trust import Trust
from zkhealth.health.documents.vds_nc import SEAL_SIGNER, TYPES

HEALTH_AUTHORITY = "2.23.136.1.1.14.1"  # what an authority's certificate is for, if it is for some uses only
_ALGORITHMS = ("ES256", "ES384", "ES512")
_ANY_USE = "2.5.29.37.0"


def verify_seal(document: Document, signature: Signature, trust: Trust, at: datetime) -> Report:
    """Check a seal.  The key comes with the seal, so it counts only under an authority that the verifier trusts."""
    found = list(document.defects)
    certificate, good = _signed(signature)
    if certificate is None:
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate cannot be read"))
    elif not good:
        found.append(finding("SIGNATURE_ERROR", "the signature is not good"))
    vouched_by = ""
    if certificate is not None:
        found += _about_certificate(certificate, document, at)
        found += _about_state(document.issuer, country_of(certificate))
        vouched_by = _voucher(certificate, trust, at, found)
    return Report(good, tuple(found), vouched_by if good else "")


def _signed(signature: Signature) -> tuple[x509.Certificate | None, bool]:
    try:
        certificate = x509.load_der_x509_certificate(signature.certificate)
        return certificate, is_good(signature, certificate.public_key(), _ALGORITHMS)
    except SIGNATURE_ERRORS:
        return None, False


def _about_certificate(certificate: x509.Certificate, document: Document, at: datetime) -> list[Finding]:
    found = []
    if not is_valid_at(certificate, at):
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate is not valid at this time"))
    if asks_for_more(certificate):
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate has a critical extension that is unknown"))
    is_for_this = TYPES[document.content["hdr"]["t"]] in document_types_of(certificate)
    if not (SEAL_SIGNER in usages_of(certificate) and is_for_this and may_sign_documents(certificate)):
        found.append(finding("KEY_USAGE_ERROR", "the key may not sign seals of this kind"))
    return found


def _about_state(state: str, country: str) -> list[Finding]:
    """Whether the state that the seal names is the signer's own: any trusted state's signer could name any other."""
    known = countries_of(state)
    if not known:
        return [finding("ISSUER_STATE_ERROR", "the seal names a state that is not known, so nobody can sign for it")]
    if country not in known:
        return [finding("ISSUER_STATE_ERROR", "the seal names another state than its signer's")]
    return []


def _voucher(certificate: x509.Certificate, trust: Trust, at: datetime, found: list[Finding]) -> str:
    """The country of the trusted authority that signed the certificate, or of the certificate if it is pinned."""
    if not trust.certificates:
        found.append(finding("TRUST_MISSING", "no certificates of authorities were given"))
        return ""
    above = [one for one in trust.certificates if _is_authority_for_seals(one) and was_signed_by(certificate, one)]
    if not above and certificate not in trust.certificates:
        found.append(finding("ISSUER_NOT_TRUSTED", "no authority that is trusted signed the signer's certificate"))
        return ""
    found += _about_revocation(certificate, above, trust, at)
    if certificate in trust.certificates:
        return country_of(certificate)
    if not any(is_valid_at(one, at) for one in above):
        found.append(finding("CERTIFICATE_ERROR", "the authority's certificate is not valid at this time"))
    if country_of(certificate) != country_of(above[0]):  # All that are above have the one name that signed.
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate is not of its authority's country"))
    return country_of(above[0])


def _is_authority_for_seals(certificate: x509.Certificate) -> bool:
    """Whether it may sign signers, and is not for other uses only, such as TLS."""
    usages = usages_of(certificate)
    return is_authority(certificate) and (not usages or not usages.isdisjoint((HEALTH_AUTHORITY, _ANY_USE)))


def _about_revocation(
    certificate: x509.Certificate, above: Sequence[x509.Certificate], trust: Trust, at: datetime
) -> list[Finding]:
    """Whether a list of the authority has the signer.  Seals have no date, so none is from before its revocation."""
    crls = [crl for crl in trust.certificate_revocations if any(was_made_by(crl, one) for one in above)]
    try:
        is_revoked = any(crl.get_revoked_certificate_by_serial_number(certificate.serial_number) for crl in crls)
    except ValueError:
        return [finding("REVOCATION_ERROR", "the revocation list of the signers cannot be read")]
    if is_revoked:
        return [finding("REVOKED", "the authority took back the certificate of the signer")]
    if not any(is_complete_at(crl, at) for crl in crls):
        return [finding("REVOCATION_NOT_CHECKED", "no whole list of revoked signers, that is not too old, was given")]
    return []
