"""Forgeries that real verifiers accepted: each passes a mutant, which lacks one check, and is refused here."""

import base64
import hashlib
import hmac
import json

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from health.documents.makers import (
    AT,
    DCC,
    EXPIRES,
    ISSUED,
    ISSUER,
    SEAL,
    VACCINATION,
    b64url,
    card,
    card_trust,
    certificate,
    certificate_text,
    cose,
    crl,
    hc1,
    jwk,
    key,
    key_set,
    payload,
    seal,
    seal_signer,
    signer_trust,
)

from zkhealth.health.documents import DocumentError, Trust, read, read_all, verify

OURS, EVE = key(1), key(66)


def verifies(private_or_public, message, signature):
    """Whether r and s side by side are a signature, by the library alone."""
    public = private_or_public.public_key() if hasattr(private_or_public, "public_key") else private_or_public
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    try:
        public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except Exception:  # whatever the reason, it is none
        return False
    return True


def status(text, trust):
    return verify(read(text), trust=trust, at=AT).status


# --- cards -------------------------------------------------------------------------------


def test_a_key_that_the_card_brings_along_is_not_its_issuer_s():
    text = card(private=EVE, header={"alg": "ES256", "zip": "DEF", "kid": jwk(OURS)["kid"], "jwk": jwk(EVE)})
    signature = read(text).signature
    assert verifies(EVE, signature.message, signature.value)  # The mutant takes the key of the header.
    assert status(text, card_trust(OURS)) == "INVALID"


def test_a_card_may_not_choose_its_algorithm():
    """The public key as an HMAC secret: the mutant goes by `alg`."""
    secret = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "zip": "DEF", "kid": jwk(OURS)["kid"]}
    message = card(header=header).rpartition(".")[0]
    mac = hmac.new(secret, message.encode(), hashlib.sha256).digest()
    text = card(header=header, signature=mac)
    assert read(text).signature.value == hmac.digest(secret, read(text).signature.message, "sha256")
    report = verify(read(text), trust=card_trust(OURS), at=AT)
    assert (report.signature_is_good, report.status) == (False, "INVALID")


@pytest.mark.parametrize("signature", [b"\0", b"\0" * 64, b"\xff" * 64, b"\0" * 32 + b"\1" * 32], ids=bytes.hex)
@pytest.mark.parametrize("algorithm", ["ES256", "none", "None", ""])
def test_a_card_without_a_signature_is_not_signed(algorithm, signature):
    text = card(header={"alg": algorithm, "zip": "DEF", "kid": jwk(OURS)["kid"]}, signature=signature)
    assert status(text, card_trust(OURS)) == "INVALID"


def test_what_a_header_calls_critical_is_not_passed_over():
    """RFC 7515, 4.1.11; RFC 9052, 3.1: the mutant does not know what it skips."""
    text = card(header={"alg": "ES256", "zip": "DEF", "kid": jwk(OURS)["kid"], "crit": ["only-on-sundays"]})
    signature = read(text).signature
    assert verifies(OURS, signature.message, signature.value)
    report = verify(read(text), trust=card_trust(OURS), at=AT)
    assert (report.signature_is_good, report.codes) == (True, ("JWS_HEADER_ERROR",))
    kid = signer_trust().signers[0].key_id
    with pytest.raises(DocumentError, match="crit"):
        read(certificate_text(protected=cbor2.dumps({1: -7, 2: [99], 4: kid, 99: 1})))


def test_a_signature_in_der_is_refused():
    message = card().rpartition(".")[0]
    der = OURS.sign(message.encode(), ec.ECDSA(hashes.SHA256()))
    OURS.public_key().verify(der, message.encode(), ec.ECDSA(hashes.SHA256()))  # The mutant takes it as it is.
    report = verify(read(f"{message}.{b64url(der)}"), trust=card_trust(OURS), at=AT)
    assert (report.signature_is_good, report.status) == (False, "INVALID")
    assert report.codes == ("SIGNATURE_FORMAT_ERROR",)


def test_one_issuer_does_not_speak_for_another():
    """Eve is an issuer, too, and signs a card in our name with her own key; the mutant has one pool of keys."""
    text = card(private=EVE)
    pool = {jwk(private)["kid"]: private for private in (OURS, EVE)}
    signature = read(text).signature
    assert verifies(pool[read(text).key_id], signature.message, signature.value)
    trust = card_trust(OURS) + card_trust(EVE, issuer="https://eve.example")
    report = verify(read(text), trust=trust, at=AT)
    assert (report.status, report.codes) == ("INVALID", ("ISSUER_KID_MISMATCH",))


def test_a_key_set_with_another_s_certificate_is_not_the_issuer_s():
    """The mutant looks at the key that signed only."""
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("https://eve.example")])
    der = certificate(key(9), extra=[names])
    other = jwk(key(9), x5c=[base64.b64encode(der).decode()])
    trust = Trust.of(key_set(jwk(OURS), other), issuer=ISSUER)
    signature = read(card()).signature
    assert verifies(OURS, signature.message, signature.value)
    assert verify(read(card()), trust=trust, at=AT).codes == ("INVALID_KEY_X5C",)


