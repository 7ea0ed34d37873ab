"""SMART Health Cards: a compact JWS whose payload is raw DEFLATE of JSON, alone, in a file or in QR codes.

https://spec.smarthealth.cards (version 1.4).  What is wrong in form but can still be read becomes a defect, so that a
person learns of everything at once; a defect that is an error makes the card invalid whatever its signature says.
"""

from __future__ import annotations

import re
from typing import Any

from zkhealth.encoding.strict_json import parse_json_object
from zkhealth.errors import DecodingError
from zkhealth.health.documents.base64url import from_base64url
from zkhealth.health.documents.document import Document, DocumentError, Signature, time_of
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.inflate import RAW, WRAPPED, inflate
from zkhealth.health.documents.shc_bundle import bundle_defects
from zkhealth.health.documents.shc_payload import payload_defects
from zkhealth.health.documents.trimming import BYTE_ORDER_MARK, trimmed

MAX_PAYLOAD = 1 << 22
MAX_CARDS = 100
_MOST_CHARACTERS = 1195
_JWS = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)
_HEADER = {"alg": "ES256", "zip": "DEF"}


def read_jws(text: str, defects: tuple[Finding, ...] = (), most: int = MAX_PAYLOAD) -> Document:
    """Read a card from its JWS; `defects` are those of the container that it came in, `most` the bytes of a payload.

    Raises DocumentError if the payload cannot be had or is no card.
    """
    found = list(defects)
    text, spaces = trimmed(text)
    found += spaces
    if len(text) > _MOST_CHARACTERS:
        found.append(finding("JWS_TOO_LONG", f"the card has {len(text)} characters; one QR code holds 1195"))
    match = _JWS.fullmatch(text)
    if not match:
        raise DocumentError("JSON_PARSE_ERROR", "expected three parts of base64url with dots between them", "shc")
    header = _header(match[1], found)
    value = from_base64url(match[3]) or b""
    if len(value) != 64:
        sentence = f"expected a signature of 64 bytes (r and s), got {len(value)} bytes"
        found.append(finding("SIGNATURE_FORMAT_ERROR", sentence))
    algorithm, kid = header.get("alg"), header.get("kid")
    signature = Signature(algorithm if isinstance(algorithm, str) else "", text[: match.end(2)].encode("ascii"), value)
    try:
        payload = _payload(_inflated(match[2], found, most), found)
        return _document(payload, found, kid if isinstance(kid, str) else "", signature)
    except DocumentError as e:
        raise e.after(found) from None


def read_payload(text: str) -> Document:
    """Read the payload of a card as JSON, without a signature.

    Raises DocumentError if it is no such payload.
    """
    found: list[Finding] = []
    return _document(_payload(text, found), found, "", None)


def cards_of(document: dict[str, Any]) -> list[str]:
    """The JWS in a `.smart-health-card` file, or in the answer of a FHIR server ($health-cards-issue).

    Raises DocumentError if there is none, or something else in the place of one.
    """
    if "parameter" in document:
        parameters = document["parameter"] if isinstance(document["parameter"], list) else []
        named = [p for p in parameters if isinstance(p, dict) and p.get("name") == "verifiableCredential"]
        cards = [p.get("valueString") for p in named]
    else:
        listed = document.get("verifiableCredential")
        cards = listed if isinstance(listed, list) else []
    if not cards or not all(isinstance(card, str) for card in cards):
        raise DocumentError("CRITICAL_DATA_MISSING", "expected a list of cards in the file", "shc")
    if len(cards) > MAX_CARDS:
        raise DocumentError("SCHEMA_ERROR", f"expected at most {MAX_CARDS} cards in the file", "shc")
    return [str(card) for card in cards]


def _header(part: str, found: list[Finding]) -> dict[str, Any]:
    try:
        header = parse_json_object((from_base64url(part) or b"").decode("utf-8"))
    except (DecodingError, UnicodeDecodeError):
        found.append(finding("JWS_HEADER_ERROR", "the header of the card is not a JSON object"))
        return {}
    for name, expected in _HEADER.items():
        if header.get(name) != expected:
            what = "is missing" if name not in header else "is another one"
            found.append(finding("JWS_HEADER_ERROR", f"expected {name} {expected} in the card's header; it {what}"))
    if "crit" in header:
        found.append(finding("JWS_HEADER_ERROR", "the header of the card asks for something that is not known (crit)"))
    if not isinstance(header.get("kid"), str):
        found.append(finding("JWS_HEADER_ERROR", "the header of the card names no key (kid)"))
    return header


def _inflated(part: str, found: list[Finding], most: int) -> str:
    """The text of the payload; one that was compressed wrongly or not at all is read, too, and reported."""
    data = from_base64url(part)
    if data is None:
        raise DocumentError("JSON_PARSE_ERROR", "the payload of the card is not base64url", "shc")
    out = inflate(data, most, RAW)
    if out is None:
        found.append(finding("INFLATION_ERROR", "the payload of the card is not raw DEFLATE, cut off or too large"))
        out = inflate(data, most, WRAPPED)
    if out is None and data[:1] == b"{" and len(data) <= most:
        out = data
    try:
        return (out or b"").decode("utf-8")
    except UnicodeDecodeError:
        sentence = "the payload of the card is not UTF-8"
    raise DocumentError("JSON_PARSE_ERROR", sentence, "shc")


def _payload(text: str, found: list[Finding]) -> dict[str, Any]:
    if not text:
        raise DocumentError("INFLATION_ERROR", "the payload of the card cannot be decompressed", "shc")
    if text.startswith(BYTE_ORDER_MARK):
        found.append(finding("TRAILING_CHARACTERS", "the payload of the card begins with a byte order mark"))
    text, spaces = trimmed(text)
    found += spaces
    try:
        return parse_json_object(text)
    except DecodingError as e:
        sentence = f"the payload of the card: {e}"
    raise DocumentError("JSON_PARSE_ERROR", sentence, "shc")


def _document(payload: dict[str, Any], found: list[Finding], kid: str, signature: Signature | None) -> Document:
    found += payload_defects(payload)
    found += bundle_defects(payload["vc"]["credentialSubject"]["fhirBundle"])
    issuer = payload.get("iss")
    return Document(
        kind="shc",
        content=payload,
        issuer=issuer if isinstance(issuer, str) else "",
        issued=time_of(payload.get("nbf")),
        expires=time_of(payload.get("exp")),
        key_id=kid,
        defects=tuple(found),
        signature=signature,
    )
