"""Provers who do as they are told: digits that are no bits, sums for rows, no hot bit or two.

Each proof is accepted by the protocol with one thing wrong, then refused by ours.
On the reference backend, a hundred times slower, one test of each kind.
"""

from dataclasses import replace

import pytest
from oracles import NATIVE, R, sample
from rangeproof.hidden import CONTEXT, hide, is_refused, telling, truthful, values_of
from rangeproof.paper import Claim, G, Paper, forgetting

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Committed, Statement, argument, at_least, at_most, between, one_of, row_of, verify
from zkhealth.rangeproof.facts import REACH, Interval
from zkhealth.rangeproof.rows import Row, Rows

PAPER = Paper()


def library_accepts(rows, proof):
    """The library's equation, on rows that no public name would make."""
    try:
        return argument.holds([argument.equation(rows, proof, argument.opened(rows, CONTEXT))], Fr([1]))
    except VerificationError:
        return False


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


# --- 56: rows that cancel -------------------------------------------------------------------------------


def powers(*exponents):
    """The mutant whose rows have these powers of z."""
    return Paper(z_power=lambda j: exponents[j])


def test_56_two_rows_do_not_cancel():
    """1000 and −995 as two bits each: only their sum is 5 = 2 + 3."""
    (x, a), (y, b) = hide(1000), hide(-995)
    statement, openings = Statement(between(x, 0, 3), between(y, 0, 3)), {x: a, y: b}
    told = telling(statement, openings, [0, 1, 1, 1])
    mutant = powers(2, 2)
    forged = mutant.prove(statement.rows, told, CONTEXT)
    assert mutant.accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


PAIRS = [
    pytest.param((2, 2, 4), 0, 1, id="the first rows of two facts"),
    pytest.param((2, 4, 2), 0, 2, id="powers that begin again"),
    pytest.param((2, 4, 4), 1, 2, id="the rows of one list"),
    pytest.param((0, 0, 0), 0, 1, id="no power at all"),
]


@pytest.mark.parametrize(("exponents", "i", "j"), sample(PAIRS, on_reference=2))
def test_56_rows_of_two_facts_do_not_cancel(exponents, i, j):
    """+D in one row and −D in the other: V1 + D, V2 − D, or the constant one."""
    delta = 6
    shift = {i: delta, j: -delta}
    (x, a), (y, b) = hide(2 + shift.get(0, 0)), hide(9 + shift.get(1, 0))
    statement, openings = Statement(between(x, 0, 3), one_of(y, [5, 9])), {x: a, y: b}
    rows = shifted_ones(statement.rows, shift.get(2, 0))
    told, mutant = telling(statement, openings, [0, 1, 0, 1]), powers(*exponents)
    forged = mutant.prove(rows, told, CONTEXT)
    assert mutant.accepts(rows, forged, CONTEXT)
    assert not library_accepts(rows, forged)
    assert not library_accepts(rows, PAPER.prove(rows, told, CONTEXT))


def shifted_ones(rows, by):
    """The last row, which has no commitment, with another constant."""
    *first, ones = rows.rows
    return Rows(rows.commitments, [*first, replace(ones, constant=ones.constant + Fr(by))], rows.N)


def test_56_commitments_of_an_honest_proof_do_not_shift(native):
    """V1 + D, V2 − D under an honest proof: the mutant sums rows, and hears only the sum."""
    (x, a), (y, b) = hide(1), hide(2)
    statement, openings = Statement(between(x, 0, 3), between(y, 0, 3)), {x: a, y: b}
    D = Fr(1000) * G
    other = Statement(between(Committed(x.C + D), 0, 3), between(Committed(y.C - D), 0, 3))
    mutant = replace(powers(2, 2), forget=frozenset({"C0", "C1"}))
    forged = mutant.prove(statement.rows, truthful(statement, openings), CONTEXT)
    assert mutant.accepts(other.rows, forged, CONTEXT)
    assert is_refused(other, forged)
    assert is_refused(other, PAPER.prove(statement.rows, truthful(statement, openings), CONTEXT))
    assert is_refused(other, PAPER.prove(other.rows, truthful(statement, openings), CONTEXT))


# --- 57: one-hot ----------------------------------------------------------------------------------------

HOT = [
    pytest.param(12, [1, 0, 1, 0], id="two hot, the code is their sum"),
    pytest.param(0, [0, 0, 0, 0], id="none hot"),
    pytest.param(26, [1, 1, 1, 1], id="all hot"),
]


