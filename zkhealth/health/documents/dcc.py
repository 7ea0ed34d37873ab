"""EU Digital COVID Certificates: `HC1:`, base45, zlib, COSE_Sign1, CWT claims.

Electronic Health Certificate Specification 1.3 (ehn-dcc-development/hcert-spec), RFC 9052 (COSE), RFC 8392 (CWT).
WHO's GDHCN keeps the container, so its certificates are read, too; their claim -260 must hold a certificate.
"""

from __future__ import annotations

from typing import Any

from cbor2 import undefined

from zkhealth.health.documents import base45, lenient_cbor
from zkhealth.health.documents.base64url import to_base64url
from zkhealth.health.documents.dcc_schema import schema_defects
from zkhealth.health.documents.document import Document, DocumentError, Signature, time_of
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.inflate import WRAPPED, inflate
from zkhealth.health.documents.trimming import trimmed

PREFIX = "HC1:"
MAX_BYTES = 1 << 18
_ISSUER, _EXPIRES, _STARTS, _ISSUED, _HCERT, _DCC = 1, 4, 5, 6, -260, 1
_ALG, _CRIT, _KID = 1, 2, 4
ALGORITHMS = {-7: "ES256", -37: "PS256"}


def read_dcc(text: str) -> Document:
    """Read a certificate from the text of its QR code.

    Raises DocumentError if a layer is not what it should be.
    """
    text, _ = trimmed(text)  # Blanks around it are none of its own: base45 never ends with one.
    if not text.startswith(PREFIX):
        small = " in capital letters" if text.upper().startswith(PREFIX) else ""
        raise DocumentError("PREFIX_ERROR", f"the text does not begin with {PREFIX}{small}", "dcc")
    compressed = base45.decode(text.removeprefix(PREFIX))
    if compressed is None:
        raise DocumentError("BASE45_ERROR", _about_base45(text), "dcc")
    cose = inflate(compressed, MAX_BYTES, WRAPPED)
    if cose is None:
        raise DocumentError("INFLATION_ERROR", "the certificate is not zlib, is cut off or too large", "dcc")
    return read_cose(cose)


def read_cose(cose: bytes) -> Document:
    """Read a certificate from its signed CBOR.

    Raises DocumentError if it is none.
    """
    if len(cose) > MAX_BYTES:
        raise DocumentError("COSE_ERROR", f"expected a certificate of at most {MAX_BYTES} bytes", "dcc")
    header, unprotected, protected, payload, value = _sign1(lenient_cbor.decode(cose))
    claims = lenient_cbor.decode(payload)
    hcert = claims.get(_HCERT) if isinstance(claims, dict) else None
    content = _trimmed(_tidied(hcert.get(_DCC))) if isinstance(hcert, dict) else None
    if not isinstance(claims, dict) or not _is_json(content, lenient_cbor.MAX_DEPTH) or not isinstance(content, dict):
        raise DocumentError("CBOR_ERROR", "the signed content is no CBOR map with a certificate (-260, 1)", "dcc")
    found = [finding("SCHEMA_ERROR", sentence) for sentence in schema_defects(content)]
    found += _about_claims(claims)
    kid = header.get(_KID, unprotected.get(_KID))
    issuer = claims.get(_ISSUER)
    message = lenient_cbor.encode(["Signature1", protected, b"", payload])
    return Document(
        kind="dcc",
        content=content,
        issuer=issuer if isinstance(issuer, str) else "",
        issued=max(filter(None, map(time_of, (claims.get(_ISSUED), claims.get(_STARTS)))), default=None),
        expires=time_of(claims.get(_EXPIRES)),
        key_id=to_base64url(kid) if isinstance(kid, bytes) else "",
        defects=tuple(found),
        signature=Signature(ALGORITHMS.get(_plain(header.get(_ALG, unprotected.get(_ALG))), ""), message, value),
    )


