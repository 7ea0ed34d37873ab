"""Every predicate of DERIVED_ground_truth.json: proven and verified through real credentials, or refused by plan."""

import functools
import json
from decimal import Decimal

import pytest
from health.clinic import answers, policy_of, wallet_of
from shared_files import SHARED, shared, shared_json

from zkhealth.credentials.policies.bounds import days_ago
from zkhealth.health import Identity, Immunization, LabResult, Recovery
from zkhealth.health.dcc_codes import dcc_code
from zkhealth.health.documents import read
from zkhealth.health.fhir import read_fhir
from zkhealth.health.mapping import entries_of
from zkhealth.health.units import rounded

AT = "2021-07-01"
TRUTH = SHARED / "health" / "DERIVED_ground_truth.json"
LOINC_HBA1C, LOINC_BMI = "loinc|4548-4", "loinc|39156-5"
FINAL = ["final", "amended", "corrected"]
EMA = [dcc_code("mp", f"EU/1/{name}") for name in ("20/1528", "20/1507", "21/1529", "20/1525")]
NOT_DETECTED = dcc_code("tr", "260415000")

V, U, LAB, RECOVERY, PERSON = (
    Immunization.as_("v"), Immunization.as_("u"), LabResult.as_("lab"), Recovery.as_("r"), Identity.as_("p"),
)  # fmt: skip
MMR, FLU = ["cvx|03", "cvx|94"], ["cvx|140"]
FIRST_MMR = (V.vaccine.one_of(MMR), V.date - V.birth >= 365)

FHIR = {
    "P_age_ge_18": lambda _: policy_of(PERSON.birth.at_least_years_ago(18)),
    "P_mmr_ge_1_on_or_after_1st_birthday": lambda _: policy_of(*FIRST_MMR),
    "P_mmr2_28days_after_1st_birthday": lambda _: policy_of(
        *FIRST_MMR, U.vaccine.one_of(MMR), U.date - V.date >= 28
    ),
    "P_flu_last_365d": lambda _: policy_of(V.vaccine.one_of(FLU), V.date.within_days(0, 365)),
    "P_hba1c_le_7_0": lambda truth: measured(LOINC_HBA1C, LAB.value <= "7.0", truth["latest_hba1c"]),
    "P_bmi_ge_30": lambda truth: measured(LOINC_BMI, LAB.value >= "30", truth["latest_bmi"]),
}
DCC = {
    "P_age_ge_18": {
        "v": lambda: policy_of(V.birth.at_least_years_ago(18)),
        "t": lambda: policy_of(LAB.birth.at_least_years_ago(18)),
        "r": lambda: policy_of(RECOVERY.birth.at_least_years_ago(18)),
    },
    "P_series_complete": {"v": lambda: policy_of(V.dose >= V.series)},
    "P_product_in_EMA4": {"v": lambda: policy_of(V.product.one_of(EMA))},
    "P_14_to_270_days": {"v": lambda: policy_of(V.date.within_days(14, 270))},
    "P_not_detected": {"t": lambda: policy_of(LAB.value_code.equals(NOT_DETECTED))},
    "P_recovery_window": {
        "r": lambda: policy_of(RECOVERY.valid_from <= days_ago(0), RECOVERY.valid_until >= days_ago(0))
    },
}


def measured(test, bound, latest):
    """A value of the day of the latest result or later; any day where there is none."""
    since = latest[0][:10] if latest else "1800-01-01"
    return policy_of(LAB.test.equals(test), LAB.status.one_of(FINAL), LAB.day >= since, bound)


def predicates(part):
    """Each file with each of its predicates; one empty case where the records are absent."""
    if not TRUTH.exists():
        return [pytest.param("", "", id="absent")]
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))[part]
    return [pytest.param(file, name, id=f"{file.partition('_')[0].removesuffix('.json')}-{name}")
            for file, found in truth.items() for name in found if name.startswith("P_")]  # fmt: skip


@functools.cache
def patient(file):
    """A wallet with what the predicates are about: the identity, the vaccinations, two kinds of results."""
    read_ = read_fhir(shared("health", "fhir", "synthea", file).read_bytes())
    results = [e for e in read_.of(LabResult) if e.values["test"].endswith(("|4548-4", "|39156-5"))]
    return wallet_of(*read_.of(Identity), *read_.of(Immunization), *results)


@functools.cache
def traveller(file):
    """A wallet with every record of a certificate."""
    document = read(shared_json("health", "dcc", file)["PREFIX"])
    return wallet_of(*entries_of(document).entries)


@pytest.mark.parametrize(("file", "name"), predicates("fhir"))
def test_a_predicate_about_a_patient_is_proven_exactly_where_it_is_true(file, name):
    truth = shared_json("health", "DERIVED_ground_truth.json")["fhir"][file]
    answers(patient(file), FHIR[name](truth), AT, truth[name])


@pytest.mark.parametrize(("file", "name"), predicates("dcc"))
def test_a_predicate_about_a_certificate_is_proven_exactly_where_it_is_true(file, name):
    truth = shared_json("health", "DERIVED_ground_truth.json")["dcc"][file]
    answers(traveller(file), DCC[name][truth["kind"][0]](), AT, truth[name])


def test_every_predicate_of_the_ground_truth_has_a_policy():
    truth = shared_json("health", "DERIVED_ground_truth.json")
    assert {name for found in truth["fhir"].values() for name in found if name.startswith("P_")} == set(FHIR)
    assert {name for found in truth["dcc"].values() for name in found if name.startswith("P_")} == set(DCC)
    assert sum(map(len, map(predicates, ("fhir", "dcc")))) == 144


@pytest.mark.parametrize("file", sorted(p.name for p in (SHARED / "health/fhir/synthea").glob("*.json")) or [""])
def test_what_was_read_of_a_patient_is_what_the_ground_truth_says(file):
    truth = shared_json("health", "DERIVED_ground_truth.json")["fhir"][file]
    read_ = read_fhir(shared("health", "fhir", "synthea", file).read_bytes())
    results = sorted(
        (e.values["taken"], e.values["value"], e.values["test"]) for e in read_.of(LabResult) if "value" in e.values
    )
    for test, latest in ((LOINC_HBA1C, truth["latest_hba1c"]), (LOINC_BMI, truth["latest_bmi"])):
        found = [value for _, value, code in results if code.endswith(test.removeprefix("loinc"))]
        assert (found[-1] if found else None) == (latest and rounded(Decimal(repr(latest[1]))))
    assert len(read_.of(Immunization)) == truth["immunizations"]
    assert read_.of(Identity)[0].values["sex"] == truth["gender"]
