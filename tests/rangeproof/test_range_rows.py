"""Provers who do as they are told: sums for rows, no hot bit or two.

Each proof is accepted by the protocol with one thing wrong, then refused by ours.
On the reference backend, a hundred times slower, one test of each kind.
"""

from dataclasses import replace

import pytest
from oracles import sample
from rangeproof.hidden import CONTEXT, hide, is_refused, telling, truthful
from rangeproof.paper import G, Paper

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Committed, Statement, argument, at_least, between, one_of, row_of, verify
from zkhealth.rangeproof.rows import Row, Rows

PAPER = Paper()


def library_accepts(rows, proof):
    """The library's equation, on rows that no public name would make."""
    try:
        return argument.holds([argument.equation(rows, proof, argument.opened(rows, CONTEXT))], Fr([1]))
    except VerificationError:
        return False


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
