"""Attacks 28 and 31 of ATTACKS.md: nonces that repeat, nonces and challenges with a bias."""

import secrets

import pytest
from oracles import NATIVE, R
from sigma.naive_sigma import BATCHABLE, COMPACT, derive_session_id
from sigma.sample_statements import SESSION, E, H, at, dleq, opening, s, v, x

from zkhealth.field import Fr
from zkhealth.sigma import And, Element, Relation, proof
from zkhealth.transcript import Nonces, Sponge

# --- 28: nonces --------------------------------------------------------------------------------------


class PlainNonces:
    """The mutant: nonces straight from the generator, as most libraries have them."""

    def vector(self, n):
        return Fr.reduce(secrets.token_bytes(48 * n), n)


@pytest.fixture
def constant_generator(monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\x07" * n)


def run(statement, witness, session, flavor=COMPACT, nonces=None):
    """Commitments, challenge and responses of an honest proof, all of which anybody can recompute."""
    return proof._prove(
        statement, witness, session, flavor, nonces or proof._nonces(statement, witness, session, flavor)
    )


def reuses():
    """Two proofs by one holder with one secret x, under a broken generator: how they differ."""
    same, witness = dleq(5)
    other = Relation(Element(at(5, E[1])) == x * E[1])
    yield "session", (same, witness, b"monday"), (same, witness, b"tuesday")
    yield "flavor", (same, witness, b"monday", COMPACT), (same, witness, b"monday", BATCHABLE)
    yield "statement", (same, witness, b"monday"), (other, witness, b"monday")
    either = same | other
    more = And((same, opening()[0])), witness | opening()[1]
    yield "plain and composed", (same, witness, b"monday"), (*more, b"monday")
    yield "or", (either, witness, b"monday"), (either, witness, b"tuesday")


@pytest.mark.usefixtures("constant_generator")
@pytest.mark.parametrize(("one", "two"), [pytest.param(*rest, id=name) for name, *rest in reuses()])
def test_28_a_constant_generator_gives_no_secret_away(one, two):
    def extracted(first, second):
        (_, c1, s1), (_, c2, s2) = first, second
        return {int((a - b) * (c1 - c2).inverse()) for a in s1 for b in s2} if c1 != c2 else set()

    assert 5 in extracted(*(run(*args, nonces=PlainNonces()) for args in (one, two)))

    hedged = [run(*args) for args in (one, two)]
    assert 5 not in extracted(*hedged)
    points = [point.encode() for T, _, _ in hedged for point in T]
    assert len(set(points)) == len(points)


@pytest.mark.usefixtures("constant_generator")
def test_28_two_witnesses_of_one_statement_do_not_share_nonces():
    """Under one nonce and one challenge, s1 − s2 = c·(w1 − w2)."""
    statement = Relation(Element(at(12, H)) == v * H + s * H)
    witnesses = [{v: Fr(5), s: Fr(7)}, {v: Fr(6), s: Fr(6)}]
    (T1, c, s1), (T2, _, s2) = (run(statement, w, SESSION, nonces=PlainNonces()) for w in witnesses)
    assert T1 == T2 and (s1 - s2) * c.inverse() == Fr([-1, 1])

    (T1, c1, s1), (T2, c2, s2) = (run(statement, w, SESSION) for w in witnesses)
    assert T1 != T2 and c1 != c2
    assert (s1 - s2) * (c1 - c2).inverse() != Fr([-1, 1]) and (s1 - s2) * c1.inverse() != Fr([-1, 1])


@pytest.mark.usefixtures("constant_generator")
def test_28_the_nonces_of_one_proof_differ():
    many = proof._nonces(*opening(), SESSION, COMPACT)
    drawn = many.vector(3).ints() + many.vector(3).ints() + [int(many.scalar())]
    assert len(set(drawn)) == 7


def test_28_fresh_randomness_enters_every_time(monkeypatch):
    """Hedging adds to the generator, it does not replace it."""
    drawn = []
    monkeypatch.setattr(secrets, "token_bytes", lambda n: drawn.append(n) or bytes([len(drawn)]) * n)
    seen = {int(proof._nonces(*opening(), SESSION, COMPACT).scalar()) for _ in range(5)}
    assert len(seen) == 5 and len(drawn) == 5 and min(drawn) >= 32


# --- 31: bias ------------------------------------------------------------------------------------------


def low(values):
    """How many lie below 2^256 − 2r: 21 % if uniform, 28 % if 32 bytes were reduced."""
    return sum(value < 2**256 - 2 * R for value in values) / len(values)


def test_31_challenges_and_nonces_have_no_bias():
    n = 4_000 if NATIVE else 1_200
    sponge = Sponge(derive_session_id(b"bias"))
    thirty_two = [int.from_bytes(sponge.squeeze(32), "little") % R for _ in range(n)]
    assert low(thirty_two) > 0.25

    statement = dleq()[0]
    identifier = proof.session_id(statement, SESSION)
    challenges = [int(proof.derive_challenge(statement, b"%d" % i, identifier)) for i in range(n)]
    assert low(challenges) < 0.25
    assert low(Nonces(b"test", b"", Fr([])).vector(n).ints()) < 0.25


def test_31_a_challenge_takes_48_bytes_and_so_does_a_nonce(monkeypatch):
    squeezed, reduced = [], []
    squeeze, reduce = Sponge.squeeze, Fr.reduce
    monkeypatch.setattr(Sponge, "squeeze", lambda self, n: squeezed.append(n) or squeeze(self, n))
    monkeypatch.setattr(Fr, "reduce", lambda data, n=None: reduced.append((len(data), n)) or reduce(data, n))
    statement = dleq()[0]
    proof.derive_challenge(statement, b"", bytes(32))
    assert squeezed == [48] and reduced == [(48, None)]
    Nonces(b"test", b"", Fr([])).vector(3)
    assert reduced[1:] == [(144, 3)]