@pytest.mark.parametrize(("code", "digits"), sample(HOT, on_reference=2))
def test_57_not_one_hot_is_refused(code, digits):
    """The mutant has dropped the row of ones, from the library's own statement."""
    x, opening = hide(code)
    statement = Statement(one_of(x, [5, 6, 7, 8]))
    told = telling(statement, {x: opening}, digits)
    dropped = Rows(statement.rows.commitments, statement.rows.rows[:1], 4)
    forged = PAPER.prove(dropped, told, CONTEXT)
    assert library_accepts(dropped, forged)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


@pytest.mark.parametrize("digits", [[-1, 2, 0, 0], [Fr.MODULUS - 1, 1, 1, 0]], ids=["−1 and 2", "−1, 1, 1"])
def test_57_digits_that_add_up_to_one_are_refused(native, digits):
    code = sum(d * w for d, w in zip(digits, [5, 6, 7, 8], strict=True))
    x, opening = hide(code)
    statement = Statement(one_of(x, [5, 6, 7, 8]))
    told = telling(statement, {x: opening}, digits)
    assert told.a_L.sum() == Fr(1)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


def test_57_the_one_is_not_sent_as_a_commitment(native):
    """The mutant takes the one from the prover, who says 2."""
    (x, a), (one, b) = hide(11), hide(2)
    statement = Statement(one_of(x, [5, 6, 7, 8]))
    code, ones = statement.rows.rows
    sent = replace(ones, terms=((1, Fr(1)),), constant=Fr(0))
    mutant = Rows(G1.stack(x.C, one.C), [code, sent], 4)
    told = replace(telling(statement, {x: a}, [1, 1, 0, 0]), blindings=concat(a[1], b[1]))
    forged = PAPER.prove(mutant, told, CONTEXT)
    assert library_accepts(mutant, forged)
    assert is_refused(statement, forged)
    assert ones.terms == ()
    assert ones.constant == Fr(1)


def test_57_the_ones_stand_over_the_same_bits(native):
    """The mutant has the ones over other bits: code 11 by two hot, and a harmless bit elsewhere."""
    x, opening = hide(11)
    statement = Statement(one_of(x, [5, 6]), one_of(x, [11, 12]))
    code, ones, *others = statement.rows.rows
    assert [start for start, _ in ones.segments] == [start for start, _ in code.segments]
    mutant = Rows(statement.rows.commitments, [code, replace(ones, segments=others[1].segments), *others], 4)
    told = telling(statement, {x: opening}, [1, 1, 1, 0])
    forged = PAPER.prove(mutant, told, CONTEXT)
    assert library_accepts(mutant, forged)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


def test_57_columns_come_from_the_hot_row(native):
    """Code of the first row, limit of the second: the mutant gives the column bits of its own."""
    (x, a), (hours, b) = hide(5), hide(3, (0, 3))
    kinds = row_of((x,), [(5, 2), (6, 3)])
    statement, openings = Statement(kinds, at_least(kinds.column(1) - hours, 0)), {x: a, hours: b}
    *first, limit = statement.rows.rows
    own, table = limit.segments
    apart = Row((own, (4, table[1])), limit.terms, limit.constant)
    mutant = Rows(statement.rows.commitments, [*first, apart], 8)
    told = telling(statement, openings, [1, 0, 0, 0])
    told = replace(told, a_L=Fr([1, 0, 0, 0, 0, 1, 0, 0]), a_R=Fr([0, -1, -1, -1, -1, 0, -1, -1]))
    forged = PAPER.prove(mutant, told, CONTEXT)
    assert library_accepts(mutant, forged)
    with pytest.raises(DecodingError):
        verify(statement, forged.encode(), CONTEXT)
    for bits in sample([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]], on_reference=2):
        assert is_refused(statement, PAPER.prove(statement.rows, telling(statement, openings, bits), CONTEXT))


def test_38_a_row_that_the_list_does_not_have_is_refused():
    """The mutant lets the prover extend the list into the padding."""
    x, opening = hide(99)
    statement = Statement(one_of(x, [5, 6, 7]))
    code, ones = statement.rows.rows
    extended = Rows(
        statement.rows.commitments,
        [replace(code, segments=((0, Fr([5, 6, 7, 99])),)), replace(ones, segments=((0, Fr([1] * 4)),))],
        4,
    )
    told = telling(statement, {x: opening}, [0, 0, 0, 1])
    forged = PAPER.prove(extended, told, CONTEXT)
    assert library_accepts(extended, forged)
    assert is_refused(statement, forged)
    assert is_refused(statement, PAPER.prove(statement.rows, told, CONTEXT))


# --- 20: sums that wrap around ---------------------------------------------------------------------------


def unchecked(x, lo, hi):
    """The mutant: an interval whose constructor looks at nothing."""
    fact = object.__new__(Interval)
    for name, value in (("x", x), ("lo", lo), ("hi", hi)):
        object.__setattr__(fact, name, value)
    return fact


