"""Composition: & and |, which secrets are one, and how the whole is encoded."""

import pytest
from hypothesis import given
from sigma import naive_sigma
from sigma.sample_statements import E, G, H, at, bit, composed, dleq, nested, opening, s, slow, statements, v, x

from zkhealth.errors import WitnessError
from zkhealth.field import Fr
from zkhealth.sigma import And, Element, Or, Relation, Secret, Statement, protocol

A, B, C = E[1:4]
a, b, c = (Relation(point == Secret(name) * G) for point, name in zip((A, B, C), "abc", strict=True))


# --- the shape ---------------------------------------------------------------------------


def test_relations_under_and_become_one():
    assert isinstance(a & b, Relation)
    assert (a & b & c).encode() == Relation(A == Secret("a") * G, B == Secret("b") * G, C == Secret("c") * G).encode()


def test_the_same_name_in_both_is_the_same_secret():
    one, two = Relation(A == v * G + s * H), Relation(B == v * H + x * G)
    assert (one & two).secrets == (v, s, x)
    with pytest.raises(WitnessError):
        protocol.check_witness(one & two, {v: 1, s: 2, x: 3})


def test_alternatives_and_conjunctions_of_them_become_flat():
    assert len((a | b | c).children) == len((a | (b | c)).children) == 3
    assert (a | b | c).encode() == (a | (b | c)).encode()
    both = (a | b) & c
    assert [type(child) for child in both.children] == [Or, Relation]
    d = Relation(A == v * H) | Relation(B == v * H)
    assert len((both & d).children) == len((d & both).children) == 3
    assert [type(child) for child in ((a & b) | c).children] == [Relation, Relation]
    assert [type(child) for child in (both | c).children] == [And, Relation]


@pytest.mark.parametrize("children", [(), (a,)], ids=["none", "one"])
@pytest.mark.parametrize("kind", [And, Or])
def test_a_composition_is_of_two_at_least(kind, children):
    with pytest.raises(ValueError, match="at least two"):
        kind(children)


@pytest.mark.parametrize("kind", [And, Or])
def test_a_composition_is_of_statements(kind):
    with pytest.raises(ValueError, match="statements"):
        kind((a, True))
    for other in (True, None, A == v * G):
        with pytest.raises(TypeError):
            _ = a & other
        with pytest.raises(TypeError):
            _ = a | other


def test_a_statement_stays_as_it_was_made():
    children = [a, b]
    either = Or(children)
    before = either.encode()
    children.append(c)
    assert either.encode() == before and either.children == (a, b)


def test_a_bare_statement_says_nothing():
    class Empty(Statement):
        pass

    for method in (Statement().encode, Statement().names, Empty().encode):
        with pytest.raises(TypeError):
            method()
    for statement in (Statement(), Empty(), None):
        for call in (
            lambda it=statement: protocol.n_scalars(it),
            lambda it=statement: protocol.check_witness(it, {}),
            lambda it=statement: list(protocol.transcripts(it, Fr(1), Fr([]))),
            lambda it=statement: protocol.start(it, {}, None),
            lambda it=statement: protocol.simulate(it, Fr(1), None),
        ):
            with pytest.raises(TypeError):
                call()


# --- secrets beside alternatives ----------------------------------------------------------------


def test_a_name_beside_an_alternative_is_refused():
    """Below `|` a branch may be simulated, so that its `v` need not be the other `v`."""
    opens, _ = opening()
    says_v, alternatives = Relation(A == v * G), opens | b
    for write in (
        lambda: says_v & alternatives,
        lambda: alternatives & says_v,
        lambda: alternatives & c & says_v,
        lambda: alternatives & (says_v | c),
        lambda: And((says_v, opens)),
        lambda: And((c, And((says_v, b)), alternatives)),
        lambda: Or((a, And((says_v, alternatives)))),
    ):
        with pytest.raises(ValueError, match="appears beside an alternative"):
            write()


def test_without_that_rule_a_false_conjunction_would_be_proven():
    """The mutant: (A = v·G) and (C opens to v, or b), where v is one thing here and another there."""
    opens, witness = opening()
    renamed = Relation(Element(at(5, G)) == Secret("v2") * G) & (opens | b)  # the names apart: this is what it means
    witness = witness | {Secret("v2"): Fr(5)}
    protocol.check_witness(renamed, witness)
    assert witness[v] != witness[Secret("v2")]


def test_alternatives_may_share_names():
    opens, witness = opening()
    both = opens.where(v=0) | opens.where(v=120)
    assert both.names() == {s}
    protocol.check_witness(both, witness)


def test_names_are_those_of_all_children():
    statement, witness = composed()
    assert statement.names() == {s, x} and statement.names() <= set(witness)
    assert nested()[0].names() == {Secret(f"n{i}") for i in range(4)}


# --- who satisfies what ------------------------------------------------------------------------


@slow
@given(statements())
def test_true_statements_are_satisfied(sampled):
    protocol.check_witness(*sampled)


def test_and_needs_all_or_needs_one():
    is_bit, witness = bit(1)
    same, more = dleq(5)
    protocol.check_witness(is_bit & same, witness | more)
    with pytest.raises(WitnessError):
        protocol.check_witness(is_bit & same, witness | {x: Fr(6)})
    with pytest.raises(WitnessError, match="none of the alternatives"):
        protocol.check_witness(is_bit, {s: Fr(78)})
    protocol.check_witness(is_bit | same, witness)
    protocol.check_witness(is_bit | same, more)


def test_a_missing_secret_closes_its_branch_only():
    protocol.check_witness(a | Relation(B == v * G) | dleq()[0], dleq()[1])
    with pytest.raises(WitnessError, match="no value for the secret 'v'"):
        opening()[0].vector({s: Fr(1)})


# --- encoding -------------------------------------------------------------------------------------


@slow
@given(statements())
def test_encoding_is_the_naive_one(sampled):
    statement, _ = sampled
    assert statement.encode() == naive_sigma.encode(naive_sigma.tree(statement))
    assert protocol.n_scalars(statement) == naive_sigma.n_scalars(naive_sigma.tree(statement), naive_sigma.Ours)


def test_no_two_of_these_encode_alike():
    several = [
        a, b, a & b, b & a, And((a, b)), And((b, a)), a | b, b | a, Or((a, a)), And((a, b, c)), And((a, And((b, c)))),
        And((And((a, b)), c)), a | b | c, Or((a, Or((b, c)))), Or((Or((a, b)), c)), Or((And((a, b)), c)), (a & b) | c,
        And((Or((a, b)), c)), And((c, Or((a, b)))), And((a & b, c)), And((a, b & c)),
    ]  # fmt: skip
    encodings = [statement.encode() for statement in several]
    assert len(set(encodings)) == len(encodings)
    for i, one in enumerate(encodings):  # nor is one the beginning of another
        assert not any(two.startswith(one) for j, two in enumerate(encodings) if i != j)
