"""Attacks on sigma protocols, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, the naive one without a check or an
absorb; then ours refuses it.  5 stands in test_sigma_pedersen, 25 to 27 in
test_sigma_batch, the ten checks of 15 in test_linear, more of 1 in test_sigma_proof.
"""

import secrets

import pytest
from oracles import NATIVE, R
from sigma.naive_sigma import BATCHABLE, COMPACT, accepts, challenge, derive_session_id, parse, tree
from sigma.sample_statements import NAMES, SESSION, E, Fixed, G, H, at, bit, dleq, opening, s, samples, v, x

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.field import Fr, concat
from zkhealth.sigma import (
    And,
    Element,
    Relation,
    Secret,
    proof,
    protocol,
    prove,
    prove_batchable,
    verify,
    verify_batchable,
)
from zkhealth.transcript import Nonces, Sponge, joined

PROVE = {COMPACT: prove, BATCHABLE: prove_batchable}
VERIFY = {COMPACT: verify, BATCHABLE: verify_batchable}
flavors = pytest.mark.parametrize("flavor", [COMPACT, BATCHABLE], ids=["compact", "batchable"])


def is_accepted(statement, bytes_, session=SESSION, flavor=COMPACT):
    try:
        VERIFY[flavor](statement, bytes_, session)
    except ZkHealthError:
        return False
    return True


def careless_proof(statement, witness, session, flavor, without):
    """An honest prover whose transcript leaves something out."""
    T, respond = protocol.start(statement, witness, Nonces(b"test", b"", Fr([])))
    T = G1.stack(*T)
    c = Fr(challenge(tree(statement), T.encode(), session, flavor, without))
    return (c if flavor == COMPACT else T).encode() + concat(*respond(c)).encode()


# --- 1 to 4: the transcript and the statement ------------------------------------------------


@pytest.mark.parametrize("left_out", ["session", "flavor", "statement", "commitments"])
@flavors
def test_1_nothing_is_left_out_of_the_transcript(flavor, left_out):
    """An honest prover and verifier that leave something out agree with each other, and not with us."""
    for name in NAMES[:3] if NATIVE else NAMES[1:]:
        statement, witness = samples()[name]
        careless = careless_proof(statement, witness, SESSION, flavor, {left_out})
        assert accepts(statement, careless, SESSION, flavor, without={left_out})
        assert not is_accepted(statement, careless, flavor=flavor)


@flavors
def test_2_chaum_pedersen_with_the_statement_solved_for(flavor):
    """Choose A, B and f first, then c = H(A, B), then X = (f·G − A)/c and Y = (f·H − B)/c."""
    A, B, f = E[5].terms[0].point, E[6].terms[0].point, Fr(1234)
    first = A.encode() + B.encode()
    anything = dleq()[0]
    c = Fr(challenge(tree(anything), first, SESSION, flavor, {"statement"}))
    X, Y = (c.inverse() * (f * base - T) for base, T in ((G1.generator(), A), (H.terms[0].point, B)))
    false = Relation(Element(X) == x * G, Element(Y) == x * H)
    forged = (c.encode() if flavor == COMPACT else first) + f.encode()
    assert accepts(false, forged, SESSION, flavor, without={"statement"})
    assert not is_accepted(false, forged, flavor=flavor)


@pytest.mark.parametrize("name", NAMES)
def test_3_every_byte_that_is_sent_changes_the_challenge(name):
    """There is one challenge; each commitment comes before it, none after."""
    statement, witness = samples()[name]
    proof_bytes = prove_batchable(statement, witness, SESSION)
    m = sum(len(leaf.linear.rows) for leaf in proof.leaves(statement))
    identifier = proof.session_id(statement, SESSION)
    seen = {int(proof.derive_challenge(statement, proof_bytes[: 48 * m], identifier))}
    for i in range(48 * m):
        changed = proof_bytes[:i] + bytes([proof_bytes[i] ^ 1 << i % 8]) + proof_bytes[i + 1 : 48 * m]
        seen.add(int(proof.derive_challenge(statement, changed, identifier)))
    assert len(seen) == 1 + 48 * m


