"""Linear relations as bare equations: in the draft's words, and the same in the library."""

from sigma.naive_sigma import Instance
from sigma.sample_statements import E

from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.sigma import LinearRelation
from zkhealth.sigma.linear import Row

ONE = 1
P = [G1.generator(), *(e.terms[0].point for e in E)]


def instance(n_elements, *equations):
    """The generator and `n_elements - 1` others, with equations as (image, terms)."""
    return Instance(P[:n_elements], list(equations))


def fr(values):
    return concat(*(Fr(value) for value in values))


def ours(naive):
    """The same instance in the library."""
    rows = [
        Row(
            tuple(e for e, _ in image),
            fr(a for _, a in image),
            tuple(j for j, _, _ in terms),
            tuple(e for _, e, _ in terms),
            fr(a for _, _, a in terms),
        )
        for image, terms in naive.equations
    ]
    return LinearRelation(G1.stack(*naive.elements), rows)
