"""Proofs of knowledge, named forgeries: another statement, another session, one equation too few."""

import pytest
from oracles import NATIVE, sample
from sigma.flavors import PROVE, flavors, is_accepted
from sigma.naive_sigma import COMPACT, challenge, residuals, tree
from sigma.sample_statements import SESSION, E, G, H, at, bit, dleq, nested, opening, s, samples, shapes, v

from zkhealth.curve import G1
from zkhealth.field import Fr
from zkhealth.sigma import And, Element, Or, Relation, Secret


def other_statements():
    """A statement, its secrets, and another that the same proof must not show."""
    opens, witness = opening()
    C = at(120, G) + at(77, H)
    yield "another image", opens, witness, Relation(Element(C + G1.generator()) == v * G + s * H)
    yield "bases swapped", opens, witness, Relation(Element(C) == v * H + s * G)
    yield "order of terms", opens, witness, Relation(Element(C) == s * H + v * G)
    yield "sign", opens, witness, Relation(-Element(C) == -(v * G) - s * H)
    yield "scaled", opens, witness, Relation(Fr(2) * Element(C) == Fr(2) * (v * G) + Fr(2) * (s * H))
    yield "an equation more", opens, witness, opens & Relation(Element(C) == v * G + s * H)
    same, one = dleq()
    yield "equations swapped", same, one, Relation(*reversed(same.equations))
    yield "an equation less", same, one, Relation(same.equations[0])
    yield "elements declared otherwise", same, one, Relation(*same.equations, elements=[H])
    is_bit, b = bit()
    zero, single = is_bit.children
    yield "branches swapped", is_bit, b, single | zero
    yield "a branch more", is_bit, b, is_bit | opens.where(v=2)
    yield "and in place of or", is_bit, b, And((zero, Relation(Element(C) - G == Secret("other") * H)))
    yield "or in place of and", is_bit & same, b | one, Or((is_bit, same))
    yield "grouped otherwise", And((opens, same)), witness | one, opens & same
    deep, d = nested()
    yield "nested the other way", deep, d, Or((deep.children[1], deep.children[0]))


@pytest.mark.parametrize(
    ("statement", "witness", "other"), [pytest.param(*rest, id=i) for i, *rest in other_statements()]
)
@flavors
def test_a_proof_shows_its_own_statement_only(flavor, statement, witness, other):
    proof = PROVE[flavor](statement, witness, SESSION)
    assert is_accepted(statement, proof, flavor=flavor)
    assert not is_accepted(other, proof, flavor=flavor)


@pytest.mark.parametrize("session", sample([b"", b"Tests/sigma", SESSION + b"-", SESSION + b"\0", b"-" + SESSION], 2))
@flavors
@shapes
def test_a_proof_belongs_to_its_session(name, flavor, session):
    statement, witness = samples()[name]
    proof = PROVE[flavor](statement, witness, SESSION)
    assert not is_accepted(statement, proof, session, flavor)


@pytest.mark.parametrize("false", [0, 1, 2] if NATIVE else [1])
@pytest.mark.parametrize("compose", [Relation, lambda *equations: And(tuple(map(Relation, equations)))], ids=["=", "&"])
@flavors
def test_every_equation_must_hold(flavor, compose, false):
    """Two of three are answered honestly; the verifier that looks at those alone would accept."""
    secrets, nonces = [Secret(f"e{i}") for i in range(3)], [7, 8, 9]
    images = [E[5] if i == false else Element(at(i + 3, G)) for i in range(3)]
    statement = compose(*(image == secret * G for image, secret in zip(images, secrets, strict=True)))
    T = b"".join(at(k, G).encode() for k in nonces)
    c = challenge(tree(statement), T, SESSION, flavor)
    answers = Fr([k + c * (i + 3) for i, k in enumerate(nonces)])
    gaps = residuals(tree(statement), T + answers.encode(), SESSION, flavor)
    assert [gap == G1.identity() for gap in gaps] == [i != false for i in range(3)]
    assert not is_accepted(statement, (Fr(c).encode() if flavor == COMPACT else T) + answers.encode(), flavor=flavor)


@flavors
def test_a_sum_of_proofs_proves_nothing(flavor):
    """Responses add up where the challenge is the same; here it never is."""
    statement, witness = dleq()
    first, second = (PROVE[flavor](statement, witness, SESSION) for _ in range(2))
    joined = first[:-32] + (Fr.decode(first[-32:]) + Fr.decode(second[-32:])).encode()
    assert not is_accepted(statement, joined, flavor=flavor)
    assert not is_accepted(statement, first[:-32] + second[-32:], flavor=flavor)
