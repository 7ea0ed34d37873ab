"""What is allowed: a fold over the entries of a log in their order, asked at a time that the caller gives.

A request is judged against one grant, by what stood in the log before it.  Narrowings only take away: a request
must be within the grant and within every narrowing whose time has come.  A narrowing or withdrawal therefore counts
from its place in the log and from its time, whichever is later.

Nothing is guessed.  Where an opening that matters is missing, erased or not given, the judgement is UNDECIDED and names
the entry; an unopened withdrawal is seen by its mark, and allows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.consent.statement import Statement, mark_of, open_statement
from zkhealth.ledger.consent.terms import Request
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.merkle.proof import check_size


class Answer(Enum):
    """What a judgement says."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Judgement:
    """The answer, the grant it rests on, and why; nothing in it is personal but the indices.

    `missing` names entries whose openings would decide; `late` those that narrow or withdraw the grant from a
    later time on, although they stood in the log before.
    """

    answer: Answer
    grant: int | None = None
    why: str = ""
    missing: tuple[int, ...] = ()
    late: tuple[int, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether it is; undecided is no."""
        return self.answer is Answer.ALLOWED


@dataclass
class _Grant:
    statement: Statement
    commitment: bytes
    mark: bytes


@dataclass
class Register:
    """What patients said, from entry `start` of the log on.  Not thread-safe; entries are added in order.

    `add` is the step of the fold, `judge` and `find` ask and change nothing.
    """

    origin: str
    start: int = 0
    size: int = field(init=False)
    ignored: dict[int, str] = field(init=False, default_factory=dict)
    """Entries that were opened and count for nothing, and why."""

    _grants: dict[int, _Grant] = field(init=False, default_factory=dict, repr=False)
    _of_grantee: dict[str, list[int]] = field(init=False, default_factory=dict, repr=False)
    _unopened: set[int] = field(init=False, default_factory=set, repr=False)
    _places: dict[bytes, list[int]] = field(init=False, default_factory=dict, repr=False)
    _later: dict[bytes, list[tuple[int, Statement]]] = field(init=False, default_factory=dict, repr=False)
    _marked: dict[bytes, list[int]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_size("start", self.start)
        self.size = self.start

    def add(self, entry: Entry, opening: Opening | None = None) -> Statement | None:
        """Take the next entry, with what opens it if that is there; returns what it says, if it counts."""
        index, self.size = self.size, self.size + 1
        if entry.kind not in ("grant", "revoke"):
            return None
        if entry.kind == "grant":
            self._places.setdefault(entry.commitment, []).append(index)
        if opening is None or not opening.opens(entry):
            self._note_unopened(index, entry)
            return None
        try:
            statement = open_statement(self.origin, entry, opening)
        except (VerificationError, DecodingError) as e:
            self.ignored[index] = str(e)
            return None
        return self._note(index, entry, opening, statement)

    def judge(self, index: int, request: Request) -> Judgement:
        """Whether the grant in entry `index` allows a request that is recorded as the next entry."""
        if (grant := self._grants.get(index)) is None:
            return self._without_grant(index)
        if grant.statement.after < self.start:
            why = (
                f"the grant counts from entry {grant.statement.after} on, and entries before {self.start} are not given"
            )
            return Judgement(Answer.UNDECIDED, index, why)
        said = self.later(index)
        objections = [_objection(grant.statement, request)]
        objections += [_taken_away(i, s, request) for i, s in said if s.at <= request.at]
        if whys := [why for why in objections if why]:
            return Judgement(Answer.REFUSED, index, whys[0])
        if missing := tuple(self._marked.get(grant.mark, ())):
            return Judgement(
                Answer.UNDECIDED, index, "the grant was narrowed or withdrawn, by what is not opened", missing
            )
        return Judgement(Answer.ALLOWED, index, late=tuple(i for i, s in said if s.at > request.at))

    def find(self, request: Request) -> Judgement:
        """Whether any grant allows a request: the first that does, or else the best reason why not."""
        best = Judgement(Answer.REFUSED, None, "there is no grant to this actor")
        for index in self._of_grantee.get(request.actor, ()):
            if request.patient not in (None, self._grants[index].statement.patient):
                continue
            judgement = self.judge(index, request)
            if judgement.is_allowed:
                return judgement
            if judgement.answer is Answer.UNDECIDED or best.grant is None:
                best = judgement
        return best

    def statement(self, index: int) -> Statement | None:
        """The grant in entry `index`, if it counts."""
        grant = self._grants.get(index)
        return grant.statement if grant else None

    def grants(self) -> Iterable[tuple[int, Statement]]:
        """Every grant that counts, narrowed or withdrawn or not."""
        return ((index, grant.statement) for index, grant in self._grants.items())

    def later(self, index: int) -> list[tuple[int, Statement]]:
        """What the patient said of the grant in entry `index` afterwards."""
        grant = self._grants[index]
        return [(i, s) for i, s in self._later.get(grant.commitment, ()) if s.patient == grant.statement.patient]

    def state(self, index: int, at: int) -> str:
        """What became of the grant in entry `index` by a time, in a word or two."""
        statement, said = self._grants[index].statement, self.later(index)
        if any(s.at <= at and s.terms is None for _, s in said):
            return "withdrawn"
        if self._marked.get(self._grants[index].mark):
            return "narrowed or withdrawn unseen"
        if statement.terms is None or at < max(statement.at, statement.terms.nbf):
            return "not begun"
        if at >= statement.terms.exp:
            return "over"
        return "narrowed" if any(s.at <= at for _, s in said) else "in force"

    def _note_unopened(self, index: int, entry: Entry) -> None:
        if entry.kind == "grant":
            self._unopened.add(index)
        elif entry.of is not None:
            self._marked.setdefault(entry.of, []).append(index)

    def _note(self, index: int, entry: Entry, opening: Opening, statement: Statement) -> Statement | None:
        if statement.of is not None:
            self._later.setdefault(statement.of, []).append((index, statement))
            return statement
        if index < statement.after:
            self.ignored[index] = f"the grant counts from entry {statement.after} on"
            return None
        if (first := self._first(entry, statement)) != index:
            self.ignored[index] = f"the grant repeats entry {first}"
            return None
        if statement.terms is not None:
            self._of_grantee.setdefault(statement.terms.grantee, []).append(index)
        self._grants[index] = _Grant(statement, entry.commitment, mark_of(entry, opening))
        return statement

    def _first(self, entry: Entry, statement: Statement) -> int:
        """Where this grant stands for the first time from the entry on from which it counts; openings do not matter."""
        return next(i for i in self._places[entry.commitment] if i >= statement.after)

    def _without_grant(self, index: int) -> Judgement:
        check_size("index", index)
        if index < self.start:
            return Judgement(Answer.UNDECIDED, index, f"entries before {self.start} are not given", (index,))
        if index >= self.size:
            return Judgement(Answer.REFUSED, index, "the grant does not stand in the log before")
        if index in self._unopened:
            return Judgement(Answer.UNDECIDED, index, "the grant is not opened: erased, or not given", (index,))
        return Judgement(Answer.REFUSED, index, self.ignored.get(index, "the entry is no grant"))


def fold(origin: str, entries: Iterable[tuple[Entry, Opening | None]]) -> Register:
    """The register of a log from its beginning."""
    register = Register(origin)
    for entry, opening in entries:
        register.add(entry, opening)
    return register


def _objection(grant: Statement, request: Request) -> str | None:
    if request.patient is not None and request.patient != grant.patient:
        return "the grant is another patient's"
    if request.at < grant.at:
        return "the grant was signed later"
    return None if grant.terms is None else grant.terms.objection(request)


def _taken_away(index: int, statement: Statement, request: Request) -> str | None:
    if statement.terms is None:
        return f"the grant was withdrawn in entry {index}"
    if why := statement.terms.objection(request):
        return f"the grant was narrowed in entry {index}: {why}"
    return None
