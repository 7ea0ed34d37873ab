"""Attacks on records under a root, by their numbers in ATTACKS.md.

Each forgery first passes a careless verifier, the protocol of `careless.py` without one of its
bindings; then it is mounted on the protocol as it is, and ours refuses it.
"""

from dataclasses import replace
from datetime import date

import pytest
from records.careless import Protocol, statement_about
from records.holders import AT, COVID, MMR, NONCE, hospital, record

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.field import Fr
from zkhealth.health import DayInterval, days
from zkhealth.merkle import verify_inclusion
from zkhealth.rangeproof import Committed, Statement, between, one_of, prove, verify
from zkhealth.records import ATTRIBUTES, CommittedRecord, Policy, Presentation, check, commit, present
from zkhealth.records import record as record_module
from zkhealth.records.presentation import _context

REAL = Protocol()
LATELY = Policy(AT, days=(83, 85))
ADULTS = Policy(AT, 18)
HOLDER, CHILD, STRANGER, OLD = (
    next(commit([one]))
    for one in (
        record(),
        record(birth="2020-05-05", given="2026-08-31"),
        record(birth="1960-01-01", given="2026-08-30"),
        record(given="2020-01-01"),
    )
)
CLINIC = hospital(HOLDER, CHILD, OLD, STRANGER)


def is_refused(policy, root, size, nonce, data):
    with pytest.raises((VerificationError, DecodingError)):
        check(policy, root, size, nonce, data)
    return True


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


# --- 48: partial dates -------------------------------------------------------------------


class ByFirstDayOfBirth(Policy):
    """The mistake: the day on which the holder may have been born, if all went well."""

    def facts(self, hidden):
        return super().facts(hidden | {"birth_hi": hidden["birth_lo"]})


class ByFirstDayGiven(Policy):
    """The mistake: only the first day of the vaccination is looked at."""

    def facts(self, hidden):
        return super().facts(hidden)[:1]


class ByLastDayGiven(Policy):
    """The mistake: only the last one."""

    def facts(self, hidden):
        return super().facts(hidden)[1:]


@pytest.mark.parametrize(("careless", "fields", "holder"), [
    pytest.param(ByFirstDayOfBirth, {"min_age": 18}, record(birth="2008"), id="born in 2008"),
    pytest.param(ByFirstDayOfBirth, {"min_age": 18}, record(birth="2008-11"), id="born in November"),
    pytest.param(ByFirstDayGiven, {"days": (74, 90)}, record(given="2026-09"), id="given in September, late"),
    pytest.param(ByLastDayGiven, {"days": (50, 60)}, record(given="2026-09"), id="given in September, early"),
    pytest.param(ByLastDayGiven, {"days": (320, 330)}, record(given="2025"), id="given last year"),
])  # fmt: skip
def test_48_a_partial_date_counts_by_its_worse_day(careless, fields, holder):
    mistaken, policy = careless(AT, **fields), Policy(AT, **fields)
    assert mistaken.digest() == policy.digest()
    clinic = hospital(holder)
    asked = (clinic.root, 1, NONCE)
    data = REAL.present(mistaken, *asked, clinic.held[0], clinic.place(0))
    REAL.check(mistaken, *asked, data)

    assert is_refused(policy, *asked, data)
    with pytest.raises(WitnessError):
        present(policy, *asked, clinic.held[0], clinic.place(0))
    assert policy.shortfalls(holder)[0]


@pytest.mark.parametrize(
    ("birth", "at"), [("2008", "2026-12-31"), ("2008-11", "2026-11-30"), ("2000-02", "2018-03-01")]
)
def test_48_on_the_birthday_by_the_latest_day_it_counts(birth, at):
    clinic, policy = hospital(record(birth=birth)), Policy(date.fromisoformat(at), 18)
    asked = (policy, clinic.root, 1, NONCE)
    check(*asked, present(*asked, clinic.held[0], clinic.place(0)))


