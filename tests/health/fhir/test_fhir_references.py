"""Whose a resource is, and what it points to, by the names that FHIR R4 gives (bundle.html#references)."""

import pytest
from health.fhir import resources as r
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.health import Claim, Condition, Dispense, LabResult
from zkhealth.health.fhir import read_bundle, read_fhir

A, B = "http://a.example/fhir", "http://b.example/fhir"
MRN = {"system": "urn:mrn", "value": "4711"}
PATIENT = {**r.PATIENT, "id": "1", "identifier": [{"system": "urn:other", "value": "4711"}, MRN]}


def entry(full_url, resource):
    return {"resource": resource} if full_url is None else {"fullUrl": full_url, "resource": resource}


def bundle(*entries):
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries)}


def pressure(subject, **changes):
    return {**r.PRESSURE, "id": "2", "subject": subject, **changes}


def is_read(patient_url, own_url, subject, patient=PATIENT):
    read = read_fhir(bundle(entry(patient_url, patient), entry(own_url, pressure(subject))))
    findings = {finding.code for finding in read.findings}
    assert findings == (set() if read.of(LabResult) else {"NOT_THIS_PATIENT"})
    return bool(read.of(LabResult))


@pytest.mark.parametrize(("patient_url", "own_url", "reference"), [
    pytest.param(f"{A}/Patient/1", f"{A}/Observation/2", "Patient/1", id="relative, on the base of its entry"),
    pytest.param(f"{A}/Patient/1", f"{A}/Observation/2", "Patient/1/_history/7", id="relative, a version"),
    pytest.param(f"{A}/Patient/1", f"{B}/Observation/2", f"{A}/Patient/1", id="absolute, from another server"),
    pytest.param(f"{A}/Patient/1", f"{B}/Observation/2", f"{A}/Patient/1/_history/7", id="absolute, a version"),
    pytest.param(f"{A}/Patient/1", "urn:uuid:0b", f"{A}/Patient/1", id="absolute, from no server"),
    pytest.param(f"{A}/Patient/1", "urn:uuid:0b", "Patient/1", id="relative, from no server"),
    pytest.param(f"{A}/Patient/1", None, "Patient/1", id="relative, without a fullUrl"),
    pytest.param("urn:uuid:0a", "urn:uuid:0b", "urn:uuid:0a", id="by a uuid"),
    pytest.param("urn:uuid:0a", f"{A}/Observation/2", "urn:uuid:0a", id="by a uuid, from a server"),
    pytest.param("urn:uuid:0a", "urn:uuid:0b", "Patient/1", id="by its id, where no entry has a base"),
    pytest.param("urn:uuid:0a", None, "urn:uuid:0a/_history/2", id="a version of a uuid"),
    pytest.param("Patient/1", "Observation/2", "Patient/1", id="a fullUrl that is relative itself"),
    pytest.param(None, None, "Patient/1", id="no fullUrl at all"),
    pytest.param("resource:0", "resource:1", "resource:0", id="as in a health card"),
    pytest.param("https://Clinic/p1", None, "https://Clinic/p1", id="a URL with a large letter"),
    pytest.param("http://Clinic/x?y=Patient", None, "http://Clinic/x?y=Patient", id="any other URL"),
])  # fmt: skip
def test_a_resource_is_the_patients_by_this_reference(patient_url, own_url, reference):
    assert is_read(patient_url, own_url, {"reference": reference})


