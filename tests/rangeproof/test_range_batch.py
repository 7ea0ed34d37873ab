"""Many proofs in one sum: the verdict is the AND of the single ones, whatever the proofs are.

On the reference backend, a hundred times slower, smaller batches and one test of each kind.
"""

from dataclasses import replace
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import NATIVE, sample
from rangeproof.hidden import CONTEXT, hide, holds, proven, telling, truthful
from rangeproof.paper import Paper

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr
from zkhealth.rangeproof import Statement, argument, at_least, between, one_of, verify, verify_batch
from zkhealth.rangeproof.proof import RangeProof

(X, OPENING_X), (Y, OPENING_Y) = hide(2, (0, 3)), hide(1, (0, 3))
OPENINGS = {X: OPENING_X, Y: OPENING_Y}


def another(context=CONTEXT):
    """A fresh proof of one and the same statement, of one bit."""
    statement = Statement(between(X, 1, 2))
    return statement, proven(statement, {X: OPENING_X}, context), context


@cache
def good():
    """Different N, m and context."""
    statements = [
        (Statement(between(X, 0, 3)), CONTEXT),
        (Statement(between(X, 2, 2)), CONTEXT),
        (Statement(between(Y, 0, 3)), b"another"),
        (Statement(at_least(X - Y, 0), one_of(Y, [1, 3])), b""),
        (Statement(one_of(X, [7, 2]), between(Y, -1, 1)), CONTEXT),
    ]
    return [(statement, proven(statement, OPENINGS, context), context) for statement, context in statements]


@cache
def bad():
    """Canonical bytes that do not verify, each for another reason."""
    (statement, proof, context), *_, last = good()
    decoded = RangeProof.decode(proof, statement.rows.N)
    lie = telling(statement, {X: OPENING_X}, [2, 0])
    return [
        (statement, proof, b"another context"),
        (Statement(between(X, 0, 2)), proof, context),
        (Statement(between(Y, 0, 3)), proof, context),
        (statement, replace(decoded, delta_=decoded.delta_ + Fr(1)).encode(), context),
        (statement, replace(decoded, A=-decoded.A).encode(), context),
        (statement, Paper().prove(statement.rows, lie, context).encode(), context),
        (last[0], last[1], b""),
    ]


def batch_holds(items):
    try:
        verify_batch(items)
    except (VerificationError, DecodingError):
        return False
    return True


# --- 26, 27: AND ----------------------------------------------------------------------------------


def test_good_proofs_of_any_shapes_verify_together():
    verify_batch(good())
    verify_batch(iter(good()))
    assert {statement.rows.N for statement, _, _ in good()} >= {1, 2, 4}
    assert len({statement.rows.m for statement, _, _ in good()}) > 1


def test_26_an_empty_batch_claims_nothing():
    verify_batch([])
    verify_batch(iter(()))


def test_26_a_proof_may_come_twice(native):
    verify_batch([good()[0]] * 3)
    assert not batch_holds([bad()[0]] * 2)


def test_26_order_does_not_matter():
    for items in sample(permutations(good()[:3]), on_reference=2):
        verify_batch(items)


@pytest.mark.parametrize("position", range(6) if NATIVE else [1])
def test_26_one_bad_proof_at_any_position_is_found(position):
    for wrong in sample(bad(), on_reference=2):
        items = [*good()[:position], wrong, *good()[position:]]
        with pytest.raises(VerificationError):
            verify_batch(items)


@settings(max_examples=3 * settings().max_examples if NATIVE else 3)
@given(st.lists(st.integers(0, 11), max_size=6))
def test_26_the_verdict_is_the_and_of_the_single_ones(chosen):
    """300 batches; by hand 15,000 with HYPOTHESIS_PROFILE=night; 3 on the reference backend, a second each."""
    pool = good() + bad()
    assert batch_holds([pool[i] for i in chosen]) == all(i < len(good()) for i in chosen)


def test_26_the_single_verdicts_are_as_expected():
    for items, expected in ((good(), True), (bad(), False)):
        for statement, proof, context in sample(items, on_reference=2):
            assert holds(statement, proof, context) == expected


def test_26_a_proof_that_does_not_decode_spoils_the_batch():
    statement, proof, context = good()[0]
    for position in (0, 1):
        items = [good()[1]]
        items.insert(position, (statement, proof[:-1], context))
        with pytest.raises(DecodingError):
            verify_batch(items)


def test_27_contexts_of_two_valid_proofs_cannot_be_swapped():
    (s, p, first), (t, q, second) = another(), another(b"tomorrow")
    verify_batch([(s, p, first), (t, q, second)])
    for items in ([(s, p, second), (t, q, first)], [(s, q, first), (t, p, second)]):
        with pytest.raises(VerificationError):
            verify_batch(items)


def test_27_proofs_of_two_statements_cannot_be_swapped():
    (s, p, c), _, (t, q, d), *_ = good()
    assert s.rows.N == t.rows.N
    with pytest.raises(VerificationError):
        verify_batch([(s, q, c), (t, p, d)])


# --- 25: weights -------------------------------------------------------------------------------------


def equations(items):
    """The sums that `verify_batch` weighs."""
    for statement, proof, context in items:
        rows = statement.rows
        yield argument.equation(rows, RangeProof.decode(proof, rows.N), argument.opened(rows, context))


