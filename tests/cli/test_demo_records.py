"""`zkhealth demo` on real records, and on dates at the edge: the verdict is that of the calendar."""

from datetime import date, timedelta

import pytest
from cli.runs import BUNDLES, CARDS, CLOCK, SYNTHEA, bundle, demo, plain, vaccination
from oracles import sample
from shared_files import shared, shared_json

from zkhealth.health import COVID19, INFLUENZA

ACCEPTED = {code.canonical for code in (*COVID19, *INFLUENZA)}
of_a_file = pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name)


def test_the_real_records_are_all_there():
    shared("health")
    assert (len(SYNTHEA), len(CARDS), len(BUNDLES)) == (6, 23, 13)


def expected(resources, at, ask=("age", "vaccine", "days"), min_age=18, days=(14, 270), vaccines=ACCEPTED):
    """The exit code, from the JSON and the calendar alone.  Dates of these records are full ones."""
    [patient] = [r for r in resources if r["resourceType"] == "Patient"]
    born = date.fromisoformat(patient["birthDate"])
    is_old_enough = at.year - born.year - ((at.month, at.day) < (born.month, born.day)) >= min_age
    pairs = [
        (r["occurrenceDateTime"][:10], f"{coding['system']}|{coding['code']}")
        for r in resources
        if r["resourceType"] == "Immunization" and r["status"] == "completed"
        for coding in r["vaccineCode"]["coding"]
    ]
    pairs = [(when, code) for when, code in pairs if when <= at.isoformat()]
    fits = [
        ("vaccine" not in ask or code in vaccines)
        and ("days" not in ask or days[0] <= (at - date.fromisoformat(when)).days <= days[1])
        for when, code in pairs
    ]
    if "age" in ask and not is_old_enough:
        return 1
    if set(ask) == {"age"} or any(fits):
        return 0
    return 1 if fits else 2


@of_a_file
@pytest.mark.usefixtures("native")
def test_the_age_of_every_patient(path):
    result = demo(path, "--at", CLOCK, "--ask", "age")
    if path in SYNTHEA:
        assert (result.exit_code == 0) == shared_json("health", "DERIVED_ground_truth.json")["fhir"][path.name][
            "P_age_ge_18"
        ]
    assert result.exit_code == expected(plain(path), CLOCK, ["age"])


@of_a_file
@pytest.mark.parametrize("ask", ["age,vaccine,days", "vaccine,days", "vaccine", "days"])
@pytest.mark.usefixtures("native")
def test_every_record_against_the_calendar(path, ask):
    result = demo(path, "--at", CLOCK, "--ask", ask, hospital=3)
    assert result.exit_code == expected(plain(path), CLOCK, ask.split(","))
    assert result.stdout.startswith(("PROVEN\n", "NOT MET: ", "CANNOT DECIDE: ")[result.exit_code])


@of_a_file
@pytest.mark.parametrize("at", [date(2018, 10, 1), date(2020, 12, 31), date(2021, 1, 29), date(2021, 2, 12)])
@pytest.mark.usefixtures("native")
def test_every_record_on_other_days(path, at):
    assert demo(path, "--at", at).exit_code == expected(plain(path), at)


@of_a_file
@pytest.mark.usefixtures("native")
def test_every_record_with_other_bounds(path):
    options = {"min_age": 13, "days": (0, 3650), "vaccines": {"http://hl7.org/fhir/sid/cvx|140"}}
    result = demo(path, "--at", CLOCK, "--min-age", 13, "--days", "0..3650", "--vaccines", "cvx|140")
    assert result.exit_code == expected(plain(path), CLOCK, **options)


def test_the_verdicts_are_of_every_kind():
    """Or the tests above would say little."""
    shared("health")
    codes = [expected(plain(path), CLOCK) for path in BUNDLES]
    assert {code: codes.count(code) for code in codes} == {0: 8, 1: 4, 2: 1}


@pytest.mark.parametrize("path", [path for path in CARDS if path.suffix != ".json"], ids=lambda path: path.name)
def test_what_is_no_bundle_is_refused_by_name(path):
    result = demo(path, "--at", CLOCK)
    assert result.exit_code == 2
    assert result.stdout.startswith("CANNOT DECIDE: cannot read the record\n")
    assert "looks like" in result.stdout


# --- dates at the edge -------------------------------------------------------------------


@pytest.mark.parametrize(("birth", "at", "code"), sample([
    ("2008-11-23", "2026-11-23", 0),
    ("2008-11-24", "2026-11-23", 1),
    ("2008-11", "2026-11-30", 0),
    ("2008-11", "2026-11-29", 1),
    ("2008", "2026-12-31", 0),
    ("2008", "2026-12-30", 1),
    ("1990", "2008-12-30", 1),
    ("1990", "2008-12-31", 0),
    ("1990-04", "2008-04-29", 1),
    ("1990-04", "2008-04-30", 0),
    ("2000-02-29", "2018-02-28", 1),
    ("2000-02-29", "2018-03-01", 0),
    ("2000-02", "2018-02-28", 1),
    ("2000-02", "2018-03-01", 0),
    ("2002-02", "2020-02-28", 0),
    ("2002-02", "2020-02-29", 0),
    ("2002-02-28", "2020-02-27", 1),
    ("2002-03-01", "2020-02-29", 1),
    ("1900-01-01", "2026-11-23", 0),
    ("1900", "1918-12-31", 0),
    ("2027-01-01", "2026-11-23", 1),
], on_reference=3))  # fmt: skip
def test_an_age_counts_by_the_latest_day_of_birth(saved, birth, at, code):
    result = demo(saved(bundle(birth)), "--at", at, "--ask", "age")
    assert result.exit_code == code
    assert ("(by the latest day that the record allows)" in result.stdout) == (code == 1 and len(birth) < 10)


