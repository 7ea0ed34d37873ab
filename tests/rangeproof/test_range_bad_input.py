"""Whose fault it is: the caller's (ValueError, TypeError), our own secrets' (WitnessError); never a secret shown."""

import traceback

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE
from rangeproof.hidden import CONTEXT, hide

from zkhealth.curve import G1, G2
from zkhealth.errors import VerificationError, WitnessError
from zkhealth.field import Fr
from zkhealth.rangeproof import (
    Committed,
    Statement,
    Table,
    at_least,
    at_most,
    between,
    one_of,
    prove,
    prove_range,
    row_of,
    verify,
    verify_batch,
    verify_range,
)
from zkhealth.rangeproof.facts import Sum
from zkhealth.rangeproof.rows import MAX_BITS, Row, Rows

SECRET = 271828182845904523
X, OPENING = hide(5)
V, S = OPENING
D = Committed(X.C, (0, 10))
FACT = between(X, 0, 7)
LIST = one_of(X, [5, 6])
MANY = Sum(((D, 1),) * (MAX_BITS + 1))


def statement():
    return Statement(FACT)


# --- facts that make no sense --------------------------------------------------------------------

TYPE_ERRORS = [
    pytest.param(lambda: between(X, 0.0, 1), id="float lower bound"),
    pytest.param(lambda: between(X, 0, 1.0), id="float upper bound"),
    pytest.param(lambda: between(X, False, 1), id="bool lower bound"),
    pytest.param(lambda: between(X, 0, True), id="bool upper bound"),
    pytest.param(lambda: between(X, "0", 1), id="text as a bound"),
    pytest.param(lambda: between(X, None, 1), id="no bound"),
    pytest.param(lambda: between(X, Fr(0), Fr(1)), id="Fr as bounds"),
    pytest.param(lambda: between(X, np.int64(0), np.int64(1)), id="NumPy integers as bounds"),
    pytest.param(lambda: at_least(D, 0.5), id="float for at_least"),
    pytest.param(lambda: at_least(D, None), id="nothing for at_least"),
    pytest.param(lambda: at_most(D, 10.5), id="float for at_most"),
    pytest.param(lambda: at_least(D, True), id="bool for at_least"),
    pytest.param(lambda: one_of(X, [1.5]), id="float in a list"),
    pytest.param(lambda: one_of(X, [True]), id="bool in a list"),
    pytest.param(lambda: one_of(X, ["a"]), id="text in a list"),
    pytest.param(lambda: one_of(X, [None]), id="None in a list"),
    pytest.param(lambda: one_of(X, None), id="None as a list"),
    pytest.param(lambda: one_of(X, 5), id="an int as a list"),
    pytest.param(lambda: row_of((X,), [1, 2]), id="ints as rows"),
    pytest.param(lambda: row_of(X, [(1,)]), id="a value as values"),
    pytest.param(lambda: Statement(Table((X,), ((1.5,),))), id="float in a table by hand"),
    pytest.param(lambda: LIST.column(0.5), id="float as a column"),
    pytest.param(lambda: Committed(None), id="no commitment"),
    pytest.param(lambda: Committed(X.C.encode()), id="bytes as a commitment"),
    pytest.param(lambda: Committed(5), id="an int as a commitment"),
    pytest.param(lambda: Committed(G2.generator()), id="a point of G2"),
    pytest.param(lambda: Committed(G1.stack(X.C)), id="a vector of points"),
    pytest.param(lambda: Committed(X.C, 5), id="an int as a domain"),
    pytest.param(lambda: Committed(X.C, (0.5, 10)), id="floats as a domain"),
    pytest.param(lambda: Committed(X.C, (False, True)), id="bools as a domain"),
    pytest.param(lambda: Committed(X.C, ("a", "b")), id="texts as a domain"),
    pytest.param(lambda: Statement(one_of(D + D, [1])), id="a list for a sum"),
    pytest.param(lambda: Statement(LIST, one_of(LIST.column(0), [1])), id="a list for a column"),
    pytest.param(lambda: one_of(X.C, [1]), id="a list for a point"),
    pytest.param(lambda: prove(statement(), {X: (V, int(S))}, CONTEXT), id="an int as a blinding"),
    pytest.param(lambda: prove(statement(), {X: (V, None)}, CONTEXT), id="no blinding"),
    pytest.param(lambda: prove_range(V, None, 0, 7, context=CONTEXT), id="no blinding for prove_range"),
    pytest.param(lambda: prove(statement(), {X: V}, CONTEXT), id="a value as an opening"),
    pytest.param(lambda: 2.0 * D, id="float coefficient"),
    pytest.param(lambda: True * D, id="bool coefficient"),
    pytest.param(lambda: Fr(2) * D, id="Fr coefficient"),
    pytest.param(lambda: D + 1, id="an int added"),
    pytest.param(lambda: D - 1, id="an int subtracted"),
    pytest.param(lambda: 1 + D, id="added to an int"),
    pytest.param(lambda: D + X.C, id="a point added"),
]

