"""Trust lists, in the shapes that authorities publish: each leads to the same verdicts."""

import base64
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from health.documents.makers import (
    AT,
    DCC,
    DCC_USAGES,
    EXPIRES,
    ISSUED,
    ISSUER,
    card,
    certificate,
    certificate_text,
    crl,
    jwk,
    key,
    key_set,
    payload,
    raw,
    seal,
    seal_signer,
    signer_trust,
)
from shared_files import shared

from zkhealth.errors import DecodingError, VerificationError
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
    *(pytest.param(base64.b64encode(signature).decode() + "\n" + json.dumps({"certificates": [
        {"kid": KID, "rawData": DER64}]}), id=f"German, after a signature {signature!r}")
      for signature in (b"signature", b"\xd0 begins with the figure 0, as DER does")),
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


def test_a_key_for_something_else_only_signs_no_certificates():
    """A use that is not known is not "any use", which is what no use at all means."""
    dutch = {"subjectPk": base64.b64encode(SPKI).decode()}
    for use, is_signer in ((["x"], False), (["x", "v"], True), ([], True)):
        assert bool(Trust.of(json.dumps({"eu_keys": {KID: [dutch | {"keyUsage": use}]}})).signers) == is_signer
    for use, is_signer in (("x", False), ("enc", False), ("xv", True), ("", True), ("sig", True)):
        assert bool(Trust.of(json.dumps({"certs": [SWISS | {"use": use}]})).signers) == is_signer


def test_rsa_keys_may_come_as_numbers():
    private = rsa.generate_private_key(65537, 2048)
    numbers = private.public_key().public_numbers()
    entry = {"keyId": KID, "use": "sig", "alg": "RS256", "n": number(numbers.n, 256), "e": "AQAB"}
    text = certificate_text(private=private, kid=base64.b64decode(KID))
    assert verify(read(text), trust=Trust.of(json.dumps({"certs": [entry]})), at=AT).status == "VALID"


def test_authorities_in_the_gateway_s_list_do_not_sign_certificates():
    listed = json.dumps([{"kid": KID, "rawData": DER64, "certificateType": "CSCA"}])
    assert (len(Trust.of(listed).signers), len(Trust.of(listed).certificates)) == (0, 1)


# --- what an entry is, and whose ---------------------------------------------------------


@pytest.mark.parametrize(("kind", "signs", "is_above"), [
    ("DSC", True, False), ("CSCA", False, True), ("UPLOAD", False, False), ("AUTHENTICATION", False, False),
])  # fmt: skip
def test_the_gateway_s_keys_are_for_what_it_says(kind, signs, is_above):
    """It also lists the keys by which states upload: they sign no certificates."""
    csca = certificate(key(5), name="UT", ca=True)
    listed = [{"rawData": base64.b64encode(der).decode(), "certificateType": kind, "country": "UT"}
              for der in (DER, csca)]  # fmt: skip
    trust = Trust.of(json.dumps(listed))
    assert (verify(read(certificate_text()), trust=trust, at=AT).status == "VALID") == signs
    sealed = read(seal(key(6), seal_signer(key(6), key(5))))
    assert (verify(sealed, trust=trust, at=AT).status == "VALID") == is_above


def test_the_country_of_a_key_is_that_of_the_list_or_else_of_the_certificate():
    assert countries(json.dumps([{"rawData": DER64, "country": "AT"}])) == ["AT"]
    for country in ({}, {"country": None}, {"country": "Austria"}):
        assert countries(json.dumps([{"rawData": DER64, **country}])) == ["XX"]


def countries(listed):
    return [signer.country for signer in Trust.of(listed).signers]


def method(place, der=DER, **changes):
    return {"id": f"did:web:cdn.example:{place}#{KID}", "type": "JsonWebKey2020",
            "publicKeyJwk": {"kty": "EC", "kid": KID, "x5c": [base64.b64encode(der).decode()]}} | changes  # fmt: skip


def did(*methods):
    return json.dumps({"id": "did:web:cdn.example:v2:trustlist", "verificationMethod": methods})


@pytest.mark.parametrize(("place", "expected"), [
    pytest.param("v2:trustlist:DCC:AUT:DSC", ["AT"], id="a state"),
    pytest.param("v2:trustlist:-:AUT:DSC", ["AT"], id="a state, of all domains"),
    pytest.param("trustlist:aut", ["AT"], id="a state, version 1"),
    pytest.param("v2:trustlist:DCC:XXA:DSC", [""], id="a participant that is no state"),
    pytest.param("v2:trustlist:DCC:IOM:DSC", [""], id="an organization"),
    pytest.param("keys", ["XX"], id="nobody: so it is the certificate's"),
    pytest.param("v2:trustlist:DCC:AUT:SCA", [], id="an authority"),
    pytest.param("v2:trustlist:DCC:AUT:DECA", [], id="another use"),
])  # fmt: skip
def test_a_did_document_says_whose_a_key_is_and_what_for(place, expected):
    assert countries(did(method(place))) == expected


def test_keys_of_another_domain_sign_no_certificates():
    with pytest.raises(DecodingError, match="expected keys with certificates"):
        Trust.of(did(method("v2:trustlist:IPS-PILGRIMAGE:AUT:DSC")))
    assert countries(did(method("v2:trustlist:IPS-PILGRIMAGE:AUT:DSC"), method("v2:trustlist:DCC:DEU:DSC"))) == ["DE"]


def test_a_did_document_of_references_holds_no_keys():
    for methods in (["did:web:cdn.example:v2:trustlist:DCC:AUT:DSC"], []):
        with pytest.raises(DecodingError, match="fetch the documents it refers to"):
            Trust.of(did(*methods))


