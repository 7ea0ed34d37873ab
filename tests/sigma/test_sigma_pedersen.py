"""Claims about Pedersen commitments: true ones, wrong secrets, and the forgeries that the openings stop."""

import pytest
from hypothesis import assume, given
from oracles import elements, sample
from sigma.naive_sigma import COMPACT, accepts
from sigma.sample_statements import SESSION, slow

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr
from zkhealth.sigma import (
    Difference,
    Element,
    Equality,
    Inequality,
    LinearSum,
    Opening,
    Product,
    Relation,
    Secret,
    protocol,
    prove,
)
from zkhealth.sigma.pedersen import Claim
from zkhealth.transcript import Nonces

PEDERSEN = Pedersen()
G, H = Element(PEDERSEN.G), Element(PEDERSEN.H)


def commit(value):
    C, blinding = PEDERSEN.commit(value)
    return C, (Fr(value), blinding)


def is_refused(claim, proof, error=VerificationError):
    with pytest.raises(error):
        claim.verify(proof, SESSION)
    return True


# --- honest ------------------------------------------------------------------------------


@slow
@given(elements)
def test_an_opening_is_proven(v):
    C, opened = commit(v)
    Opening(C).verify(Opening(C).prove(opened, SESSION), SESSION)


@slow
@given(elements)
def test_equal_values_are_proven(v):
    (C, (_, s)), (D, (_, t)) = commit(v), commit(v)
    Equality(C, D).verify(Equality(C, D).prove(v, s, t, SESSION), SESSION)


@slow
@given(elements, elements, elements, elements)
def test_a_linear_sum_is_proven(v1, v2, a1, a2):
    assume(a1 or a2)
    (C, c), (D, d) = commit(v1), commit(v2)
    claim = LinearSum([C, D], [a1, Fr(a2)], a1 * v1 + a2 * v2)
    claim.verify(claim.prove([c, d], SESSION), SESSION)


@slow
@given(elements, elements)
def test_a_product_is_proven(v, d):
    (C, c), (D, d_), (E, e) = commit(v), commit(d), commit(v * d)
    Product(C, D, E).verify(Product(C, D, E).prove(c, d_, e[1], SESSION), SESSION)


@slow
@given(elements, elements)
def test_an_inequality_is_proven(v, t):
    assume(v != t)
    C, opened = commit(v)
    Inequality(C, t).verify(Inequality(C, t).prove(opened, SESSION), SESSION)


@slow
@given(elements, elements)
def test_a_difference_is_proven(v, d):
    assume(v != d)
    (C, c), (D, d_) = commit(v), commit(d)
    Difference(C, D).verify(Difference(C, D).prove(c, d_, SESSION), SESSION)


C1, ONE = commit(1)
C1B, ONE_B = commit(1)
C6, SIX = commit(6)
C7, SEVEN = commit(7)
C42, FORTY_TWO = commit(42)

HONEST = {
    "Opening": (Opening(C6), lambda it: it.prove(SIX, SESSION)),
    "Equality": (Equality(C1, C1B), lambda it: it.prove(1, ONE[1], ONE_B[1], SESSION)),
    "LinearSum": (LinearSum([C6, C7], [2, -1], 5), lambda it: it.prove([SIX, SEVEN], SESSION)),
    "Product": (Product(C6, C7, C42), lambda it: it.prove(SIX, SEVEN, FORTY_TWO[1], SESSION)),
    "Inequality": (Inequality(C6, 7), lambda it: it.prove(SIX, SESSION)),
    "Difference": (Difference(C6, C7), lambda it: it.prove(SIX, SEVEN, SESSION)),
}


@pytest.mark.parametrize("name", sample(HONEST, on_reference=3))
def test_the_naive_verifier_agrees(name):
    claim, make = HONEST[name]
    proof = make(claim)
    claim.verify(proof, SESSION)
    assert accepts(claim.relation(), proof, SESSION, COMPACT)
    assert is_refused(claim, proof[:-1], DecodingError)
    with pytest.raises(VerificationError):
        claim.verify(proof, b"another session")


