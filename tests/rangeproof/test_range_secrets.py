"""What a proof must not show: nonces shared by nothing, blindings in every message, no unblinded commitment.

On the reference backend, a hundred times slower, one test of each kind.
"""

import hashlib
import secrets
from dataclasses import replace
from itertools import combinations

import pytest
from rangeproof.hidden import CONTEXT, blindings_of, hide, proven, residues, telling
from rangeproof.paper import Claim, G, H, Paper, folded_bases, folded_vectors

from zkhealth.commitments import Pedersen, range_bases
from zkhealth.curve import G1
from zkhealth.errors import WitnessError
from zkhealth.field import Fr
from zkhealth.rangeproof import Committed, Statement, between, one_of, prove, prove_range
from zkhealth.rangeproof import statement as statement_module
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.transcript import Nonces

PAPER = Paper()
(X, OPENING_X), (Y, OPENING_Y) = hide(2), hide(9)
OPENINGS = {X: OPENING_X, Y: OPENING_Y}


def claim():
    """4 bits, 2 rounds."""
    return Statement(between(X, 0, 3), one_of(Y, [5, 9]))


def fields(proof):
    """Each field of an encoded proof of 4 bits."""
    points = [proof[i : i + 48] for i in range(0, 7 * 48, 48)]
    return points + [proof[i : i + 32] for i in range(7 * 48, len(proof), 32)]


