"""Every kind of clause, proven and verified; what is shown is right, and what is predicted is exact."""

import pytest
from credentials.hospital import answered, asked, people, policy_of, travel

from zkhealth.credentials import Policy, Pseudonym, days_ago, row_of, seconds_ago
from zkhealth.errors import WitnessError

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
    "two doses": [v.given > u.given, v.vaccine.differs(u.vaccine)],
    "two schemas": [v.birth.at_least_years_ago(18), r.sampled.within_hours(0, 72)],
    "a pseudonym": [r.age >= 18, Pseudonym("a trial")],
    "a token": [v.token("a dispense")],
    "a fixed date": [v.given.at_least("2026-01-01"), v.given <= days_ago(14)],
}


@pytest.mark.parametrize("clauses", HONEST.values(), ids=HONEST.keys())
def test_an_honest_holder_is_believed(clauses):
    policy = policy_of(*clauses)
    challenge = asked(policy)
    plan = P.wallet.plan(challenge.encode())
    data = plan.prove().encode()
    verdict = challenge.verify(data)
    assert verdict.valid, verdict.reason
    assert len(data) == plan.n_bytes
    assert verdict.revealed == plan.revealed


@pytest.mark.parametrize("clauses", HONEST.values(), ids=HONEST.keys())
def test_policies_survive_json(clauses):
    policy = policy_of(*clauses)
    again = Policy.from_json(policy.to_json())
    assert again == policy
    assert again.to_json() == policy.to_json()


def test_the_travel_policy_fits_one_code_and_tells_what_it_showed():
    challenge = asked(travel())
    data = answered(challenge).encode()
    verdict = challenge.verify(data)
    assert verdict.valid
    assert len(data) <= 2100
    assert verdict.revealed == {"v.country": "FR"}
    assert verdict.issuers == {"v": "https://hospital.example"}
    assert set(verdict.not_learned) == {"v.birth", "v.vaccine", "v.dose", "v.series", "v.given"}


DISHONEST = {
    "too old a dose": ([v.given.within_days(400, 500)], "policy needs 400 to 500 days"),
    "not in the list": ([v.vaccine.one_of(["cvx|1"])], "not one of the list"),
    "in the refused list": ([v.country.differs("FR")], "refused"),
    "too young": ([v.birth.at_least_years_ago(40)], "try from 2030-04-30"),
    "absent in a range": ([r.first >= 0], "does not say"),
    "absent compared": ([r.first >= r.second], "does not say"),
    "absent is no inequality": ([r.first.differs(3)], "does not say"),
    "no alternative": ([(v.dose >= 3) | (v.series >= 3)], "no alternative"),
}


@pytest.mark.parametrize(("clauses", "reason"), DISHONEST.values(), ids=DISHONEST.keys())
def test_a_plan_says_why_it_cannot_be(clauses, reason):
    with pytest.raises(WitnessError, match=reason):
        P.wallet.plan(asked(policy_of(*clauses)))
