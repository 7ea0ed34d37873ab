"""Accesses and emergencies are written in one way, end by themselves, and say nothing where nobody should look."""

import logging

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from ledger.consent.consents import (
    ALICE,
    BOB,
    HOSPITAL,
    NARROWER,
    ORIGIN,
    access,
    emergency,
    grant,
    logged,
    recorded,
    request,
)

from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.ledger import Opening
from zkhealth.ledger.audit import MAX_EMERGENCY, Client, Desk, Status, audit_events, history, read_record, read_steps
from zkhealth.ledger.consent import allowed, narrow, sign, withdraw

PERSONAL = (ALICE.did, BOB.did, HOSPITAL, "unconscious", "Observation", "TREAT")


@pytest.mark.parametrize("record", [access(), access(emergency=3), emergency()], ids=lambda r: type(r).__name__)
def test_a_record_reads_back_as_it_was_written(record):
    assert read_record(record.body()) == record
    assert not any(value in repr(record) for value in PERSONAL)


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        pytest.param(access().body(), {"access": {**access().body()["access"], "grant": True}}, id="a bool as index"),
        pytest.param(access().body(), {"access": {**access().body()["access"], "at": 150.0}}, id="a float as time"),
        pytest.param(access().body(), {"access": {**access().body()["access"], "emergency": 1}}, id="two bases"),
        pytest.param(access().body(), {"access": {**access().body()["access"], "more": 1}}, id="a name too many"),
        pytest.param(access().body(), {"access": {}}, id="nothing"),
        pytest.param(access().body(), {"v": 2}, id="another version"),
        pytest.param(access().body(), {"v": True}, id="a bool as version"),
        pytest.param(access().body(), {"emergency": emergency().body()["emergency"]}, id="both"),
        pytest.param(
            access().body(), {"access": {**access().body()["access"], "classes": ["B", "A"]}}, id="classes not in order"
        ),
        pytest.param(
            emergency().body(), {"emergency": {**emergency().body()["emergency"], "until": 10**9}}, id="for ever"
        ),
    ],
)
def test_any_other_body_is_refused(body, changes):
    with pytest.raises(DecodingError, match="expected an access or an emergency"):
        read_record(body | changes)


def test_damaged_bodies_are_refused_or_say_something_else():
    for record in (access(), emergency()):
        _, opening = recorded(record)
        for what, data in damaged(opening.data, stride=3):
            try:
                read = read_record(Opening(opening.salt, data).body)
            except ZkHealthError as e:
                assert type(e) is DecodingError and not any(value in str(e) for value in PERSONAL), what
            else:
                assert read != record, what


@given(st.dictionaries(st.sampled_from(["access", "emergency", "v"]), st.none() | st.integers() | st.dictionaries(
    st.sampled_from(["actor", "at", "until", "classes", "grant", "patient", "purpose", "reason"]),
    st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2),
)))
def test_any_json_is_a_record_or_a_decoding_error(body):
    with pytest.raises(DecodingError):
        read_record(body)


@pytest.mark.parametrize(
    "make",
    [
        lambda: emergency(at=150, until=150),
        lambda: emergency(at=150, until=151 + MAX_EMERGENCY),
        lambda: emergency(reason=" "),
        lambda: emergency(reason="two\nlines"),
        lambda: emergency(patient="did:web:alice.example"),
        lambda: access(grant=1, emergency=1),
        lambda: access(grant=-1),
        lambda: access(classes=[]),
    ],
)
def test_records_that_mean_nothing_are_the_caller_s_mistake(make):
    with pytest.raises(ValueError, match=r"expected|not between") as caught:
        make()
    assert not any(value in str(caught.value) for value in (*PERSONAL, "alice"))


def test_a_desk_records_what_is_allowed_and_refuses_the_rest():
    with logged(grant(), grant(BOB)) as log:
        desk = Desk(log)
        recorded_ = desk.access(HOSPITAL, BOB.did, "TREAT", ["Observation"], 150)
        assert recorded_.may_read and (recorded_.index, recorded_.finding.basis) == (2, 1)
        with pytest.raises(VerificationError, match="purpose is outside"):
            desk.access(HOSPITAL, BOB.did, "HPAYMT", ["Observation"], 150)
        withdraw(log, BOB, 1, at=151)
        with pytest.raises(VerificationError, match="withdrawn in entry 3"):
            desk.access(HOSPITAL, BOB.did, "TREAT", ["Observation"], 151)
        assert len(log) == 4


def test_a_desk_breaks_the_glass_for_a_while():
    with logged() as log:
        desk = Desk(log)
        with pytest.raises(VerificationError, match="no grant"):
            desk.access(HOSPITAL, ALICE.did, "ETREAT", ["Condition"], 150)
        index = desk.record(emergency()).index
        assert desk.access(HOSPITAL, ALICE.did, "ETREAT", ["Condition"], 159, emergency=index).may_read
        with pytest.raises(VerificationError, match="was over"):
            desk.access(HOSPITAL, ALICE.did, "ETREAT", ["Condition"], 160, emergency=index)
        with pytest.raises(VerificationError, match="no emergency stands before"):
            desk.access(HOSPITAL, ALICE.did, "ETREAT", ["Condition"], 150, emergency=9)


