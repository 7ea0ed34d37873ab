"""A statement: facts that hold together, proven by one argument.

>>> from zkhealth.rangeproof import between, one_of
>>> C, s = Pedersen().commit(42)
>>> x = Committed(C)
>>> statement = Statement(between(x, 18, 120), one_of(x, [7, 42, 99]))
>>> proof = prove(statement, {x: (42, s)}, b"a context")
>>> verify(statement, proof, b"a context")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import VerificationError, WitnessError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.rangeproof import argument
from zkhealth.rangeproof.facts import Column, Committed, Fact, Interval, Table, signed
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import MAX_BITS, Row, Rows
from zkhealth.transcript import Nonces, Transcript, joined

Openings = Mapping[Committed, "tuple[int | Fr, Fr]"]
"""Value and blinding of each commitment."""

_BATCH_TAG = b"zkhealth/rangeproof/batch/v1"


class Statement:
    """Facts that hold together about hidden integers in commitments.

    Raises:
        ValueError: no facts, too many bits, or a column of a table that is not among the facts.
    """

    def __init__(self, *facts: Fact) -> None:
        if not facts or not all(isinstance(fact, (Interval, Table)) for fact in facts):
            raise ValueError("expected facts, such as between(x, lo, hi) or one_of(x, values)")
        self.facts = facts
        hidden = dict.fromkeys(x for fact in facts for x in _hidden(fact) if isinstance(x, Committed))
        self.hidden = tuple(hidden)
        if not hidden:
            raise ValueError("the facts are about no hidden value")
        self._starts = dict(zip(map(id, facts), _starts(facts), strict=True))
        if len(self._starts) != len(facts):
            raise ValueError("a fact appears twice")
        place = {committed: k for k, committed in enumerate(self.hidden)}
        n_bits = sum(fact.n_bits for fact in facts)
        n_terms = sum(len(_hidden(fact)) for fact in facts)
        if n_bits > MAX_BITS or n_terms > MAX_BITS or len(facts) > MAX_BITS:
            raise ValueError(
                f"expected at most {MAX_BITS} bits, facts and terms, got {n_bits}, {len(facts)}, {n_terms}"
            )
        points = G1.stack(*(x.C for x in self.hidden))
        self.rows = Rows(points, [row for fact in facts for row in self._rows(fact, place)], n_bits)

    def bits(self, values: Mapping[Committed, int]) -> Fr:
        """The N bits that these values need.

        Raises:
            WitnessError: a fact does not hold.
        """
        chosen = {id(f): f.bits([values[x] for x in f.xs]) for f in self.facts if isinstance(f, Table)}

        def value(x: Committed | Column) -> int:
            if isinstance(x, Committed):
                return x.checked(signed(values[x]))
            return signed(x.table.rows[chosen[id(x.table)].index(1)][x.index])

        out: list[int] = []
        for fact in self.facts:
            if isinstance(fact, Table):
                out += chosen[id(fact)]
            else:
                out += fact.bits(sum(a * value(x) for x, a in fact.x.terms()))
        return Fr(out + [0] * (self.rows.N - len(out)))

    def _rows(self, fact: Fact, place: Mapping[Committed, int]) -> Iterator[Row]:
        start = self._starts[id(fact)]
        if isinstance(fact, Table):
            for j, x in enumerate(fact.xs):
                yield Row(((start, fact.weights(j)),), ((place[x], Fr(1)),), Fr(0))
            yield Row(((start, Fr([1] * fact.n_bits)),), (), Fr(1))
            return
        segments = [(start, Fr(fact.weights()))]
        terms = []
        for term, a in fact.x.terms():
            if isinstance(term, Committed):
                terms.append((place[term], Fr(a)))
            elif id(term.table) in self._starts:
                segments.append((self._starts[id(term.table)], Fr(-a) * term.table.weights(term.index)))
            else:
                raise ValueError("a column is used whose table is not among the facts")
        yield Row(tuple(segments), tuple(terms), Fr(-fact.lo))


def prove(statement: Statement, openings: Openings, context: bytes) -> bytes:
    """Prove all facts of the statement; `openings` has value and blinding of each commitment.

    `context` names protocol, parties and freshness; it is not in the proof.

    Raises:
        WitnessError: an opening is missing or wrong, or a fact does not hold.
    """
    context = as_bytes(context)
    if not isinstance(statement, Statement):
        raise TypeError(f"expected a Statement, got {type(statement).__name__}")
    opened = [_opening(x, openings) for x in statement.hidden]
    bits = statement.bits({x: int(v) for x, (v, _) in zip(statement.hidden, opened, strict=True)})
    blindings = concat(*(s for _, s in opened))
    transcript = argument.opened(statement.rows, context)
    secret = concat(bits, *(v for v, _ in opened), blindings)
    nonces = Nonces(b"rangeproof", joined(context, transcript.digest()), secret)
    return argument.prove(statement.rows, bits, blindings, transcript, nonces).encode()


def verify(statement: Statement, proof: bytes, context: bytes) -> None:
    """Check a proof of all facts of the statement under the same context.

    Raises:
        DecodingError: not of the right length, or not canonical.
        VerificationError: it does not hold.
    """
    verify_batch([(statement, proof, context)])


def verify_batch(items: Iterable[tuple[Statement, bytes, bytes]]) -> None:
    """Check (statement, proof, context) triples with one multi-scalar multiplication; none at all is accepted.

    The statements may differ in everything.  The weights, 128 bits each, are
    hashed from all contexts, statements and proofs, responses included.

    Raises:
        DecodingError: a proof is not of the right length, or not canonical.
        VerificationError: at least one does not hold; it does not say which.
    """
    weighing = Transcript(_BATCH_TAG)
    equations = []
    for statement, given_proof, given_context in items:
        # One copy each: what is checked is what the weights were hashed from, even if a buffer changes meanwhile.
        proof, context = as_bytes(given_proof), as_bytes(given_context)
        if not isinstance(statement, Statement):
            raise TypeError(f"expected a Statement, got {type(statement).__name__}")
        rows = statement.rows
        decoded = RangeProof.decode(proof, rows.N)
        weighing.absorb_bytes(context)
        rows.absorb(weighing)
        weighing.absorb_bytes(proof)
        equations.append(argument.equation(rows, decoded, argument.opened(rows, context)))
    if equations and not argument.holds(equations, weighing.weights(len(equations))):
        raise VerificationError("a range proof does not hold")


def _starts(facts: Sequence[Fact]) -> list[int]:
    starts, at = [], 0
    for fact in facts:
        starts.append(at)
        at += fact.n_bits
    return starts


def _hidden(fact: Fact) -> list[Committed | Column]:
    return list(fact.xs) if isinstance(fact, Table) else [x for x, _ in fact.x.terms()]


def _opening(x: Committed, openings: Openings) -> tuple[Fr, Fr]:
    if x not in openings:
        raise WitnessError("an opening is missing")
    value, blinding = openings[x]
    v = value if isinstance(value, Fr) else Fr(value)
    if not isinstance(blinding, Fr):
        raise TypeError(f"expected a blinding in Fr, got {type(blinding).__name__}")
    if blinding == Fr(0):
        raise WitnessError("a blinding is zero, so that the commitment hides nothing")
    try:
        Pedersen().open(x.C, v, blinding)
    except VerificationError:
        raise WitnessError("an opening does not fit its commitment") from None
    return v, blinding
