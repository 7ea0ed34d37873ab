"""Frozen Heart: whatever the prover sends, or the statement says, comes before the challenges.

Each forgery is accepted by a verifier that forgets to absorb one thing, then refused by ours.
"""

from dataclasses import replace
from functools import cache

import pytest
from oracles import NATIVE
from rangeproof.hidden import CONTEXT, hide, is_refused, proven, telling, values_of
from rangeproof.paper import Claim, G, Paper, forgetting, sum_of

from zkhealth.curve import G1
from zkhealth.field import Fr
from zkhealth.rangeproof import Committed, Statement, argument, between, one_of
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import Rows
from zkhealth.transcript import Transcript

(X, OPENING_X), (Y, OPENING_Y) = hide(2), hide(9)
OPENINGS = {X: OPENING_X, Y: OPENING_Y}


def claim(x=X, y=Y):
    """4 bits, 3 rows, 2 rounds, 2 commitments."""
    return Statement(between(x, 0, 3), one_of(y, [5, 9]))


ROWS = claim().rows


@cache
def honest():
    return RangeProof.decode(proven(claim(), OPENINGS), 4)


def random_points(n):
    return Fr.random(n) * G1.generator()


def garbage():
    """A proof by somebody who knows nothing."""
    A, A_, B_ = random_points(3)
    return RangeProof(A, random_points(2), random_points(2), A_, B_, *Fr.random(3))


# --- every message, solved for after the challenges -------------------------------------------

MESSAGES = ["C0", "C1", "A", "L0", "L1", "R0", "R1", "A'", "B'"]


def moved(points, k, by):
    return G1.stack(*(P + by if i == k else P for i, P in enumerate(points)))


def solve_for(last, statement, proof):
    """Fix the challenges of a verifier who does not hear `last`, then pick it so that (8) holds."""
    paper = forgetting(last)
    to = paper.challenges(statement.rows, proof, CONTEXT)
    gap, e2 = paper.gap(statement.rows, proof, to), to.e * to.e
    kind, k = last[0], int(last[1:]) if last[1:].isdigit() else 0
    e2_k = to.rounds[k] * to.rounds[k]
    if kind == "C":
        a = Claim.of(statement.rows).a
        coefficient = sum_of(to.z ** (2 * j + 2) * row[k] for j, row in enumerate(a))
        by = -(e2 * to.y**5 * coefficient).inverse() * gap
        return Statement(*claim(*(Committed(C) for C in moved(statement.rows.commitments, k, by))).facts), proof
    if last in ("A'", "B'"):
        name, by = ("A_", -to.e.inverse() * gap) if last == "A'" else ("B_", -gap)
        return statement, replace(proof, **{name: getattr(proof, name) + by})
    if kind == "A":
        return statement, replace(proof, A=proof.A - e2.inverse() * gap)
    by = -(e2 * (e2_k if kind == "L" else e2_k.inverse())).inverse() * gap
    return statement, replace(proof, **{kind: moved(getattr(proof, kind), k, by)})


@pytest.mark.parametrize("last", MESSAGES)
def test_1_52_nothing_can_be_chosen_after_the_challenges(last):
    statement, forged = solve_for(last, claim(), garbage())
    assert forgetting(last).accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)


@pytest.mark.parametrize("last", MESSAGES[2:])
def test_1_nor_can_it_turn_an_honest_proof_into_one_of_something_false(native, last):
    false = Statement(between(X, 10, 13), one_of(Y, [5, 9]))
    statement, forged = solve_for(last, false, honest())
    assert forgetting(last).accepts(statement.rows, forged, CONTEXT)
    assert is_refused(statement, forged)


# --- the statement, chosen after y and z ------------------------------------------------------------


def with_row(rows, j, **changes):
    changed = [replace(row, **changes) if i == j else row for i, row in enumerate(rows.rows)]
    return Rows(rows.commitments, changed, rows.N)


def adjusted(what):
    """Make up for digits that are not bits, by a constant, weight or coefficient of the first row."""

    def late(rows, told, y, z):
        row, values = rows.rows[0], values_of(claim(), OPENINGS)
        lack = Paper().excess(Claim.of(rows), told, values, y, z) / (z * z * y ** (rows.N + 1))
        (start, weights), (k, coefficient) = row.segments[0], row.terms[0]
        if what == "constants":
            return with_row(rows, 0, constant=row.constant + lack), told
        if what == "coefficients":
            return with_row(rows, 0, terms=((k, coefficient + lack / values[k]),)), told
        first = weights[0] - lack / told.a_L[start]
        return with_row(rows, 0, segments=((start, Fr([int(first), int(weights[1])])),)), told

    return late