def test_a_withdrawal_between_question_and_record_is_seen():
    """The desk asks, the patient withdraws, the desk records: its place in the log decides."""
    with logged(grant()) as log:
        desk = Desk(log)
        assert desk.ask(request()).is_allowed
        withdraw(log, ALICE, 0, at=120)
        late = desk.record(access())
        assert not late.may_read and late.finding.status is Status.NO_CONSENT


def test_history_is_the_patient_s_own_in_plain_words():
    with logged(grant(), grant(BOB), recorded(access()), recorded(access(patient=BOB.did, grant=1))) as log:
        Desk(log).record(emergency())
        narrow(log, ALICE, 0, NARROWER, at=160)
        withdraw(log, ALICE, 0, at=170)
        lines = history(read_steps(log), ALICE.did)
    assert [line.index for line in lines] == [0, 2, 4, 5, 6]
    words = [line.words for line in lines]
    assert words[0].startswith(f"You allowed: {HOSPITAL} may read Immunization, Observation for research, treatment")
    assert words[1] == f"{HOSPITAL} read Observation for treatment, naming the grant in entry 0"
    assert words[2] == f"{HOSPITAL} broke the glass until 1970-01-01 00:02:40 UTC: unconscious on arrival"
    assert words[3].startswith("You narrowed a grant") and words[4] == "You withdrew a grant"
    assert [line.verdict for line in lines] == ["", "with your consent", "look at the reason", "", ""]
    assert not any(value in repr(lines) for value in PERSONAL)


CLIENT = Client("urn:uuid:6f8f6a4e-8e7b-4d0c-9f43-0d9e8d1a1c11", "192.0.2.7")


def events(client=None):
    with logged(
        grant(),
        recorded(access()),
        recorded(emergency()),
        recorded(access(purpose="ETREAT", emergency=2)),
        recorded(access(at=300)),
    ) as log:
        commitment = log.entry(0).commitment
        return list(audit_events(read_steps(log), ORIGIN, client)), commitment


def test_events_are_fhir_audit_events():
    fhir = pytest.importorskip("fhir.resources.R4B.auditevent", reason="fhir.resources is not installed")
    for event in (*events()[0], *events(CLIENT)[0]):
        read = fhir.AuditEvent.model_validate(event)
        assert read.recorded and read.agent and read.source.observer


def test_an_access_under_a_grant_has_the_pattern_of_balp():
    """The slices of AuthZconsent: client, user, organisation, authoriser; patient and Consent."""
    (event, *_), commitment = events(CLIENT)
    assert event["meta"]["profile"][0].endswith("/BALP/StructureDefinition/IHE.BasicAudit.AuthZconsent")
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"]) == ("110113", "AuthZ-Consent", "E")
    types = [agent["type"]["coding"][0]["code"] for agent in event["agent"]]
    assert types == ["110150", "IRCP", "PROV", "authserver"]
    assert [agent["requestor"] for agent in event["agent"]] == [False, True, False, False]
    assert event["agent"][0]["network"] == {"address": "192.0.2.7", "type": "2"}
    patient, consent = event["entity"]
    assert patient["what"]["identifier"]["value"] == ALICE.did and consent["type"]["code"] == "Consent"
    assert consent["what"]["identifier"]["value"].startswith("ni:///sha-256;") and commitment
    assert event["outcome"] == "0" and event["recorded"] == "1970-01-01T00:02:30Z"


def test_without_a_client_no_profile_is_claimed():
    assert all("meta" not in event for event in events()[0])


def test_events_of_one_patient_say_nothing_of_another():
    with logged(grant(), grant(BOB), recorded(access()), recorded(access(patient=BOB.did, grant=1))) as log:
        (event,) = audit_events(read_steps(log), ORIGIN, patient=BOB.did)
        assert event["id"] == "3" and ALICE.did not in str(event)
        assert len(list(audit_events(read_steps(log), ORIGIN))) == 2


def test_an_emergency_says_so_and_an_access_without_consent_says_why():
    (_, declared, under, outside), _ = events()
    assert [e["subtype"][0]["code"] for e in (declared, under)] == ["110127", "110127"]
    assert {"type": "reason", "valueString": "unconscious on arrival"} in declared["entity"][0]["detail"]
    assert outside["outcome"] == "8" and "is over" in outside["outcomeDesc"]


def test_nothing_personal_is_logged_or_said_in_errors(caplog):
    caplog.set_level(logging.DEBUG)
    made = grant()
    with logged(made, sign(ALICE, 120, 1, of=made), recorded(access())) as log:
        steps = read_steps(log)
        judgement = allowed(log, request())
        said = [repr(steps), repr(judgement), repr(Desk(log)._walk), *(f.finding.why for f in steps if f.finding)]
        with pytest.raises(VerificationError) as caught:
            Desk(log).access(HOSPITAL, ALICE.did, "TREAT", ["Observation"], 150)
    said += [str(caught.value), caplog.text]
    assert not any(value in text for text in said for value in PERSONAL)


def test_openings_are_read_in_pages_as_one_by_one(log):
    """In both databases."""
    made = [recorded(access(at=i)) for i in range(1_500)]
    log.append([entry for entry, _ in made], [opening if i % 3 else None for i, (_, opening) in enumerate(made)])
    log.erase(1_000)
    paged = list(log.opened(990, 1_010))
    assert paged == [(log.entry(i), log.body(i)) for i in range(990, 1_010)]
    assert paged[10][1] is None and len(list(log.opened())) == 1_500
    with pytest.raises(ValueError, match="more than"):
        next(log.opened(0, 1_501))
