"""Every kind of resource, read whole; and by name whatever cannot be read with certainty."""

import json
from collections import Counter
from decimal import Decimal

import pytest
from health.fhir import resources as r
from health.fhir.resources import bundle, concept, period, quantity
from shared_files import SHARED, shared

from zkhealth.errors import DecodingError
from zkhealth.health import SCHEMAS
from zkhealth.health.fhir import read_bundle, read_fhir


def only(*resources):
    """The values of the last entry, without the birth date that all have."""
    read = read_fhir(bundle(r.PATIENT, *resources))
    return {name: value for name, value in read.entries[-1].values.items() if name != "birth"}


WHOLE = {
    "Patient": (r.PATIENT, {
        "family": "Beispiel", "given": "Ada B.", "sex": "female",
        "national_id": "http://hl7.org/fhir/sid/us-ssn|999-94-5849",
    }),
    "Immunization": (r.IMMUNIZATION, {
        "vaccine": "http://hl7.org/fhir/sid/cvx|208", "vaccine_2": "http://snomed.info/sct|1119349007",
        "target": "http://snomed.info/sct|840539006", "date": "2021-06-20", "dose": 2, "series": 2, "lot": "EN6202",
        "holder": "urn:mvx|PFR", "primary_source": True, "cert_id": "Immunization/i",
    }),
    "Observation": (r.OBSERVATION, {
        "test": "http://loinc.org|4548-4", "value": Decimal("6.5000"), "unit": "ucum|%", "status": "final",
        "taken": "2021-06-01T08:00:00+02:00", "day": "2021-06-01", "performer": "Labor Nord",
        "interpretation": f"{r.HL7}/v3-ObservationInterpretation|H", "ref_low": Decimal("4.0000"),
        "ref_high": Decimal("6.0000"), "cert_id": "urn:lab|4711",
    }),
    "Condition": (r.CONDITION, {
        "code": "http://snomed.info/sct|44054006", "clinical": "active", "verification": "confirmed",
        "category": f"{r.HL7}/condition-category|problem-list-item", "onset": "2015-03", "recorded": "2015-03-20",
        "cert_id": "Condition/c",
    }),
    "MedicationRequest": ([r.ROLE, r.REQUEST], {
        "drug": f"{r.RXNORM}|860975", "quantity": Decimal("60.0000"), "unit": "urn:forms|TAB", "days_supply": 28,
        "refills": 3, "prescribed": "2021-05-01", "valid_until": "2022-05-01", "status": "active", "intent": "order",
        "prescriber_role": "http://snomed.info/sct|309343006", "rx_id": "MedicationRequest/rx",
    }),
    "MedicationDispense": ([r.REQUEST, {**r.MEDICATION, "batch": None}, r.DISPENSE], {
        "drug": "http://hl7.org/fhir/sid/ndc|0069-2587-10", "drug_2": "https://www.gs1.org/gtin|04150012345678",
        "quantity": Decimal("30.0000"), "unit": "urn:forms|TAB", "days_supply": 30, "prepared": "2021-05-02",
        "handed_over": "2021-05-03", "status": "completed", "rx_id": "MedicationRequest/rx",
        "dispense_id": "MedicationDispense/d",
    }),
    "Medication": (r.MEDICATION, {
        "gtin": "https://www.gs1.org/gtin|04150012345678", "drug": "http://hl7.org/fhir/sid/ndc|0069-2587-10",
        "drug_2": "https://www.gs1.org/gtin|04150012345678", "serial": "urn:serial|S-1", "lot": "L9",
        "expiry": "2023-05", "state": "active",
    }),
    "Coverage": (r.COVERAGE, {
        "payor": "Kasse Nord", "member_id": "A-77", "kind": f"{r.HL7}/v3-ActCode|EHCPOL", "plan": "P7",
        "plan_class": f"{r.HL7}/coverage-class|plan", "relationship": f"{r.HL7}/subscriber-relationship|self",
        "start": "2021-01-01", "end": "2021-12-31", "status": "active",
    }),
    "Claim": ([r.CONDITION, r.CLAIM], {
        "claim_id": "Claim/cl", "use": "claim", "status": "active", "kind": f"{r.HL7}/claim-type|professional",
        "service_code": "http://snomed.info/sct|43396009", "service_date": "2021-06-01", "service_end": "2021-06-02",
        "created": "2021-06-10", "amount": Decimal("50.5"), "total": Decimal("157.5"), "currency": "EUR",
        "insurer": "Kasse Nord", "provider": "Praxis Süd",
    }),
    "ExplanationOfBenefit": ([r.CONDITION, r.CLAIM, {**r.BENEFIT, "item": r.CLAIM["item"][:1]}], {
        "claim_id": "Claim/cl", "use": "claim", "status": "active", "kind": f"{r.HL7}/claim-type|professional",
        "service_code": "http://snomed.info/sct|185349003", "diagnosis": "http://snomed.info/sct|44054006",
        "diagnosis_2": "http://hl7.org/fhir/sid/icd-10|E11", "service_date": "2021-06-02", "created": "2021-06-10",
        "amount": 107, "total": Decimal("157.5"), "currency": "EUR", "outcome": "complete", "insurer": "Kasse Nord",
        "provider": "Praxis Süd",
    }),
    "Consent": (r.CONSENT, {
        "scope": f"{r.HL7}/consentscope|research", "status": "active", "decision": True, "actor": "Biobank",
        "purpose": f"{r.HL7}/v3-ActReason|HRESCH", "data_class": "http://hl7.org/fhir/resource-types|Observation",
        "category": "http://loinc.org|59284-0", "policy_rule": f"{r.HL7}/v3-ActCode|OPTIN", "start": "2021-01-05",
        "end": "2026-01-05", "given": "2021-01-05", "consent_id": "Consent/co",
    }),
    "genomic variant": (r.VARIANT, {
        "gene": "http://www.genenames.org|HGNC:1100", "variant": "http://varnomen.hgvs.org|NM_007294.3:c.68_69del",
        "state": "http://loinc.org|LA6706-1", "assembly": "http://loinc.org|LA26806-2", "found": True,
        "day": "2020-11-02", "status": "final", "cert_id": "Observation/v",
    }),
    "wearable": (r.WEARABLE, {
        "measure": "http://loinc.org|41950-7", "mean": Decimal("8123.5000"), "maximum": Decimal("19000.0000"),
        "unit": "ucum|1", "days_measured": 29, "start": "2021-06-01", "end": "2021-06-30", "status": "final",
    }),
}  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), WHOLE.values(), ids=WHOLE)
def test_a_resource_is_read_whole(given, expected):
    resources = given if isinstance(given, list) else [given]
    found = read_fhir(bundle(r.PATIENT, *[x for x in resources if x is not r.PATIENT])).entries[-1].values
    assert {name: value for name, value in found.items() if name != "birth"} == expected
    assert found.get("birth", "1970-05-17") == "1970-05-17"


