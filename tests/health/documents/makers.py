"""Documents and trust lists of our own making: issuers whose keys are known, so that anything can be signed.

Signatures are deterministic, so a certificate has the same name (KID) each time that it is made.
"""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime, timedelta

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from zkhealth.health.documents import Trust
from zkhealth.health.documents.base45 import ALPHABET
from zkhealth.health.documents.keys import thumbprint

AT = datetime(2021, 7, 1, tzinfo=UTC)
ISSUER = "https://hospital.example/cards"
DCC_USAGES = {kind: f"1.3.6.1.4.1.1847.2021.1.{n}" for n, kind in enumerate("tvr", start=1)}


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key(seed=1, curve=None):
    return ec.derive_private_key(seed + 10, curve or ec.SECP256R1())


def jwk(private, **changes):
    numbers = private.public_key().public_numbers()
    made = {"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256",
            "x": b64url(numbers.x.to_bytes(32, "big")), "y": b64url(numbers.y.to_bytes(32, "big"))}  # fmt: skip
    made["kid"] = thumbprint(made)
    made |= changes
    return {name: value for name, value in made.items() if value is not None}


def raw(private, message, hashing=None, size=32):
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashing or hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


# --- SMART Health Cards ------------------------------------------------------------------


def payload(rid=None, **changes):
    patient = {"resourceType": "Patient", "name": [{"family": "Anyperson"}], "birthDate": "1951-01-20"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "resource:0", "resource": patient}]}
    subject = {"fhirVersion": "4.0.1", "fhirBundle": bundle}
    vc = {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": subject}
    vc |= {"rid": rid} if rid else {}
    made = {"iss": ISSUER, "nbf": 1620000000, "vc": vc} | changes
    return {name: value for name, value in made.items() if value is not None}


def deflated(content):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return stream.compress(data) + stream.flush()


def card(content=None, private=None, header=None, body=None, signature=None):
    private = private or key()
    header = {"alg": "ES256", "zip": "DEF", "kid": jwk(private)["kid"]} if header is None else header
    body = deflated(payload() if content is None else content) if body is None else body
    message = f"{b64url(json.dumps(header).encode())}.{b64url(body)}"
    signature = raw(private, message.encode()) if signature is None else signature
    return f"{message}.{b64url(signature)}"


def numeric(jws):
    return "shc:/" + "".join(f"{ord(c) - 45:02}" for c in jws)


def chunks(jws, count):
    size = -(-len(jws) // count)
    parts = [jws[at : at + size] for at in range(0, len(jws), size)]
    return [numeric(part).replace("shc:/", f"shc:/{n}/{len(parts)}/") for n, part in enumerate(parts, start=1)]


def key_set(*jwks):
    return json.dumps({"keys": jwks}).encode()


def card_trust(private=None, issuer=ISSUER, **changes):
    return Trust.of(key_set(jwk(private or key(), **changes)), issuer=issuer)


def crl(private, *rids, **changes):
    return json.dumps({"kid": jwk(private)["kid"], "method": "rid", "ctr": 1, "rids": rids} | changes).encode()


# --- certificates ------------------------------------------------------------------------


def certificate(
    private, usages=(), name="XX", issuer=None, signer=None, ca=False, start=None, days=730, extra=(), critical=(),
    serial=7, hashing=None,
):  # fmt: skip
    """A certificate of a key, signed by itself or by another."""
    start = start or datetime(2021, 1, 1, tzinfo=UTC)
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, of)]) for of in (name, issuer or name)]
    built = (
        x509.CertificateBuilder()
        .subject_name(names[0]).issuer_name(names[1]).public_key(private.public_key()).serial_number(serial)
        .not_valid_before(start).not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )  # fmt: skip
    if usages:
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(u) for u in usages]), critical=False)
    for extension in extra:
        built = built.add_extension(extension, critical=False)
    for extension in critical:
        built = built.add_extension(extension, critical=True)
    signer = signer or private
    deterministic = isinstance(signer, ec.EllipticCurvePrivateKey) or None
    made = built.sign(signer, hashing or hashes.SHA256(), ecdsa_deterministic=deterministic)
    return made.public_bytes(serialization.Encoding.DER)


