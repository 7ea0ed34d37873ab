"""Claims about values in Pedersen commitments, each a linear relation.

| claim | relation, beside an opening C = v·G + s·H of every commitment |
|---|---|
| `Opening(C)` | nothing more |
| `Equality(C, D)` | the same v in both |
| `LinearSum(Cs, a, total)` | Σ a_i·C_i − total·G = z·H |
| `Product(C, D, E)` | E = v·D + z·H, so that e = v·d |
| `Inequality(C, t)` | G = x·(C − t·G) + w·H, so that x·(v − t) = 1 |
| `Difference(C, D)` | G = x·(C − D) + w·H |

The openings are part of each claim: without them v in a product is anything, and
sums and differences are proven by one who can open none of the commitments.
A claim is about these commitments, whoever made them; tie them to what they are for.

    >>> pedersen = Pedersen()
    >>> C, s = pedersen.commit(6)
    >>> proof = Inequality(C, 7).prove((6, s), b"a session")
    >>> Inequality(C, 7).verify(proof, b"a session")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import VerificationError, WitnessError
from zkhealth.field import Fr, concat
from zkhealth.sigma.expression import Element, Equation, Secret
from zkhealth.sigma.proof import prove, verify
from zkhealth.sigma.statement import Relation, Witness

Opened = tuple["Fr | int", Fr]
"""A value and the blinding of its commitment."""


class Claim:
    """Something about commitments that can be proven and verified."""

    def relation(self) -> Relation:
        """The statement, the same for both sides."""
        raise TypeError("expected a claim")

    def verify(self, proof: bytes, session: bytes) -> None:
        """Check a proof of this claim.

        Raises:
            DecodingError: not canonical.
            VerificationError: it does not hold.
        """
        try:
            relation = self.relation()
        except ValueError as e:  # the commitments come from the other side
            raise VerificationError(f"the claim is no valid statement: {e}") from None
        verify(relation, proof, session)

    def _prove(self, witness: Witness, session: bytes) -> bytes:
        return prove(self.relation(), witness, session)


@dataclass(frozen=True, eq=False)
class Opening(Claim):
    """Someone knows a value and a blinding for C."""

    C: G1

    def relation(self) -> Relation:
        """C = v·G + s·H."""
        return Relation(_opens(self.C, "v", "s"))

    def prove(self, opened: Opened, session: bytes) -> bytes:
        """Raises WitnessError if the opening does not fit."""
        return self._prove(_named("v", "s", opened), session)


@dataclass(frozen=True, eq=False)
class Equality(Claim):
    """C and D hold the same value."""

    C: G1
    D: G1

    def relation(self) -> Relation:
        """C = v·G + s·H, D = v·G + t·H."""
        return Relation(_opens(self.C, "v", "s"), _opens(self.D, "v", "t"))

    def prove(self, v: Fr | int, s: Fr, t: Fr, session: bytes) -> bytes:
        """Raises WitnessError if the openings do not fit."""
        return self._prove({Secret("v"): v, Secret("s"): s, Secret("t"): t}, session)


@dataclass(frozen=True, eq=False)
class LinearSum(Claim):
    """Σ coefficients[i] · value i = total, for public coefficients and total."""

    commitments: Sequence[G1]
    coefficients: Sequence[Fr | int]
    total: Fr | int

    def __post_init__(self) -> None:
        if len(self.commitments) != len(self.coefficients):
            raise ValueError("expected one coefficient for each commitment")

    def relation(self) -> Relation:
        """The openings, and Σ a_i·C_i − total·G = z·H."""
        G, H = _bases()
        combined = _fr(-1) * _fr(self.total) * G
        for a, C in zip(self.coefficients, self.commitments, strict=True):
            combined = combined + _fr(a) * Element(C)
        opens = [_opens(C, f"v{i}", f"s{i}") for i, C in enumerate(self.commitments)]
        return Relation(*opens, combined == Secret("z") * H)

    def prove(self, opened: Sequence[Opened], session: bytes) -> bytes:
        """Raises WitnessError if the openings do not fit, or the sum is another."""
        if len(opened) != len(self.commitments):
            raise ValueError("expected one opening for each commitment")
        z = concat(*map(_fr, self.coefficients)) @ concat(*(s for _, s in opened))
        witness = {Secret("z"): z}
        for i, pair in enumerate(opened):
            witness |= _named(f"v{i}", f"s{i}", pair)
        return self._prove(witness, session)


@dataclass(frozen=True, eq=False)
class Product(Claim):
    """The value in E is the product of those in C and D."""

    C: G1
    D: G1
    E: G1

    def relation(self) -> Relation:
        """C = v·G + s·H, D = d·G + t·H, E = v·D + z·H."""
        _, H = _bases()
        product = Element(self.E) == Secret("v") * Element(self.D) + Secret("z") * H
        return Relation(_opens(self.C, "v", "s"), _opens(self.D, "d", "t"), product)

    def prove(self, c: Opened, d: Opened, e_blinding: Fr, session: bytes) -> bytes:
        """Raises WitnessError if the openings do not fit, or E holds no product."""
        v, t = _fr(c[0]), d[1]
        witness = {**_named("v", "s", c), **_named("d", "t", d), Secret("z"): e_blinding - v * t}
        return self._prove(witness, session)


@dataclass(frozen=True, eq=False)
class Inequality(Claim):
    """The value in C is not `t`."""

    C: G1
    t: Fr | int

    def relation(self) -> Relation:
        """C = v·G + s·H, G = x·(C − t·G) + w·H."""
        G, H = _bases()
        away = Element(self.C) - _fr(self.t) * G
        return Relation(_opens(self.C, "v", "s"), G == Secret("x") * away + Secret("w") * H)

    def prove(self, opened: Opened, session: bytes) -> bytes:
        """Raises WitnessError if the opening does not fit, or the value is `t`."""
        x = _inverse(_fr(opened[0]) - _fr(self.t))
        witness = {**_named("v", "s", opened), Secret("x"): x, Secret("w"): -opened[1] * x}
        return self._prove(witness, session)


@dataclass(frozen=True, eq=False)
class Difference(Claim):
    """C and D hold different values."""

    C: G1
    D: G1

    def relation(self) -> Relation:
        """C = v·G + s·H, D = d·G + t·H, G = x·(C − D) + w·H."""
        G, H = _bases()
        away = Element(self.C) - Element(self.D)
        opens = _opens(self.C, "v", "s"), _opens(self.D, "d", "t")
        return Relation(*opens, G == Secret("x") * away + Secret("w") * H)

    def prove(self, c: Opened, d: Opened, session: bytes) -> bytes:
        """Raises WitnessError if the openings do not fit, or the values are equal."""
        x = _inverse(_fr(c[0]) - _fr(d[0]))
        w = (d[1] - c[1]) * x
        return self._prove({**_named("v", "s", c), **_named("d", "t", d), Secret("x"): x, Secret("w"): w}, session)


def _bases() -> tuple[Element, Element]:
    pedersen = Pedersen()
    return Element(pedersen.G), Element(pedersen.H)


def _opens(C: G1, v: str, s: str) -> Equation:
    G, H = _bases()
    return Element(C) == Secret(v) * G + Secret(s) * H


def _named(v: str, s: str, opened: Opened) -> dict[Secret, Fr]:
    return {Secret(v): _fr(opened[0]), Secret(s): opened[1]}


def _fr(value: Fr | int) -> Fr:
    return value if isinstance(value, Fr) else Fr(value)


def _inverse(difference: Fr) -> Fr:
    if difference == Fr(0):
        raise WitnessError("the values are equal")
    return difference.inverse()