def test_all_together_give_every_schema_but_those_that_fhir_has_not():
    read = read_fhir(bundle(*r.ALL))
    assert {entry.schema.__name__ for entry in read.entries} == set(SCHEMAS) - {"Recovery"}
    assert Counter(f.code for f in read.findings) == {"RESOURCE_NOT_READ": 1, "PARTIAL_DATE_AMBIGUOUS": 2}


@pytest.mark.parametrize("resource", r.ALL[1:], ids=lambda resource: resource["id"])
def test_a_resource_alone_is_read_like_in_a_bundle(resource):
    alone = read_fhir(resource)
    kinds = [entry.schema for entry in read_fhir(bundle(r.PATIENT, resource)).entries[1:]]
    assert [entry.schema for entry in alone.entries] == kinds
    assert alone.findings[0].code == "PATIENT_MISSING"


def test_a_panel_becomes_a_result_for_each_component():
    read = read_fhir(bundle(r.PATIENT, r.PRESSURE))
    assert [(e.values["test"], str(e.values["value"]), e.place) for e in read.entries[1:]] == [
        ("http://loinc.org|8480-6", "120.0000", "Observation 1, component 1"),
        ("http://loinc.org|8462-4", "80.0000", "Observation 1, component 2"),
    ]


# --- what is refused, and why -----------------------------------------------------