# --- EU certificates ---------------------------------------------------------------------

VACCINATION = {
    "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
    "dt": "2021-05-01", "co": "XX", "is": "Ministry of Examples", "ci": "URN:UVCI:01:XX:EXAMPLE#1",
}  # fmt: skip
PERSON = {"fn": "Musterfrau", "fnt": "MUSTERFRAU", "gn": "Gabriele", "gnt": "GABRIELE"}
DCC = {"ver": "1.3.0", "nam": PERSON, "dob": "1990-04-01", "v": [VACCINATION]}
ISSUED, EXPIRES = 1620000000, 1640000000


def b45(data):
    out = []
    for at in range(0, len(data), 2):
        group = data[at : at + 2]
        number = int.from_bytes(group, "big")
        out += [ALPHABET[number // 45**place % 45] for place in range(len(group) + 1)]
    return "".join(out)


def cose(content=None, private=None, kid=None, alg=None, claims=None, protected=None, unprotected=None, signature=None):
    private = private or key()
    kid = hashlib.sha256(certificate(private)).digest()[:8] if kid is None else kid
    alg = (-37 if isinstance(private, rsa.RSAPrivateKey) else -7) if alg is None else alg
    protected = cbor2.dumps({1: alg, 4: kid}) if protected is None else protected
    if claims is None:
        claims = {1: "XX", 4: EXPIRES, 6: ISSUED, -260: {1: DCC if content is None else content}}
    body = claims if isinstance(claims, bytes) else cbor2.dumps(claims)
    message = cbor2.dumps(["Signature1", protected, b"", body])
    if signature is None:
        signature = pss(private, message) if isinstance(private, rsa.RSAPrivateKey) else raw(private, message)
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, body, signature]))


def pss(private, message):
    return private.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def hc1(signed):
    return "HC1:" + b45(zlib.compress(signed))


def certificate_text(**options):
    return hc1(cose(**options))


def signer_trust(private=None, **options):
    return Trust.of(certificate(private or key(), **options))


# --- seals -------------------------------------------------------------------------------

SEAL_SIGNER = "2.23.136.1.1.14.2"
DOCUMENT_TYPES = "2.23.136.1.1.6.2"
SEAL = {
    "hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"},
    "msg": {"uvci": "U32870", "pid": {"n": "Smith Bill", "dob": "1990-01-02"},
            "ve": [{"des": "XM68M6", "dis": "RA01.0", "vd": [{"dvc": "2021-03-03", "seq": 1, "ctr": "UTO"}]}]},
}  # fmt: skip


def document_types(*types, tag=0x13):
    """ICAO's extension: SEQUENCE { version INTEGER, SET OF PrintableString }."""
    listed = b"".join(bytes([tag, len(one)]) + one.encode() for one in types)
    inner = b"\x02\x01\x00\x31" + bytes([len(listed)]) + listed
    value = b"\x30" + bytes([len(inner)]) + inner
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(DOCUMENT_TYPES), value)


def seal_signer(private, authority, name="UT", types=("NT", "NV"), usages=(SEAL_SIGNER,), **options):
    """The certificate of a signer of seals, under an authority of the same country unless the options name another."""
    options = {"issuer": name, "extra": [document_types(*types)] if types else []} | options
    return certificate(private, usages, name=name, signer=authority, **options)


def seal(private, der, data=None, **changes):
    data = SEAL if data is None else data
    message = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    sig = {"alg": "ES256", "cer": b64url(der), "sigvl": b64url(raw(private, message))} | changes
    return json.dumps({"data": data, "sig": sig})


# --- links -------------------------------------------------------------------------------


def link(**changes):
    said = {"url": "https://files.example/" + "a" * 43, "key": b64url(bytes(range(32))), "label": "Mine"} | changes
    return "shlink:/" + b64url(json.dumps({k: v for k, v in said.items() if v is not None}).encode())


def codes_of(report, *leave_out):
    """What upstream's validators would name: not what only this library says."""
    ours = {"NOT_SIGNED", "LINK_ONLY", "ISSUER_NOT_NAMED", "REVOCATION_NOT_CHECKED", *leave_out}
    return [code for code in report.codes if code not in ours]
