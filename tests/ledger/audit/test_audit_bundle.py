"""An audit in a file needs no database, and nothing in it is believed but what the log signed."""

from dataclasses import replace
from itertools import islice

import pytest
from forgeries import damaged
from hypothesis import assume, given
from hypothesis import strategies as st
from ledger.consent.consents import (
    ALICE,
    BOB,
    HOSPITAL,
    NARROWER,
    ORIGIN,
    TERMS,
    access,
    emergency,
    grant,
    recorded,
)

from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.ledger import Log, public
from zkhealth.ledger.audit import AuditBundle, Status, audit_log, audit_tiles, erase, examine, make_bundle
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.consent import sign
from zkhealth.ledger.export import export
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.growth import Edge
from zkhealth.ledger.note import Signer
from zkhealth.ledger.reader import read_log
from zkhealth.ledger.trust import Trust

KEY = Signer.generate(ORIGIN)
TRUST = Trust(ORIGIN, [KEY.verifier])
SINCE = 9


def filled():
    """A log: seven issuers, a grant of Alice's, one of Bob's; then accesses, an emergency, a withdrawal."""
    log = Log.open(":memory:", ORIGIN)
    log.append([public("issuer", {"name": f"https://hospital{i}.example"}) for i in range(7)])
    mine, others = grant(after=7), grant(BOB, after=7)
    for entry, opening in (
        mine,
        others,
        recorded(access(grant=7)),
        recorded(access(patient=BOB.did, grant=8)),
        recorded(emergency()),
        recorded(access(purpose="ETREAT", emergency=11, classes=["Condition"])),
        sign(ALICE, 140, 13, of=mine),
        recorded(access(at=139, grant=7)),
    ):
        log.append([entry], [opening])
    return log


def state(log, size=None):
    size = len(log) if size is None else size
    return Checkpoint(ORIGIN, size, log.root(size))


@pytest.fixture
def log():
    with filled() as log:
        yield log


@pytest.fixture
def signed(log):
    return state(log).sign(KEY)


def test_every_access_after_a_checkpoint_is_shown_to_have_had_consent(log, signed):
    since = state(log, SINCE)
    bundle = AuditBundle.decode(make_bundle(log, signed, since).encode())
    report = bundle.verify(TRUST, since)
    assert report.is_proven and not report.is_refuted and report.missing == ()
    assert report.counts() == {
        "consent": 3,
        "emergency": 1,
        "declaration": 1,
        "no consent": 0,
        "undecided": 0,
        "unopened": 0,
    }
    assert [f.late for f in report.findings] == [(), (), (), (), (13,)]
    assert report.explain().startswith("PROVEN") and HOSPITAL not in report.explain() + repr(report)


def test_database_tiles_and_file_give_the_same_report(log, signed, tmp_path):
    since = state(log, SINCE)
    export(log, tmp_path, signed)
    openings = {i: opening for i, (_, opening) in enumerate(log.opened()) if opening}
    from_tiles = audit_tiles(read_log(from_directory(tmp_path), TRUST), openings, since)
    assert audit_log(log, state(log), since) == from_tiles == make_bundle(log, signed, since).verify(TRUST, since)


def test_a_file_begins_where_the_first_grant_that_is_named_counts_from(log, signed):
    assert make_bundle(log, signed, state(log, SINCE)).edge.size == 7
    assert make_bundle(log, signed).edge.size == 0
    assert make_bundle(log, signed, state(log, 11)).edge.size == 7
    assert make_bundle(log, signed, state(log, 15)).edge.size == 15


def test_a_file_for_one_patient_opens_nothing_of_another(log, signed):
    since = state(log, SINCE)
    bundle = make_bundle(log, signed, since, patient=ALICE.did)
    assert sorted(bundle.openings) == [7, 9, 11, 12, 13, 14]
    assert BOB.did.encode() not in bundle.encode()
    report = bundle.verify(TRUST, since)
    assert not report.is_proven and not report.is_refuted
    assert [f.index for f in report.of(Status.UNOPENED)] == [10] == list(report.missing)


def test_an_erased_grant_is_named_and_the_log_stays_what_it_was(log, signed):
    before = log.root(), [log.entry(i).data for i in range(len(log))]
    assert erase(log, 7) == (9, 14)
    assert erase(log, 7) == ()  # To erase what was erased changes nothing.
    assert (log.root(), [log.entry(i).data for i in range(len(log))]) == before
    report = make_bundle(log, signed).verify(TRUST)
    assert [(f.index, f.basis) for f in report.of(Status.UNDECIDED)] == [(9, 7), (14, 7)]
    assert report.missing == (7,) and "NOT DECIDED" in report.explain()