@pytest.mark.parametrize("what", ["constants", "weights", "coefficients"])
def test_1_the_statement_cannot_be_chosen_after_the_challenges(what):
    """Digits 2 and 0, and whatever public number makes up for them."""
    chosen = []

    def late(*now):
        chosen.append(adjusted(what)(*now))
        return chosen[0]

    told = telling(claim(), OPENINGS, [2, 0, 0, 1])
    forged = forgetting(what).prove(ROWS, told, CONTEXT, late)
    rows = chosen[0][0]
    assert forgetting(what).accepts(rows, forged, CONTEXT)
    assert not argument.holds([argument.equation(rows, forged, argument.opened(rows, CONTEXT))], Fr([1]))


def test_1_an_unheard_context_is_replayed():
    deaf = forgetting("context")
    told = telling(claim(), OPENINGS, [0, 1, 0, 1])
    forged = deaf.prove(ROWS, told, b"Monday")
    assert deaf.accepts(ROWS, forged, b"Monday")
    assert deaf.accepts(ROWS, forged, b"Tuesday")
    assert is_refused(claim(), forged, b"Tuesday")
    ours = Paper().prove(ROWS, told, b"Monday")
    assert is_refused(claim(), ours, b"Tuesday")


# --- every public input, and every bit of it --------------------------------------------------------


def flips(number, bits):
    return (number ^ 1 << i for i in range(bits))


def flipped(scalar):
    """Every bit, where the result is below r: another scalar."""
    return (Fr(n) for n in flips(int(scalar), 255) if n < Fr.MODULUS)


def neighbours(rows, context):
    """Statements that differ in one thing, with its name."""
    C, (first, second, ones) = rows.commitments, rows.rows
    (start, weights), (k, coefficient) = first.segments[0], first.terms[0]
    yield from ((f"context, bit {i}", rows, c) for i, c in enumerate(bit_flips(context)))
    yield from (("context, length", rows, c) for c in (b"", context[:-1], context + b"\0"))
    for log_N in range(3, 13):
        yield "N", Rows(C, rows.rows, 1 << log_N), context
    yield "m", Rows(C, [first, second], 4), context
    yield "m", Rows(C, [first, second, ones, ones], 4), context
    yield "order of rows", Rows(C, [second, first, ones], 4), context
    yield "order of commitments", Rows(C[::-1], rows.rows, 4), context
    yield "one commitment more", Rows(G1.stack(C, G), rows.rows, 4), context
    for i in range(2):
        for by in (G, -G, -C[i] - C[i]):
            yield f"C{i}", Rows(moved(C, i, by), rows.rows, 4), context
    for value in flipped(first.constant):
        yield "constant", with_row(rows, 0, constant=value), context
    for value in flipped(ones.constant):
        yield "the constant one", with_row(rows, 2, constant=value), context
    for value in flipped(coefficient):
        yield "coefficient", with_row(rows, 0, terms=((k, value),)), context
    yield "another commitment", with_row(rows, 0, terms=((1, coefficient),)), context
    yield "a term more", with_row(rows, 0, terms=(*first.terms, (1, Fr(0)))), context
    yield "no term", with_row(rows, 0, terms=()), context
    for i in range(2):
        for value in flipped(weights[i]):
            w = Fr([int(value if j == i else weights[j]) for j in range(2)])
            yield f"weight {i}", with_row(rows, 0, segments=((start, w),)), context
    yield "start", with_row(rows, 0, segments=((1, weights),)), context
    yield "length of weights", with_row(rows, 0, segments=((start, weights[:1]),)), context
    yield "segments", with_row(rows, 0, segments=((start, weights[:1]), (1, weights[1:]))), context
    yield "no segment", with_row(rows, 0, segments=()), context


