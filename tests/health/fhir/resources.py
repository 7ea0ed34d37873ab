"""FHIR resources to be changed by tests: each can be read whole as it is."""

import copy

LOINC, UCUM, SNOMED, CVX = (
    "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/cvx",
)  # fmt: skip
HL7 = "http://terminology.hl7.org/CodeSystem"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def concept(*pairs):
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} for system, code in pairs]}


def quantity(value, unit="%", **changes):
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **changes}


def period(start, end):
    return {"start": start, "end": end}


PATIENT = {
    "resourceType": "Patient", "id": "p", "birthDate": "1970-05-17", "gender": "female",
    "name": [{"use": "maiden", "family": "Vorher"}, {"use": "official", "family": "Beispiel", "given": ["Ada", "B."]}],
    "identifier": [{"type": concept((f"{HL7}/v2-0203", "SS")), "system": "http://hl7.org/fhir/sid/us-ssn",
                    "value": "999-94-5849"}],
}  # fmt: skip
_OF = {"subject": {"reference": "Patient/p"}}
IMMUNIZATION = {
    "resourceType": "Immunization", "id": "i", "status": "completed", "patient": {"reference": "Patient/p"},
    "vaccineCode": concept((CVX, "208"), (SNOMED, "1119349007")), "occurrenceDateTime": "2021-06-20",
    "lotNumber": "EN6202", "primarySource": True, "manufacturer": {"identifier": {"system": "urn:mvx", "value": "PFR"}},
    "protocolApplied": [{"doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 2,
                         "targetDisease": [concept((SNOMED, "840539006"))]}],
}  # fmt: skip
OBSERVATION = {
    "resourceType": "Observation", "id": "o", "status": "final", **_OF, "code": concept((LOINC, "4548-4")),
    "effectiveDateTime": "2021-06-01T08:00:00.250+02:00", "valueQuantity": quantity(6.5),
    "interpretation": [concept((f"{HL7}/v3-ObservationInterpretation", "H"))],
    "referenceRange": [{"low": quantity(4), "high": quantity(6)}], "performer": [{"display": "Labor Nord"}],
    "identifier": [{"system": "urn:lab", "value": "4711"}],
}  # fmt: skip
PRESSURE = {
    "resourceType": "Observation", "id": "bp", "status": "final", **_OF, "code": concept((LOINC, "85354-9")),
    "effectiveDateTime": "2021-06-01T08:00:00Z",
    "component": [{"code": concept((LOINC, "8480-6")), "valueQuantity": quantity(120, "mm[Hg]")},
                  {"code": concept((LOINC, "8462-4")), "valueQuantity": quantity(80, "mm[Hg]")}],
}  # fmt: skip
CONDITION = {
    "resourceType": "Condition", "id": "c", **_OF, "clinicalStatus": concept((f"{HL7}/condition-clinical", "active")),
    "verificationStatus": concept((f"{HL7}/condition-ver-status", "confirmed")), "code": concept((SNOMED, "44054006")),
    "category": [concept((f"{HL7}/condition-category", "problem-list-item"))], "onsetDateTime": "2015-03",
    "recordedDate": "2015-03-20",
}  # fmt: skip
REQUEST = {
    "resourceType": "MedicationRequest", "id": "rx", "status": "active", "intent": "order", **_OF,
    "medicationCodeableConcept": concept((RXNORM, "860975")), "authoredOn": "2021-05-01",
    "requester": {"reference": "PractitionerRole/r"},
    "dispenseRequest": {
        "quantity": {"value": 60, "system": "urn:forms", "code": "TAB"}, "numberOfRepeatsAllowed": 3,
        "expectedSupplyDuration": quantity(4, "wk"), "validityPeriod": period("2021-05-01", "2022-05-01"),
    },
}  # fmt: skip
ROLE = {"resourceType": "PractitionerRole", "id": "r", "code": [concept((SNOMED, "309343006"))]}
MEDICATION = {
    "resourceType": "Medication", "id": "m", "status": "active",
    "code": concept(("https://www.gs1.org/gtin", "04150012345678"), ("http://hl7.org/fhir/sid/ndc", "0069-2587-10")),
    "identifier": [{"system": "urn:serial", "value": "S-1"}], "batch": {"lotNumber": "L9", "expirationDate": "2023-05"},
}  # fmt: skip
DISPENSE = {
    "resourceType": "MedicationDispense", "id": "d", "status": "completed", **_OF,
    "medicationReference": {"reference": "Medication/m"}, "authorizingPrescription": [{"reference": "urn:uuid:rx"}],
    "quantity": {"value": 30, "system": "urn:forms", "code": "TAB"}, "daysSupply": quantity(30, "d"),
    "whenPrepared": "2021-05-02", "whenHandedOver": "2021-05-03T10:00:00Z",
}  # fmt: skip
COVERAGE = {
    "resourceType": "Coverage", "id": "k", "status": "active", "beneficiary": {"reference": "Patient/p"},
    "type": concept((f"{HL7}/v3-ActCode", "EHCPOL")), "subscriberId": "A-77", "payor": [{"reference": "#pays"}],
    "contained": [{"resourceType": "Organization", "id": "pays", "name": "Kasse Nord"}],
    "relationship": concept((f"{HL7}/subscriber-relationship", "self")), "period": period("2021-01-01", "2021-12-31"),
    "class": [{"type": concept((f"{HL7}/coverage-class", "group")), "value": "G1"},
              {"type": concept((f"{HL7}/coverage-class", "plan")), "value": "P7"}],
}  # fmt: skip
CLAIM = {
    "resourceType": "Claim", "id": "cl", "status": "active", "use": "claim", "patient": {"reference": "Patient/p"},
    "type": concept((f"{HL7}/claim-type", "professional")), "created": "2021-06-10",
    "billablePeriod": period("2021-06-01", "2021-06-02"), "insurer": {"display": "Kasse Nord"},
    "provider": {"display": "Praxis Süd"}, "priority": concept((f"{HL7}/processpriority", "normal")),
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/k"}}],
    "total": {"value": 157.5, "currency": "EUR"},
    "diagnosis": [{"sequence": 1, "diagnosisReference": {"reference": "Condition/c"}},
                  {"sequence": 2, "diagnosisCodeableConcept": concept(("http://hl7.org/fhir/sid/icd-10", "E11"))}],
    "item": [
        {"sequence": 1, "productOrService": concept((SNOMED, "185349003")), "diagnosisSequence": [1, 2],
         "servicedDate": "2021-06-02", "net": {"value": 107, "currency": "EUR"}},
        {"sequence": 2, "productOrService": concept((SNOMED, "43396009")),
         "servicedPeriod": period("2021-06-01", "2021-06-02"), "net": {"value": 50.5, "currency": "EUR"}},
    ],
}  # fmt: skip
BENEFIT = {
    **CLAIM, "insurance": [{"focal": True, "coverage": {"reference": "Coverage/k"}}],
    "resourceType": "ExplanationOfBenefit", "id": "eob", "outcome": "complete", "claim": {"reference": "Claim/cl"},
    "total": [{"category": concept((f"{HL7}/adjudication", code)), "amount": {"value": value, "currency": "EUR"}}
              for code, value in (("benefit", 120), ("submitted", 157.5))],
}  # fmt: skip
CONSENT = {
    "resourceType": "Consent", "id": "co", "status": "active", "patient": {"reference": "Patient/p"},
    "scope": concept((f"{HL7}/consentscope", "research")), "category": [concept((LOINC, "59284-0"))],
    "dateTime": "2021-01-05", "policyRule": concept((f"{HL7}/v3-ActCode", "OPTIN")),
    "provision": {
        "period": period("2021-01-05", "2026-01-05"),
        "actor": [{"role": concept((f"{HL7}/v3-ParticipationType", "PRCP")), "reference": {"display": "Biobank"}}],
        "purpose": [{"system": f"{HL7}/v3-ActReason", "code": "HRESCH"}],
        "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}],
    },
}  # fmt: skip
VARIANT = {
    "resourceType": "Observation", "id": "v", "status": "final", **_OF, "code": concept((LOINC, "69548-6")),
    "effectiveDateTime": "2020-11-02", "valueCodeableConcept": concept((LOINC, "LA9633-4")),
    "component": [
        {"code": concept((LOINC, "48018-6")),
         "valueCodeableConcept": concept(("http://www.genenames.org", "HGNC:1100"))},
        {"code": concept((LOINC, "48004-6")),
         "valueCodeableConcept": concept(("http://varnomen.hgvs.org", "NM_007294.3:c.68_69del"))},
        {"code": concept((LOINC, "53034-5")), "valueCodeableConcept": concept((LOINC, "LA6706-1"))},
        {"code": concept((LOINC, "62374-4")), "valueCodeableConcept": concept((LOINC, "LA26806-2"))},
    ],
}  # fmt: skip
WEARABLE = {
    "resourceType": "Observation", "id": "w", "status": "final", **_OF, "code": concept((LOINC, "41950-7")),
    "effectivePeriod": period("2021-06-01", "2021-06-30"),
    "component": [
        {"code": concept((f"{HL7}/observation-statistics", "average")), "valueQuantity": quantity(8123.5, "{steps}")},
        {"code": concept((f"{HL7}/observation-statistics", "maximum")), "valueQuantity": quantity(19000, "{steps}")},
        {"code": concept((f"{HL7}/observation-statistics", "count")), "valueQuantity": quantity(29, "1")},
    ],
}  # fmt: skip

ALL = (
    PATIENT, IMMUNIZATION, OBSERVATION, PRESSURE, CONDITION, REQUEST, ROLE, MEDICATION, DISPENSE, COVERAGE, CLAIM,
    BENEFIT, CONSENT, VARIANT, WEARABLE,
)  # fmt: skip


def bundle(*resources):
    """A collection of these resources; the prescription also goes by an urn."""
    entries = [{"resource": copy.deepcopy(resource)} for resource in resources]
    for entry in entries:
        if entry["resource"].get("id") == "rx":
            entry["fullUrl"] = "urn:uuid:rx"
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
