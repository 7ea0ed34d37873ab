"""Attacks on sigma protocols, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, the naive one without a check or an
absorb; then ours refuses it.  5 stands in test_sigma_pedersen, 25 to 27 in
test_sigma_batch, 28 and 31 in test_sigma_nonces, 32 in test_sigma_alternatives, the ten
checks of 15 in test_linear_checks, more of 1 in test_sigma_frozen_heart.
"""

import pytest
from oracles import NATIVE
from sigma.flavors import PROVE, VERIFY, flavors, is_accepted
from sigma.naive_sigma import BATCHABLE, COMPACT, accepts, challenge, derive_session_id, tree
from sigma.sample_statements import NAMES, SESSION, E, Fixed, G, H, at, dleq, opening, s, samples, v, x

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError
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
from zkhealth.transcript import Nonces, joined


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
