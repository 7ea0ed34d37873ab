"""A statement is the patient's, for one log and one commitment; everything else is refused."""

import json

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from ledger.consent.consents import ALICE, BOB, HOSPITAL, INSURER, NARROWER, ORIGIN, SCOPE, TERMS, grant
from ledger.consent.forging import forged, longer, other_grantee, other_patient

from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.ledger.consent import PatientSecret, Terms, mark_of, open_statement, sign
from zkhealth.ledger.consent.fhir import read_consent, write_consent
from zkhealth.ledger.consent.identifiers import did_of, key_of
from zkhealth.ledger.consent.times import LAST, read_time, write_time
from zkhealth.ledger.entries import Entry, Opening, personal

CODES = st.sets(st.sampled_from(["TREAT", "ETREAT", "HPAYMT", "HRESCH", "PUBHLTH"]), min_size=1)
CLASSES = st.sets(st.sampled_from([*SCOPE, "Condition", "http://loinc.org|1234-5", "urn:x|a"]), min_size=1)
TIMES = st.integers(0, LAST)
PERIODS = st.tuples(TIMES, TIMES).filter(lambda p: p[0] != p[1]).map(sorted)
MADE = st.builds(
    lambda who, purposes, classes, period: Terms(who, purposes, classes, *period),
    st.sampled_from([HOSPITAL, INSURER]),
    CODES,
    CLASSES,
    PERIODS,
)


@given(MADE, TIMES, st.integers(0, 2**63 - 1))
def test_a_grant_reads_back_as_it_was_signed(terms, at, after):
    entry, opening = sign(ALICE, at, after, terms)
    statement = open_statement(ORIGIN, entry, opening)
    assert statement.fhir() == opening.body["consent"]
    assert (statement.patient, statement.at, statement.after) == (ALICE.did, at, after)
    assert (statement.terms, statement.of, statement.is_grant) == (terms, None, True)


def test_narrowings_and_withdrawals_name_their_grant_by_its_commitment_and_carry_its_mark():
    made = grant()
    for terms in (NARROWER, None):
        entry, opening = sign(ALICE, 120, 1, terms, of=made)
        statement = open_statement(ORIGIN, entry, opening)
        assert (statement.terms, statement.of, statement.is_grant) == (terms, made[0].commitment, False)
        assert entry.of == mark_of(*made) and Entry.decode(entry.data) == entry


def test_a_mark_cannot_be_told_from_the_entry_alone():
    entry, opening = grant()
    assert mark_of(entry, opening) != mark_of(entry, Opening(bytes(32), opening.data))
    assert mark_of(entry, opening) != mark_of(grant()[0], opening)


def test_an_entry_shows_nothing_of_what_it_is_about():
    entry, opening = grant()
    assert json.loads(entry.data).keys() == {"c", "kind"}
    shown = repr((entry, opening, open_statement(ORIGIN, entry, opening), TERMS))
    assert not any(value in shown for value in (ALICE.did, HOSPITAL, "TREAT", "Observation"))


def test_a_patient_has_another_key_in_every_log():
    secret = PatientSecret.generate()
    assert secret.for_log(ORIGIN).did == PatientSecret.decode(secret.encode()).for_log(ORIGIN).did
    assert secret.for_log(ORIGIN).did != secret.for_log(ORIGIN + "2").did
    assert secret.data.hex() not in repr((secret, secret.for_log(ORIGIN)))


@given(st.binary(min_size=32, max_size=32))
def test_a_did_stands_for_one_key(key):
    did = did_of(key)
    assert key_of(did) == key and did.startswith("did:key:z6Mk")


def test_the_did_of_a_known_key_is_that_of_the_specification():
    """The first example of did:key with Ed25519, section "Test Vectors" there."""
    key = key_of("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp")
    assert key.hex() == "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


ZERO = did_of(bytes(32))


X25519 = "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"  # As in the specification's test vectors.


@pytest.mark.parametrize(
    "did",
    ["", "did:key:z6Mk", "did:web:a", ZERO + "1", ZERO[:-1] + "0", ZERO[:-1], ZERO[8:], X25519, ZERO[:9] + "z" * 47, 5],
)
def test_what_is_no_did_is_refused(did):
    with pytest.raises(DecodingError):
        key_of(did)


@pytest.mark.parametrize(
    ("change", "resign"),
    [
        pytest.param(other_grantee, None, id="another grantee"),
        pytest.param(longer, None, id="a longer period"),
        pytest.param(other_patient, None, id="another patient"),
        pytest.param(lambda body: body.update(after=5), None, id="counts from another entry on"),
        pytest.param(other_patient, ALICE, id="another patient, signed with a key of one's own"),
        pytest.param(longer, BOB, id="a longer period, signed by another"),
        pytest.param(lambda body: body.update(origin="log.example/2"), ALICE, id="another log, signed"),
        pytest.param(lambda body: body.update(salt="0" * 64), ALICE, id="another commitment, signed"),
        pytest.param(lambda body: body.update(signature="0" * 128), None, id="no signature"),
    ],
)
def test_a_forged_grant_is_refused(change, resign):
    entry, opening = forged(change, resign)
    assert opening.opens(entry)
    with pytest.raises(VerificationError):
        open_statement(ORIGIN, entry, opening)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body.update(more=1), id="a name too many"),
        pytest.param(lambda body: body.update(after=True), id="a bool as number"),
        pytest.param(lambda body: body.update(after=-1), id="a negative number"),
        pytest.param(lambda body: body.update(salt=body["salt"].upper()), id="capital digits"),
        pytest.param(lambda body: body.update(origin="two words"), id="no origin"),
        pytest.param(lambda body: body.pop("after"), id="a name too few"),
        pytest.param(lambda body: body["consent"].update(status="draft"), id="a draft"),
    ],
)
def test_what_the_patient_signed_in_another_form_is_refused(change):
    with pytest.raises(DecodingError, match="expected a"):
        open_statement(ORIGIN, *forged(change, ALICE))


