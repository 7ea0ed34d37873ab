"""Forgeries by name: a proof of one thing is not a proof of another.

On the reference backend, a hundred times slower, one test of each kind.
"""

from dataclasses import replace
from functools import cache

import pytest
from oracles import NATIVE, R, sample
from rangeproof.hidden import CONTEXT, hide, is_refused, proven, truthful
from rangeproof.paper import Paper

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.rangeproof import (
    Committed,
    Statement,
    Table,
    at_least,
    between,
    one_of,
    prove_range,
    row_of,
    verify,
    verify_range,
)
from zkhealth.rangeproof.proof import RangeProof

(X, OPENING_X), (Y, OPENING_Y) = hide(5, (0, 100)), hide(7, (0, 100))
CODES = [6, 7, 8, 9]


def base(x=X, y=Y, lo=3, hi=10, codes=CODES, scale=2, limit=-1):
    """4 + 3 + 4 + 4 bits in 5 rows; every argument is something that a forger would like to change."""
    return Statement(
        between(x, lo, hi), between(scale * x - y, limit, limit + 5), one_of(y, codes), one_of(x, [5, 1, 2, 3])
    )


@cache
def proof():
    return proven(base(), {X: OPENING_X, Y: OPENING_Y})


@cache
def decoded():
    return RangeProof.decode(proof(), base().rows.N)


def twin(x):
    """The same value, blinded otherwise."""
    return hide(5 if x is X else 7, (0, 100))[0]


# On the reference backend, where each costs half a second, an even sample of these.
STATEMENTS = [
    pytest.param(lambda: base(lo=2, hi=9), id="both bounds lower"),
    pytest.param(lambda: base(lo=4), id="lower bound raised"),
    pytest.param(lambda: base(hi=9), id="upper bound lowered"),
    pytest.param(lambda: base(lo=2), id="lower bound lowered, still true"),
    pytest.param(lambda: base(hi=11), id="upper bound raised, still true"),
    pytest.param(lambda: base(codes=[7, 6, 8, 9]), id="38 list in another order"),
    pytest.param(lambda: base(codes=[6, 7, 8, 10]), id="38 another element in the list"),
    pytest.param(lambda: base(codes=[6, 7, 8]), id="38 list shortened"),
    pytest.param(lambda: base(codes=[6, 7, 8, 9, 10]), id="38 list extended into the padding"),
    pytest.param(lambda: base(scale=3), id="another coefficient"),
    pytest.param(lambda: base(limit=-2), id="another limit of the sum"),
    pytest.param(lambda: base(x=twin(X)), id="24 another commitment to the same value"),
    pytest.param(lambda: base(y=twin(Y)), id="24 another second commitment"),
    pytest.param(lambda: base(x=Committed(X.C + Pedersen().G, (0, 100))), id="24 a commitment to one more"),
    pytest.param(lambda: base(x=Committed(-X.C, (0, 100))), id="24 the negative commitment"),
    pytest.param(lambda: base(x=Y, y=X), id="21 commitments permuted"),
    pytest.param(lambda: base(x=Y), id="21 one commitment for both"),
    pytest.param(lambda: Statement(*base().facts[:3]), id="a fact missing"),
    pytest.param(lambda: Statement(*base().facts[::-1]), id="facts in another order"),
    pytest.param(lambda: Statement(*base().facts, between(X, 5, 5)), id="a true fact added that needs no bits"),
    pytest.param(lambda: Statement(*base().facts, between(twin(X), 5, 5)), id="a fact about another commitment added"),
]


@pytest.mark.parametrize("other", sample(STATEMENTS, on_reference=4))
def test_a_proof_of_one_statement_is_no_proof_of_another(other):
    statement = other()
    if len(RangeProof.decode(proof(), 16).L) == statement.rows.N.bit_length() - 1:
        assert is_refused(statement, proof())
    else:
        with pytest.raises(DecodingError):
            verify(statement, proof(), CONTEXT)


def test_the_same_statement_made_again_is_the_same_statement():
    verify(base(Committed(X.C, (0, 100)), Committed(Y.C, (0, 100))), proof(), CONTEXT)


def test_a_domain_is_no_part_of_a_statement_that_does_not_use_it():
    C, s = Pedersen().commit(4)
    proof = prove_range(4, s, 0, 7, context=CONTEXT)
    verify(Statement(between(Committed(C, (0, 7)), 0, 7)), proof, CONTEXT)


