"""Attacks on records under a root, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, the protocol of `careless.py` without one of its
bindings; then it is mounted on the protocol as it is, and ours refuses it.  24, 36, 47 and more of
45 and 59 stand in test_records_binding; 20, 48 and 61 in test_records_uncertain.
"""

from dataclasses import replace
from datetime import date

import pytest
from records.careless import Protocol, statement_about
from records.clinic_of_four import ADULTS, CHILD, CLINIC, HOLDER, LATELY, OLD, REAL, STRANGER, is_refused
from records.holders import AT, COVID, MMR, NONCE, hospital, record

from zkhealth.curve import G1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr
from zkhealth.records import CommittedRecord, Policy, Presentation, commit


def moved(data, clinic, index):
    """The same leaf and proof, shown at another place or in another tree."""
    shown = Presentation.decode(data)
    return replace(shown, index=index, path=clinic.tree.inclusion_proof(index)).encode()


# Each attack has a prover's half of a protocol, and ends with what the verifier is given: its own policy, root, size
# and nonce, and the bytes.


def replayed_under_another_nonce(protocol):
    return LATELY, CLINIC.root, 4, bytes(32), protocol.present(LATELY, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))


def another_day_with_the_same_bounds(protocol):
    """Born by 23 November 2008: at least 18 in 2026, and at least 17 in 2025.  Every row is the same."""
    weaker = Policy(date(2025, 11, 23), 17)
    assert statement_rows(weaker) == statement_rows(ADULTS)
    data = protocol.present(weaker, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    return ADULTS, CLINIC.root, 4, NONCE, data


def the_window_of_yesterday(protocol):
    """82 to 84 days before yesterday are 83 to 85 before today."""
    yesterday = Policy(date(2026, 11, 22), days=(82, 84))
    assert statement_rows(yesterday) == statement_rows(LATELY)
    return LATELY, CLINIC.root, 4, NONCE, protocol.present(yesterday, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))


def a_list_with_one_code_twice(protocol):
    longer, shorter = (Policy(AT, vaccines=(COVID, MMR, COVID)[:n]) for n in (3, 2))
    return shorter, CLINIC.root, 4, NONCE, protocol.present(longer, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))


def moved_to_a_newer_root(protocol):
    """39: what was proven under an old root, with the path of the new one."""
    newer = hospital(HOLDER, CHILD, STRANGER, OLD)
    data = protocol.present(LATELY, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    return LATELY, newer.root, 4, NONCE, moved(data, newer, 0)


def another_size_with_the_same_path(protocol):
    """34: the first of three has a path of two hashes, as the first of four has."""
    return LATELY, CLINIC.root, 3, NONCE, protocol.present(LATELY, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))


def moved_to_a_copy_of_the_leaf(protocol):
    """35: the publisher put one record in twice; a proof for one copy is shown as the other."""
    twice = hospital(HOLDER, CHILD, HOLDER)
    data = protocol.present(LATELY, twice.root, 3, NONCE, HOLDER, twice.place(0))
    return LATELY, twice.root, 3, NONCE, moved(data, twice, 2)


def a_record_of_one_s_own(protocol):
    """49: never issued, shown with the path of somebody else."""
    forged = next(commit([record()]))
    return LATELY, CLINIC.root, 4, NONCE, protocol.present(LATELY, CLINIC.root, 4, NONCE, forged, CLINIC.place(1))


def a_record_without_a_path(protocol):
    forged = next(commit([record()]))
    return LATELY, CLINIC.root, 4, NONCE, protocol.present(LATELY, CLINIC.root, 4, NONCE, forged, (0, ()))


def attributes_in_another_order(protocol):
    """45: the birth of a baby, shown as the day of a vaccination."""
    baby = next(commit([record(birth="2026-09-01", given="2020")]))
    swapped = reordered(baby, [3, 4, 2, 0, 1])
    clinic = hospital(HOLDER, baby)
    return LATELY, clinic.root, 2, NONCE, protocol.present(LATELY, clinic.root, 2, NONCE, swapped, clinic.place(1))


