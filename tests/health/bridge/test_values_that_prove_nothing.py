"""ATTACKS 48: a partial date must not prove an age by its earliest day, nor a value with "<" enter a range."""

import json

import pytest
from health.bridge.authorities import DURING, Hospital, Ministry, dose, patient, vaccination
from health.clinic import policy_of, proven, refused, wallet_of

from zkhealth.credentials import Policy, Wallet
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.health import Identity, Immunization, LabResult
from zkhealth.health.bridge import Attester, attest
from zkhealth.health.fhir import read_fhir

V, LAB, PERSON = Immunization.as_("v"), LabResult.as_("lab"), Identity.as_("p")
HBA1C = policy_of(LAB.test.equals("loinc|4548-4"), LAB.value <= "7.0")


@pytest.mark.parametrize(("birth", "at", "is_adult"), [
    ("1990", "2008-06-01", False), ("1990", "2008-12-30", False), ("1990", "2008-12-31", True),
    ("1990-04", "2008-04-29", False), ("1990-04", "2008-04-30", True), ("1990-04-01", "2008-04-01", True),
    ("1992-02", "2010-02-27", False), ("1992-02", "2010-02-28", False), ("1992-02", "2010-03-01", True),
])  # fmt: skip
def test_an_age_counts_from_the_last_day_that_the_birth_date_allows(birth, at, is_adult):
    read = read_fhir({"resourceType": "Patient", "birthDate": birth})
    policy = policy_of(PERSON.birth.at_least_years_ago(18))
    (proven if is_adult else refused)(wallet_of(*read.entries), policy, at)


@pytest.mark.parametrize(("birth", "is_child"), [("2009", False), ("2009-07", False), ("2009-12", True)])
def test_an_age_limit_counts_from_the_first_day(birth, is_child):
    read = read_fhir({"resourceType": "Patient", "birthDate": birth})
    (proven if is_child else refused)(wallet_of(*read.entries), policy_of(PERSON.birth >= "2009-07-02"), "2021-07-01")


def test_a_reader_that_took_the_earliest_day_would_prove_the_age():
    careless = read_fhir({"resourceType": "Patient", "birthDate": "1990-01-01"})
    proven(wallet_of(*careless.entries), policy_of(PERSON.birth.at_least_years_ago(18)), "2008-06-01")


def test_a_partial_date_of_a_dose_counts_by_both_of_its_ends():
    policy = policy_of(V.date.within_days(14, 270))
    for date, holds in (("2021-05", True), ("2021-06", False), ("2020-10", True), ("2020-09", False), ("2021", False)):
        found = read_fhir(_bundle(dose(occurrenceDateTime=date)))
        (proven if holds else refused)(wallet_of(*found.of(Immunization)), policy, "2021-06-27")


def _bundle(*resources):
    entries = [{"fullUrl": f"resource:{n}", "resource": x} for n, x in enumerate((patient(), *resources))]
    return {"resourceType": "Bundle", "entry": entries}


def _result(**changes):
    quantity = {"value": 5, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%", **changes}
    return _bundle({
        "resourceType": "Observation", "status": "final", "subject": {"reference": "resource:0"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}, "valueQuantity": quantity,
        "effectiveDateTime": "2021-06-01",
    })  # fmt: skip


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">", "ad", "", 7, False])
def test_a_value_with_a_comparator_is_not_signed(comparator):
    read = read_fhir(_result(comparator=comparator))
    assert read.of(LabResult) == ()
    assert "VALUE_HAS_COMPARATOR" in [finding.code for finding in read.findings]


def test_a_reader_that_dropped_the_comparator_would_prove_the_range():
    proven(wallet_of(*read_fhir(_result()).of(LabResult)), HBA1C, "2021-07-01")


@pytest.mark.parametrize(("change", "code"), [
    ({"comparator": "<"}, "VALUE_HAS_COMPARATOR"), ({"code": "mg/dL", "unit": "mg/dL"}, "UNSUPPORTED_UNIT"),
    ({"system": "http://snomed.info/sct", "code": "118582008"}, "UNSUPPORTED_UNIT"),
])  # fmt: skip
def test_an_attester_does_not_sign_such_a_value(change, code):
    hospital = Hospital()
    resources = [entry["resource"] for entry in _result(**change)["entry"]]
    a = Attester.generate("https://attester.example", [LabResult], hospital.trust)
    with pytest.raises(DecodingError, match=f"nothing in this document can be attested: .*{code}"):
        a.offers(hospital.card(*resources), at=DURING)


def test_a_partial_birth_date_stays_partial_through_an_attester():
    ministry, wallet = Ministry(), Wallet.create()
    a = Attester.generate("https://attester.example", [Immunization], ministry.trust)
    attest(a, ministry.certificate({**vaccination(), "dob": "2003"}), wallet, at=DURING)
    policy = Policy("adult", V.birth.at_least_years_ago(18), issuers=a.public)
    assert wallet.plan(policy.challenge("https://bar.example", "2021-12-31")).prove()
    with pytest.raises(WitnessError, match=r"v\.birth is 2003-01-01 to 2003-12-31"):
        wallet.plan(policy.challenge("https://bar.example", "2021-12-30"))


def test_a_result_of_last_year_does_not_pass_for_one_of_this_month():
    found = json.loads(json.dumps(_result()).replace("2021-06-01", "2021"))
    fresh = policy_of(LAB.test.equals("loinc|4548-4"), LAB.value <= "7.0", LAB.day.within_days(0, 90))
    assert "lab.day" in refused(wallet_of(*read_fhir(found).of(LabResult)), fresh, "2021-07-01")
