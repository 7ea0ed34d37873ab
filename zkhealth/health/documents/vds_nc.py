"""ICAO Visible Digital Seals for non-constrained environments (VDS-NC): JSON with its signer's certificate.

ICAO Technical Report "VDS-NC" 1.1: the signature is ECDSA (r and s) over the canonical JSON (RFC 8785) of `data`.
"""

from __future__ import annotations

from typing import Any

from zkhealth.encoding.strict_json import canonical_json
from zkhealth.health.documents.base64url import from_base64, from_base64url
from zkhealth.health.documents.document import Document, DocumentError, Signature

SEAL_SIGNER = "2.23.136.1.1.14.2"  # what a signer's certificate must be for (extendedKeyUsage)
TYPES = {"icao.vacc": "NV", "icao.test": "NT"}


def is_seal(document: dict[str, Any]) -> bool:
    """Whether a JSON object is a seal, well made or not."""
    data = document.get("data")
    return isinstance(data, dict) and "sig" in document and ("hdr" in data or "msg" in data)


def read_seal(document: dict[str, Any]) -> Document:
    """Read a seal.

    Raises DocumentError if a part is missing, or of another type than it should be.
    """
    data, sig = document.get("data"), document.get("sig")
    if not isinstance(data, dict) or not isinstance(sig, dict) or set(document) != {"data", "sig"}:
        raise DocumentError("SCHEMA_ERROR", "expected a seal of data and sig", "vds-nc")
    header = data.get("hdr")
    if not isinstance(header, dict) or not isinstance(data.get("msg"), dict):
        raise DocumentError("SCHEMA_ERROR", "expected data with hdr and msg", "vds-nc")
    if not (str(header.get("t")) in TYPES and isinstance(header.get("is"), str) and type(header.get("v")) is int):
        raise DocumentError("SCHEMA_ERROR", "expected hdr with t (icao.vacc or icao.test), v and is", "vds-nc")
    value, certificate = _bytes(sig.get("sigvl")), _bytes(sig.get("cer"))
    if value is None or certificate is None or not isinstance(sig.get("alg"), str):
        raise DocumentError("SCHEMA_ERROR", "expected sig with alg, cer and sigvl in base64", "vds-nc")
    try:
        message = canonical_json(data).encode()
    except (TypeError, ValueError):
        message = b""
    if not message:
        raise DocumentError("SCHEMA_ERROR", "expected data without fractions and half characters", "vds-nc")
    return Document("vds-nc", data, header["is"], signature=Signature(sig["alg"], message, value, certificate))


def _bytes(text: object) -> bytes | None:
    """Read base64url, or base64 as some issuers write it; both with or without padding."""
    if not isinstance(text, str):
        return None
    url = from_base64url(text.rstrip("="))
    return from_base64(text) if url is None else url