def test_20_a_comparison_without_domains_would_wrap():
    """3 >= r − 4, since the difference is 7."""
    (x, a), (y, b) = hide(3), hide(R - 4)
    statement = Statement(unchecked(x - y, 0, 15))
    forged = PAPER.prove(statement.rows, telling(statement, {x: a, y: b}, [1, 1, 1, 0]), CONTEXT)
    verify(statement, forged.encode(), CONTEXT)
    with pytest.raises(ValueError, match="domain"):
        between(x - y, 0, 15)
    with pytest.raises(ValueError, match="domain"):
        at_least(x - y, 0)


def test_20_a_coefficient_could_wrap_a_single_value():
    """2·x = 1 has the solution (r + 1)/2."""
    x, opening = hide((R + 1) // 2)
    statement = Statement(unchecked(2 * x, 1, 1))
    verify(statement, PAPER.prove(statement.rows, telling(statement, {x: opening}, []), CONTEXT).encode(), CONTEXT)
    with pytest.raises(ValueError, match="domain"):
        between(2 * x, 1, 1)


def test_20_an_interval_of_r_integers_would_say_nothing(native):
    x, opening = hide(-1)
    statement = Statement(unchecked(x, 0, 2**256 - 1))
    digits = [R - 1 >> i & 1 for i in range(256)]
    verify(statement, PAPER.prove(statement.rows, telling(statement, {x: opening}, digits), CONTEXT).encode(), CONTEXT)
    with pytest.raises(ValueError, match="2\\^64"):
        between(x, 0, 2**256 - 1)


X = Committed(G)
WIDE = Committed(G, (-(2**253), 2**253))
WRONG = [
    pytest.param(lambda: between(X, 1, 0), id="lo > hi"),
    pytest.param(lambda: between(X, 0, 2**64), id="one too wide"),
    pytest.param(lambda: between(X, -(2**63), 2**63), id="one too wide around zero"),
    pytest.param(lambda: between(X, REACH - 1, REACH), id="hi at r/2"),
    pytest.param(lambda: between(X, -REACH, 1 - REACH), id="lo at −r/2"),
    pytest.param(lambda: between(X, R - 1, R), id="bounds at r"),
    pytest.param(lambda: between(X, 2**300, 2**300), id="absurd bounds"),
    pytest.param(lambda: between(4 * WIDE, 0, 1), id="a sum that could reach r/2"),
    pytest.param(lambda: between(WIDE + WIDE + WIDE + WIDE, 0, 1), id="many terms that could"),
    pytest.param(lambda: between(2**300 * WIDE, 0, 1), id="an absurd coefficient"),
    pytest.param(lambda: at_least(WIDE - 4 * WIDE, 0), id="a difference that could"),
    pytest.param(lambda: at_least(WIDE, 0), id="at_least, domain too wide"),
    pytest.param(lambda: at_most(WIDE, 0), id="at_most, domain too wide"),
    pytest.param(lambda: at_least(X, 0), id="at_least without a domain"),
    pytest.param(lambda: at_most(X, 0), id="at_most without a domain"),
    pytest.param(lambda: between(X + WIDE, 0, 1), id="one domain missing"),
    pytest.param(lambda: between(one_of(X, [REACH]).column(0), 0, 1), id="a column that reaches r/2"),
    pytest.param(lambda: between(one_of(X, [-REACH]).column(0), 0, 1), id="a column that reaches −r/2"),
    pytest.param(lambda: between(2 * one_of(X, [2**254]).column(0), 0, 1), id="a multiple of a column"),
    pytest.param(lambda: Committed(G, (1, 0)), id="an empty domain"),
    pytest.param(lambda: Committed(G, (0, REACH)), id="a domain up to r/2"),
    pytest.param(lambda: Committed(G, (-REACH, 0)), id="a domain from −r/2"),
    pytest.param(lambda: Committed(G, (0, R - 1)), id="the whole field as a domain"),
]


@pytest.mark.parametrize("make", WRONG)
def test_20_what_could_wrap_around_cannot_be_said(make):
    with pytest.raises(ValueError, match=r"2\^64|wrap|domain"):
        make()


def test_20_the_widest_that_can_be_said():
    top = REACH - 1
    whole = Committed(G, (-top, top))
    assert between(X, top - 2**64 + 1, top).n_bits == 64
    assert between(X, -top, 2**64 - 1 - top).n_bits == 64
    assert between(-1 * whole, -top, -top).n_bits == 0
    assert at_least(whole, top - 1).hi == top
    assert at_most(whole, 1 - top).lo == -top
    assert whole.checked(-top) == -top


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
