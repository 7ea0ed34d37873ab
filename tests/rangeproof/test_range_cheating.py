"""Provers who do as they are told: digits that are no bits, a multiple of G, the identity.

Each proof is accepted by the protocol with one thing wrong, then refused by ours.
On the reference backend, a hundred times slower, one test of each kind.
"""

from dataclasses import replace

import pytest
from oracles import NATIVE, R, sample
from rangeproof.hidden import CONTEXT, hide, is_refused, telling, truthful, values_of
from rangeproof.paper import Claim, Paper, forgetting

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.rangeproof import Committed, Statement, argument, between, verify

PAPER = Paper()


# --- 19: digits that are not bits ------------------------------------------------------------------

LO, HI = 3, 18
OUTSIDE = [
    pytest.param(HI + 1, [2, 1, 1, 1], id="hi + 1, a digit 2"),
    pytest.param(LO - 1, [-1, 0, 0, 0], id="lo − 1, a digit −1"),
    pytest.param(HI + 1, [0, 0, 0, 2], id="hi + 1, the last digit 2"),
    pytest.param(LO - 1, [1, 1, -1, 0], id="lo − 1, a digit −1 in the middle"),
    pytest.param(R - 1, [R - 4, 0, 0, 0], id="r − 1, a huge digit"),
    pytest.param(R // 2, [R // 2 - 3, 0, 0, 0], id="r/2, a huge digit"),
    pytest.param(2**255, [2**255 - 3, 0, 0, 0], id="2^255, a digit of 255 bits"),
    pytest.param(2**4 + LO, [1, 1, 1, 9 * pow(8, -1, R)], id="lo + 2^n, a fraction as a digit"),
    pytest.param(LO + 5, [3, 1, 0, 0], id="a value inside, yet a digit 3"),
]


@pytest.mark.parametrize(("value", "digits"), sample(OUTSIDE, on_reference=2))
def test_19_a_digit_that_is_no_bit_is_refused(value, digits):
    """The weighted sum is right.  The mutant draws y and z before it hears A, so a_G can be what (9) lacks."""
    x, opening = hide(value)
    statement, openings = Statement(between(x, LO, HI)), {x: opening}
    told = telling(statement, openings, digits)
    assert told.a_L @ Fr([1, 2, 4, 8]) == Fr(value) - Fr(LO)

    def late(rows, told, y, z):
        return rows, replace(told, a_G=PAPER.excess(Claim.of(rows), told, values_of(statement, openings), y, z))

    mutant = forgetting("A")
    forged = mutant.prove(statement.rows, told, CONTEXT, late)
    assert mutant.accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


@pytest.mark.parametrize("a_R", [[0, 0, 0, 0], [0, -1, -1, -1]], ids=["all zero", "zero beside the digit"])
def test_19_a_R_that_makes_the_product_vanish_is_refused(native, a_R):
    """a_L·a_R = 0 also where a_R = 0; then a_R is not a_L − 1."""
    x, opening = hide(HI + 1)
    statement = Statement(between(x, LO, HI))
    told = telling(statement, {x: opening}, [16, 0, 0, 0], a_R=a_R)
    assert (told.a_L * told.a_R).ints() == [0] * 4
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


def test_19_digits_of_the_padding_must_be_bits_too():
    """Weight zero in every row, and still a bit."""
    x, opening = hide(3)
    statement = Statement(between(x, 0, 6))
    assert statement.rows.N == 4
    good = telling(statement, {x: opening}, [0, 0, 1, 1])
    bad = telling(statement, {x: opening}, [0, 0, 1, 2])
    verify(statement, PAPER.prove(statement.rows, good, CONTEXT).encode(), CONTEXT)
    assert is_refused(statement, PAPER.prove(statement.rows, bad, CONTEXT))


def test_22_digits_moved_between_two_places_are_refused(native):
    """5 = 1 + 4 = 3 + 1·2 = …: the same sum, one digit up, another down."""
    x, opening = hide(5)
    statement = Statement(between(x, 0, 15))
    for digits in sample([[1, 2, 0, 0], [3, 1, 0, 0], [-1, 1, 1, 0], [1, 0, -1, 1]], on_reference=2):
        told = telling(statement, {x: opening}, digits)
        assert told.a_L @ Fr([1, 2, 4, 8]) == Fr(5)
        assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


# --- 55: a multiple of G in A -----------------------------------------------------------------------

FROM_ZERO = Paper(first=0)
"""y^0 … y^(N−1), rows at y^N, on both sides: complete, and nearly sound."""


def test_55_the_mutant_from_y_to_the_0_is_complete():
    x, opening = hide(7)
    statement = Statement(between(x, 0, 15))
    honest = FROM_ZERO.prove(statement.rows, truthful(statement, {x: opening}), CONTEXT)
    assert FROM_ZERO.accepts(statement.rows, honest, CONTEXT)
    assert not PAPER.accepts(statement.rows, honest, CONTEXT)


@pytest.mark.parametrize("value", sample([16, -1, 2**64, R // 2, 15, 2**254], on_reference=2)[: 6 if NATIVE else 1])
def test_55_a_multiple_of_G_in_A_frees_no_digit(value):
    """The first digit takes the whole value; a_G = a_L·a_R pays for it if its monomial is 1."""
    x, opening = hide(value)
    statement = Statement(between(x, 0, 14))
    told = telling(statement, {x: opening}, [value], a_G=value * (value - 1))
    forged = FROM_ZERO.prove(statement.rows, told, CONTEXT)
    assert FROM_ZERO.accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


def test_55_not_even_an_honest_prover_may_have_G_in_A():
    x, opening = hide(7)
    statement = Statement(between(x, 0, 15))
    told = truthful(statement, {x: opening})
    assert PAPER.accepts(statement.rows, PAPER.prove(statement.rows, told, CONTEXT), CONTEXT)
    assert is_refused(statement, PAPER.prove(statement.rows, replace(told, a_G=Fr(1)), CONTEXT))


# --- 14: the identity --------------------------------------------------------------------------------------


def test_14_the_identity_is_no_commitment():
    """Value 0 and blinding 0; the mutant's transcript takes the identity."""
    x = Committed(G1.identity())
    statement = Statement(between(x, 0, 3))
    told = telling(statement, {x: (0, Fr(0))}, [0, 0])
    forged = PAPER.prove(statement.rows, told, CONTEXT)
    assert PAPER.accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)
    y, _ = hide(0)
    assert is_refused(Statement(between(y, 0, 3), between(x, 0, 0)), forged)


def test_14_a_last_step_of_identities_is_refused(monkeypatch):
    """ρ = σ = δ = η = 0 is complete, but shows a and b; the mutant accepts it."""
    x, opening = hide(1)
    statement = Statement(between(x, 0, 1))
    monkeypatch.setattr("rangeproof.paper.Fr.random", lambda n=None: Fr(0) if n is None else Fr([0] * n))
    told = replace(truthful(statement, {x: opening}), alpha=Fr(5))
    forged = PAPER.prove(statement.rows, told, CONTEXT)
    assert forged.A_ == forged.B_ == G1.identity()
    assert PAPER.accepts(statement.rows, forged, CONTEXT)
    with pytest.raises(DecodingError, match="identity"):
        verify(statement, forged.encode(), CONTEXT)
    with pytest.raises(VerificationError, match="identity"):
        argument.equation(statement.rows, forged, argument.opened(statement.rows, CONTEXT))
