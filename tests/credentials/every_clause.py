"""Clauses of every kind that the patient of `hospital` satisfies, by what they are."""

from credentials.hospital import people, policy_of

from zkhealth.credentials import Pseudonym, ValueSet, days_ago, row_of, seconds_ago

P = people()
v, u, r = P.v, P.u, P.r
HOURS = row_of([r.kind], [("loinc|94500-6", 72), ("loinc|0", 48)], name="hours")
IN_TIME = r.sampled + 3600 * HOURS.column(1) >= seconds_ago(0)

HONEST = {
    "held": [v.held()],
    "bounds on a partial date": [v.birth.between("1990-01-01", "1990-12-31")],
    "an age": [v.birth.at_least_years_ago(18)],
    "a window": [v.given.within_days(14, 270)],
    "a list": [v.vaccine.one_of(["cvx|207", "cvx|208"])],
    "not in a list": [v.vaccine.not_one_of(["cvx|1", "cvx|2"])],
    "hidden against hidden": [v.dose >= v.series],
    "hidden equality": [v.dose.equals(v.series)],
    "revealed and bounded": [v.reveal("country", "birth"), v.country.one_of(["FR"]), v.birth.at_least_years_ago(18)],
    "a weighted sum": [2 * r.smoker + r.age >= 38],
    "a quantity": [r.hba1c.between("40.0", "48.5"), r.hba1c.is_present()],
    "a limit that depends on a hidden code": [HOURS, IN_TIME],
    "an alternative, first": [(v.dose >= 2) | (v.given.within_days(0, 1))],
    "an alternative, last": [(v.dose >= 3) | v.vaccine.differs("cvx|208") | v.vaccine.one_of(["cvx|208"])],
    "an alternative with everything": [
        (r.smoker.equals(True) & HOURS & IN_TIME & r.kind.differs("loinc|1")) | (r.first >= 1) | r.second.is_present()
    ],
    "an absent value in an alternative that is not taken": [(r.first >= 1) | (r.age >= 18)],
    "an absent comparison in an alternative that is not taken": [(r.first >= r.second) | (r.age >= 18)],
    "alternatives that exclude each other": [(v.dose <= 1) | (v.dose >= 2)],
    "a bound beside alternatives about smaller values": [v.dose >= 2, (u.dose <= 1) | (v.series >= 3)],
    "two doses": [v.given > u.given, v.vaccine.differs(u.vaccine)],
    "two schemas": [v.birth.at_least_years_ago(18), r.sampled.within_hours(0, 72)],
    "a pseudonym": [r.age >= 18, Pseudonym("a trial")],
    "a token": [v.token("a dispense")],
    "a fixed date": [v.given.at_least("2026-01-01"), v.given <= days_ago(14)],
}

VACCINES = ValueSet("vaccines", "2026-11-01", ["cvx|207", "cvx|208"])
EVERYTHING = policy_of(
    v.dose >= 2,
    v.given.within_days(1, 9),
    v.birth.at_least_years_ago(18),
    r.sampled.within_hours(0, 72),
    2 * r.smoker + r.age <= 90,
    v.country.one_of(["FR", "cvx|208"]),
    HOURS,
    IN_TIME,
    v.vaccine.not_one_of(["cvx|1"]),
    v.country.equals(u.country),
    v.vaccine.differs(u.vaccine),
    r.hba1c.is_present(),
    v.reveal("country"),
    u.held(),
    v.token("a meal"),
    Pseudonym("a trial", is_global=True),
    (v.country.one_of(["AT"]) & (v.dose >= 3))
    | (v.given <= days_ago(3))
    | (r.age > 5) & (v.dose.equals(u.dose) | (u.dose >= 1)),
    v.birth.last >= "1980-01-01",
    r.second.is_absent(),
    v.vaccine.one_of(VACCINES),
    window=60,
    note="in other words",
)
"""Nobody need satisfy this."""
