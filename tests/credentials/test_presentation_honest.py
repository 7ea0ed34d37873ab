"""Every kind of clause, proven and verified; what is shown is right, and what is predicted is exact."""

import pytest
from credentials.every_clause import HONEST
from credentials.hospital import answered, asked, people, policy_of, travel

from zkhealth.credentials import Policy
from zkhealth.errors import WitnessError

P = people()
v, r = P.v, P.r


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
