"""Batches of proofs: attacks 25, 26 and 27, and the draft's weights."""

import itertools
import random

import pytest
from oracles import NATIVE, R, sample
from sigma.naive_sigma import accepts_batch, batch_weights
from sigma.sample_statements import NAMES, SESSION, E, G, Secret, at, opening, samples, x

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.field import Fr
from zkhealth.sigma import Element, Relation, batch, prove, prove_batchable, verify_batch, verify_batchable

ONE = (1).to_bytes(32, "big")


def item(secret, session=SESSION):
    """X = x·G with its proof."""
    statement = Relation(Element(at(secret, G)) == x * G)
    return statement, prove_batchable(statement, {x: Fr(secret)}, session), session


def with_response(triple, change):
    """The last response changed by an integer."""
    statement, proof, session = triple
    response = (int.from_bytes(proof[-32:], "big") + change) % R
    return statement, proof[:-32] + response.to_bytes(32, "big"), session


def is_accepted(items):
    try:
        verify_batch(items)
    except ZkHealthError:
        return False
    return True


def is_accepted_alone(statement, proof, session):
    try:
        verify_batchable(statement, proof, session)
    except ZkHealthError:
        return False
    return True


def equal_weights(items):
    return [1] * sum(len(statement.linear.rows) for statement, _, _ in items)


# --- 25: weights that can be foreseen -----------------------------------------------------


def test_25_deltas_that_cancel_under_equal_weights():
    forged = [with_response(item(5), 7), with_response(item(6), -7)]
    assert accepts_batch(forged, equal_weights)
    assert not accepts_batch(forged, batch_weights)
    with pytest.raises(VerificationError, match="at least one"):
        verify_batch(forged)


def test_25_deltas_that_cancel_under_weights_without_the_responses():
    """The phantom challenge: commitments and statements fix the weights, so the responses can follow them."""

    def foreseen(items):
        return batch_weights(items, leave_out_responses=True)

    honest = [item(5), item(6)]
    w1, w2 = foreseen(honest)
    forged = [with_response(honest[0], w2), with_response(honest[1], -w1)]
    assert accepts_batch(forged, foreseen)
    assert not is_accepted(forged)


def test_25_deltas_that_cancel_under_the_weights_of_the_honest_batch():
    """Weights of a batch seen before are of no use."""
    honest = [item(5), item(6)]
    w1, w2 = batch_weights(honest)
    forged = [with_response(honest[0], w2), with_response(honest[1], -w1)]
    assert accepts_batch(forged, lambda _: [w1, w2])
    assert not is_accepted(forged)


def test_25_deltas_between_two_equations_of_one_proof():
    secrets = [Secret("a"), Secret("b")]
    statement = Relation(*(Element(at(k, G)) == secret * G for k, secret in zip((5, 6), secrets, strict=True)))
    proof = bytearray(prove_batchable(statement, dict(zip(secrets, (5, 6), strict=True)), SESSION))
    for at_, change in ((-64, 7), (-32, R - 7)):
        end = at_ + 32 or None
        response = (int.from_bytes(proof[at_:end], "big") + change) % R
        proof[at_:end] = response.to_bytes(32, "big")
    forged = [(statement, bytes(proof), SESSION)]
    assert accepts_batch(forged, equal_weights)
    assert not is_accepted(forged)


def test_25_the_weights_are_the_drafts(monkeypatch):
    """128 bits for each equation, from all sessions, statements and proofs, in order."""
    drawn = []

    def recording(sponge, n):
        drawn.append(weight_scalars(sponge, n))
        return drawn[-1]

    weight_scalars = batch.weight_scalars
    monkeypatch.setattr(batch, "weight_scalars", recording)
    items = [
        (statement, prove_batchable(statement, witness, bytes([i])), bytes([i]))
        for i, (statement, witness) in enumerate(samples().values())
    ]
    verify_batch(items)
    assert drawn[0].ints() == batch_weights(items)
    assert len(set(drawn[0].ints())) == len(drawn[0]) and all(0 < w < 2**128 for w in drawn[0].ints())


def test_25_every_byte_of_every_item_changes_every_weight(monkeypatch):
    """Attack 3 for batches: a flipped bit anywhere, and all weights are others."""
    drawn = []
    monkeypatch.setattr(batch, "weight_scalars", lambda _, n: Fr([drawn.append(_.squeeze(16)) or 1] * n))
    monkeypatch.setattr(batch, "decode_batchable", lambda *_: (G1.stack(G1.generator()), Fr(1), Fr([1])))
    honest = [item(5), item(6)]
    variants = [honest, honest[::-1]]
    for i, (statement, proof, session) in enumerate(honest):
        for k in sample(range(len(proof)), on_reference=10):
            changed = (statement, proof[:k] + bytes([proof[k] ^ 1]) + proof[k + 1 :], session)
            variants.append([*honest[:i], changed, *honest[i + 1 :]])
        variants.append([*honest[:i], (statement, proof, session + b"2"), *honest[i + 1 :]])
        variants.append([*honest[:i], (item(7)[0], proof, session), *honest[i + 1 :]])
    for items in variants:
        is_accepted(items)
    assert len(set(drawn)) == len(drawn) == len(variants)


# --- 26: what a batch may hold ---------------------------------------------------------------


def test_26_nothing_is_accepted():
    verify_batch([])
    verify_batch(iter(()))


def test_26_duplicates_and_any_order_are_accepted():
    items = [item(5), item(6), item(5)]
    verify_batch([items[0]] * 3)
    for permuted in sample(itertools.permutations(items), on_reference=2):
        verify_batch(permuted)