def test_an_unchanged_grant_signed_again_is_accepted():
    """The forgery above fails by what is changed, not by how it is made."""
    assert open_statement(ORIGIN, *forged(lambda body: None, ALICE)).patient == ALICE.did
    assert open_statement(ORIGIN, *forged(other_patient, BOB)).patient == BOB.did


def test_a_grant_of_another_log_is_refused():
    elsewhere = PatientSecret(bytes([1]) * 32).for_log("log.example/2")
    with pytest.raises(VerificationError, match="another log"):
        open_statement(ORIGIN, *sign(elsewhere, 100, 0, TERMS))


def test_a_grant_committed_again_with_another_salt_is_refused():
    _, opening = grant()
    with pytest.raises(VerificationError, match="another commitment"):
        open_statement(ORIGIN, *personal("grant", opening.body))


def test_a_withdrawal_is_no_grant():
    _, opening = sign(ALICE, 120, 1, of=grant())
    with pytest.raises(VerificationError, match="another kind"):
        open_statement(ORIGIN, *personal("grant", opening.body, opening.salt))


def test_the_opening_of_another_entry_is_refused():
    with pytest.raises(VerificationError, match="another entry"):
        open_statement(ORIGIN, grant()[0], grant()[1])


def wider(**changes):
    """The terms of the grant, with something changed."""
    parts = {"grantee": HOSPITAL, "purposes": ["TREAT"], "classes": SCOPE, "nbf": 100, "exp": 200}
    return Terms(**(parts | changes))


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: sign(BOB, 120, 1, of=grant()), id="another patient's grant"),
        pytest.param(lambda: sign(ALICE, 120, 1, TERMS, of=grant(terms=NARROWER)), id="wider terms"),
        pytest.param(lambda: sign(ALICE, 120, 1, wider(classes=[*SCOPE, "Condition"]), of=grant()), id="more data"),
        pytest.param(lambda: sign(ALICE, 120, 1, wider(purposes=["HPAYMT"]), of=grant()), id="another purpose"),
        pytest.param(lambda: sign(ALICE, 120, 1, wider(grantee=INSURER), of=grant()), id="another grantee"),
        pytest.param(lambda: sign(ALICE, 120, 1, wider(nbf=99), of=grant()), id="earlier"),
        pytest.param(lambda: sign(ALICE, 120, 1, wider(exp=201), of=grant()), id="longer"),
        pytest.param(lambda: sign(ALICE, 120, 1, of=sign(ALICE, 1, 0, of=grant())), id="a withdrawal of a withdrawal"),
        pytest.param(lambda: sign(ALICE, 120), id="nothing"),
        pytest.param(lambda: sign(ALICE, -1, 0, TERMS), id="before 1970"),
        pytest.param(lambda: sign(ALICE, 1, -1, TERMS), id="a negative entry"),
    ],
)
def test_a_patient_does_not_sign_what_would_count_for_nothing(make):
    with pytest.raises((ValueError, VerificationError, DecodingError)):
        make()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grantee": "the hospital"}, "URI"),
        ({"purposes": []}, "1 to 200"),
        ({"purposes": ["treat"]}, "ActReason"),
        ({"classes": ["observation"]}, "resource types"),
        ({"classes": ["x" * 300 + "|1"]}, "resource types"),
        ({"nbf": 200}, "ends after"),
        ({"exp": LAST + 1}, "1970 to 9999"),
    ],
)
def test_terms_that_mean_nothing_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        wider(**changes)


def test_damaged_bodies_are_refused_and_repeat_nothing():
    _, opening = grant()
    accepted = 0
    for what, data in damaged(opening.data, stride=7):
        try:
            bad = Opening(opening.salt, data)
            entry = personal("grant", bad.body, bad.salt)[0]
            open_statement(ORIGIN, entry, bad)
            accepted += 1
        except ZkHealthError as e:
            assert ALICE.did not in str(e) and HOSPITAL not in str(e), what
    assert accepted == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONSENT = write_consent(ALICE.did, 100, TERMS, bytes(32))


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = json.loads(json.dumps(value))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return copy


@given(st.sampled_from(sorted(paths(CONSENT), key=repr)), JSON)
def test_any_other_consent_is_a_decoding_error(path, new):
    changed = replaced(CONSENT, path, new)
    try:
        patient, at, terms, of = read_consent(changed)
        assert write_consent(patient, at, terms, of) == changed
    except ZkHealthError as e:
        assert type(e) is DecodingError


@pytest.mark.parametrize(("terms", "of"), [(TERMS, None), (NARROWER, bytes(32)), (None, bytes(32))])
def test_what_is_written_is_a_fhir_consent(terms, of):
    fhir = pytest.importorskip("fhir.resources.R4B.consent", reason="fhir.resources is not installed")
    consent = fhir.Consent.model_validate(write_consent(ALICE.did, 100, terms, of))
    assert consent.status == ("active" if terms else "inactive")
    assert consent.policyRule and consent.patient and consent.scope.coding[0].code == "patient-privacy"
    if terms:
        assert consent.provision.type is None
        (permit,) = consent.provision.provision
        assert permit.type == "permit" and permit.period.end.timestamp() == terms.exp - 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T09:30:00+00:00",
        "2026-11-23T09:30:60Z",
        "1969-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "２026-11-23T09:30:00Z",
        5,
    ],
)
def test_a_time_is_written_in_one_way(text):
    with pytest.raises(DecodingError):
        read_time(text)


@given(TIMES)
def test_times_read_back(seconds):
    assert read_time(write_time(seconds)) == seconds
