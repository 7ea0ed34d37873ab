"""Proofs of knowledge: honest, against the naive verifier, damaged, forged, and chosen after the challenge."""

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE, R, elements, sample
from sigma.naive_sigma import BATCHABLE, COMPACT, PyEcc, accepts, challenge, parse, residuals, tree
from sigma.sample_statements import (
    NAMES,
    POINTS,
    SESSION,
    E,
    Fixed,
    G,
    H,
    at,
    bit,
    dleq,
    nested,
    opening,
    relations,
    s,
    samples,
    slow,
    statements,
    v,
    x,
)

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError, ZkHealthError
from zkhealth.field import Fr, concat
from zkhealth.sigma import (
    And,
    Element,
    Or,
    Relation,
    Secret,
    proof,
    protocol,
    prove,
    prove_batchable,
    verify,
    verify_batchable,
)

PROVE = {COMPACT: prove, BATCHABLE: prove_batchable}
VERIFY = {COMPACT: verify, BATCHABLE: verify_batchable}
flavors = pytest.mark.parametrize("flavor", [COMPACT, BATCHABLE], ids=["compact", "batchable"])
shapes = pytest.mark.parametrize("name", NAMES)


def is_accepted(statement, bytes_, session=SESSION, flavor=COMPACT):
    try:
        VERIFY[flavor](statement, bytes_, session)
    except ZkHealthError:
        return False
    return True


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


# --- named forgeries ------------------------------------------------------------------------------


def other_statements():
    """A statement, its secrets, and another that the same proof must not show."""
    opens, witness = opening()
    C = at(120, G) + at(77, H)
    yield "another image", opens, witness, Relation(Element(C + G1.generator()) == v * G + s * H)
    yield "bases swapped", opens, witness, Relation(Element(C) == v * H + s * G)
    yield "order of terms", opens, witness, Relation(Element(C) == s * H + v * G)
    yield "sign", opens, witness, Relation(-Element(C) == -(v * G) - s * H)
    yield "scaled", opens, witness, Relation(Fr(2) * Element(C) == Fr(2) * (v * G) + Fr(2) * (s * H))
    yield "an equation more", opens, witness, opens & Relation(Element(C) == v * G + s * H)
    same, one = dleq()
    yield "equations swapped", same, one, Relation(*reversed(same.equations))
    yield "an equation less", same, one, Relation(same.equations[0])
    yield "elements declared otherwise", same, one, Relation(*same.equations, elements=[H])
    is_bit, b = bit()
    zero, single = is_bit.children
    yield "branches swapped", is_bit, b, single | zero
    yield "a branch more", is_bit, b, is_bit | opens.where(v=2)
    yield "and in place of or", is_bit, b, And((zero, Relation(Element(C) - G == Secret("other") * H)))
    yield "or in place of and", is_bit & same, b | one, Or((is_bit, same))
    yield "grouped otherwise", And((opens, same)), witness | one, opens & same
    deep, d = nested()
    yield "nested the other way", deep, d, Or((deep.children[1], deep.children[0]))


@pytest.mark.parametrize(
    ("statement", "witness", "other"), [pytest.param(*rest, id=i) for i, *rest in other_statements()]
)
@flavors
def test_a_proof_shows_its_own_statement_only(flavor, statement, witness, other):
    proof = PROVE[flavor](statement, witness, SESSION)
    assert is_accepted(statement, proof, flavor=flavor)
    assert not is_accepted(other, proof, flavor=flavor)


@pytest.mark.parametrize("session", sample([b"", b"Tests/sigma", SESSION + b"-", SESSION + b"\0", b"-" + SESSION], 2))
@flavors
@shapes
def test_a_proof_belongs_to_its_session(name, flavor, session):
    statement, witness = samples()[name]
    proof = PROVE[flavor](statement, witness, SESSION)
    assert not is_accepted(statement, proof, session, flavor)


@pytest.mark.parametrize("false", [0, 1, 2] if NATIVE else [1])
@pytest.mark.parametrize("compose", [Relation, lambda *equations: And(tuple(map(Relation, equations)))], ids=["=", "&"])
@flavors
def test_every_equation_must_hold(flavor, compose, false):
    """Two of three are answered honestly; the verifier that looks at those alone would accept."""
    secrets, nonces = [Secret(f"e{i}") for i in range(3)], [7, 8, 9]
    images = [E[5] if i == false else Element(at(i + 3, G)) for i in range(3)]
    statement = compose(*(image == secret * G for image, secret in zip(images, secrets, strict=True)))
    T = b"".join(at(k, G).encode() for k in nonces)
    c = challenge(tree(statement), T, SESSION, flavor)
    answers = Fr([k + c * (i + 3) for i, k in enumerate(nonces)])
    gaps = residuals(tree(statement), T + answers.encode(), SESSION, flavor)
    assert [gap == G1.identity() for gap in gaps] == [i != false for i in range(3)]
    assert not is_accepted(statement, (Fr(c).encode() if flavor == COMPACT else T) + answers.encode(), flavor=flavor)


@flavors
def test_a_sum_of_proofs_proves_nothing(flavor):
    """Responses add up where the challenge is the same; here it never is."""
    statement, witness = dleq()
    first, second = (PROVE[flavor](statement, witness, SESSION) for _ in range(2))
    joined = first[:-32] + (Fr.decode(first[-32:]) + Fr.decode(second[-32:])).encode()
    assert not is_accepted(statement, joined, flavor=flavor)
    assert not is_accepted(statement, first[:-32] + second[-32:], flavor=flavor)


# --- nothing can be chosen after the challenge (Frozen Heart) ------------------------------------------


