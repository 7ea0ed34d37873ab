"""What is said about a document: findings with a stable code, a sentence and what to do, and the status they make.

The codes are those of the SMART Health Cards validator (smart-on-fhir/health-cards-dev-tools) where it has one, also
for other formats.  A sentence names places and public values (the issuer, a key, an hour), never what the record holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Status = Literal["VALID", "INVALID", "CANNOT_DECIDE"]
Weight = Literal["error", "undecided", "warning"]
VALID: Status = "VALID"
INVALID: Status = "INVALID"
CANNOT_DECIDE: Status = "CANNOT_DECIDE"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, missing or worth knowing; it unpacks to its code, its sentence, and what to do.

    An error makes the document invalid; what is undecided keeps it from being valid; a warning does neither.
    """

    code: str
    sentence: str
    advice: str
    weight: Weight

    def __iter__(self) -> Iterator[str]:
        return iter((self.code, self.sentence, self.advice))


def finding(code: str, sentence: str, weight: Weight | None = None) -> Finding:
    """The finding of this code, with the advice and (unless another is given) the weight that belong to it."""
    usual: Weight = "warning" if code in _WARNINGS else "undecided" if code in _UNDECIDED else "error"
    advice = _NO_MATTER if weight == "warning" and usual != weight else ADVICE[code]
    return Finding(code, sentence, advice, weight or usual)


