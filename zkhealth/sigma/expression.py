"""Statements as expressions: `C == v * G + r * H`, with secrets by name.

Public points are wrapped as `Element`, so that a sum of them stays a sum: each
enters the statement, and so the challenge, by itself.  A bare point in an
expression is refused, because Python would already have added it up.
"""

from __future__ import annotations

from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.field import Fr


@dataclass(frozen=True)
class Secret:
    """A scalar that only the prover knows; the same name is the same secret."""

    name: str

    def __mul__(self, other: Element | Expression) -> Expression:
        if not isinstance(other, Expression):
            return NotImplemented
        if any(term.secret is not None for term in other.terms):
            raise TypeError("a statement is linear: a secret times a secret is not allowed")
        return _Sum(tuple(Term(self, term.point, term.coefficient) for term in other.terms))


@dataclass(frozen=True, eq=False)
class Term:
    """coefficient · secret · point, or without a secret."""

    secret: Secret | None
    point: G1
    coefficient: Fr


@dataclass(frozen=True, eq=False)
class Expression:
    """A sum of terms, in the order in which they were written."""

    terms: tuple[Term, ...]

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Expression) -> Expression:
        return _Sum(self.terms + other.terms) if isinstance(other, Expression) else NotImplemented

    def __neg__(self) -> Expression:
        return Fr(-1) * self

    def __sub__(self, other: Expression) -> Expression:
        return self + -other if isinstance(other, Expression) else NotImplemented

    def __rmul__(self, scalar: Fr) -> Expression:
        if not isinstance(scalar, Fr) or not scalar.is_scalar:
            return NotImplemented
        return _Sum(tuple(Term(t.secret, t.point, scalar * t.coefficient) for t in self.terms))

    def __eq__(self, other: object) -> Equation:  # type: ignore[override]
        if not isinstance(other, Expression):
            return NotImplemented
        return Equation(self, other)


class _Sum(Expression):
    """Not a base of Element: Python would let an Element on the right of `==` answer first, as if on the left."""


class Element(Expression):
    """A public point of the statement.

    >>> Element(G1.generator()) == Secret("x") * Element(G1.generator())
    Equation(of 1 secret)
    """

    def __init__(self, point: G1) -> None:
        if not isinstance(point, G1) or not point.is_point:
            raise TypeError("expected one point of G1")
        super().__init__((Term(None, point, Fr(1)),))


@dataclass(frozen=True, eq=False)
class Equation:
    """left = right."""

    left: Expression
    right: Expression

    def image(self) -> list[Term]:
        """The public terms, brought to the left."""
        left, right = self.left.terms, (-self.right).terms
        return [term for term in (*left, *right) if term.secret is None]

    def secret_terms(self) -> list[Term]:
        """The terms with a secret, brought to the right."""
        left, right = (-self.left).terms, self.right.terms
        return [term for term in (*left, *right) if term.secret is not None]

    def where(self, values: dict[Secret, Fr]) -> Equation:
        """The same with some secrets replaced by public values."""
        return Equation(_replaced(self.left, values), _replaced(self.right, values))

    def __bool__(self) -> bool:
        raise TypeError("an equation of a statement is neither true nor false")

    def __repr__(self) -> str:
        names = {term.secret for term in self.secret_terms()}
        return f"Equation(of {len(names)} secret{'s' * (len(names) != 1)})"


def _replaced(side: Expression, values: dict[Secret, Fr]) -> Expression:
    return _Sum(
        tuple(
            Term(None, t.point, values[t.secret] * t.coefficient) if t.secret is not None and t.secret in values else t
            for t in side.terms
        )
    )
