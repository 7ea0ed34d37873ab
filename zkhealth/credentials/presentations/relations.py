"""The linear relations beside the BBS proofs: image = Σ secret · base, each under the challenge of one credential.

    commitments     C_(f,k) = f_k(m)·G + s·H             f_k: the part of a form in credential k
    link secret     C = link·G + s·H                     for each credential, the same C
    tags            N = f(m)·B
    gates           C_t = t·G + s·H,   C_p = t·C_f + δ·H
    inequalities    G = x·(C_f − target·G) + w·H         under a gate C_t in the place of G

Secrets are messages, whose nonces and responses are those of the BBS proofs, or others that are listed here.  What is
disclosed counts as a message with nonce 0 and response c·m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zkhealth.commitments import Pedersen, pedersen_bases
from zkhealth.credentials.issuing.messages import link_secret
from zkhealth.credentials.presentations.compiled import Between, Choice, Compiled, Fact, Member
from zkhealth.curve import G1, msm_vartime, scale_vartime
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Committed, Interval, Statement, Table, between, row_of
from zkhealth.rangeproof.facts import Linear as Sum


@dataclass(frozen=True)
class Message:
    """Σ coefficient · message of credential k."""

    k: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Other:
    """Another secret, by its number."""

    number: int


@dataclass(frozen=True, eq=False)
class Relation:
    """image = Σ secret · base under the challenge of credential k; without bases these are G and H."""

    k: int
    image: G1
    secrets: tuple[Message | Other, ...]
    bases: G1 | None = None


@dataclass(frozen=True)
class Shape:
    """How many points and other secrets a compiled policy needs, in which order."""

    n_commitments: int
    n_links: int
    n_tags: int
    n_gates: int
    n_gated: int
    n_inequalities: int

    @classmethod
    def of(cls, compiled: Compiled) -> Shape:
        """Count."""
        n_links = len(compiled.policy.wanted) if compiled.is_linked else 0
        counts = (len(compiled.commitments), n_links, len(compiled.tags), compiled.n_gates)
        return cls(*counts, len(compiled.gated), len(compiled.inequalities))

    @property
    def n_points(self) -> int:
        """C of each form and credential, of the link secret, N of each tag, C_t of each gate, C_p of each product."""
        return self.n_commitments + bool(self.n_links) + self.n_tags + self.n_gates + self.n_gated

    @property
    def n_secrets(self) -> int:
        """s of each commitment, of the link secret for each credential; t, s of each gate; δ; x, w."""
        return self.n_commitments + self.n_links + 2 * self.n_gates + self.n_gated + 2 * self.n_inequalities

    @property
    def first_gate(self) -> int:
        """The number of t of the first gate among the other secrets."""
        return self.n_commitments + self.n_links

    @property
    def first_product(self) -> int:
        """The number of δ of the first product."""
        return self.first_gate + 2 * self.n_gates

    @property
    def first_inverse(self) -> int:
        """The number of x of the first inequality."""
        return self.first_product + self.n_gated


@dataclass(frozen=True, eq=False)
class Points:
    """The public points of a presentation, by what they are."""

    commitments: G1
    link: G1
    tags: G1
    gates: G1
    products: G1
    forms: tuple[G1, ...]
    """The commitment to each whole form: the sum of its parts, which everybody computes."""

    @classmethod
    def split(cls, compiled: Compiled, points: G1) -> Points:
        """Take a vector of points apart."""
        shape, parts, at = Shape.of(compiled), [], 0
        for n in (shape.n_commitments, bool(shape.n_links), shape.n_tags, shape.n_gates, shape.n_gated):
            parts.append(points[at : at + n])
            at += n
        sums: list[list[G1]] = [[] for _ in compiled.forms]
        for (form, _), C in zip(compiled.commitments, parts[0], strict=True):
            sums[form].append(C)
        commitments, link, tags, gates, products = parts
        forms = tuple(cs[0] if len(cs) == 1 else G1.stack(*cs).sum() for cs in sums)
        return cls(commitments, link, tags, gates, products, forms)


def relations(compiled: Compiled, points: Points) -> list[Relation]:
    """All relations, in order."""
    shape, pedersen = Shape.of(compiled), Pedersen()
    G, H = pedersen.G, pedersen.H
    out = []
    for i, ((f, k), C) in enumerate(zip(compiled.commitments, points.commitments, strict=True)):
        out.append(Relation(k, C, (Message(k, tuple(compiled.forms[f].of(k))), Other(i))))
    for k in range(shape.n_links):
        link = Message(k, ((link_secret(compiled.policy.wanted[k].spec), 1),))
        out.append(Relation(k, points.link[0], (link, Other(shape.n_commitments + k))))
    for tag, N in zip(compiled.tags, points.tags, strict=True):
        out.append(Relation(tag.k, N, (Message(tag.k, tag.parts),), G1.stack(tag.base)))
    gates = [Other(shape.first_gate + 2 * g) for g in range(shape.n_gates)]
    for t, C_t in zip(gates, points.gates, strict=True):
        out.append(Relation(0, C_t, (t, Other(t.number + 1))))
    for i, ((gate, form), C_p) in enumerate(zip(compiled.gated, points.products, strict=True)):
        bases = G1.stack(points.forms[form], H)
        out.append(Relation(0, C_p, (gates[gate], Other(shape.first_product + i)), bases))
    for i, unequal in enumerate(compiled.inequalities):
        x, w = (Other(shape.first_inverse + 2 * i + j) for j in (0, 1))
        image = G if unequal.gate is None else points.gates[unequal.gate]
        base = points.forms[unequal.form] - scale_vartime(unequal.target, G)
        out.append(Relation(0, image, (x, w), G1.stack(base, H)))
    return out


def first_messages(found: Sequence[Relation], messages: Sequence[Fr], others: Fr) -> G1:
    """T = Σ nonce · base of each relation, in constant time; `messages` has the nonces of each credential by place."""
    sums = [_scalars(relation, messages, others) for relation in found]
    fixed = [i for i, relation in enumerate(found) if relation.bases is None]
    T = {i: sums[i] @ relation.bases for i, relation in enumerate(found) if relation.bases is not None}
    if fixed:
        columns = (concat(*(sums[i][j] for i in fixed)) for j in (0, 1))
        T |= dict(zip(fixed, pedersen_bases().rows(*columns), strict=True))
    return G1.stack(*(T[i] for i in range(len(found))))


def replayed(found: Sequence[Relation], messages: Sequence[Fr], others: Fr, challenges: Sequence[Fr]) -> G1:
    """T = Σ response · base − c·image of each relation: what its first message must have been."""
    pedersen = Pedersen()
    GH = G1.stack(pedersen.G, pedersen.H)
    T = []
    for relation in found:
        scalars = concat(_scalars(relation, messages, others), -challenges[relation.k])
        bases = GH if relation.bases is None else relation.bases
        T.append(msm_vartime(scalars, G1.stack(bases, relation.image)))
    return G1.stack(*T)


def statement(compiled: Compiled, everything: Sequence[Committed]) -> Statement | None:
    """The facts about bits in terms of what `committed` gives, or None if there are none."""
    hidden = _Hidden(compiled, everything)
    facts = [hidden.fact(fact) for fact in sorted(compiled.facts, key=_tables_first)]
    return Statement(*facts) if facts else None


def committed(compiled: Compiled, points: Points) -> list[Committed]:
    """Every commitment that facts may be about: forms, gates, products."""
    forms = [Committed(C, form.domain) for C, form in zip(points.forms, compiled.forms, strict=True)]
    gates = [Committed(C, (0, 1)) for C in points.gates]
    domains = [compiled.forms[form].domain for _, form in compiled.gated]
    with_zero = [None if d is None else (min(0, d[0]), max(0, d[1])) for d in domains]
    return [*forms, *gates, *(Committed(C, d) for C, d in zip(points.products, with_zero, strict=True))]


class _Hidden:
    """Facts of a policy as facts of the range argument."""

    def __init__(self, compiled: Compiled, everything: Sequence[Committed]) -> None:
        n_forms, n_gates = len(compiled.forms), compiled.n_gates
        self.forms = everything[:n_forms]
        self.gates = everything[n_forms : n_forms + n_gates]
        self.products = everything[n_forms + n_gates :]
        self.tables: dict[tuple[str, int | None], Table] = {}

    def fact(self, fact: Fact) -> Interval | Table:
        match fact:
            case Choice(gates=gates):
                rows = [[int(i == j) for j in range(len(gates))] for i in range(len(gates))]
                return row_of([self.gates[g] for g in gates], rows)
            case Member():
                return self._member(fact)
            case Between():
                return self._between(fact)
        raise TypeError("expected a fact")

    def _member(self, fact: Member) -> Table:
        n = len(fact.forms)
        keys = [
            [ref.field.scalars(x)[0] for ref, x in zip(fact.table.of, row, strict=False)] for row in fact.table.rows
        ]
        if fact.gate is None:
            xs, rows = (
                self._shown(fact.forms, None),
                [[*k, *row[n:]] for k, row in zip(keys, fact.table.rows, strict=True)],
            )
        else:
            xs = [*self._shown(fact.forms, fact.gate), self.gates[fact.gate]]
            rows = [[*k, 1, *row[n:]] for k, row in zip(keys, fact.table.rows, strict=True)]
            rows.append([0] * len(rows[0]))
        table = row_of(xs, rows)
        self.tables[fact.table.name, fact.gate] = table
        return table

    def _between(self, fact: Between) -> Interval:
        (x,) = self._shown((fact.form,), fact.gate)
        total: Sum = x
        gate = fact.gate
        for column, a in fact.columns:
            # Under a gate the table has t as a column of its own, after those of the forms.
            total = total + a * self.tables[column.table.name, gate].column(column.index + (gate is not None))
        if gate is None:
            return between(total, fact.lo, fact.hi)
        if fact.lo:
            total = total + -fact.lo * self.gates[gate]
        return between(total, 0, fact.hi - fact.lo)

    def _shown(self, numbers: tuple[int, ...], gate: int | None) -> list[Committed]:
        return [(self.forms if gate is None else self.products)[n] for n in numbers]


def _scalars(relation: Relation, messages: Sequence[Fr], others: Fr) -> Fr:
    return concat(*(_scalar(secret, messages, others) for secret in relation.secrets))


def _scalar(secret: Message | Other, messages: Sequence[Fr], others: Fr) -> Fr:
    if isinstance(secret, Other):
        return others[secret.number]
    total = Fr(0)
    for i, a in secret.parts:
        total = total + Fr(a) * messages[secret.k][i]
    return total


def _tables_first(fact: Fact) -> bool:
    """Columns are used after the tables they are of."""
    return isinstance(fact, Between)
