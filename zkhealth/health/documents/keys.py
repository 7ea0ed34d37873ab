"""Issuers' keys of SMART Health Cards: JSON Web Keys, and the rules that a key set must keep.

https://spec.smarthealth.cards/#generating-and-resolving-cryptographic-keys, RFC 7517 (JWK), RFC 7638 (thumbprints).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from zkhealth.health.documents.base64url import from_base64, from_base64url, to_base64url
from zkhealth.health.documents.certificates import SIGNATURE_ERRORS, chain_holds, names_of
from zkhealth.health.documents.findings import Finding, finding

Jwk = Mapping[str, Any]
_FIXED = {
    "kty": ("EC", "INVALID_KEY_WRONG_KTY"),
    "alg": ("ES256", "INVALID_KEY_WRONG_ALG"),
    "use": ("sig", "INVALID_KEY_WRONG_USE"),
    "crv": ("P-256", "INVALID_KEY_WRONG_CRV"),
}


def public_key(jwk: Jwk) -> ec.EllipticCurvePublicKey | None:
    """The P-256 key, or None if this is no such key or no point of the curve."""
    x, y = (from_base64url(value) if isinstance(value, str) else None for value in (jwk.get("x"), jwk.get("y")))
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or x is None or y is None or len(x) != 32 or len(y) != 32:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError:
        return None


def thumbprint(jwk: Jwk) -> str:
    """The name that a key must have (RFC 7638): the hash of its required members.

    >>> thumbprint({"kty": "EC", "crv": "P-256", "x": "11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw",
    ...             "y": "eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8"})
    '3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s'
    """
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y") if name in jwk}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return to_base64url(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def key_defects(jwk: Jwk, issuer: str, at: datetime) -> list[Finding]:
    """Every rule that a key breaks, by the validator's names; `issuer` is "" where it is not known."""
    found = [finding(code, sentence) for code, sentence in _about_members(jwk)]
    if "x5c" in jwk:
        found += [finding("INVALID_KEY_X5C", sentence) for sentence in _about_chain(jwk, at)]
        found += names_another_issuer(jwk, issuer)
    return found


def names_another_issuer(jwk: Jwk, issuer: str) -> list[Finding]:
    """Whether the certificate of a key is for another URL: then the key set that it is in is not the issuer's."""
    certificate = _leaf(jwk)
    if certificate is None or not issuer or issuer in names_of(certificate):
        return []
    return [finding("INVALID_KEY_X5C", "a certificate in the key set does not name the issuer's URL")]


def key_set_defects(keys: tuple[Jwk, ...], issuer: str, at: datetime) -> list[Finding]:
    """What is wrong with all keys of a set."""
    return [found for jwk in keys for found in key_defects(jwk, issuer, at)]


def _about_members(jwk: Jwk) -> Iterator[tuple[str, str]]:
    for name, (expected, code) in _FIXED.items():
        if name not in jwk:
            yield "INVALID_KEY_SCHEMA", f"the issuer's key has no {name}"
        elif jwk[name] != expected:
            yield code, f"expected {name} {expected} in the issuer's key, got another one"
    if "d" in jwk:
        yield "INVALID_KEY_PRIVATE", "the issuer's key set holds a private key"
    if not isinstance(jwk.get("kid"), str):
        yield "INVALID_KEY_SCHEMA", "the issuer's key has no kid"
    elif jwk["kid"] != thumbprint(jwk):
        yield "INVALID_KEY_WRONG_KID", "the kid of the issuer's key is not its thumbprint"
    if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and public_key(jwk) is None:
        yield "INVALID_KEY_UNKNOWN", "the issuer's key is no point of the curve"
    version = jwk.get("crlVersion", 1)
    if type(version) is not int or version < 1:
        yield "REVOCATION_ERROR", "crlVersion of the issuer's key is not a positive number"


def _about_chain(jwk: Jwk, at: datetime) -> Iterator[str]:
    chain = _chain(jwk)
    if not chain:
        yield "the certificates of the issuer's key cannot be read"
        return
    key, ours = None, public_key(jwk)
    try:
        key = chain[0].public_key()
    except SIGNATURE_ERRORS:
        yield "the certificate of the issuer's key holds no key that can be read"
    if ours is None or key != ours:
        yield "the certificate of the issuer's key is for another key"
    if not chain_holds(chain, at):
        yield "the certificates of the issuer's key do not sign each other, or are not valid at this time"


def _leaf(jwk: Jwk) -> x509.Certificate | None:
    chain = _chain(jwk)
    return chain[0] if chain else None


def _chain(jwk: Jwk) -> list[x509.Certificate]:
    texts = jwk.get("x5c")
    if not isinstance(texts, list) or len(texts) > 10 or not all(isinstance(text, str) for text in texts):
        return []
    try:
        return [x509.load_der_x509_certificate(from_base64(text) or b"") for text in texts]
    except SIGNATURE_ERRORS:
        return []