CONTEXTS = [CONTEXT + b"\0", b"", CONTEXT[:-1], CONTEXT * 2, CONTEXT.upper(), b"\0" + CONTEXT]


@pytest.mark.parametrize("context", sample(CONTEXTS, on_reference=2))
def test_6_a_proof_in_one_context_is_no_proof_in_another(context):
    assert is_refused(base(), proof(), context)


def test_6_a_proof_under_another_tag_is_refused():
    statement, openings = Statement(between(X, 5, 6)), {X: OPENING_X}
    for tag in (b"zkhealth/rangeproof/v2", b"zkhealth/rangeproof/batch/v1", b""):
        foreign = Paper(tag=tag)
        forged = foreign.prove(statement.rows, truthful(statement, openings), CONTEXT)
        assert foreign.accepts(statement.rows, forged, CONTEXT)
        assert is_refused(statement, forged)


def swapped(points, i, j):
    order = list(range(len(points)))
    order[i], order[j] = order[j], order[i]
    return points[order]


FORMS = [
    pytest.param(lambda p: replace(p, L=p.R, R=p.L), id="L and R swapped"),
    pytest.param(
        lambda p: replace(p, L=G1.stack(p.R[0], p.L[1:]), R=G1.stack(p.L[0], p.R[1:])), id="L and R of one round"
    ),
    pytest.param(lambda p: replace(p, L=p.L[::-1], R=p.R[::-1]), id="rounds reversed"),
    pytest.param(lambda p: replace(p, L=swapped(p.L, 0, 1)), id="two L swapped"),
    pytest.param(lambda p: replace(p, R=swapped(p.R, 2, 3)), id="two R swapped"),
    pytest.param(lambda p: replace(p, A_=p.B_, B_=p.A_), id="A' and B' swapped"),
    pytest.param(lambda p: replace(p, A=p.A_, A_=p.A), id="A and A' swapped"),
    pytest.param(lambda p: replace(p, r_=p.s_, s_=p.r_), id="r' and s' swapped"),
    pytest.param(lambda p: replace(p, s_=p.delta_, delta_=p.s_), id="s' and δ' swapped"),
    pytest.param(lambda p: replace(p, r_=-p.r_, s_=-p.s_), id="r' and s' negated: their product is the same"),
    pytest.param(lambda p: replace(p, r_=p.r_ * Fr(2), s_=p.s_ / Fr(2)), id="r' doubled, s' halved"),
    pytest.param(lambda p: replace(p, A_=p.A_ + p.B_, B_=p.B_ - p.A_), id="A' and B' mixed"),
    pytest.param(lambda p: replace(p, delta_=p.delta_ + Fr(1)), id="δ' off by one"),
]


@pytest.mark.parametrize("form", sample(FORMS, on_reference=3))
def test_a_proof_rearranged_is_refused(form):
    assert is_refused(base(), form(decoded()))


def test_a_round_missing_or_added_is_refused():
    p = decoded()
    for Ls, Rs in ((p.L[1:], p.R[1:]), (p.L[:-1], p.R[:-1]), (G1.stack(p.L, p.A), G1.stack(p.R, p.A))):
        with pytest.raises(DecodingError):
            verify(base(), replace(p, L=Ls, R=Rs).encode(), CONTEXT)


def test_encoding_needs_as_many_L_as_R():
    with pytest.raises(ValueError, match="zip"):
        replace(decoded(), L=decoded().L[1:]).encode()


def test_fields_of_two_honest_proofs_do_not_mix(native):
    other = RangeProof.decode(proven(base(), {X: OPENING_X, Y: OPENING_Y}), base().rows.N)
    for name in ["L", "A", "R", "A_", "B_", "r_", "s_", "delta_"][: 8 if NATIVE else 1]:
        assert is_refused(base(), replace(decoded(), **{name: getattr(other, name)}))


# --- 21: shape ---------------------------------------------------------------------------------


def wide(n_bits):
    return Statement(between(X, 0, 2**n_bits - 1))


@pytest.mark.parametrize("other", [64, 16, 33, 1])
def test_21_a_proof_for_32_bits_has_another_length(native, other):
    thirty_two = proven(wide(32), {X: OPENING_X})
    with pytest.raises(DecodingError):
        verify(wide(other), thirty_two, CONTEXT)