VALUE_ERRORS = [
    pytest.param(Statement, id="no facts"),
    pytest.param(lambda: Statement([FACT]), id="a list of facts"),
    pytest.param(lambda: Statement(X), id="a value as a fact"),
    pytest.param(lambda: Statement(FACT, None), id="None as a fact"),
    pytest.param(lambda: Statement(FACT, FACT), id="a fact twice"),
    pytest.param(lambda: Statement(LIST, FACT, LIST), id="a table twice"),
    pytest.param(lambda: Committed(X.C, (1,)), id="half a domain"),
    pytest.param(lambda: Committed(X.C, (1, 2, 3)), id="a domain of three"),
    pytest.param(lambda: one_of(X, []), id="empty list"),
    pytest.param(lambda: row_of((X,), []), id="no rows"),
    pytest.param(lambda: row_of((X,), [()]), id="an empty row"),
    pytest.param(lambda: row_of((X,), [(1,), (2, 3)]), id="rows of unequal lengths"),
    pytest.param(lambda: Table((X,), ((1, 2), (3,))), id="rows of unequal lengths by hand"),
    pytest.param(lambda: row_of((X,), [(1, 48), (1, 72)]), id="two rows that begin alike"),
    pytest.param(lambda: row_of((X,), [(1, 48), (1 - Fr.MODULUS, 72)]), id="two rows that begin alike modulo r"),
    pytest.param(lambda: row_of((), [(1,), (2,)]), id="rows that no value chooses"),
    pytest.param(lambda: Statement(*(between(D, 0, 0) for _ in range(MAX_BITS + 1))), id="too many facts"),
    pytest.param(lambda: Statement(between(MANY, 0, 0)), id="too many terms"),
    pytest.param(lambda: row_of((X, D), [(1,)]), id="more values than columns"),
    pytest.param(lambda: Statement(between(LIST.column(0), 5, 6), between(X, 0, 1)), id="a column without its table"),
    pytest.param(lambda: Statement(between(LIST.column(0), 5, 6), one_of(X, [5, 6])), id="a column of an equal table"),
    pytest.param(lambda: Statement(one_of(X, range(MAX_BITS + 1))), id="a list too long"),
    pytest.param(lambda: Statement(*(between(X, 0, 2**64 - 1) for _ in range(65))), id="too many bits in all"),
]


@pytest.mark.parametrize("make", TYPE_ERRORS)
def test_what_has_the_wrong_type_is_a_type_error(make):
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize("make", VALUE_ERRORS)
def test_what_makes_no_sense_is_a_value_error(make):
    with pytest.raises(ValueError, match=r"expected|appears|column|begin|values to unpack"):
        make()


def test_the_most_bits_that_fit():
    assert Statement(one_of(X, range(MAX_BITS))).rows.N == MAX_BITS
    assert Statement(*(between(X, 0, 2**64 - 1) for _ in range(64))).rows.N == MAX_BITS == 4096