@pytest.mark.parametrize(("patient_url", "own_url", "reference"), [
    pytest.param(f"{A}/Patient/1", f"{B}/Observation/2", "Patient/1", id="Patient/1 of another server"),
    pytest.param(f"{A}/Patient/1", f"{A}/x/Observation/2", "Patient/1", id="Patient/1 of a folder below"),
    pytest.param(f"{A}/Patient/1", f"{A}/Observation/2", f"{B}/Patient/1", id="absolute, of another server"),
    pytest.param(f"{A}/Patient/1", f"{A}/Observation/2", "Patient/2", id="another id"),
    pytest.param("urn:uuid:0a", f"{A}/Observation/2", "Patient/1", id="Patient/1 of a server, and a Patient of none"),
    pytest.param(None, f"{A}/Observation/2", "Patient/1", id="Patient/1 of a server, and a Patient without a fullUrl"),
    pytest.param(None, None, f"{A}/Patient/1", id="absolute, and a Patient without a fullUrl"),
    pytest.param("urn:uuid:1", None, "urn:uuid:0", id="another uuid"),
    pytest.param(f"{A}/Patient/9", f"{A}/Observation/2", "Patient/1", id="a fullUrl with another id, by the id"),
    pytest.param(f"{A}/Patient/9", f"{A}/Observation/2", "Patient/9", id="a fullUrl with another id, by the fullUrl"),
    pytest.param(f"{A}/Group/1", None, f"{A}/Group/1", id="a fullUrl of another type, by the fullUrl"),
    pytest.param(f"{A}/Group/1", None, "Patient/1", id="a fullUrl of another type, by the id"),
    pytest.param("urn:uuid:0a", None, "#1", id="contained, but there is none"),
    pytest.param("urn:uuid:0a", None, "Patient?identifier=urn:mrn|4711", id="a search, which only a server can do"),
    pytest.param("urn:uuid:0a", None, "/_history/1", id="a version of nothing"),
])  # fmt: skip
def test_a_resource_is_not_the_patients_by_this_reference(patient_url, own_url, reference):
    assert not is_read(patient_url, own_url, {"reference": reference})


def test_a_patient_without_an_id_has_the_one_of_the_fullurl():
    nameless = {name: value for name, value in PATIENT.items() if name != "id"}
    assert is_read(f"{A}/Patient/1", None, {"reference": "Patient/1"}, nameless)
    assert not is_read(f"{A}/Patient/2", None, {"reference": "Patient/1"}, nameless)
    assert is_read("urn:uuid:0a", "urn:uuid:0b", {"reference": "Patient/0a"}, nameless)
    assert not is_read("urn:uuid:0a", f"{A}/Observation/2", {"reference": "Patient/0a"}, nameless)
    assert not is_read("urn:x:0a", None, {"reference": "Patient/0a"}, nameless)
    assert not is_read("urn:uuid:0a", None, {"reference": "Patient/0a"})  # its id is another


TYPE = "http://hl7.org/fhir/StructureDefinition"


@pytest.mark.parametrize(("subject", "expected"), [
    pytest.param({"identifier": MRN, "type": f"{TYPE}/Patient"}, True, id="and its type as a URL"),
    pytest.param({"identifier": MRN, "type": f"{TYPE}/Device"}, False, id="and another type as a URL"),
    pytest.param({"identifier": MRN}, True, id="the identifier"),
    pytest.param({"identifier": {**MRN, "use": "official"}, "type": "Patient"}, True, id="and its type"),
    pytest.param({"identifier": {**MRN, "value": "4712"}}, False, id="another value"),
    pytest.param({"identifier": {**MRN, "system": "urn:x"}}, False, id="the value in another system"),
    pytest.param({"identifier": {"value": "4711"}}, False, id="a value without a system"),
    pytest.param({"identifier": {"system": "urn:mrn"}}, False, id="a system without a value"),
    pytest.param({"identifier": {**MRN, "use": "old"}}, False, id="no longer in use"),
    pytest.param({"identifier": MRN, "type": "Group"}, False, id="a group"),
    pytest.param({"identifier": MRN, "reference": "Patient/2"}, False, id="with a reference to another"),
    pytest.param({"identifier": {**MRN, "value": "4712"}, "reference": "Patient/1"}, True, id="a reference decides"),
    pytest.param({"display": "Ada Beispiel"}, False, id="only words"),
])  # fmt: skip
def test_an_identifier_alone_names_the_patient_who_has_it(subject, expected):
    assert is_read("urn:uuid:0a", None, subject) == expected


@pytest.mark.parametrize(("subject", "element"), [
    ({"identifier": {**MRN, "value": "4712"}}, "subject.identifier"),
    ({"reference": "Patient/2"}, "subject.reference"),
])  # fmt: skip
def test_it_is_said_which_element_names_somebody_else(subject, element):
    (finding,) = read_fhir(bundle(entry(None, PATIENT), entry(None, pressure(subject)))).findings
    assert finding.sentence == f"{element} is not the Patient of this bundle"


def test_an_identifier_that_the_patient_no_longer_uses_names_nobody():
    old = {**PATIENT, "identifier": [{**MRN, "use": "old"}]}
    assert not is_read("urn:uuid:0a", None, {"identifier": MRN}, old)


