"""The oracle: the protocol folded round by round, as NOTES.md has it, and each of its equations.

`paper.py` does (5) and (6) literally; the library's verifier is one sum.  They must say the same
of honest proofs, of damaged ones, and of what a prover who lies makes.
"""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, elements
from rangeproof.hidden import CONTEXT, hide, holds, proven, telling, truthful, values_of
from rangeproof.paper import (
    Claim,
    G,
    H,
    Paper,
    Told,
    dot,
    folded_bases,
    folded_vectors,
    spread,
    sum_of,
    y_down,
)

from zkhealth.commitments import range_bases
from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Statement, argument, at_least, between, one_of, row_of
from zkhealth.rangeproof.facts import interval_weights
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import Row, Rows

PAPER = Paper()
few = settings() if NATIVE else settings(max_examples=1)


def interval():
    x, opening = hide(9)
    return Statement(between(x, 4, 9)), {x: opening}


def one_bit():
    x, opening = hide(1)
    return Statement(between(x, 0, 1)), {x: opening}


def no_bits():
    x, opening = hide(-4)
    return Statement(between(x, -4, -4)), {x: opening}


def a_list():
    x, opening = hide(Fr(77))
    return Statement(one_of(x, [Fr(5), 77, -3])), {x: opening}


def mixed():
    (x, a), (y, b) = hide(2, (0, 3)), hide(-1)
    kinds = row_of((y,), [(-1, 3), (8, 2)])
    return Statement(at_least(kinds.column(1) - 2 * x, -1), kinds, between(x, 0, 3)), {x: a, y: b}


STATEMENTS = [one_bit, interval, mixed, a_list, no_bits]
SOME = STATEMENTS if NATIVE else [no_bits, interval]


# --- the verifier of one sum agrees with the paper's -----------------------------------------


@pytest.mark.parametrize("make", SOME)
def test_the_paper_accepts_what_the_library_proves(make):
    statement, openings = make()
    proof = RangeProof.decode(proven(statement, openings), statement.rows.N)
    assert PAPER.accepts(statement.rows, proof, CONTEXT)
    assert not PAPER.accepts(statement.rows, proof, b"another context")


@pytest.mark.parametrize("make", SOME)
def test_the_library_accepts_what_the_paper_proves(make):
    statement, openings = make()
    assert holds(statement, PAPER.prove(statement.rows, truthful(statement, openings), CONTEXT))


def corrupted(proof):
    """One field off by a little, or two of them swapped."""
    for name in ("A", "A_", "B_"):
        yield name, replace(proof, **{name: getattr(proof, name) + G})
    for name in ("L", "R"):
        for k, P in enumerate(getattr(proof, name)):
            points = list(getattr(proof, name))
            yield f"{name}{k}", replace(proof, **{name: G1.stack(*points[:k], -P, *points[k + 1 :])})
    for name in ("r_", "s_", "delta_"):
        yield name, replace(proof, **{name: getattr(proof, name) + Fr(1)})
    yield "L and R", replace(proof, L=proof.R, R=proof.L)
    yield "A' and B'", replace(proof, A_=proof.B_, B_=proof.A_)


@pytest.mark.parametrize("make", [one_bit, mixed, interval] if NATIVE else [one_bit])
def test_both_refuse_every_corruption(make):
    statement, openings = make()
    proof = RangeProof.decode(proven(statement, openings), statement.rows.N)
    for name, wrong in corrupted(proof):
        if wrong.encode() != proof.encode():
            assert not PAPER.accepts(statement.rows, wrong, CONTEXT), name
            assert not holds(statement, wrong), name


@few
@given(st.lists(st.sampled_from([0, 0, 1, 1, 2, -1]), min_size=3, max_size=3))
def test_both_say_the_same_of_any_digits(digits):
    statement, openings = interval()
    proof = PAPER.prove(statement.rows, telling(statement, openings, digits), CONTEXT)
    verdict = PAPER.accepts(statement.rows, proof, CONTEXT)
    assert verdict == (digits == [1, 1, 1])
    assert holds(statement, proof) == verdict


rows_of_any_weights = st.lists(st.tuples(st.lists(elements, min_size=4, max_size=4), elements), min_size=1, max_size=3)


