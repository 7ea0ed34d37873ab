"""Pedersen commitments add up, open to one value only, and are never without blinding."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE, R, elements

from zkhealth.commitments import Pedersen, VectorPedersen, pedersen_bases, vector_bases
from zkhealth.curve import G1, G2
from zkhealth.errors import VerificationError
from zkhealth.field import Fr

PEDERSEN = Pedersen()
VECTORS = VectorPedersen(3)
G, H = PEDERSEN.G, PEDERSEN.H
blindings = elements.filter(bool)


# --- honest and oracle -------------------------------------------------------------


@given(elements, blindings)
def test_a_commitment_is_v_times_g_plus_s_times_h(v, s):
    C, opening = PEDERSEN.commit(Fr(v), Fr(s))
    assert C == Fr(v) * G + Fr(s) * H
    assert opening == Fr(s)
    PEDERSEN.open(C, Fr(v), opening)


@given(st.lists(st.tuples(elements, blindings), min_size=1, max_size=4))
def test_values_of_a_vector_are_committed_to_one_by_one(rows):
    v, s = Fr([v for v, _ in rows]), Fr([s for _, s in rows])
    C, opening = PEDERSEN.commit(v, s)
    assert C == v * G + s * H
    assert opening == s
    PEDERSEN.open(C, v, s)


@pytest.mark.parametrize("v", [0, 1, 120, -1, R - 1, R + 5, 2**300])
def test_integers_are_committed_to_modulo_r(v):
    C, s = PEDERSEN.commit(v)
    PEDERSEN.open(C, v, s)
    PEDERSEN.open(C, Fr(v), s)


@given(elements, elements)
def test_commitments_add_like_their_values(v, w):
    (C, s), (D, t) = PEDERSEN.commit(Fr(v)), PEDERSEN.commit(Fr(w))
    PEDERSEN.open(C + D, Fr(v) + Fr(w), s + t)
    PEDERSEN.open(C - D, Fr(v) - Fr(w), s - t)
    PEDERSEN.open(Fr(3) * C, Fr(3) * Fr(v), Fr(3) * s)


@given(st.lists(elements, min_size=3, max_size=3).map(Fr), blindings)
def test_a_vector_commitment_is_the_inner_product_plus_s_times_h(v, s):
    C, opening = VECTORS.commit(v, Fr(s))
    assert C == v @ vector_bases(3) + Fr(s) * H
    assert opening == Fr(s)
    VECTORS.open(C, v, opening)


def test_vector_commitments_add_like_their_values():
    v, w = Fr([1, 2, 3]), Fr([R - 1, 5, 0])
    (C, s), (D, t) = VECTORS.commit(v), VECTORS.commit(w)
    VECTORS.open(C + D, v + w, s + t)


@pytest.mark.parametrize("n", [1, 2, 5, 17])
def test_vectors_of_any_length_are_committed_to(n):
    pedersen, v = VectorPedersen(n), Fr(range(n))
    C, s = pedersen.commit(v)
    pedersen.open(C, v, s)


def test_no_values_give_no_commitments():
    C, s = PEDERSEN.commit(Fr([]))
    assert len(C) == len(s) == 0


# --- binding ------------------------------------------------------------------------

C, S = PEDERSEN.commit(120)


@pytest.mark.parametrize(
    ("commitment", "v", "s"),
    [
        pytest.param(C, 121, S, id="another value"),
        pytest.param(C, -120, S, id="the opposite value"),
        pytest.param(C, 0, S, id="no value"),
        pytest.param(C, 120, S + Fr(1), id="another blinding"),
        pytest.param(C, 120, -S, id="the opposite blinding"),
        pytest.param(C, 120, Fr(0), id="no blinding"),
        pytest.param(C, S, Fr(120), id="value and blinding swapped"),
        pytest.param(C + G, 120, S, id="one more"),
        pytest.param(C + H, 120, S, id="blinded once more"),
        pytest.param(-C, 120, S, id="the opposite commitment"),
        pytest.param(G1.identity(), 120, S, id="the identity"),
        pytest.param(G1.stack(C), 120, S, id="a vector of one"),
        pytest.param(G2.generator(), 120, S, id="a point of the other group"),
    ],
)
def test_a_commitment_opens_to_nothing_else(commitment, v, s):
    PEDERSEN.open(C, 120, S)
    with pytest.raises(VerificationError) as refused:
        PEDERSEN.open(commitment, v, s)
    assert "120" not in str(refused.value)


def test_one_wrong_value_of_a_vector_is_enough():
    v = Fr([1, 2, 3])
    commitments, s = PEDERSEN.commit(v)
    for wrong in (Fr([1, 2, 4]), Fr([2, 2, 3]), v[::-1]):
        with pytest.raises(VerificationError):
            PEDERSEN.open(commitments, wrong, s)
    for points in (commitments[::-1], commitments[:2]):
        with pytest.raises(VerificationError):
            PEDERSEN.open(points, v, s)


W, T = VECTORS.commit(Fr([1, 2, 3]))


@pytest.mark.parametrize(
    ("commitment", "v", "s"),
    [
        pytest.param(W, Fr([1, 2, 4]), T, id="another value"),
        pytest.param(W, Fr([2, 1, 3]), T, id="values swapped"),
        pytest.param(W, Fr([1, 2]), T, id="a value missing"),
        pytest.param(W, Fr([1, 2, 3, 0]), T, id="a zero more"),
        pytest.param(W, Fr(1), T, id="a scalar"),
        pytest.param(W, Fr([1, 2, 3]), T + Fr(1), id="another blinding"),
        pytest.param(W, Fr([1, 2, 3]), Fr(0), id="no blinding"),
        pytest.param(-W, Fr([1, 2, 3]), T, id="the opposite commitment"),
        pytest.param(W + H, Fr([1, 2, 3]), T, id="blinded once more"),
    ],
)
def test_a_vector_commitment_opens_to_nothing_else(commitment, v, s):
    VECTORS.open(W, Fr([1, 2, 3]), T)
    with pytest.raises(VerificationError):
        VECTORS.open(commitment, v, s)


# --- attack 30: hiding ----------------------------------------------------------------

FIRST_DAY = date(2026, 1, 1)
DAYS = 400 if NATIVE else 40


def unblinded(day):
    """The mutant: a commitment without blinding."""
    return Fr((day - FIRST_DAY).days) * G


def brute_force(C):
    """The day that an unblinded commitment hides, by trying all of them: 2^16 cover every life."""
    candidate, day = G1.identity(), FIRST_DAY
    for _ in range(DAYS):
        if candidate == C:
            return day
        candidate, day = candidate + G, day + timedelta(days=1)
    return None


def test_attack_30_an_unblinded_date_is_found_by_trying_and_a_blinded_one_is_not():
    vaccinated = FIRST_DAY + timedelta(days=DAYS - 3)
    assert brute_force(unblinded(vaccinated)) == vaccinated
    blinded, _ = PEDERSEN.commit((vaccinated - FIRST_DAY).days)
    assert brute_force(blinded) is None


@pytest.mark.parametrize("s", [Fr(0), Fr(R)], ids=["0", "r"])
def test_attack_30_a_blinding_is_never_zero(s):
    with pytest.raises(ValueError, match="zero"):
        PEDERSEN.commit(120, s)
    with pytest.raises(ValueError, match="zero"):
        VECTORS.commit(Fr([1, 2, 3]), s)


@pytest.mark.parametrize("place", range(3))
def test_attack_30_no_blinding_of_a_vector_is_zero(place):
    s = [1, 2, 3]
    s[place] = 0
    with pytest.raises(ValueError, match="zero"):
        PEDERSEN.commit(Fr([7, 8, 9]), Fr(s))


@pytest.mark.parametrize("s", [0, 1, False, b"", [1], 1.0], ids=repr)
def test_a_blinding_is_a_scalar_of_the_field(s):
    with pytest.raises(TypeError):
        PEDERSEN.commit(120, s)
    with pytest.raises(TypeError):
        VECTORS.commit(Fr([1, 2, 3]), s)


def test_a_blinding_left_out_is_fresh_every_time():
    pairs = [PEDERSEN.commit(120) for _ in range(10)]
    assert len({int(s) for _, s in pairs}) == len({C.encode() for C, _ in pairs}) == 10
    assert len({int(VECTORS.commit(Fr([1, 2, 3]))[1]) for _ in range(10)}) == 10


def test_blindings_of_a_vector_differ():
    commitments, s = PEDERSEN.commit(Fr([120] * 10))
    assert len(set(s.ints())) == len({C.encode() for C in commitments}) == 10


@pytest.mark.parametrize(
    ("v", "s"), [(Fr([1, 2]), Fr([1])), (Fr([1, 2]), Fr(1)), (Fr(1), Fr([1])), (Fr([1]), Fr([1, 2]))], ids=repr
)
def test_there_is_one_blinding_for_each_value(v, s):
    with pytest.raises(ValueError, match="one blinding for each value"):
        PEDERSEN.commit(v, s)


# --- edges of the interface -------------------------------------------------------------


@pytest.mark.parametrize("v", [1.5, True, "120", None, b"120", G], ids=repr)
def test_a_value_is_an_integer_or_a_scalar(v):
    with pytest.raises(TypeError):
        PEDERSEN.commit(v)


@pytest.mark.parametrize("v", [Fr(1), Fr([]), Fr([1, 2]), Fr([1, 2, 3, 4])], ids=repr)
def test_a_vector_commitment_takes_exactly_its_number_of_values(v):
    with pytest.raises(ValueError, match="3 values"):
        VECTORS.commit(v)


@pytest.mark.parametrize("n", [0, -1])
def test_a_vector_commitment_is_to_something(n):
    with pytest.raises(ValueError, match="at least one"):
        VectorPedersen(n)


def test_the_bases_are_those_of_the_table():
    assert G1.stack(G, H) == pedersen_bases().points


@pytest.mark.parametrize(
    "use",
    [lambda: PEDERSEN.open(C, 120, 5), lambda: PEDERSEN.open(C, 120, None), lambda: VECTORS.commit([1, 2, 3])],
    ids=["blinding int", "blinding None", "values list"],
)
def test_openings_of_another_type_are_type_errors(use):
    with pytest.raises(TypeError):
        use()


@pytest.mark.parametrize(
    "use",
    [
        lambda: PEDERSEN.open(C, Fr(120), Fr([1])),
        lambda: PEDERSEN.open(C, Fr([120]), S),
        lambda: PEDERSEN.open(C, Fr([120, 1]), Fr([1])),
        lambda: VECTORS.open(W, Fr([1, 2, 3]), Fr([1, 2])),
    ],
    ids=["s a vector", "v a vector", "lengths", "vector s"],
)
def test_openings_of_another_shape_do_not_hold(use):
    with pytest.raises(VerificationError):
        use()
