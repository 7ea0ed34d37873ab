"""Lists of the keys that sign EU certificates, in the shapes that authorities publish.

The EU gateway's list and its German form, the Swiss and the Dutch list, and DID documents of WHO's GDHCN.  Whose a key
is, the list says; where it does not, the certificate; where there is none, nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from zkhealth.errors import DecodingError
from zkhealth.health.documents.base64url import from_base64, from_either
from zkhealth.health.documents.certificates import (
    HEALTH_USAGES,
    SIGNATURE_ERRORS,
    certificate_of,
    country_of,
    is_authority,
    key_id_of,
    usages_of,
)
from zkhealth.health.documents.revocation import HashList
from zkhealth.health.documents.states import countries_of
from zkhealth.health.documents.trust import Signer, Trust
from zkhealth.health.fhir.elements import items

_COUNTRY = re.compile(r"[A-Z]{2}")
_DOMAINS = ("DCC", "DDCC", "-")  # of GDHCN: the others have documents of other kinds


def of_certificates(ders: Iterable[bytes]) -> Trust:
    """Certificates that were given for themselves: as signers, by their hash, and as authorities, if they are.

    Those that cannot be read are left out.  Raises DecodingError if that leaves none.
    """
    found = [certificate for der in ders if (certificate := certificate_of(der))]
    if not found:
        raise DecodingError(_UNREADABLE)
    return Trust(signers=tuple(map(_signer, found)), certificates=tuple(found))


def of_gateway(listed: Any) -> Trust:
    """The EU gateway's list: signers (DSC) are used, the authorities above them (CSCA) serve for seals."""
    found = []
    for entry in objects(listed):
        if "hashType" in entry:
            return Trust(hash_lists=tuple(hash_list(batch) for batch in objects(listed)))
        der = from_base64(str(entry.get("rawData", "")))
        if not der:
            raise DecodingError("expected each entry of the key list to have rawData, a certificate in base64")
        found.append(_Listed(der, str(entry.get("certificateType", "DSC")).upper(), _country(entry.get("country"))))
    return _of_listed(found)


def of_did(methods: Any) -> Trust:
    """A DID document of WHO's GDHCN: keys as JWK, with certificates; its ids tell the state and what a key is for."""
    found = []
    for method in objects([method for method in items(methods) if not isinstance(method, str)]):
        jwk, (domain, state, usage) = method.get("publicKeyJwk"), _place_of(method.get("id"))
        chain = items(jwk.get("x5c")) if isinstance(jwk, dict) else []
        if chain and isinstance(chain[0], str) and domain in _DOMAINS:
            country = "".join(countries_of(state)[:1]) if state else None
            found.append(_Listed(from_base64(chain[0]) or b"", usage, country))
    if not found:
        raise DecodingError("expected keys with certificates in the DID document; fetch the documents it refers to")
    return _of_listed(found)


def of_swiss(listed: Any) -> Trust:
    """The Swiss list: keys as numbers in base64, with the kinds that they may sign, and not whose they are."""
    signers = []
    for entry in objects(listed):
        key_id, key = from_base64(str(entry.get("keyId", ""))), _key_of_numbers(entry)
        if not key_id or key is None:
            raise DecodingError("expected each entry of the key list to have keyId and the numbers of a key")
        use = str(entry.get("use", ""))
        usages = _usages(use)
        if usages or use in ("", "sig"):
            signers.append(Signer(key_id, key, usages))
    return Trust(signers=tuple(signers))


def of_dutch(by_key_id: Any) -> Trust:
    """The Dutch list: public keys (DER) by KID; `ian` is the country of who issued the certificate."""
    signers = []
    for name, entries in by_key_id.items() if isinstance(by_key_id, dict) else ():
        for entry in objects(entries):
            key = _public_key(from_base64(str(entry.get("subjectPk", ""))) or b"")
            named = list(map(str, items(entry.get("keyUsage"))))
            usages = _usages(named)
            if usages or not named:
                signers.append(Signer(from_base64(name) or b"", key, usages, _country(entry.get("ian")) or ""))
    return Trust(signers=tuple(signers))


def hash_list(batch: dict[str, Any]) -> HashList:
    """One batch of a revocation list.

    Raises DecodingError if it is none.
    """
    read = HashList.read(batch)
    if read is None:
        raise DecodingError("expected a batch of hashes of 16 bytes, with hashType, kid, country and expires")
    return read


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The entries of a list of objects.

    Raises DecodingError if it is none.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise DecodingError("expected a list of objects in this file")
    yield from value


@dataclass(frozen=True)
class _Listed:
    """A certificate in a list, what the list says it is, and its country if the list says anything about that."""

    der: bytes
    kind: str
    country: str | None


def _of_listed(found: Sequence[_Listed]) -> Trust:
    """Signers sign certificates, authorities sign signers; no list of signers makes an authority.

    Keys of other kinds (of uploads, say) are left out.  Raises DecodingError if no certificate can be read.
    """
    read = [(one, certificate) for one in found if (certificate := certificate_of(one.der))]
    if found and not read:
        raise DecodingError(_UNREADABLE)
    signers = [(one, certificate) for one, certificate in read if one.kind == "DSC"]
    pinned = [certificate for _, certificate in signers if not is_authority(certificate)]
    authorities = [certificate for one, certificate in read if one.kind in ("CSCA", "SCA")]
    return Trust(
        signers=tuple(_signer(certificate, one.country) for one, certificate in signers),
        certificates=(*pinned, *authorities),
    )


def _signer(certificate: x509.Certificate, country: str | None = None) -> Signer:
    return Signer(
        key_id_of(certificate.public_bytes(serialization.Encoding.DER)),
        certificate.public_key(),
        usages_of(certificate),
        country_of(certificate) if country is None else country,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def _place_of(did: object) -> tuple[str, str, str]:
    """The domain, the state and the usage in the id of a key; a state is "" where the id is not of GDHCN's form.

    >>> _place_of("did:web:tng-cdn.who.int:v2:trustlist:DCC:PRT:DSC#+6w2r2RfO1M=")
    ('DCC', 'PRT', 'DSC')
    >>> _place_of("did:web:tng-cdn.who.int:trustlist:prt#+6w2r2RfO1M=")
    ('-', 'PRT', 'DSC')
    """
    _, _, place = str(did).partition("#")[0].partition(":trustlist:")
    match place.upper().split(":"):
        case [domain, state, usage]:
            return domain, state, usage
        case [state]:
            return "-", state, "DSC"
    return "-", "", "DSC"


def _country(text: object) -> str | None:
    return text if isinstance(text, str) and _COUNTRY.fullmatch(text) else None


def _usages(kinds: Iterable[str]) -> frozenset[str]:
    """What the letters v, t and r say that a key is for; others say nothing."""
    return frozenset(HEALTH_USAGES[kind][0] for kind in kinds if kind in HEALTH_USAGES)


def _key_of_numbers(entry: dict[str, Any]) -> Any:
    numbers = {n: _number(entry.get(n)) for n in ("n", "e", "x", "y")}
    try:
        if numbers["n"]:
            return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
        return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
    except ValueError:
        return None


def _number(text: object) -> int:
    return int.from_bytes(from_either(text) or b"", "big")


def _public_key(der: bytes) -> Any:
    try:
        return serialization.load_der_public_key(der)
    except SIGNATURE_ERRORS:
        reason = "expected public keys (SubjectPublicKeyInfo) that can be read"
    raise DecodingError(reason)


_UNREADABLE = "expected certificates (X.509) whose keys can be read"
