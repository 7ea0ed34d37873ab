"""What an adversary tried on documents and attesters; each of these once succeeded."""

import json
from dataclasses import replace

import pytest
from health.bridge.authorities import DURING, Hospital, Ministry, dose, patient, vaccination
from health.documents.makers import (
    AT,
    DCC,
    EXPIRES,
    ISSUER,
    card,
    card_trust,
    certificate_text,
    crl,
    deflated,
    jwk,
    key,
    key_set,
    payload,
    signer_trust,
)
from health.documents.makers import ISSUED as EARLIER
from health.fhir.resources import PRESSURE
from health.rules.random_rules import rule_of

from zkhealth.credentials import Wallet
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.health import Condition, Immunization, LabResult, Recovery
from zkhealth.health.bridge import Attester, attest
from zkhealth.health.certlogic import Result, compile, read_rule
from zkhealth.health.documents import Trust, read, verify


def codes(text, trust):
    report = verify(read(text), trust=trust, at=AT)
    return report.status, set(report.codes)


def test_a_card_on_a_list_that_the_verifier_gave_is_revoked_though_its_key_announces_no_list():
    trust = card_trust() + Trust.of(crl(key(), "abc"))
    assert codes(card(payload(rid="abc")), trust) == ("INVALID", {"REVOKED"})
    assert codes(card(payload(rid="abd")), trust) == ("VALID", set())


def test_a_pinned_key_is_not_said_to_be_that_of_an_issuer_in_the_directory():
    directory = json.dumps({"participating_issuers": [{"iss": ISSUER, "name": "The Hospital"}]})
    document = read(card())
    pinned = verify(document, trust=Trust.of(key_set(jwk(key())), directory), at=AT)
    named = verify(document, trust=card_trust() + Trust.of(directory), at=AT)
    assert (pinned.vouched_by, named.vouched_by) == ("", "The Hospital")


@pytest.mark.parametrize("issuer", [
    "https://hospital.example@evil.example/cards", "https://hospital.example/cards?", "https://hospital.example/#cards",
    "https:// hospital.example", "https://hospit\u0430l.example", "https://hospital.example\n", "https://x\x1b[2J",
    "https://hospital.example:/cards", "https://hospital.example\\cards",
])  # fmt: skip
def test_the_issuer_of_a_card_is_a_plain_url(issuer):
    assert codes(card(payload(iss=issuer)), Trust.of(key_set(jwk(key()))))[0] == "INVALID"


@pytest.mark.parametrize("end", [(AT.timestamp() - 1) * 1000, (AT.timestamp() + 1) * 1000, 10**400])
def test_a_card_whose_end_is_no_time_is_not_valid(end):
    body = deflated(json.dumps({**payload(), "exp": 0}).replace('"exp": 0', f'"exp": {int(end)}').encode())
    assert codes(card(body=body), card_trust()) == ("INVALID", {"EXPIRATION_ERROR"})


@pytest.mark.parametrize(("start", "code"), [
    (AT.timestamp() + 1, "NOT_YET_VALID"), ("soon", "SCHEMA_ERROR"), (AT.timestamp(), None),
])  # fmt: skip
def test_a_certificate_is_not_valid_before_its_start(start, code):
    claims = {1: "XX", 4: EXPIRES, 5: start, 6: EARLIER, -260: {1: DCC}}
    status, found = codes(certificate_text(claims=claims), signer_trust())
    assert (status, code in found) == (("INVALID", True) if code else ("VALID", False))


# --- what an attester signs ----------------------------------------------------------------

MINISTRY, HOSPITAL = Ministry(), Hospital()
ATTESTER = Attester.generate("https://attester.example", [Immunization, LabResult, Recovery, Condition],
                             MINISTRY.trust + HOSPITAL.trust)  # fmt: skip
TEST = {"tg": "840539006", "tt": "LP6464-4", "sc": "2021-05-03T10:27:15Z", "tr": "260415000", "co": "AT",
        "is": "Ministry", "ci": "URN:UVCI:01:AT:1#B"}  # fmt: skip


def attested(document):
    """What the attester signs; nothing if it refuses."""
    try:
        return [credential.show() for credential in attest(ATTESTER, document, Wallet.create(), at=DURING)]
    except DecodingError:
        return []


def sampled(**changes):
    content = {name: value for name, value in vaccination().items() if name != "v"}
    return MINISTRY.certificate({**content, "t": [{**TEST, **changes}]})


