"""Records as scalars, commitments to them, and the made-up hospital."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE
from records.holders import COVID, record

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1, hash_to_scalar
from zkhealth.field import Fr
from zkhealth.health import (
    COVID19,
    INFLUENZA,
    LAST_DATE,
    SAMPLE_AT,
    SYSTEMS,
    Code,
    PatientHistory,
    days,
    parse_date,
    read_bundle,
    sample_bundle,
)
from zkhealth.merkle import verify_inclusion
from zkhealth.records import ATTRIBUTES, Record, commit, publish, records_of
from zkhealth.records.record import absent, code_scalar

plain = st.text(st.characters(codec="utf-8", exclude_characters=" "), min_size=1, max_size=6).filter(str.isprintable)
codes = st.builds(Code, plain.filter(lambda text: "|" not in text) | st.sampled_from(list(SYSTEMS.values())), plain)


def test_the_attributes_of_a_full_record():
    scalars = record("1990-04-02", COVID, "2026-09-01").scalars()
    birth, given = parse_date("1990-04-02").lo, parse_date("2026-09-01").lo
    assert scalars.ints() == [birth, birth, int(code_scalar(COVID)), given, given]
    assert len(ATTRIBUTES) == len(scalars)


@pytest.mark.parametrize(("text", "first", "last"), [
    ("1990", "1990-01-01", "1990-12-31"),
    ("1990-04", "1990-04-01", "1990-04-30"),
    ("2000-02", "2000-02-01", "2000-02-29"),
    ("1900-02", "1900-02-01", "1900-02-28"),
    ("2155", "2155-01-01", "2155-12-31"),
])  # fmt: skip
def test_a_partial_date_is_an_interval(text, first, last):
    lo, hi = parse_date(first).lo, parse_date(last).lo
    scalars = dict(zip(ATTRIBUTES, record(text, COVID, text).scalars().ints(), strict=True))
    assert [scalars[name] for name in ("birth_lo", "birth_hi", "given_lo", "given_hi")] == [lo, hi, lo, hi]


@given(codes, codes)
def test_two_codes_have_two_scalars(a, b):
    assert (code_scalar(a) == code_scalar(b)) == ((a.system, a.code) == (b.system, b.code))


def test_the_bar_between_system_and_code_is_not_ambiguous():
    """Joined without a separator that the system cannot hold, these would be one text."""
    a, b = Code("http://a", "b|c"), Code("http://ab", "|c")
    assert (a.system + a.code).replace("|", "") == (b.system + b.code).replace("|", "")
    assert code_scalar(a) != code_scalar(b)
    with pytest.raises(ValueError, match="without '\\|'"):
        Code("http://a|b", "c")


@pytest.mark.parametrize("other", ["8", "0208", "2080"])
def test_codes_are_compared_character_by_character(other):
    assert code_scalar(Code(COVID.system, other)) != code_scalar(COVID)
    assert code_scalar(Code(SYSTEMS["snomed"], COVID.code)) != code_scalar(COVID)


def test_a_vaccine_is_hashed_for_its_own_role():
    data = COVID.canonical.encode()
    assert code_scalar(COVID) == hash_to_scalar(data, b"ZKHEALTH-V01-CODE_XMD:SHA-256_")
    assert code_scalar(COVID) != hash_to_scalar(data, b"ZKHEALTH-V01-ABSENT_XMD:SHA-256_")


def test_61_what_is_absent_is_no_day_and_no_code():
    assert record(None, None, None).scalars().ints() == [int(absent())] * 5
    signed = min(int(absent()), Fr.MODULUS - int(absent()))
    assert signed > 2**64 > days(LAST_DATE), "no interval of days, nor any other, reaches it"
    assert absent() not in [code_scalar(code) for code in (*COVID19, *INFLUENZA)]
    assert absent() != hash_to_scalar(b"absent", b"ZKHEALTH-V01-CODE_XMD:SHA-256_")


@pytest.mark.parametrize("text", [b"", b"|", b"absent", b"None"])
def test_61_what_is_absent_is_no_hash_of_a_text_in_the_place_of_a_code(text):
    assert absent() != hash_to_scalar(text, b"ZKHEALTH-V01-CODE_XMD:SHA-256_")


def test_each_attribute_opens_with_pedersen():
    committed = next(commit([record()]))
    for C, v, s in zip(committed.commitments, committed.record.scalars(), committed.blindings, strict=True):
        Pedersen().open(C, v, s)
    assert committed.leaf == committed.commitments.encode()
    assert len(committed.leaf) == len(ATTRIBUTES) * G1.BYTES == 240


def test_the_blindings_are_fresh_for_every_attribute_and_every_time():
    twice = [next(commit([record()])), *commit([record()])]
    blindings = [s for committed in twice for s in committed.blindings.ints()]
    assert len(set(blindings)) == 10
    assert 0 not in blindings
    points = [C.encode() for committed in twice for C in committed.commitments]
    assert len(set(points)) == 10, "equal days must not look equal"


@pytest.mark.parametrize("n", [0, 1, 255, 256, 257, 600] if NATIVE else [0, 1, 2])
def test_a_stream_comes_back_in_its_order(n):
    records = [record("1990", COVID, f"20{i % 50:02}-01-01") for i in range(n)]
    out = list(commit(iter(records)))
    assert [committed.record for committed in out] == records
    for committed in out[:: max(n // 5, 1)]:
        values = committed.record.scalars()
        Pedersen().open(committed.commitments[4], values[4], committed.blindings[4])


@pytest.mark.usefixtures("native")
def test_a_long_stream_is_read_in_batches():
    stream = iter([record()] * 600)
    assert len(list(islice(commit(stream), 3))) == 3
    assert len(list(stream)) == 600 - 256


def test_a_record_for_each_code_of_each_vaccination():
    history = read_bundle(sample_bundle()).up_to(SAMPLE_AT)
    found = records_of(history)
    assert [(r.vaccine.short, r.given.is_partial) for r in found] == [
        ("cvx|115", True), ("cvx|208", False), ("atc|J07BN01", False), ("cvx|208", False), ("atc|J07BN01", False),
        ("cvx|140", False),
    ]  # fmt: skip
    assert {r.birth for r in found} == {history.birth}


def test_a_patient_without_vaccinations_has_a_record():
    assert records_of(PatientHistory(parse_date("1990"), ())) == [Record(parse_date("1990"), None, None)]


def test_a_record_hides_itself_when_printed():
    committed = next(commit([record("1990-04-02")]))
    for shown in (committed, committed.record, [committed.record]):
        assert not any(secret in repr(shown) + str(shown) for secret in ("1990", "208", "2026", "32964"))


# --- the hospital ------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 1, 5])
def test_every_record_is_under_the_root_at_its_place(others):
    mine = [record(), record(given="2026-10-01")]
    tree, held = publish(mine, others)
    assert len(tree) == 2 + others
    assert sorted(map(id, (committed.record for committed in held.values()))) == sorted(map(id, mine))
    for index, committed in held.items():
        verify_inclusion(tree.root(), len(tree), index, committed.leaf, tree.inclusion_proof(index))


@pytest.mark.usefixtures("native")
def test_the_place_is_random():
    """In a fixed place, the index would say whose record it is; 40 equal draws of 9 are one in 10^38."""
    assert len({next(iter(publish([record()], 8)[1])) for _ in range(40)}) > 1


def test_two_publications_of_one_record_share_no_leaf():
    leaves = [next(iter(publish([record()], 0)[1].values())).leaf for _ in range(2)]
    assert leaves[0] != leaves[1]