def test_an_authority_in_a_did_document_serves_for_seals_and_signs_no_certificates():
    csca = certificate(key(5), name="UT", ca=True)
    trust = Trust.of(did(method("v2:trustlist:DCC:UTO:SCA", csca), method("v2:trustlist:DCC:AUT:SCA")))
    assert verify(read(seal(key(6), seal_signer(key(6), key(5)))), trust=trust, at=AT).status == "VALID"
    assert "TRUST_MISSING" in verify(read(certificate_text()), trust=trust, at=AT).codes


@pytest.mark.parametrize("listed", [
    lambda der: json.dumps([{"rawData": base64.b64encode(der).decode(), "certificateType": "DSC"}]),
    lambda der: did(method("v2:trustlist:DCC:UTO:DSC", der)),
], ids=["gateway", "DID document"])  # fmt: skip
def test_a_signer_in_a_list_does_not_become_an_authority(listed):
    """Some states let their signers' certificates say that they are authorities."""
    signer = certificate(key(5), name="UT", ca=True)
    sealed = read(seal(key(6), seal_signer(key(6), key(5))))
    assert verify(sealed, trust=Trust.of(signer), at=AT).status == "VALID"
    assert verify(sealed, trust=Trust.of(listed(signer)), at=AT).status != "VALID"


@pytest.mark.parametrize(("ian", "country"), [("AT", "AT"), ("", ""), (None, ""), ("AUT", ""), (7, ""), ("at", "")])
def test_the_dutch_list_says_whose_a_key_is(ian, country):
    entry = {"subjectPk": base64.b64encode(SPKI).decode(), "keyUsage": [], "ian": ian, "san": "ABW"}
    assert countries(json.dumps({"eu_keys": {KID: [entry]}})) == [country]


def test_a_certificate_s_own_claim_does_not_replace_the_list_s():
    """The certificate names AT as its issuer; where the list names another country or none, nobody is AT."""
    text = certificate_text(claims={1: "AT", 4: EXPIRES, 6: ISSUED, -260: {1: DCC}})
    entry = {"subjectPk": base64.b64encode(SPKI).decode()}
    for ian, expected in (("AT", "AT"), ("DE", "DE"), ("", "")):
        trust = Trust.of(json.dumps({"eu_keys": {KID: [entry | {"ian": ian}]}}))
        report = verify(read(text), trust=trust, at=AT)
        assert (report.status, report.vouched_by) == ("VALID", expected)


def test_one_certificate_that_cannot_be_read_does_not_spoil_a_list():
    damaged = base64.b64encode(DER[:-1] + b"\0\0").decode()
    for listed in (json.dumps([{"rawData": damaged}, {"rawData": DER64}]), PEM + PEM.replace(b"MII", b"MIJ", 1)):
        assert len(Trust.of(listed).signers) == 1


# --- signatures over lists ---------------------------------------------------------------

LIST_KEY = key(30)
LIST_PEM = LIST_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)  # fmt: skip
LIST_DER = LIST_KEY.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)  # fmt: skip
BODY = json.dumps({"certificates": [{"kid": KID, "rawData": DER64, "country": "XX"}]}, indent=1)


def signed_list(body=BODY, private=LIST_KEY, value=None):
    value = raw(private, body.encode()) if value is None else value
    return base64.b64encode(value).decode() + "\n" + body


@pytest.mark.parametrize("signed_by", [LIST_PEM, LIST_PEM.decode(), LIST_DER], ids=["PEM", "text", "DER"])
def test_a_list_with_a_good_signature_is_read(signed_by, tmp_path):
    path, end = tmp_path / "list", "\n"
    path.write_text(signed_list() + end)
    for file in (signed_list(), signed_list().replace("\n", "\r\n", 1), path):
        trust = Trust.of(file, signed_by=signed_by)
        assert verify(read(certificate_text()), trust=trust, at=AT).status == "VALID"


@pytest.mark.parametrize("listed", [
    pytest.param(signed_list(private=key(31)), id="signed by somebody else"),
    pytest.param(signed_list().replace('"XX"', '"AT"'), id="another country"),
    pytest.param(signed_list() + " {}", id="something after it"),
    pytest.param(signed_list().replace("\n", "\n ", 1), id="a blank before it"),
    pytest.param(signed_list(value=LIST_KEY.sign(BODY.encode(), ec.ECDSA(hashes.SHA256()))), id="a signature in DER"),
    pytest.param(signed_list(value=raw(LIST_KEY, BODY.encode())[:-1]), id="a signature cut off"),
    pytest.param(signed_list(value=bytes(64)), id="a signature of zeros"),
])  # fmt: skip
def test_a_list_whose_signature_is_not_good_is_refused(listed):
    with pytest.raises(VerificationError, match="was not signed by this key"):
        Trust.of(listed, signed_by=LIST_PEM)


@pytest.mark.parametrize("listed", [BODY, "\n" + BODY, PEM, DER, f"[]\n{BODY}", crl(key(), "abc")],
                         ids=["no line", "an empty line", "PEM", "DER", "JSON", "a revocation list"])  # fmt: skip
def test_a_list_that_must_be_signed_and_is_not_is_refused(listed):
    with pytest.raises(DecodingError):
        Trust.of(listed, signed_by=LIST_PEM)


def test_each_of_several_lists_must_be_signed():
    with pytest.raises(DecodingError):
        Trust.of(signed_list(), BODY, signed_by=LIST_PEM)


@pytest.mark.parametrize("signed_by", [b"", b"-----BEGIN PUBLIC KEY-----", PEM, DER, "key"])
def test_what_is_no_public_key_checks_nothing(signed_by):
    with pytest.raises(DecodingError, match="expected the public key"):
        Trust.of(signed_list(), signed_by=signed_by)


# --- cards -------------------------------------------------------------------------------


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
