"""ICAO Visible Digital Seals for non-constrained environments (VDS-NC): JSON with its signer's certificate.

ICAO Technical Report "VDS-NC" 1.1: the signature is ECDSA (r and s) over the canonical JSON (RFC 8785) of `data`.  What
a seal says is read from those canonical bytes.
"""

from __future__ import annotations

from typing import Any

import rfc8785

from zkhealth.encoding.strict_json import parse_json_object
from zkhealth.health.documents.base64url import from_either
from zkhealth.health.documents.document import Document, DocumentError, Signature
from zkhealth.health.documents.findings import Finding, finding

SEAL_SIGNER = "2.23.136.1.1.14.2"  # what a signer's certificate must be for (extendedKeyUsage)
TYPES = {"icao.vacc": "NV", "icao.test": "NT"}  # the types of documents, as signers' certificates list them
_VERSION = 1
_EVENTS = {"icao.vacc": ("ve", list), "icao.test": ("tr", dict)}


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
    try:
        message = rfc8785.dumps(data)
    except ValueError:  # whose message would repeat a number, or a text
        message = b""
    if not message:
        raise DocumentError("SCHEMA_ERROR", "expected data of Unicode text and of whole numbers below 2^53", "vds-nc")
    value, certificate = from_either(sig.get("sigvl")), from_either(sig.get("cer"))
    if value is None or certificate is None or not isinstance(sig.get("alg"), str):
        raise DocumentError("SCHEMA_ERROR", "expected sig with alg, cer and sigvl in base64", "vds-nc")
    return read_signed(Signature(sig["alg"], message, value, certificate))


def read_signed(signature: Signature) -> Document:
    """Read what a seal says from the bytes that were signed.

    Raises DocumentError if a part is missing, or of another type than it should be; DecodingError if they are no JSON.
    """
    data = parse_json_object(signature.message.decode("utf-8", "replace"))
    header, message = data.get("hdr"), data.get("msg")
    if not isinstance(header, dict) or not isinstance(message, dict):
        raise DocumentError("SCHEMA_ERROR", "expected data with hdr and msg", "vds-nc")
    if str(header.get("t")) not in TYPES or not isinstance(header.get("is"), str):
        raise DocumentError("SCHEMA_ERROR", "expected hdr with t (icao.vacc or icao.test), v and is", "vds-nc")
    if type(header.get("v")) is not int or header["v"] != _VERSION:
        raise DocumentError("SCHEMA_ERROR", f"expected hdr with v {_VERSION}, the version that is read here", "vds-nc")
    defects = tuple(_about_message(header["t"], message))
    return Document("vds-nc", data, header["is"], defects=defects, signature=signature)


def _about_message(kind: str, message: dict[str, Any]) -> list[Finding]:
    """A seal holds what its type says, and nothing of the other type: its signer may be for one of them alone."""
    found = []
    for of_kind, (name, form) in _EVENTS.items():
        if of_kind == kind and not (isinstance(message.get(name), form) and message[name]):
            found.append(finding("SCHEMA_ERROR", f"expected msg with {name} in a seal of type {kind}"))
        if of_kind != kind and name in message:
            found.append(finding("SCHEMA_ERROR", f"expected msg without {name} in a seal of type {kind}"))
    return found
