"""Linear relations: the ten checks, each with the proof of nothing that it stops."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import R
from sigma.naive_sigma import BATCHABLE, COMPACT, Instance, accepts, challenge
from sigma.raw_relations import ONE, P, fr, instance, ours
from sigma.sample_statements import SESSION

from zkhealth.curve import G1
from zkhealth.errors import DecodingError
from zkhealth.field import Fr
from zkhealth.sigma import LinearRelation
from zkhealth.sigma.linear import Row

FORGETS_VALIDATION = {"validation"}


def proven_naively(naive, nonces, respond):
    """A batchable proof of `naive`: commitments to `nonces`, and `respond(c)`."""
    T = b"".join(point.encode() for point in naive.map(nonces))
    c = challenge(("=", naive.encode()), T, SESSION, BATCHABLE)
    return T + b"".join((s % R).to_bytes(32, "big") for s in respond(c))


def passes_a_careless_verifier(naive, proof):
    node = ("=", naive.encode())
    assert not accepts(node, proof, SESSION, BATCHABLE)
    return accepts(node, proof, SESSION, BATCHABLE, FORGETS_VALIDATION)


def is_refused(naive, reason, on_decoding=None):
    """By the constructor, naming the check, and by the decoder."""
    with pytest.raises(ValueError, match=reason):
        ours(naive)
    with pytest.raises(DecodingError, match=on_decoding or reason):
        LinearRelation.decode(naive.encode())
    return True


# --- the ten checks ------------------------------------------------------------------


def test_check_1_a_relation_of_no_equations_proves_nothing():
    nothing = instance(1)
    assert nothing.violations() == {1}
    assert passes_a_careless_verifier(nothing, b"")
    assert is_refused(nothing, "check 1")


def test_check_2_an_equation_without_an_image_is_satisfied_by_zero():
    zero = instance(1, ([], [(0, 0, ONE)]))
    proof = proven_naively(zero, [5], lambda c: [5])
    assert passes_a_careless_verifier(zero, proof)
    assert is_refused(zero, "check 2", "truncated")


def test_check_2_an_equation_needs_a_secret():
    naive = instance(3, ([(1, ONE)], [(0, 0, ONE)]), ([(2, ONE)], []))
    assert 2 in naive.violations()
    assert is_refused(naive, "check 2")


def test_check_3_a_negative_index_would_select_from_the_end():
    """In Python it is no error by itself: index −1 and the index that was encoded are different statements."""
    said, meant = instance(3, ([(2, ONE)], [(0, -1, ONE)])), instance(3, ([(2, ONE)], [(0, 2, ONE)]))
    assert said.map([5]) == meant.map([5])
    for naive in (
        said,
        instance(2, ([(-1, ONE)], [(0, 0, ONE)])),
        instance(2, ([(1, ONE)], [(-1, 0, ONE), (0, 0, ONE)])),
    ):
        assert 3 in naive.violations()
        with pytest.raises(ValueError, match="checks 3 and 4"):
            ours(naive)


def test_check_4_an_index_beyond_the_elements():
    naive = instance(2, ([(1, ONE)], [(0, 2, ONE)]))
    assert 4 in naive.violations()
    assert is_refused(naive, "checks 3 and 4", "expected 96 bytes, got 48")


def test_check_5_an_element_in_no_equation_is_attested_by_nothing():
    """A proof about X seems to speak of the second element too."""
    naive = instance(3, ([(1, ONE)], [(0, 0, ONE)]))
    k = 9
    naive.elements[1] = Fr(5) * G1.generator()
    assert passes_a_careless_verifier(naive, proven_naively(naive, [k], lambda c: [k + 5 * c]))
    assert is_refused(naive, "check 5", "expected 48 bytes, got 96")


def test_check_6_the_response_of_a_secret_in_no_equation_is_free():
    """Vectors E1 and E1b: one proof becomes many."""
    naive = instance(2, ([(1, ONE)], [(1, 0, ONE)]))
    naive.elements[1] = Fr(5) * G1.generator()
    for anything in (0, 1, R - 1):
        assert passes_a_careless_verifier(naive, proven_naively(naive, [3, 9], lambda c, a=anything: [a, 9 + 5 * c]))
    assert is_refused(naive, "check 6")


def test_check_7_another_base_in_place_of_the_generator_can_be_chosen_last():
    """Element 0 is not encoded, so nothing binds it: solve for it after the challenge."""
    X, T, s = P[1], P[2], 77
    statement = instance(2, ([(1, ONE)], [(0, 0, ONE)]))
    c = challenge(("=", statement.encode()), T.encode(), SESSION, BATCHABLE)
    base = Fr(s).inverse() * (T + Fr(c) * X)
    forged = Instance([base, X], statement.equations)
    assert forged.encode() == statement.encode()
    assert forged.commitment([s], c) == [T]
    assert forged.violations() == {7}
    with pytest.raises(ValueError, match="check 7"):
        ours(forged)


def test_check_7_there_is_an_element_0():
    row = Row((0,), fr([1]), (0,), (0,), fr([1]))
    for points in (G1.generator(), G1.stack()):
        with pytest.raises(ValueError, match="check 7"):
            LinearRelation(points, [row])


def test_check_8_with_the_identity_as_base_a_secret_can_be_anything():
    naive = instance(3, ([(2, ONE)], [(0, 0, ONE), (1, 1, ONE)]))
    naive.elements[1], naive.elements[2] = G1.identity(), Fr(5) * G1.generator()
    for anything in (0, 1):
        proof = proven_naively(naive, [9, 9], lambda c, a=anything: [9 + 5 * c, a])
        assert passes_a_careless_verifier(naive, proof)
    assert is_refused(naive, "check 8")


def test_check_8_the_identity_as_an_image_has_the_secret_zero():
    naive = instance(2, ([(1, ONE)], [(0, 0, ONE)]))
    naive.elements[1] = G1.identity()
    assert passes_a_careless_verifier(naive, proven_naively(naive, [9], lambda c: [9]))
    assert is_refused(naive, "check 8")


def test_check_9_an_image_that_cancels_has_the_secret_zero():
    """Vector E2: X − X."""
    naive = instance(2, ([(1, ONE), (1, R - 1)], [(0, 0, ONE)]))
    assert passes_a_careless_verifier(naive, proven_naively(naive, [9], lambda c: [9]))
    assert is_refused(naive, "check 9")


@pytest.mark.parametrize(
    "image", [[(1, 0)], [(0, 0), (1, 0)], [(1, 2), (2, R - 1)]], ids=["0·X", "0·G + 0·X", "2·X − Y"]
)
def test_check_9_however_the_image_vanishes(image):
    naive = instance(3, (image, [(0, 0, ONE)]), ([(1, ONE)], [(1, 0, ONE)]), ([(2, ONE)], [(1, 0, ONE)]))
    naive.elements[2] = Fr(2) * naive.elements[1]
    assert 9 in naive.violations()
    assert is_refused(naive, "check 9")


def test_check_9_looks_at_every_equation():
    good, bad = ([(1, ONE)], [(0, 0, ONE)]), ([(1, 0)], [(0, 0, ONE)])
    for equations in ([good, bad], [bad, good]):
        assert is_refused(instance(2, *equations), "check 9")


def test_check_10_the_response_of_a_secret_that_cancels_is_free():
    """x·H − x·H constrains nothing."""
    naive = instance(3, ([(1, ONE)], [(0, 0, ONE), (1, 2, ONE), (1, 2, R - 1)]))
    naive.elements[1] = Fr(5) * G1.generator()
    for anything in (0, 1):
        proof = proven_naively(naive, [9, 9], lambda c, a=anything: [9 + 5 * c, a])
        assert passes_a_careless_verifier(naive, proof)
    assert is_refused(naive, "check 10")


@pytest.mark.parametrize("column", [[(1, 0, 0)], [(1, 1, 2), (1, 2, R - 1)]], ids=["0·G", "2·X − Y"])
def test_check_10_however_the_column_vanishes(column):
    naive = instance(3, ([(1, ONE), (2, ONE)], [(0, 0, ONE), *column]))
    naive.elements[2] = Fr(2) * naive.elements[1]
    assert naive.violations() == {10}
    assert is_refused(naive, "check 10")


def test_check_10_is_met_by_one_equation_of_several():
    cancels, counts = ([(1, ONE)], [(0, 0, ONE), (0, 0, R - 1)]), ([(1, ONE)], [(0, 0, ONE)])
    assert ours(instance(2, cancels, counts)).n_secrets == 1
    assert ours(instance(2, counts, cancels)).n_secrets == 1
    assert is_refused(instance(2, cancels, cancels), "check 10")


@pytest.mark.parametrize("row", [
    pytest.param(Row((1,), fr([1, 1]), (0,), (0,), fr([1])), id="image"),
    pytest.param(Row((1,), fr([1]), (0,), (0,), fr([1, 1])), id="terms"),
    pytest.param(Row((1,), fr([1]), (0, 0), (0,), fr([1])), id="secrets"),
])  # fmt: skip
def test_there_is_one_coefficient_for_each_term(row):
    with pytest.raises(ValueError, match="expected one"):
        LinearRelation(G1.stack(*P[:2]), [row])


# --- the same checks, as an oracle has them ---------------------------------------------


@st.composite
def instances(draw):
    """Small instances, about half of them invalid."""
    n = draw(st.integers(1, 3))
    index, secret = st.integers(0, n), st.integers(0, 2)
    coefficient = st.sampled_from([0, 1, 1, 1, 2, R - 1])
    image = st.lists(st.tuples(index, coefficient), max_size=2)
    terms = st.lists(st.tuples(secret, index, coefficient), max_size=3)
    points = [G1.identity(), *P[:3], Fr(2) * P[1], -P[1]]
    others = draw(st.lists(st.sampled_from(points), min_size=n, max_size=n))
    return Instance([G1.generator(), *others], draw(st.lists(st.tuples(image, terms), max_size=3)))


@given(instances())
@example(Instance([P[0], P[1], P[1]], [([(1, 1), (2, R - 1)], [(0, 0, 1)])]))
@example(Instance([P[0], P[0]], [([(1, 1)], [(0, 0, 1)])]))
def test_exactly_the_valid_instances_exist(naive):
    if naive.violations():
        with pytest.raises(ValueError):
            ours(naive)
        with pytest.raises(DecodingError):
            LinearRelation.decode(naive.encode())
    else:
        assert ours(naive).encode() == naive.encode() == LinearRelation.decode(naive.encode()).encode()


def test_the_naive_verifier_accepts_honest_proofs_of_raw_instances():
    naive = instance(2, ([(1, ONE)], [(0, 0, ONE)]))
    naive.elements[1] = Fr(5) * G1.generator()
    proof = proven_naively(naive, [9], lambda c: [9 + 5 * c])
    assert accepts(("=", naive.encode()), proof, SESSION, BATCHABLE)
    assert not accepts(("=", naive.encode()), proof, SESSION, COMPACT)
