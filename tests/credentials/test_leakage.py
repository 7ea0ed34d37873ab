"""The report says what a presentation tells, and warns where it tells more than it seems to."""

import json
import math

import pytest
from credentials.hospital import AT, people, policy_of, travel

from zkhealth.credentials.policies.clauses import Pseudonym
from zkhealth.credentials.policies.population import Population

V, U, R = people().v, people().u, people().r


def attribute(report, name):
    return next(a for a in report.attributes if a.name == name)


def status(report, name):
    return attribute(report, name).status


def counted(policy, name, frequencies, at=AT, size=1000):
    return attribute(policy.leakage(at, Population(size, {name: frequencies})), name).bits


# --- statuses -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v.birth", "bounded"),
        ("v.vaccine", "bounded"),
        ("v.dose", "compared"),
        ("v.series", "compared"),
        ("v.given", "bounded"),
        ("v.country", "revealed"),
    ],
)
def test_the_travel_policy_says_of_each_attribute_what_is_learned(name, expected):
    assert status(travel().leakage(AT), name) == expected


def test_every_attribute_of_every_credential_is_reported_once():
    names = [a.name for a in policy_of(V.held(), R.held()).leakage().attributes]
    assert names == [f"v.{n}" for n in people().hospital.spec.fields] + [f"r.{n}" for n in people().lab.spec.fields]


def test_what_is_not_asked_is_hidden():
    assert {a.status for a in policy_of(V.held()).leakage().attributes} == {"hidden"}


def test_an_attribute_in_an_alternative_is_compared():
    assert status(policy_of((V.dose >= 3) | V.country.equals("FR")).leakage(), "v.dose") == "compared"


def test_revealing_outweighs_bounding():
    assert status(policy_of(V.dose >= 2, V.reveal("dose")).leakage(), "v.dose") == "revealed"


def test_values_that_are_left_are_counted():
    assert attribute(travel().leakage(AT), "v.given").n_values == 257


def test_values_are_counted_without_a_time_too():
    assert attribute(travel().leakage(), "v.given").n_values == 257


# --- warnings -----------------------------------------------------------------


@pytest.mark.parametrize(
    "clause",
    [
        V.given.between("2026-09-01", "2026-09-01"),
        V.given.within_days(14, 14),
        V.given.equals("2026-09-01"),
        V.vaccine.one_of(["cvx|208"]),
    ],
)
def test_an_interval_pinned_to_one_value_is_as_good_as_revealed(clause):  # attack 51
    warnings = policy_of(clause).leakage(AT).warnings
    assert any("as good as revealing" in text for text in warnings)


def test_two_clauses_that_pin_a_day_together_are_found():  # attack 51
    policy = policy_of(V.given >= "2026-09-01", V.given <= "2026-09-01")
    assert any(text.startswith("v.given: one value") for text in policy.leakage(AT).warnings)


def test_a_fixed_and_a_moving_bound_that_pin_a_day_are_found_at_that_time():  # attack 51
    policy = policy_of(V.given >= "2026-11-09", V.given.within_days(14, 300))
    assert any(text.startswith("v.given: one value") for text in policy.leakage(AT).warnings)


def test_few_days_are_warned_of():
    assert "v.given: only 8 days are left" in policy_of(V.given.within_days(0, 7)).leakage(AT).warnings


def test_many_days_are_not_warned_of():
    assert travel().leakage(AT).warnings == ()


@pytest.mark.parametrize("clause", [V.reveal("birth"), R.reveal("sampled")])
def test_a_revealed_date_is_warned_of(clause):
    assert any("may identify the holder" in text for text in policy_of(clause).leakage().warnings)


def test_a_global_pseudonym_is_warned_of():
    assert any("global" in text for text in policy_of(V.held(), Pseudonym("trial", True)).leakage().warnings)


def test_a_local_pseudonym_is_linkable_and_not_warned_of():
    report = policy_of(V.held(), Pseudonym("trial")).leakage()
    assert any("this audience" in text for text in report.linkable)
    assert report.warnings == ()


