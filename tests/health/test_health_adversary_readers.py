"""What an adversary tried on the readers and the attester: documents that were marked otherwise, lists of nobody."""

import base64
import hashlib
import json
import time
from dataclasses import replace

import cbor2
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
    codes_of,
    crl,
    jwk,
    key,
    link,
    payload,
    signer_trust,
)
from health.documents.test_documents_seals_and_links import encrypted

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.bridge import Attester
from zkhealth.health.dcc_codes import dcc_code
from zkhealth.health.documents import DocumentError, Trust, open_file, read, read_all, verify
from zkhealth.health.mapping import entries_of
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


# --- what was taken back, under another name ---------------------------------------------


def test_a_holder_does_not_save_a_certificate_by_naming_its_key_otherwise():
    """The name (KID) may stand outside of what was signed, and a renewed certificate gives the same key another one."""
    private = key()
    first, second = certificate(private), certificate(private, days=900)
    kids = [hashlib.sha256(der).digest()[:8] for der in (first, second)]
    hashed = base64.b64encode(hashlib.sha256(VACCINATION["ci"].encode()).digest()[:16]).decode()
    listed = {"country": "XX", "expires": "2022-01-01T00:00:00Z", "kid": base64.b64encode(kids[0]).decode(),
              "hashType": "UCI", "entries": [{"hash": hashed}]}  # fmt: skip
    trust = Trust.of(first, second, certificate(key(2))) + Trust.of(json.dumps(listed))
    for kid in kids:
        text = certificate_text(protected=cbor2.dumps({1: -7}), unprotected={4: kid})
        assert verify(read(text), trust=trust, at=AT).codes == ("REVOKED",)
    other = certificate_text(private=key(2), kid=hashlib.sha256(certificate(key(2))).digest()[:8])
    assert verify(read(other), trust=trust, at=AT).status == "VALID"


@pytest.mark.parametrize("is_older_first", [True, False])
def test_an_older_key_set_does_not_hide_that_there_is_a_revocation_list(is_older_first):
    older, newer = card_trust(), card_trust(crlVersion=2)
    trust = older + newer if is_older_first else newer + older
    text = card(payload(rid="abc"))
    assert verify(read(text), trust=trust, at=AT).codes == ("REVOCATION_LIST_MISSING",)
    for stale in (trust + card_trust(crlVersion=1), card_trust(crlVersion=1) + trust):
        lists = stale + Trust.of(crl(key(), "abd", ctr=1))
        assert verify(read(text), trust=lists, at=AT).codes == ("REVOCATION_ERROR",)
    assert verify(read(text), trust=trust + Trust.of(crl(key(), "abd", ctr=2)), at=AT).status == "VALID"


def test_all_cards_of_a_file_together_hold_no_more_than_one_alone():
    large = card(payload(filler="x" * 3_000_000))
    alone = read(json.dumps({"verifiableCredential": [large]}))
    assert codes_of(verify(alone, trust=card_trust(), at=AT)) == ["JWS_TOO_LONG"]
    with pytest.raises(DocumentError) as caught:
        read_all(json.dumps({"verifiableCredential": [large] * 2}))
    assert caught.value.finding.code == "INFLATION_ERROR"


def test_all_files_of_a_link_together_hold_no_more_than_one_alone():
    opened = read(link())
    large = encrypted(b"x" * 9_000_000, zipped=True)
    assert [len(text) for text in open_file(opened, large)] == [9_000_000]
    with pytest.raises(DecodingError, match="16 MiB together"):
        open_file(opened, json.dumps({"files": [{"embedded": large}, {"embedded": large}]}))


# --- two texts of one code ---------------------------------------------------------------


def test_a_code_in_another_form_of_unicode_is_not_signed():
    """It would become the same as the composed one, while a rule in the clear tells them apart."""
    with pytest.raises(ValueError, match="NFC"):
        dcc_code("co", "e\u0301")
    content = {**DCC, "v": [{**VACCINATION, "mp": "e\u0301"}]}
    with pytest.raises(DecodingError, match="VALUE_NOT_USABLE"):
        Attester.generate("https://attester.example", [Immunization], signer_trust()).entries(
            read(certificate_text(content=content)), at=AT
        )


def test_the_last_moment_there_is_has_no_leap_second():
    content = {"dob": "1990-01-01", "t": [{"sc": "9999-12-31T23:59:60Z"}]}
    found = entries_of(replace(read(certificate_text()), content=content))
    assert "DATE_NOT_READABLE" in [f.code for f in found.findings]
