"""Lists as authorities publish them, recognised by their shape.

Cards: key sets (RFC 7517), the VCI directory and its snapshot with keys, card revocation lists.
Certificates and seals: PEM, DER, base64 of DER; the EU gateway's list, its German, Swiss and Dutch forms, and DID
documents (WHO GDHCN).  Signatures over lists are not checked: get them over a channel that you trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from zkhealth.encoding.strict_json import parse_json_object, read_text
from zkhealth.errors import DecodingError
from zkhealth.health.documents.base64url import from_base64, from_base64url
from zkhealth.health.documents.certificates import SIGNATURE_ERRORS, country_of, key_id_of, usages_of
from zkhealth.health.documents.revocation import CardRevocationList, HashList
from zkhealth.health.documents.trust import KeySet, Signer, Trust
from zkhealth.health.fhir.elements import items

MAX_BYTES = 1 << 26
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_UNKNOWN = "expected a key set, a directory of issuers, a key list, certificates or a revocation list"


def read_trust(data: bytes | str | Path, issuer: str = "") -> Trust:
    """Read one list of any kind; `issuer` is the URL whose key set it is.

    Raises DecodingError if it is none, OSError if it cannot be read.
    """
    if isinstance(data, Path):
        with data.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    if not isinstance(data, bytes | str):
        raise TypeError(f"expected bytes, text or a path, got {type(data).__name__}")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        raise DecodingError(f"expected at most {MAX_BYTES} bytes, got {len(raw)}")
    if raw[:1] == b"\x30":
        return _certificates([raw])
    if b"-----BEGIN CERTIFICATE-----" in raw:
        return _certificates([_unarmoured(part) for part in _PEM.findall(raw)])
    text = read_text(raw, MAX_BYTES).strip()
    if text[:1] not in ("{", "["):
        return _of_text(text)
    return _of_json(text, issuer)


def _of_text(text: str) -> Trust:
    """Base64 of a certificate; or the German list, whose signature stands in a line before the JSON."""
    first, _, rest = text.partition("\n")
    if rest.lstrip().startswith("{") and from_base64(first) is not None:
        return _of_json(rest, "")
    der = from_base64(text)
    if not der:
        raise DecodingError(_UNKNOWN)
    return _certificates([der])


def _of_json(text: str, issuer: str) -> Trust:
    document = parse_json_object(text if text.startswith("{") else f'{{"list": {text}}}')
    if "keys" in document:
        return Trust(key_sets=(_key_set(document, issuer),))
    if {"kid", "method", "rids"} <= document.keys():
        return Trust(card_revocations=(CardRevocationList.read(document),))
    if "hashType" in document:
        return Trust(hash_lists=(_hash_list(document),))
    for name, read in _SHAPES.items():
        if name in document:
            return read(document[name])
    raise DecodingError(_UNKNOWN)


def _key_set(document: dict[str, Any], issuer: str) -> KeySet:
    return KeySet(issuer, tuple(_objects(document["keys"])))


def _hash_list(batch: dict[str, Any]) -> HashList:
    read = HashList.read(batch)
    if read is None:
        raise DecodingError("expected a batch of hashes of 16 bytes, with hashType, kid, country and expires")
    return read


def _directory(listed: Any) -> Trust:
    """The VCI directory: the URLs of issuers, the older ones too, with names."""
    issuers: dict[str, str] = {}
    for entry in _objects(listed):
        if isinstance(entry.get("iss"), str):
            issuers[entry["iss"]] = str(entry.get("name", ""))
    return Trust(issuers)


def _snapshot(listed: Any) -> Trust:
    """The VCI directory with the keys and revocation lists that issuers had when it was made."""
    issuers, key_sets, lists = {}, [], []
    for entry in _objects(listed):
        issuer = entry.get("issuer")
        if isinstance(issuer, dict) and isinstance(issuer.get("iss"), str):
            issuers[issuer["iss"]] = str(issuer.get("name", ""))
            key_sets.append(KeySet(issuer["iss"], tuple(_objects(entry.get("keys", [])))))
            lists += [CardRevocationList.read(crl) for crl in _objects(entry.get("crls", []))]
    return Trust(issuers, tuple(key_sets), card_revocations=tuple(lists))


def _gateway(listed: Any) -> Trust:
    """The EU gateway's list: signers (DSC) are used, the authorities above them (CSCA) serve for seals."""
    ders: list[bytes] = []
    authorities: list[bytes] = []
    for entry in _objects(listed):
        if "hashType" in entry:
            return Trust(hash_lists=tuple(_hash_list(batch) for batch in _objects(listed)))
        der = from_base64(str(entry.get("rawData", "")))
        if not der:
            raise DecodingError("expected each entry of the key list to have rawData, a certificate in base64")
        (authorities if str(entry.get("certificateType")).upper() == "CSCA" else ders).append(der)
    return _certificates(ders) + Trust(certificates=_certificates(authorities).certificates)


