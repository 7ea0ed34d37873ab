"""Records that say less than is asked, or what is not so: partial dates, absent attributes, edited contents.

The numbers are those of the attacks in ATTACKS.md.
"""

from dataclasses import replace
from datetime import date

import pytest
from records.clinic_of_four import ADULTS, CHILD, CLINIC, HOLDER, REAL, is_refused
from records.holders import AT, COVID, MMR, NONCE, hospital, record

from zkhealth.commitments import Pedersen
from zkhealth.errors import WitnessError
from zkhealth.field import Fr
from zkhealth.health import FIRST_DATE, DayInterval, days
from zkhealth.rangeproof import Committed, Statement, prove
from zkhealth.records import ATTRIBUTES, CommittedRecord, Policy, check, present
from zkhealth.records import record as record_module

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
EVERY_DAY = (0, days(AT) - days(FIRST_DATE))


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


@pytest.mark.parametrize("value", [days(FIRST_DATE) - 1, days(AT) + 1, Fr.MODULUS - 36_525, 2**64, 2**200])
def test_20_a_birth_before_1800_or_after_today_proves_no_age(value):
    """A publisher's slip: such a number is in no interval, and does not wrap around."""
    C, s = Pedersen().commit(Fr([value] * 5))
    statement = Statement(*ADULTS.facts(dict(zip(ATTRIBUTES, map(Committed, C), strict=True))))
    with pytest.raises(WitnessError, match="interval"):
        prove(statement, dict.fromkeys(statement.hidden, (value, s[1])), b"")
