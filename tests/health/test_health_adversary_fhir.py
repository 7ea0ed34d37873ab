"""What an adversary tried on FHIR records; each of these once succeeded."""


import pytest
from health.bridge.authorities import dose

from zkhealth.errors import DecodingError
from zkhealth.health import Claim, Condition, Consent, Identity, Immunization, LabResult, Prescription
from zkhealth.health.fhir import read_fhir

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
