"""What an adversary tried on the readers and the attester: documents that were marked otherwise, lists of nobody."""

import base64
import json
import time
from dataclasses import replace

import pytest
from health.documents.makers import (
    AT,
    DCC,
    DCC_USAGES,
    VACCINATION,
    card,
    card_trust,
    certificate,
    certificate_text,
    crl,
    jwk,
    key,
    payload,
    signer_trust,
)

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.bridge import Attester
from zkhealth.health.documents import DocumentError, Trust, read, verify
from zkhealth.health.schemas import Identity, Immunization

CRITICAL = card(header={"alg": "ES256", "zip": "DEF", "kid": jwk(key())["kid"], "crit": ["b64"]})
TWO_EVENTS = certificate_text(content={**DCC, "v": [VACCINATION, {**VACCINATION, "dn": 3}]})


def attester(trust):
    return Attester.generate("https://attester.example", [Identity, Immunization], trust)


@pytest.mark.parametrize(("text", "trust"), [
    pytest.param(CRITICAL, card_trust(), id="a card that calls something critical"),
    pytest.param(TWO_EVENTS, signer_trust(), id="a certificate of two events"),
])  # fmt: skip
def test_a_defect_that_was_taken_off_a_document_comes_back_before_it_is_attested(text, trust):
    document = read(text)
    assert verify(document, trust=trust, at=AT).status == "INVALID"
    cleaned = replace(document, defects=())
    assert verify(cleaned, trust=trust, at=AT).status == "VALID"  # It believes what was read.
    with pytest.raises(VerificationError, match="a defect"):
        attester(trust).entries(cleaned, at=AT)


def test_a_document_does_not_get_another_key_s_name():
    """Revocation lists are looked up by it."""
    private = key()
    names = [base64.urlsafe_b64encode(Trust.of(der).signers[0].key_id).rstrip(b"=").decode()
             for der in (certificate(private), certificate(private, days=900))]  # fmt: skip
    trust = Trust.of(certificate(private), certificate(private, days=900))
    document = read(certificate_text())
    assert document.key_id == names[0]
    attester(trust).entries(document, at=AT)
    with pytest.raises(VerificationError, match="names a key"):
        attester(trust).entries(replace(document, key_id=names[1]), at=AT)


@pytest.mark.parametrize("text", [" " + card(), card() + "\n\n"])
def test_what_the_container_has_more_is_no_reason_to_refuse_twice(text):
    with pytest.raises(VerificationError, match="TRAILING_CHARACTERS"):
        attester(card_trust()).entries(read(text), at=AT)


@pytest.mark.parametrize("kid", [None, "", 5, ["kid"]])
def test_a_revocation_list_of_no_key_is_not_taken_for_one_that_has_nothing(kid):
    trust = card_trust() + Trust.of(crl(key(), "abc"))
    assert "REVOKED" in verify(read(card(payload(rid="abc"))), trust=trust, at=AT).codes
    listed = crl(key(), "abc", kid=kid)
    snapshot = {"issuer_info": [{"issuer": {"iss": "https://a.example"}, "crls": [json.loads(listed)]}]}
    for data in (listed, json.dumps(snapshot)):
        with pytest.raises(DecodingError, match="expected kid"):
            Trust.of(data)


@pytest.mark.parametrize("kind", [None, "dcc"])
def test_a_certificate_in_bytes_is_no_larger_than_one_in_a_code(kind):
    large = b"\x84\x40\xa0\x40\x9f" + b"\x81\x80" * (1 << 20) + b"\xff"
    start = time.process_time()
    with pytest.raises(DocumentError, match="at most 262144 bytes"):
        read(large, kind)
    assert time.process_time() - start < 0.1


def test_a_certificate_of_an_unknown_version_in_a_key_set_is_a_defect_of_the_key():
    der = certificate(key(), (DCC_USAGES["t"],))
    of_version_115 = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020173"), 1)
    assert of_version_115 != der
    trust = card_trust(x5c=[base64.b64encode(of_version_115).decode()])
    assert "INVALID_KEY_X5C" in verify(read(card()), trust=trust, at=AT).codes