@pytest.mark.parametrize("name", HONEST)
def test_a_proof_of_one_claim_shows_no_other(name):
    claim, make = HONEST[name]
    proof = make(claim)
    for other, (statement, _) in HONEST.items():
        if other != name:
            assert is_refused(statement, proof, (VerificationError, DecodingError))


OTHERS = [
    pytest.param("Opening", Opening(C7), id="another commitment"),
    pytest.param("Equality", Equality(C1B, C1), id="sides swapped"),
    pytest.param("Equality", Equality(C1, C6), id="equality with another"),
    pytest.param("LinearSum", LinearSum([C6, C7], [2, -1], 6), id="another total"),
    pytest.param("LinearSum", LinearSum([C6, C7], [2, 1], 5), id="another coefficient"),
    pytest.param("LinearSum", LinearSum([C7, C6], [-1, 2], 5), id="terms swapped"),
    pytest.param("Product", Product(C7, C6, C42), id="factors swapped"),
    pytest.param("Product", Product(C6, C7, C7), id="another product"),
    pytest.param("Inequality", Inequality(C6, 8), id="unequal to another value"),
    pytest.param("Inequality", Inequality(C7, 7), id="another commitment, equal"),
    pytest.param("Difference", Difference(C7, C6), id="difference swapped"),
]


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_a_proof_shows_its_own_claim_only(name, other):
    claim, make = HONEST[name]
    assert is_refused(other, make(claim))


# --- wrong secrets ---------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [
    pytest.param(lambda: Opening(C6).prove(SEVEN, SESSION), id="opening: of another"),
    pytest.param(lambda: Opening(C6).prove((7, SIX[1]), SESSION), id="opening: value"),
    pytest.param(lambda: Opening(C6).prove((6, SEVEN[1]), SESSION), id="opening: blinding"),
    pytest.param(lambda: Equality(C6, C7).prove(6, SIX[1], SEVEN[1], SESSION), id="equality: 6 and 7"),
    pytest.param(lambda: Equality(C1, C1B).prove(1, ONE_B[1], ONE[1], SESSION), id="equality: blindings swapped"),
    pytest.param(lambda: LinearSum([C6, C7], [1, 1], 14).prove([SIX, SEVEN], SESSION), id="sum: off by one"),
    pytest.param(lambda: LinearSum([C6, C7], [1, 1], 13).prove([SEVEN, SIX], SESSION), id="sum: openings swapped"),
    pytest.param(lambda: LinearSum([C6, C7], [1, 1], 14).prove([(7, SIX[1]), SEVEN], SESSION), id="sum: a lie"),
    pytest.param(lambda: Product(C6, C7, C7).prove(SIX, SEVEN, SEVEN[1], SESSION), id="product: 42 is not 7"),
    pytest.param(lambda: Product(C6, C7, C42).prove(SEVEN, SIX, FORTY_TWO[1], SESSION), id="product: swapped"),
    pytest.param(lambda: Product(C6, C7, C42).prove(SIX, SEVEN, SIX[1], SESSION), id="product: blinding"),
    pytest.param(lambda: Inequality(C6, 6).prove(SIX, SESSION), id="inequality: t is the value"),
    pytest.param(lambda: Inequality(C6, 6 - Fr.MODULUS).prove(SIX, SESSION), id="inequality: t is the value mod r"),
    pytest.param(lambda: Inequality(C6, 6).prove((7, SIX[1]), SESSION), id="inequality: a lie about the value"),
    pytest.param(lambda: Difference(C1, C1B).prove(ONE, ONE_B, SESSION), id="difference: equal values"),
    pytest.param(lambda: Difference(C1, C1B).prove((2, ONE[1]), ONE_B, SESSION), id="difference: a lie"),
])  # fmt: skip
def test_secrets_that_do_not_fit_are_a_witness_error(wrong):
    with pytest.raises(WitnessError):
        wrong()


