"""Proofs of knowledge: nothing can be chosen after the challenge (Frozen Heart)."""

import pytest
from sigma.flavors import flavors, is_accepted
from sigma.naive_sigma import BATCHABLE, COMPACT, accepts, challenge, tree
from sigma.sample_statements import SESSION, E, Fixed, G, H, at, opening, s, samples, shapes, v, x

from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.sigma import Element, Relation, proof, protocol, prove


def false_opening():
    """A commitment whose opening nobody here knows: a hash."""
    return Relation(E[5] == v * G + s * H)


def false_statements():
    unknown = false_opening()
    yield "relation", unknown
    yield "two equations", Relation(E[5] == x * G, E[6] == x * H)
    yield "or", unknown | Relation(E[6] == v * G)
    yield "and of or", (unknown | Relation(E[6] == v * G)) & Relation(E[7] == x * H)


@pytest.mark.parametrize("statement", [pytest.param(it, id=name) for name, it in false_statements()])
@flavors
def test_commitments_cannot_be_chosen_after_the_challenge(flavor, statement):
    """The verifier that does not absorb them accepts the simulator's transcript of a false statement."""
    c = Fr(challenge(tree(statement), b"", SESSION, flavor))
    T, scalars = protocol.simulate(statement, c, Fixed(range(1, 30)))
    first = c.encode() if flavor == COMPACT else G1.stack(*T).encode()
    forged = first + concat(*scalars).encode()
    assert accepts(statement, forged, SESSION, flavor, without={"commitments"})
    assert not is_accepted(statement, forged, flavor=flavor)
    assert not accepts(statement, forged, SESSION, flavor)


def solved_after_the_challenge(last, flavor):
    """X = x·G, Y = x·H with one of X, Y, H solved for when the challenge is known, so that the logarithms differ.

    The two first messages and the other elements are fixed; the challenge leaves out `last` alone.
    """
    secret, k, placeholder = 5, 9, E[5].terms[0].point
    points = {"X": at(secret, G), "Y": at(secret, H), "H": H.terms[0].point} | {last: placeholder}
    others = at(k, G) if last != "X" else at(k, H)
    T = [E[6].terms[0].point, others] if last == "X" else [others, E[6].terms[0].point]
    statement = lambda: Relation(  # noqa: E731
        Element(points["X"]) == x * G,
        Element(points["Y"]) == x * Element(points["H"]),
        elements=[Element(points[name]) for name in ("H", "X", "Y")],
    )
    first = b"".join(P.encode() for P in T)
    c = challenge(tree(statement()), first, SESSION, flavor, without={placeholder.encode()})
    answer = Fr(k + c * secret)
    match last:
        case "X":
            points["X"] = Fr(c).inverse() * (answer * G1.generator() - T[0])
        case "Y":
            points["Y"] = Fr(c).inverse() * (answer * points["H"] - T[1])
        case "H":
            points["H"] = answer.inverse() * (T[1] + Fr(c) * points["Y"])
    return statement(), points[last], (Fr(c).encode() if flavor == COMPACT else first) + answer.encode()


@pytest.mark.parametrize("last", ["X", "Y", "H"])
@flavors
def test_an_element_of_the_statement_cannot_be_chosen_after_the_challenge(flavor, last):
    statement, chosen, forged = solved_after_the_challenge(last, flavor)
    with pytest.raises(WitnessError):
        prove(statement, {x: Fr(5)}, SESSION)
    assert accepts(statement, forged, SESSION, flavor, without={chosen.encode()})
    assert not is_accepted(statement, forged, flavor=flavor)


@flavors
def test_a_coefficient_cannot_be_chosen_after_the_challenge(flavor):
    """OpensTo(m): C − m·G = r·H; m is a public scalar of the statement, solved for when c is known."""
    opens, _ = opening()
    C, k = opens.linear.elements[1], 9
    written = opens.where(v=1)
    coefficient = (Fr(-1)).encode()
    T = at(3, G) + at(k, H)
    c = challenge(tree(written), T.encode(), SESSION, flavor, without={coefficient})
    # T + c·(C − m·G) = s·H with C = 120·G + 77·H, so 3 + c·(120 − m) = 0 and s = k + c·77
    m = Fr(120) + Fr(3) * Fr(c).inverse()
    forged = (Fr(c).encode() if flavor == COMPACT else T.encode()) + Fr(k + 77 * c).encode()
    to_m = opens.where(v=m)
    assert C == to_m.linear.elements[1] and int(m) != 120
    assert accepts(to_m, forged, SESSION, flavor, without={(-m).encode()})
    assert not is_accepted(to_m, forged, flavor=flavor)


@shapes
@flavors
def test_the_challenge_depends_on_everything(flavor, name):
    """NOTES (6): any byte of the statement, the commitments, the session: another challenge."""
    statement, witness = samples()[name]
    T, c, _ = proof._prove(statement, witness, SESSION, flavor, Fixed(range(1, 30)))
    first, encoded = T.encode(), statement.encode()
    seen = [c]
    for session in (b"", SESSION[:-1], SESSION + b"\0"):
        seen.append(proof.derive_challenge(statement, first, proof.session_id(statement, session, flavor)))
    other = COMPACT if flavor == BATCHABLE else BATCHABLE
    seen.append(proof.derive_challenge(statement, first, proof.session_id(statement, SESSION, other)))
    identifier = proof.session_id(statement, SESSION, flavor)
    for i in range(len(first)):
        seen.append(proof.derive_challenge(statement, first[:i] + bytes([first[i] ^ 1]) + first[i + 1 :], identifier))
    for i in range(len(encoded)):
        changed = Encoded(encoded[:i] + bytes([encoded[i] ^ 1]) + encoded[i + 1 :])
        seen.append(proof.derive_challenge(changed, first, identifier))
    assert len({int(challenge) for challenge in seen}) == len(seen)


class Encoded:
    """Stands for a statement, by its bytes."""

    def __init__(self, data):
        self.data = data

    def encode(self):
        return self.data
