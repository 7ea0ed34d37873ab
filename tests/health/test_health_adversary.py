"""What an adversary tried on documents, records and rules; each of these once succeeded."""

import json
from dataclasses import replace
from random import Random

import pytest
from click.testing import CliRunner
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
from health.rules.attester import encoded
from health.rules.random_rules import rule_of
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.cli import main
from zkhealth.credentials import Wallet
from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.schemas.fields import moment_of
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.health import Claim, Condition, Consent, Identity, Immunization, LabResult, Prescription, Recovery
from zkhealth.health.bridge import Attester, attest
from zkhealth.health.certlogic import CannotCompileError, Result, compile, read_rule
from zkhealth.health.documents import Trust, read, verify
from zkhealth.health.fhir import read_fhir

# --- documents -----------------------------------------------------------------------------


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
])  # fmt: skip
def test_what_the_document_says_and_nobody_can_read_is_not_attested_as_absent(document):
    assert attested(document) == []


def test_a_document_that_is_read_whole_is_attested():
    for document in (MINISTRY.certificate(vaccination()), sampled(), HOSPITAL.card(patient(), dose()), diagnosed()):
        assert len(attested(document)) == 1


OTHERS = Trust(signers=(replace(MINISTRY.trust.signers[0], country="XX"),))


@pytest.mark.parametrize(("document", "trust", "expected"), [
    pytest.param(MINISTRY.certificate(vaccination()), MINISTRY.trust, "AT", id="a country with its own key"),
    pytest.param(MINISTRY.certificate(vaccination()), OTHERS, None, id="a country with another's key"),
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


# --- FHIR ----------------------------------------------------------------------------------

HL7 = "http://terminology.hl7.org/CodeSystem"
ME = {"reference": "Patient/1"}
PATIENT = {"resourceType": "Patient", "id": "1", "birthDate": "1990-01-01"}


def quantity(value):
    return {"value": value, "system": "http://unitsofmeasure.org", "code": "mg/dL"}


def concept(code, system="http://loinc.org"):
    return {"coding": [{"system": system, "code": code}]}


def observation(code="2345-7", **changes):
    made = {"resourceType": "Observation", "status": "final", "code": concept(code), "subject": ME,
            "effectiveDateTime": "2021-05-01T10:00:00Z", "valueQuantity": quantity(99), **changes}  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def condition(**changes):
    code = concept("44054006", "http://snomed.info/sct")
    return {"resourceType": "Condition", "subject": ME, "code": code, **changes}


def bundle(*resources, **changes):
    entry = [{"fullUrl": f"urn:x:{n}", "resource": resource} for n, resource in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry, **changes}


def of(schema, *resources):
    return [entry.values for entry in read_fhir(bundle(*resources)).of(schema)]


@pytest.mark.parametrize("changes", [
    pytest.param({"focus": [{"reference": "RelatedPerson/2"}]}, id="about a donor"),
    pytest.param({"dataAbsentReason": concept("error", f"{HL7}/data-absent-reason")}, id="the value is absent"),
    pytest.param({"valueCodeableConcept": concept("x")}, id="two values"),
    pytest.param({"code": "2708-6", "valueQuantity": None, "valueInteger": 98}, id="98 in place of 98 %"),
])  # fmt: skip
def test_an_observation_is_not_read_as_what_it_is_not(changes):
    assert len(of(LabResult, PATIENT, observation())) == 1
    assert of(LabResult, PATIENT, observation(**changes)) == []


@pytest.mark.parametrize("subject", [
    {"reference": "Device/1"}, {"reference": "https://x.example/Group/1/_history/2"},
    {"reference": "urn:x:9", "type": "Location"}, {"reference": "#d"},
])  # fmt: skip
def test_a_result_of_a_device_or_a_group_is_nobodys(subject):
    alone = observation(subject=subject, contained=[{"resourceType": "Device", "id": "d"}])
    assert read_fhir(alone).entries == read_fhir(bundle(alone)).entries == ()


@pytest.mark.parametrize("subject", [
    ME, {"reference": "https://x.example/Patient/1"}, {"reference": "urn:x:9", "type": "Patient"},
    {"reference": "resource:0"}, {"reference": "urn:uuid:0a"},
])  # fmt: skip
def test_a_result_alone_is_of_the_patient_whom_it_names(subject):
    assert len(read_fhir(observation(subject=subject)).entries) == 1


def test_a_range_that_is_aimed_at_is_not_the_normal_one():
    def low(**changes):
        (values,) = of(LabResult, PATIENT, observation(referenceRange=[{"low": quantity(70), **changes}]))
        return "ref_low" in values

    meaning = f"{HL7}/referencerange-meaning"
    assert low()
    assert low(type=concept("normal", meaning))
    assert not low(type=concept("therapeutic", meaning))


@pytest.mark.parametrize("name", ["verificationStatus", "clinicalStatus"])
@pytest.mark.parametrize("status", [
    {"text": "refuted"}, "refuted", {"coding": [{"code": "refuted"}]}, {},
    concept("723511001", "http://snomed.info/sct"),
])  # fmt: skip
def test_a_condition_with_a_status_that_is_not_understood_is_not_read(name, status):
    assert len(of(Condition, PATIENT, condition())) == 1
    assert of(Condition, PATIENT, condition(**{name: status})) == []


def test_a_diagnosis_that_was_refuted_or_is_anothers_is_none_of_a_claim():
    claim = {"resourceType": "Claim", "status": "active", "use": "claim", "patient": ME, "created": "2021-01-01",
             "diagnosis": [{"sequence": 1, "diagnosisReference": {"reference": "urn:x:2"}}]}  # fmt: skip
    refuted = {"verificationStatus": concept("refuted", f"{HL7}/condition-ver-status")}
    for changes, expected in [({}, True), (refuted, False), ({"subject": {"reference": "Patient/2"}}, False)]:
        (values,) = of(Claim, PATIENT, claim, condition(**changes))
        assert ("diagnosis" in values) == expected


def test_a_medicine_with_a_modifier_is_not_the_drug_of_a_prescription():
    request = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": ME,
               "medicationReference": {"reference": "urn:x:2"}}  # fmt: skip
    medicine = {"resourceType": "Medication", "code": concept("1", "http://www.nlm.nih.gov/research/umls/rxnorm")}
    modifier = {"modifierExtension": [{"url": "http://x.example/without", "valueBoolean": True}]}
    assert len(of(Prescription, PATIENT, request, medicine)) == 1
    assert of(Prescription, PATIENT, request, {**medicine, **modifier}) == []


def test_a_dose_with_a_reason_for_being_too_weak_is_too_weak():
    weak = dose(patient=ME, subpotentReason=[{"text": "cold chain"}])
    assert (len(of(Immunization, PATIENT, dose(patient=ME))), of(Immunization, PATIENT, weak)) == (1, [])


def test_an_identifier_that_is_no_longer_used_identifies_nobody():
    old = {"use": "old", "type": {"coding": [{"code": "NI"}]}, "system": "urn:x", "value": "1"}
    (values,) = of(Identity, {**PATIENT, "identifier": [old]})
    assert "national_id" not in values
    (values,) = of(Identity, {**PATIENT, "identifier": [old, {**old, "use": "official", "value": "2"}]})
    assert values["national_id"] == "urn:x|2"


@pytest.mark.parametrize("changes", [{"type": "history"}, {"implicitRules": "http://x.example"}])
def test_a_bundle_that_means_something_else_is_not_read(changes):
    with pytest.raises(DecodingError):
        read_fhir(bundle(PATIENT, observation(), **changes))


def test_an_entry_with_a_modifier_is_not_read():
    entry = {"resource": observation(), "modifierExtension": [{"url": "http://x.example"}]}
    with pytest.raises(DecodingError):
        read_fhir({**bundle(), "entry": [{"resource": PATIENT}, entry]})


@pytest.mark.parametrize("changes", [
    {"provision": [{"type": "deny"}]}, {"provision": {"class": {"code": "c"}}}, {"provision": {"purpose": "research"}},
    {"provision": {"actor": {"reference": ME}}}, {"provision": {"period": "2020"}},
    {"policyRule": concept("OPTIN", "http://x.example")},
])  # fmt: skip
def test_a_consent_that_is_not_of_fhirs_form_permits_nothing(changes):
    consent = {"resourceType": "Consent", "id": "c", "status": "active", "patient": ME,
               "scope": concept("research", f"{HL7}/consentscope"),
               "policyRule": concept("OPTIN", f"{HL7}/v3-ActCode")}  # fmt: skip
    assert len(of(Consent, PATIENT, consent)) == 1
    assert of(Consent, PATIENT, {**consent, **changes}) == []


def test_a_moment_that_cannot_be_read_is_not_repeated():
    with pytest.raises(ValueError, match="expected a moment") as e:
        LabResult.spec.encode({"taken": "on her birthday", "source_format": "fhir"})
    assert "birthday" not in str(e.value)


# --- rules ---------------------------------------------------------------------------------

CLOCK = "2021-07-01T10:30:00Z"
SETS, EXTERNAL = {"a": ["FR", "EU/1/20/1528", "unheard"]}, {"n": 2, "flag": True}
LETTERS = {"vaccination": "v", "test": "t", "recovery": "r"}
TEXTS = {
    "vaccination": {"mp": ["EU/1/20/1528", "Sputnik-V"], "co": ["FR", "DE"], "tg": ["840539006"]},
    "test": {"tt": ["LP6464-4", "LP217198-3"], "tr": ["260415000", "260373001"], "co": ["FR", "DE"]},
    "recovery": {"co": ["FR", "DE"], "tg": ["840539006", "840539007"]},
}
DATES = {"vaccination": ["dt"], "test": ["sc"], "recovery": ["fr", "df", "du"]}
DAYS = "2020-02-28 2020-02-29 2020-03-01 2021-01-28 2021-01-31 2021-02-01 2021-03-01 2021-06-30 2021-07-01".split()
SAMPLED = ["2021-06-29T10:30:00Z", "2021-06-29T12:30:01+02:00", "2021-07-01T00:00:00Z", "2021-06-30T23:59:59-05:00"]


class Grammar:
    """Any operation in any place, of any type: what a careful author never writes."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311
        self.kind = self.one(sorted(LETTERS))
        self.event = f"payload.{LETTERS[self.kind]}.0"

    def one(self, options):
        return self.random.choice(options)

    def some(self, make, least, most):
        return [make() for _ in range(self.random.randint(least, most))]

    def any(self, depth):
        if not depth or not self.random.randrange(5):
            return self.one([self.literal, self.var, self.var, self.moment])()
        inner = lambda: self.any(depth - 1)  # noqa: E731
        return self.one([
            lambda: {"if": [inner(), inner(), inner()]},
            lambda: {"and": self.some(inner, 2, 4)},
            lambda: {"!": [inner()]},
            lambda: {"===": [inner(), inner()]},
            lambda: {"in": [inner(), self.one([{"var": "external.valueSets.a"}, self.some(inner, 0, 4)])]},
            lambda: {"+": [self.number(depth), self.number(depth)]},
            lambda: {self.one(["<", ">", "<=", ">="]): self.some(lambda: self.number(depth), 2, 3)},
            lambda: {self.one(["after", "before", "not-after", "not-before"]): self.some(self.moment, 2, 3)},
            lambda: self.some(inner, 0, 3),
        ])()  # fmt: skip

    def literal(self):
        return self.one(["", "FR", "EU/1/20/1528", "2021-06-30", "2021", 0, 1, 2.0, -1, True, False, (1 << 53) - 2])

    def var(self):
        names = [*TEXTS[self.kind], *DATES[self.kind], "ci", "dn" if self.kind == "vaccination" else "co"]
        paths = [f"{self.event}.{name}" for name in names] * 2
        paths += ["payload.dob", "payload.v", "payload.t.0", f"{self.event[:-1]}1", "external.n", "external.flag"]
        return {"var": self.one(paths)}

    def number(self, depth):
        if not self.random.randrange(5):
            return self.any(depth - 1)
        fields = [{"var": f"{self.event}.{name}"} for name in ("dn", "sd") if self.kind == "vaccination"]
        return self.one([*fields, *fields, 0, 1, 2, 3, {"var": "external.n"}, (1 << 53) - 2])

    def moment(self):
        texts = [{"var": f"{self.event}.{name}"} for name in DATES[self.kind]]
        text = self.one([*texts, *texts, {"var": "payload.dob"}, {"var": "external.validationClock"}, *DAYS[:3]])
        amount = self.one([0, 1, -1, 2, 12, -12, 24, 48, -48, 30, 31, -18, 180, -216])
        return {"plusTime": [text, amount, self.one(["day", "hour", "month", "year"])]}

    def payload(self):
        event = {name: self.one(values) for name, values in TEXTS[self.kind].items()}
        event |= {name: self.one(SAMPLED if name == "sc" else DAYS) for name in DATES[self.kind]}
        event |= {name: self.random.randrange(4) for name in ("dn", "sd") if self.kind == "vaccination"}
        event = {name: value for name, value in event.items() if self.random.randrange(6)} | {"ci": "URN:UVCI:01:XX:1"}
        born = {"dob": self.one([*DAYS, "2003", "2021-02"])} if self.random.randrange(4) else {}
        return {LETTERS[self.kind]: [event], **born}


def answers(logic, kind, content):
    """In the clear, and over hidden fields: None if it is refused."""
    rule = rule_of(logic, kind)
    clear = read_rule(rule).check(content, at=CLOCK, value_sets=SETS, external=EXTERNAL).result is Result.PASSED
    try:
        found = compile(rule, at=CLOCK, value_sets=SETS, external=EXTERNAL, kinds=[kind])[kind]
    except CannotCompileError:
        return clear, None
    if found.holds is not None:
        return clear, found.holds
    return clear, holds(found.clauses, {LETTERS[kind]: encoded(kind, content)}, moment_of(CLOCK))


@given(st.integers(0, 2**48))
def test_whatever_is_written_as_a_rule_the_policy_answers_as_the_rule(seed):
    grammar = Grammar(seed)
    logic = grammar.any(4)
    for _ in range(6):
        clear, hidden = answers(logic, grammar.kind, grammar.payload())
        assert hidden in (None, clear)


COUNTRY, DOSE = {"var": "payload.v.0.co"}, {"var": "payload.v.0.dn"}
MOMENT = {"plusTime": ["2021-07-01", 0, "day"]}
EVENT = {"v": [{"co": "FR", "dn": 2, "ci": "URN:UVCI:01:XX:1"}]}


@pytest.mark.parametrize("logic", [
    {"in": [COUNTRY, [MOMENT, "FR"]]}, {"!": [{"in": [COUNTRY, ["DE", MOMENT]]}]}, {"in": [DOSE, [MOMENT, 2]]},
    {"+": [DOSE, (1 << 53) - 2]}, {">": [{"+": [(1 << 53) - 2, DOSE]}, 0]},
])  # fmt: skip
def test_a_rule_that_is_an_error_in_the_clear_is_not_proven(logic):
    clear, hidden = answers(logic, "vaccination", EVENT)
    assert not clear
    assert not hidden


def test_a_moment_that_is_not_come_to_in_a_list_does_not_matter():
    assert answers({"in": [COUNTRY, ["FR", MOMENT]]}, "vaccination", EVENT) == (True, True)


# --- strangers at the command line ---------------------------------------------------------


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


def test_a_trust_list_that_is_not_there_is_named_by_its_number(tmp_path):
    for verb in ("verify", "import"):
        result = run(verb, "-", "--at", "2021-07-01", "--trust", tmp_path / "none", input="{}")
        assert (result.exit_code, "--trust number 1: No such file" in result.stderr) == (2, True)


def test_two_cards_at_once_are_not_called_invalid(tmp_path):
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(card())
    result = run("verify", *files, "--at", "2021-07-01")
    assert (result.exit_code, "give other documents alone" in result.stdout) == (2, True)


def test_whoever_imports_a_link_is_told_to_fetch_its_file():
    link = json.dumps({"url": "https://x.example/" + "a" * 43, "key": "A" * 43})
    result = run("import", "-", "--at", "2021-07-01", input=link)
    assert (result.exit_code, "--encrypted" in result.stdout) == (2, True)


def test_nothing_is_said_to_be_kept_where_nothing_is():
    result = run("import", "-", "--at", "2021-07-01", input=json.dumps(bundle(PATIENT)))
    assert (result.exit_code, "--wallet" in result.stderr) == (2, True)


def test_a_passphrase_that_nobody_types_says_nothing_of_the_document(tmp_path, monkeypatch):
    monkeypatch.delenv("ZKHEALTH_PASSPHRASE", raising=False)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(bundle(PATIENT)))
    result = run("import", file, "--at", "2021-07-01", "--wallet", tmp_path / "wallet", input="")
    assert (result.exit_code, "ZKHEALTH_PASSPHRASE" in result.stderr) == (2, True)
