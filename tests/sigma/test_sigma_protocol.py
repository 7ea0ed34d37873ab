"""The interactive protocol: special soundness and zero-knowledge, as NOTES.md states them."""

import pytest
from hypothesis import assume, given
from oracles import elements
from sigma.naive_sigma import COMPACT
from sigma.sample_statements import SESSION, Fixed, bit, relations, slow, statements

from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.sigma import proof, protocol
from zkhealth.transcript import Nonces


def fresh():
    return Nonces(b"test", b"", Fr([]))


def satisfies(statement, T, c, scalars):
    """The interactive verifier's equations."""
    T = list(T)
    for linear, share, response in protocol.transcripts(statement, c, concat(*scalars)):
        expected = [T.pop(0) for _ in linear.rows]
        if list(linear.commitment_vartime(response, share)) != expected:
            return False
    return not T


@slow
@given(statements(holds=False), elements)
def test_the_simulator_is_accepted_also_for_false_statements(sampled, c):
    statement, _ = sampled
    T, scalars = protocol.simulate(statement, Fr(c), fresh())
    assert satisfies(statement, G1.stack(*T), Fr(c), scalars)


@slow
@given(statements())
def test_an_honest_transcript_is_what_the_simulator_makes_of_its_scalars(sampled):
    """NOTES (5), zero-knowledge, exactly: the scalars are uniform in both, and the rest follows from them."""
    statement, witness = sampled
    T, c, scalars = proof._prove(statement, witness, SESSION, COMPACT, fresh())
    again, answers = protocol.simulate(statement, c, Fixed(scalars.ints()))
    assert G1.stack(*again) == T and concat(*answers) == scalars


@slow
@given(relations(), elements, elements)
def test_two_answers_to_one_commitment_give_the_secrets_away(sampled, c1, c2):
    """NOTES (4), special soundness: w = (s1 − s2)/(c1 − c2)."""
    assume(c1 != c2)
    statement, witness = sampled
    _, respond = protocol.start(statement, witness, fresh())
    (s1,), (s2,) = respond(Fr(c1)), respond(Fr(c2))
    extracted = (s1 - s2) * (Fr(c1) - Fr(c2)).inverse()
    assert extracted == statement.vector(witness)


@pytest.mark.parametrize("branch", [0, 1])
def test_two_answers_to_one_commitment_of_an_or_open_a_branch(branch):
    """NOTES (3) and (4): Σ c_i differs, so some c_i does, and that branch yields its secrets."""
    statement, witness = bit(branch)
    _, respond = protocol.start(statement, witness, fresh())
    runs = [list(protocol.transcripts(statement, Fr(c), concat(*respond(Fr(c))))) for c in (3, 4)]
    opened = []
    for (linear, c1, s1), (_, c2, s2) in zip(*runs, strict=True):
        if c1 != c2:
            opened.append(linear.is_satisfied_by((s1 - s2) * (c1 - c2).inverse()))
    assert opened == [True]


def test_a_response_needs_secrets_that_fit():
    statement, witness = bit()
    with pytest.raises(WitnessError):
        protocol.start(statement, {name: value + Fr(1) for name, value in witness.items()}, fresh())


@pytest.mark.parametrize("depth", [1, 2])
def test_branches_look_alike_whichever_is_opened(depth):
    """Proofs by either branch have one shape, and each is what the simulator makes of its own scalars."""
    shapes = set()
    for branch in (0, 1):
        statement, witness = bit(branch)
        if depth == 2:
            statement = statement | bit(1 - branch)[0]
        T, c, scalars = proof._prove(statement, witness, SESSION, COMPACT, fresh())
        again, answers = protocol.simulate(statement, c, Fixed(scalars.ints()))
        assert G1.stack(*again) == T and concat(*answers) == scalars
        shapes.add((len(T), len(scalars)))
    assert len(shapes) == 1
