"""Every way to make an access look as if there was consent, each accepted first by an auditor without one check."""

import pytest
from ledger.consent.consents import (
    ALICE,
    BOB,
    INSURER,
    NARROWER,
    ORIGIN,
    TERMS,
    access,
    emergency,
    grant,
    recorded,
)
from ledger.consent.forging import forged, forged_withdrawal, longer, other_patient

from zkhealth.ledger.audit import Emergency, Status, walk
from zkhealth.ledger.audit.walk import Walk
from zkhealth.ledger.consent import Register, Terms, register, sign, statement
from zkhealth.ledger.entries import Opening, personal

CONSENT, EMERGENCY, NO_CONSENT = Status.CONSENT, Status.EMERGENCY, Status.NO_CONSENT
UNDECIDED, UNOPENED = Status.UNDECIDED, Status.UNOPENED


def verdict(*made):
    """What is found of the last entry, an access."""
    return list(walk(Register(ORIGIN), made))[-1].finding


def without(place, name, why):
    """A check is dropped: where it would have objected for this reason, nothing is objected."""
    honest = getattr(place, name)

    def mutant(*arguments):
        objection = honest(*arguments)
        return None if objection and why in objection else objection

    return place, name, mutant


def replayed():
    made = grant()
    return made, made, recorded(access(grant=1))


def replayed_after_erasure():
    made = grant()
    return (made[0], None), made, recorded(access(grant=1))


def withdrawn(at=120, time=150):
    made = grant()
    return made, sign(ALICE, at, 1, of=made), recorded(access(at=time))


def narrowed():
    made = grant()
    return made, sign(ALICE, 120, 1, NARROWER, of=made), recorded(access())


def under_emergency(**changes):
    return recorded(emergency()), recorded(access(**({"purpose": "ETREAT", "emergency": 0} | changes)))


def objects_to_nothing(*_arguments):
    return None


COUNT_EVERY_COPY = Register, "_first", lambda self, *_: self.size - 1
ATTACKS = [
    pytest.param(replayed(), COUNT_EVERY_COPY, "repeats entry 0", id="replayed grant"),
    pytest.param(
        replayed_after_erasure(),
        COUNT_EVERY_COPY,
        "repeats entry 0",
        id="grant replayed after it was erased",
    ),
    pytest.param(
        (forged(other_patient), recorded(access(patient=BOB.did))),
        (statement, "verify_statement", objects_to_nothing),
        "did not sign",
        id="grant by another key",
    ),
    pytest.param(
        (forged(longer), recorded(access(at=300))),
        (statement, "verify_statement", objects_to_nothing),
        "did not sign",
        id="grant made longer by the grantee",
    ),
    pytest.param(
        (grant(at=151), recorded(access(at=150))),
        without(register, "_objection", "signed later"),
        "signed later",
        id="back-dated grant",
    ),
    pytest.param(
        (grant(BOB), recorded(access())),
        without(register, "_objection", "another patient"),
        "another patient's",
        id="another patient's grant",
    ),
    pytest.param(
        (grant(), recorded(access(actor=INSURER))),
        without(Terms, "objection", "to another"),
        "to another",
        id="another's grant",
    ),
    pytest.param(
        (grant(), recorded(access(purpose="HPAYMT"))),
        without(Terms, "objection", "purpose"),
        "purpose is outside",
        id="purpose outside",
    ),
    pytest.param(
        (grant(), recorded(access(classes=["Observation", "Condition"]))),
        without(Terms, "objection", "scope"),
        "outside the scope",
        id="data outside, beside data inside",
    ),
    pytest.param(
        (grant(), recorded(access(at=200))),
        without(Terms, "objection", "over"),
        "is over",
        id="expired to the second",
    ),
    pytest.param(
        (grant(at=90), recorded(access(at=99))),
        without(Terms, "objection", "not begun"),
        "not begun",
        id="a second too early",
    ),
    pytest.param(narrowed(), without(register, "_taken_away", "narrowed"), "narrowed in entry 1", id="narrowed scope"),
    pytest.param(withdrawn(), without(register, "_taken_away", "withdrawn"), "withdrawn in entry 1", id="withdrawn"),
    pytest.param(
        withdrawn(at=150), without(register, "_taken_away", "withdrawn"), "entry 1", id="withdrawn in the same second"
    ),
    pytest.param(
        under_emergency(at=160), without(Emergency, "objection", "over"), "was over", id="emergency after its time"
    ),
    pytest.param(
        under_emergency(at=149), without(Emergency, "objection", "later"), "declared later", id="emergency before"
    ),
    pytest.param(
        under_emergency(actor=INSURER),
        without(Emergency, "objection", "by another"),
        "by another",
        id="another's emergency",
    ),
    pytest.param(
        under_emergency(patient=BOB.did),
        without(Emergency, "objection", "patient"),
        "another patient's",
        id="emergency of another patient",
    ),
    pytest.param(
        under_emergency(purpose="HRESCH"),
        without(Emergency, "objection", "no emergency"),
        "no emergency",
        id="research",
    ),
]