@dataclass(frozen=True)
class Report:
    """The verdict on one document at one time.

    `signature_is_good` says only that the key that was found signed these bytes (None: it could not be checked); a
    document whose signature is good may have expired, be revoked, or come from someone whom nobody trusts.
    `vouched_by` is who that key belongs to by the trust list, and not by the document.
    """

    signature_is_good: bool | None
    findings: tuple[Finding, ...]
    vouched_by: str = ""

    @property
    def status(self) -> Status:
        """VALID only if the signature is good and nothing is wrong or undecided."""
        weights = {found.weight for found in self.findings}
        if "error" in weights or self.signature_is_good is False:
            return INVALID
        return VALID if self.signature_is_good and "undecided" not in weights else CANNOT_DECIDE

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes alone, in order."""
        return tuple(found.code for found in self.findings)


def worst(reports: Iterable[Report]) -> Status:
    """The status of several documents together: as good as the worst of them.

    >>> worst([])
    'CANNOT_DECIDE'
    """
    statuses = {report.status for report in reports}
    if INVALID in statuses:
        return INVALID
    return VALID if statuses == {VALID} else CANNOT_DECIDE


_ASK_ISSUER = "Ask whoever issued it for a new one."
_SCAN_AGAIN = "Scan or copy it again, whole; if it stays so, ask whoever issued it for a new one."
_NO_MATTER = "Nothing: it can be used all the same; the issuer may want to know."
_KEY_SET = "Do not rely on this key; tell the issuer, whose key set breaks the rules."

_WARNINGS = frozenset(
    {
        "INVALID_FILE_EXTENSION",
        "INVALID_QR",
        "JWS_TOO_LONG",
        "QR_CHUNKING_DEPRECATED",
        "UNBALANCED_QR_CHUNKS",
        "ISSUER_NOT_NAMED",
        "REVOCATION_NOT_CHECKED",
    }
)
_UNDECIDED = frozenset({"NOT_SIGNED", "TRUST_MISSING", "REVOCATION_LIST_MISSING", "UNKNOWN_FILE_DATA", "LINK_ONLY"})

ADVICE = {
    # The container
    "UNKNOWN_FILE_DATA": "Give a SMART Health Card or Link, an EU Digital COVID Certificate, a VDS-NC seal or FHIR.",
    "INVALID_FILE_EXTENSION": "Nothing: name the file *.smart-health-card, so that programs know it.",
    "TRAILING_CHARACTERS": "Copy it again without spaces or other characters around it.",
    "JSON_PARSE_ERROR": _SCAN_AGAIN,
    "CRITICAL_DATA_MISSING": _ASK_ISSUER,
    "INFLATION_ERROR": _SCAN_AGAIN,
    "SCHEMA_ERROR": _ASK_ISSUER,
    "FHIR_SCHEMA_ERROR": _ASK_ISSUER,
    # SMART Health Cards
    "INVALID_NUMERIC_QR": _SCAN_AGAIN,
    "INVALID_NUMERIC_QR_HEADER": "Give the text of the QR code as it is: shc:/ and then digits only.",
    "MISSING_QR_CHUNK": "Scan all the QR codes of the card, and give them together.",
    "QR_CHUNKING_DEPRECATED": "Nothing: cards of several QR codes are of an older kind; a new card will have one.",
    "UNBALANCED_QR_CHUNKS": "Nothing: codes of one size would be easier to scan.",
    "INVALID_QR": "Nothing: the QR code can be used, though it is not as the standard has it.",
    "INVALID_QR_VERSION": "Ask whoever made the QR code for a smaller one; share the card as a file until then.",
    "QR_DECODE_ERROR": "Take a sharper picture of one QR code, flat and whole.",
    "JWS_TOO_LONG": "Nothing: the card is too long for one QR code; share it as a file.",
    "JWS_HEADER_ERROR": _ASK_ISSUER,
    "JWS_VERIFICATION_ERROR": "Do not rely on it: it was changed, or another key signed it. " + _ASK_ISSUER,
    "SIGNATURE_FORMAT_ERROR": "Do not rely on it: its signature is not in the form of the standard. " + _ASK_ISSUER,
    "INVALID_ISSUER_URL": "Do not rely on it: nobody can look up such an issuer safely. " + _ASK_ISSUER,
    "ISSUER_NOT_TRUSTED": "Do not rely on it, unless you know this issuer and put it on your list.",
    "ISSUER_NOT_NAMED": "Give the key set together with the issuer's URL, if you know whose it is.",
    "ISSUER_KEY_DOWNLOAD_ERROR": "Get the issuer's key set (its URL and /.well-known/jwks.json) and give it.",
    "ISSUER_KID_MISMATCH": "Do not rely on it: the key belongs to another issuer.",
    "INVALID_KEY_SCHEMA": _KEY_SET,
    "INVALID_KEY_WRONG_KTY": _KEY_SET,
    "INVALID_KEY_WRONG_ALG": _KEY_SET,
    "INVALID_KEY_WRONG_USE": _KEY_SET,
    "INVALID_KEY_WRONG_KID": _KEY_SET,
    "INVALID_KEY_WRONG_CRV": _KEY_SET,
    "INVALID_KEY_PRIVATE": "Do not rely on this key: everybody can sign with it. Tell the issuer.",
    "INVALID_KEY_X5C": _KEY_SET,
    "INVALID_KEY_UNKNOWN": _KEY_SET,
    # SMART Health Links
    "INVALID_SHLINK": "Copy the whole link again; it begins with shlink:/ or has #shlink:/ in it.",
    "SHLINK_VERIFICATION_ERROR": "Ask whoever shared the link for a new one.",
    "SHLINK_NOT_HTTPS_URL": "Do not open it: what it points to can be read and changed on the way.",
    "LINK_ONLY": "Fetch the encrypted file that the link points to, and give it together with the link.",
    # EU Digital COVID Certificates and seals
    "PREFIX_ERROR": "Give the text of the QR code as it is: it begins with HC1:",
    "BASE45_ERROR": _SCAN_AGAIN,
    "CBOR_ERROR": _SCAN_AGAIN,
    "COSE_ERROR": _ASK_ISSUER,
    "KEY_NOT_TRUSTED": "Do not rely on it, unless a newer key list has its key.",
    "SIGNATURE_ERROR": "Do not rely on it: it was changed, or another key signed it. " + _ASK_ISSUER,
    "KEY_USAGE_ERROR": "Do not rely on it: this key may not sign certificates of this kind.",
    "CERTIFICATE_ERROR": "Do not rely on it: the signer's certificate is not in order.",
    "ISSUER_STATE_ERROR": "Do not rely on it: nothing shows that it comes from the state that it names.",
    # Time, revocation, trust
    "NOT_YET_VALID": "Use it from then on; if that day has passed, check the clock, then ask the issuer.",
    "EXPIRATION_ERROR": _ASK_ISSUER,
    "REVOCATION_ERROR": "Get the issuer's revocation list again; if it stays so, tell the issuer.",
    "REVOKED": "Do not rely on it: the issuer took it back. " + _ASK_ISSUER,
    "REVOCATION_LIST_MISSING": "Get the issuer's revocation list (.well-known/crl/ and the key's name) and give it.",
    "REVOCATION_NOT_CHECKED": "Give a revocation list if the issuer publishes one.",
    "NOT_SIGNED": "Ask whoever wrote the record for a signed one; by itself it proves nothing.",
    "TRUST_MISSING": "Give the issuer's keys or a trust list.",
}