def false_opening():
    """A commitment whose opening nobody here knows: a hash."""
    return Relation(E[5] == v * G + s * H)


def false_statements():
    unknown = false_opening()
    yield "relation", unknown
    yield "two equations", Relation(E[5] == x * G, E[6] == x * H)
    yield "or", unknown | Relation(E[6] == v * G)
    yield "and of or", (unknown | Relation(E[6] == v * G)) & Relation(E[7] == x * H)


@pytest.mark.parametrize("statement", [pytest.param(it, id=name) for name, it in false_statements()])
@flavors
def test_commitments_cannot_be_chosen_after_the_challenge(flavor, statement):
    """The verifier that does not absorb them accepts the simulator's transcript of a false statement."""
    c = Fr(challenge(tree(statement), b"", SESSION, flavor))
    T, scalars = protocol.simulate(statement, c, Fixed(range(1, 30)))
    first = c.encode() if flavor == COMPACT else G1.stack(*T).encode()
    forged = first + concat(*scalars).encode()
    assert accepts(statement, forged, SESSION, flavor, without={"commitments"})
    assert not is_accepted(statement, forged, flavor=flavor)
    assert not accepts(statement, forged, SESSION, flavor)


ELEMENTS = {"X": 2, "Y": 3, "H": 1}


def solved_after_the_challenge(last, flavor):
    """X = x·G, Y = x·H with one of X, Y, H solved for when the challenge is known, so that the logarithms differ.

    The two first messages and the other elements are fixed; the challenge leaves out `last` alone.
    """
    secret, k, placeholder = 5, 9, E[5].terms[0].point
    points = {"X": at(secret, G), "Y": at(secret, H), "H": H.terms[0].point} | {last: placeholder}
    others = at(k, G) if last != "X" else at(k, H)
    T = [E[6].terms[0].point, others] if last == "X" else [others, E[6].terms[0].point]
    statement = lambda: Relation(  # noqa: E731
        Element(points["X"]) == x * G,
        Element(points["Y"]) == x * Element(points["H"]),
        elements=[Element(points[name]) for name in ("H", "X", "Y")],
    )
    first = b"".join(P.encode() for P in T)
    c = challenge(tree(statement()), first, SESSION, flavor, without={placeholder.encode()})
    answer = Fr(k + c * secret)
    match last:
        case "X":
            points["X"] = Fr(c).inverse() * (answer * G1.generator() - T[0])
        case "Y":
            points["Y"] = Fr(c).inverse() * (answer * points["H"] - T[1])
        case "H":
            points["H"] = answer.inverse() * (T[1] + Fr(c) * points["Y"])
    return statement(), points[last], (Fr(c).encode() if flavor == COMPACT else first) + answer.encode()


@pytest.mark.parametrize("last", ["X", "Y", "H"])
@flavors
def test_an_element_of_the_statement_cannot_be_chosen_after_the_challenge(flavor, last):
    statement, chosen, forged = solved_after_the_challenge(last, flavor)
    with pytest.raises(WitnessError):
        prove(statement, {x: Fr(5)}, SESSION)
    assert accepts(statement, forged, SESSION, flavor, without={chosen.encode()})
    assert not is_accepted(statement, forged, flavor=flavor)


@flavors
def test_a_coefficient_cannot_be_chosen_after_the_challenge(flavor):
    """OpensTo(m): C − m·G = r·H; m is a public scalar of the statement, solved for when c is known."""
    opens, _ = opening()
    C, k = opens.linear.elements[1], 9
    written = opens.where(v=1)
    coefficient = (Fr(-1)).encode()
    T = at(3, G) + at(k, H)
    c = challenge(tree(written), T.encode(), SESSION, flavor, without={coefficient})
    # T + c·(C − m·G) = s·H with C = 120·G + 77·H, so 3 + c·(120 − m) = 0 and s = k + c·77
    m = Fr(120) + Fr(3) * Fr(c).inverse()
    forged = (Fr(c).encode() if flavor == COMPACT else T.encode()) + Fr(k + 77 * c).encode()
    to_m = opens.where(v=m)
    assert C == to_m.linear.elements[1] and int(m) != 120
    assert accepts(to_m, forged, SESSION, flavor, without={(-m).encode()})
    assert not is_accepted(to_m, forged, flavor=flavor)


@shapes
@flavors
def test_the_challenge_depends_on_everything(flavor, name):
    """NOTES (6): any byte of the statement, the commitments, the session: another challenge."""
    statement, witness = samples()[name]
    T, c, _ = proof._prove(statement, witness, SESSION, flavor, Fixed(range(1, 30)))
    first, encoded = T.encode(), statement.encode()
    seen = [c]
    for session in (b"", SESSION[:-1], SESSION + b"\0"):
        seen.append(proof.derive_challenge(statement, first, proof.session_id(statement, session, flavor)))
    other = COMPACT if flavor == BATCHABLE else BATCHABLE
    seen.append(proof.derive_challenge(statement, first, proof.session_id(statement, SESSION, other)))
    identifier = proof.session_id(statement, SESSION, flavor)
    for i in range(len(first)):
        seen.append(proof.derive_challenge(statement, first[:i] + bytes([first[i] ^ 1]) + first[i + 1 :], identifier))
    for i in range(len(encoded)):
        changed = Encoded(encoded[:i] + bytes([encoded[i] ^ 1]) + encoded[i + 1 :])
        seen.append(proof.derive_challenge(changed, first, identifier))
    assert len({int(challenge) for challenge in seen}) == len(seen)


class Encoded:
    """Stands for a statement, by its bytes."""

    def __init__(self, data):
        self.data = data

    def encode(self):
        return self.data