def constant_generator(monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\x07" * n)


def blinders(statement, openings, proof, context=CONTEXT, bits=None):
    """α, d_L and d_R of each round, ρ, σ, δ, η: all times H, taken off with the witness's help.

    Whoever knows the witness can do this; anybody else finds all messages uniform.
    """
    rows, proof = statement.rows, RangeProof.decode(proof, statement.rows.N)
    bits = statement.bits(residues(openings)).ints() if bits is None else bits
    told = replace(telling(statement, openings, bits), alpha=Fr(0))
    to = PAPER.challenges(rows, proof, context)
    (g, h), y = range_bases(rows.N), to.y
    found = {"α": proof.A - told.A()}
    a, b, _ = PAPER.hats(Claim.of(rows), told, y, to.z)
    for k, (L, R, e) in enumerate(zip(proof.L, proof.R, to.rounds, strict=True)):
        bare_L, bare_R, _, _ = PAPER.cross(y, g, h, a, b, Fr([0, 0]))
        found |= {f"d_L{k}": L - bare_L, f"d_R{k}": R - bare_R}
        (g, h), (a, b) = folded_bases(y, e, g, h), folded_vectors(y, e, a, b)
    rho, sigma = proof.r_ - to.e * a[0], proof.s_ - to.e * b[0]
    found |= {"ρ": rho * H, "σ": sigma * H}
    found["δ"] = proof.A_ - rho * g[0] - sigma * h[0] - (y * (rho * b[0] + sigma * a[0])) * G
    found["η"] = proof.B_ - (y * rho * sigma) * G
    return {name: P.encode() for name, P in found.items()}


def blinders_of_two(make_proof):
    """Two proofs' blinders as one dictionary."""
    return {f"{k} {name}": P for k in range(2) for name, P in make_proof(k).items()}


def are_all_different(found):
    assert G1.identity().encode() not in found.values()
    same = [(m, n) for (m, P), (n, Q) in combinations(found.items(), 2) if P == Q]
    assert not same
    return True


# --- every message is blinded, each by a nonce of its own ---------------------------------------


def test_every_message_has_a_blinding_of_its_own():
    found = blinders(claim(), OPENINGS, proven(claim(), OPENINGS))
    assert len(found) == 1 + 2 * 2 + 4
    assert are_all_different(found)


def test_two_proofs_of_one_statement_share_no_blinding_and_no_field():
    proofs = [proven(claim(), OPENINGS) for _ in range(2)]
    assert are_all_different(blinders_of_two(lambda k: blinders(claim(), OPENINGS, proofs[k])))
    assert not set(fields(proofs[0])) & set(fields(proofs[1]))


@pytest.mark.parametrize("n_bits", [0, 1])
def test_also_without_rounds(n_bits):
    x, opening = hide(0)
    statement = Statement(between(x, 0, 2**n_bits - 1))
    assert are_all_different(blinders(statement, {x: opening}, proven(statement, {x: opening})))


def test_the_oracle_of_blindings_sees_a_missing_one():
    """A proof by a prover without α and without d_L: both are found to be missing."""
    statement = claim()
    told = replace(telling(statement, OPENINGS, statement.bits(residues(OPENINGS)).ints()), alpha=Fr(0))
    found = blinders(statement, OPENINGS, PAPER.prove(statement.rows, told, CONTEXT).encode())
    assert found["α"] == G1.identity().encode()
    assert are_all_different({name: P for name, P in found.items() if name != "α"})


# --- 28: a broken generator of randomness -----------------------------------------------------------


def test_28_with_a_constant_generator_two_contexts_share_no_nonce(native, monkeypatch):
    constant_generator(monkeypatch)
    contexts = [b"Monday", b"Tuesday"]
    proofs = [prove(claim(), OPENINGS, context) for context in contexts]
    assert are_all_different(blinders_of_two(lambda k: blinders(claim(), OPENINGS, proofs[k], contexts[k])))
    assert not set(fields(proofs[0])) & set(fields(proofs[1]))


def test_28_nor_do_two_statements_about_the_same_bits(native, monkeypatch):
    """The list in another order, with the same bits hot."""
    constant_generator(monkeypatch)
    statements = [Statement(between(X, lo, lo + 3), one_of(Y, [5, 9])) for lo in (0, 1)]
    proofs = [prove(statement, OPENINGS, CONTEXT) for statement in statements]
    assert are_all_different(blinders_of_two(lambda k: blinders(statements[k], OPENINGS, proofs[k])))


def test_28_nor_do_two_decompositions_of_one_value(native, monkeypatch):
    """The same statement, value and blinding; other bits."""
    constant_generator(monkeypatch)
    x, opening = hide(3)
    statement, openings = Statement(between(x, 0, 10)), {x: opening}
    choices, proofs = [[0, 0, 0, 1], [1, 1, 0, 0]], []
    for bits in choices:
        monkeypatch.setattr(Statement, "bits", lambda self, values, bits=bits: Fr(bits))
        proofs.append(proven(statement, openings))
    assert are_all_different(blinders_of_two(lambda k: blinders(statement, openings, proofs[k], bits=choices[k])))


def test_28_everything_the_same_gives_the_same_proof(monkeypatch):
    """So that nothing but the generator and the inputs decides."""
    constant_generator(monkeypatch)
    assert prove(claim(), OPENINGS, CONTEXT) == prove(claim(), OPENINGS, CONTEXT)
    monkeypatch.undo()
    assert prove(claim(), OPENINGS, CONTEXT) != prove(claim(), OPENINGS, CONTEXT)


class PlainNonces(Nonces):
    """The mutant: nonces from the generator alone."""

    __slots__ = ()

    def __init__(self, label, statement, witness):
        self._seed, self._drawn = hashlib.shake_256(secrets.token_bytes(32)).digest(64), 0


def extracted_bit(statement, openings):
    """(r'_1 − r'_2) with one ρ gives e1·a1 − e2·a2, where a = bit − z."""
    contexts = [b"Monday", b"Tuesday"]
    proofs = [RangeProof.decode(prove(statement, openings, context), 1) for context in contexts]
    one, two = (PAPER.challenges(statement.rows, p, c) for p, c in zip(proofs, contexts, strict=True))
    difference = proofs[0].r_ - proofs[1].r_
    return (difference + one.e * one.z - two.e * two.z) / (one.e - two.e)


@pytest.mark.parametrize("value", [0, 1])
def test_28_the_witness_is_not_the_difference_of_responses(value, monkeypatch):
    x, opening = hide(value)
    statement, openings = Statement(between(x, 0, 1)), {x: opening}
    constant_generator(monkeypatch)
    assert extracted_bit(statement, openings) not in (Fr(0), Fr(1))
    monkeypatch.setattr(statement_module, "Nonces", PlainNonces)
    assert extracted_bit(statement, openings) == Fr(value)


def test_nonces_hear_context_statement_bits_and_blindings(native, monkeypatch):
    heard = []

    class Listening(Nonces):
        __slots__ = ()

        def __init__(self, label, statement, witness):
            heard.append((label, statement, witness.encode()))
            super().__init__(label, statement, witness)

    monkeypatch.setattr(statement_module, "Nonces", Listening)
    for statement, context in ((claim(), CONTEXT), (claim(), b"other"), (Statement(between(X, 0, 3)), CONTEXT)):
        prove(statement, OPENINGS, context)
    labels, statements, witnesses = (list(column) for column in zip(*heard, strict=True))
    assert set(labels) == {b"rangeproof"}
    assert len(set(statements)) == 3
    blindings = blindings_of(claim(), OPENINGS).encode()
    bits = claim().bits(residues(OPENINGS)).encode()
    assert blindings in witnesses[0]
    assert bits in witnesses[0]
    assert CONTEXT in statements[0]


# --- 30: a commitment that can be guessed ------------------------------------------------------------


def test_30_an_unblinded_commitment_is_found_by_trying():
    """The mutant commits without blinding: 40 guesses find the value."""
    bare = Fr(17) * Pedersen().G
    guesses = [v for v in range(40) if Fr(v) * Pedersen().G == bare]
    assert guesses == [17]
    C, s = Pedersen().commit(17)
    assert all(Fr(v) * Pedersen().G != C for v in range(40))
    assert s != Fr(0)


def test_30_no_range_proof_is_made_without_blinding():
    with pytest.raises(ValueError, match="zero"):
        prove_range(17, Fr(0), 0, 40, context=CONTEXT)
    with pytest.raises(ValueError, match="zero"):
        hide(17, blinding=Fr(0))


def test_30_nor_any_proof_about_an_unblinded_commitment():
    """Made elsewhere, by v·G alone; the identity too."""
    for value in (5, 0):
        bare = Committed(Fr(value) * Pedersen().G)
        for fact in (between(bare, 0, 7), one_of(bare, [value, 9])):
            with pytest.raises(WitnessError, match="hides nothing"):
                prove(Statement(fact), {bare: (value, Fr(0))}, CONTEXT)


def test_a_proof_does_not_show_the_value_in_its_length():
    x, opening = hide(0)
    y, other = hide(3)
    lengths = {
        len(proven(Statement(between(x, 0, 3)), {x: opening})),
        len(proven(Statement(between(y, 0, 3)), {y: other})),
    }
    assert len(lengths) == 1
