"""Statements with their secrets, true or false, fixed or drawn by Hypothesis."""

from functools import cache

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from oracles import NATIVE, elements

from zkhealth.curve import G1, derive_g1
from zkhealth.field import Fr
from zkhealth.sigma import And, Element, Or, Relation, Secret

SESSION = b"tests/sigma"
POINTS = derive_g1(b"zkhealth-tests-sigma", [b"%d" % i for i in range(8)])
E = [Element(P) for P in POINTS]
G, H = Element(G1.generator()), E[0]
v, s, x = Secret("v"), Secret("s"), Secret("x")


def at(k, point):
    """k times an element, as a point."""
    return Fr(k) * point.terms[0].point


def opening(value=120, blinding=77):
    """C = v·G + s·H."""
    C = at(value, G) + at(blinding, H)
    return Relation(Element(C) == v * G + s * H), {v: Fr(value), s: Fr(blinding)}


def dleq(secret=5):
    """X = x·G, Y = x·H."""
    X, Y = at(secret, G), at(secret, H)
    return Relation(Element(X) == x * G, Element(Y) == x * H), {x: Fr(secret)}


def bit(value=1, blinding=77):
    """C opens to 0, or to 1."""
    opens, witness = opening(value, blinding)
    return opens.where(v=0) | opens.where(v=1), witness


def composed():
    """(C is a bit) and (X, Y have one logarithm), with names apart."""
    is_bit, witness = bit()
    same, more = dleq()
    return is_bit & same, witness | more


def nested():
    """(a and (b or c)) or d, where only a and c hold."""
    a, b, c, d = (Relation(Element(at(i + 3, G)) == Secret(f"n{i}") * G) for i in range(4))
    return (a & (b | c)) | d, {Secret(f"n{i}"): Fr(i + 3 if i in (0, 2) else 99) for i in range(4)}


@cache
def samples():
    """One of each shape."""
    return {
        "opening": opening(),
        "two equations": dleq(),
        "or": bit(),
        "and of or": composed(),
        "nested": nested(),
    }


NAMES = ["opening", "two equations", "or", "and of or", "nested"] if NATIVE else ["opening", "or"]
shapes = pytest.mark.parametrize("name", NAMES)


def slow(test):
    """Fewer examples on the reference backend."""
    return test if NATIVE else settings(max_examples=3)(test)


@st.composite
def relations(draw, prefix=""):
    """A relation of up to three equations with its secrets; terms on both sides, zeros and repetitions included."""
    secrets = [Secret(f"{prefix}{i}") for i in range(draw(st.integers(1, 3)))]
    witness = {secret: Fr(draw(elements)) for secret in secrets}
    kinds = st.tuples(st.none() | st.sampled_from(secrets), elements, st.sampled_from([G, *E[:3]]), st.booleans())
    equations = []
    for i in range(draw(st.integers(1, 2))):
        right = E[4] if i else E[4] - E[5]
        for j, secret in enumerate(secrets):  # every secret matters
            right = right + secret * E[j]
        left = Fr(draw(elements)) * E[7]
        for secret, k, base, is_left in draw(st.lists(kinds, max_size=4)):
            term = Fr(k) * (base if secret is None else secret * base)
            left, right = (left + term, right) if is_left else (left, right + term)
        image = value(right, witness) - value(left, witness)
        equations.append(left + Element(image) == right)
    try:
        return Relation(*equations), witness
    except ValueError:  # an image or a column that vanishes, by bad luck
        assume(False)


def value(expression, witness):
    """The point that an expression stands for."""
    out = G1.identity()
    for t in expression.terms:
        out = out + (t.coefficient if t.secret is None else t.coefficient * witness[t.secret]) * t.point
    return out


@st.composite
def statements(draw, depth=2 if NATIVE else 1, prefix="p", holds=True):
    """A statement, composed up to `depth` times, that its secrets satisfy or (almost surely) do not."""
    kind = draw(st.sampled_from("=&|")) if depth else "="
    if kind == "=":
        relation, witness = draw(relations(prefix))
        if not holds:
            witness = {secret: value + Fr(1 + i) for i, (secret, value) in enumerate(witness.items())}
        return relation, witness
    n = draw(st.integers(2, 3 if NATIVE else 2))
    true = draw(st.integers(0, n - 1))
    parts = []
    for i in range(n):
        child_holds = holds and (kind == "&" or i == true or draw(st.booleans()))
        parts.append(draw(statements(depth - 1, f"{prefix}{i}", child_holds)))
    compose = And if kind == "&" else Or
    return compose(tuple(statement for statement, _ in parts)), {k: w for _, part in parts for k, w in part.items()}


class Fixed:
    """Nonces that are given."""

    def __init__(self, values):
        self.left = list(values)

    def vector(self, n):
        out, self.left = self.left[:n], self.left[n:]
        return Fr(out)