@pytest.mark.parametrize(("contained", "expected"), [
    pytest.param([{"resourceType": "Patient", "id": "me", "identifier": [MRN]}], True, id="with the identifier"),
    pytest.param([{"resourceType": "Patient", "id": "me"}], False, id="without one"),
    pytest.param([{"resourceType": t, "id": "me", "identifier": [MRN]} for t in ("Patient", "Patient")], False,
                 id="two of one id"),
    pytest.param([{"resourceType": "Group", "id": "me", "identifier": [MRN]}], False, id="a group"),
])  # fmt: skip
def test_a_contained_patient_is_the_one_of_the_bundle_by_its_identifier_alone(contained, expected):
    observation = pressure({"reference": "#me"}, contained=contained)
    read = read_fhir(bundle(entry("urn:uuid:0a", PATIENT), entry(None, observation)))
    assert bool(read.of(LabResult)) == expected


def test_a_fullurl_that_two_entries_have_names_nobody():
    place = {"resourceType": "Location", "id": "x"}
    observation = pressure({"reference": "urn:uuid:0a"})
    read = read_fhir(bundle(entry("urn:uuid:0a", PATIENT), entry("urn:uuid:0a", place), entry(None, observation)))
    assert read.of(LabResult) == ()


@pytest.mark.parametrize("resource", [r.IMMUNIZATION, r.CLAIM, r.BENEFIT, r.CONSENT, r.COVERAGE, r.CONDITION])
def test_only_the_element_of_its_type_says_whose_a_resource_is(resource):
    right = next(name for name in ("subject", "patient", "beneficiary") if name in resource)
    for wrong in {"subject", "patient", "beneficiary"} - {right}:
        other = {**resource, right: {"reference": "Patient/2"}, wrong: {"reference": "Patient/1"}}
        assert len(read_fhir(bundle(entry(None, PATIENT), entry(None, other))).entries) == 1  # the patient alone


# --- without a Patient, and alone ---------------------------------------------------------------


@pytest.mark.parametrize(("first", "second", "expected"), [
    pytest.param((f"{A}/Observation/2", "Patient/1"), (f"{A}/Observation/3", "Patient/1"), True, id="one server"),
    pytest.param((f"{A}/Observation/2", "Patient/1"), (None, f"{A}/Patient/1/_history/1"), True, id="and absolute"),
    pytest.param((f"{A}/Observation/2", "Patient/1"), (f"{B}/Observation/3", "Patient/1"), False, id="two servers"),
    pytest.param((f"{A}/Observation/2", "Patient/1"), (None, "Patient/1"), False, id="a server and none"),
    pytest.param((None, "Patient/1"), ("urn:uuid:3", "Patient/1"), True, id="no server"),
    pytest.param((None, "#me"), (None, "#me"), False, id="two contained ones of the same id"),
    pytest.param((None, "#me"), (None, "Patient/1"), False, id="a contained one, and another"),
])  # fmt: skip
def test_without_a_patient_all_must_name_the_same_one(first, second, expected):
    contained = [{"resourceType": "Patient", "id": "me"}]
    entries = [entry(url, pressure({"reference": name}, contained=contained)) for url, name in (first, second)]
    read = read_fhir(bundle(*entries))
    assert (len(read.of(LabResult)) == 4) == expected
    assert bool(read.of(LabResult)) == expected


def test_one_resource_is_of_the_patient_inside_of_it():
    contained = [{"resourceType": "Patient", "id": "me"}]
    read = read_fhir(bundle(entry(None, pressure({"reference": "#me"}, contained=contained)), entry(None, r.ROLE)))
    assert len(read.of(LabResult)) == 2


def test_contained_patients_of_one_identifier_are_one():
    one = [{"resourceType": "Patient", "id": "me", "identifier": [MRN]}]
    other = [{"resourceType": "Patient", "id": "me", "identifier": [{**MRN, "value": "4712"}]}]
    for second, n in ((one, 4), (other, 0)):
        entries = [entry(None, pressure({"reference": "#me"}, contained=inner)) for inner in (one, second)]
        assert len(read_fhir(bundle(*entries)).of(LabResult)) == n