def measured(**changes):
    """The two values of a blood pressure, whose time stands in the panel around them."""
    return HOSPITAL.card(patient(), {**PRESSURE, "subject": {"reference": "resource:0"}, **changes})


def diagnosed(**changes):
    coding = [{"system": "http://snomed.info/sct", "code": "44054006"}]
    about = {"resourceType": "Condition", "subject": {"reference": "resource:0"}, "code": {"coding": coding}}
    return HOSPITAL.card(patient(), {**about, **changes})


@pytest.mark.parametrize("document", [
    pytest.param(MINISTRY.certificate(vaccination(dn=100)), id="a dose that the schema does not hold"),
    pytest.param(MINISTRY.certificate(vaccination(dt="2021-02-30")), id="no such day"),
    pytest.param(MINISTRY.certificate(vaccination(mp="EU|1")), id="a code that is none"),
    pytest.param(MINISTRY.certificate({**vaccination(), "dob": "1998-13"}), id="no such month of birth"),
    pytest.param(sampled(sc="2021-05-03T10:27:15"), id="a moment without its offset"),
    pytest.param(sampled(sc="2021-05-03"), id="a day in place of a moment"),
    pytest.param(HOSPITAL.card(patient(birthDate="spring"), dose()), id="a birth date that is none"),
    pytest.param(diagnosed(abatementString="long ago"), id="an end in words"),
    pytest.param(measured(effectiveDateTime="at noon"), id="a time in words, of a panel"),
])  # fmt: skip
def test_what_the_document_says_and_nobody_can_read_is_not_attested_as_absent(document):
    assert attested(document) == []


def test_a_document_that_is_read_whole_is_attested():
    for document in (MINISTRY.certificate(vaccination()), sampled(), HOSPITAL.card(patient(), dose()), diagnosed()):
        assert len(attested(document)) == 1
    assert len(attested(measured())) == 2


OTHERS = Trust(signers=(replace(MINISTRY.trust.signers[0], country="XX"),))
NAMELESS = Trust(signers=(replace(MINISTRY.trust.signers[0], country=""),))


@pytest.mark.parametrize(("document", "trust", "expected"), [
    pytest.param(MINISTRY.certificate(vaccination()), MINISTRY.trust, "AT", id="a country with its own key"),
    pytest.param(MINISTRY.certificate(vaccination()), OTHERS, None, id="a country with another's key"),
    pytest.param(MINISTRY.certificate(vaccination(), "DE"), MINISTRY.trust, None, id="a country by another's name"),
    pytest.param(MINISTRY.certificate(vaccination(), "CNAM"), MINISTRY.trust, "AT", id="an office"),
    pytest.param(MINISTRY.certificate(vaccination(), ""), MINISTRY.trust, "AT", id="no name at all"),
    pytest.param(MINISTRY.certificate(vaccination(), "CNAM"), NAMELESS, None, id="an office with nobody's key"),
    pytest.param(HOSPITAL.card(patient(), dose()), HOSPITAL.trust, HOSPITAL.issuer, id="a hospital with its own key"),
    pytest.param(HOSPITAL.card(patient(), dose()), Trust.of(key_set(HOSPITAL.jwk)), None, id="a key of nobody's"),
])  # fmt: skip
def test_an_attester_names_an_issuer_only_if_the_trust_list_does(document, trust, expected):
    attester = Attester.generate("https://attester.example", [Immunization], trust)
    (credential,) = attest(attester, document, Wallet.create(), at=DURING)
    assert credential.show().get("source_issuer") == expected


def test_a_rule_about_a_dose_that_cannot_be_signed_is_not_passed_as_if_there_were_none():
    rule = rule_of({"if": [{"var": "payload.v.0.dn"}, {"<=": [{"var": "payload.v.0.dn"}, 9]}, True]})
    policy = compile(rule, at=DURING)["vaccination"].policy(ATTESTER.public[:1])
    content = vaccination(dn=100)
    assert read_rule(rule).check(content, at=DURING).result is Result.FAIL
    wallet = Wallet.create()
    with pytest.raises(DecodingError):
        attest(ATTESTER, MINISTRY.certificate(content), wallet, at=DURING)
    with pytest.raises(WitnessError):
        wallet.plan(policy.challenge("https://border.example", at=DURING))
