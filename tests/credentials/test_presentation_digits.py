"""The range argument inside presentations: attacks 55, 56 and 57, on signed values and their own credentials.

The values are what was signed, the digits are not theirs; each forgery first passes the argument with one thing wrong.
"""

import dataclasses

import pytest
from credentials.cheating import Forger, accepts, commit, mutant
from credentials.hospital import AUDIENCE, DOSE, asked, people, policy_of, receive
from rangeproof.paper import Claim, Paper

from zkhealth import verify_all
from zkhealth.credentials import Wallet, row_of
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations import verify as verifying
from zkhealth.errors import VerificationError
from zkhealth.field import Fr
from zkhealth.rangeproof import argument
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import Rows

P = people()
v, u = P.v, P.u
LINK = P.wallet._link
HELD = {"v": P.later, "u": P.earlier}  # doses 2 of 2 and 1 of 2


def held_with(dose):
    """Another holder's dose, of a series of 3, and that holder's link secret."""
    wallet = Wallet.create()
    return receive(wallet, P.hospital, **{**DOSE, "dose": dose, "series": 3}), wallet._link


def believing(paper):
    """The mutant whose range argument is this one."""

    def verify_batch(items):
        for statement, data, context in items:
            if not paper.accepts(statement.rows, RangeProof.decode(data, statement.rows.N), context):
                raise VerificationError("refused")

    return mutant(verifying, verify_batch=verify_batch)


def forged_by(paper, challenge, **options):
    found = Forger(challenge, HELD, LINK, **options)
    found.paper = paper
    return found.present()


def passes_only(paper, challenge, **options):
    """The mutant accepts the forgery, ours does not, nor what the same prover says in our argument."""
    with believing(paper):
        forged = forged_by(paper, challenge, **options)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forged_by(Paper(), challenge, **options))


@pytest.mark.parametrize(
    ("clause", "digit"),
    [
        pytest.param(v.dose >= 3, -1, id="too small"),
        pytest.param(v.dose <= 1, 2, id="too large"),
        pytest.param(v.dose - u.dose >= 2, -1, id="a difference of two credentials"),
        pytest.param(v.given.within_days(90, 270), 187, id="a window"),
    ],
)
def test_attack_55_a_multiple_of_G_in_A_frees_no_digit(clause, digit):
    """The first digit is the value less the lower end; d·(d − 1)·G in A pays for it, where y begins at y^0."""
    challenge = asked(policy_of(clause))
    passes_only(Paper(first=0), challenge, digits=[digit], a_G=digit * (digit - 1))


ONE_POWER = Paper(z_power=lambda j: 2)
"""The mutant whose rows all have one power of z."""


@pytest.mark.parametrize(
    "clauses",
    [
        pytest.param([v.dose >= 3, v.series >= 1], id="two facts of one credential"),
        pytest.param([v.dose >= 3, u.series >= 1], id="two credentials"),
        pytest.param([v.dose >= 3, v.dose + u.dose >= 2], id="a value and a sum"),
    ],
)
def test_attack_56_facts_do_not_cancel(clauses):
    """One value lies as far below its bound as the other lies above: all digits are 0."""
    challenge = asked(policy_of(*clauses))
    passes_only(ONE_POWER, challenge, digits=[])


class Lacking(Forger):
    """Of all zeros for a value that is one too small: the equation lacks a known multiple of G."""

    def told(self, statement, openings, context):
        self.rows, self.context = statement.rows, context
        self.values = Fr([int(openings[x][0]) for x in statement.hidden])
        self.last = super().told(statement, openings, context)
        return self.last

    def gap(self, presentation):
        proof = RangeProof.decode(presentation.bits, self.rows.N)
        to = self.paper.challenges(self.rows, proof, self.context)
        found = -(to.e * to.e * self.paper.excess(Claim.of(self.rows), self.last, self.values, to.y, to.z))
        assert commit(found, Fr(0)) == self.paper.gap(self.rows, proof, to)
        return found


class Paying(Forger):
    """Puts that multiple of G, with the other sign, beside B'."""

    def told(self, statement, openings, context):
        return dataclasses.replace(super().told(statement, openings, context), b_G=-self.debt)


def equal_weights():
    """The mutant that adds the equations of a batch up as they are."""
    real = argument.holds
    return mutant(argument, holds=lambda equations, _: real(equations, Fr([1] * len(equations))))


@pytest.mark.parametrize("same_audience", [True, False])
def test_attack_56_two_presentations_of_a_batch_do_not_cancel(same_audience):
    policy = policy_of(v.dose >= 3)
    one = policy.challenge(AUDIENCE, "2026-11-23")
    two = one if same_audience else policy.challenge("https://other.example", "2026-11-23")
    lacking = Lacking(one, P.later, LINK, digits=[])
    first = lacking.present()
    paying = Paying(two, *held_with(3), digits=[])
    paying.debt = lacking.gap(first)
    second = paying.present()
    batch = [(one, first), (two, second)]
    with equal_weights():
        assert all(verdict.valid for verdict in verify_all(batch))
        assert not accepts(one, first) and not accepts(two, second)
    assert not any(verdict.valid for verdict in verify_all(batch))
    assert not any(verdict.valid for verdict in verify_all(batch[::-1]))


# --- 57: one-hot ------------------------------------------------------------------


def with_rows(change):
    """The mutant: other rows than those of the statement."""
    real = protocol.statement

    def statement(compiled, everything):
        found = real(compiled, everything)
        found.rows = Rows(found.rows.commitments, change(list(found.rows.rows)), found.rows.N)
        return found

    return mutant(protocol, statement=statement)


HOT = [
    pytest.param(12, [1, 0, 1, 0], id="two hot, the value is their sum"),
    pytest.param(0, [0, 0, 0, 0], id="none hot"),
    pytest.param(15, [0, 1, 0, 1], id="two others"),
]


@pytest.mark.parametrize(("dose", "digits"), HOT)
def test_attack_57_exactly_one_is_hot(dose, digits):
    """The row of ones, which has no commitment, dropped."""
    challenge = asked(policy_of(v.dose.one_of([5, 6, 7, 9])))
    held, link = held_with(dose)
    with with_rows(lambda rows: [row for row in rows if row.terms]):
        forged = Forger(challenge, held, link, digits=digits).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, held, link, digits=digits).present())


def test_attack_57_the_one_is_the_verifier_s():
    """The mutant takes the 1 from a commitment of the holder's: to the series, which is 2."""
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "dose": 12, "series": 2})
    challenge = asked(policy_of(v.dose.one_of([5, 6, 7, 9]), v.series >= 1))

    def sent(rows):
        series = next(term for row in rows[2:] for term in row.terms)
        return [dataclasses.replace(r, terms=(series,), constant=Fr(0)) if not r.terms else r for r in rows]

    digits = [1, 0, 1, 0, 1, 0, 0, 0]
    with with_rows(sent):
        forged = Forger(challenge, held, wallet._link, digits=digits).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, Forger(challenge, held, wallet._link, digits=digits).present())


def test_attack_57_two_columns_are_of_one_row():
    """Dose of one row, series of another: in the mutant the second column has the bits the other way round."""
    challenge = asked(policy_of(row_of([v.dose, v.series], [(1, 1), (2, 3)])))
    held, link = held_with(1)

    def apart(rows):
        return [rows[0], dataclasses.replace(rows[1], segments=((0, Fr([3, 1])),)), rows[2]]

    with with_rows(apart):
        forged = Forger(challenge, held, link, digits=[1, 0]).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for digits in ([1, 0], [0, 1], [1, 1]):
        assert not accepts(challenge, Forger(challenge, held, link, digits=digits).present())
