"""Policies that schools, trials and payers have (HEALTH.md, c), on real and on made-up records, with real proofs."""

import functools

import pytest
from health.clinic import answers, entry, policy_of, proven, refused, wallet_of
from shared_files import shared

from zkhealth.credentials.policies.bounds import days_ago
from zkhealth.health import Condition, Coverage, Dispense, Identity, Immunization, LabResult, Prescription
from zkhealth.health.fhir import read_fhir

AT = "2021-07-01"
HL7 = "http://terminology.hl7.org/CodeSystem"
FINAL = ["final", "amended", "corrected"]
MMR = ["cvx|03", "cvx|94"]
A, B = Immunization.as_("a"), Immunization.as_("b")
HBA1C, BMI, EGFR = (LabResult.as_(name) for name in ("hba1c", "bmi", "egfr"))
PERSON, DIAGNOSIS, INSURANCE = Identity.as_("person"), Condition.as_("diagnosis"), Coverage.as_("insurance")


# --- 7: school entry ------------------------------------------------------------

SCHOOL = (
    A.vaccine.one_of(MMR), B.vaccine.one_of(MMR),
    A.date - A.birth >= 365,
    B.date - A.date >= 28,
)  # fmt: skip


def dose(date, birth="2015-03-01", vaccine="cvx|03"):
    return entry(Immunization, birth=birth, vaccine=vaccine, date=date)


@pytest.mark.parametrize(("doses", "is_enough"), [
    pytest.param([dose("2016-02-29"), dose("2016-03-28")], True, id="first birthday, 28 days"),
    pytest.param([dose("2016-02-28"), dose("2016-03-28")], False, id="a day before the first birthday"),
    pytest.param([dose("2016-02-29"), dose("2016-03-27")], False, id="27 days"),
    pytest.param([dose("2016-02-29")], False, id="one dose"),
    pytest.param([dose("2016-02-29"), dose("2016-02-29")], False, id="twice the same day"),
    pytest.param([dose("2016-02-29"), dose("2016-03-28", vaccine="cvx|94")], True, id="two vaccines of the list"),
    pytest.param([dose("2016-02-29"), dose("2016-03-28", vaccine="cvx|21")], False, id="varicella"),
    pytest.param([dose("2016-04"), dose("2016-06")], True, id="only months, far enough"),
    pytest.param([dose("2016-03"), dose("2016-04")], False, id="only months, perhaps a day apart"),
    pytest.param([dose("2016-02-29", "2015"), dose("2016-03-28", "2015")], False, id="birth: only a year"),
])  # fmt: skip
def test_school_entry_asks_for_two_doses_after_the_first_birthday_28_days_apart(doses, is_enough):
    answers(wallet_of(*doses), policy_of(*SCHOOL), AT, is_enough)


def test_what_the_school_learns():
    wallet = wallet_of(dose("2016-02-29"), dose("2016-03-28"))
    verdict = proven(wallet, policy_of(*SCHOOL), AT)
    assert verdict.revealed == {}
    assert {"a.birth", "a.date", "a.lot", "b.vaccine"} <= {name.split(" ")[0] for name in verdict.not_learned}


# --- 10: a trial of type 2 diabetes ----------------------------------------------

TRIAL = (
    PERSON.birth.at_least_years_ago(18), PERSON.birth >= "1945-07-02",
    HBA1C.test.equals("loinc|4548-4"), HBA1C.status.one_of(FINAL), HBA1C.value.between("7.0", "9.5"),
    BMI.test.equals("loinc|39156-5"), BMI.status.one_of(FINAL), BMI.value.between("20", "45"),
    EGFR.test.one_of(["loinc|33914-3", "loinc|98979-8"]), EGFR.status.one_of(FINAL), EGFR.value >= "30",
    HBA1C.day.within_days(0, 90), BMI.day.within_days(0, 90), EGFR.day.within_days(0, 90),
    DIAGNOSIS.code.equals("snomed|44054006"), DIAGNOSIS.clinical.equals("active"),
    DIAGNOSIS.verification.equals("confirmed"),
)  # fmt: skip


