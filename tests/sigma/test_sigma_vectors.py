"""The vectors of draft-irtf-cfrg-sigma-protocols, suite BLS12-381 with SHAKE128.

Every record is decided as expected, by us and by the naive verifier; the valid
ones are proven again byte for byte from the appendix's seeded randomness.
"""

from functools import cache
from itertools import combinations

import pytest
from oracles import NATIVE, sample
from shared_files import shared_json
from sigma.naive_sigma import BATCHABLE, COMPACT, PyEcc, accepts, le, parse, xof
from sigma.naive_sigma import derive_session_id as naive_session_id

from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.field import Fr, concat
from zkhealth.sigma import Element, LinearRelation, Relation, Secret, verify, verify_batch, verify_batchable
from zkhealth.sigma import proof as sigma_proof
from zkhealth.transcript import Sponge, challenge_scalar, derive_session_id

SUITE = "sigma-proofs_Shake128_BLS12381"
FLAVORS = {"batchable": BATCHABLE, "compact": COMPACT}


@cache
def records(kind=""):
    return shared_json("vectors", "cfrg-sigma", f"sigma-proofs{kind}_Shake128_BLS12381.json")


def session(record):
    flavor = FLAVORS[record["Flavor"]].decode()
    head, found, tail = record["Tag"].rpartition(f"-{flavor}-with-{SUITE}")
    assert found and not tail
    return head.encode()


def relation_of(instance):
    """A statement from bytes: the library makes them from expressions only."""
    out = Relation.__new__(Relation)
    out.linear = LinearRelation.decode(instance)
    out.secrets = tuple(Secret(str(i)) for i in range(out.linear.n_secrets))
    return out


def check(record):
    check_flavor = verify if record["Flavor"] == "compact" else verify_batchable
    check_flavor(relation_of(bytes.fromhex(record["Instance"])), bytes.fromhex(record["NargString"]), session(record))


def is_accepted(record):
    try:
        check(record)
    except (DecodingError, VerificationError):
        return False
    return True


def naively_accepted(record, **options):
    instance, proof = bytes.fromhex(record["Instance"]), bytes.fromhex(record["NargString"])
    return accepts(("=", instance), proof, session(record), FLAVORS[record["Flavor"]], **options)


class SeededNonces:
    """The appendix's test randomness."""

    def __init__(self, record):
        flavor = FLAVORS[record["Flavor"]].decode()
        tag = f"TestDRNG-SIGMA-PROOFS-{flavor}-{SUITE}-{record['Relation']}"
        self.sponge = Sponge(derive_session_id(tag.encode()))

    def vector(self, n):
        return concat(*(challenge_scalar(self.sponge) for _ in range(n)))


# --- valid ---------------------------------------------------------------------------


def test_there_are_fourteen_valid_records_and_thirty_two_others():
    valid, others = records(), records("-invalid")
    assert len(valid) >= 14 and all(r["Expected"] == "accept" for r in valid)
    assert len(others) >= 32 and sum(r["Expected"] == "reject" for r in others) >= 28
    assert {r["Flavor"] for r in valid} == set(FLAVORS)
    assert len({r["Relation"] for r in valid}) == 7


def test_valid_proofs_verify():
    for record in records():
        check(record)
    for record in sample(records(), on_reference=4):
        assert naively_accepted(record), record["Id"]


def test_session_identifiers_are_those_of_the_records():
    for record in records():
        instance = relation_of(bytes.fromhex(record["Instance"]))
        identifier = sigma_proof.session_id(instance, session(record), FLAVORS[record["Flavor"]])
        assert identifier.hex() == record["SessionId"] == naive_session_id(record["Tag"].encode()).hex()


def test_instances_encode_to_the_same_bytes():
    for record in records():
        instance = bytes.fromhex(record["Instance"])
        assert LinearRelation.decode(instance).encode() == instance == parse(instance).encode()


def test_valid_proofs_are_proven_again_byte_for_byte():
    for record in records():
        statement = relation_of(bytes.fromhex(record["Instance"]))
        witness = dict(zip(statement.secrets, concat(Fr.decode(bytes.fromhex(record["Witness"]))), strict=True))
        flavor = FLAVORS[record["Flavor"]]
        T, c, responses = sigma_proof._prove(statement, witness, session(record), flavor, SeededNonces(record))
        first = T.encode() if flavor == BATCHABLE else c.encode()
        assert (first + responses.encode()).hex() == record["NargString"], record["Id"]