WEIGHT = Fr([1])
ROWS = [
    pytest.param([], 1, id="no rows"),
    pytest.param([Row((), (), Fr(0))], -1, id="a negative number of bits"),
    pytest.param([Row((), (), Fr(0))], MAX_BITS + 1, id="too many bits"),
    pytest.param([Row((), (), Fr(0))], 2**64, id="absurdly many bits"),
    pytest.param([Row((), ((1, Fr(1)),), Fr(0))], 1, id="a commitment too far"),
    pytest.param([Row((), ((-1, Fr(1)),), Fr(0))], 1, id="a commitment before the first"),
    pytest.param([Row(((1, WEIGHT),), (), Fr(0))], 1, id="weights beyond the bits"),
    pytest.param([Row(((-1, WEIGHT),), (), Fr(0))], 1, id="weights before the bits"),
    pytest.param([Row(((3, WEIGHT),), (), Fr(0))], 3, id="weights in the padding"),
]


@pytest.mark.parametrize(("rows", "n_bits"), ROWS)
def test_rows_outside_the_statement_are_refused(rows, n_bits):
    with pytest.raises(ValueError, match=r"expected|row"):
        Rows(G1.stack(X.C), rows, n_bits)


# --- openings --------------------------------------------------------------------------------------

WRONG_OPENINGS = [
    pytest.param({}, id="missing"),
    pytest.param({D: OPENING}, id="of another object"),
    pytest.param({X: (V + 1, S)}, id="another value"),
    pytest.param({X: (V, S + Fr(1))}, id="another blinding"),
    pytest.param({X: (int(S), Fr(V))}, id="value and blinding swapped"),
    pytest.param({X: (-V, -S)}, id="negated"),
]


@pytest.mark.parametrize("openings", WRONG_OPENINGS)
def test_openings_that_do_not_fit_are_our_own_fault(openings):
    with pytest.raises(WitnessError):
        prove(statement(), openings, CONTEXT)


@pytest.mark.parametrize("value", [5.0, True, None, "5", [5]], ids=repr)
def test_values_are_integers(value):
    with pytest.raises((TypeError, ValueError, WitnessError)):
        prove(statement(), {X: (value, S)}, CONTEXT)
    with pytest.raises((TypeError, ValueError)):
        prove_range(value, S, 0, 7, context=CONTEXT)


def test_value_and_blinding_may_be_equal_to_r_more():
    verify(statement(), prove(statement(), {X: (V + Fr.MODULUS, S)}, CONTEXT), CONTEXT)
    verify(statement(), prove(statement(), {X: (Fr(V), S)}, CONTEXT), CONTEXT)


@pytest.mark.parametrize("context", ["text", None, 5, ["a"]], ids=repr)
def test_a_context_is_bytes(context):
    proof = prove(statement(), {X: OPENING}, CONTEXT)
    with pytest.raises(TypeError):
        prove(statement(), {X: OPENING}, context)
    with pytest.raises(TypeError):
        verify(statement(), proof, context)


@pytest.mark.parametrize("proof", ["text", None, 5, [1, 2]], ids=repr)
def test_a_proof_is_bytes(proof):
    with pytest.raises(TypeError):
        verify(statement(), proof, CONTEXT)


@pytest.mark.parametrize("items", [None, 5, [5], [()]], ids=repr)
def test_a_batch_is_a_list_of_triples(items):
    with pytest.raises((TypeError, ValueError)):
        verify_batch(items)


def test_the_simple_case_takes_one_commitment():
    with pytest.raises(TypeError):
        verify_range(None, b"", 0, 1, context=CONTEXT)
    with pytest.raises(TypeError):
        verify_range(X.C, b"", 0, 1.0, context=CONTEXT)
    with pytest.raises(TypeError):
        verify_range(X.C, b"", 0, 1, CONTEXT)
    with pytest.raises(ValueError, match="bounds"):
        verify_range(X.C, b"", 1, 0, context=CONTEXT)
    with pytest.raises(ValueError, match="bounds"):
        prove_range(0, Fr(1), 0, 2**64, context=CONTEXT)


# --- nothing secret is said --------------------------------------------------------------------------


