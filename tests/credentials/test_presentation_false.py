"""What is false by one cannot be shown: an honest prover raises, a stubborn one is refused.

The holder has P.later: dose 2 of 2, country FR, vaccine cvx|208, given 2026-09-01, born in April 1990.
"""

import pytest
from credentials.cheating import Forger, accepts, mutant
from credentials.hospital import DOSE, answered, asked, people, policy_of, receive

from zkhealth.credentials import Policy, Pseudonym, Wallet, row_of
from zkhealth.credentials.presentations import relations as relating
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr

P = people()
v, u, r = P.v, P.u, P.r
LINK = P.wallet._link
HELD = {"v": P.later, "u": P.earlier, "r": P.wallet.credentials[2]}


def gets_through(challenge, gates=()):
    """With true values and whatever bits fit them; where none do, with bits that do not."""
    try:
        return accepts(challenge, Forger(challenge, HELD, LINK, open_gates=gates).present())
    except WitnessError:
        return accepts(challenge, Forger(challenge, HELD, LINK, open_gates=gates, digits=[1, 0, 1]).present())


NEVER = v.series >= 15
TABLE = row_of([v.dose], [(1, 5), (2, 1)], name="table")
FALSE = {
    "one below": [v.dose >= 3],
    "one above": [v.dose <= 1],
    "one above both ends": [v.dose.between(0, 1)],
    "one below both ends": [v.dose.between(3, 15)],
    "a day too early": [v.given >= "2026-09-02"],
    "a day too late": [v.given <= "2026-08-31"],
    "a month of which one day is too early": [v.birth >= "1990-04-02"],
    "a month of which one day is too late": [v.birth <= "1990-04-29"],
    "more than": [v.dose > v.series],
    "less than": [v.dose < v.series],
    "a sum": [v.dose + v.series >= 5],
    "a sum of two credentials": [v.dose + u.dose >= 4],
    "a multiple": [2 * v.dose + u.dose <= 4],
    "the last of a list of refused ones": [v.vaccine.not_one_of(["cvx|1", "cvx|2", "cvx|208"])],
    "the first of a list of refused ones": [v.vaccine.not_one_of(["cvx|208", "cvx|2"])],
    "not in a list": [v.dose.one_of([1, 3])],
    "not in a list of codes": [v.country.one_of(["DE", "AT"])],
    "the wrong row": [row_of([v.dose, v.series], [(2, 1), (1, 2)])],
    "what the row says": [TABLE, v.dose + TABLE.column(1) >= 4],
    "equal, by one": [v.dose.equals(u.dose)],
    "different": [v.dose.differs(v.series)],
    "different codes": [v.country.differs(u.country)],
    "present": [r.first.is_present()],
}


@pytest.mark.parametrize("clauses", FALSE.values(), ids=FALSE)
def test_what_is_false_cannot_be_shown(clauses):
    challenge = asked(policy_of(*clauses))
    assert not gets_through(challenge)


@pytest.mark.parametrize("clauses", FALSE.values(), ids=FALSE)
@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
def test_nor_as_an_alternative(clauses, last):
    both = clauses[0] if len(clauses) == 1 else clauses[0] & clauses[1]
    beside = (v.series >= 2) & both if last else both & (v.series >= 2)
    challenge = asked(policy_of((NEVER | beside) if last else (beside | NEVER)))
    assert not gets_through(challenge, gates=[int(last)])


@pytest.mark.parametrize(
    "clause", [v.dose.between(2, 2), v.dose >= 2, v.dose <= 2, v.dose - u.dose <= 1, 2 * v.dose >= 4]
)
def test_bounds_include_both_ends(clause):
    for asked_for, gates in ((clause, []), (clause | NEVER, [0]), (NEVER | clause, [1])):
        assert gets_through(asked(policy_of(asked_for)), gates)


# --- inequalities are about their own form and target -----------------------------------------


def with_inverse(challenge, number, value, target):
    """The secrets of an inequality that would be right for another form or target."""
    found = Forger(challenge, P.later, LINK)
    s = found.forms[value][1]
    x = (found.forms[value][0] - target).inverse()
    found.inverses[number] = x, -x * s
    return found.present()


def test_an_inequality_is_about_its_target():
    """The mutant shows v ≠ 0."""
    challenge = asked(policy_of(v.country.differs("FR")))
    with mutant(relating, scale_vartime=lambda *_: G1.identity()):
        forged = with_inverse(challenge, 0, 0, Fr(0))
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, with_inverse(challenge, 0, 0, Fr(0)))


def test_an_inequality_is_about_its_form():
    """The vaccine is not FR; the country is."""
    challenge = asked(policy_of(v.vaccine.differs("cvx|1"), v.country.differs("FR")))
    target = challenge.compiled.inequalities[1].target
    assert not accepts(challenge, with_inverse(challenge, 1, 0, target))


# --- plans and verdicts ---------------------------------------------------------------------------


def test_one_credential_for_two_is_refused_before_anything_is_proven():
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **DOSE)
    challenge = asked(policy_of(v.dose >= 1, u.dose >= 1))
    with pytest.raises(WitnessError, match="must be different credentials"):
        wallet.plan(challenge)
    with pytest.raises(WitnessError):
        prove(challenge, [Chosen(held, 0, 0)] * 2, wallet._link)
    receive(wallet, P.hospital, **DOSE)
    assert accepts(challenge, wallet.plan(challenge).prove())


def test_a_verdict_tells_what_was_proven_shown_and_not_learned():
    policy = Policy(
        "all", v.dose >= 2, v.reveal("country"), v.token("meal"), Pseudonym("trial"), issuers=[P.hospital.public]
    )
    challenge = asked(policy)
    verdict = challenge.verify(answered(challenge))
    assert verdict.proven == ("v.dose is at least 2",)
    assert verdict.revealed == {"v.country": "FR"}
    assert set(verdict.not_learned) == {"v.birth", "v.vaccine", "v.dose", "v.series", "v.given"}
    assert set(verdict.tokens) == {"meal"} and set(verdict.pseudonyms) == {"trial"}
    token = (P.later.issued.handle + P.later.share) * challenge.compiled.tags[0].base
    name = LINK * challenge.compiled.tags[1].base
    assert (verdict.tokens["meal"], verdict.pseudonyms["trial"]) == (token.encode().hex(), name.encode().hex())