@pytest.mark.parametrize(("made", "mutant", "why"), ATTACKS)
def test_access_without_consent_is_found_and_a_careless_auditor_misses_it(made, mutant, why, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(*mutant)
        assert verdict(*made).status in (CONSENT, EMERGENCY), "the attack does not even fool the mutant"
    found = verdict(*made)
    assert found.status is NO_CONSENT and why in found.why, found


@pytest.mark.parametrize(
    ("made", "status"),
    [
        pytest.param((grant(), recorded(access())), CONSENT, id="in the scope"),
        pytest.param((grant(), recorded(access(at=199))), CONSENT, id="in the last second"),
        pytest.param((grant(), recorded(access(at=100))), CONSENT, id="in the first second"),
        pytest.param(withdrawn(at=151), CONSENT, id="a second before it is withdrawn"),
        pytest.param(under_emergency(), EMERGENCY, id="in an emergency"),
        pytest.param(under_emergency(at=159), EMERGENCY, id="in the last second of an emergency"),
    ],
)
def test_access_with_consent_is_found_to_be_so(made, status):
    assert verdict(*made).status is status


def test_a_grant_replayed_after_its_withdrawal_stays_withdrawn():
    made = grant()
    log = made, sign(ALICE, 120, 1, of=made), made
    for basis in (0, 2):
        assert verdict(*log, recorded(access(grant=basis))).status is NO_CONSENT


def test_an_access_before_its_grant_in_the_log_is_found():
    made = recorded(access(grant=1)), grant()
    everything = Walk(Register(ORIGIN))
    for entry, opening in made:
        everything.step(entry, opening)
    assert everything.judge(access(grant=1)).status is CONSENT, "an auditor that reads the whole log first is fooled"
    (first, _) = walk(Register(ORIGIN), made)
    assert first.finding.status is NO_CONSENT and "not stand in the log before" in first.finding.why


def test_an_access_naming_itself_is_found():
    assert verdict(recorded(access())).status is NO_CONSENT
    assert verdict(recorded(access(purpose="ETREAT", emergency=0))).status is NO_CONSENT


def test_an_access_before_its_emergency_in_the_log_is_found():
    made = recorded(access(purpose="ETREAT", emergency=1)), recorded(emergency())
    assert next(iter(walk(Register(ORIGIN), made))).finding.status is NO_CONSENT


@pytest.mark.parametrize("basis", [{"grant": 1}, {"emergency": 0}], ids=["emergency as grant", "grant as emergency"])
def test_a_grant_is_no_emergency_and_an_emergency_no_grant(basis):
    made = grant(), recorded(emergency()), recorded(access(purpose="ETREAT", **basis))
    assert verdict(*made).status is NO_CONSENT


def test_a_withdrawal_by_the_grantee_withdraws_nothing(monkeypatch):
    made = grant()
    log = made, forged_withdrawal(BOB, made, 120), recorded(access())
    with monkeypatch.context() as patched:
        patched.setattr(Register, "later", lambda self, i: self._later[self._grants[i].commitment])
        assert verdict(*log).status is NO_CONSENT, "the attack does not even fool the mutant"
    assert verdict(*log).status is CONSENT


def test_a_withdrawal_that_is_kept_from_the_auditor_leaves_no_access_proven(monkeypatch):
    """The institution gives the grant and the access, not the withdrawal between them: its mark betrays it."""
    made, withdrawal, read = withdrawn()
    log = made, (withdrawal[0], None), read
    with monkeypatch.context() as patched:
        patched.setattr(register, "mark_of", lambda *_: bytes(32))
        assert verdict(*log).status is CONSENT, "the attack does not even fool the mutant"
    found = verdict(*log)
    assert (found.status, found.missing) == (UNDECIDED, (1,))


def test_a_withdrawal_that_was_put_into_the_log_without_its_mark_withdraws_where_it_is_opened():
    made = grant()
    _, opening = sign(ALICE, 120, 1, of=made)
    unmarked = personal("revoke", opening.body, opening.salt)
    assert unmarked[0].of is None
    assert verdict(made, unmarked, recorded(access())).status is NO_CONSENT


def test_somebody_else_s_unopened_withdrawal_does_not_matter():
    others = grant(BOB)
    withdrawal, _ = sign(BOB, 120, 1, of=others)
    assert verdict(grant(), others, (withdrawal, None), recorded(access())).status is CONSENT


def test_the_opening_of_another_entry_opens_nothing(monkeypatch):
    (mine, _), (_, opening) = grant(BOB), grant()
    log = (mine, opening), recorded(access())
    with monkeypatch.context() as patched:
        patched.setattr(Opening, "opens", lambda *_: True)
        assert verdict(*log).status is CONSENT, "the attack does not even fool the mutant"
    assert (verdict(*log).status, verdict(*log).missing) == (UNDECIDED, (0,))
    entry, _ = recorded(access())
    found = verdict(grant(), (entry, recorded(access())[1]))
    assert (found.status, found.missing) == (UNOPENED, (1,)) and "another entry" in found.why


def test_an_access_under_an_erased_grant_is_neither_proven_nor_refuted():
    found = verdict((grant()[0], None), recorded(access()))
    assert (found.status, found.basis, found.missing) == (UNDECIDED, 0, (0,)) and "erased" in found.why


def test_an_access_under_an_erased_emergency_is_neither_proven_nor_refuted():
    declared, read = under_emergency()
    found = verdict((declared[0], None), read)
    assert (found.status, found.missing) == (UNDECIDED, (0,))


def test_an_access_that_says_it_is_older_than_a_withdrawal_before_it_is_named():
    """Nobody can tell whether it is back-dated; that it may be is said."""
    found = verdict(*withdrawn(at=151, time=150))
    assert (found.status, found.late) == (CONSENT, (1,))


def test_a_grant_counts_only_from_the_entry_on_that_the_patient_named():
    made = grant(after=1)
    assert verdict(made, recorded(access())).status is NO_CONSENT
    assert verdict(made, made, recorded(access(grant=1))).status is CONSENT
    assert TERMS.objection(access().request) is None