@few
@given(rows_of_any_weights, st.lists(st.integers(0, 1), min_size=4, max_size=4), elements)
def test_weights_are_arbitrary(weights, bits, coefficient):
    """Zero, repeated or huge weights, and any coefficient: the constant makes each row true."""
    x, (value, s) = hide(3)
    bits = Fr(bits)
    rows = []
    for ws, split in weights:
        segments = ((0, Fr(ws)), (1, Fr([split, -split])))
        constant = spread(4, segments) @ bits - Fr(coefficient) * Fr(value)
        rows.append(Row(segments, ((0, Fr(coefficient)),), constant))
    claim = Rows(G1.stack(x.C), rows, 4)
    proof = PAPER.prove(claim, Told(bits, bits - Fr(1), concat(s)), CONTEXT)
    assert argument.holds([argument.equation(claim, proof, argument.opened(claim, CONTEXT))], Fr([1]))
    rows[-1] = replace(rows[-1], constant=rows[-1].constant + Fr(1))
    off = Rows(G1.stack(x.C), rows, 4)
    proof = PAPER.prove(off, Told(bits, bits - Fr(1), concat(s)), CONTEXT)
    assert not argument.holds([argument.equation(off, proof, argument.opened(off, CONTEXT))], Fr([1]))


def test_rounds_of_another_number_are_not_folded():
    statement, openings = interval()
    proof = RangeProof.decode(proven(statement, openings), 4)
    assert not PAPER.accepts(statement.rows, replace(proof, L=proof.L[:1], R=proof.R[:1]), CONTEXT)
    assert not PAPER.accepts(statement.rows, replace(proof, R=proof.R[:1]), CONTEXT)


# --- the equations of NOTES.md ------------------------------------------------------------------


def weighted(y, a, b):
    """<a,b>_y = Σ y^i·a_i·b_i, from i = 1."""
    return sum_of((y ** (i + 1) * a[i] * b[i] for i in range(len(a))) if len(a) else [Fr(0)])


@pytest.mark.parametrize("make", STATEMENTS if NATIVE else [interval])
def test_equations_1_2_3_the_sum_is_a_commitment_to_the_hats(make):
    statement, openings = make()
    claim, told = Claim.of(statement.rows), truthful(statement, openings)
    y, z = Fr.random(2)
    a, b, alpha = PAPER.hats(claim, told, y, z)
    g, h = range_bases(statement.rows.N)
    A_hat = PAPER.A_hat(claim, told.A(), y, z)
    assert A_hat == concat(a, b, weighted(y, a, b), alpha) @ G1.stack(g, h, G, H)


@given(st.data())
def test_equation_4_the_product_of_the_hats(data):
    """For any a_L, a_R, d: also those that no honest prover has."""
    N = data.draw(st.sampled_from([1, 2, 4, 8]))
    a_L, a_R, d = (Fr(data.draw(st.lists(elements, min_size=N, max_size=N))) for _ in range(3))
    y, z = Fr.random(2)
    one = Fr([1] * N)
    a, b = a_L - z, a_R + d * y_down(y, N) + z
    right = weighted(y, one, a_L * a_R + z * (a_L - a_R)) - z * z * weighted(y, one, one)
    assert weighted(y, a, b) == right + y ** (N + 1) * (d @ a_L - z * (one @ d))


@given(st.data())
def test_equation_4_with_bits_and_true_rows_is_zeta_and_the_right_sides(data):
    N, m = data.draw(st.sampled_from([1, 4])), data.draw(st.integers(1, 3))
    bits = Fr(data.draw(st.lists(st.integers(0, 1), min_size=N, max_size=N)))
    w = tuple(Fr(data.draw(st.lists(elements, min_size=N, max_size=N))) for _ in range(m))
    claim = Claim(G1.stack(G), w, tuple(Fr([0]) for _ in w), tuple(row @ bits for row in w))
    y, z = Fr.random(2)
    a, b, _ = PAPER.hats(claim, Told(bits, bits - Fr(1), Fr([0])), y, z)
    v = sum_of(z ** (2 * j + 2) * claim.kappa[j] for j in range(m))
    assert weighted(y, a, b) == PAPER.zeta(claim, y, z) + y ** (N + 1) * v


@given(st.data())
def test_equation_9_what_the_bits_and_rows_lack_is_a_multiple_of_G(data):
    """The coefficient of G in Â, against the product of what is there: (9) is their difference."""
    statement, openings = mixed()
    claim, values = Claim.of(statement.rows), values_of(statement, openings)
    N = statement.rows.N
    a_L, a_R = (Fr(data.draw(st.lists(elements, min_size=N, max_size=N))) for _ in range(2))
    told = Told(a_L, a_R, Fr([1, 1]), Fr(data.draw(elements)))
    y, z = Fr.random(2)
    a, b, _ = PAPER.hats(claim, told, y, z)
    rows = sum_of(z ** (2 * j + 2) * claim.right_side(j, values) for j in range(len(claim.w)))
    coefficient_of_G = told.a_G + PAPER.zeta(claim, y, z) + y ** (N + 1) * rows
    assert weighted(y, a, b) - coefficient_of_G == PAPER.excess(claim, told, values, y, z) - told.a_G