@pytest.mark.parametrize("wrong", [
    pytest.param(lambda: LinearSum([C6, C7], [1], 6).relation(), id="one coefficient for two"),
    pytest.param(lambda: LinearSum([C6, C7], [1, 1], 13).prove([SIX], SESSION), id="one opening for two"),
    pytest.param(lambda: LinearSum([], [], 0).relation(), id="a sum of nothing"),
    pytest.param(lambda: Inequality(PEDERSEN.G + PEDERSEN.G, 2).relation(), id="t·G itself"),
    pytest.param(lambda: Difference(C6, C6).relation(), id="one commitment twice"),
])  # fmt: skip
def test_a_claim_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


@pytest.mark.parametrize("claim", [
    pytest.param(Opening(G1.identity()), id="opening"),
    pytest.param(Equality(C6, G1.identity()), id="equality"),
    pytest.param(LinearSum([C6, G1.identity()], [1, 1], 6), id="sum"),
    pytest.param(Product(G1.identity(), C7, C42), id="product, factor"),
    pytest.param(Product(C6, C7, G1.identity()), id="product"),
    pytest.param(Inequality(G1.identity(), 1), id="inequality"),
    pytest.param(Difference(G1.identity(), C7), id="difference"),
    pytest.param(Inequality(PEDERSEN.G + PEDERSEN.G, 2), id="inequality, t·G itself"),
    pytest.param(Difference(C6, C6), id="difference, one commitment twice"),
    pytest.param(LinearSum([C6, C6], [1, -1], 0), id="sum that cancels"),
])  # fmt: skip
def test_14_the_identity_is_no_commitment(claim):
    """Its opening, 0 and 0, is known to all.  Commitments come from the other side, and so does the blame."""
    with pytest.raises(VerificationError):
        claim.verify(bytes(32 * 8), SESSION)


def test_a_bare_claim_says_nothing():
    with pytest.raises(TypeError):
        Claim().verify(b"", SESSION)


def test_a_sum_of_a_commitment_with_itself_binds_its_value():
    """Σ over one commitment used twice: 2·6 = 12, and not 13."""
    claim = LinearSum([C6, C6], [1, 1], 12)
    claim.verify(claim.prove([SIX, SIX], SESSION), SESSION)
    with pytest.raises(WitnessError):
        LinearSum([C6, C6], [1, 1], 13).prove([SIX, SIX], SESSION)


# --- forgeries: what the openings are for ------------------------------------------------------------


def test_the_equation_of_an_inequality_alone_is_an_opening_of_c_to_another_value():
    """From G = x·(C − t·G) + w·H follows C = (t + 1/x)·G − (w/x)·H.  The opening beside it adds no soundness.

    What it adds is a name: v and s can be used again in other equations of a statement.
    """
    t, (v, s) = 7, SIX
    alone = Relation(G == Secret("x") * (Element(C6) - Fr(t) * G) + Secret("w") * H)
    x = (v - Fr(t)).inverse()
    _, respond = protocol.start(alone, {Secret("x"): x, Secret("w"): -s * x}, Nonces(b"test", b"", Fr([])))
    (one,), (two,) = respond(Fr(3)), respond(Fr(4))
    x, w = (two - one)[0], (two - one)[1]  # the extractor of special soundness, c2 − c1 = 1
    opened_to = Fr(t) + x.inverse()
    PEDERSEN.open(C6, opened_to, -w * x.inverse())
    assert opened_to != Fr(t)


def test_without_the_openings_a_difference_is_proven_by_one_who_can_open_neither():
    """C is another's, D = C − G: nobody said what C holds, and still it differs."""
    C, _ = PEDERSEN.commit(Fr.random())
    D = C - PEDERSEN.G
    mutant = Relation(G == Secret("x") * (Element(C) - Element(D)) + Secret("w") * H)
    proof = prove(mutant, {Secret("x"): Fr(1), Secret("w"): Fr(0)}, SESSION)
    assert accepts(mutant, proof, SESSION, COMPACT)
    assert is_refused(Difference(C, D), proof, DecodingError)
    with pytest.raises(WitnessError):
        Difference(C, D).prove((1, Fr(0)), (0, Fr(0)), SESSION)


