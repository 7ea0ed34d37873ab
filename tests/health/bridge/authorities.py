"""A hospital that signs health cards and a ministry that signs certificates, for the tests of the bridge."""

import base64
import hashlib
import json
import zlib

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from zkhealth.health.documents import KeySet, Signer, Trust, base45, read

HOSPITAL = "https://hospital.example/shc"
ISSUED, EXPIRES = 1_625_000_000, 1_700_000_000
DURING, AFTER = "2021-07-10T12:00:00Z", "2024-01-01T00:00:00Z"
_ORDER = 32


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(key, message):
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_ORDER, "big") + s.to_bytes(_ORDER, "big")


class Hospital:
    """Signs FHIR bundles as SMART Health Cards."""

    def __init__(self, issuer=HOSPITAL):
        self.issuer, self.key = issuer, ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        public = {name: b64(n.to_bytes(_ORDER, "big")) for name, n in (("x", point.x), ("y", point.y))}
        named = {"crv": "P-256", "kty": "EC", **public}
        kid = b64(hashlib.sha256(json.dumps(named, separators=(",", ":")).encode()).digest())
        self.jwk = {**named, "kid": kid, "use": "sig", "alg": "ES256"}

    @property
    def trust(self):
        return Trust({self.issuer: "The Hospital"}, (KeySet(self.issuer, (self.jwk,)),))

    def card(self, *resources, **claims):
        """A card of these resources, read."""
        entry = [{"fullUrl": f"resource:{n}", "resource": r} for n, r in enumerate(resources)]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entry}
        subject = {"fhirVersion": "4.0.1", "fhirBundle": bundle}
        types = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"]
        payload = {"iss": self.issuer, "nbf": ISSUED, "vc": {"type": types, "credentialSubject": subject}, **claims}
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = deflate.compress(json.dumps(payload, separators=(",", ":")).encode()) + deflate.flush()
        header = json.dumps({"zip": "DEF", "alg": "ES256", "kid": self.jwk["kid"]}, separators=(",", ":")).encode()
        signed = f"{b64(header)}.{b64(packed)}"
        return read(f"{signed}.{b64(raw_signature(self.key, signed.encode()))}")


class Ministry:
    """Signs certificates of vaccination, test or recovery."""

    def __init__(self, country="AT"):
        self.country, self.key = country, ec.generate_private_key(ec.SECP256R1())
        self.kid = hashlib.sha256(self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )).digest()[:8]  # fmt: skip

    @property
    def trust(self):
        return Trust(signers=(Signer(self.kid, self.key.public_key(), country=self.country),))

    def certificate(self, content, issuer=None):
        """A certificate of this content, read; it calls its issuer by the country, or as one says."""
        claims = {1: self.country if issuer is None else issuer, 4: EXPIRES, 6: ISSUED, -260: {1: content}}
        claims = {number: claim for number, claim in claims.items() if claim != ""}
        protected, payload = cbor2.dumps({1: -7, 4: self.kid}), cbor2.dumps(claims)
        signature = raw_signature(self.key, cbor2.dumps(["Signature1", protected, b"", payload]))
        cose = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
        return read("HC1:" + encode45(zlib.compress(cose)))


def encode45(data):
    out = []
    for i in range(0, len(data), 2):
        n, digits = int.from_bytes(data[i : i + 2], "big"), 3 if i + 1 < len(data) else 2
        for _ in range(digits):
            n, digit = divmod(n, 45)
            out.append(base45.ALPHABET[digit])
    return "".join(out)


def patient(**changes):
    """A Patient as cards have it."""
    name = [{"family": "Anyperson", "given": ["Jane", "C."]}]
    return {"resourceType": "Patient", "name": name, "birthDate": "1951-01-20", **changes}


def dose(**changes):
    """A completed dose of that patient."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2021-06-20",
        "lotNumber": "EN6202",
        **changes,
    }


def vaccination(**changes):
    """The content of a certificate of vaccination."""
    event = {
        "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
        "dt": "2021-06-20", "co": "AT", "is": "Ministry of Health, Austria", "ci": "URN:UVCI:01:AT:10807843F94A#B",
    }  # fmt: skip
    names = {"fn": "Musterfrau", "fnt": "MUSTERFRAU", "gn": "Gabriele", "gnt": "GABRIELE"}
    return {"ver": "1.3.0", "nam": names, "dob": "1998-02", "v": [{**event, **changes}]}