def test_a_token_is_linkable():
    assert any("'meal'" in text for text in policy_of(V.token("meal")).leakage().linkable)


def test_the_issuer_and_the_schema_are_always_told():
    assert "one of 1" in policy_of(V.held()).leakage().linkable[0]


def test_issuer_and_verifier_together_learn_who_has_the_revealed_values():
    assert "v.country" in travel().leakage().issuer_could_learn[0]


# --- bits ---------------------------------------------------------------------


def test_a_share_of_one_half_is_one_bit():
    policy = policy_of(V.country.one_of(["FR", "DE"]))
    assert counted(policy, "v.country", {"FR": 1, "DE": 1, "ES": 1, "IT": 1}) == 1.0


def test_a_clause_that_all_satisfy_tells_nothing():
    assert counted(policy_of(V.birth.at_least_years_ago(18)), "v.birth", {"1950": 1, "1990-04": 2}) == 0.0


def test_a_partial_date_counts_by_its_worse_end():
    policy = policy_of(V.birth <= "1990-06-15")
    assert counted(policy, "v.birth", {"1990-05": 1, "1990-06": 1}) == 1.0


def test_a_revealed_value_tells_its_entropy():
    assert counted(policy_of(V.reveal("country")), "v.country", {"FR": 2, "DE": 1, "ES": 1}) == 1.5


def test_a_hidden_attribute_tells_no_bits():
    assert counted(policy_of(V.held()), "v.country", {"FR": 1, "DE": 1}) == 0.0


def test_a_clause_that_nobody_satisfies_tells_everything():
    assert counted(policy_of(V.country.equals("IT")), "v.country", {"FR": 1}) == math.inf


def test_bits_add_up_to_the_people_left():
    half = {"FR": 1, "DE": 1}
    policy = policy_of(V.country.equals("FR"), V.dose >= 2)
    report = policy.leakage(AT, Population(1000, {"v.country": half, "v.dose": {1: 3, 2: 1}}))
    assert (report.bits, report.people_left) == (3.0, 125.0)


def test_when_one_person_is_left_the_report_warns():
    policy = policy_of(V.country.equals("FR"))
    report = policy.leakage(AT, Population(8, {"v.country": {"FR": 1, "DE": 7}}))
    assert any("about one person" in text for text in report.warnings)


def test_a_model_needs_a_time():
    with pytest.raises(ValueError, match="time"):
        travel().leakage(None, Population(10, {}))


def test_a_model_of_an_unknown_attribute_is_refused():
    with pytest.raises(ValueError, match=r"v\.colour"):
        travel().leakage(AT, Population(10, {"v.colour": {"red": 1}}))


@pytest.mark.parametrize("frequencies", [{}, {"FR": 0}, {"FR": -1, "DE": 2}])
def test_frequencies_that_cannot_be_are_refused(frequencies):
    with pytest.raises(ValueError, match="frequencies"):
        Population(10, {"v.country": frequencies})


def test_a_population_of_nobody_is_refused():
    with pytest.raises(ValueError, match="one person"):
        Population(0, {})


# --- shown --------------------------------------------------------------------


def test_the_report_is_json():
    report = travel().leakage(AT)
    content = json.loads(json.dumps(report.to_json()))
    assert {a["name"]: a["status"] for a in content["attributes"]} == {a.name: a.status for a in report.attributes}


def test_the_report_in_print_has_a_line_for_each_attribute():
    lines = str(travel().leakage(AT)).splitlines()
    assert sum(line.startswith("  v.") for line in lines) >= 6


def test_the_html_has_a_row_for_each_attribute():
    assert travel().leakage(AT)._repr_html_().count("<tr>") == 6


def test_the_html_escapes_what_others_wrote():
    shown = policy_of(V.country.equals("<script>"), Pseudonym("<i>")).leakage()._repr_html_()
    assert "<script>" not in shown
    assert "<i>" not in shown
