"""What an institution does when it wants to read: ask, record, and only then read.

A withdrawal may be appended between the question and the record.  So the record comes first, and is judged by its place
in the log: whoever reads only where `Recorded.may_read` says so will never be found to have read without consent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zkhealth.errors import VerificationError
from zkhealth.ledger.audit.findings import GOOD, Finding
from zkhealth.ledger.audit.records import Access, Emergency
from zkhealth.ledger.audit.walk import Walk
from zkhealth.ledger.consent.acts import Progress
from zkhealth.ledger.consent.register import Judgement, Register
from zkhealth.ledger.consent.terms import Request
from zkhealth.ledger.entries import personal
from zkhealth.ledger.log import Log


@dataclass(frozen=True)
class Recorded:
    """What stands in the log now, and what an audit finds of it."""

    finding: Finding

    @property
    def index(self) -> int:
        """Where it stands."""
        return self.finding.index

    @property
    def may_read(self) -> bool:
        """Whether the data may be read now."""
        return self.finding.status in GOOD


class Desk:
    """Asks and records in a log, having read it once: each call reads only what was appended since.

    Keeps in memory what was opened: make another one after an erasure.  Not thread-safe.
    """

    def __init__(self, log: Log, progress: Progress | None = None) -> None:
        self._log = log
        self._walk = Walk(Register(log.origin))
        self._catch_up(len(log), progress)

    def ask(self, request: Request) -> Judgement:
        """Whether a grant allows a request now, by the log; the time is the request's."""
        self._catch_up(len(self._log))
        return self._walk.register.find(request)

    def access(
        self, actor: str, patient: str, purpose: str, classes: Iterable[str], at: int, emergency: int | None = None
    ) -> Recorded:
        """Record an access under a grant that allows it, or under the emergency in an entry.

        Raises VerificationError if there is no such grant, or no such emergency; nothing is recorded then.
        """
        request = Request(actor, purpose, tuple(classes), at, patient)
        judgement = self.ask(request)
        if emergency is None and not judgement.is_allowed:
            raise VerificationError(f"not allowed: {judgement.why}")
        grant = judgement.grant if emergency is None else None
        access = Access(actor, patient, purpose, request.classes, at, grant=grant, emergency=emergency)
        finding = self._walk.judge(access)
        if finding.status not in GOOD:
            raise VerificationError(f"not allowed: {finding.why}")
        return self.record(access)

    def record(self, record: Access | Emergency) -> Recorded:
        """Append what happens, allowed or not: an access, or that the glass is broken, which the patient will see."""
        entry, opening = personal("access", record.body())
        (index,) = self._log.append([entry], [opening])
        self._catch_up(index)
        finding = self._walk.step(entry, opening).finding
        if finding is None:
            raise TypeError("expected an access or an emergency")
        return Recorded(finding)

    def _catch_up(self, size: int, progress: Progress | None = None) -> None:
        for entry, opening in self._log.opened(self._walk.register.size, size):
            step = self._walk.step(entry, opening)
            if progress and step.index % 256 == 0:
                progress(step.index)
