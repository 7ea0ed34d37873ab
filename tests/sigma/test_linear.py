"""Linear relations: their encoding and evaluation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import elements
from sigma.naive_sigma import parse
from sigma.raw_relations import ONE, fr, instance, ours
from sigma.sample_statements import opening, relations, slow

from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.sigma import LinearRelation


@slow
@given(relations(), st.data())
def test_evaluation_is_the_naive_one(sampled, data):
    linear, n = sampled[0].linear, sampled[0].linear.n_secrets
    naive = parse(linear.encode())
    response, c = data.draw(st.lists(elements, min_size=n, max_size=n)), data.draw(elements)
    weights = data.draw(st.lists(elements, min_size=len(linear.rows), max_size=len(linear.rows)))
    k, expected = fr(response), naive.commitment(response, c)
    assert list(linear.commitment(k, Fr(0))) == naive.map(response)
    assert list(linear.commitment(k, Fr(c))) == list(linear.commitment_vartime(k, Fr(c))) == expected
    scalars, points = linear.equations(k, Fr(c), fr(weights))
    assert scalars @ points == fr(weights) @ G1.stack(*expected)


@slow
@given(relations())
def test_encoding_is_the_naive_one_and_decodes(sampled):
    linear = sampled[0].linear
    encoded = linear.encode()
    assert parse(encoded).encode() == encoded
    again = LinearRelation.decode(encoded)
    assert again.encode() == encoded and again.n_secrets == linear.n_secrets


@slow
@given(relations())
def test_exactly_the_secrets_satisfy(sampled):
    """NOTES (1)."""
    relation, witness = sampled
    secrets = relation.vector(witness)
    assert relation.linear.is_satisfied_by(secrets)
    for j in range(len(secrets)):  # check 10: each secret matters in some equation
        changed = concat(secrets[:j], secrets[j] + Fr(1), secrets[j + 1 :])
        assert not relation.linear.is_satisfied_by(changed)


def test_one_false_equation_of_several_is_enough():
    naive = instance(3, ([(1, ONE)], [(0, 0, ONE)]), ([(2, ONE)], [(0, 0, ONE)]))
    naive.elements[1] = Fr(5) * G1.generator()
    assert not ours(naive).is_satisfied_by(fr([5]))
    naive.equations.reverse()
    assert not ours(naive).is_satisfied_by(fr([5]))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_the_number_of_scalars_must_fit(n):
    linear = opening()[0].linear
    with pytest.raises(ValueError, match="expected 2 scalars"):
        linear.commitment(fr([1] * n), Fr(0))