def with_response(item, name, by):
    statement, proof, context = item
    decoded = RangeProof.decode(proof, statement.rows.N)
    return statement, replace(decoded, **{name: getattr(decoded, name) + by}).encode(), context


def off_by_a_multiple_of_H(items, by):
    """δ' changed in each: its error is −by·H, and no challenge moves."""
    return [with_response(item, "delta_", Fr(k)) for item, k in zip(items, by, strict=True)]


def test_25_opposite_errors_do_not_cancel():
    """The mutant weighs everything with one."""
    items = off_by_a_multiple_of_H([another(), another()], [12345, -12345])
    assert argument.holds(list(equations(items)), Fr([1, 1]))
    assert not any(holds(*item) for item in items)
    with pytest.raises(VerificationError):
        verify_batch(items)


def test_25_weights_known_before_the_responses_are_of_no_use():
    """The mutant hashes contexts, statements and points: then δ1 += t·w2, δ2 −= t·w1 passes."""
    items = [another(), another()]
    w1, w2 = weights_used(items)
    forged = off_by_a_multiple_of_H(items, [int(w2), -int(w1)])
    assert argument.holds(list(equations(forged)), Fr([int(w1), int(w2)]))
    with pytest.raises(VerificationError):
        verify_batch(forged)


def test_25_many_errors_do_not_cancel_either(native):
    """A relation among the weights of the honest proofs is none among those of the forged."""
    items = [another() for k in range(3)]
    w = [int(weight) for weight in weights_used(items)]
    forged = off_by_a_multiple_of_H(items, [w[1], w[2] - w[0], -w[1]])
    assert argument.holds(list(equations(forged)), Fr(w))
    with pytest.raises(VerificationError):
        verify_batch(forged)


def weights_used(items):
    """The weights that `verify_batch` draws for these items."""
    caught = []
    holds_before = argument.holds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argument, "holds", lambda eqs, weights: caught.append(weights) or holds_before(eqs, weights))
        batch_holds(items)
    return list(caught[0])


def test_25_weights_hear_every_context_statement_and_field(native):
    """Each change, of the first proof or of the last, changes the weights of all proofs."""
    first, last = good()[0], good()[3]
    items = [first, last]

    def variants(item):
        statement, proof, context = item
        decoded = RangeProof.decode(proof, statement.rows.N)
        yield statement, proof, context + b"!"
        yield Statement(*statement.facts, between(X, 2, 2)), proof, context  # a row more, no bit more
        for name in ("r_", "s_", "delta_"):
            yield with_response(item, name, Fr(1))
        for name in ("A", "A_", "B_", "L", "R"):
            yield statement, replace(decoded, **{name: -getattr(decoded, name)}).encode(), context

    seen = {tuple(map(int, weights_used(items)))}
    batches = [[v, last] for v in variants(first)] + [[first, v] for v in variants(last)]
    for batch in batches:
        weights = tuple(map(int, weights_used(batch)))
        assert all(w not in (u[i] for u in seen) for i, w in enumerate(weights))
        seen.add(weights)
    assert len(seen) == 1 + len(batches) > 15


def test_25_weights_are_different_and_have_128_bits():
    count = 20 if NATIVE else 3
    weights = [int(w) for w in weights_used([good()[1]] * count)]
    assert len(set(weights)) == count
    assert all(2**100 < w < 2**128 for w in weights)


def test_25_even_a_single_proof_has_a_weight():
    (weight,) = weights_used([good()[0]])
    assert int(weight) > 1


def test_25_buffers_that_change_while_they_are_read_do_not_fool_the_weights(monkeypatch):
    """What is decoded is what is hashed: a copy."""
    statement, proof, context = good()[1]
    expected = list(map(int, weights_used([good()[1]])))
    buffer, name, decode = bytearray(proof), bytearray(context), RangeProof.decode

    def then_overwritten(data, N):
        decoded = decode(data, N)
        buffer[-1] ^= 1
        name[0] ^= 1
        return decoded

    monkeypatch.setattr(RangeProof, "decode", then_overwritten)
    assert list(map(int, weights_used([(statement, buffer, name)]))) == expected


def test_25_a_large_batch_with_one_error_fails(native):
    items = [good()[k % len(good())] for k in range(40)]
    verify_batch(items)
    items[17] = with_response(items[17], "r_", Fr(1))
    with pytest.raises(VerificationError):
        verify_batch(items)


def test_the_sum_over_bases_of_different_lengths_is_right(native):
    """g and h of a short proof are the first of a long one."""
    short, long = good()[1], good()[3]
    assert short[0].rows.N < long[0].rows.N
    verify_batch([short, long])
    verify_batch([long, short])
    shifted = with_response(long, "s_", Fr(1))
    assert not batch_holds([short, shifted])


def test_no_verdict_says_which_proof_is_wrong():
    messages = set()
    for position in (0, 1):
        items = [good()[0], good()[1]]
        items[position] = with_response(items[position], "delta_", Fr(1))
        with pytest.raises(VerificationError) as caught:
            verify_batch(items)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_proofs_by_the_paper_and_by_the_library_mix():
    statement, proof, context = good()[0]
    ours = Paper().prove(statement.rows, truthful(statement, {X: OPENING_X}), context).encode()
    verify(statement, ours, context)
    verify_batch([(statement, proof, context), (statement, ours, context)])