def test_26_a_generator_of_items_is_read_once():
    items = [item(5), item(6)]
    verify_batch(it for it in items)
    with pytest.raises(VerificationError):
        verify_batch(it for it in [items[0], with_response(items[1], 1)])


def test_26_one_bad_of_n_at_each_position():
    honest = [item(5 + i) for i in range(8 if NATIVE else 3)]
    verify_batch(honest)
    for i, good in enumerate(honest):
        with pytest.raises(VerificationError):
            verify_batch([*honest[:i], with_response(good, 1), *honest[i + 1 :]])


def test_26_a_bad_one_twice_does_not_cancel():
    bad = with_response(item(5), 1)
    assert not is_accepted([bad, bad])
    assert not is_accepted([bad, with_response(bad, -2)])


@pytest.mark.parametrize("name", NAMES)
def test_26_every_shape_alone_and_with_the_others(name):
    statement, witness = samples()[name]
    good = statement, prove_batchable(statement, witness, SESSION), SESSION
    verify_batch([good])
    verify_batch([item(5), good, item(6)])
    for bad in (with_response(good, 1), (statement, good[1], b"another")):
        with pytest.raises(VerificationError):
            verify_batch([item(5), bad, item(6)])


def pool():
    """Proofs good and bad, with the verdict on each alone."""
    good = [item(k, session) for k, session in ((5, b"a"), (6, b"b"), (5, b"c"))]
    for name in NAMES[:3] if NATIVE else NAMES[:1]:
        statement, witness = samples()[name]
        good.append((statement, prove_batchable(statement, witness, b"d"), b"d"))
    bad = [with_response(one, change) for one in good for change in (1, -1)]
    bad += [(statement, proof, b"other") for statement, proof, _ in good]
    out = [(one, is_accepted_alone(*one)) for one in good + bad]
    assert [verdict for _, verdict in out] == [True] * len(good) + [False] * len(bad)
    return out


def test_26_the_verdict_is_that_of_each_alone():
    rng, candidates, verdicts = random.Random(26), pool(), {True: 0, False: 0}  # noqa: S311
    for _ in range(2_000 if NATIVE else 30):
        good_ones = rng.random() < 0.5
        chosen = rng.choices([one for one in candidates if one[1] or not good_ones], k=rng.randrange(5))
        expected = all(verdict for _, verdict in chosen)
        assert is_accepted([one for one, _ in chosen]) == expected
        verdicts[expected] += 1
    assert min(verdicts.values()) > 5


def test_26_the_combined_equation_is_the_naive_one():
    """NOTES (7)."""
    items = [item(5), item(6)]
    assert accepts_batch(items, batch_weights) and is_accepted(items)
    items[1] = with_response(items[1], 1)
    assert not accepts_batch(items, batch_weights) and not is_accepted(items)


def test_14_an_identity_commitment_in_a_batch():
    """T = O with s = c·x satisfies the equation, and gives x away."""
    statement, proof, session = item(5)
    zero = G1.identity().encode()
    from sigma.naive_sigma import BATCHABLE, accepts, challenge, tree

    c = challenge(tree(statement), zero, session, BATCHABLE)
    forged = zero + Fr(c * 5).encode()
    assert accepts(statement, forged, session, BATCHABLE, without={"identity"})
    with pytest.raises(VerificationError, match="identity"):
        verify_batch([(statement, proof, session), (statement, forged, session)])


# --- 27: mixed shapes and contexts ------------------------------------------------------------


def test_27_contexts_of_two_valid_proofs_swapped():
    (one, p, _), (two, q, _) = item(5, b"first"), item(6, b"second")
    verify_batch([(one, p, b"first"), (two, q, b"second")])
    for items in (
        [(one, p, b"second"), (two, q, b"first")],
        [(one, q, b"second"), (two, p, b"first")],
        [(two, p, b"first"), (one, q, b"second")],
    ):
        assert not is_accepted(items)


def test_27_statements_of_different_sizes():
    opens, witness = opening()
    big = opens, prove_batchable(opens, witness, SESSION), SESSION
    verify_batch([big, item(5), big])
    for items in (
        [(opens, item(5)[1], SESSION)],
        [(item(5)[0], big[1], SESSION)],
        [big, (opens, big[1][:-32], SESSION)],
    ):
        with pytest.raises(DecodingError):
            verify_batch(items)


def test_27_bytes_cannot_move_from_one_proof_to_the_next():
    (one, p, session), (two, q, _) = item(5), item(6)
    for cut in (1, 32, 48):
        with pytest.raises(DecodingError):
            verify_batch([(one, p[:-cut], session), (two, p[-cut:] + q, session)])


def test_6_a_compact_proof_is_not_batchable():
    statement, proof, session = item(5)
    for flavor_mixed in (prove(statement, {x: Fr(5)}, session), proof + ONE):
        with pytest.raises(DecodingError):
            verify_batch([(statement, flavor_mixed, session)])


@pytest.mark.parametrize("wrong", [
    pytest.param(lambda it: [(None, it[1], it[2])], id="no statement"),
    pytest.param(lambda it: [(it[0], "text", it[2])], id="proof is text"),
    pytest.param(lambda it: [(it[0], it[1], "text")], id="session is text"),
    pytest.param(lambda it: [(E[0] == x * G, it[1], it[2])], id="an equation"),
])  # fmt: skip
def test_types_are_checked(wrong):
    with pytest.raises(TypeError):
        verify_batch(wrong(item(5)))
