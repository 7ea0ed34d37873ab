"""Proofs of knowledge: honest, against the naive verifier, of secrets that do not fit, and damaged."""

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE, R, elements, sample
from sigma.flavors import PROVE, VERIFY, flavors, is_accepted
from sigma.naive_sigma import BATCHABLE, COMPACT, PyEcc, accepts, challenge, parse, tree
from sigma.sample_statements import (
    NAMES,
    POINTS,
    SESSION,
    E,
    Fixed,
    at,
    opening,
    relations,
    s,
    samples,
    shapes,
    slow,
    statements,
    v,
    x,
)

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr
from zkhealth.sigma import Element, Relation, proof, protocol, prove, prove_batchable, verify, verify_batchable

# --- honest --------------------------------------------------------------------------------


@slow
@given(statements(), st.sampled_from([COMPACT, BATCHABLE]), st.binary(max_size=8))
def test_true_statements_are_proven_and_the_naive_verifier_agrees(sampled, flavor, session):
    statement, witness = sampled
    proof = PROVE[flavor](statement, witness, session)
    VERIFY[flavor](statement, proof, session)
    assert accepts(statement, proof, session, flavor)


@slow
@given(statements(depth=1), st.sampled_from([COMPACT, BATCHABLE]), st.data())
def test_verdicts_agree_with_the_naive_verifier_on_changed_proofs(sampled, flavor, data):
    statement, witness = sampled
    proof = bytearray(PROVE[flavor](statement, witness, SESSION))
    i = data.draw(st.integers(0, len(proof) // 16 - 1)) * 16
    unchanged, zeros = bytes(proof[i : i + 16]), bytes(16)
    proof[i : i + 16] = data.draw(st.binary(min_size=16, max_size=16) | st.sampled_from([unchanged, zeros]))
    assert is_accepted(statement, proof, SESSION, flavor) == accepts(statement, bytes(proof), SESSION, flavor)


@flavors
def test_py_ecc_agrees(flavor):
    for name in NAMES if NATIVE else ["opening"]:
        statement, witness = samples()[name]
        proof = PROVE[flavor](statement, witness, SESSION)
        assert accepts(statement, proof, SESSION, flavor, curve=PyEcc)
        assert not accepts(statement, proof, b"another", flavor, curve=PyEcc)


@given(st.lists(elements, min_size=2, max_size=2), st.lists(elements, min_size=2, max_size=2))
def test_commitments_challenge_and_response_are_the_drafts(secrets, nonces):
    """NOTES (2): T = M·k, c = H(session, statement, T), s = k + c·w, recomputed with integers."""
    C = at(secrets[0], E[1]) + at(secrets[1], E[2])
    if C == G1.identity():
        return
    statement = Relation(Element(C) == v * E[1] + s * E[2])
    witness = dict(zip(statement.secrets, map(Fr, secrets), strict=True))
    T, c, response = proof._prove(statement, witness, SESSION, COMPACT, Fixed(nonces))
    naive = parse(statement.encode())
    assert list(T) == naive.map(nonces)
    assert int(c) == challenge(tree(statement), T.encode(), SESSION, COMPACT)
    assert response.ints() == [(k + int(c) * w) % R for k, w in zip(nonces, secrets, strict=True)]


@shapes
def test_sizes_are_as_documented(name):
    statement, witness = samples()[name]
    n, m = protocol.n_scalars(statement), sum(len(leaf.linear.rows) for leaf in proof.leaves(statement))
    assert len(prove(statement, witness, SESSION)) == 32 + 32 * n
    assert len(prove_batchable(statement, witness, SESSION)) == 48 * m + 32 * n


@flavors
def test_two_proofs_of_one_thing_differ(flavor):
    statement, witness = opening()
    assert len({PROVE[flavor](statement, witness, SESSION) for _ in range(3)}) == 3


def test_ints_and_more_secrets_than_needed_are_welcome():
    statement, _ = opening()
    verify(statement, prove(statement, {v: 120, s: 77, x: 5}, SESSION), SESSION)


@pytest.mark.parametrize("buffer", [bytearray, memoryview])
def test_any_buffer_of_bytes_will_do(buffer):
    statement, witness = opening()
    verify(statement, buffer(prove(statement, witness, buffer(SESSION))), buffer(SESSION))
    verify_batchable(statement, buffer(prove_batchable(statement, witness, SESSION)), buffer(SESSION))


# --- secrets that do not fit -----------------------------------------------------------------


@flavors
@slow
@given(relations())
def test_wrong_secrets_are_a_witness_error(flavor, sampled):
    statement, witness = sampled
    first = statement.secrets[0]
    with pytest.raises(WitnessError):
        PROVE[flavor](statement, witness | {first: witness[first] + Fr(1)}, SESSION)


@shapes
@flavors
def test_no_secrets_are_a_witness_error(flavor, name):
    with pytest.raises(WitnessError):
        PROVE[flavor](samples()[name][0], {}, SESSION)


def test_a_vector_is_no_secret():
    with pytest.raises(TypeError):
        prove(opening()[0], {v: Fr([120, 77]), s: Fr([])}, SESSION)


def test_the_error_does_not_show_a_secret():
    statement, witness = opening(123456789)
    with pytest.raises(WitnessError) as caught:
        prove(statement, witness | {s: Fr(987654321)}, SESSION)
    assert "123456789" not in str(caught.value) and "987654321" not in str(caught.value)


@pytest.mark.parametrize("session", ["text", None, 5])
@flavors
def test_a_session_is_bytes(flavor, session):
    statement, witness = opening()
    with pytest.raises(TypeError):
        PROVE[flavor](statement, witness, session)
    proof = PROVE[flavor](statement, witness, SESSION)
    with pytest.raises(TypeError):
        VERIFY[flavor](statement, proof, session)
    with pytest.raises(TypeError):
        VERIFY[flavor](None, proof, SESSION)


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["opening", "and of or"])
@flavors
def test_damaged_proofs_are_refused(flavor, name):
    statement, witness = samples()[name]
    proof = PROVE[flavor](statement, witness, SESSION)
    assert is_accepted(statement, proof, flavor=flavor)
    for what, bad in damaged(proof, stride=1 if NATIVE else 48):
        assert not is_accepted(statement, bad, flavor=flavor), what


@shapes
@flavors
def test_every_field_counts(flavor, name):
    """A scalar or a point increased by one, each in turn."""
    statement, witness = samples()[name]
    proof = PROVE[flavor](statement, witness, SESSION)
    m = 0 if flavor == COMPACT else (len(proof) - 32 * protocol.n_scalars(statement)) // 48
    for i in sample(range(m), on_reference=2):
        P = G1.decode(proof[48 * i : 48 * i + 48]) + G1.generator()
        assert not is_accepted(statement, proof[: 48 * i] + P.encode() + proof[48 * i + 48 :], flavor=flavor)
    for i in sample(range(48 * m, len(proof), 32), on_reference=2):
        k = Fr.decode(proof[i : i + 32]) + Fr(1)
        assert not is_accepted(statement, proof[:i] + k.encode() + proof[i + 32 :], flavor=flavor)


@given(st.binary(max_size=300), st.sampled_from(NAMES), st.sampled_from([COMPACT, BATCHABLE]))
def test_random_bytes_are_refused(data, name, flavor):
    with pytest.raises((DecodingError, VerificationError)):
        VERIFY[flavor](samples()[name][0], data, SESSION)


@given(st.data(), st.sampled_from(NAMES), st.sampled_from([COMPACT, BATCHABLE]))
def test_random_scalars_and_points_of_the_right_length_are_refused(data, name, flavor):
    statement = samples()[name][0]
    n = protocol.n_scalars(statement)
    m = sum(len(leaf.linear.rows) for leaf in proof.leaves(statement))
    scalars = Fr(data.draw(st.lists(elements, min_size=n + 1, max_size=n + 1)))
    points = scalars[0] * POINTS[:m]
    with pytest.raises(VerificationError):
        first = scalars[0] if flavor == COMPACT else points
        VERIFY[flavor](statement, first.encode() + scalars[1:].encode(), SESSION)