def said(error):
    """Everything that a log could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


def secret_failures():
    """Failing calls, and the secrets that they were given."""
    x, opening = hide(SECRET)
    y, other = hide(SECRET + 1, (0, 10))
    kinds = row_of((x,), [(SECRET, 7)])
    yield statement_of(between(x, 0, 7)), {x: opening}
    yield statement_of(one_of(x, [1, 2])), {x: opening}
    yield statement_of(row_of((x, y), [(SECRET, 1)])), {x: opening, y: other}
    yield statement_of(between(y, 0, 7)), {y: other}
    yield statement_of(between(y + y, 0, 7)), {y: other}
    yield statement_of(kinds, between(kinds.column(1), 0, 3)), {x: opening}
    yield statement_of(between(x, 0, 7)), {x: (SECRET + 2, opening[1])}
    yield statement_of(between(x, 0, 7)), {x: (Fr(SECRET), -opening[1])}
    yield statement_of(between(x, 0, 7)), {y: opening}


def statement_of(*facts):
    return Statement(*facts)


def test_no_error_shows_a_secret():
    count = 0
    for facts, openings in secret_failures():
        with pytest.raises(WitnessError) as caught:
            prove(facts, openings, CONTEXT)
        text = said(caught.value).replace(__file__, "")
        for value, blinding in openings.values():
            for secret in (int(Fr(int(value))), int(blinding)):
                assert str(secret) not in text
                assert f"{secret:x}" not in text
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        count += 1
    assert count == 9


def test_nothing_that_holds_a_secret_prints_it():
    x, (value, s) = hide(SECRET, (SECRET - 1, SECRET + 1))
    facts = [between(x, SECRET - 5, SECRET + 5), at_least(2 * x, 0)]
    for shown in (repr(x), repr(s), repr(Statement(*facts)), str({x: (Fr(value), s)})):
        assert str(SECRET) not in shown
        assert f"{SECRET:x}" not in shown
        assert str(int(s)) not in shown


def test_values_outside_say_only_that():
    x, opening = hide(SECRET)
    with pytest.raises(WitnessError, match=r"^a value is outside its interval$"):
        prove(Statement(between(x, 0, 7)), {x: opening}, CONTEXT)
    with pytest.raises(WitnessError, match=r"^a value is not in its list$"):
        prove(Statement(one_of(x, [1])), {x: opening}, CONTEXT)
    with pytest.raises(VerificationError, match=r"^a range proof does not hold$"):
        verify(statement(), prove(statement(), {X: OPENING}, CONTEXT), b"another")


anything = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.integers(), st.binary(max_size=3), st.just(X.C)
)


@settings(max_examples=settings().max_examples if NATIVE else 5)
@given(anything, anything)
def test_any_bounds_make_a_fact_or_a_clean_error(lo, hi):
    try:
        fact = between(X, lo, hi)
    except (TypeError, ValueError):
        return
    assert type(fact.lo) is type(fact.hi) is int
    assert 0 <= fact.hi - fact.lo < 2**64


@settings(max_examples=settings().max_examples if NATIVE else 5)
@given(st.lists(anything, max_size=3))
def test_any_list_makes_a_fact_or_a_clean_error(values):
    try:
        fact = one_of(X, values)
    except (TypeError, ValueError):
        return
    assert all(type(entry) is int and 0 <= entry < Fr.MODULUS for row in fact.rows for entry in row)


# --- arguments of another kind ---------------------------------------------------------------------------

STRANGERS = [
    pytest.param(lambda: between(5, 0, 1), id="an int as x"),
    pytest.param(lambda: between(X.C, 0, 1), id="a point as x"),
    pytest.param(lambda: at_least(5, 0), id="an int as x of at_least"),
    pytest.param(lambda: LIST.column(5), id="a column too far"),
    pytest.param(lambda: verify(FACT, bytes(384), CONTEXT), id="a fact for a statement"),
]


@pytest.mark.parametrize("call", STRANGERS)
def test_the_caller_is_told_in_one_of_two_ways(call):
    with pytest.raises((TypeError, ValueError)):
        call()
