"""Statements: linear relations, all of several (`&`), one of several (`|`).

Prover and verifier build the same object; secret values come only when proving.

    >>> from zkhealth.commitments import Pedersen
    >>> pedersen = Pedersen()
    >>> G, H = Element(pedersen.G), Element(pedersen.H)
    >>> C, s = pedersen.commit(1)
    >>> opens = Relation(Element(C) == Secret("v") * G + Secret("s") * H)
    >>> is_bit = opens.where(v=0) | opens.where(v=1)

Relations under `&` become one, and a name in both is the same secret.  A secret
below `|` is local to its branch, so a name may not appear on both sides of an
`&` with such a branch: commit to the value, and let both speak of the commitment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.sigma.expression import Element, Equation, Secret, Term
from zkhealth.sigma.linear import LinearRelation, Row
from zkhealth.transcript import length_prefixed

Witness = Mapping[Secret, "Fr | int"]


class Statement:
    """What can be proven; composed with `&` and `|`."""

    def __and__(self, other: Statement) -> Statement:
        if not isinstance(other, Statement):
            return NotImplemented
        if isinstance(self, Relation) and isinstance(other, Relation):
            return Relation(*self.equations, *other.equations)
        return And((*_children(self, And), *_children(other, And)))

    def __or__(self, other: Statement) -> Statement:
        if not isinstance(other, Statement):
            return NotImplemented
        return Or((*_children(self, Or), *_children(other, Or)))

    def encode(self) -> bytes:
        """The whole statement, prefix-free, as absorbed before the first message."""
        raise TypeError("expected a Relation, And or Or")

    def names(self) -> set[Secret]:
        """The secrets that appear."""
        raise TypeError("expected a Relation, And or Or")


class Relation(Statement):
    """Equations linear in the secrets, all of which hold.

    `secrets` and `elements` fix the order in which they are numbered; those
    not named follow in the order in which they appear.

    Raises:
        ValueError: the instance is not valid (see `LinearRelation`).
    """

    def __init__(self, *equations: Equation, secrets: Sequence[Secret] = (), elements: Sequence[Element] = ()) -> None:
        if not all(isinstance(e, Equation) for e in equations):
            raise TypeError("expected equations of Elements and Secrets, such as C == v * G + s * H")
        self.equations = equations
        self._order = (tuple(secrets), tuple(elements))
        self.secrets = _distinct_secrets(secrets, equations)
        points = _distinct_points(elements, equations)
        place = {key: i for i, key in enumerate(points)}
        rows = [_row(e, place, self.secrets) for e in equations]
        self.linear = LinearRelation(G1.stack(*points.values()), rows)
        if len(self.secrets) != self.linear.n_secrets:
            raise ValueError("a secret appears in no equation (check 6)")

    def where(self, /, **values: Fr | int) -> Relation:
        """The same with the named secrets replaced by public values.

        Raises:
            ValueError: there is no secret of that name.
        """
        known = {secret.name: secret for secret in self.secrets}
        if unknown := sorted(set(values) - set(known)):
            raise ValueError(f"no secret named {unknown[0]!r} in this relation")
        replaced = {known[name]: _scalar(value) for name, value in values.items()}
        secrets = [s for s in self._order[0] if s not in replaced]
        return Relation(*(e.where(replaced) for e in self.equations), secrets=secrets, elements=self._order[1])

    def vector(self, witness: Witness) -> Fr:
        """The secret values in the order of `secrets`.

        Raises:
            WitnessError: one is missing.
        """
        if missing := [s.name for s in self.secrets if s not in witness]:
            raise WitnessError(f"no value for the secret {missing[0]!r}")
        return concat(*(_scalar(witness[s]) for s in self.secrets))

    def encode(self) -> bytes:
        """The draft's serialization."""
        return self.linear.encode()

    def names(self) -> set[Secret]:
        """The secrets that appear."""
        return set(self.secrets)


@dataclass(frozen=True, eq=False)
class _Composed(Statement):
    children: tuple[Statement, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", tuple(self.children))
        if len(self.children) < 2 or not all(isinstance(child, Statement) for child in self.children):
            raise ValueError("expected at least two statements")

    def names(self) -> set[Secret]:
        """The secrets that appear."""
        return set().union(*(child.names() for child in self.children))

    def _encode(self, kind: bytes) -> bytes:
        parts = [length_prefixed(_kind(child) + child.encode()) for child in self.children]
        return kind + len(parts).to_bytes(4, "little") + b"".join(parts)


class And(_Composed):
    """All children hold; they answer the same challenge."""

    def __post_init__(self) -> None:
        super().__post_init__()
        seen: set[Secret] = set()
        for child in self.children:
            if shared := seen & child.names():
                name = min(s.name for s in shared)
                raise ValueError(f"the secret {name!r} appears beside an alternative, where it would not be the same")
            seen |= child.names()

    def encode(self) -> bytes:
        """Kind, number of children, each with its length."""
        return self._encode(b"&")


class Or(_Composed):
    """At least one child holds; which one stays hidden (Cramer, Damgård, Schoenmakers 1994)."""

    def encode(self) -> bytes:
        """Kind, number of children, each with its length."""
        return self._encode(b"|")


def leaves(statement: Statement) -> Iterator[Relation]:
    """The relations from left to right."""
    if isinstance(statement, _Composed):
        for child in statement.children:
            yield from leaves(child)
    elif isinstance(statement, Relation):
        yield statement
    else:
        raise TypeError("expected a statement")


def _children(statement: Statement, kind: type[_Composed]) -> tuple[Statement, ...]:
    return statement.children if isinstance(statement, kind) else (statement,)


def _kind(statement: Statement) -> bytes:
    return b"=" if isinstance(statement, Relation) else b""


def _scalar(value: Fr | int) -> Fr:
    scalar = value if isinstance(value, Fr) else Fr(value)
    if not scalar.is_scalar:
        raise TypeError("expected one scalar, got a vector")
    return scalar


def _distinct_secrets(first: Sequence[Secret], equations: Sequence[Equation]) -> tuple[Secret, ...]:
    found = [t.secret for e in equations for t in _written(e) if t.secret is not None]
    return tuple(dict.fromkeys([*first, *found]))


def _distinct_points(first: Sequence[Element], equations: Sequence[Equation]) -> dict[bytes, G1]:
    """Points by encoding, the generator first."""
    found = [t.point for e in first for t in e.terms] + [t.point for e in equations for t in _written(e)]
    return {point.encode(): point for point in (G1.generator(), *found)}


def _written(equation: Equation) -> tuple[Term, ...]:
    return equation.left.terms + equation.right.terms


def _row(equation: Equation, place: Mapping[bytes, int], secrets: Sequence[Secret]) -> Row:
    image, terms = equation.image(), equation.secret_terms()
    return Row(
        image_elements=tuple(place[t.point.encode()] for t in image),
        image_coefficients=concat(*(t.coefficient for t in image)),
        secrets=tuple(secrets.index(t.secret) for t in terms if t.secret is not None),
        elements=tuple(place[t.point.encode()] for t in terms),
        coefficients=concat(*(t.coefficient for t in terms)),
    )
