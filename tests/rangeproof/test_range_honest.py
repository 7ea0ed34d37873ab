"""True facts of every kind are proven, encoded, decoded and verified; false ones are not begun.

The reference backend needs a third of a second for four bits, so it takes fewer and narrower examples.
"""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import EDGES, NATIVE, R, elements, sample
from rangeproof.hidden import CONTEXT, blindings_of, hide, is_refused, proven, residues, telling
from rangeproof.paper import Paper

from zkhealth.commitments import Pedersen
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
    verify_range,
)
from zkhealth.rangeproof.facts import REACH, interval_weights
from zkhealth.rangeproof.proof import RangeProof

few = settings() if NATIVE else settings(max_examples=2)
WIDTHS = [0, 1, 2, 3, 4, 7, 8, 15, 16, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
widths = st.sampled_from(WIDTHS if NATIVE else WIDTHS[:9]) | st.integers(0, 2**64 - 1 if NATIVE else 30)
bounds = st.sampled_from([0, 1, -1, -(2**63), 2**64, 1 - REACH, REACH - 2**64]) | st.integers(-(2**70), 2**70)


@st.composite
def intervals(draw):
    """lo, hi and a value between, often an end."""
    lo, width = draw(bounds), draw(widths)
    offset = draw(st.sampled_from([0, width, width // 2]) | st.integers(0, width))
    return lo, lo + width, lo + offset


# --- intervals -------------------------------------------------------------------------


@few
@given(intervals())
@example((0, 0, 0))
@example((-5, -5, -5))
@example((-1, 1, 0))
def test_a_value_in_its_interval_is_proven(interval):
    lo, hi, value = interval
    x, opening = hide(value)
    proven(Statement(between(x, lo, hi)), {x: opening})


@pytest.mark.parametrize("width", WIDTHS if NATIVE else [0, 4])
def test_both_ends_are_in_and_their_neighbours_are_not(width):
    lo, hi = -7, width - 7
    for value in sorted({lo, hi}):
        x, opening = hide(value)
        proven(Statement(between(x, lo, hi)), {x: opening})
    for value in (lo - 1, hi + 1, lo - 2**64, hi + 2**64, REACH):
        x, opening = hide(value)
        with pytest.raises(WitnessError):
            prove(Statement(between(x, lo, hi)), {x: opening}, CONTEXT)


def test_the_widest_interval_takes_64_bits_and_816_bytes(native):
    x, opening = hide(2**64 - 1)
    statement = Statement(between(x, 0, 2**64 - 1))
    assert statement.rows.N == 64
    assert len(proven(statement, {x: opening})) == 48 * (2 * 6 + 3) + 32 * 3 == 816


@given(st.integers(0, 2**64 - 1))
@example(2**64 - 1)
@example(2**63)
def test_an_interval_takes_exactly_its_values(width):
    x, _ = hide(0, blinding=Fr(1))
    fact = between(x, -3, width - 3)
    weights = fact.weights()
    assert len(weights) == fact.n_bits == width.bit_length()
    assert sum(weights) == width
    for value in {-3, width - 3, width // 2 - 3, width // 3}:
        if value <= width - 3:
            assert sum(w * b for w, b in zip(weights, fact.bits(value), strict=True)) == value + 3
    for value in (-4, width - 2):
        with pytest.raises(WitnessError):
            fact.bits(value)


@pytest.mark.parametrize(
    ("value", "lo", "hi"), [(-3, -3, -3), (42, 18, 120), (18, 18, 120), (-4, -7, 0)][: 4 if NATIVE else 1]
)
def test_the_simple_case(value, lo, hi):
    C, s = Pedersen().commit(value)
    proof = prove_range(value, s, lo, hi, context=CONTEXT)
    assert prove_range(Fr(value), s, lo, hi, context=CONTEXT) != proof
    verify_range(C, proof, lo, hi, context=CONTEXT)
    for other in ((lo - 1, hi), (lo, hi + 1), (lo + 1, hi + 1)):
        with pytest.raises(VerificationError):
            verify_range(C, proof, *other, context=CONTEXT)
    with pytest.raises(WitnessError):
        prove_range(hi + 1, s, lo, hi, context=CONTEXT)


# --- lists and tables ----------------------------------------------------------------------


@few
@given(st.lists(elements, min_size=1, max_size=9 if NATIVE else 3), st.data())
def test_a_value_of_a_list_is_proven(values, data):
    value = data.draw(st.sampled_from(values))
    x, opening = hide(Fr(value))
    fact = one_of(x, values)
    assert fact.n_bits == len(set(values))
    proven(Statement(fact), {x: opening})


def test_a_list_may_have_one_element():
    x, opening = hide(EDGES[3])
    statement = Statement(one_of(x, [EDGES[3]]))
    assert statement.rows.N == 1
    proven(statement, {x: opening})


def test_a_list_may_be_long(native):
    codes = Fr.random(300)
    for value in (codes[0], codes[255], codes[256], codes[299]):
        x, opening = hide(value)
        statement = Statement(one_of(x, list(codes)))
        assert statement.rows.N == 512
        proven(statement, {x: opening})


def test_duplicates_count_once_also_modulo_r():
    x, opening = hide(-1)
    fact = one_of(x, [7, -1, Fr.MODULUS - 1, Fr(-1), 7, Fr.MODULUS + 7])
    assert fact.rows == ((7,), (Fr.MODULUS - 1,))
    proven(Statement(fact), {x: opening})


def test_a_value_outside_its_list_is_not_begun():
    x, opening = hide(5)
    with pytest.raises(WitnessError):
        prove(Statement(one_of(x, [4, 6])), {x: opening}, CONTEXT)


@few
@given(
    st.lists(st.tuples(elements, elements, elements), min_size=1, max_size=4, unique_by=lambda row: row[0] % R),
    st.data(),
)
def test_several_values_are_one_row_of_a_table(rows, data):
    row = data.draw(st.sampled_from(rows))
    pairs = [hide(Fr(value)) for value in row]
    xs, openings = [x for x, _ in pairs], dict(pairs)
    for k in (1, 3) if NATIVE else (2,):
        first = {x: openings[x] for x in xs[:k]}
        proven(Statement(row_of(xs[:k], rows)), first)


def test_values_of_two_rows_are_not_one_row():
    (x, a), (y, b) = hide(1), hide(20)
    with pytest.raises(WitnessError):
        prove(Statement(row_of((x, y), [(1, 10), (2, 20)])), {x: a, y: b}, CONTEXT)


TESTS = [(94500, 72), (94558, 48), (-6, 0)]
"""Code of a test, and for how many hours it counts."""


AGES = [(94500, 72, True), (94500, 73, False), (94558, 48, True), (94558, 49, False), (-6, 0, True), (-6, 1, False)]


@pytest.mark.parametrize(("code", "age", "is_fresh"), AGES if NATIVE else AGES[2:4])
def test_a_limit_may_depend_on_a_hidden_code(code, age, is_fresh):
    (x, a), (hours, b) = hide(code), hide(age, (0, 100))
    kinds = row_of((x,), TESTS)
    statement = Statement(kinds, at_least(kinds.column(1) - hours, 0))
    if is_fresh:
        proven(statement, {x: a, hours: b})
    else:
        with pytest.raises(WitnessError):
            prove(statement, {x: a, hours: b}, CONTEXT)


def test_a_column_may_stand_alone_and_count_from_the_end():
    x, opening = hide(2)
    kinds = row_of((x,), [(1, 30, -8), (2, 40, -9)])
    assert kinds.column(-1).index == 2
    assert kinds.column(-1).domain == (-9, -8)
    proven(Statement(between(kinds.column(1), 39, 41), kinds), {x: opening})
    proven(Statement(kinds, between(kinds.column(-1), -9, -9)), {x: opening})
    with pytest.raises(WitnessError):
        prove(Statement(kinds, between(kinds.column(1), 28, 31)), {x: opening}, CONTEXT)


def test_several_columns_and_tables_meet_in_one_sum(native):
    (x, a), (y, b) = hide(2), hide(7)
    kinds, doses = row_of((x,), [(1, 3), (2, 5)]), one_of(y, [6, 7])
    total = 2 * kinds.column(1) - 3 * doses.column(0) + kinds.column(0)
    proven(Statement(between(total, -9, -9), kinds, doses), {x: a, y: b})
    with pytest.raises(WitnessError):
        prove(Statement(between(total, -8, 0), kinds, doses), {x: a, y: b}, CONTEXT)


# --- sums and comparisons --------------------------------------------------------------------


factors = st.integers(-4, 4).filter(bool)


@few
@given(st.integers(-50, 50), st.integers(-50, 50), factors, factors, st.integers(0, 5))
def test_a_weighted_sum_in_its_interval_is_proven(u, v, a, b, slack):
    (x, opening_x), (y, opening_y) = hide(u, (-50, 50)), hide(v, (-50, 50))
    total = a * u + b * v
    statement = Statement(between(a * x + b * y, total - slack, total + 5 - slack))
    proven(statement, {x: opening_x, y: opening_y})


@pytest.mark.parametrize(
    ("dose", "series"), sample([(0, 0), (2, 2), (3, 2), (15, 0), (15, 15), (0, 15), (1, 2)], on_reference=3)
)
def test_hidden_values_are_compared(dose, series):
    (x, a), (y, b) = hide(dose, (0, 15)), hide(series, (0, 15))
    fact = at_least(x - y, 0)
    assert (fact.lo, fact.hi) == (0, 15)
    if dose >= series:
        proven(Statement(fact), {x: a, y: b})
    else:
        with pytest.raises(WitnessError):
            prove(Statement(fact), {x: a, y: b}, CONTEXT)


@pytest.mark.parametrize(("value", "limit"), [(0, -10), (10, 10), (-10, -10), (10, -9)][: 4 if NATIVE else 1])
def test_a_bound_on_one_side_takes_the_other_from_the_domain(value, limit):
    x, opening = hide(value, (-10, 10))
    from_below, from_above = at_least(x, limit), at_most(-1 * x, -limit)
    assert (from_below.lo, from_below.hi) == (limit, 10)
    assert (from_above.lo, from_above.hi) == (-10, -limit)
    proven(Statement(from_below, from_above), {x: opening})


@pytest.mark.parametrize("ask", [lambda x: at_least(x, 11), lambda x: at_most(x, -11)], ids=["above", "below"])
def test_a_bound_that_no_value_of_the_domain_reaches_is_refused(ask):
    x, _ = hide(10, (-10, 10))
    with pytest.raises(ValueError, match="lo <= hi"):
        ask(x)


@pytest.mark.parametrize(
    "total",
    [lambda x: x - x, lambda x: 0 * x, lambda x: Fr.MODULUS * x, lambda x: 2 * x - x - x],
    ids=["x - x", "0 * x", "r * x", "2 * x - x - x"],
)
def test_a_hidden_value_that_cancels_is_refused_since_nothing_would_bind_it(total):
    x, _ = hide(1, (0, 1))
    with pytest.raises(ValueError, match=r"cancels|wrap"):
        between(total(x), 0, 0)


def test_one_commitment_under_two_names_cancels_too():
    x, _ = hide(1, (0, 1))
    with pytest.raises(ValueError, match="cancels"):
        between(x - Committed(x.C, (0, 1)), 0, 0)


def test_facts_about_no_hidden_value_are_no_statement():
    with pytest.raises(ValueError, match="no hidden value"):
        Statement(row_of((), [(1,)]))


def test_a_bound_below_the_whole_domain_says_nothing_and_holds():
    x, opening = hide(-10, (-10, 10))
    proven(Statement(at_least(x, -12)), {x: opening})
    proven(Statement(at_most(x, 12)), {x: opening})


def test_a_value_outside_its_promised_domain_is_not_begun():
    x, opening = hide(16, (0, 15))
    for fact in (between(x, 0, 20), between(1 * x + 0 * x, 0, 20)):
        with pytest.raises(WitnessError):
            prove(Statement(fact), {x: opening}, CONTEXT)


def test_terms_of_one_value_add_up(native):
    x, opening = hide(6, (0, 9))
    proven(Statement(between(x + x - 3 * x, -6, -6)), {x: opening})
    proven(Statement(between(2 * (x + x), 24, 24)), {x: opening})


# --- statements ----------------------------------------------------------------------------------


def test_unequal_facts_make_one_proof(native):
    (x, a), (y, b), (z, c) = hide(40, (0, 120)), hide(-2), hide(7, (0, 15))
    kinds = row_of((y, z), [(-2, 7, 50), (-2, 8, 5)])
    statement = Statement(
        between(x, 18, 120), one_of(y, [1, -2, 3]), kinds, at_least(kinds.column(2) - x, 0), at_most(z, 7)
    )
    openings = {x: a, y: b, z: c}
    n_bits = sum(fact.n_bits for fact in statement.facts)
    assert n_bits not in (statement.rows.N, statement.rows.N // 2)
    assert len(statement.hidden) == 3
    proven(statement, openings)


@pytest.mark.parametrize(
    ("n_bits", "N"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (9, 16)][: 7 if NATIVE else 4]
)
def test_bits_are_padded_to_a_power_of_two(n_bits, N):
    x, opening = hide(0)
    statement = Statement(between(x, 0, (1 << n_bits) - 1))
    assert statement.rows.N == N
    proven(statement, {x: opening})


def test_the_order_of_openings_does_not_matter_and_others_are_ignored():
    (x, a), (y, b) = hide(1), hide(2)
    statement = Statement(between(x, 1, 2), between(y, 2, 3))
    proven(statement, {hide(9)[0]: (9, Fr(1)), y: b, x: a})


def test_one_commitment_in_two_places_holds_one_value():
    x, (value, s) = hide(3)
    again, _ = hide(3, blinding=s)
    assert again.C == x.C
    proven(Statement(between(x, 0, 3), between(again, 3, 4)), {x: (value, s), again: (value, s)})


def test_23_every_decomposition_of_a_value_verifies_and_looks_alike():
    """Width 10 has weights 1, 2, 4, 3: of 3, also as 1 + 2; the value is the same."""
    assert interval_weights(10) == [1, 2, 4, 3]
    x, opening = hide(3)
    statement, openings = Statement(between(x, 0, 10)), {x: opening}
    ours = statement.bits(residues(openings)).ints()
    other = {(1, 1, 0, 0): [0, 0, 0, 1], (0, 0, 0, 1): [1, 1, 0, 0]}[tuple(ours)]
    proofs = [Paper().prove(statement.rows, telling(statement, openings, bits), CONTEXT) for bits in (ours, other)]
    for proof in proofs:
        verify(statement, proof.encode(), CONTEXT)
    assert len({len(proof.encode()) for proof in proofs}) == 1
    elsewhere, _ = hide(4, blinding=blindings_of(statement, openings)[0])
    assert is_refused(Statement(between(elsewhere, 0, 10)), proofs[1])


def test_a_table_made_by_hand_drops_duplicates_too():
    x, opening = hide(-8)
    fact = Table([x], [[7], [-8], [Fr.MODULUS - 8]])
    assert fact.rows == ((7,), (Fr.MODULUS - 8,))
    proven(Statement(fact), {x: opening})


def test_a_table_does_not_change_once_it_is_made():
    x, _ = hide(1)
    rows = [[1, 2], [2, 3]]
    fact = Table((x,), rows)
    rows[0][1] = 9
    rows.append([3, 4])
    assert fact.rows == ((1, 2), (2, 3))


@pytest.mark.parametrize("N", [1, 4, 16] if NATIVE else [2])
def test_a_proof_is_as_long_as_its_bits_say(N):
    x, opening = hide(0)
    statement = Statement(between(x, 0, (1 << N) - 1))
    proof = RangeProof.decode(proven(statement, {x: opening}), N)
    assert len(proof.L) == len(proof.R) == N.bit_length() - 1
