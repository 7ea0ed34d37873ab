"""Walk over a log in its order, and say of each entry what it is and whether it is in order.

What an access rests on is looked for among the entries before it, never among later ones: the walk has not seen them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zkhealth.errors import DecodingError
from zkhealth.ledger.audit.findings import Finding, Status
from zkhealth.ledger.audit.records import Access, Emergency, read_record
from zkhealth.ledger.consent.register import Answer, Register
from zkhealth.ledger.consent.statement import Statement
from zkhealth.ledger.entries import Entry, Opening

_STATUS = {Answer.ALLOWED: Status.CONSENT, Answer.REFUSED: Status.NO_CONSENT, Answer.UNDECIDED: Status.UNDECIDED}


@dataclass(frozen=True)
class Step:
    """One entry: what it says, where it was opened and counts; its commitment; and of an access, what was found."""

    index: int
    says: Statement | Access | Emergency | None = field(repr=False)
    commitment: bytes | None = None
    finding: Finding | None = None


@dataclass
class Walk:
    """Where a walk over a log has come to.  Not thread-safe."""

    register: Register
    _emergencies: dict[int, Emergency] = field(init=False, default_factory=dict, repr=False)
    _unopened: set[int] = field(init=False, default_factory=set, repr=False)

    def step(self, entry: Entry, opening: Opening | None) -> Step:
        """Take the next entry; an access is judged by what stood before it."""
        index, commitment = self.register.size, entry.commitment if entry.is_personal else None
        if entry.kind != "access":
            return Step(index, self.register.add(entry, opening), commitment)
        says, finding = self._read(index, entry, opening)
        self.register.add(entry)
        if isinstance(says, Emergency):
            self._emergencies[index] = says
        elif finding.status is Status.UNOPENED:
            self._unopened.add(index)
        return Step(index, says, commitment, finding)

    def judge(self, access: Access) -> Finding:
        """What is to be found of an access if it is recorded as the next entry."""
        if access.is_emergency:
            return self._judge_emergency(self.register.size, access)
        judgement = self.register.judge(access.basis, access.request)
        status = _STATUS[judgement.answer]
        return Finding(self.register.size, status, access.basis, judgement.why, judgement.missing, judgement.late)

    def _read(self, index: int, entry: Entry, opening: Opening | None) -> tuple[Access | Emergency | None, Finding]:
        if opening is None or not opening.opens(entry):
            why = "the access is not opened: erased, or not given"
            if opening is not None:
                why = "the opening that was given is another entry's"
            return None, Finding(index, Status.UNOPENED, why=why, missing=(index,))
        try:
            record = read_record(opening.body)
        except DecodingError:
            return None, Finding(index, Status.NO_CONSENT, why="the entry says neither access nor emergency")
        return record, self.judge(record) if isinstance(record, Access) else Finding(index, Status.DECLARATION)

    def _judge_emergency(self, index: int, access: Access) -> Finding:
        basis, missing = access.basis, (access.basis,)
        if basis < self.register.start:
            why = f"entries before {self.register.start} are not given"
            return Finding(index, Status.UNDECIDED, basis, why, missing)
        if basis in self._unopened:
            why = "the emergency is not opened: erased, or not given"
            return Finding(index, Status.UNDECIDED, basis, why, missing)
        if (emergency := self._emergencies.get(basis)) is None:
            return Finding(index, Status.NO_CONSENT, basis, "no emergency stands before, in the entry that it names")
        objection = emergency.objection(access)
        status = Status.NO_CONSENT if objection else Status.EMERGENCY
        return Finding(index, status, basis, objection or "")


def walk(register: Register, entries: Iterable[tuple[Entry, Opening | None]]) -> Iterator[Step]:
    """Add entries to a register and judge every access among them."""
    it = Walk(register)
    for entry, opening in entries:
        yield it.step(entry, opening)