def observation(loinc, value, unit, day="2021-06-01T08:00:00+00:00", **changes):
    return {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": "Patient/p"},
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **changes,
    }  # fmt: skip


def patient_of_trial(hba1c=7.4, unit="%", day="2021-06-01T08:00:00+00:00", **changes):
    diagnosis = {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": f"{HL7}/condition-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{HL7}/condition-ver-status", "code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]},
        "subject": {"reference": "Patient/p"},
    }  # fmt: skip
    resources = [
        {"resourceType": "Patient", "id": "p", "birthDate": "1970-05"},
        observation("4548-4", hba1c, unit, day, **changes),
        observation("39156-5", 31.2, "kg/m2"),
        observation("33914-3", 74, "mL/min/{1.73_m2}"),
        diagnosis,
    ]
    return read_fhir({"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]})


@pytest.mark.parametrize(("record", "fits"), [
    pytest.param({}, True, id="fits"),
    pytest.param({"hba1c": 57.6, "unit": "mmol/mol"}, True, id="in the other unit: 7.4212 %"),
    pytest.param({"hba1c": 52, "unit": "mmol/mol"}, False, id="in the other unit: 6.909 %, not 52 nor 5.2"),
    pytest.param({"hba1c": 6.9}, False, id="too low"),
    pytest.param({"hba1c": 7.00004}, True, id="rounded once to 7.0"),
    pytest.param({"day": "2021-03-01T08:00:00Z"}, False, id="an old value"),
    pytest.param({"day": "2021"}, False, id="in some month of the year"),
    pytest.param({"status": "preliminary"}, False, id="not final"),
])  # fmt: skip
def test_a_trial_finds_out_that_a_patient_fits_and_nothing_else(record, fits):
    read = patient_of_trial(**record)
    answers(wallet_of(*read.entries), policy_of(*TRIAL), AT, fits)


def test_a_trial_is_not_for_a_real_patient_whose_sugar_is_too_low():
    read = read_fhir(shared("health", "fhir", "synthea", FABIAN).read_bytes())
    latest = {e.values["test"]: e for e in read.of(LabResult)}  # in the order of time
    wanted = [latest[f"http://loinc.org|{code}"] for code in ("4548-4", "39156-5", "33914-3")]
    refused(wallet_of(*read.of(Identity), *read.of(Condition), *wanted), policy_of(*TRIAL), AT)
    value = policy_of(HBA1C.test.equals("loinc|4548-4"), HBA1C.value.between("7.0", "9.5"))
    assert "hba1c.value is 6.0731" in refused(wallet_of(wanted[0]), value, AT)


# --- 11: prior authorisation of a payer ------------------------------------------

FABIAN = "Fabian_Murray_a120c913-9ee0-4fcc-8344-826e74335c80.json"
COMORBID = ["snomed|44054006", "snomed|38341003", "snomed|302870006"]
COVERED = (INSURANCE.status.equals("active"), INSURANCE.start <= days_ago(0), INSURANCE.end >= days_ago(0))
HEAVY = (BMI.test.equals("loinc|39156-5"), BMI.status.one_of(FINAL))
ILL = (DIAGNOSIS.clinical.equals("active"),)
WEGOVY = (
    PERSON.birth.at_least_years_ago(18), *HEAVY, *ILL, *COVERED,
    (BMI.value >= "30") | ((BMI.value >= "27") & DIAGNOSIS.code.one_of(COMORBID)),
)  # fmt: skip


def member(bmi, code, birth="1970-05-01", end="2021-12-31"):
    return wallet_of(
        entry(Identity, birth=birth),
        entry(LabResult, test="loinc|39156-5", value=bmi, status="final", day="2021-06-01"),
        entry(Condition, code=code, clinical="active"),
        entry(Coverage, status="active", start="2021-01-01", end=end),
    )


@pytest.mark.parametrize(("wallet", "is_covered"), [
    pytest.param(lambda: member("31", "snomed|1"), True, id="heavy"),
    pytest.param(lambda: member("28", "snomed|44054006"), True, id="less heavy and ill"),
    pytest.param(lambda: member("28", "snomed|1"), False, id="less heavy, otherwise ill"),
    pytest.param(lambda: member("26.9999", "snomed|44054006"), False, id="not heavy"),
    pytest.param(lambda: member("31", "snomed|1", birth="2003-07-02"), False, id="under age"),
    pytest.param(lambda: member("31", "snomed|1", birth="2003"), False, id="perhaps under age"),
    pytest.param(lambda: member("31", "snomed|1", end="2021-06-30"), False, id="insurance over"),
    pytest.param(lambda: member("31", "snomed|1", end="2021-07"), True, id="insurance until some day of this month"),
])  # fmt: skip
def test_a_payer_learns_that_the_criteria_are_met_and_not_by_which_branch(wallet, is_covered):
    answers(wallet(), policy_of(*WEGOVY), AT, is_covered)


def test_a_payer_s_two_branches_look_alike():
    first, second = (proven(member(*who), policy_of(*WEGOVY), AT) for who in (("31", "snomed|1"), ("28", COMORBID[0])))
    assert first.proven == second.proven
    assert first.not_learned == second.not_learned


@functools.cache
def real_patient():
    read = read_fhir(shared("health", "fhir", "synthea", FABIAN).read_bytes())
    latest = [e for e in read.of(LabResult) if e.values["test"].endswith("39156-5")][-1]
    insured = entry(Coverage, status="active", start="2020-01-01", end="2021-12-31")
    return wallet_of(*read.of(Identity), *read.of(Condition), latest, insured)


def test_a_real_patient_meets_the_criteria_of_the_payer():
    proven(real_patient(), policy_of(*WEGOVY), AT)


# --- 12, as far as records allow: one fill -------------------------------------------

RX, FILL = Prescription.as_("rx"), Dispense.as_("fill")
ONE_FILL = (
    RX.rx_id.equals(FILL.rx_id), RX.unit.equals(FILL.unit), FILL.quantity - RX.quantity <= 0,
    FILL.status.equals("completed"), FILL.handed_over - RX.prescribed >= 0,
    FILL.token("https://payer.example/fills"),
)  # fmt: skip


def prescription(quantity="30", unit="urn:forms|TAB", rx="MedicationRequest/1"):
    return entry(
        Prescription, drug="rxnorm|1", quantity=quantity, unit=unit, prescribed="2021-05-01", status="active",
        intent="order", rx_id=rx,
    )  # fmt: skip


def fill(quantity="30", unit="urn:forms|TAB", rx="MedicationRequest/1", day="2021-05-02"):
    return entry(
        Dispense, drug="rxnorm|1", quantity=quantity, unit=unit, handed_over=day, status="completed", rx_id=rx
    )


@pytest.mark.parametrize(("records", "is_right"), [
    pytest.param([prescription(), fill()], True, id="as prescribed"),
    pytest.param([prescription(), fill("31")], False, id="more"),
    pytest.param([prescription(), fill("30", "urn:forms|BOX")], False, id="boxes for tablets"),
    pytest.param([prescription(), fill(rx="MedicationRequest/2")], False, id="on another prescription"),
    pytest.param([prescription(), fill(day="2021-04-30")], False, id="before it was written"),
])  # fmt: skip
def test_a_fill_is_within_its_prescription(records, is_right):
    answers(wallet_of(*records), policy_of(*ONE_FILL), AT, is_right)


def test_a_fill_shows_the_same_token_whenever_it_is_claimed():
    wallet = wallet_of(prescription(), fill())
    first, second = (proven(wallet, policy_of(*ONE_FILL), AT).tokens for _ in range(2))
    assert first == second