@pytest.mark.parametrize(("ours", "theirs"), [(8, 7), (7, 8)])
def test_21_bits_and_padding_are_not_the_same(native, ours, theirs):
    """All have N = 8: only the weights tell."""
    assert wide(ours).rows.N == wide(theirs).rows.N == 8
    assert is_refused(wide(theirs), proven(wide(ours), {X: OPENING_X}))


def test_21_one_row_is_not_two(native):
    one, two = Statement(between(X, 0, 15)), Statement(between(X, 0, 15), between(X, 5, 5))
    assert (one.rows.m, two.rows.m) == (1, 2)
    assert is_refused(two, proven(one, {X: OPENING_X}))
    assert is_refused(one, proven(two, {X: OPENING_X}))


def test_21_a_table_of_two_columns_is_not_two_tables():
    pair = Statement(row_of((X, Y), [(5, 7), (6, 8)]))
    apart = Statement(one_of(X, [5, 6]), one_of(Y, [7, 8]))
    openings = {X: OPENING_X, Y: OPENING_Y}
    with pytest.raises(DecodingError):
        verify(apart, proven(pair, openings), CONTEXT)
    with pytest.raises(DecodingError):
        verify(pair, proven(apart, openings), CONTEXT)


# --- 38: tables, 5: derived values --------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(((7,), (6,), (8,)), id="reordered"),
        pytest.param(((6,), (7,), (8,), (9,)), id="extended"),
        pytest.param(((6,), (7,), (8,), (0,)), id="padded with zero"),
        pytest.param(((6,), (7,)), id="shortened"),
        pytest.param(((6, 1), (7, 1), (8, 1)), id="a column more"),
    ],
)
def test_38_a_list_cannot_be_substituted(rows):
    honest = proven(Statement(one_of(Y, [6, 7, 8])), {Y: OPENING_Y})
    statement = Statement(Table((Y,), rows))
    if rows == ((6, 1), (7, 1), (8, 1)):
        verify(statement, honest, CONTEXT)  # a column that no fact uses says nothing
    elif statement.rows.N == 4:
        assert is_refused(statement, honest)
    else:
        with pytest.raises(DecodingError):
            verify(statement, honest, CONTEXT)


def test_38_a_list_padded_with_duplicates_is_the_list(native):
    honest = proven(Statement(one_of(Y, [6, 7, 8])), {Y: OPENING_Y})
    for rows in (((6,), (7,), (8,), (8,)), ((6,), (6 + R,), (7,), (8,), (6 - R,))):
        verify(Statement(Table((Y,), rows)), honest, CONTEXT)
        assert is_refused(Statement(Table((Y,), rows[::-1])), honest)


def test_38_a_column_that_a_fact_uses_cannot_be_substituted(native):
    def statement(limit):
        kinds = row_of((Y,), [(7, limit), (8, 50)])
        return Statement(kinds, at_least(kinds.column(1) - X, 0))

    honest = proven(statement(50), {X: OPENING_X, Y: OPENING_Y})
    assert statement(49).rows.N == statement(50).rows.N
    assert is_refused(statement(49), honest)


def careless_range_verifier(V, proof, width):
    """The mutant: takes C − lo·G from the caller."""
    verify(Statement(between(Committed(V), 0, width)), proof, CONTEXT)


def test_5_the_verifier_subtracts_the_bound_itself():
    C, s = Pedersen().commit(5)
    V, t = Pedersen().commit(2)
    forged = prove_range(2, t, 0, 10, context=CONTEXT)
    careless_range_verifier(V, forged, 10)
    with pytest.raises(VerificationError):
        verify_range(C, forged, 18, 28, context=CONTEXT)

    shifted = prove_range(Fr(5), s, 0, 10, context=CONTEXT)
    verify_range(C, shifted, 0, 10, context=CONTEXT)
    with pytest.raises(VerificationError):
        verify_range(C + Fr(18) * Pedersen().G, shifted, 18, 28, context=CONTEXT)
    with pytest.raises(VerificationError):
        verify_range(C - Fr(3) * Pedersen().G, shifted, 0, 10, context=CONTEXT)


def test_24_a_proof_on_the_attackers_commitment_says_nothing_about_the_credentials():
    theirs, _ = hide(3)
    mine, opening = hide(20)
    honest = proven(Statement(between(mine, 18, 120)), {mine: opening})
    assert is_refused(Statement(between(theirs, 18, 120)), honest)
    both = Statement(between(theirs, 18, 120), between(mine, 18, 120))
    with pytest.raises(DecodingError):
        verify(both, honest, CONTEXT)