def test_py_ecc_agrees_on_a_sample():
    for record in sample([*records(), *records("-invalid")], on_reference=3)[:: 3 if NATIVE else 1]:
        if record["Id"].rsplit("/", 1)[1] not in {"A1", "A5"}:  # py_ecc reads any flag and any subgroup
            assert naively_accepted(record, curve=PyEcc) == (record["Expected"] == "accept"), record["Id"]


# --- invalid -------------------------------------------------------------------------


def test_every_other_record_is_decided_as_expected_beside_its_valid_one():
    by_id = {record["Id"]: record for record in [*records(), *records("-invalid")]}
    pairs = 0
    for record in records("-invalid"):
        expected = record["Expected"] == "accept"
        assert is_accepted(record) == expected, record["Id"]
        if not expected:
            base = by_id[record["BaseId"]]
            assert base["Expected"] == "accept" and is_accepted(base), base["Id"]
            pairs += 1
    assert pairs >= 28


def test_the_naive_verifier_decides_the_other_records_alike():
    for record in sample(records("-invalid"), on_reference=6):
        assert naively_accepted(record) == (record["Expected"] == "accept"), record["Id"]


@pytest.mark.parametrize(
    ("which", "without"),
    [
        ("batchable/B1", {"canonical"}),
        ("compact/B2", {"canonical"}),
        ("batchable/C1", {"length"}),
        ("compact/C1", {"length"}),
        ("compact/D1", {"challenge", "identity"}),
        ("batchable/E1", {"validation"}),
        ("batchable/E1b", {"validation"}),
        ("batchable/E2", {"validation"}),
        ("batchable/E3", {"validation", "identity"}),
        ("compact/H3", {"challenge"}),
    ],
)
def test_a_rejected_record_passes_the_verifier_that_forgot_the_check(which, without):
    (record,) = [r for r in records("-invalid") if r["Id"].endswith(f"discrete_logarithm/{which}")]
    assert naively_accepted(record, without=without)
    assert not is_accepted(record)


def test_why_instances_are_refused():
    reasons = {}
    for record in records("-invalid"):
        name = record["Id"].rsplit("/", 1)[1]
        if name.startswith("E"):
            with pytest.raises(DecodingError) as caught:
                check(record)
            reasons[name] = str(caught.value)
    assert "check 6" in reasons["E1"] and "check 6" in reasons["E1b"]
    assert "check 9" in reasons["E2"] and "check 8" in reasons["E3"] and "96 bytes" in reasons["E4"]


# --- batches -------------------------------------------------------------------------


def triples(recs):
    return [
        (relation_of(bytes.fromhex(r["Instance"])), bytes.fromhex(r["NargString"]), session(r))
        for r in recs
        if r["Flavor"] == "batchable"
    ]


def test_any_valid_batchable_records_verify_together():
    valid = triples(records())
    assert len(valid) >= 7
    sizes = range(len(valid) + 1) if NATIVE else (0, 1, len(valid))
    for size in sizes:
        for batch in sample(combinations(valid, size), on_reference=2):
            verify_batch(batch)


def test_a_batch_with_any_rejected_record_is_refused():
    valid = triples(records())[: None if NATIVE else 2]
    refused = 0
    for record in records("-invalid"):
        if record["Flavor"] == "batchable" and record["Expected"] == "reject":
            for position in sample(range(len(valid) + 1), on_reference=2):
                with pytest.raises(ZkHealthError):
                    verify_batch([*valid[:position], *triples([record]), *valid[position:]])
            refused += 1
    assert refused >= 18


# --- the seven relations, as we write them --------------------------------------------


def points(record):
    return [Element(P) for P in parse(bytes.fromhex(record["Instance"])).elements]


def named(*names):
    return [Secret(name) for name in names]


def discrete_logarithm(G, X):
    (x,) = named("x")
    return (Relation(X == x * G),)


def chaum_pedersen(G, X, H, Y):
    (x,) = named("x")
    return (Relation(X == x * G, Y == x * H, elements=[X, H, Y]),)


def pedersen_commitment(G, H, C):
    m, r = named("m", "r")
    return Relation(C == m * G + r * H, elements=[H, C]), Relation(C - r * H == m * G, secrets=[m, r], elements=[H, C])


def pedersen_commitment_dleq(_, G0, G1_, X, G2, G3, Y):
    x0, x1 = named("x0", "x1")
    equations = X == x0 * G0 + x1 * G1_, Y == x0 * G2 + x1 * G3
    return (
        Relation(*equations, elements=[G0, G1_, X, G2, G3, Y]),
        Relation(equations[0], elements=[G0, G1_]) & Relation(equations[1]),
    )