def attributes_of_two_records(protocol):
    """46: the birth of one's grandmother, the vaccination of one's own."""
    mixed = CommittedRecord(
        replace(CHILD.record, birth=STRANGER.record.birth),
        G1.stack(STRANGER.commitments[:2], CHILD.commitments[2:]),
        Fr(STRANGER.blindings.ints()[:2] + CHILD.blindings.ints()[2:]),
    )
    both = Policy(AT, 18, days=(84, 84))
    return both, CLINIC.root, 4, NONCE, protocol.present(both, CLINIC.root, 4, NONCE, mixed, CLINIC.place(1))


def other_attributes_around_a_proof(protocol):
    """59: the proof of an age says nothing of the rest of the leaf, which is then replaced."""
    data = protocol.present(ADULTS, CLINIC.root, 4, NONCE, HOLDER, CLINIC.place(0))
    shown = Presentation.decode(data)
    leaf = G1.stack(HOLDER.commitments[:2], CHILD.commitments[2:]).encode()
    return ADULTS, CLINIC.root, 4, NONCE, replace(shown, leaf=leaf).encode()


def statement_rows(policy):
    """Everything that the range argument absorbs of a policy."""
    statement, _ = statement_about(policy, HOLDER.commitments)
    return [
        ([(start, w.ints()) for start, w in row.segments], [(k, a.ints()) for k, a in row.terms], row.constant.ints())
        for row in statement.rows.rows
    ]


def reordered(committed, order):
    """The same commitments, in other places."""
    birth, vaccine, given = committed.record.birth, committed.record.vaccine, committed.record.given
    return CommittedRecord(
        replace(committed.record, birth=given, given=birth, vaccine=vaccine),
        G1.stack(*(committed.commitments[i] for i in order)),
        Fr([committed.blindings.ints()[i] for i in order]),
    )


@pytest.mark.parametrize(("attack", "left_out"), [
    pytest.param(replayed_under_another_nonce, ["nonce"], id="50 replayed under another nonce"),
    pytest.param(another_day_with_the_same_bounds, ["policy"], id="47 another day with the same bounds"),
    pytest.param(the_window_of_yesterday, ["policy"], id="50 the window of yesterday"),
    pytest.param(a_list_with_one_code_twice, ["policy"], id="38 a list with one code twice"),
    pytest.param(moved_to_a_newer_root, ["root"], id="39 moved to a newer root"),
    pytest.param(another_size_with_the_same_path, ["size"], id="34 another size with the same path"),
    pytest.param(moved_to_a_copy_of_the_leaf, ["index"], id="35 moved to a copy of the leaf"),
    pytest.param(a_record_of_one_s_own, ["inclusion"], id="49 a record of one's own"),
    pytest.param(a_record_without_a_path, ["inclusion"], id="34 a record without a path"),
    pytest.param(attributes_in_another_order, ["inclusion"], id="45 attributes in another order"),
    pytest.param(attributes_of_two_records, ["inclusion"], id="46 attributes of two records"),
    pytest.param(other_attributes_around_a_proof, ["inclusion", "leaf"], id="59 other attributes around a proof"),
])  # fmt: skip
def test_what_works_on_a_careless_verifier_is_refused(attack, left_out):
    careless = Protocol(*left_out)
    careless.check(*attack(careless))

    forgery = attack(REAL)
    with pytest.raises(VerificationError):
        REAL.check(*forgery)
    assert is_refused(*forgery)


def test_59_inclusion_and_leaf_guard_each_other():
    """Either one stops the exchange of other attributes."""
    for left_out in ("inclusion", "leaf"):
        protocol = Protocol(left_out)
        with pytest.raises(VerificationError):
            protocol.check(*other_attributes_around_a_proof(protocol))
