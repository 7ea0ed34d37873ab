"""Verification of SMART Health Cards: the issuer's URL and key set, the signature, revocation, the time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zkhealth.health.documents.document import Document, Signature
from zkhealth.health.documents.findings import Finding, Report, finding
from zkhealth.health.documents.keys import key_defects, names_another_issuer, public_key
from zkhealth.health.documents.signatures import is_good
from zkhealth.health.documents.times import about_time
from zkhealth.health.documents.trust import KeySet, Trust

_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_NO_KEY_SET = "no key set of this issuer was given"


def verify_shc(document: Document, signature: Signature, trust: Trust, at: datetime) -> Report:
    """Check a card; its defects of form are among the findings."""
    found = [*document.defects, *_about_issuer(document.issuer, trust)]
    key_set = _find_keys(document, trust, found)
    good = None
    if key_set is not None:
        jwk = _best(key_set.named(document.key_id), document.issuer, at)
        found += _about_key(key_set, jwk, document.issuer, at)
        if not key_set.issuer:
            found.append(finding("ISSUER_NOT_NAMED", "whose key it is, only the card says: no URL came with it"))
        good = _is_signed_by(signature, jwk, found)
        found += _about_revocation(document, trust)
    found += about_time(document, at)
    is_named = good and key_set is not None and key_set.issuer
    return Report(good, tuple(found), trust.issuers.get(document.issuer, "") if is_named else "")


def _about_issuer(issuer: str, trust: Trust) -> list[Finding]:
    found = []
    if not issuer.startswith("https://"):
        found.append(finding("INVALID_ISSUER_URL", "the issuer's URL does not begin with https://"))
    elif not _URL.fullmatch(issuer):
        found.append(finding("INVALID_ISSUER_URL", "the issuer's URL is more than https://, a host and a path"))
    if issuer.endswith("/"):
        found.append(finding("INVALID_ISSUER_URL", "the issuer's URL ends with /"))
    if trust.issuers and issuer not in trust.issuers:
        found.append(finding("ISSUER_NOT_TRUSTED", "the issuer is not in the directory"))
    return found


def _find_keys(document: Document, trust: Trust, found: list[Finding]) -> KeySet | None:
    """The key set with the key that the card names; keys that are pinned count only for issuers without a set."""
    if not trust.key_sets:
        found.append(finding("TRUST_MISSING", "no key sets of issuers of cards were given"))
        return None
    candidates = _candidates(document, trust)
    for key_set in candidates:
        if key_set.named(document.key_id):
            return key_set
    if not candidates:
        found.append(finding("ISSUER_KEY_DOWNLOAD_ERROR", _NO_KEY_SET))
        found.append(finding("JWS_VERIFICATION_ERROR", "the signature cannot be checked without the issuer's keys"))
    elif any(key_set.named(document.key_id) for key_set in trust.key_sets):
        found.append(finding("ISSUER_KID_MISMATCH", "the card names a key that is another issuer's"))
    else:
        found.append(finding("JWS_VERIFICATION_ERROR", "the card names a key that is not in the issuer's key set"))
    return None


def _candidates(document: Document, trust: Trust) -> list[KeySet]:
    own = [key_set for key_set in trust.key_sets if key_set.issuer == document.issuer]
    return own or [key_set for key_set in trust.key_sets if not key_set.issuer]


def _best(entries: list[Mapping[str, Any]], issuer: str, at: datetime) -> Mapping[str, Any]:
    """The first entry that breaks no rule, or else the first: one certificate of a key may have expired."""
    return next((jwk for jwk in entries if not key_defects(jwk, issuer, at)), entries[0])


def _about_key(key_set: KeySet, jwk: Mapping[str, Any], issuer: str, at: datetime) -> list[Finding]:
    """What is wrong with the key; and whether others of the set show that the set is not this issuer's."""
    found = key_defects(jwk, issuer, at)
    for other in key_set.keys:
        if other is not jwk and not found:
            found += names_another_issuer(other, issuer)
    return found


def _is_signed_by(signature: Signature, jwk: Mapping[str, Any], found: list[Finding]) -> bool:
    key = public_key(jwk)
    if key is not None and is_good(signature, key, ("ES256",)):
        return True
    if len(signature.value) == 64:  # Otherwise its form is a defect already.
        found.append(finding("JWS_VERIFICATION_ERROR", "the signature is not good"))
    return False


def _about_revocation(document: Document, trust: Trust) -> list[Finding]:
    """What the lists say that were given.  A key that announces one (crlVersion) needs it for cards with a `rid`.

    Of several sets with the key, an older one may not announce the list yet: the newest version counts.
    """
    entries = [jwk for key_set in _candidates(document, trust) for jwk in key_set.named(document.key_id)]
    versions = [jwk["crlVersion"] for jwk in entries if type(jwk.get("crlVersion")) is int]
    lists = [crl for crl in trust.card_revocations if crl.kid == document.key_id]
    if not lists and versions and "rid" in document.content["vc"]:
        return [finding("REVOCATION_LIST_MISSING", "the key has a revocation list, which was not given")]
    return [found for crl in lists for found in crl.about(document, max(versions, default=None))]