def test_equation_9_has_a_monomial_for_every_bit_and_every_row():
    """Break one bit or one row: the left side of (9) is y^i·(…), z·y^i·(…) or z^(2j)·y^(N+1), each with its own."""
    statement, openings = mixed()
    claim, values, N = Claim.of(statement.rows), values_of(statement, openings), statement.rows.N
    honest = truthful(statement, openings)
    y, z = Fr.random(2)
    assert PAPER.excess(claim, honest, values, y, z) == Fr(0)
    for i in range(N):
        unit = Fr([int(k == i) for k in range(N)])
        off = replace(honest, a_R=honest.a_R + unit)
        expected = y ** (i + 1) * (honest.a_L[i] - z)
        assert PAPER.excess(claim, off, values, y, z) == expected
    for j in range(len(claim.w)):
        kappa = tuple(c + Fr(int(k == j)) for k, c in enumerate(claim.kappa))
        off = replace(claim, kappa=kappa)
        assert PAPER.excess(off, honest, values, y, z) == -(z ** (2 * j + 2)) * y ** (N + 1)


def test_equations_5_and_6_keep_the_weighted_commitment():
    N = 8 if NATIVE else 4
    a, b, alpha, y = Fr.random(N), Fr.random(N), Fr.random(), Fr.random()
    g, h = range_bases(N)

    def committed():
        return concat(a, b, weighted(y, a, b), alpha) @ G1.stack(g, h, G, H)

    P = committed()
    while len(a) > 1:
        L, R, d_L, d_R = PAPER.cross(y, g, h, a, b)
        e = Fr.random()
        (g, h), (a, b) = folded_bases(y, e, g, h), folded_vectors(y, e, a, b)
        P = P + (e * e) * L + (e * e).inverse() * R
        alpha = alpha + e * e * d_L + (e * e).inverse() * d_R
        assert committed() == P


def test_equations_7_and_8_the_last_step_is_complete():
    a, b, alpha, rho, sigma, delta, eta, y, e = Fr.random(9)
    g, h = (P[0] for P in range_bases(1))
    P = a * g + b * h + (y * a * b) * G + alpha * H
    A_ = rho * g + sigma * h + (y * (rho * b + sigma * a)) * G + delta * H
    B_ = (y * rho * sigma) * G + eta * H
    r_, s_, delta_ = rho + e * a, sigma + e * b, eta + e * delta + e * e * alpha
    left = (e * e) * P + e * A_ + B_
    assert left == (e * r_) * g + (e * s_) * h + (y * r_ * s_) * G + delta_ * H


@pytest.mark.parametrize("k", [0, 1, 2, 3] if NATIVE else [0, 2])
def test_verification_at_once_unfolds_equation_6(k):
    """g = Σ σ_i·y^(1−i)·g_i, h = Σ σ_i⁻¹·h_i; the sign of round j is bit j of i − 1 from the top."""
    N, y, rounds = 1 << k, Fr.random(), Fr.random(k)
    g, h = all_g, all_h = range_bases(N)
    for e in rounds:
        g, h = folded_bases(y, e, g, h)

    def sigma(i):
        return product(e if i >> (k - 1 - j) & 1 else e.inverse() for j, e in enumerate(rounds))

    sigmas = [sigma(i) for i in range(N)]
    assert g[0] == concat(*(s * y ** (-i) for i, s in enumerate(sigmas))) @ all_g
    assert h[0] == concat(*(s.inverse() for s in sigmas)) @ all_h


def product(factors):
    out = Fr(1)
    for factor in factors:
        out = out * factor
    return out


def test_the_statement_S_is_what_the_facts_say():
    """Each row of the library's statement, on honest bits: <w_j, b> = Σ a_jk·c_k + κ_j."""
    for make in STATEMENTS:
        statement, openings = make()
        claim, told = Claim.of(statement.rows), truthful(statement, openings)
        values = values_of(statement, openings)
        for j, w in enumerate(claim.w):
            assert w @ told.a_L == dot(claim.a[j], values) + claim.kappa[j]


# --- weights of intervals ------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [range(start, start + 75) for start in (0, 75, 150, 225)] + [[300]], ids=str)
def test_sums_of_some_weights_are_exactly_0_to_the_width(widths):
    """Brute force over all subsets."""
    for width in widths:
        weights = interval_weights(width)
        subsets = (c for n in range(len(weights) + 1) for c in combinations(weights, n))
        assert {sum(c) for c in subsets} == set(range(width + 1))
        assert len(weights) == (0 if width == 0 else len(bin(width)) - 2)


@pytest.mark.parametrize("width", [2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1])
def test_wide_weights_are_powers_of_two_and_a_rest(width):
    *powers, last = interval_weights(width)
    assert powers == [2**i for i in range(len(powers))]
    assert sum(powers) + last == width
    assert 0 < last <= sum(powers) + 1, "without a gap"
