"""Lists of what was taken back: of SMART Health Cards by their `rid`, of EU certificates by hashes.

Cards: https://spec.smarthealth.cards/#revocation, a list for each key, entries with or without a time.
Certificates: EU DCC revocation, batches of the first 16 bytes of SHA-256 of the signature, the identifier (UCI), or
the country and the identifier.  A verifier has the whole list: nobody learns whom it is asked about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.health.documents.base64url import from_base64, from_either
from zkhealth.health.documents.document import Document
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.shc_payload import listed_rid
from zkhealth.health.fhir.elements import items

MAX_ENTRIES = 1 << 20
_MOST_DEFECTS = 100  # a person reads no more
_COUNTRY = re.compile("[A-Z]{2}")
_HASH_TYPES = ("SIGNATURE", "UCI", "COUNTRYCODEUCI")


@dataclass(frozen=True, repr=False)
class CardRevocationList:
    """The list of one key: for each revoked `rid`, the time before which cards are revoked, or None for all."""

    kid: str
    version: object
    revoked: Mapping[str, int | None]
    defects: tuple[Finding, ...]

    @classmethod
    def read(cls, crl: Mapping[str, Any]) -> CardRevocationList:
        """Read a list; what is wrong with it is reported when a card is checked against it.

        Raises DecodingError if it names no key: it would be asked about no card.
        """
        kid = crl.get("kid")
        if not isinstance(kid, str) or not kid:
            raise DecodingError("expected kid, the name of the key whose cards the revocation list is about")
        sentences: list[str] = []
        if crl.get("method") != "rid":
            sentences.append("the revocation list uses a method that is not known")
        entries = crl.get("rids")
        entries = entries if isinstance(entries, list) and len(entries) <= MAX_ENTRIES else None
        read = [listed_rid(entry) for entry in entries or []]
        if entries is None or None in read:
            sentences.append("the revocation list has entries that are no identifiers of 24 characters of base64url")
        revoked: dict[str, int | None] = {}
        for rid, before in (entry for entry in read if entry):
            if rid in revoked:
                sentences.append("an identifier stands twice in the revocation list")
            known = revoked.get(rid, 0)
            revoked[rid] = None if before is None or known is None else max(before, known)
        defects = tuple(finding("REVOCATION_ERROR", sentence) for sentence in sentences[:_MOST_DEFECTS])
        return cls(kid, crl.get("ctr"), revoked, defects)

    def about(self, document: Document, version: int | None) -> list[Finding]:
        """What this list says about a card, and what is wrong with the list.

        `version` is what the key announces, None if nothing: a key set can be older than its first list.
        """
        found = list(self.defects)
        if version is not None and self.version != version:
            found.append(finding("REVOCATION_ERROR", "the revocation list is not of the key's version"))
        rid, issued = document.content["vc"].get("rid"), document.content.get("nbf")
        if isinstance(rid, str) and rid in self.revoked:
            before = self.revoked[rid]
            if before is None or not isinstance(issued, int | float) or issued < before:
                found.append(finding("REVOKED", "the issuer's revocation list has this card"))
        return found


@dataclass(frozen=True, repr=False)
class HashList:
    """A batch of hashes of certificates that one signer, or a whole country, took back."""

    country: str
    key_id: bytes
    hash_type: str
    hashes: frozenset[bytes]
    expires: datetime | None

    @classmethod
    def read(cls, batch: Mapping[str, Any]) -> HashList | None:
        """Read a batch, or return None if it is none."""
        entries, hash_type, kid = batch.get("entries"), batch.get("hashType"), batch.get("kid")
        if hash_type not in _HASH_TYPES or not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
            return None
        hashes = [_hash(entry.get("hash")) if isinstance(entry, dict) else _hash(entry) for entry in entries]
        expires = _time(batch.get("expires"))
        if None in hashes or (batch.get("expires") is not None and expires is None):
            return None
        key_id = from_base64(kid) if isinstance(kid, str) else None
        country = batch.get("country")
        known = frozenset(h for h in hashes if h)
        return cls(country if isinstance(country, str) else "", key_id or b"", hash_type, known, expires)

    def has(self, document: Document, key_ids: Collection[bytes], country: str, at: datetime) -> bool:
        """Whether a certificate that was signed with this key (by its names), of this country, is in the batch."""
        countries = {country, *_countries(document)}
        is_about = self.key_id in key_ids or (not self.key_id and self.country in ("", *countries))
        is_over = self.expires is not None and at > self.expires
        return is_about and not is_over and not self.hashes.isdisjoint(_hashes_of(document, self.hash_type, countries))


def _hashes_of(document: Document, hash_type: str, countries: Iterable[str]) -> list[bytes]:
    if hash_type == "SIGNATURE":
        if document.signature is None:
            return []
        value = document.signature.value
        texts = [value[: len(value) // 2] if document.signature.algorithm == "ES256" else value]
    else:
        prefixes = countries if hash_type == "COUNTRYCODEUCI" else [""]
        said = [prefix + identifier for prefix in prefixes for identifier in _texts(document, "ci")]
        texts = [text.encode("utf-8", "surrogatepass") for text in said]
    return [hashlib.sha256(text).digest()[:16] for text in texts]


def _countries(document: Document) -> list[str]:
    """The country of the issuer; or, since certificates need not name one (hcert-spec 3.3.4), that of the event."""
    return [document.issuer] if _COUNTRY.fullmatch(document.issuer) else [document.issuer, *_texts(document, "co")]


def _texts(document: Document, name: str) -> list[str]:
    """What the events of a certificate have under this name: as written, and without blanks around it."""
    events = [event for kind in "vtr" for event in items(document.content.get(kind)) if isinstance(event, dict)]
    texts = [event[name] for event in events if isinstance(event.get(name), str)]
    return list(dict.fromkeys(form for text in texts for form in (text, text.strip())))


def _hash(text: object) -> bytes | None:
    """Read a hash of 16 bytes, in base64 or hexadecimal."""
    if isinstance(text, str) and len(text) == 32:
        try:
            return bytes.fromhex(text)
        except ValueError:
            return None
    out = from_either(text)
    return out if out is not None and len(out) == 16 else None


def _time(text: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo else None
