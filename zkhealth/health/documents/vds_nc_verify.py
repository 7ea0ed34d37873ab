"""Verification of VDS-NC seals: the signer's certificate under a trusted authority, what it is for, the signature."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from zkhealth.health.documents.certificates import (
    SIGNATURE_ERRORS,
    country_of,
    is_authority,
    is_valid_at,
    usages_of,
    was_signed_by,
)
from zkhealth.health.documents.document import Document, Signature
from zkhealth.health.documents.findings import Finding, Report, finding
from zkhealth.health.documents.signatures import is_good
from zkhealth.health.documents.times import about_time
from zkhealth.health.documents.trust import Trust
from zkhealth.health.documents.vds_nc import SEAL_SIGNER, TYPES

_ALGORITHMS = ("ES256", "ES384", "ES512")
_DOCUMENT_TYPES = x509.ObjectIdentifier("2.23.136.1.1.6.2")


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
        vouched_by = _voucher(certificate, trust, at, found)
    found += about_time(document, at)
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
    wanted = TYPES[document.content["hdr"]["t"]]
    types = _document_types(certificate)
    if SEAL_SIGNER not in usages_of(certificate) or (types and f"\x13\x02{wanted}".encode() not in types):
        found.append(finding("KEY_USAGE_ERROR", "the key may not sign seals of this kind"))
    return found


def _document_types(certificate: x509.Certificate) -> bytes:
    """The extension that lists the types of documents, as two letters each; nothing if there is none."""
    try:
        extension = certificate.extensions.get_extension_for_oid(_DOCUMENT_TYPES).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return b""
    return extension.value if isinstance(extension, x509.UnrecognizedExtension) else b""


def _voucher(certificate: x509.Certificate, trust: Trust, at: datetime, found: list[Finding]) -> str:
    """The country of the trusted authority that signed the certificate, or of the certificate if it is pinned."""
    if not trust.certificates:
        found.append(finding("TRUST_MISSING", "no certificates of authorities were given"))
        return ""
    if certificate in trust.certificates:
        return country_of(certificate)
    above = [one for one in trust.certificates if is_authority(one) and was_signed_by(certificate, one)]
    if not above:
        found.append(finding("ISSUER_NOT_TRUSTED", "no authority that is trusted signed the signer's certificate"))
        return ""
    if not any(is_valid_at(one, at) for one in above):
        found.append(finding("CERTIFICATE_ERROR", "the authority's certificate is not valid at this time"))
    return country_of(above[0])