@flavors
def test_4_a_sum_of_statement_elements_is_not_the_statement(flavor):
    """M + E1 = x·E0: pre-summed, one proof serves for every M′, E1′ with the same sum."""
    secret, E0, E1 = 5, E[0].terms[0].point, E[1].terms[0].point
    M = at(secret, E[0]) - E1
    shift = E[2].terms[0].point

    def pre_summed(M, E1):
        return Relation(Element(M + E1) == x * Element(E0))

    def each(M, E1):
        return Relation(Element(M) + Element(E1) == x * Element(E0))

    made = PROVE[flavor](pre_summed(M, E1), {x: Fr(secret)}, SESSION)
    assert is_accepted(pre_summed(M + shift, E1 - shift), made, flavor=flavor)

    made = PROVE[flavor](each(M, E1), {x: Fr(secret)}, SESSION)
    assert is_accepted(each(M, E1), made, flavor=flavor)
    assert not is_accepted(each(M + shift, E1 - shift), made, flavor=flavor)
    with pytest.raises(TypeError):
        Relation(M + E1 == x * Element(E0))


# --- 6 and 7: replay ------------------------------------------------------------------------------


def test_6_a_compact_transcript_written_as_batchable_and_back():
    """Vectors F4 and F4b, for plain and composed statements."""
    for name in NAMES[:3]:
        statement, witness = samples()[name]
        made = careless_proof(statement, witness, SESSION, COMPACT, {"flavor"})
        scalars = Fr.decode(made)
        parts = protocol.transcripts(statement, scalars[0], scalars[1:])
        T = G1.stack(*(linear.commitment(response, c) for linear, c, response in parts))
        rewritten = T.encode() + scalars[1:].encode()
        assert accepts(statement, rewritten, SESSION, BATCHABLE, without={"flavor"})

        scalars = Fr.decode(prove(statement, witness, SESSION))
        parts = protocol.transcripts(statement, scalars[0], scalars[1:])
        T = G1.stack(*(linear.commitment(response, c) for linear, c, response in parts))
        assert not is_accepted(statement, T.encode() + scalars[1:].encode(), flavor=BATCHABLE)

        T, c, scalars = proof._prove(statement, witness, SESSION, BATCHABLE, Fixed(range(1, 30)))
        assert is_accepted(statement, T.encode() + scalars.encode(), flavor=BATCHABLE)
        assert not is_accepted(statement, c.encode() + scalars.encode(), flavor=COMPACT)


@flavors
def test_6_a_proof_in_another_session(flavor):
    statement, witness = opening()
    careless = careless_proof(statement, witness, SESSION, flavor, {"session"})
    assert accepts(statement, careless, b"another verifier", flavor, without={"session"})
    made = PROVE[flavor](statement, witness, SESSION)
    assert is_accepted(statement, made, flavor=flavor)
    assert not is_accepted(statement, made, b"another verifier", flavor)


@flavors
def test_6_a_plain_proof_is_no_composed_one(flavor):
    """`a & b` and And((a, b)) say the same with the same equations; their tags differ, and so do their bytes."""
    a, b = (Relation(Element(at(i, G)) == Secret(str(i)) * G) for i in (3, 4))
    plain, composed = a & b, And((a, b))
    made = PROVE[flavor](plain, {Secret("3"): 3, Secret("4"): 4}, SESSION)
    assert is_accepted(plain, made, flavor=flavor) and not is_accepted(composed, made, flavor=flavor)
    identifiers = {proof.session_id(it, SESSION, it_flavor) for it in (plain, composed) for it_flavor in PROVE}
    assert len(identifiers) == 4


@flavors
def test_6_the_tag_ends_in_flavor_and_suite(flavor):
    """A session that itself looks like a tag cannot move the border."""
    statement, witness = opening()
    identifier = proof.session_id(statement, SESSION, flavor)
    tag = SESSION + b"-" + flavor + b"-with-sigma-proofs_Shake128_BLS12381"
    assert identifier == derive_session_id(tag)
    made = PROVE[flavor](statement, witness, SESSION)
    for session in (tag, SESSION + b"-" + flavor, SESSION + b"-CMPT-with-sigma-proofs_Shake128_BLS12381"):
        assert not is_accepted(statement, made, session, flavor)


@flavors
def test_7_parts_of_a_session_do_not_run_together(flavor):
    one, two = (b"SV1", b"22"), (b"SV12", b"2")
    statement, witness = opening()
    naive = PROVE[flavor](statement, witness, b"".join(one))
    assert is_accepted(statement, naive, b"".join(two), flavor)  # the mutant: concatenation

    made = PROVE[flavor](statement, witness, joined(*one))
    assert is_accepted(statement, made, joined(*one), flavor)
    for parts in (two, (b"SV122",), (b"", *one), (*one, b"")):
        assert not is_accepted(statement, made, joined(*parts), flavor)


