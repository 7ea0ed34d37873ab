"""Whole logs, made up at random: what is found of an access depends on what stands before it, and on nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger.consent.consents import ALICE, BOB, NARROWER, ORIGIN, access, emergency, grant, logged, recorded

from zkhealth.ledger import Log, public
from zkhealth.ledger.audit import AuditBundle, Walk, audit_log, make_bundle, walk
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.consent import Register, sign
from zkhealth.ledger.note import Signer
from zkhealth.ledger.trust import Trust

KEY = Signer.generate(ORIGIN)
TRUST = Trust(ORIGIN, [KEY.verifier])
NUMBERS = st.integers(0, 7)
ACTS = st.sampled_from(
    ["issuer", "grant", "grant", "copy", "withdraw", "narrow", "access", "access", "access", "emergency", "urgent"]
)
OPS = st.lists(st.tuples(ACTS, NUMBERS, st.booleans()), min_size=4, max_size=14)


def made_of(ops):
    """Entries with their openings, some of them erased; numbers choose among the grants, and among all entries."""
    made, grants = [], []
    for act, number, flag in ops:
        at = 120 + number
        key = ALICE if flag else BOB
        if act == "grant":
            grants.append((key, grant(key, after=max(0, len(made) - number))))
            made.append(grants[-1][1])
        elif act in ("copy", "withdraw", "narrow") and grants:
            owner, chosen = grants[number % len(grants)]
            terms = NARROWER if act == "narrow" else None
            made.append(chosen if act == "copy" else sign(owner, at, 0, terms, of=chosen))
        elif act == "access":
            made.append(recorded(access(patient=key.did, at=at, grant=number)))
        elif act == "emergency":
            made.append(recorded(emergency(patient=key.did, at=at)))
        elif act == "urgent":
            made.append(recorded(access(patient=key.did, at=at, purpose="ETREAT", emergency=number)))
        else:
            made.append((public("issuer", {"name": f"https://hospital{number}.example"}), None))
    return made


def erased(made, erasures):
    return [(entry, None if i in erasures else opening) for i, (entry, opening) in enumerate(made)]


@given(OPS, st.sets(NUMBERS, max_size=2))
def test_what_is_found_depends_on_the_entries_before_alone(ops, erasures):
    made = erased(made_of(ops), erasures)
    for step in walk(Register(ORIGIN), made):
        before = Walk(Register(ORIGIN))
        for entry, opening in made[: step.index]:
            before.step(entry, opening)
        assert before.step(*made[step.index]) == step


ISSUER, COPIED = (public("issuer", {}), None), grant()


@pytest.mark.parametrize(
    ("made", "since", "begins"),
    [
        pytest.param([ISSUER] * 3 + [grant(after=1), recorded(access(grant=3))], 4, 1, id="a grant"),
        pytest.param([COPIED, COPIED, ISSUER, recorded(access(grant=1))], 2, 0, id="a copy"),
        pytest.param([ISSUER, recorded(emergency()), ISSUER, recorded(access(emergency=1))], 2, 1, id="an emergency"),
        pytest.param([ISSUER, (grant()[0], None), ISSUER, recorded(access(grant=1))], 2, 1, id="an erased grant"),
        pytest.param([ISSUER, ISSUER, recorded(access(grant=9))], 2, 2, id="nothing"),
    ],
)
def test_a_file_begins_where_what_its_accesses_rest_on_begins(made, since, begins):
    with logged(*made) as log:
        now, earlier = (Checkpoint(ORIGIN, size, log.root(size)) for size in (len(log), since))
        bundle = make_bundle(log, now.sign(KEY), earlier)
        assert bundle.edge.size == begins
        assert bundle.verify(TRUST, earlier).findings == audit_log(log, now, earlier).findings


@given(OPS, st.sets(NUMBERS, max_size=2), NUMBERS)
def test_a_file_that_begins_late_finds_what_the_whole_log_does(ops, erasures, since):
    with Log.open(":memory:", ORIGIN) as log:
        for entry, opening in erased(made_of(ops), erasures):
            log.append([entry], [opening])
        now = Checkpoint(ORIGIN, len(log), log.root())
        earlier = Checkpoint(ORIGIN, min(since, len(log)), log.root(min(since, len(log))))
        whole = audit_log(log, now, earlier)
        bundle = AuditBundle.decode(make_bundle(log, now.sign(KEY), earlier).encode())
    assert bundle.verify(TRUST, earlier).findings == whole.findings


@given(OPS, st.sets(NUMBERS, min_size=1, max_size=3))
def test_erasure_never_turns_a_refusal_into_consent_or_consent_into_a_refusal(ops, erasures):
    made = made_of(ops)
    before = [step.finding for step in walk(Register(ORIGIN), made)]
    after = [step.finding for step in walk(Register(ORIGIN), erased(made, erasures))]
    for honest, found in zip(before, after, strict=True):
        if honest and found.status.value in ("consent", "emergency"):
            assert found.status is honest.status
