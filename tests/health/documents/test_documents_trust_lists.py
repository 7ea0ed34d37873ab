"""Trust lists, in the shapes that authorities publish: each leads to the same verdicts."""

import base64
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from health.documents.makers import (
    AT,
    DCC_USAGES,
    ISSUER,
    card,
    certificate,
    certificate_text,
    crl,
    jwk,
    key,
    key_set,
    payload,
    signer_trust,
)
from shared_files import shared

from zkhealth.errors import DecodingError
from zkhealth.health.documents import Trust, read, verify

DER = certificate(key())
KID = base64.b64encode(signer_trust().signers[0].key_id).decode()
DER64 = base64.b64encode(DER).decode()
SPKI = key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
NUMBERS = key().public_key().public_numbers()


def number(value, size=32):
    return base64.b64encode(value.to_bytes(size, "big")).decode()


PEM = x509.load_der_x509_certificate(DER).public_bytes(serialization.Encoding.PEM)
SWISS = {"keyId": KID, "use": "tvr", "alg": "ES256", "crv": "P-256", "x": number(NUMBERS.x), "y": number(NUMBERS.y)}
LISTS = [
    pytest.param(DER, id="DER"),
    pytest.param(PEM, id="PEM"),
    pytest.param(PEM.decode() + "\n" + PEM.decode(), id="PEM twice, as text"),
    pytest.param(DER64, id="base64"),
    pytest.param(json.dumps([{"kid": KID, "rawData": DER64, "country": "XX", "certificateType": "DSC"}]), id="gateway"),
    pytest.param(json.dumps({"certificates": [{"kid": KID, "rawData": DER64}]}), id="German"),
    pytest.param(b64 := base64.b64encode(b"signature").decode() + "\n" + json.dumps({"certificates": [
        {"kid": KID, "rawData": DER64}]}), id="German, after a signature"),
    pytest.param(json.dumps({"certs": [SWISS]}), id="Swiss"),
    pytest.param(json.dumps({"eu_keys": {KID: [{"subjectPk": base64.b64encode(SPKI).decode(), "keyUsage": ["v"]}]}}),
                 id="Dutch"),
    pytest.param(json.dumps({"id": "did:web:x", "verificationMethod": [
        {"publicKeyJwk": {"x5c": [DER64]}}, {"publicKeyJwk": {}}]}), id="DID document"),
]  # fmt: skip


@pytest.mark.parametrize("listed", LISTS)
def test_a_certificate_verifies_by_each_shape_of_key_list(listed):
    report = verify(read(certificate_text()), trust=Trust.of(listed), at=AT)
    assert (report.status, report.signature_is_good) == ("VALID", True)


@pytest.mark.parametrize("listed", LISTS)
def test_a_certificate_of_another_signer_does_not_verify_by_them(listed):
    text = certificate_text(private=key(2), kid=Trust.of(listed).signers[0].key_id)
    report = verify(read(text), trust=Trust.of(listed), at=AT)
    assert (report.status, report.signature_is_good) == ("INVALID", False)


def test_the_swiss_and_dutch_lists_say_what_a_key_is_for():
    swiss = Trust.of(json.dumps({"certs": [SWISS | {"use": "t"}]}))
    dutch = Trust.of(json.dumps({"eu_keys": {KID: [
        {"subjectPk": base64.b64encode(SPKI).decode(), "keyUsage": ["t"]}]}}))  # fmt: skip
    for trust in (swiss, dutch):
        assert trust.signers[0].usages == {DCC_USAGES["t"]}
        assert "KEY_USAGE_ERROR" in verify(read(certificate_text()), trust=trust, at=AT).codes


def test_rsa_keys_may_come_as_numbers():
    private = rsa.generate_private_key(65537, 2048)
    numbers = private.public_key().public_numbers()
    entry = {"keyId": KID, "use": "sig", "alg": "RS256", "n": number(numbers.n, 256), "e": "AQAB"}
    text = certificate_text(private=private, kid=base64.b64decode(KID))
    assert verify(read(text), trust=Trust.of(json.dumps({"certs": [entry]})), at=AT).status == "VALID"


def test_authorities_in_the_gateway_s_list_do_not_sign_certificates():
    listed = json.dumps([{"kid": KID, "rawData": DER64, "certificateType": "CSCA"}])
    assert (len(Trust.of(listed).signers), len(Trust.of(listed).certificates)) == (0, 1)


def test_the_directory_s_snapshot_has_names_keys_and_revocations():
    snapshot = {"directory": "x", "time": "2021-07-01T00:00:00Z", "issuer_info": [
        {"issuer": {"iss": ISSUER, "name": "The Hospital"}, "keys": [jwk(key(), crlVersion=1)],
         "crls": [json.loads(crl(key(), "abc"))]}]}  # fmt: skip
    trust = Trust.of(json.dumps(snapshot))
    report = verify(read(card(payload("other"))), trust=trust, at=AT)
    assert (report.status, report.vouched_by) == ("VALID", "The Hospital")
    assert verify(read(card(payload("abc"))), trust=trust, at=AT).codes == ("REVOKED",)


def test_the_real_directory_and_key_sets_are_read():
    vci = Trust.of(shared("health/trust/vci-issuers.json").read_bytes())
    keys = Trust.of(shared("health/trust/example_iss_jwks.json").read_bytes(), issuer="https://x.example")
    assert vci.issuers["https://myvaccinerecord.cdph.ca.gov/creds"] == "State of California"
    assert len(keys.key_sets[0].keys) == 2


def test_lists_add_up():
    trust = Trust.of(DER, key_set(jwk(key())), crl(key(), "abc"))
    assert repr(trust) == "Trust(0 issuers, 1 key sets, 1 signers, 1 certificates, 1 revocation lists)"
    assert repr(sum([trust, trust], Trust())).startswith("Trust(0 issuers, 2 key sets, 2 signers")
    with pytest.raises(TypeError):
        trust + 1


@pytest.mark.parametrize("data", [
    b"", b"\x30\x03\x02\x01\x00", b"hello", b"\xff\xfe", "{}", "[]x", '{"keys": 7}', '{"keys": [7]}', "[7]", "7",
    '[{"rawData": "AAAA"}]', '{"certs": [{}]}', '{"eu_keys": {"a": [{}]}}', '{"participating_issuers": {}}',
    '{"verificationMethod": [{"publicKeyJwk": {"x5c": ["AAAA"]}}]}', '{"hashType": "UCI"}',
    '{"hashType": "UCI", "entries": [{"hash": "AAAA"}]}', '{"hashType": "MD5", "entries": []}',
    '{"hashType": "UCI", "entries": [], "expires": "soon"}',
    b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", '{"keys": [], "keys": []}',
])  # fmt: skip
def test_what_is_no_list_is_refused(data):
    with pytest.raises(DecodingError):
        Trust.of(data)