def test_identifiers_name_a_patient_who_is_not_in_the_file():
    for value, n in (("4711", 4), ("4712", 0)):
        entries = [entry(None, pressure({"identifier": {**MRN, "value": v}})) for v in ("4711", value)]
        read = read_fhir(bundle(*entries))
        assert len(read.of(LabResult)) == n


@pytest.mark.parametrize(("subject", "expected"), [
    ({"identifier": MRN}, True), ({"identifier": MRN, "type": "Device"}, False), ({"reference": "#me"}, True),
    ({"reference": "Group?identifier=x"}, False), ({"reference": "Patient?identifier=x"}, True), ({}, False),
    ({"identifier": {"value": "4711"}}, False), ({"reference": "Group/1/_history/2"}, False),
])  # fmt: skip
def test_a_resource_alone_is_read_if_it_can_be_a_patients(subject, expected):
    alone = pressure(subject, contained=[{"resourceType": "Patient", "id": "me"}])
    assert bool(read_fhir(alone).entries) == expected


def test_an_object_that_is_given_twice_is_two_resources():
    observation = pressure({"reference": "Patient/1"})
    entries = [entry(url, observation) for url in ("urn:uuid:2", f"{A}/Observation/2", f"{B}/Observation/2")]
    read = read_fhir(bundle(entry(f"{A}/Patient/1", PATIENT), *entries))
    assert {e.place.partition(",")[0] for e in read.of(LabResult)} == {"Observation 1", "Observation 2"}


def test_vaccinations_are_of_the_patient_of_their_server():
    def doses(url):
        dose = {**r.IMMUNIZATION, "patient": {"reference": "Patient/1"}}
        return len(read_bundle(bundle(entry(f"{A}/Patient/1", PATIENT), entry(url, dose))).immunizations)

    assert (doses(f"{A}/Immunization/i"), doses(f"{B}/Immunization/i"), doses("urn:uuid:i")) == (1, 0, 1)


# --- everything else that a resource points to ----------------------------------------------


def drug(own_url, reference, *medications):
    """The drug of a dispense that refers to one of these medications."""
    dispense = {**r.DISPENSE, "medicationReference": {"reference": reference}, "subject": {"identifier": MRN}}
    read = read_fhir(bundle(entry(None, PATIENT), entry(own_url, dispense), *medications))
    return next((e.values["drug"] for e in read.of(Dispense)), None)


def medicine(code, **changes):
    return {"resourceType": "Medication", "id": "m", "code": r.concept((r.RXNORM, code)), **changes}


def test_the_medicine_of_a_dispense_is_the_one_of_its_own_server():
    both = [entry(f"{server}/Medication/m", medicine(code)) for server, code in ((A, "1"), (B, "2"))]
    assert drug(f"{A}/MedicationDispense/d", "Medication/m", *both) == f"{r.RXNORM}|1"
    assert drug(f"{B}/MedicationDispense/d", "Medication/m", *both) == f"{r.RXNORM}|2"
    assert drug("http://c.example/MedicationDispense/d", "Medication/m", *both) is None
    assert drug("urn:uuid:d", "Medication/m", *both) is None  # it may be either


@pytest.mark.parametrize(("reference", "meta", "expected"), [
    ("Medication/m/_history/2", {"versionId": "2"}, True), (f"{A}/Medication/m/_history/2", {"versionId": "2"}, True),
    ("Medication/m/_history/2", {"versionId": "3"}, False), ("Medication/m/_history/2", {}, False),
    ("Medication/m", {"versionId": "3"}, True),
])  # fmt: skip
def test_a_version_is_the_version_of_the_resource(reference, meta, expected):
    found = drug(f"{A}/MedicationDispense/d", reference, entry(f"{A}/Medication/m", medicine("1", meta=meta)))
    assert (found is not None) == expected


def test_a_contained_condition_stands_on_the_base_of_the_resource_around_it():
    for server in (A, B):
        condition = {**r.CONDITION, "id": "in", "subject": {"reference": "Patient/1"}}
        claim = {**r.CLAIM, "patient": {"identifier": MRN}, "contained": [condition], "item": [],
                 "diagnosis": [{"sequence": 1, "diagnosisReference": {"reference": "#in"}}]}  # fmt: skip
        read = read_fhir(bundle(entry(f"{A}/Patient/1", PATIENT), entry(f"{server}/Claim/cl", claim)))
        assert ("diagnosis" in read.of(Claim)[0].values) == (server == A)