def bit_flips(data):
    return (data[: i // 8] + bytes([data[i // 8] ^ 1 << i % 8]) + data[i // 8 + 1 :] for i in range(8 * len(data)))


def first_challenge(rows, context):
    transcript = argument.opened(rows, context)
    transcript.absorb_points(G)
    return int(transcript.challenge())


def test_1_every_bit_of_every_public_input_changes_the_challenges():
    seen = {first_challenge(ROWS, CONTEXT): "the statement itself"}
    for name, rows, context in neighbours(ROWS, CONTEXT):
        challenge = first_challenge(rows, context)
        assert challenge not in seen, f"{name} as {seen.get(challenge)}"
        seen[challenge] = name
    assert len(seen) > 1200


def test_1_the_bounds_of_a_fact_are_heard_too():
    x, _ = hide(0, blinding=Fr(1))
    bounds = [(lo, lo + 2**k) for k in range(64) for lo in (0, 1, -1, 2**k)]
    statements = [Statement(between(x, lo, hi)) for lo, hi in bounds]
    assert len({first_challenge(s.rows, b"") for s in statements}) == len(set(bounds))


def test_7_context_and_statement_do_not_run_together():
    """The length in front: 8 bytes moved from the statement to the context."""
    assert first_challenge(ROWS, b"a") != first_challenge(ROWS, b"a" + (4).to_bytes(8, "little"))
    pieces = [(b"SV1", b"22"), (b"SV12", b"2"), (b"SV122", b"")]
    assert len({first_challenge(ROWS, a) for a, _ in pieces}) == 3


# --- every field of the proof ---------------------------------------------------------------------


class Overheard(Transcript):
    """Keeps the challenges that it gave."""

    __slots__ = ("given",)

    def __init__(self, tag):
        super().__init__(tag)
        self.given = []

    def challenge(self):
        self.given.append(super().challenge())
        return self.given[-1]


def challenges(proof, monkeypatch):
    """y, z, one for each round, and e, as the library's verifier has them."""
    monkeypatch.setattr(argument, "Transcript", Overheard)
    transcript = argument.opened(ROWS, CONTEXT)
    argument.equation(ROWS, proof, transcript)
    return [int(challenge) for challenge in transcript.given]


def test_the_library_and_the_paper_draw_the_same_challenges(monkeypatch):
    to = Paper().challenges(ROWS, honest(), CONTEXT)
    assert challenges(honest(), monkeypatch) == [int(c) for c in (to.y, to.z, *to.rounds, to.e)]


EARLIER = {"A": 0, "L0": 2, "R0": 2, "L1": 3, "R1": 3, "A_": 4, "B_": 4, "r_": 5, "s_": 5, "delta_": 5}
"""How many of the five challenges come before each field."""


@pytest.mark.parametrize("name", EARLIER)
@pytest.mark.parametrize("change", ["negated", "plus G"])
def test_3_every_later_challenge_hears_every_field(name, change, monkeypatch):
    """Negated: one bit of the encoding, the sign of y."""
    proof, kind = honest(), name.rstrip("01")
    old = getattr(proof, kind)
    if kind in ("L", "R"):
        k = int(name[1])
        new = moved(old, k, -old[k] - old[k] if change == "negated" else G)
    elif isinstance(old, Fr):
        new = -old if change == "negated" else old + Fr(1)
    else:
        new = -old if change == "negated" else old + G
    before, after = challenges(proof, monkeypatch), challenges(replace(proof, **{kind: new}), monkeypatch)
    assert len(before) == 5
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == [i < EARLIER[name] for i in range(5)]


def test_3_no_two_challenges_are_the_same(monkeypatch):
    given = challenges(honest(), monkeypatch)
    assert len(set(given)) == len(given) == 5


# --- messages and statement are not summed before they are heard --------------------------------------


@pytest.mark.parametrize("factor", [1, 3] if NATIVE else [3])
def test_4_22_commitments_are_heard_one_by_one(factor):
    """C1 + factor·D and C2 − D have the same sum: digits moved from one to the other."""
    (x, a), (y, b) = hide(1, (0, 9)), hide(2, (0, 9))

    def total(x, y):
        return Statement(between(x + factor * y, 1 + 2 * factor, 4 + 2 * factor))

    D = Fr(7) * G
    other = total(Committed(x.C + Fr(factor) * D, (0, 9)), Committed(y.C - D, (0, 9)))
    statement = total(x, y)
    presumming = forgetting("C0", "C1")
    told = telling(statement, {x: a, y: b}, [0, 0])
    forged = presumming.prove(statement.rows, told, CONTEXT)
    assert presumming.accepts(other.rows, forged, CONTEXT)
    assert is_refused(other, forged)
    ours = proven(statement, {x: a, y: b})
    assert is_refused(other, ours)


def test_the_solver_itself_is_not_what_makes_a_proof(native):
    """Solving without being forgetful about it: the gap only moves."""
    for last in MESSAGES[2:]:
        _, forged = solve_for(last, claim(), honest())
        assert forged.encode() != honest().encode()
        assert not Paper().accepts(ROWS, forged, CONTEXT)