def test_the_first_card_of_a_file_does_not_vouch_for_the_second():
    """The mutant looks at the first."""
    text = json.dumps({"verifiableCredential": [card(), card(private=EVE)]})
    statuses = [verify(document, trust=card_trust(OURS), at=AT).status for document in read_all(text)]
    assert statuses == ["VALID", "INVALID"]


def test_a_card_is_not_un_revoked_by_a_dot():
    """The mutant compares identifiers as texts, and a card could carry one that looks like an entry with a time."""
    trust = card_trust(crlVersion=1) + Trust.of(crl(OURS, "abc"))
    assert "abc.1" not in {"abc"}
    assert status(card(payload("abc.1")), trust) == "INVALID"


def test_two_readers_cannot_read_two_cards_in_one():
    """A name that stands twice: the mutant takes the last, another reader the first."""
    text = json.dumps(payload()).replace('"nbf": 1620000000', '"nbf": 1620000000, "nbf": 9999999999')
    assert json.loads(text)["nbf"] == 9999999999
    with pytest.raises(DocumentError, match="the same name twice"):
        read(card(text.encode()))


# --- certificates ------------------------------------------------------------------------


def test_a_signer_is_not_tried_just_because_it_is_on_the_list():
    """CO22: the mutant tries all keys, so a country's old key would do for any name."""
    text = certificate_text(kid=b"not mine")
    signature = read(text).signature
    assert any(verifies(signer.public_key, signature.message, signature.value) for signer in signer_trust().signers)
    assert status(text, signer_trust()) == "INVALID"


def test_the_unprotected_kid_does_not_override_the_protected_one():
    kid = signer_trust().signers[0].key_id
    text = certificate_text(protected=cbor2.dumps({1: -7, 4: b"another."}), unprotected={4: kid})
    assert {4: b"another."} | {4: kid} == {4: kid}  # The mutant merges the headers in this order.
    assert status(text, signer_trust()) == "INVALID"


def test_the_protected_header_is_signed():
    """The mutant checks the signature over the payload alone."""
    good = cbor2.loads(cose()).value
    protected = cbor2.dumps({1: -7, 4: signer_trust().signers[0].key_id, 99: 1})
    other = cbor2.dumps(cbor2.CBORTag(18, [protected, *good[1:]]))
    assert cbor2.loads(other).value[2:] == good[2:]
    assert status(hc1(other), signer_trust()) == "INVALID"


def test_a_certificate_cannot_be_shown_as_another_kind():
    """A test center's key vaccinates nobody: the mutant checks the signature only."""
    der = certificate(OURS, ("1.3.6.1.4.1.1847.2021.1.1",))
    text = certificate_text(kid=hashlib.sha256(der).digest()[:8])
    report = verify(read(text), trust=Trust.of(der), at=AT)
    assert (report.signature_is_good, report.status) == (True, "INVALID")


def test_a_key_twice_in_the_claims_is_refused():
    """Two certificates under -260: the mutant's parser takes the last, another's the first."""
    one, two = (cbor2.dumps({1: DCC | {"v": [VACCINATION | {"dn": n}]}}) for n in (1, 2))
    head = b"\xa5\x01\x62XX\x04" + cbor2.dumps(EXPIRES) + b"\x06" + cbor2.dumps(ISSUED)
    claims = head + b"\x39\x01\x03" + one + b"\x39\x01\x03" + two
    assert cbor2.loads(claims)[-260][1]["v"][0]["dn"] == 2
    with pytest.raises(DocumentError):
        read(hc1(cose(claims=claims)))


# --- seals -------------------------------------------------------------------------------

AUTHORITY = key(5)
CSCA = certificate(AUTHORITY, name="UT", ca=True)


def test_a_seal_does_not_vouch_for_itself():
    der = seal_signer(EVE, EVE)
    signature = read(seal(EVE, der)).signature
    assert verifies(x509.load_der_x509_certificate(der).public_key(), signature.message, signature.value)
    report = verify(read(seal(EVE, der)), trust=Trust.of(CSCA), at=AT)
    assert (report.signature_is_good, report.status, report.vouched_by) == (True, "INVALID", "")


def test_a_signer_of_seals_does_not_make_signers():
    """The mutant checks who signed the certificate, and not whether that one may."""
    signer = seal_signer(key(6), AUTHORITY)
    der = seal_signer(EVE, key(6))
    x509.load_der_x509_certificate(der).verify_directly_issued_by(x509.load_der_x509_certificate(signer))
    assert status(seal(EVE, der), Trust.of(CSCA, signer)) == "INVALID"


def test_a_changed_seal_is_refused_although_its_names_are_in_order():
    der = seal_signer(key(6), AUTHORITY)
    assert status(seal(key(6), der), Trust.of(CSCA)) == "VALID"
    made = json.loads(seal(key(6), der))
    made["data"]["msg"]["pid"]["n"] = "Eve"
    assert made["data"] != SEAL
    assert status(json.dumps(made), Trust.of(CSCA)) == "INVALID"
