"""Documents that people hold: read and verified, against joserfc and against Python's own JSON."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from benchmarks.harness import Case, Contender, Here, UnequalAnswersError, against, at_most
from zkhealth.health.documents import KeySet, Signer, Trust, read, verify
from zkhealth.health.documents.base45 import ALPHABET
from zkhealth.health.documents.keys import thumbprint

_AT = datetime(2021, 7, 1, tzinfo=UTC)
_KEY = ec.derive_private_key(11, ec.SECP256R1())
_KID = b"examples"
_ISSUER = "https://hospital.example"
_BUNDLE_BYTES = 700_000


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signed(message: bytes) -> bytes:
    r, s = decode_dss_signature(_KEY.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _jwk() -> dict[str, str]:
    numbers = _KEY.public_key().public_numbers()
    members = {"kty": "EC", "crv": "P-256", "x": _b64url(numbers.x.to_bytes(32)), "y": _b64url(numbers.y.to_bytes(32))}
    return {**members, "kid": thumbprint(members), "use": "sig", "alg": "ES256"}


def _bundle(vaccinations: int) -> dict[str, Any]:
    patient = {"resourceType": "Patient", "name": [{"family": "Anyperson"}], "birthDate": "1951-01-20"}
    vaccination = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2021-01-01",
        "lotNumber": "0000001",
    }
    entries = [{"fullUrl": f"resource:{n}", "resource": vaccination if n else patient} for n in range(vaccinations + 1)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@cache
def _card() -> str:
    subject = {"fhirVersion": "4.0.1", "fhirBundle": _bundle(3)}
    vc = {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": subject}
    payload = json.dumps({"iss": _ISSUER, "nbf": 1620000000, "vc": vc}, separators=(",", ":")).encode()
    header = json.dumps({"zip": "DEF", "alg": "ES256", "kid": _jwk()["kid"]}).encode()
    message = f"{_b64url(header)}.{_b64url(zlib.compress(payload, wbits=-15))}"
    return f"{message}.{_b64url(_signed(message.encode()))}"


@cache
def _certificate() -> str:
    event = {"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2}
    event |= {"dt": "2021-05-01", "co": "XX", "is": "Ministry of Examples", "ci": "URN:UVCI:01:XX:EXAMPLE#1"}
    content = {"ver": "1.3.0", "nam": {"fnt": "MUSTERFRAU", "gnt": "GABRIELE"}, "dob": "1990-04-01", "v": [event]}
    protected = cbor2.dumps({1: -7, 4: _KID})
    payload = cbor2.dumps({1: "XX", 4: 1640000000, 6: 1620000000, -260: {1: content}})
    signature = _signed(cbor2.dumps(["Signature1", protected, b"", payload]))
    return "HC1:" + _base45(zlib.compress(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))))


def _base45(data: bytes) -> str:
    groups = [data[at : at + 2] for at in range(0, len(data), 2)]
    return "".join(
        ALPHABET[int.from_bytes(group) // 45**place % 45] for group in groups for place in range(len(group) + 1)
    )


def _read_and_verify(text: str, trust: Trust) -> Mapping[str, Any]:
    document = read(text)
    if verify(document, trust=trust, at=_AT).status != "VALID":
        raise UnequalAnswersError("a good document is refused")
    return document.content


def _build_card() -> Mapping[str, Contender]:
    """The rival checks the signature only: no rule of cards, no issuer, no time."""
    trust = Trust(key_sets=(KeySet(_ISSUER, (_jwk(),)),))

    def joserfc(_: ModuleType) -> Contender:
        from joserfc import jws
        from joserfc.jwk import ECKey

        registry = jws.JWSRegistry(algorithms=["ES256"])
        registry.strict_check_header = False
        key = ECKey.import_key({"kty": "EC", **{name: _jwk()[name] for name in ("crv", "x", "y")}})
        return Here(
            lambda: json.loads(
                zlib.decompress(jws.deserialize_compact(_card(), key, registry=registry).payload, wbits=-15)
            )
        )

    return against(Here(lambda: _read_and_verify(_card(), trust)), joserfc=joserfc)


def _build_certificate() -> Mapping[str, Contender]:
    trust = Trust(signers=(Signer(_KID, _KEY.public_key()),))
    return against(Here(lambda: _read_and_verify(_certificate(), trust)))


def _build_bundle() -> Mapping[str, Contender]:
    text = json.dumps(_bundle(_BUNDLE_BYTES // len(json.dumps(_bundle(1)["entry"][1])))).encode()
    return against(Here(lambda: dict(read(text).content)), json=lambda json: Here(lambda: json.loads(text)))


CASES = [
    Case(
        "health card, read and verified",
        _build_card,
        (at_most(2, "ms"),),
        "joserfc checks the signature only, and knows nothing of issuers, times, revocation and FHIR",
    ),
    Case("EU certificate, read and verified", _build_certificate, (at_most(2, "ms"),)),
    Case(
        "FHIR bundle of 0.7 MB, read",
        _build_bundle,
        (at_most(150, "ms"),),
        "json accepts names that stand twice and numbers that are not finite; ours also checks references",
    ),
]
