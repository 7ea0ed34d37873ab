"""Verification of EU certificates: the signer by its KID, the signature, what the key is for, time, revocation."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from zkhealth.health.documents.base64url import from_base64url
from zkhealth.health.documents.certificates import HEALTH_USAGES
from zkhealth.health.documents.document import Document, Signature
from zkhealth.health.documents.findings import Finding, Report, finding
from zkhealth.health.documents.signatures import is_good
from zkhealth.health.documents.times import about_time
from zkhealth.health.documents.trust import Signer, Trust
from zkhealth.health.documents.vds_nc import SEAL_SIGNER

_ALGORITHMS = ("ES256", "PS256")
_ALL_USAGES = frozenset((SEAL_SIGNER, *chain.from_iterable(HEALTH_USAGES.values())))


def verify_dcc(document: Document, signature: Signature, trust: Trust, at: datetime) -> Report:
    """Check a certificate; its defects of form are among the findings."""
    found = list(document.defects)
    key_id = from_base64url(document.key_id) or b""
    signers = trust.signers_of(key_id) if key_id else []
    signer = next((one for one in signers if is_good(signature, one.public_key, _ALGORITHMS)), None)
    good = None if not signers else signer is not None
    if not trust.signers:
        found.append(finding("TRUST_MISSING", "no keys of signers of certificates were given"))
    elif not signers:
        found.append(finding("KEY_NOT_TRUSTED", "the key that the certificate names is not in the key list"))
    elif signer is None:
        found.append(finding("SIGNATURE_ERROR", "the signature is not good"))
    else:
        found += _about_signer(document, signer, at)
    found += about_time(document, at)
    found += _about_revocation(document, trust, signer, at)
    return Report(good, tuple(found), signer.country if signer else "")


def _about_signer(document: Document, signer: Signer, at: datetime) -> list[Finding]:
    """What the key is for: if it names usages for health documents (and not only for TLS, say), this must be one."""
    found = []
    named = signer.usages & _ALL_USAGES
    for kind in [kind for kind in HEALTH_USAGES if kind in document.content]:
        if named and named.isdisjoint(HEALTH_USAGES[kind]):
            found.append(finding("KEY_USAGE_ERROR", "the key may not sign certificates of this kind"))
    if signer.not_before is not None and at < signer.not_before:
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate is not valid yet"))
    if signer.not_after is not None and at > signer.not_after:
        found.append(finding("CERTIFICATE_ERROR", "the signer's certificate has expired"))
    return found


def _about_revocation(document: Document, trust: Trust, signer: Signer | None, at: datetime) -> list[Finding]:
    """Whether a list has it, by any name of the key: the one in the certificate need not be under the signature."""
    if not trust.hash_lists:
        return [finding("REVOCATION_NOT_CHECKED", "no revocation lists of certificates were given")]
    key_ids = {from_base64url(document.key_id) or b"", *(trust.names_of(signer) if signer else ())}
    country = signer.country if signer else ""
    if any(batch.has(document, key_ids, country, at) for batch in trust.hash_lists):
        return [finding("REVOKED", "a revocation list has this certificate")]
    return []
