"""The secrets behind the relations of a presentation, and the public points they give.

For a form f with value v under the blinding s, and a gate t under s_t:
    t·f  has the value t·v under the blinding t·s + δ;
    f ≠ target is shown by  x = t/(v − target),  w = s_t − x·s   (without a gate t = 1, s_t = 0).
A gate that is closed has t = 0, hence x = 0 and w = s_t, whatever v is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from zkhealth.commitments import pedersen_bases
from zkhealth.credentials.issuing.messages import link_secret
from zkhealth.credentials.presentations.compiled import Compiled, Inequality
from zkhealth.credentials.presentations.relations import Points
from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.transcript import Nonces


class Witness:
    """All secrets but the nonces, for the messages of each credential and the gates that are open.

    Raises:
        WitnessError: a value is not unequal to its target.
    """

    def __init__(self, compiled: Compiled, messages: Sequence[Fr], is_open: Collection[int], blindings: Nonces) -> None:
        self.compiled = compiled
        n_gates, linked = compiled.n_gates, len(messages) if compiled.is_linked else 0
        values = [_sum(messages[k], compiled.forms[f].of(k)) for f, k in compiled.commitments]
        s = blindings.vector(len(values))
        s_link = blindings.scalar()
        t, s_t = Fr([int(g in is_open) for g in range(n_gates)]), blindings.vector(n_gates)
        delta = blindings.vector(len(compiled.gated))

        opened = [[Fr(0), Fr(0)] for _ in compiled.forms]
        for (f, _), v_k, s_k in zip(compiled.commitments, values, s, strict=True):
            opened[f] = [opened[f][0] + v_k, opened[f][1] + s_k]
        forms = [(v, s_f) for v, s_f in opened]
        gates = list(zip(t, s_t, strict=True))
        products = [
            (t[g] * forms[f][0], t[g] * forms[f][1] + d) for (g, f), d in zip(compiled.gated, delta, strict=True)
        ]
        self.openings: list[tuple[Fr, Fr]] = [*forms, *gates, *products]
        inverses = [
            _inverse(u, forms[u.form], (Fr(1), Fr(0)) if u.gate is None else gates[u.gate])
            for u in compiled.inequalities
        ]

        self.others = concat(
            *s,
            *[s_link] * linked,
            *(x for gate in gates for x in gate),
            *delta,
            *(x for pair in inverses for x in pair),
        )
        self.owners = [k for _, k in compiled.commitments] + list(range(linked))
        self.owners += [0] * (len(self.others) - len(self.owners))

        pedersen = pedersen_bases()
        C = pedersen.rows(concat(*values), s) if values else _none()
        link = (
            concat(messages[0][link_secret(compiled.policy.wanted[0].spec)], s_link) @ pedersen if linked else _none()
        )
        N = [_sum(messages[tag.k], tag.parts) * tag.base for tag in compiled.tags]
        C_t = pedersen.rows(t, s_t) if n_gates else _none()
        partial = Points.split(compiled, G1.stack(C, link, *N, C_t, *[pedersen.points[0]] * len(compiled.gated)))
        H = pedersen.points[1]
        C_p = [concat(t[g], d) @ G1.stack(partial.forms[f], H) for (g, f), d in zip(compiled.gated, delta, strict=True)]
        self.all_points = G1.stack(C, link, *N, C_t, *C_p)

    @cached_property
    def points(self) -> Points:
        """The public points, by what they are."""
        return Points.split(self.compiled, self.all_points)


def _inverse(unequal: Inequality, form: tuple[Fr, Fr], gate: tuple[Fr, Fr]) -> tuple[Fr, Fr]:
    (v, s), (t, s_t) = form, gate
    if t == Fr(0):
        return Fr(0), s_t
    if v == unequal.target:
        raise WitnessError("a value is one of those that it must differ from")
    x = t / (v - unequal.target)
    return x, s_t - x * s


def _sum(messages: Fr, parts: Sequence[tuple[int, int]]) -> Fr:
    total = Fr(0)
    for i, a in parts:
        total = total + Fr(a) * messages[i]
    return total


def _none() -> G1:
    return G1.stack()