def with_a_trapdoor():
    """H = h·G, as if somebody knew h: then any C opens to anything, and all claims are empty."""
    h = Fr(9)
    return h, Element(h * PEDERSEN.G)


def test_inequality_with_the_value_itself_has_no_witness_unless_a_logarithm_is_known():
    """x·(v − t) = 1 has no solution at v = t, but G = w·H with w = 1/h has: the bases must be hashed."""
    h, trapdoor = with_a_trapdoor()
    s, t = Fr(77), 6
    C = Fr(t) * PEDERSEN.G + s * trapdoor.terms[0].point
    away = Element(C) - Fr(t) * G
    opens = Element(C) == Secret("v") * G + Secret("s") * trapdoor
    mutant = Relation(opens, G == Secret("x") * away + Secret("w") * trapdoor)
    witness = {Secret("v"): Fr(t), Secret("s"): s, Secret("x"): Fr(0), Secret("w"): h.inverse()}
    assert accepts(mutant, prove(mutant, witness, SESSION), SESSION, COMPACT)
    with pytest.raises(WitnessError):
        prove(Inequality(C6, 6).relation(), witness | {Secret("s"): SIX[1]}, SESSION)


def test_5_the_shifted_commitment_is_computed_not_taken():
    """A caller who could hand over `C − t·G` would hand over something else."""
    y = Fr(5)
    away = Element(y * PEDERSEN.G)
    opens = Element(C6) == Secret("v") * G + Secret("s") * H
    mutant = Relation(opens, G == Secret("x") * away + Secret("w") * H)
    witness = {Secret("v"): Fr(6), Secret("s"): SIX[1], Secret("x"): y.inverse(), Secret("w"): Fr(0)}
    forged = prove(mutant, witness, SESSION)
    assert accepts(mutant, forged, SESSION, COMPACT)  # 6 ≠ 6
    assert is_refused(Inequality(C6, 6), forged)


def test_without_the_openings_a_product_is_forgeable():
    """E = v·D + z·H alone, with v not tied to C: any v will do."""
    v, z = Fr(1000), Fr(5)
    E = v * C7 + z * PEDERSEN.H
    mutant = Relation(Element(E) == Secret("v") * Element(C7) + Secret("z") * H)
    assert accepts(mutant, prove(mutant, {Secret("v"): v, Secret("z"): z}, SESSION), SESSION, COMPACT)
    with pytest.raises(WitnessError):
        Product(C6, C7, E).prove(SIX, SEVEN, z + v * SEVEN[1], SESSION)


def test_without_the_openings_a_sum_of_strangers_is_proven():
    """C and its negative sum to nothing, for one who can open neither."""
    C, s = PEDERSEN.commit(Fr.random())[0], Fr(5)
    D = -C + s * PEDERSEN.H
    mutant = Relation(Element(C) + Element(D) == Secret("z") * H)
    assert accepts(mutant, prove(mutant, {Secret("z"): s}, SESSION), SESSION, COMPACT)
    with pytest.raises(WitnessError):
        LinearSum([C, D], [1, 1], 0).prove([(0, Fr(0)), (0, s)], SESSION)


def test_equality_with_two_names_would_be_no_equality():
    """The mutant writes v and v′."""
    v, w, s, t = map(Secret, "vwst")
    mutant = Relation(Element(C6) == v * G + s * H, Element(C7) == w * G + t * H)
    proof = prove(mutant, {v: 6, w: 7, s: SIX[1], t: SEVEN[1]}, SESSION)
    assert accepts(mutant, proof, SESSION, COMPACT)
    assert is_refused(Equality(C6, C7), proof, (VerificationError, DecodingError))


def test_values_count_modulo_r():
    """A sum of −1 and 1 is 0; ranges are for the range argument, not for these claims."""
    C, c = commit(Fr.MODULUS - 1)
    claim = LinearSum([C, C1], [1, 1], 0)
    claim.verify(claim.prove([c, ONE], SESSION), SESSION)
