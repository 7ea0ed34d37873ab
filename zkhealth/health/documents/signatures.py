"""Signatures of documents: ECDSA as the two numbers r and s side by side, and RSA-PSS; nothing else, and never DER."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from zkhealth.health.documents.document import Signature

_ECDSA: dict[str, tuple[type[ec.EllipticCurve], hashes.HashAlgorithm, int]] = {
    "ES256": (ec.SECP256R1, hashes.SHA256(), 32),
    "ES384": (ec.SECP384R1, hashes.SHA384(), 48),
    "ES512": (ec.SECP521R1, hashes.SHA512(), 66),
}


def is_good(signature: Signature, key: Any, algorithms: tuple[str, ...]) -> bool:
    """Whether `key` made this signature, with the algorithm it names, which must be one of `algorithms`.

    The algorithm must fit the key: ES256 goes with P-256 (RFC 7518, section 3.4), PS256 with RSA.
    """
    if signature.algorithm not in algorithms:
        return False
    try:
        if signature.algorithm == "PS256":
            return _check_rsa(signature, key)
        return _check_ecdsa(signature, key)
    except (InvalidSignature, ValueError):
        return False


def _check_ecdsa(signature: Signature, key: Any) -> bool:
    curve, hashing, size = _ECDSA[signature.algorithm]
    value = signature.value
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve) or len(value) != 2 * size:
        return False
    r, s = int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")
    key.verify(encode_dss_signature(r, s), signature.message, ec.ECDSA(hashing))
    return True


def _check_rsa(signature: Signature, key: Any) -> bool:
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
        return False
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    key.verify(signature.value, signature.message, pss, hashes.SHA256())
    return True
