"""What a patient reads: everything in the log about them, in plain words and in its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from zkhealth.ledger.audit.findings import Status
from zkhealth.ledger.audit.records import Access, Emergency
from zkhealth.ledger.audit.walk import Step
from zkhealth.ledger.consent.statement import Statement
from zkhealth.ledger.consent.terms import Terms
from zkhealth.ledger.consent.times import write_time

_PURPOSES = {
    "BTG": "breaking the glass",
    "ETREAT": "emergency treatment",
    "FAMRQT": "your family's request",
    "HMARKT": "marketing",
    "HOPERAT": "running the institution",
    "HPAYMT": "payment",
    "HRESCH": "research",
    "PATRQT": "your own request",
    "PUBHLTH": "public health",
    "TREAT": "treatment",
}
_VERDICTS = {
    Status.CONSENT: "with your consent",
    Status.EMERGENCY: "in an emergency",
    Status.DECLARATION: "look at the reason",
    Status.NO_CONSENT: "WITHOUT YOUR CONSENT",
    Status.UNDECIDED: "cannot be told any more",
    Status.UNOPENED: "cannot be told any more",
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: where it stands in the log, when it says it was, what, and the verdict on an access."""

    index: int
    at: int = field(repr=False)
    words: str = field(repr=False)
    verdict: str = ""
    status: Status | None = None

    @property
    def when(self) -> str:
        """The time in UTC."""
        return _time(self.at)


def history(steps: Iterable[Step], patient: str) -> list[Line]:
    """Everything that a log says about one patient, a did:key, in the order of the log.

    What was erased is not in it, and neither is what the log does not know.
    """
    return [_line(step) for step in steps if step.says is not None and step.says.patient == patient]


def explain_terms(terms: Terms) -> str:
    """Say in words who may read what.

    >>> print(explain_terms(Terms("did:web:hospital.example", ["TREAT"], ["Observation"], nbf=0, exp=86_400)))
    did:web:hospital.example may read Observation for treatment, from 1970-01-01 00:00:00 to 1970-01-02 00:00:00 UTC
    """
    period = f"from {_time(terms.nbf)} to {_time(terms.exp)} UTC"
    return f"{terms.grantee} may read {_what(terms.classes, terms.purposes)}, {period}"


def _line(step: Step) -> Line:
    says, finding = step.says, step.finding
    if isinstance(says, Statement):
        return Line(step.index, says.at, _said(says))
    status = finding.status if finding else None
    verdict = _VERDICTS[status] if status else ""
    if finding and finding.why:
        verdict = f"{verdict}: {finding.why}"
    if isinstance(says, Emergency):
        words = f"{says.actor} broke the glass until {_time(says.until)} UTC: {says.reason}"
        return Line(step.index, says.at, words, verdict, status)
    if isinstance(says, Access):
        basis = f"{'emergency' if says.is_emergency else 'grant'} in entry {says.basis}"
        words = f"{says.actor} read {_what(says.classes, (says.purpose,))}, naming the {basis}"
        return Line(step.index, says.at, words, verdict, status)
    raise TypeError("expected a step that says something")


def _said(statement: Statement) -> str:
    if statement.terms is None:
        return "You withdrew a grant"
    return f"You {'allowed' if statement.is_grant else 'narrowed a grant'}: {explain_terms(statement.terms)}"


def _what(classes: Iterable[str], purposes: Iterable[str]) -> str:
    return f"{', '.join(classes)} for {', '.join(_PURPOSES.get(code, code) for code in purposes)}"


def _time(seconds: int) -> str:
    return write_time(seconds)[:-1].replace("T", " ")
