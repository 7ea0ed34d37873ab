"""X.509 certificates of signers: chains, names, times, and what a key may sign.

Countries' certificates break rules of encoding; what cannot be read counts as not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

SIGNATURE_ERRORS = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


def was_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate`, which names it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except SIGNATURE_ERRORS:
        return False
    return True


def is_valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    """Whether `at` lies in the certificate's time."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate may sign others (basicConstraints CA)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False


def chain_holds(chain: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether each certificate was signed by the next, which is an authority, and all are valid at `at`.

    The last one may stand for itself; whether it is trusted is another question.
    """
    is_linked = all(was_signed_by(lower, upper) and is_authority(upper) for lower, upper in pairwise(chain))
    return is_linked and all(is_valid_at(certificate, at) for certificate in chain)


def names_of(certificate: x509.Certificate) -> list[str]:
    """The URLs that the certificate is for (subjectAltName)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return []


def usages_of(certificate: x509.Certificate) -> frozenset[str]:
    """What the key may be used for (extendedKeyUsage), as dotted numbers; empty if the certificate does not say."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return frozenset(oid.dotted_string for oid in usage)
    except x509.ExtensionNotFound:
        return frozenset()
    except (ValueError, x509.DuplicateExtension):
        return _usages_in(certificate.tbs_certificate_bytes)


def country_of(certificate: x509.Certificate) -> str:
    """The country in the certificate's subject, or ""."""
    try:
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)
    except ValueError:
        return ""
    return str(names[0].value) if names else ""


def key_id_of(certificate_der: bytes) -> bytes:
    """The name of a signer's key in certificates (KID): the first eight bytes of the certificate's hash."""
    return hashlib.sha256(certificate_der).digest()[:8]


def _usages_in(der: bytes) -> frozenset[str]:
    """The usages for health certificates whose numbers occur in a certificate that is encoded against the rules."""
    return frozenset(oid for oid, encoded in _HEALTH_USAGES.items() if encoded in der)


_BRANCHES = {"1.3.6.1.4.1.1847.2021.1.": "2b060104018e378f6501", "1.3.6.1.4.1.0.1847.2021.1.": "2b06010401008e378f6501"}
_HEALTH_USAGES = {
    f"{branch}{last}": bytes([6, len(encoded) // 2 + 1]) + bytes.fromhex(encoded) + bytes([last])
    for branch, encoded in _BRANCHES.items()
    for last in (1, 2, 3)
}