def test_what_is_erased_is_in_no_file(log, signed):
    salt = log.body(7).salt
    assert salt in make_bundle(log, signed).encode()
    log.erase(7)
    assert salt not in make_bundle(log, signed).encode()


def test_an_erased_withdrawal_does_not_bring_its_grant_back(log, signed):
    assert erase(log, 13) == (14,)
    found = audit_log(log, state(log)).findings[-1]
    assert (found.status, found.missing) == (Status.UNDECIDED, (13,))


def test_public_entries_are_not_erased(log):
    with pytest.raises(ValueError, match="entry 0 is public"):
        erase(log, 0)
    with pytest.raises(ValueError, match="no entry 99"):
        erase(log, 99)


def dropped(bundle, index):
    """One entry, an access that nobody should see, is left out."""
    return [entry for i, entry in enumerate(bundle.entries, bundle.edge.size) if i != index]


def test_no_entry_can_be_left_out_or_put_in_place_of_another(log, signed):
    bundle, since = make_bundle(log, signed, state(log, SINCE)), state(log, SINCE)
    entries = list(bundle.entries)
    for i in range(len(entries)):
        changed = [*entries[:i], recorded(access())[0].data, *entries[i + 1 :]]
        with pytest.raises(VerificationError, match="not those under the checkpoint"):
            replace(bundle, entries=changed, openings={}).verify(TRUST, since)
    with pytest.raises(ValueError, match="expected 8 entries, got 7"):
        replace(bundle, entries=dropped(bundle, 10))
    for others in (entries[:-1], [*entries, entries[-1]]):
        with pytest.raises(VerificationError, match="expected 15 entries"):
            examine(others, bundle.openings.get, state(log), since, bundle.edge)


def test_a_shorter_past_cannot_be_made_up(log, signed):
    bundle, since = make_bundle(log, signed, state(log, SINCE)), state(log, SINCE)
    for level in bundle.edge.nodes:
        edge = Edge(bundle.edge.size, {**bundle.edge.nodes, level: bytes(32)})
        with pytest.raises(VerificationError, match="not those under the checkpoint"):
            replace(bundle, edge=edge).verify(TRUST, since)


def test_a_file_that_begins_after_what_is_to_be_audited_is_refused(log, signed):
    bundle = make_bundle(log, signed, state(log, SINCE))
    for since in (None, state(log, 6)):
        with pytest.raises(VerificationError, match="leaves out 7 entries"):
            bundle.verify(TRUST, since)


def test_a_file_that_leaves_out_what_a_grant_rests_on_proves_nothing(log, signed):
    """The grant counts from entry 7 on: whoever leaves out 7 or 8 could hide that it is a copy of one withdrawn."""
    since, entries = state(log, SINCE), [log.entry(i).data for i in range(8, 15)]
    openings = {i: log.body(i) for i in range(8, 15)}
    short = AuditBundle(signed, Edge(8, {3: log.node(3, 0)}), entries, openings)
    statuses = [f.status for f in short.verify(TRUST, since).findings]
    assert statuses == [Status.UNDECIDED, Status.UNDECIDED, Status.DECLARATION, Status.EMERGENCY, Status.UNDECIDED]


def test_an_emergency_that_is_left_out_proves_nothing(log, signed):
    edge = Edge(12, {3: log.node(3, 0), 2: log.node(2, 2)})
    short = AuditBundle(signed, edge, [log.entry(i).data for i in range(12, 15)], {12: log.body(12)})
    found = short.verify(TRUST, state(log, 12)).findings[0]
    assert (found.status, found.missing) == (Status.UNDECIDED, (11,)) and "not given" in found.why


def test_a_checkpoint_of_somebody_else_is_refused(log):
    for signer, origin in ((Signer.generate(ORIGIN), ORIGIN), (KEY, "log.example/other")):
        state_ = Checkpoint(origin, len(log), log.root())
        bundle = replace(make_bundle(log, state(log).sign(KEY)), checkpoint=state_.sign(signer))
        with pytest.raises(VerificationError):
            bundle.verify(TRUST)