REFUSED = {
    "not a final result": (r.OBSERVATION, {"status": "preliminary"}, "STATUS_NOT_FINAL"),
    "a result entered in error": (r.OBSERVATION, {"status": "entered-in-error"}, "STATUS_NOT_FINAL"),
    "no status": (r.OBSERVATION, {"status": None}, "VALUE_MISSING"),
    "below a limit": (r.OBSERVATION, {"valueQuantity": quantity(5, comparator="<")}, "VALUE_HAS_COMPARATOR"),
    "above a limit": (r.OBSERVATION, {"valueQuantity": quantity(5, comparator=">=")}, "VALUE_HAS_COMPARATOR"),
    "an odd comparator": (r.OBSERVATION, {"valueQuantity": quantity(5, comparator="")}, "VALUE_HAS_COMPARATOR"),
    "an unknown unit": (r.OBSERVATION, {"valueQuantity": quantity(5, "furlong")}, "UNSUPPORTED_UNIT"),
    "a unit in words": (r.OBSERVATION, {"valueQuantity": {"value": 5, "unit": "%"}}, "UNSUPPORTED_UNIT"),
    "a unit of SNOMED": (r.OBSERVATION, {"valueQuantity": quantity(5, system=r.SNOMED)}, "UNSUPPORTED_UNIT"),
    "a code without a unit": (r.OBSERVATION, {"code": concept((r.LOINC, "1-1"))}, "UNSUPPORTED_UNIT"),
    "no number": (r.OBSERVATION, {"valueQuantity": quantity("5")}, "VALUE_MISSING"),
    "true as a number": (r.OBSERVATION, {"valueQuantity": quantity(True)}, "VALUE_MISSING"),
    "a huge number": (r.OBSERVATION, {"valueQuantity": quantity(10**80)}, "VALUE_MISSING"),
    "out of the domain": (r.OBSERVATION, {"valueQuantity": quantity(10**8)}, "VALUE_NOT_USABLE"),
    "no value": (r.OBSERVATION, {"valueQuantity": None}, "VALUE_MISSING"),
    "a code of nothing": (r.OBSERVATION, {"code": {"text": "HbA1c"}}, "CODE_MISSING"),
    "nobody's": (r.OBSERVATION, {"subject": None}, "NOT_THIS_PATIENT"),
    "somebody else's": (r.OBSERVATION, {"subject": {"reference": "Patient/q"}}, "NOT_THIS_PATIENT"),
    "a modifier": (r.OBSERVATION, {"modifierExtension": [{"url": "urn:x"}]}, "MODIFIER_NOT_UNDERSTOOD"),
    "a modifier deep inside": (
        r.PRESSURE, {"component": [{**r.PRESSURE["component"][0], "modifierExtension": []}]}, "MODIFIER_NOT_UNDERSTOOD",
    ),
    "rules of its own": (r.CONDITION, {"implicitRules": "urn:x"}, "MODIFIER_NOT_UNDERSTOOD"),
    "refuted": (
        r.CONDITION, {"verificationStatus": concept((f"{r.HL7}/condition-ver-status", "refuted"))}, "STATUS_NOT_FINAL",
    ),
    "a draft": (r.REQUEST, {"status": "draft"}, "STATUS_NOT_FINAL"),
    "a proposal": (r.REQUEST, {"intent": "proposal"}, "NOT_AN_ORDER"),
    "not to be taken": (r.REQUEST, {"doNotPerform": True}, "MODIFIER_NOT_UNDERSTOOD"),
    "an unknown medicine": (r.DISPENSE, {"medicationReference": {"reference": "#nothing"}}, "CODE_MISSING"),
    "never handed over": (r.DISPENSE, {"status": "cancelled"}, "STATUS_NOT_FINAL"),
    "a pack in error": (r.MEDICATION, {"status": "entered-in-error"}, "STATUS_NOT_FINAL"),
    "an insurance in error": (r.COVERAGE, {"status": "entered-in-error"}, "STATUS_NOT_FINAL"),
    "a claim in draft": (r.CLAIM, {"status": "draft"}, "STATUS_NOT_FINAL"),
    "a claim of no use": (r.CLAIM, {"use": None}, "VALUE_MISSING"),
    "a rejected consent": (r.CONSENT, {"status": "rejected"}, "STATUS_NOT_FINAL"),
    "only paper": (r.CONSENT, {"policyRule": None, "provision": None, "sourceAttachment": {}}, "CONSENT_UNCLEAR"),
    "no rule": (r.CONSENT, {"policyRule": None}, "CONSENT_UNCLEAR"),
    "two rules": (r.CONSENT, {"provision": {"type": "deny"}}, "CONSENT_UNCLEAR"),
    "an odd rule": (r.CONSENT, {"provision": {"type": "maybe"}}, "CONSENT_UNCLEAR"),
    "rules in rules": (r.CONSENT, {"provision": {"provision": []}}, "CONSENT_UNCLEAR"),
    "a condition": (r.CONSENT, {"provision": {"securityLabel": []}}, "CONSENT_UNCLEAR"),
    "three purposes": (
        r.CONSENT, {"provision": {"purpose": [{"system": "urn:x", "code": c} for c in "abc"]}}, "CONSENT_UNCLEAR",
    ),
    "an unreadable end": (r.CONSENT, {"provision": {"period": {"end": "soon"}}}, "CONSENT_UNCLEAR"),
    "a purpose without a system": (r.CONSENT, {"provision": {"purpose": [{"code": "X"}]}}, "CONSENT_UNCLEAR"),
    "a part of a consent": (r.CONSENT, {"meta": {"tag": [{"system": f"{r.HL7}/v3-ObservationValue",
                                                         "code": "SUBSETTED"}]}}, "CONSENT_UNCLEAR"),
    "a part, by nobody's code": (r.CONSENT, {"meta": {"tag": [1, {"code": "SUBSETTED"}]}}, "CONSENT_UNCLEAR"),
    "an actor without a name": (r.CONSENT, {"provision": {"actor": [{}]}}, "CONSENT_UNCLEAR"),
    "a variant in another system": (
        r.VARIANT, {"component": [{**r.VARIANT["component"][0], "code": concept(("urn:x", "48018-6"))}]},
        "CODE_MISSING",
    ),
    "a variant of nothing": (r.VARIANT, {"component": []}, "CODE_MISSING"),
    "a subpotent dose": (r.IMMUNIZATION, {"isSubpotent": True}, "MODIFIER_NOT_UNDERSTOOD"),
    "a dose in words": (r.IMMUNIZATION, {"occurrenceDateTime": None, "occurrenceString": "May"}, "VALUE_MISSING"),
}  # fmt: skip