@pytest.mark.parametrize(("status", "expected"), [("active", "Claim/cl"), ("entered-in-error", "urn:uuid:c")])
def test_an_answer_is_not_called_like_a_claim_that_was_made_in_error(status, expected):
    claim = {**r.CLAIM, "status": status, "patient": {"identifier": MRN}}
    answer = {**r.BENEFIT, "patient": {"identifier": MRN}, "claim": {"reference": "urn:uuid:c"}}
    read = read_fhir(bundle(entry(None, PATIENT), entry("urn:uuid:c", claim), entry(None, answer)))
    assert read.of(Claim)[-1].values["claim_id"] == expected


def test_a_token_of_a_prescription_that_is_elsewhere_has_no_version():
    dispense = {**r.DISPENSE, "medicationCodeableConcept": r.concept((r.RXNORM, "1")),
                "authorizingPrescription": [{"reference": "MedicationRequest/rx/_history/2"}]}  # fmt: skip
    (read,) = read_fhir(dispense).of(Dispense)
    assert read.values["rx_id"] == "MedicationRequest/rx"


# --- the rule of the specification, written again ----------------------------------------------

BASES = ["", f"{A}/", f"{B}/"]


def meant(own_base, reference, patient_base, patient_id):
    """Whether a reference means the Patient: the text of R4, and the one rule that is ours for entries of no server."""
    reference = reference.split("/_history/")[0]
    if "://" in reference:
        return bool(patient_base) and reference == f"{patient_base}Patient/{patient_id}"
    if own_base:
        return own_base == patient_base and reference == f"Patient/{patient_id}"
    return reference == f"Patient/{patient_id}"


@given(
    st.sampled_from(BASES),
    st.sampled_from(BASES),
    st.builds("{}Patient/{}{}".format, *map(st.sampled_from, (BASES, "12", ("", "/_history/1")))),
    st.sampled_from("12"),
)
def test_references_are_read_as_the_specification_says(own, patients, reference, identity):
    patient = {**PATIENT, "id": identity}
    patient_url = f"{patients}Patient/{identity}" if patients else "urn:uuid:0a"
    own_url = f"{own}Observation/2" if own else "urn:uuid:0b"
    expected = meant(own, reference, patients, identity)
    assert is_read(patient_url, own_url, {"reference": reference}, patient) == expected


# --- what an observation is about -----------------------------------------------------------------


@pytest.mark.parametrize(("focus", "expected"), [
    pytest.param([{"reference": "Condition/c"}], True, id="a condition of the patient"),
    pytest.param([{"reference": "Condition/elsewhere"}], True, id="a condition that is elsewhere"),
    pytest.param([{"reference": "urn:x:7", "type": "Condition"}], True, id="a condition by its type"),
    pytest.param([{"reference": "Condition/hers"}], False, id="a condition of another"),
    pytest.param([{"reference": "Condition/c"}, {"reference": "RelatedPerson/r"}], False, id="and a relative"),
    pytest.param([{"reference": "Condition/c", "type": "Patient"}], False, id="a contradiction"),
    pytest.param([{"reference": "urn:x:7"}], False, id="nobody knows what"),
    pytest.param([{"reference": "Patient/1"}], False, id="a patient, perhaps a fetus"),
    pytest.param([{"reference": "Group/g"}], False, id="a group"),
    pytest.param([], False, id="nothing"),
    pytest.param("Condition/c", False, id="no list"),
])  # fmt: skip
def test_an_observation_may_be_about_a_condition_of_the_patient(focus, expected):
    mine = {**r.CONDITION, "subject": {"reference": "Patient/1"}}
    hers = {**mine, "id": "hers", "subject": {"reference": "Patient/2"}}
    observation = pressure({"reference": "Patient/1"}, focus=focus)
    read = read_fhir(bundle(*(entry(None, resource) for resource in (PATIENT, mine, hers, observation))))
    assert len(read.of(Condition)) == 1
    assert bool(read.of(LabResult)) == expected


def test_a_variant_of_a_tumour_is_none_of_the_patient():
    variant = {**r.VARIANT, "subject": {"reference": "Patient/1"}}
    for focus, n in (({}, 2), ({"focus": [{"reference": "Condition/c"}]}, 1)):
        assert len(read_fhir(bundle(entry(None, PATIENT), entry(None, variant | focus))).entries) == n
