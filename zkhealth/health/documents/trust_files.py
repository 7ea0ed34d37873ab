"""Lists as authorities publish them, recognised by their shape.

Cards: key sets (RFC 7517), the VCI directory and its snapshot with keys, card revocation lists.
Certificates and seals: certificates and their revocation lists in PEM, DER or base64 of DER, and the key lists of
`key_lists`.  The German list's signature is checked by a key that the caller gives; no other signature over a list is
checked: get them over a channel that you trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from zkhealth.encoding.strict_json import parse_json_object, read_text
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents import key_lists
from zkhealth.health.documents.base64url import from_base64
from zkhealth.health.documents.certificates import SIGNATURE_ERRORS
from zkhealth.health.documents.document import Signature
from zkhealth.health.documents.key_lists import objects
from zkhealth.health.documents.revocation import CardRevocationList
from zkhealth.health.documents.signatures import is_good
from zkhealth.health.documents.trust import KeySet, Trust

MAX_BYTES = 1 << 26
_DER = tuple(bytes((0x30, size)) for size in (0x81, 0x82, 0x83, 0x84))  # a SEQUENCE; 0x30 alone is the text "0"
_BEGIN = re.compile(rb"-----BEGIN (?:CERTIFICATE|X509 CRL)-----")
_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----([^-]*)-----END \1-----")
_UNKNOWN = "expected a key set, a directory of issuers, a key list, certificates or a revocation list"


def read_trust(data: bytes | str | Path, issuer: str = "", signed_by: bytes | str | Path | None = None) -> Trust:
    """Read one list of any kind; `issuer` is the URL whose key set it is.

    With `signed_by`, a public key, it must be a list after a line with its signature by this key.

    Raises DecodingError if it is none, VerificationError if that signature is not good, OSError if it cannot be read.
    """
    raw = _raw(data)
    if signed_by is not None:
        return _of_json(_signed(raw, signed_by), issuer)
    if raw.startswith(_DER):
        return _of_der(raw)
    if _BEGIN.search(raw):
        return _of_pem(raw)
    text = read_text(raw, MAX_BYTES).strip()
    if text[:1] not in ("{", "["):
        return _of_text(text)
    return _of_json(text, issuer)


def _raw(data: bytes | str | Path) -> bytes:
    if isinstance(data, Path):
        with data.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    if not isinstance(data, bytes | str):
        raise TypeError(f"expected bytes, text or a path, got {type(data).__name__}")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        raise DecodingError(f"expected at most {MAX_BYTES} bytes, got {len(raw)}")
    return raw


def _signed(raw: bytes, signed_by: bytes | str | Path) -> str:
    """The list whose signature (r and s by a key on P-256, in base64) stands in the line before it."""
    first, _, rest = read_text(raw, MAX_BYTES).strip().partition("\n")
    value = from_base64(first)
    if not value or not rest.lstrip().startswith("{"):
        raise DecodingError("expected a list after a line with its signature; of other lists, none is checked here")
    if not is_good(Signature("ES256", rest.encode(), value), _key(_raw(signed_by)), ("ES256",)):
        raise VerificationError("the list was not signed by this key, or was changed")
    return rest


def _key(raw: bytes) -> Any:
    load = serialization.load_pem_public_key if raw.startswith(b"-----") else serialization.load_der_public_key
    try:
        return load(raw)
    except SIGNATURE_ERRORS:
        reason = "expected the public key that signs the list, in PEM or DER"
    raise DecodingError(reason)


def _of_pem(raw: bytes) -> Trust:
    """Certificates and revocation lists of certificates.  No revocation list may get lost, a certificate may."""
    parts = [(label, from_base64(body.decode("ascii", "replace")) or b"") for label, body in _PEM.findall(raw)]
    crls = [_crl(der) for label, der in parts if label != b"CERTIFICATE"]
    if len(parts) != len(_BEGIN.findall(raw)) or None in crls:
        raise DecodingError("expected PEM in which each part ends and each revocation list can be read")
    ders = [der for label, der in parts if label == b"CERTIFICATE"]
    found = key_lists.of_certificates(ders) if ders else Trust()
    return sum((_of_crl(crl) for crl in crls if crl is not None), found)


def _of_der(der: bytes) -> Trust:
    crl = _crl(der)
    return key_lists.of_certificates([der]) if crl is None else _of_crl(crl)


def _of_crl(crl: x509.CertificateRevocationList) -> Trust:
    return Trust(certificate_revocations=(crl,))


def _crl(der: bytes) -> x509.CertificateRevocationList | None:
    try:
        return x509.load_der_x509_crl(der)
    except SIGNATURE_ERRORS:
        return None


def _of_text(text: str) -> Trust:
    """Base64 of a certificate; or the German list, whose signature stands in a line before the JSON."""
    first, _, rest = text.partition("\n")
    if rest.lstrip().startswith("{") and from_base64(first) is not None:
        return _of_json(rest, "")
    der = from_base64(text)
    if not der:
        raise DecodingError(_UNKNOWN)
    return _of_der(der)


def _of_json(text: str, issuer: str) -> Trust:
    document = parse_json_object(f'{{"list": {text}}}' if text.startswith("[") else text)
    if "keys" in document:
        return Trust(key_sets=(_key_set(document, issuer),))
    if {"kid", "method", "rids"} <= document.keys():
        return Trust(card_revocations=(CardRevocationList.read(document),))
    if "hashType" in document:
        return Trust(hash_lists=(key_lists.hash_list(document),))
    for name, read in _SHAPES.items():
        if name in document:
            return read(document[name])
    raise DecodingError(_UNKNOWN)


def _key_set(document: dict[str, Any], issuer: str) -> KeySet:
    return KeySet(issuer, tuple(objects(document["keys"])))


def _directory(listed: Any) -> Trust:
    """The VCI directory: the URLs of issuers, the older ones too, with names."""
    issuers: dict[str, str] = {}
    for entry in objects(listed):
        if isinstance(entry.get("iss"), str):
            issuers[entry["iss"]] = str(entry.get("name", ""))
    return Trust(issuers)


def _snapshot(listed: Any) -> Trust:
    """The VCI directory with the keys and revocation lists that issuers had when it was made."""
    issuers, key_sets, lists = {}, [], []
    for entry in objects(listed):
        issuer = entry.get("issuer")
        if isinstance(issuer, dict) and isinstance(issuer.get("iss"), str):
            issuers[issuer["iss"]] = str(issuer.get("name", ""))
            key_sets.append(KeySet(issuer["iss"], tuple(objects(entry.get("keys", [])))))
            lists += [CardRevocationList.read(crl) for crl in objects(entry.get("crls", []))]
    return Trust(issuers, tuple(key_sets), card_revocations=tuple(lists))


_SHAPES: dict[str, Callable[[Any], Trust]] = {
    "participating_issuers": _directory,
    "issuer_info": _snapshot,
    "certificates": key_lists.of_gateway,
    "list": key_lists.of_gateway,
    "certs": key_lists.of_swiss,
    "eu_keys": key_lists.of_dutch,
    "verificationMethod": key_lists.of_did,
}
