"""An attester signs what a valid document says, and nothing else."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from health.bridge.authorities import AFTER, DURING, Hospital, Ministry, dose, patient, vaccination
from shared_files import shared, shared_json

from zkhealth.credentials import Issuer, IssuerPublic, Policy, Wallet, verify_all
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.health import Identity, Immunization, LabResult, Recovery
from zkhealth.health.bridge import Attester, attest, rehearsal, self_asserted, self_import
from zkhealth.health.dcc_codes import dcc_code
from zkhealth.health.documents import Trust, read
from zkhealth.health.mapping import entries_of

AUDIENCE = "https://border.example"
V = Immunization.as_("v")
HOSPITAL, MINISTRY = Hospital(), Ministry()
REVOKED = "shc/issuer/crl-3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s.json"
CARD = HOSPITAL.card(patient(), dose(), dose(occurrenceDateTime="2021-07"))
CERTIFICATE = MINISTRY.certificate(vaccination())


def attester(trust=None, schemas=(Immunization,)):
    return Attester.generate("https://attester.example", schemas, trust or HOSPITAL.trust + MINISTRY.trust)


def test_a_card_becomes_credentials_that_say_whence():
    wallet, a = Wallet.create(), attester(schemas=(Identity, Immunization))
    held = [credential.show() for credential in attest(a, CARD, wallet, at=DURING)]
    assert [shown.get("date") for shown in held] == [None, "2021-06-20", "2021-07"]
    assert {shown["source_format"] for shown in held} == {"shc"}
    assert {shown["source_issuer"] for shown in held} == {HOSPITAL.issuer}
    assert {shown["issued"] for shown in held} == {"2021-06-29T20:53:20Z"}
    assert held[1]["vaccine"] == "cvx|208"
    assert held[0]["family"] == "Anyperson"


def test_a_certificate_becomes_a_credential_and_a_policy_about_it_is_proven():
    wallet, a = Wallet.create(), attester()
    attest(a, CERTIFICATE, wallet, at=DURING)
    policy = Policy(
        "travel",
        V.birth.at_least_years_ago(18),
        V.product.one_of([dcc_code("mp", "EU/1/20/1528")]),
        V.dose >= V.series,
        V.date.within_days(14, 270),
        V.expires >= DURING,
        V.reveal("source_issuer", "source_format"),
        issuers=a.public,
    )
    challenge = policy.challenge(AUDIENCE, "2021-07-10")
    verdict = challenge.verify(bytes(wallet.plan(challenge).prove()))
    assert verdict.valid
    assert verdict.issuers == {"v": "https://attester.example"}
    assert verdict.revealed == {"v.source_issuer": "AT", "v.source_format": "dcc"}


def test_a_record_without_a_schema_of_the_attester_is_passed_over():
    assert [entry.schema for entry in attester().entries(CARD, at=DURING).entries] == [Immunization] * 2
    with pytest.raises(DecodingError, match="nothing in this document can be attested"):
        attester(schemas=(LabResult,)).entries(CARD, at=DURING)


@pytest.mark.parametrize(("trust", "document", "at", "code"), [
    pytest.param(Trust(), CARD, DURING, "CANNOT_DECIDE: TRUST_MISSING", id="no trust"),
    pytest.param(Hospital("https://other.example").trust, CARD, DURING, "ISSUER_NOT_TRUSTED", id="another issuer"),
    pytest.param(Hospital().trust, CARD, DURING, "JWS_VERIFICATION_ERROR", id="another key"),
    pytest.param(Ministry().trust, CERTIFICATE, DURING, "KEY_NOT_TRUSTED", id="another ministry"),
    pytest.param(HOSPITAL.trust, CERTIFICATE, DURING, "TRUST_MISSING", id="trust in cards alone"),
    pytest.param(MINISTRY.trust, CERTIFICATE, AFTER, "EXPIRATION_ERROR", id="expired"),
    pytest.param(HOSPITAL.trust, CARD, "2021-01-01", "NOT_YET_VALID", id="not yet"),
    pytest.param(HOSPITAL.trust, HOSPITAL.card(patient(), dose(), exp=1_625_000_001), DURING, "EXPIRATION_ERROR",
                 id="card expired"),
    pytest.param(HOSPITAL.trust, read('{"resourceType": "Patient"}'), DURING, "NOT_SIGNED", id="bare FHIR"),
])  # fmt: skip
def test_a_document_that_is_not_valid_is_refused_with_the_reason(trust, document, at, code):
    a = attester(trust)
    for act in (a.entries, a.offers):
        with pytest.raises(VerificationError, match=code):
            act(document, at=at)
    with pytest.raises(VerificationError, match=code):
        a.attest(document, [], at=at)


def forged_content():
    content = vaccination()
    content["v"][0]["dt"] = "2021-07-01"
    return replace(CERTIFICATE, content=content)


def changed_in_place():
    card = HOSPITAL.card(patient(), dose())
    card.content["vc"]["credentialSubject"]["fhirBundle"]["entry"][0]["resource"]["birthDate"] = "2015-01-01"
    return card


@pytest.mark.parametrize("forge", [
    pytest.param(forged_content, id="another content"),
    pytest.param(changed_in_place, id="changed after reading"),
    pytest.param(lambda: replace(CERTIFICATE, expires=datetime(2030, 1, 1, tzinfo=UTC)), id="a longer life"),
    pytest.param(lambda: replace(CERTIFICATE, issuer="FR"), id="another issuer"),
    pytest.param(lambda: replace(CARD, content=HOSPITAL.card(patient(), dose(lotNumber="X")).content), id="spliced"),
])  # fmt: skip
def test_values_that_were_not_signed_are_not_attested(forge):
    document = forge()
    assert entries_of(document).entries  # a reader alone accepts it
    with pytest.raises(VerificationError, match="not those that were signed"):
        attester().entries(document, at=DURING)


def test_each_record_needs_a_request_of_its_own():
    a, wallet = attester(), Wallet.create()
    requests = [wallet.request(offer) for offer in a.offers(CARD, at=DURING)]
    with pytest.raises(ValueError, match="expected 2 requests"):
        a.attest(CARD, requests[:1], at=DURING)
    with pytest.raises(VerificationError, match="does not answer an offer"):
        attester().attest(CARD, requests, at=DURING)
    assert len(a.attest(CARD, [request.encode() for request in requests], at=DURING)) == 2


def test_an_attester_has_one_issuer_for_each_schema():
    issuer = Issuer.generate(Immunization, name="https://a.example")
    for issuers in ([], [issuer, issuer]):
        with pytest.raises(ValueError, match="one for each schema"):
            Attester.of(issuers, Trust())


def test_nothing_of_the_record_is_in_a_repr_or_a_reason():
    a = attester(Trust())
    with pytest.raises(VerificationError) as e:
        a.entries(CARD, at=DURING)
    shown = f"{a!r} {e.value} {entries_of(CARD)!r} {entries_of(CARD).entries}"
    for secret in ("Anyperson", "Jane", "1951", "2021-06", "208", "EN6202"):
        assert secret not in shown


# --- documents that others have signed ------------------------------------------


@pytest.mark.parametrize(("file", "trust", "at", "schema", "n", "source"), [
    ("shc/valid/example-00-d-jws.txt", ["shc/issuer/jwks.json", REVOKED], "2024-01-01", Immunization, 3,
     "https://spec.smarthealth.cards/examples/issuer"),
    ("vds-nc/valid.json", ["vds-nc/csca-aus.der"], "2021-10-01", Immunization, 2, "AUS"),
])  # fmt: skip
def test_the_samples_of_others_are_attested(file, trust, at, schema, n, source):
    document = read(shared("health", *file.split("/")))
    lists = [shared("health", *name.split("/")).read_bytes() for name in trust]
    wallet, a = Wallet.create(), attester(Trust.of(*lists, issuer=source if "shc" in file else ""), [schema])
    held = attest(a, document, wallet, at=at)
    assert [credential.show()["source_issuer"] for credential in held] == [source] * n


@pytest.mark.parametrize("file", [
    "AT-1", "AT-2", "AT-3", "BE-1", "CH-1", "CZ-11", "DE-1", "DE-2", "DK-3", "ES-1001", "IE-1", "IT-3", "LT-1",
    "SE-2", "SK-5", "VA-3", "common-CO28",
])  # fmt: skip
def test_test_certificates_of_countries_are_attested(file):
    found = shared_json("health", "dcc", f"{file}.json")
    at = datetime.fromisoformat(found["TESTCTX"]["VALIDATIONCLOCK"])
    at = at.replace(microsecond=0, tzinfo=at.tzinfo or UTC)
    trust = Trust.of(base64.b64decode(found["TESTCTX"]["CERTIFICATE"]))
    a = attester(trust, (Immunization, LabResult, Recovery))
    [credential] = attest(a, read(found["PREFIX"]), Wallet.create(), at=at)
    assert credential.show()["source_format"] == "dcc"


# --- ATTACKS 49: a self-imported record without an attester shown as valid ------


def own(document=CERTIFICATE):
    wallet = Wallet.create()
    return wallet, self_import(wallet, entries_of(document).of(Immunization))


def test_a_self_import_cannot_answer_a_policy_about_the_real_schema():
    wallet, _ = own()
    policy = Policy("vaccinated", V.held(), issuers=attester().public)
    with pytest.raises(WitnessError, match="no credential under"):
        wallet.plan(policy.challenge(AUDIENCE, DURING))


def test_a_self_import_never_verifies_as_anything_but_self_asserted():
    wallet, [credential] = own()
    mine = self_asserted(Immunization)
    v = V.__class__("v", mine)
    policy = Policy("vaccinated", v.dose >= v.series, issuers=[credential.issuer])
    challenge = policy.challenge(AUDIENCE, DURING)
    presentation = wallet.plan(challenge).prove()  # the holder can try
    verdict = challenge.verify(bytes(presentation))
    assert not verdict.valid
    assert not verdict
    assert verdict.reason.startswith("SELF_ASSERTED")
    assert verdict.issuers == {"v": "SELF_ASSERTED"}
    assert not str(verdict).startswith("valid")


def test_without_the_rule_a_self_import_would_be_shown_as_valid(monkeypatch):
    wallet, [credential] = own()
    mine = V.__class__("v", self_asserted(Immunization))
    challenge = Policy("mine", mine.held(), issuers=[credential.issuer]).challenge(AUDIENCE, DURING)
    presentation = wallet.plan(challenge).prove()
    [verdict] = verify_all([(challenge, presentation)])
    assert verdict.reason.startswith("SELF_ASSERTED")
    monkeypatch.setattr(IssuerPublic, "is_self_asserted", False)
    assert challenge.verify(presentation).valid


def test_a_self_import_beside_an_attested_record_is_not_valid_either():
    wallet, [credential] = own()
    a = attester()
    attest(a, CERTIFICATE, wallet, at=DURING)
    v, w = V, V.__class__("w", self_asserted(Immunization))
    policy = Policy("both", v.held(), w.held(), issuers=[*a.public, credential.issuer])
    challenge = policy.challenge(AUDIENCE, DURING)
    assert challenge.verify(bytes(wallet.plan(challenge).prove())).reason.startswith("SELF_ASSERTED")


def test_a_holder_can_rehearse_a_policy_on_a_self_import():
    wallet, _ = own()
    v = V
    real = Policy(
        "travel", v.birth.at_least_years_ago(18), (v.dose >= v.series) | (v.dose >= 3), v.date.within_days(14, 270),
        issuers=attester().public,
    )  # fmt: skip
    policy = rehearsal(real, wallet)
    assert policy != real
    plan = wallet.plan(policy.challenge(AUDIENCE, "2021-07-10"))
    assert [credential.issuer.name for credential in plan.credentials.values()] == ["SELF_ASSERTED"]
    assert not plan.challenge.verify(plan.prove())
    with pytest.raises(WitnessError, match="try from 2021-07-04"):
        wallet.plan(policy.challenge(AUDIENCE, "2021-07-01"))


def test_a_rehearsal_needs_every_record_that_the_policy_asks_for():
    wallet, _ = own()
    lab = LabResult.as_("lab")
    both = Policy("both", V.held(), lab.held(), issuers=attester(schemas=(Immunization, LabResult)).public)
    with pytest.raises(WitnessError, match="lab: no self-asserted record"):
        rehearsal(both, wallet)


@pytest.mark.parametrize("name", ["https://hospital.example", "self_asserted", "SELF_ASSERTED ", "Self asserted"])
def test_nobody_can_give_a_self_import_another_name(name):
    with pytest.raises(ValueError, match="SELF_ASSERTED"):
        Issuer.generate(self_asserted(Immunization), name=name).public  # noqa: B018


def test_no_issuer_of_real_records_is_called_self_asserted():
    with pytest.raises(ValueError, match="SELF_ASSERTED"):
        Issuer.generate(Immunization, name="SELF_ASSERTED").public  # noqa: B018


def test_an_attester_cannot_sign_for_itself():
    with pytest.raises(ValueError, match="cannot sign as SELF_ASSERTED"):
        Attester.of([Issuer.generate(self_asserted(Immunization), name="SELF_ASSERTED")], Trust())


def test_the_self_asserted_schema_has_a_bbs_header_of_its_own():
    assert self_asserted(Immunization).digest != Immunization.spec.digest
    assert self_asserted(self_asserted(Immunization)) == self_asserted(Immunization)