# --- 11, 14, 15, 16: degenerate proofs -------------------------------------------------------------


@flavors
@pytest.mark.parametrize("name", NAMES)
def test_11_a_longer_or_shorter_proof(name, flavor):
    statement, witness = samples()[name]
    made = PROVE[flavor](statement, witness, SESSION)
    assert accepts(statement, made + b"\0", SESSION, flavor, without={"length"})
    for bad in (made + b"\0", made + bytes(32), made + bytes(48), made[:-1], made[:-32], made[1:], made[32:], b""):
        with pytest.raises(DecodingError):
            VERIFY[flavor](statement, bad, SESSION)


@flavors
@pytest.mark.parametrize("which", [0, 1])
def test_14_an_identity_commitment(flavor, which):
    """k = 0: the equation holds, and the response gives the secret away."""
    k = [0, 0] if which else [0, 9]
    a, b = Secret("a"), Secret("b")
    statement = Relation(Element(at(3, G)) == a * G, Element(at(4, G)) == b * G)
    T, c, scalars = proof._prove(statement, {a: 3, b: 4}, SESSION, flavor, Fixed(k))
    assert T.has_identity() and scalars[0] * c.inverse() == Fr(3)
    forged = (c if flavor == COMPACT else T).encode() + scalars.encode()
    assert accepts(statement, forged, SESSION, flavor, without={"identity"})
    with pytest.raises(VerificationError, match="identity"):
        VERIFY[flavor](statement, forged, SESSION)


@flavors
def test_15_two_secrets_of_one_base_are_not_both_known(flavor):
    """The draft's checks let X = x·H + y·H pass: it is true, and shows x + y only.  The author must know."""
    X = at(12, H)
    degenerate = Relation(Element(X) == v * H + s * H)
    for split in ((5, 7), (6, 6)):
        made = PROVE[flavor](degenerate, dict(zip((v, s), split, strict=True)), SESSION)
        assert is_accepted(degenerate, made, flavor=flavor)


@pytest.mark.parametrize("name", NAMES)
def test_16_zero_challenge_and_all_zeros(name):
    statement, _ = samples()[name]
    zeros = bytes(32 * (1 + protocol.n_scalars(statement)))
    assert accepts(statement, zeros, SESSION, COMPACT, without={"challenge", "identity"})
    with pytest.raises(VerificationError):
        verify(statement, zeros, SESSION)
    with pytest.raises(DecodingError):
        verify_batchable(statement, bytes(len(prove_batchable(*samples()[name], SESSION))), SESSION)


@pytest.mark.parametrize("name", NAMES)
def test_16_a_challenge_of_zero_with_honest_looking_responses(name):
    """Under c = 0 anyone's transcript satisfies the equation; c must be the hash."""
    statement, _ = samples()[name]
    T, scalars = protocol.simulate(statement, Fr(0), Fixed(range(1, 30)))
    forged = Fr(0).encode() + concat(*scalars).encode()
    assert accepts(statement, forged, SESSION, COMPACT, without={"challenge"})
    assert not is_accepted(statement, forged)
    assert not is_accepted(statement, G1.stack(*T).encode() + concat(*scalars).encode(), flavor=BATCHABLE)


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


# --- 32: alternatives ------------------------------------------------------------------------------------


def two_false_branches():
    return Relation(E[5] == v * G) | Relation(E[6] == v * G)


def simulated_apart(shares):
    """Both branches simulated, each under a share of its own."""
    parts = [
        protocol.simulate(child, share, Fixed([70 + i]))
        for i, (child, share) in enumerate(zip(two_false_branches().children, shares, strict=True))
    ]
    return G1.stack(*(T for Ts, _ in parts for T in Ts)), concat(*(scalar for _, ss in parts for scalar in ss))


def satisfies_with(shares, T, responses):
    """The mutant: every branch under the share that the prover names, and no look at their sum."""
    return all(
        parse(child.encode()).commitment([response], share) == [commitment]
        for child, share, commitment, response in zip(
            two_false_branches().children, shares.ints(), T, responses.ints(), strict=True
        )
    )