def test_a_checkpoint_that_does_not_extend_the_auditor_s_is_refused(log, signed):
    bundle = make_bundle(log, signed)
    for origin, size in ((ORIGIN, 9), (ORIGIN, 99), ("log.example/2", 9)):
        since = Checkpoint(origin, size, bytes(32))
        with pytest.raises(VerificationError):
            bundle.verify(TRUST, since)


def test_the_opening_of_another_entry_opens_nothing(log, signed):
    bundle = make_bundle(log, signed)
    swapped = replace(bundle, openings={**bundle.openings, 7: bundle.openings[8], 9: bundle.openings[10]})
    report = AuditBundle.decode(swapped.encode()).verify(TRUST)
    assert [(f.index, f.status) for f in report.findings if f.status not in (Status.CONSENT, Status.DECLARATION)] == [
        (9, Status.UNOPENED),
        (12, Status.EMERGENCY),
        (14, Status.UNDECIDED),
    ]


def test_damage_is_found(log, signed):
    """Whatever is changed, the file is refused, or what it opens is no longer opened: nothing becomes proven by it."""
    since = state(log, SINCE)
    honest = make_bundle(log, signed, since)
    data, proven = honest.encode(), honest.verify(TRUST, since)
    openings_at = data.index(honest.openings[7].salt)
    for what, bad in islice(damaged(data, stride=11), 3 * len(data)):
        try:
            report = AuditBundle.decode(bad).verify(TRUST, since)
        except (DecodingError, VerificationError) as e:
            assert ALICE.did not in str(e) and HOSPITAL not in str(e)
            continue
        assert report != proven and not report.is_proven, what
        assert int("".join(c for c in what if c.isdigit())) >= openings_at - 12, what


@given(st.binary(max_size=200))
def test_any_bytes_are_a_bundle_or_a_decoding_error(data):
    try:
        AuditBundle.decode(data)
    except ZkHealthError as e:
        assert type(e) is DecodingError


with filled() as it:
    FIELDS = cbor.decode(make_bundle(it, state(it).sign(KEY)).encode(), 1 << 20)
PLAIN = st.none() | st.booleans() | st.integers(-1, 2**64 - 1) | st.binary(max_size=50) | st.text(max_size=5)


@given(st.integers(1, 7), PLAIN)
def test_any_other_field_is_a_decoding_error(field, value):
    assume((field, value) != (6, b""))  # No openings at all: an audit that says little.
    assume(field not in FIELDS or repr(FIELDS[field]) != repr(value))
    with pytest.raises(DecodingError):
        AuditBundle.decode(cbor.encode(FIELDS | {field: value}))


@pytest.mark.parametrize("order", [(8, 7), (7, 7), (7, 15)], ids=["not in order", "twice", "of no entry"])
def test_openings_stand_once_and_in_order(log, order):
    opening = log.body(7)
    one = len(opening.data).to_bytes(4) + opening.salt + opening.data
    with pytest.raises(DecodingError):
        AuditBundle.decode(cbor.encode(FIELDS | {6: b"".join(index.to_bytes(8) + one for index in order)}))


def test_the_encoding_is_deterministic(log, signed):
    bundle = make_bundle(log, signed)
    turned = replace(bundle, openings=dict(reversed(bundle.openings.items())))
    assert bundle.encode() == turned.encode() == AuditBundle.decode(bundle.encode()).encode()


def test_progress_goes_up_to_the_whole(log, signed):
    told = []
    make_bundle(log, signed).verify(TRUST, progress=told.append)
    assert told == sorted(told) and told[-1] == len(log)


def test_a_log_that_is_not_under_the_checkpoint_is_refused(log):
    with pytest.raises(VerificationError, match="not those under"):
        audit_log(log, Checkpoint(ORIGIN, len(log), bytes(32)))
    with pytest.raises(ValueError, match="of this log"):
        make_bundle(log, Checkpoint(ORIGIN, len(log), bytes(32)).sign(KEY))


def test_a_narrowed_grant_is_audited_by_what_is_left():
    with Log.open(":memory:", ORIGIN) as log:
        made = grant()
        for entry, opening in (
            made,
            sign(ALICE, 120, 1, NARROWER, of=made),
            recorded(access(classes=["Immunization"])),
            recorded(access(classes=["Observation"])),
        ):
            log.append([entry], [opening])
        report = audit_log(log, state(log))
    assert [f.status for f in report.findings] == [Status.CONSENT, Status.NO_CONSENT]
    assert report.is_refuted and report.explain().startswith("REFUTED")
    assert TERMS.grantee not in report.explain()