def _sign1(cose: object) -> tuple[dict[Any, Any], dict[Any, Any], bytes, bytes, bytes]:
    """Take COSE_Sign1 apart (RFC 9052, section 4.2); return the protected header read, too."""
    if not isinstance(cose, list) or len(cose) != 4:
        raise DocumentError("COSE_ERROR", "expected COSE_Sign1: a list of four", "dcc")
    protected, unprotected, payload, value = cose
    are_bytes = all(isinstance(part, bytes) for part in (protected, payload, value))
    header = lenient_cbor.decode(protected) if are_bytes and protected else {}
    if not are_bytes or not isinstance(header, dict) or not isinstance(unprotected, dict):
        raise DocumentError("COSE_ERROR", "expected COSE_Sign1: two headers, a payload and a signature", "dcc")
    if _CRIT in header or _CRIT in unprotected:
        raise DocumentError("COSE_ERROR", "the certificate asks for something that is not known (crit)", "dcc")
    return header, unprotected, protected, payload, value


def _about_base45(text: str) -> str:
    """What is wrong with the text, where that can be told; line ends are not taken out: a blank may be lost there."""
    if "\n" in text or "\r" in text:
        return "the text is broken into lines; give it as one line"
    if not text.isupper():
        return "the text has small letters; the QR code has capital letters only"
    return "after HC1: the text has characters or groups that are no base45"


def _about_claims(claims: dict[Any, Any]) -> list[Finding]:
    checks = [
        (isinstance(claims.get(_ISSUER), str | None), "expected the issuer (claim 1), if there is one, as text"),
        (time_of(claims.get(_ISSUED)) is not None, "expected the time of issuing (claim 6) as seconds"),
        (time_of(claims.get(_EXPIRES)) is not None, "expected the end (claim 4) as seconds"),
        (_STARTS not in claims or time_of(claims[_STARTS]) is not None, "expected the start (claim 5) as seconds"),
    ]
    return [finding("SCHEMA_ERROR", sentence) for is_so, sentence in checks if not is_so]


def _plain(algorithm: object) -> int:
    """The number of an algorithm, or 0: lists cannot be looked up."""
    return algorithm if isinstance(algorithm, int) else 0


def _tidied(value: Any) -> Any:
    """The values as the EU asks verifiers to take them, since some countries' programs sign null and 2.0.

    Null is absent, and 2.0 is 2 (eu-digital-green-certificates/dcc-quality-assurance, SpecialCaseHandling.md).
    """
    if isinstance(value, dict):
        return {name: _tidied(inner) for name, inner in value.items() if inner is not None and inner is not undefined}
    if isinstance(value, list):
        return [_tidied(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _trimmed(content: Any) -> Any:
    """The birth date and the events without blanks around their texts, which verifiers trim; identifiers keep them.

    The lists of what was revoked have hashes of identifiers (`ci`) as they were signed.
    """
    if not isinstance(content, dict):
        return content
    trimmed = dict(content)
    for kind in [kind for kind in "vtr" if isinstance(content.get(kind), list)]:
        trimmed[kind] = [_stripped(event) if isinstance(event, dict) else event for event in content[kind]]
    return trimmed | _stripped({"dob": content["dob"]} if "dob" in content else {})


def _stripped(fields: dict[Any, Any]) -> dict[Any, Any]:
    return {name: v.strip() if isinstance(v, str) and name != "ci" else v for name, v in fields.items()}


def _is_json(value: object, depth: int) -> bool:
    """Whether these are values that JSON has, under names of text."""
    if isinstance(value, dict):
        inner = list(value.values())
        return depth > 0 and all(isinstance(k, str) for k in value) and all(_is_json(v, depth - 1) for v in inner)
    if isinstance(value, list):
        return depth > 0 and all(_is_json(v, depth - 1) for v in value)
    if isinstance(value, float):
        return value - value == 0  # Neither infinite nor "not a number".
    return value is None or isinstance(value, bool | int | str)
