"""The interactive protocol: commitment, challenge, response, for any statement.

A relation is Maurer's protocol: T = M·k, then k + c·w.  All of several share the
challenge.  One of several splits it: Σ c_i = c, where the branches that the prover
cannot open are simulated under challenges chosen beforehand (CDS 1994).  A branch
that is opened begins as if simulated under challenge 0, so that all look alike.

Not constant-time in Python; the arithmetic is, on the native backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Protocol

from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.sigma.linear import LinearRelation
from zkhealth.sigma.statement import And, Or, Relation, Statement, Witness

Respond = Callable[[Fr], list[Fr]]


class NonceSource(Protocol):
    """Where secret nonces come from: `Nonces`, or a seeded source in tests."""

    def vector(self, n: int) -> Fr:
        """The next `n` nonces."""


def start(statement: Statement, witness: Witness, nonces: NonceSource) -> tuple[list[G1], Respond]:
    """The first message, a vector of points for each relation, and what answers one challenge.

    Raises:
        WitnessError: the secrets do not satisfy the statement.
    """
    match statement:
        case Relation(linear=linear):
            w, k = statement.vector(witness), nonces.vector(linear.n_secrets)
            return [linear.commitment(k, Fr(0))], lambda c: [k + c * w]
        case And(children=children):
            return _joined([start(child, witness, nonces) for child in children])
        case Or(children=children):
            return _start_or(children, witness, nonces)
    raise TypeError("expected a statement")


def simulate(statement: Statement, challenge: Fr, nonces: NonceSource) -> tuple[list[G1], list[Fr]]:
    """A first message and responses that are accepted under a challenge known beforehand.

    For a random challenge they are distributed as honest ones (zero-knowledge).
    """
    match statement:
        case Relation(linear=linear):
            response = nonces.vector(linear.n_secrets)
            return [linear.commitment(response, challenge)], [response]
        case And(children=children):
            parts = [simulate(child, challenge, nonces) for child in children]
            return [T for Ts, _ in parts for T in Ts], [s for _, ss in parts for s in ss]
        case Or(children=children):
            free = nonces.vector(len(children) - 1)
            parts = [simulate(b, c, nonces) for b, c in zip(children, _shares(free, challenge), strict=True)]
            return [T for Ts, _ in parts for T in Ts], [free, *(s for _, ss in parts for s in ss)]
    raise TypeError("expected a statement")


def check_witness(statement: Statement, witness: Witness) -> None:
    """Compare the secrets with the statement.

    Raises:
        WitnessError: they do not satisfy it, or one is missing.
    """
    match statement:
        case Relation(linear=linear):
            if not linear.is_satisfied_by(statement.vector(witness)):
                raise WitnessError("the secrets do not satisfy the relation")
        case And(children=children):
            for child in children:
                check_witness(child, witness)
        case Or(children=children):
            _open_branch(children, witness)
        case _:
            raise TypeError("expected a statement")


def transcripts(statement: Statement, challenge: Fr, scalars: Fr) -> Iterator[tuple[LinearRelation, Fr, Fr]]:
    """Each relation with its own challenge and response, as `scalars` of the proof lay them out."""
    match statement:
        case Relation(linear=linear):
            yield linear, challenge, scalars
        case And(children=children):
            for child, part in zip(children, _parts(children, scalars), strict=True):
                yield from transcripts(child, challenge, part)
        case Or(children=children):
            shares = _shares(scalars[: len(children) - 1], challenge)
            parts = _parts(children, scalars[len(children) - 1 :])
            for child, share, part in zip(children, shares, parts, strict=True):
                yield from transcripts(child, share, part)
        case _:
            raise TypeError("expected a statement")


def n_scalars(statement: Statement) -> int:
    """How many scalars answer a challenge."""
    match statement:
        case Relation(linear=linear):
            return linear.n_secrets
        case And(children=children):
            return sum(map(n_scalars, children))
        case Or(children=children):
            return len(children) - 1 + sum(map(n_scalars, children))
    raise TypeError("expected a statement")


def _start_or(children: tuple[Statement, ...], witness: Witness, nonces: NonceSource) -> tuple[list[G1], Respond]:
    opened = _open_branch(children, witness)
    shares = nonces.vector(len(children))
    moves = [
        start(child, witness, nonces) if i == opened else _constant(simulate(child, shares[i], nonces))
        for i, child in enumerate(children)
    ]

    def respond(c: Fr) -> list[Fr]:
        others = concat(shares[:opened], shares[opened + 1 :])
        c_opened = c - others.sum()
        all_shares = concat(shares[:opened], c_opened, shares[opened + 1 :])
        answers = [s for (_, answer), share in zip(moves, all_shares, strict=True) for s in answer(share)]
        return [all_shares[:-1], *answers]

    return [T for Ts, _ in moves for T in Ts], respond


def _open_branch(children: tuple[Statement, ...], witness: Witness) -> int:
    """The first branch that the witness satisfies; all are tried."""
    holds = [_holds(child, witness) for child in children]
    if True not in holds:
        raise WitnessError("the secrets satisfy none of the alternatives")
    return holds.index(True)


def _holds(statement: Statement, witness: Witness) -> bool:
    try:
        check_witness(statement, witness)
    except WitnessError:
        return False
    return True


def _constant(simulated: tuple[list[G1], list[Fr]]) -> tuple[list[G1], Respond]:
    Ts, scalars = simulated
    return Ts, lambda _: scalars


def _joined(moves: list[tuple[list[G1], Respond]]) -> tuple[list[G1], Respond]:
    return [T for Ts, _ in moves for T in Ts], lambda c: [s for _, answer in moves for s in answer(c)]


def _shares(free: Fr, challenge: Fr) -> Fr:
    """The challenges of all branches: the last one makes the sum right."""
    return concat(free, challenge - free.sum())


def _parts(children: tuple[Statement, ...], scalars: Fr) -> Iterator[Fr]:
    ends = list(accumulate(map(n_scalars, children)))
    return (scalars[end - n_scalars(child) : end] for child, end in zip(children, ends, strict=True))
