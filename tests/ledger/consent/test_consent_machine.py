"""Consent as a state machine, against a model that knows nothing but sets of single permissions.

A permission is (grantee, purpose, class, second), all of them from small worlds; a narrowing or withdrawal takes some
away from the second on in which it was signed.
"""

from itertools import product

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from ledger.consent.consents import ALICE, BOB, HOSPITAL, INSURER, ORIGIN
from ledger.consent.forging import forged_withdrawal

from zkhealth.ledger.consent import Answer, Register, Request, Terms, fold, sign

SECONDS, PURPOSES, CLASSES = range(6), ("TREAT", "HRESCH"), ("Immunization", "Observation")
WORLD = tuple(product((HOSPITAL, INSURER), PURPOSES, CLASSES, SECONDS))
TIMES = st.sampled_from(SECONDS)
KEYS = st.sampled_from([ALICE, BOB])
SOME_PURPOSES = st.sampled_from([("TREAT",), ("HRESCH",), PURPOSES])
SOME_CLASSES = st.sampled_from([("Immunization",), ("Observation",), CLASSES])
PERIODS = st.sampled_from([(lo, hi) for lo in SECONDS for hi in range(lo + 1, len(SECONDS) + 1)])
TERMS = st.builds(
    lambda who, purposes, classes, period: Terms(who, purposes, classes, *period),
    st.sampled_from([HOSPITAL, INSURER]),
    SOME_PURPOSES,
    SOME_CLASSES,
    PERIODS,
)


def permissions(terms):
    """Every single permission in some terms, counted out."""
    return set(product([terms.grantee], terms.purposes, terms.classes, range(terms.nbf, terms.exp)))


class Consent(RuleBasedStateMachine):
    grants, revocations = Bundle("grants"), Bundle("revocations")

    @initialize()
    def empty(self):
        self.entries, self.register = [], Register(ORIGIN)
        self.model = {}  # Grant: its patient, what it still permits, what was said of it and cannot be read.
        self.replays = []

    def append(self, made):
        self.entries.append(made)
        self.register.add(*made)
        return len(self.entries) - 1

    @rule(target=grants, key=KEYS, terms=TERMS, at=TIMES)
    def grant(self, key, terms, at):
        index = self.append(sign(key, at, len(self.entries), terms))
        left = {p for p in permissions(terms) if p[3] >= at}
        self.model[index] = {"key": key, "terms": terms, "left": left, "unread": set(), "is_open": True}
        return index

    @rule(target=revocations, grant=grants, terms=TERMS, at=TIMES)
    def narrow(self, grant, terms, at):
        known = self.model[grant]
        if not (known["is_open"] and terms.is_within(known["terms"])):
            return multiple()
        index = self.append(sign(known["key"], at, 0, terms, of=self.entries[grant]))
        inside = permissions(terms)
        known["left"] = {p for p in known["left"] if p[3] < at or p in inside}
        return index, grant

    @rule(target=revocations, grant=grants, at=TIMES)
    def withdraw(self, grant, at):
        known = self.model[grant]
        if not known["is_open"]:
            return multiple()
        index = self.append(sign(known["key"], at, 0, of=self.entries[grant]))
        known["left"] = {p for p in known["left"] if p[3] < at}
        return index, grant

    @rule(target=revocations, grant=grants, at=TIMES)
    def withdraw_with_another_key(self, grant, at):
        known = self.model[grant]
        if not known["is_open"]:
            return multiple()
        other = BOB if known["key"] is ALICE else ALICE
        return self.append(forged_withdrawal(other, self.entries[grant], at)), grant

    @rule(grant=grants)
    def replay(self, grant):
        if self.model[grant]["is_open"]:
            self.replays.append(self.append(self.entries[grant]))

    @rule(grant=grants)
    def erase_a_grant(self, grant):
        self.entries[grant] = (self.entries[grant][0], None)
        self.model[grant]["is_open"] = False
        self.start_again()

    @rule(revocation=consumes(revocations))
    def erase_a_revocation(self, revocation):
        index, grant = revocation
        if self.model[grant]["is_open"]:
            self.model[grant]["unread"].add(index)
        self.entries[index] = (self.entries[index][0], None)
        self.start_again()
        self.recount(grant)

    def start_again(self):
        """What was erased is forgotten only by a register that never saw it."""
        self.register = fold(ORIGIN, self.entries)

    def recount(self, grant):
        """An erased revocation takes nothing away by itself; that it was there leaves everything undecided."""
        known = self.model[grant]
        known["left"] = {p for p in permissions(known["terms"]) if p[3] >= self.signed_at(grant)}
        for index, statement in self.register.later(grant) if known["is_open"] else ():
            inside = permissions(statement.terms) if statement.terms else set()
            known["left"] = {p for p in known["left"] if p[3] < statement.at or p in inside}
            assert index not in known["unread"]

    def signed_at(self, grant):
        statement = self.register.statement(grant)
        return statement.at if statement else 0

    @rule(grant=grants, key=KEYS)
    def ask_everything_of_one_grant(self, grant, key):
        known = self.model[grant]
        for actor, purpose, name, at in WORLD:
            judgement = self.register.judge(grant, Request(actor, purpose, (name,), at, key.did))
            if not known["is_open"]:
                expected = Answer.UNDECIDED
            elif key is not known["key"] or (actor, purpose, name, at) not in known["left"]:
                expected = Answer.REFUSED
            else:
                expected = Answer.UNDECIDED if known["unread"] else Answer.ALLOWED
            assert judgement.answer is expected, judgement

    @rule(key=KEYS, permission=st.sampled_from(WORLD))
    def ask_for_any_grant(self, key, permission):
        actor, purpose, name, at = permission
        found = self.register.find(Request(actor, purpose, (name,), at, key.did))
        permitting = [
            index
            for index, known in self.model.items()
            if known["is_open"] and not known["unread"] and known["key"] is key and permission in known["left"]
        ]
        assert found.is_allowed == bool(permitting)
        assert not permitting or found.grant == permitting[0]

    @invariant()
    def a_replay_allows_nothing(self):
        for index in self.replays:
            for key in (ALICE, BOB):
                request = Request(HOSPITAL, "TREAT", ("Observation",), 3, key.did)
                assert self.register.judge(index, request).answer is Answer.REFUSED


Consent.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestConsent = Consent.TestCase