# --- 61: what the record does not say ----------------------------------------------------

EMPTY = record(None, None, None)
EVERY_DAY = (0, days(AT))


@pytest.mark.parametrize("policy", [
    pytest.param(Policy(AT, 18), id="age"),
    pytest.param(Policy(AT, days=EVERY_DAY), id="days"),
])  # fmt: skip
def test_61_what_is_absent_is_not_zero(policy, monkeypatch):
    """Day 0 is 1 January 1900: whoever has no birth date would be old enough."""
    with monkeypatch.context() as careless:
        careless.setattr(record_module, "absent", lambda: Fr(0))
        clinic = hospital(EMPTY)
        asked = (policy, clinic.root, 1, NONCE)
        check(*asked, present(*asked, clinic.held[0], clinic.place(0)))

    clinic = hospital(EMPTY)
    with pytest.raises(WitnessError):
        present(policy, clinic.root, 1, NONCE, clinic.held[0], clinic.place(0))


def test_61_what_is_absent_is_not_a_code(monkeypatch):
    with monkeypatch.context() as careless:
        careless.setattr(record_module, "absent", lambda: record_module.code_scalar(COVID))
        clinic, policy = hospital(EMPTY), Policy(AT, vaccines=(COVID,))
        asked = (policy, clinic.root, 1, NONCE)
        check(*asked, present(*asked, clinic.held[0], clinic.place(0)))

    clinic = hospital(EMPTY)
    with pytest.raises(WitnessError):
        present(policy, clinic.root, 1, NONCE, clinic.held[0], clinic.place(0))


@pytest.mark.parametrize("policy", [
    Policy(AT, 0),
    Policy(AT, 126),
    Policy(AT, vaccines=(COVID, MMR)),
    Policy(AT, days=EVERY_DAY),
    Policy(AT, days=(0, 0)),
])  # fmt: skip
def test_61_nothing_is_proven_of_what_is_absent(policy):
    clinic = hospital(EMPTY)
    with pytest.raises(WitnessError):
        present(policy, clinic.root, 1, NONCE, clinic.held[0], clinic.place(0))
    _, missing = policy.shortfalls(EMPTY)
    assert len(missing) == 1


# --- records that lie to their own holder ------------------------------------------------


@pytest.mark.parametrize("blindings", [HOLDER.blindings, CHILD.blindings])
def test_one_s_own_record_with_other_contents_proves_nothing(blindings):
    """The holder edits the record at home: the commitments do not open to it."""
    edited = CommittedRecord(replace(CHILD.record, birth=DayInterval(0, 0)), CHILD.commitments, blindings)
    with pytest.raises(WitnessError, match="opening"):
        present(ADULTS, CLINIC.root, 4, NONCE, edited, CLINIC.place(1))


@pytest.mark.parametrize("value", [-1, days(AT) + 1, Fr.MODULUS - 1, 2**64, 2**200])
def test_20_a_birth_before_1900_or_after_today_proves_no_age(value):
    """A publisher's slip: such a number is in no interval, and does not wrap around."""
    C, s = Pedersen().commit(Fr([value] * 5))
    statement = Statement(*ADULTS.facts(dict(zip(ATTRIBUTES, map(Committed, C), strict=True))))
    with pytest.raises(WitnessError, match="interval"):
        prove(statement, dict.fromkeys(statement.hidden, (value, s[1])), b"")


# --- the statement is the policy ---------------------------------------------------------


def test_the_facts_are_about_these_attributes():
    """An oracle for `Policy.facts`: the statement written by hand takes the same proofs."""
    policy = Policy(AT, 18, (COVID, MMR), (14, 270))
    hidden = dict(zip(ATTRIBUTES, map(Committed, HOLDER.commitments), strict=True))
    by_hand = Statement(
        between(hidden["birth_hi"], 0, (date(2008, 11, 23) - date(1900, 1, 1)).days),
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