@pytest.mark.parametrize(("given_on", "code"), sample([
    ("2021-06-17", 0),
    ("2021-06-18", 1),
    ("2020-10-04", 0),
    ("2020-10-03", 1),
    ("2021-06-17T23:59:59+14:00", 0),
    ("2020-11", 0),
    ("2020-10", 1),
    ("2021-06", 1),
    ("2021", 2),
    ("2021-07", 2),
    ("2021-07-01", 1),
    ("2021-07-02", 2),
], on_reference=3))  # fmt: skip
def test_a_vaccination_counts_by_its_worse_day(saved, given_on, code):
    result = demo(saved(bundle("1990", (given_on,))), "--at", CLOCK, "--ask", "days")
    assert result.exit_code == code
    assert ("not certainly given by the date asked about" in result.stdout) == (code == 2)


@pytest.mark.parametrize(("vaccinations", "code"), [
    pytest.param([("2020-01-01", "208"), ("2021-05-01", "208")], 0, id="the later fits"),
    pytest.param([("2021-05-01", "208"), ("2021-06-30", "208")], 0, id="the earlier fits"),
    pytest.param([("2021-05-01", "03"), ("2020-01-01", "208")], 1, id="one has the vaccine, one the date"),
    pytest.param([("2021-05-01", "03"), ("2021-05-02", "208"), ("2021-05-03", "115")], 0, id="the one between fits"),
    pytest.param([("2021-07-02", "208")], 2, id="only one that is yet to come"),
    pytest.param([], 2, id="none"),
])  # fmt: skip
def test_one_record_has_to_fit_in_everything(saved, vaccinations, code):
    assert demo(saved(bundle("1990", *vaccinations)), "--at", CLOCK, "--vaccines", "cvx|208").exit_code == code


def test_days_are_counted_as_the_calendar_counts():
    """An oracle for the edges above."""
    assert [(CLOCK - timedelta(days=n)).isoformat() for n in (14, 270)] == ["2021-06-17", "2020-10-04"]


# --- what the record lacks ---------------------------------------------------------------


@pytest.mark.parametrize(("content", "ask", "code", "named"), [
    pytest.param(bundle(None), "age", 2, "Patient.birthDate is missing", id="no birth date"),
    pytest.param(bundle("about 1990"), "age", 2, "Patient.birthDate: expected a FHIR date", id="birth date in words"),
    pytest.param(bundle("1799-12-31"), "age", 2, "expected a year from 1800 to 2155", id="birth date too early"),
    pytest.param(bundle("1990-02-30"), "age", 2, "expected a FHIR date", id="birth date that is none"),
    pytest.param(
        {"resourceType": "Bundle", "entry": []}, "age", 2, "Patient is missing", id="no patient"),
    pytest.param({"resourceType": "Bundle"}, "vaccine", 2, "a completed immunization with a code", id="no entries"),
    pytest.param(bundle("1990"), "days", 2, "a completed immunization with a date", id="no immunization"),
    pytest.param(bundle("2010-01-01"), "age,vaccine", 1, "not yet 18", id="too young, and no immunization"),
    pytest.param(bundle(None, ("2021-05-01", "03")), "age,vaccine", 1, "not one of the list", id="another vaccine"),
    pytest.param(bundle(None, ("2021-05-01", "208")), "age,vaccine", 2, "the date of birth", id="vaccine, no birth"),
])  # fmt: skip
def test_what_is_missing_is_named(saved, content, ask, code, named):
    result = demo(saved(content), "--at", CLOCK, "--ask", ask)
    assert (result.exit_code, named in result.stdout) == (code, True)


@pytest.mark.parametrize(("changes", "named"), [
    ({"status": "not-done"}, "status is not 'completed'"),
    ({"occurrenceDateTime": None}, "occurrenceDateTime is missing"),
    ({"occurrenceDateTime": None, "occurrenceString": "last May"}, "occurrenceDateTime is missing, there is only occ"),
    ({"vaccineCode": {"text": "Moderna"}}, "vaccineCode has no coding with a system and a code"),
    ({"patient": {"reference": "Patient/q"}}, "patient.reference is not the Patient of this bundle"),
    ({"isSubpotent": True}, "isSubpotent: the dose may have been too weak"),
])  # fmt: skip
def test_what_was_left_out_is_named_whatever_the_verdict(saved, changes, named):
    content = bundle("1990")
    content["entry"].append({"resource": vaccination("2021-05-01", **changes)})
    undecided = demo(saved(content), "--at", CLOCK)
    content["entry"].append({"resource": vaccination("2021-05-01", "03")})
    unmet = demo(saved(content), "--at", CLOCK)
    assert (undecided.exit_code, unmet.exit_code) == (2, 1)
    for result in (undecided, unmet):
        assert f"left out: Immunization 1: {named}" in result.stdout
