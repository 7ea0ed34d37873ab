"""X.509 certificates of signers: chains, names, times, what a key may sign, and which were taken back.

Countries' certificates break rules of encoding; what cannot be read counts as not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

SIGNATURE_ERRORS = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion)
_BRANCHES = ("1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1")  # the second is what hcert-spec once said
HEALTH_USAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {kind: tuple(f"{branch}.{last}" for branch in _BRANCHES) for last, kind in enumerate("tvr", start=1)}
)
"""What keys are for that sign EU certificates of tests, vaccinations and recoveries (extendedKeyUsage, hcert-spec)."""
DOCUMENT_TYPES = x509.ObjectIdentifier("2.23.136.1.1.6.2")  # ICAO Doc 9303 part 12: documentTypeList
_UNREADABLE = (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
_EXTENSION_ERRORS = (*_UNREADABLE, x509.ExtensionNotFound)
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def certificate_of(der: bytes) -> x509.Certificate | None:
    """The certificate, or None if it, or its key, cannot be read."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except SIGNATURE_ERRORS:
        return None
    return certificate


def was_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate`, which names it (the library takes no signature over SHA-1 or MD5)."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except SIGNATURE_ERRORS:
        return False
    return True


def is_valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    """Whether `at` lies in the certificate's time."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate may sign others (basicConstraints CA, and keyUsage if there is one)."""
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    return constraints is not None and constraints.ca and (usage is None or usage.key_cert_sign)


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Whether the key may sign at all: keyUsage says so, or there is none."""
    usage = _extension(certificate, x509.KeyUsage)
    return usage is None or usage.digital_signature


def asks_for_more(certificate: x509.Certificate) -> bool:
    """Whether it has a critical extension that is not known here: then it must not be used (RFC 5280, section 4.2)."""
    try:
        demands = [extension for extension in certificate.extensions if extension.critical]
    except _EXTENSION_ERRORS:
        return False
    return any(isinstance(e.value, x509.UnrecognizedExtension) and e.oid != DOCUMENT_TYPES for e in demands)


def chain_holds(chain: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether each certificate was signed by the next, which is an authority, and all are valid at `at`.

    The last one may stand for itself; whether it is trusted is another question.
    """
    is_linked = all(was_signed_by(lower, upper) and is_authority(upper) for lower, upper in pairwise(chain))
    return is_linked and all(is_valid_at(certificate, at) for certificate in chain)


def was_made_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether the revocation list names `issuer` and has its signature."""
    try:
        return crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except SIGNATURE_ERRORS:
        return False


def is_complete_at(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    """Whether it is not too old, and about all certificates of its issuer: no critical extension narrows it."""
    try:
        is_part = any(extension.critical for extension in crl.extensions)
    except _EXTENSION_ERRORS:
        return False
    return not is_part and crl.next_update_utc is not None and at <= crl.next_update_utc


def names_of(certificate: x509.Certificate) -> list[str]:
    """The URLs that the certificate is for (subjectAltName)."""
    names = _extension(certificate, x509.SubjectAlternativeName)
    return names.get_values_for_type(x509.UniformResourceIdentifier) if names else []


def usages_of(certificate: x509.Certificate) -> frozenset[str]:
    """What the key may be used for (extendedKeyUsage), as dotted numbers; empty if the certificate does not say."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return frozenset(oid.dotted_string for oid in usage)
    except x509.ExtensionNotFound:
        return frozenset()
    except _UNREADABLE:
        return _usages_in(certificate.tbs_certificate_bytes)


def document_types_of(certificate: x509.Certificate) -> frozenset[str]:
    """The types of travel documents that the key may sign, as their letters in the first line of a passport."""
    try:
        extension = certificate.extensions.get_extension_for_oid(DOCUMENT_TYPES).value
    except _EXTENSION_ERRORS:
        return frozenset()
    return _document_types(extension.value) if isinstance(extension, x509.UnrecognizedExtension) else frozenset()


def country_of(certificate: x509.Certificate) -> str:
    """The country in the certificate's subject, in capital letters; "" if there is none, or several."""
    try:
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)
    except ValueError:
        return ""
    countries = {str(name.value).upper() for name in names}
    return countries.pop() if len(countries) == 1 else ""


def key_id_of(certificate_der: bytes) -> bytes:
    """The name of a signer's key in certificates (KID): the first eight bytes of the certificate's hash."""
    return hashlib.sha256(certificate_der).digest()[:8]


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except _EXTENSION_ERRORS:
        return None


def _document_types(der: bytes) -> frozenset[str]:
    """Read `SEQUENCE { version INTEGER, SET OF DocumentType }`, each a text; nothing if it is written otherwise."""
    match _elements(der):
        case [(0x30, inner)]:
            match _elements(inner):
                case [(0x02, b"\0"), (0x31, listed)]:
                    return frozenset(value.decode("ascii", "replace") for _, value in _elements(listed))
    return frozenset()


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """The tags and values that stand side by side, if all are shorter than 128 bytes; else none."""
    found = []
    while len(der) >= 2 and der[1] < 0x80 and len(der) >= 2 + der[1]:
        found.append((der[0], der[2 : 2 + der[1]]))
        der = der[2 + der[1] :]
    return [] if der else found


def _usages_in(der: bytes) -> frozenset[str]:
    """The usages for health certificates whose numbers occur in a certificate that is encoded against the rules."""
    return frozenset(oid for oid, encoded in _ENCODED.items() if encoded in der)


_ENCODED = {
    f"{branch}.{last}": bytes([6, len(encoded) // 2 + 1]) + bytes.fromhex(encoded) + bytes([last])
    for branch, encoded in zip(_BRANCHES, ("2b060104018e378f6501", "2b06010401008e378f6501"), strict=True)
    for last in (1, 2, 3)
}
