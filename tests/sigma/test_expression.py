"""Statements as expressions: what can be written, what is refused, and what it means."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import R, elements
from sigma.sample_statements import E, G, H, s, v, x

from zkhealth.curve import G1, G2
from zkhealth.field import Fr
from zkhealth.sigma import Element, Relation, Secret

A, B, C = E[1:4]


def compiled(*equations):
    """Each row with the points in place of their indices."""
    relation = Relation(*equations)
    encoded = [P.encode() for P in relation.linear.elements]
    return [
        (
            [(encoded[e], a) for e, a in zip(row.image_elements, row.image_coefficients.ints(), strict=True)],
            [
                (relation.secrets[j].name, encoded[e], a)
                for j, e, a in zip(row.secrets, row.elements, row.coefficients.ints(), strict=True)
            ],
        )
        for row in relation.linear.rows
    ]


def bytes_of(element):
    return element.terms[0].point.encode()


# --- linear, and nothing else ------------------------------------------------------------


def test_a_secret_times_a_secret_is_refused():
    with pytest.raises(TypeError, match="linear"):
        v * (s * G)
    with pytest.raises(TypeError, match="linear"):
        v * (A + s * G)
    with pytest.raises(TypeError):
        v * s


@pytest.mark.parametrize("write", [
    pytest.param(lambda P: v * P, id="secret times a bare point"),
    pytest.param(lambda P: P * v, id="bare point times a secret"),
    pytest.param(lambda P: A + P, id="element plus a bare point"),
    pytest.param(lambda P: P + A, id="bare point plus an element"),
    pytest.param(lambda P: A - P, id="element minus a bare point"),
    pytest.param(lambda P: P - A, id="bare point minus an element"),
    pytest.param(lambda P: Relation(P == v * G), id="bare point on the left"),
    pytest.param(lambda P: Relation(v * G == P), id="bare point on the right"),
])  # fmt: skip
def test_a_bare_point_is_refused(write):
    with pytest.raises(TypeError):
        write(G1.generator())


@pytest.mark.parametrize("write", [
    pytest.param(lambda: 2 * A, id="int times an element"),
    pytest.param(lambda: A * 2, id="element times an int"),
    pytest.param(lambda: 2 * (v * A), id="int times a term"),
    pytest.param(lambda: A * Fr(2), id="scalar on the right"),
    pytest.param(lambda: Fr([2]) * A, id="vector of scalars"),
    pytest.param(lambda: 0.5 * A, id="float"),
    pytest.param(lambda: Fr(2) * v, id="scalar times a secret without a point"),
    pytest.param(lambda: v * Fr(2), id="secret times a scalar without a point"),
    pytest.param(lambda: v + s, id="sum of secrets without points"),
    pytest.param(lambda: A + 0, id="plus zero"),
    pytest.param(lambda: sum([A, B]), id="sum from zero"),
    pytest.param(lambda: A * v, id="secret on the right"),
    pytest.param(lambda: A * B, id="product of elements"),
])  # fmt: skip
def test_what_is_no_linear_combination_of_elements_is_refused(write):
    with pytest.raises(TypeError):
        write()


@pytest.mark.parametrize("point", [
    pytest.param(G1.stack(G1.generator()), id="vector of one point"),
    pytest.param(G2.generator(), id="a point of G2"),
    pytest.param(G1.generator().encode(), id="bytes"),
    pytest.param(5, id="an int"),
    pytest.param(None, id="nothing"),
])  # fmt: skip
def test_an_element_is_one_point_of_g1(point):
    with pytest.raises(TypeError, match="one point of G1"):
        Element(point)


# --- what it means -------------------------------------------------------------------------


@given(st.lists(elements, min_size=5, max_size=5))
def test_every_spelling_compiles_to_the_terms_in_the_order_written(ks):
    a, b, c, d, e = map(Fr, ks)
    equation = a * A + b * (v * G) - c * B == d * (s * H) - e * C - v * A
    image = [(bytes_of(A), a), (bytes_of(B), -c), (bytes_of(C), e)]
    terms = [("v", bytes_of(G), -b), ("s", bytes_of(H), d), ("v", bytes_of(A), Fr(-1))]
    expected = [(P, int(k)) for P, k in image], [(name, P, int(k)) for name, P, k in terms]
    assume(ks[3] and (ks[0] or ks[2] or ks[4]))  # a column or an image of zeros is refused, rightly
    assert compiled(equation) == [expected]


def test_a_secret_and_a_coefficient_distribute_over_a_sum():
    assert compiled(C == v * (A - Fr(2) * B)) == compiled(C == v * A - Fr(2) * (v * B))
    assert compiled(C == Fr(3) * (v * (A + B))) == compiled(C == Fr(3) * (v * A) + Fr(3) * (v * B))
    assert compiled(C == -(v * A - s * B)) == compiled(C == Fr(-1) * (v * A) + s * B)


def test_coefficients_multiply_modulo_r():
    (image, terms) = compiled(Fr(R - 1) * (Fr(R - 1) * A) == Fr(2) * (Fr(3) * (v * G)))[0]
    assert image == [(bytes_of(A), 1)] and terms == [("v", bytes_of(G), 6)]


def test_an_image_on_the_right_is_negated():
    assert compiled(v * G == A) == compiled(v * G == Fr(1) * A)
    assert compiled(v * G == A) == [([(bytes_of(A), R - 1)], [("v", bytes_of(G), R - 1)])]
    assert compiled(A == v * G - B)[0][0] == [(bytes_of(A), 1), (bytes_of(B), 1)]


def test_repeated_terms_stay_apart():
    """x·A + x·A is two terms, as the draft compiles it, not one with coefficient 2."""
    assert compiled(C + C == v * A + v * A) == [
        ([(bytes_of(C), 1)] * 2, [("v", bytes_of(A), 1)] * 2),
    ]


def test_a_point_has_one_index_however_it_is_written():
    same = Element(A.terms[0].point)
    linear = Relation(C == v * A + s * same, Element(G1.generator()) == v * B).linear
    assert linear.rows[0].elements[0] == linear.rows[0].elements[1]
    assert linear.rows[1].image_elements == (0,)


def test_a_name_is_a_secret():
    assert Secret("v") == v and Secret("v") != s and hash(Secret("v")) == hash(v)
    assert Relation(C == Secret("v") * A + Secret("v") * B).secrets == (v,)


def test_secrets_are_numbered_as_they_appear_or_as_declared():
    equation = C == s * A + v * B
    assert Relation(equation).secrets == (s, v)
    assert Relation(equation, secrets=[v]).secrets == (v, s)
    assert Relation(equation, secrets=[v, s, v]).secrets == (v, s)
    assert Relation(s * A == C - v * B).secrets == (s, v)


def test_operators_leave_their_operands_alone():
    left = A + v * G
    before = left.terms
    _ = left + B, left - B, -left, Fr(2) * left
    assert left.terms is before


# --- equations are not booleans --------------------------------------------------------------


@pytest.mark.parametrize("use", [
    pytest.param(lambda: bool(A == v * G), id="bool"),
    pytest.param(lambda: A == v * G == B, id="chained"),
    pytest.param(lambda: A != v * G, id="unequal"),
    pytest.param(lambda: (A == v * G) and (B == v * H), id="and"),
    pytest.param(lambda: not A == v * G, id="not"),
    pytest.param(lambda: B in [A, C], id="in"),
    pytest.param(lambda: hash(A), id="hash"),
])  # fmt: skip
def test_an_equation_has_no_truth_value(use):
    with pytest.raises(TypeError):
        use()


@pytest.mark.parametrize("wrong", [
    pytest.param(lambda: Relation(True), id="a bool"),
    pytest.param(lambda: Relation(A), id="an element"),
    pytest.param(lambda: Relation([A == v * G]), id="a list"),
    pytest.param(lambda: Relation(G1.generator() == G1.generator()), id="points that Python has compared"),
    pytest.param(lambda: Relation(A == 5), id="compared with an int"),
])  # fmt: skip
def test_a_relation_is_of_equations(wrong):
    with pytest.raises(TypeError):
        wrong()


def test_what_an_equation_shows_of_itself():
    assert repr(A == v * G) == "Equation(of 1 secret)"
    assert repr(A == v * G + s * H) == "Equation(of 2 secrets)"


# --- invalid statements ------------------------------------------------------------------------


@pytest.mark.parametrize(("write", "check"), [
    pytest.param(Relation, "check 1", id="no equation"),
    pytest.param(lambda: Relation(A == B), "check 2", id="no secret"),
    pytest.param(lambda: Relation(v * A == s * B), "check 2", id="no image"),
    pytest.param(lambda: Relation(A == v * G, elements=[B]), "check 5", id="an element declared and not used"),
    pytest.param(lambda: Relation(A == v * G, secrets=[x, v]), "check 6", id="a secret declared and not used"),
    pytest.param(lambda: Relation(A == v * G, secrets=[v, x]), "check 6", id="the same, declared last"),
    pytest.param(lambda: Relation(A == v * Element(G1.identity())), "check 8", id="the identity as a base"),
    pytest.param(lambda: Relation(Element(G1.identity()) == v * G), "check 8", id="the identity as an image"),
    pytest.param(lambda: Relation(A - A == v * G), "check 9", id="X − X"),
    pytest.param(lambda: Relation(A == v * G + A), "check 9", id="the image on both sides"),
    pytest.param(lambda: Relation(Fr(0) * A == v * G), "check 9", id="0·X"),
    pytest.param(lambda: Relation(A == v * G + s * H - s * H), "check 10", id="s·H − s·H"),
    pytest.param(lambda: Relation(A == v * G + Fr(0) * (s * H)), "check 10", id="0·s·H"),
])  # fmt: skip
def test_15_a_degenerate_statement_cannot_be_made(write, check):
    with pytest.raises(ValueError, match=check):
        write()


# --- where -----------------------------------------------------------------------------------------


@given(elements, elements)
def test_where_puts_a_public_value_in_place_of_a_secret(k, a):
    assume(a)
    opens = Relation(C == Fr(a) * (v * A) + s * H)
    assert opens.where(v=k).encode() == Relation(C == Fr(k * a) * A + s * H).encode()
    assert opens.where(v=Fr(k)).encode() == opens.where(v=k).encode()


def test_where_keeps_the_constant_also_when_it_is_zero():
    """Two branches of an OR must not become one statement."""
    opens = Relation(C == v * A + s * H)
    zero, one = opens.where(v=0), opens.where(v=1)
    assert zero.encode() != one.encode() and zero.secrets == one.secrets == (s,)
    rows = [relation.linear.rows[0] for relation in (zero, one)]
    assert [row.image_coefficients.ints() for row in rows] == [[1, 0], [1, R - 1]]


def test_where_reaches_every_occurrence():
    relation = Relation(C == v * A + s * H, B + v * G == s * A, A == s * G - v * (A - B))
    by_hand = Relation(C == Fr(7) * A + s * H, B + Fr(7) * G == s * A, A == s * G - Fr(7) * (A - B))
    assert relation.where(v=7).encode() == by_hand.encode()


def test_where_in_several_steps_is_where_at_once():
    relation = Relation(C == v * A + s * H + x * B)
    assert relation.where(v=1).where(s=2).encode() == relation.where(v=1, s=2).encode()
    assert relation.where().encode() == relation.encode()


def test_where_keeps_the_declared_order():
    relation = Relation(C == v * A + s * H + x * B, secrets=[x, v, s], elements=[B, C, A, H])
    fixed = relation.where(v=1)
    assert fixed.secrets == (x, s)
    assert fixed.linear.elements == relation.linear.elements


def test_where_leaves_the_original_alone():
    relation = Relation(C == v * A + s * H)
    before = relation.encode()
    relation.where(v=5)
    assert relation.encode() == before and relation.secrets == (v, s)


def test_where_refuses_a_name_that_is_not_there():
    with pytest.raises(ValueError, match="no secret named 'w'"):
        Relation(C == v * A + s * H).where(w=1)


def test_where_of_every_secret_leaves_nothing_to_prove():
    with pytest.raises(ValueError, match="check 2"):
        Relation(C == v * A).where(v=1)


def test_where_cannot_make_the_image_vanish():
    point = Fr(5) * A.terms[0].point
    relation = Relation(Element(point) == v * A + s * H)
    with pytest.raises(ValueError, match="check 9"):
        relation.where(v=5)
    assert relation.where(v=4).secrets == (s,)


def test_where_takes_any_name():
    assert Relation(C == Secret("self") * A + s * H).where(**{"self": 1}).secrets == (s,)


@pytest.mark.parametrize("value", [0.5, "1", None, b"1", True, Fr([1]), Fr([])])
def test_where_takes_scalars_and_ints(value):
    with pytest.raises(TypeError):
        Relation(C == v * A + s * H).where(v=value)