def bbs_blind_commitment(_, Q2, J1, J2, J3, C):
    blind, *msgs = named("blind", "msg_1", "msg_2", "msg_3")
    right = blind * Q2
    for msg, J in zip(msgs, (J1, J2, J3), strict=True):
        right = right + msg * J
    return (Relation(C == right, secrets=[blind, *msgs], elements=[Q2, J1, J2, J3, C]),)


def elgamal_decryption(G, X, E0, E1, M):
    (x,) = named("x")
    return (
        Relation(X == x * G, M == x * E0 - E1, elements=[X, E0, E1, M]),
        Relation(X == x * G, M + E1 == x * E0, elements=[X, E0, E1, M]),
    )


SEVEN = {
    "discrete_logarithm": discrete_logarithm,
    "dleq": chaum_pedersen,
    "pedersen_commitment": pedersen_commitment,
    "pedersen_commitment_dleq": pedersen_commitment_dleq,
    "bbs_blind_commitment_computation": bbs_blind_commitment,
    "elgamal_decryption": elgamal_decryption,
    "dleq_derived_element": chaum_pedersen,
}


@pytest.mark.parametrize("name", SEVEN)
def test_an_expression_compiles_to_the_instance_of_the_draft(name):
    (record, _) = [r for r in records() if r["Relation"] == name]
    spellings = SEVEN[name](*points(record))
    assert spellings[0].encode().hex() == record["Instance"]
    verify_batchable(spellings[0], bytes.fromhex(record["NargString"]), session(record))


def test_a_constant_on_either_side_compiles_alike():
    (record, _) = [r for r in records() if r["Relation"] == "elgamal_decryption"]
    right, left = elgamal_decryption(*points(record))
    assert right.encode() == left.encode()


def test_order_of_elements_and_secrets_is_as_declared():
    (record, _) = [r for r in records() if r["Relation"] == "pedersen_commitment"]
    G, H, C = points(record)
    m, r = named("m", "r")
    as_written = Relation(C == r * H + m * G).linear
    assert [P.encode() for P in as_written.elements] == [P.terms[0].point.encode() for P in (G, C, H)]
    assert as_written.rows[0].secrets == (0, 1)
    declared = Relation(C == r * H + m * G, secrets=[m, r], elements=[H, C]).linear
    assert [P.encode() for P in declared.elements] == [P.terms[0].point.encode() for P in (G, H, C)]
    assert declared.rows[0].secrets == (1, 0)


def test_opens_to_compiles_as_in_the_draft():
    (record, _) = [r for r in records() if r["Relation"] == "pedersen_commitment"]
    G, H, C = points(record)
    m, r = named("m", "r")
    to_seven = Relation(C == m * G + r * H, elements=[H, C]).where(m=7)
    one, minus_seven = (1).to_bytes(32, "big"), (Fr.MODULUS - 7).to_bytes(32, "big")
    points_encoded = b"".join(P.terms[0].point.encode() for P in (H, C))
    image = le(2) + le(2) + one + le(0) + minus_seven
    assert to_seven.encode() == le(1) + image + le(1) + le(0) + le(1) + one + points_encoded
    assert to_seven.encode() == Relation(C - Fr(7) * G == r * H, elements=[H, C]).encode()


def test_bit_compiles_as_in_the_draft():
    (record, _) = [r for r in records() if r["Relation"] == "pedersen_commitment"]
    G, H, C = points(record)
    b, r, s = named("b", "r", "s")
    linear = Relation(C == b * G + r * H, C == b * C + s * H, elements=[H, C]).linear
    assert [(row.image_elements, row.secrets, row.elements) for row in linear.rows] == [
        ((2,), (0, 1), (0, 1)),
        ((2,), (0, 2), (2, 1)),
    ]


# --- the draft's own building blocks, without our sponge -------------------------------


def test_a_challenge_is_48_bytes_little_endian():
    sid = naive_session_id(b"tag")
    sponge = Sponge(sid)
    sponge.absorb(b"statement")
    sponge.absorb(b"commitments")
    expected = int.from_bytes(xof(sid, b"statementcommitments", 48), "little") % Fr.MODULUS
    assert int(challenge_scalar(sponge)) == expected


def test_element_zero_is_the_generator_of_the_suite():
    decoded = LinearRelation.decode(bytes.fromhex(records()[0]["Instance"]))
    assert decoded.elements[0] == G1.generator()
