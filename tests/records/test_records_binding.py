"""What a presentation is bound to: a root and a policy that the verifier has of its own, a leaf, a nonce.

The numbers are those of the attacks in ATTACKS.md.
"""

from dataclasses import replace
from datetime import date

import pytest
from records.careless import statement_about
from records.clinic_of_four import ADULTS, CHILD, CLINIC, HOLDER, LATELY, OLD, REAL, is_refused
from records.holders import AT, COVID, MMR, NONCE, hospital, record

from zkhealth.health import days
from zkhealth.merkle import verify_inclusion
from zkhealth.rangeproof import Committed, Statement, between, one_of, prove, verify
from zkhealth.records import ATTRIBUTES, Policy, Presentation, check, commit, present
from zkhealth.records import record as record_module
from zkhealth.records.presentation import _context

# --- the verifier believes something that came with the proof ----------------------------


def test_36_the_root_does_not_come_with_the_proof():
    forged = hospital(CHILD, record())
    data = REAL.present(LATELY, forged.root, 2, NONCE, forged.held[1], forged.place(1))
    sent = {"root": forged.root, "size": 2}
    check(LATELY, sent["root"], sent["size"], NONCE, data)  # The mistake: these came with the proof.
    assert is_refused(LATELY, CLINIC.root, 2, NONCE, data)
    assert is_refused(LATELY, CLINIC.root, 4, NONCE, data)


def test_47_the_policy_does_not_come_with_the_proof():
    sent = Policy(AT, days=(0, 10_000)).to_json()
    data = present(Policy.from_json(sent), CLINIC.root, 4, NONCE, OLD, CLINIC.place(2))
    check(Policy.from_json(sent), CLINIC.root, 4, NONCE, data)  # The mistake, again.
    assert is_refused(LATELY, CLINIC.root, 4, NONCE, data)


@pytest.mark.parametrize("asked", [
    pytest.param(Policy(AT, 21), id="older"),
    pytest.param(Policy(AT, 16), id="younger"),
    pytest.param(Policy(AT, 18, days=(0, 365)), id="more is asked"),
    pytest.param(Policy(AT, days=(0, 365)), id="something else is asked"),
    pytest.param(Policy(date(2026, 11, 24), 18), id="another day"),
])  # fmt: skip
def test_45_a_proof_of_one_policy_is_none_of_another(asked):
    data = present(ADULTS, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    assert is_refused(asked, CLINIC.root, 4, NONCE, data)


def test_45_a_proof_of_more_is_no_proof_of_less():
    """True, but not what was asked: the verifier's policy fixes the statement."""
    more, less = Policy(AT, 18, days=(83, 85)), ADULTS
    data = present(more, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    assert is_refused(less, CLINIC.root, 4, NONCE, data)


def check_commitments_beside_the_leaf(policy, commitments, data):
    """A verifier that looks for the leaf in the tree, and takes the commitments from somewhere else."""
    shown = Presentation.decode(data)
    verify_inclusion(CLINIC.root, CLINIC.size, shown.index, shown.leaf, shown.path)
    context = REAL.context(policy, CLINIC.root, CLINIC.size, NONCE, shown.index, shown.leaf)
    verify(statement_about(policy, commitments)[0], shown.proof, context)


def test_24_the_proof_is_about_the_commitments_of_the_leaf():
    """A child shows its own leaf, with a proof about commitments of its choice, made for that very context."""
    forged, (index, path) = next(commit([record(given="2026-09-01")])), CLINIC.place(1)
    statement, hidden = statement_about(LATELY, forged.commitments)
    openings = {x: (v, s) for x, v, s in zip(hidden, forged.record.scalars(), forged.blindings, strict=True)}
    context = REAL.context(LATELY, CLINIC.root, 4, NONCE, index, CHILD.leaf)
    proof = prove(statement, {x: openings[x] for x in statement.hidden}, context)
    data = Presentation(index, CHILD.leaf, path, proof).encode()

    check_commitments_beside_the_leaf(LATELY, forged.commitments, data)
    assert is_refused(LATELY, CLINIC.root, 4, NONCE, data)


@pytest.mark.parametrize("part", ["index", "leaf", "path", "proof"])
@pytest.mark.parametrize("index", [1, 3])
def test_59_no_part_of_another_presentation_fits(part, index):
    """Of a second holder, who meets the policy too, and of a second record."""
    policy = Policy(AT, days=(83, 90))
    mine, theirs = (
        Presentation.decode(present(policy, CLINIC.root, 4, NONCE, CLINIC.held[i], CLINIC.place(i))) for i in (0, index)
    )
    for a, b in ((mine, theirs), (theirs, mine)):
        spliced = replace(a, **{part: getattr(b, part)}).encode()
        assert is_refused(policy, CLINIC.root, 4, NONCE, spliced)


def test_59_a_proof_of_an_earlier_run_fits_only_its_own_nonce():
    runs = {nonce: present(LATELY, CLINIC.root, 4, nonce, HOLDER, CLINIC.place(0)) for nonce in (NONCE, bytes(32))}
    for asked in runs:
        for made, data in runs.items():
            if made == asked:
                check(LATELY, CLINIC.root, 4, asked, data)
            else:
                assert is_refused(LATELY, CLINIC.root, 4, asked, data)


# --- the statement is the policy ---------------------------------------------------------


def test_the_facts_are_about_these_attributes():
    """An oracle for `Policy.facts`: the statement written by hand takes the same proofs."""
    policy = Policy(AT, 18, (COVID, MMR), (14, 270))
    hidden = dict(zip(ATTRIBUTES, map(Committed, HOLDER.commitments), strict=True))
    by_hand = Statement(
        between(hidden["birth_hi"], -36_524, (date(2008, 11, 23) - date(1900, 1, 1)).days),
        one_of(hidden["vaccine"], [record_module.code_scalar(COVID), record_module.code_scalar(MMR)]),
        between(hidden["given_lo"], days(AT) - 270, days(AT) - 14),
        between(hidden["given_hi"], days(AT) - 270, days(AT) - 14),
    )
    data = present(policy, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    context = REAL.context(policy, CLINIC.root, 4, NONCE, 0, HOLDER.leaf)
    verify(by_hand, Presentation.decode(data).proof, context)


def test_1_each_public_input_changes_the_context():
    inputs = {"root": CLINIC.root, "size": 4, "nonce": NONCE, "index": 0, "leaf": HOLDER.leaf}
    contexts = {_context(LATELY, **inputs)}
    for name, value in inputs.items():
        if isinstance(value, int):
            others = [value ^ 1 << bit for bit in range(63)]
        else:
            others = [flipped(value, bit) for bit in range(0, 8 * len(value), 7)]
        contexts |= {_context(LATELY, **inputs | {name: other}) for other in others}
    assert len(contexts) == 1 + 2 * 63 + 2 * 37 + 275


def test_7_no_two_inputs_run_into_each_other():
    """Joined without lengths, both would be the same tag and digest, and then zeros."""
    zeros = bytes(32)
    assert _context(LATELY, b"", 0, zeros, 0, b"\0") != _context(LATELY, b"\0", 0, zeros, 0, b"")


def flipped(data, bit):
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")