@flavors
@pytest.mark.parametrize("shares", [
    pytest.param([3, 4], id="sum is another"),
    pytest.param([0, 0], id="all zero"),
    pytest.param([5, 5], id="the same for all"),
    pytest.param([5, R - 5], id="sum is zero"),
])  # fmt: skip
def test_32_the_sum_of_the_sub_challenges_is_the_challenge(flavor, shares):
    """NOTES (3)."""
    statement, shares = two_false_branches(), Fr(shares)
    T, responses = simulated_apart(shares)
    assert satisfies_with(shares, T, responses)
    c = Fr(challenge(tree(statement), T.encode(), SESSION, flavor))
    for first in (c, shares.sum()) if flavor == COMPACT else (T,):
        for sent in (shares[:1], shares):
            forged = first.encode() + sent.encode() + responses.encode()
            assert not is_accepted(statement, forged, flavor=flavor)


@flavors
@pytest.mark.parametrize("branch", [0, 1])
def test_32_every_branch_under_the_whole_challenge_is_refused(flavor, branch):
    """c_i = c for all: what an AND would answer.  The last share is then 0, and its answer is wrong."""
    opens = Relation(Element(at(5, G)) == v * G)
    statement = opens | Relation(Element(at(6, G)) == s * G)
    k = Fr([8, 9])
    T = G1.stack(k[0] * G1.generator(), k[1] * G1.generator())
    c = Fr(challenge(tree(statement), T.encode(), SESSION, flavor))
    answers = k + c * Fr([5, 6])
    as_and = (c if flavor == COMPACT else T).encode() + (c if branch == 0 else Fr(0)).encode() + answers.encode()
    assert not is_accepted(statement, as_and, flavor=flavor)
    assert not accepts(statement, as_and, SESSION, flavor)


@flavors
@pytest.mark.parametrize("opened", [0, 1, 2] if NATIVE else [1])
def test_32_the_last_share_is_what_all_the_others_leave(flavor, opened):
    children = [Relation(Element(at(5 + i, G)) == Secret(f"e{i}") * G) for i in range(3)]
    statement = children[0] | children[1] | children[2]
    made = PROVE[flavor](statement, {Secret(f"e{i}"): 5 + opened for i in range(3)}, SESSION)
    assert is_accepted(statement, made, flavor=flavor) and accepts(statement, made, SESSION, flavor)


@flavors
def test_32_a_sub_challenge_is_not_reduced(flavor):
    statement, witness = bit(1)
    offset = 32 if flavor == COMPACT else 96
    for _ in range(100):
        made = PROVE[flavor](statement, witness, SESSION)
        share = int.from_bytes(made[offset : offset + 32], "big")
        if share + R < 2**256:
            break
    lifted = made[:offset] + (share + R).to_bytes(32, "big") + made[offset + 32 :]
    assert is_accepted(statement, made, flavor=flavor)
    assert accepts(statement, lifted, SESSION, flavor, without={"canonical"})
    with pytest.raises(DecodingError):
        VERIFY[flavor](statement, lifted, SESSION)


@flavors
def test_32_a_share_moved_between_branches_is_refused(flavor):
    statement, witness = bit(0)
    offset = 32 if flavor == COMPACT else 96
    made = PROVE[flavor](statement, witness, SESSION)
    share = Fr.decode(made[offset : offset + 32])
    for other in (share + Fr(1), -share, Fr(0)):
        assert not is_accepted(statement, made[:offset] + other.encode() + made[offset + 32 :], flavor=flavor)


@flavors
def test_32_proofs_by_either_branch_look_alike(flavor):
    """One length; no part is fixed, zero, or repeated, whichever branch was opened."""
    for depth in range(2) if NATIVE else (1,):
        lengths = set()
        for branch in (0, 1):
            statement, witness = bit(branch)
            if depth:
                statement = statement | Relation(E[5] == Secret("unknown") * G)
            proofs = [PROVE[flavor](statement, witness, SESSION) for _ in range(4 if NATIVE else 2)]
            lengths |= {len(one) for one in proofs}
            words = [one[i : i + 16] for one in proofs for i in range(0, len(one), 16)]
            assert len(set(words)) == len(words) and bytes(16) not in words
        assert len(lengths) == 1


def test_32_the_shares_are_spread_alike_whichever_branch_is_opened():
    """The first sub-challenge is in the lower half of the field half of the time."""
    n = 150 if NATIVE else 4
    for branch in (0, 1):
        statement, witness = bit(branch)
        shares = [int.from_bytes(prove(statement, witness, SESSION)[32:64], "big") for _ in range(n)]
        assert 0.25 * n < sum(share < R // 2 for share in shares) < 0.75 * n or not NATIVE
        assert len(set(shares)) == n