@pytest.mark.parametrize(("resource", "change", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_left_out_by_name(resource, change, code):
    changed = {name: value for name, value in {**resource, **change}.items() if value is not None}
    read = read_fhir(bundle(r.PATIENT, changed))
    assert len(read.entries) == 1  # the patient alone
    assert code in [finding.code for finding in read.findings]
    assert all(finding.advice for finding in read.findings)


NOTED = {
    "a partial day": (r.CONDITION, {"onsetDateTime": "2015"}, "PARTIAL_DATE_AMBIGUOUS", "onset"),
    "a day without a time": (r.OBSERVATION, {"effectiveDateTime": "2021-06-01"}, "PARTIAL_DATE_AMBIGUOUS", "day"),
    "a month of sampling": (r.OBSERVATION, {"effectiveDateTime": "2021-06"}, "PARTIAL_DATE_AMBIGUOUS", "day"),
    "an end in words": (r.CONDITION, {"abatementString": "last week"}, "DATE_NOT_READABLE", "code"),
    "an age of onset": (r.CONDITION, {"onsetDateTime": "in youth"}, "DATE_NOT_READABLE", "code"),
    "an onset as an age": (
        {**r.CONDITION, "onsetDateTime": None}, {"onsetAge": quantity(52, "a")}, "DATE_NOT_READABLE", "code",
    ),
    "two codings too many": (
        r.CONDITION, {"code": concept(*[(r.SNOMED, str(n)) for n in range(1, 6)])}, "CODE_LEFT_OUT", "code_3",
    ),
    "a coding without a system": (
        r.CONDITION, {"code": {"coding": [{"code": "1"}, *r.CONDITION["code"]["coding"]]}}, "CODE_LEFT_OUT", "code",
    ),
    "a limit of another unit": (
        r.OBSERVATION, {"referenceRange": [{"low": quantity(4, "mg")}]}, "UNSUPPORTED_UNIT", "value",
    ),
    "an amount in nothing": (r.REQUEST, {"dispenseRequest": {"quantity": {"value": 1}}}, "UNSUPPORTED_UNIT", "drug"),
    "at most so many": (
        r.DISPENSE | {"medicationCodeableConcept": concept((r.RXNORM, "1"))},
        {"quantity": quantity(30, comparator="<=")}, "VALUE_HAS_COMPARATOR", "drug",
    ),
    "supply in months": (
        r.DISPENSE | {"medicationCodeableConcept": concept((r.RXNORM, "1"))},
        {"daysSupply": quantity(1, "mo")}, "UNSUPPORTED_UNIT", "drug",
    ),
    "a lot that is too long": (r.IMMUNIZATION, {"lotNumber": "9" * 2000}, "VALUE_NOT_USABLE", "vaccine"),
    "an amount of no currency": (
        r.CLAIM, {"item": [{"net": {"value": 5}}], "total": {}}, "VALUE_MISSING", "service_date",
    ),
    "a total of no currency": (r.CLAIM, {"total": {"value": 5, "code": "EUR"}}, "VALUE_MISSING", "amount"),
    "two currencies": (r.CLAIM, {"item": [{"net": {"value": 5, "currency": "USD"}}]}, "VALUE_NOT_USABLE", "total"),
    "a thousand items and one": (r.CLAIM, {"item": [{"sequence": 1}] * 1001}, "VALUE_NOT_USABLE", "total"),
    "four diagnoses": (
        r.CLAIM, {"item": [], "diagnosis": [{"sequence": n, "diagnosisCodeableConcept": concept(("urn:icd", str(n)))}
                                            for n in range(1, 5)]}, "CODE_LEFT_OUT", "diagnosis_3",
    ),
    "an amount of three decimals": (
        r.CLAIM, {"item": [], "total": {"value": 1.005, "currency": "EUR"}}, "VALUE_NOT_USABLE", "use",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("resource", "change", "code", "kept"), NOTED.values(), ids=NOTED)
def test_what_is_missing_in_a_record_is_noted_and_the_rest_is_kept(resource, change, code, kept):
    read = read_fhir(bundle(r.PATIENT, {**resource, **change}))
    assert kept in read.entries[-1].values
    assert code in [finding.code for finding in read.findings]


# --- the patient ---------------------------------------------------------------------


@pytest.mark.parametrize(("change", "code"), [
    ({"active": False}, "MODIFIER_NOT_UNDERSTOOD"),
    ({"link": [{"type": "replaced-by"}]}, "MODIFIER_NOT_UNDERSTOOD"),
    ({"modifierExtension": []}, "MODIFIER_NOT_UNDERSTOOD"),
])  # fmt: skip
def test_a_patient_whose_record_is_not_in_use_has_no_birth_date(change, code):
    read = read_fhir(bundle({**r.PATIENT, **change}, r.IMMUNIZATION))
    assert [sorted({"birth"} & set(entry.values)) for entry in read.entries] == [[]]
    assert [finding.code for finding in read.findings if finding.place == "Patient"] == [code]


@pytest.mark.parametrize(("birth", "code"), [
    ("1715-12-10", "DATE_NOT_READABLE"), ("17 May", "DATE_NOT_READABLE"), ("", "VALUE_MISSING"),
    (None, "VALUE_MISSING"), ("1970", "PARTIAL_DATE_AMBIGUOUS"), ("1970-05", "PARTIAL_DATE_AMBIGUOUS"),
])  # fmt: skip
def test_a_birth_date_is_an_interval_or_absent(birth, code):
    read = read_fhir(bundle({**r.PATIENT, "birthDate": birth}, r.IMMUNIZATION))
    kept = birth if code == "PARTIAL_DATE_AMBIGUOUS" else None
    assert [entry.values.get("birth") for entry in read.entries] == [kept, kept]
    assert code in [finding.code for finding in read.findings]


@pytest.mark.parametrize(("change", "deceased"), [
    ({}, None), ({"deceasedBoolean": True}, True), ({"deceasedBoolean": False}, False),
    ({"deceasedDateTime": "2021"}, True), ({"deceasedBoolean": "yes"}, None),
])  # fmt: skip
def test_whether_the_patient_lives_is_said_only_if_it_is_known(change, deceased):
    read = read_fhir(bundle({**r.PATIENT, **change}))
    assert read.entries[0].values.get("deceased") is deceased


OLD = {"family": "Vorher", "given": ["Ada"], "use": "official", "period": {"end": "2002"}}
TEXT = {"text": "Ada Beispiel", "use": "official"}
USUAL = {"family": "Beispiel", "given": ["Ada"]}


@pytest.mark.parametrize(("names", "family"), [
    pytest.param([OLD, USUAL], "Beispiel", id="the official one has ended"),
    pytest.param([{**OLD, "period": {"start": "2002"}}, USUAL], "Vorher", id="it has begun"),
    pytest.param([TEXT, USUAL], "Beispiel", id="the official one is only a text"),
    pytest.param([{"use": "nickname", "given": ["A"]}, USUAL, {**OLD, "period": {}}], "Vorher", id="official"),
    pytest.param([OLD], None, id="all have ended"),
    pytest.param([TEXT], None, id="only a text"),
    pytest.param([{"use": "maiden", "family": "Vorher"}], None, id="only of before"),
])  # fmt: skip
def test_a_name_is_one_in_use_and_of_parts(names, family):
    read = read_fhir(bundle({**r.PATIENT, "name": names}))
    assert read.entries[0].values.get("family") == family
    assert [finding.code for finding in read.findings] == ([] if family else ["VALUE_MISSING"])
    assert read_bundle(bundle({**r.PATIENT, "name": names})).missing == ()  # it is not about the birth date


# --- whose, and where -------------------------------------------------------------------


def test_without_a_patient_all_resources_must_be_of_one():
    one, other = r.OBSERVATION, {**r.CONDITION, "subject": {"reference": "Patient/q"}}
    assert len(read_fhir(bundle(one, r.PRESSURE)).entries) == 3
    read = read_fhir(bundle(one, other))
    assert read.entries == ()
    assert Counter(f.code for f in read.findings) == {"PATIENT_MISSING": 1, "NOT_THIS_PATIENT": 2}


def test_two_patients_are_refused():
    with pytest.raises(DecodingError, match="expected one Patient, got 2"):
        read_fhir(bundle(r.PATIENT, r.PATIENT))


def test_a_name_that_two_resources_have_points_to_neither():
    other = {**r.MEDICATION, "code": concept((r.RXNORM, "2"))}
    read = read_fhir(bundle(r.PATIENT, r.MEDICATION, other, r.DISPENSE))
    assert "CODE_MISSING" in [finding.code for finding in read.findings]


def test_a_system_that_only_looks_like_a_short_name_is_no_system():
    read = read_fhir(bundle(r.PATIENT, {**r.IMMUNIZATION, "vaccineCode": concept(("cvx", "208"))}))
    assert len(read.entries) == 1
    assert "CODE_MISSING" in [finding.code for finding in read.findings]


def test_digits_are_kept_as_they_were_written():
    text = json.dumps(bundle(r.PATIENT, r.OBSERVATION)).replace('"value": 6.5', '"value": 7.00005000000000000000000001')
    assert read_fhir(text).entries[-1].values["value"] == Decimal("7.0001")
    assert read_fhir(json.loads(text)).entries[-1].values["value"] == Decimal("7.0000")  # a float has lost them


def test_too_many_entries_are_refused():
    with pytest.raises(DecodingError, match="expected at most 50000 entries, got 50001"):
        read_fhir({"resourceType": "Bundle", "entry": [{}] * 50_001})


@pytest.mark.parametrize("ends", [("2021-06-01", "2021-06-01"), ("2021-06-01T08:00:00Z", "2021-06-01T09:00:00Z")])
def test_a_period_of_one_day_is_that_day(ends):
    observation = {n: v for n, v in r.OBSERVATION.items() if n != "effectiveDateTime"}
    observation["effectivePeriod"] = period(*ends)
    assert only(observation)["day"] == "2021-06-01"


# --- the records of others -----------------------------------------------------------------

EXAMPLES = {
    "Claim-100150": {"Claim": 1}, "Condition-example": {"Condition": 1}, "Condition-f201": {"Condition": 1},
    "Condition-f203": {"Condition": 1}, "Consent-consent-example-Out": {"Consent": 1},
    "Consent-consent-example-basic": {"Consent": 1}, "Coverage-9876B1": {"Coverage": 1},
    "ExplanationOfBenefit-EB3500": {"Claim": 2}, "Immunization-example": {}, "Immunization-historical": {},
    "Immunization-protocol": {"Immunization": 1}, "Medication-med0301": {"Pack": 1},
    "MedicationDispense-meddisp008": {"Dispense": 1}, "MedicationDispense-meddisp0301": {"Dispense": 1},
    "MedicationRequest-medrx0301": {"Prescription": 1}, "Observation-blood-pressure": {"LabResult": 2},
    "Observation-bmi": {"LabResult": 1}, "Observation-f001": {"LabResult": 1}, "Observation-f002": {"LabResult": 1},
    "Patient-example": {"Identity": 1}, "Patient-f001": {"Identity": 1}, "AuditEvent-example": {},
    "AuditEvent-example-disclosure": {}, "ImmunizationRecommendation-example": {}, "Provenance-example": {},
    "ResearchStudy-example": {}, "ResearchSubject-example": {}, "SupplyDelivery-simpledelivery": {},
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), EXAMPLES.items())
def test_the_examples_of_hl7_are_read(name, expected):
    read = read_fhir(shared("health", "fhir", "hl7-r4-examples", f"{name}.json").read_bytes())
    assert Counter(entry.schema.__name__ for entry in read.entries) == expected
    assert expected or read.findings


def test_consents_of_hl7_say_what_was_decided():
    for name, decision in (("Out", False), ("basic", True)):
        path = shared("health", "fhir", "hl7-r4-examples", f"Consent-consent-example-{name}.json")
        read = read_fhir(path.read_bytes())
        assert read.entries[0].values["decision"] is decision


@pytest.mark.parametrize("path", sorted((SHARED / "health/fhir/synthea").glob("*.json")), ids=lambda p: p.stem[:14])
def test_of_a_synthetic_patient_everything_is_read_that_a_schema_is_about(path):
    read = read_fhir(path.read_bytes())
    entries = json.loads(path.read_bytes())["entry"]
    kinds = Counter(entry["resource"]["resourceType"] for entry in entries)
    found = Counter(entry.schema.__name__ for entry in read.entries)
    panels = sum(len(e["resource"].get("component", [])[1:]) for e in entries)
    assert found["Immunization"] == kinds["Immunization"]
    assert found["Condition"] == kinds["Condition"]
    assert found["Prescription"] == kinds["MedicationRequest"]
    assert found["LabResult"] == kinds["Observation"] + panels
    assert {finding.code for finding in read.findings} == {"RESOURCE_NOT_READ"}