def _swiss(listed: Any) -> Trust:
    """The Swiss list: keys as numbers in base64, with the kinds that they may sign."""
    signers = []
    for entry in _objects(listed):
        key_id, key = from_base64(str(entry.get("keyId", ""))), _key_of_numbers(entry)
        if not key_id or key is None:
            raise DecodingError("expected each entry of the key list to have keyId and the numbers of a key")
        kinds = set(str(entry.get("use", ""))) & set("vtr")
        signers.append(Signer(key_id, key, frozenset(_USAGES[kind] for kind in kinds)))
    return Trust(signers=tuple(signers))


def _dutch(by_key_id: Any) -> Trust:
    """The Dutch list: public keys (DER) by KID."""
    signers = []
    for name, entries in by_key_id.items() if isinstance(by_key_id, dict) else ():
        for entry in _objects(entries):
            key = _public_key(from_base64(str(entry.get("subjectPk", ""))) or b"")
            usages = frozenset(_USAGES[u] for u in map(str, items(entry.get("keyUsage"))) if u in _USAGES)
            signers.append(Signer(from_base64(name) or b"", key, usages))
    return Trust(signers=tuple(signers))


def _did(methods: Any) -> Trust:
    """A DID document of WHO's GDHCN: keys as JWK, with certificates."""
    ders = []
    for method in _objects(methods):
        jwk = method.get("publicKeyJwk")
        chain = items(jwk.get("x5c")) if isinstance(jwk, dict) else []
        if chain and isinstance(chain[0], str):
            ders.append(from_base64(chain[0]) or b"")
    return _certificates(ders)


def _certificates(ders: list[bytes]) -> Trust:
    """Certificates serve both as signers, by their hash, and as authorities, if they are."""
    certificates, signers = [], []
    for der in ders:
        try:
            certificate = x509.load_der_x509_certificate(der)
            key = certificate.public_key()
        except SIGNATURE_ERRORS:
            certificate = None
        if certificate is None:
            raise DecodingError("expected certificates (X.509) whose keys can be read")
        certificates.append(certificate)
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        signers.append(Signer(key_id_of(der), key, usages_of(certificate), country_of(certificate), start, end))
    return Trust(signers=tuple(signers), certificates=tuple(certificates))


def _key_of_numbers(entry: dict[str, Any]) -> Any:
    numbers = {n: _number(entry.get(n)) for n in ("n", "e", "x", "y")}
    try:
        if numbers["n"]:
            return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
        return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
    except ValueError:
        return None


def _number(text: object) -> int:
    data = (from_base64(text) or from_base64url(text.rstrip("="))) if isinstance(text, str) else None
    return int.from_bytes(data or b"", "big")


def _public_key(der: bytes) -> Any:
    try:
        return serialization.load_der_public_key(der)
    except SIGNATURE_ERRORS:
        reason = "expected public keys (SubjectPublicKeyInfo) that can be read"
    raise DecodingError(reason)


def _unarmoured(pem: bytes) -> bytes:
    lines = pem.decode("ascii", "replace").split("-----")
    return from_base64(lines[2]) or b""


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise DecodingError("expected a list of objects in this file")
    yield from value


_USAGES = {kind: f"1.3.6.1.4.1.1847.2021.1.{n}" for n, kind in enumerate("tvr", start=1)}
_SHAPES: dict[str, Callable[[Any], Trust]] = {
    "participating_issuers": _directory,
    "issuer_info": _snapshot,
    "certificates": _gateway,
    "list": _gateway,
    "certs": _swiss,
    "eu_keys": _dutch,
    "verificationMethod": _did,
}
