"""What an audit finds: for each access, whether consent stood in the log before it; and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from zkhealth.ledger.checkpoint import Checkpoint


class Status(Enum):
    """What is to be said of one entry of kind access."""

    CONSENT = "consent"
    """The grant it names was in the log before it, and allows it."""
    EMERGENCY = "emergency"
    """The emergency it names was declared before it, and covers it."""
    DECLARATION = "declaration"
    """It is no access, it declares an emergency."""
    NO_CONSENT = "no consent"
    """It does not follow from what it names."""
    UNDECIDED = "undecided"
    """It is opened, and what it rests on is not: erased, or not given."""
    UNOPENED = "unopened"
    """It is not opened itself: erased, or not given."""


GOOD = frozenset({Status.CONSENT, Status.EMERGENCY, Status.DECLARATION})


@dataclass(frozen=True)
class Finding:
    """What was found of one entry: its index, that of the grant or emergency it names, and why in plain words.

    `missing` names entries whose openings would decide.  `late` names narrowings and withdrawals that stood in the log
    before the access, which says of itself that it is older.  Nothing in it is personal but the indices.
    """

    index: int
    status: Status
    basis: int | None = None
    why: str = ""
    missing: tuple[int, ...] = ()
    late: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """What an audit says of the entries from `since.size` to `now.size` - 1, both sizes the log's own signed word.

    `findings` has all entries of kind access there, in their order.  Who believes the checkpoints believes the
    report: that there are no other accesses, and that nothing was withdrawn unseen.
    """

    since: Checkpoint | None
    now: Checkpoint
    findings: tuple[Finding, ...]
    ignored: dict[int, str] = field(default_factory=dict)
    """Statements of patients that count for nothing, and why."""

    @property
    def is_proven(self) -> bool:
        """Whether every access had consent, or an emergency."""
        return all(finding.status in GOOD for finding in self.findings)

    @property
    def is_refuted(self) -> bool:
        """Whether some access surely had neither."""
        return any(finding.status is Status.NO_CONSENT for finding in self.findings)

    @property
    def missing(self) -> tuple[int, ...]:
        """Every entry whose opening would be needed to decide."""
        return tuple(sorted({index for finding in self.findings for index in finding.missing}))

    def of(self, *statuses: Status) -> tuple[Finding, ...]:
        """The findings of some statuses."""
        return tuple(finding for finding in self.findings if finding.status in statuses)

    def counts(self) -> dict[str, int]:
        """How many findings of each status."""
        return {status.value: len(self.of(status)) for status in Status}

    def explain(self) -> str:
        """Say it in plain words, each entry that is not in order by its number."""
        lo = self.since.size if self.since else 0
        lines = [f"Entries {lo} to {self.now.size - 1} of {self.now.origin}, under the root {self.now.root.hex()}"]
        lines += [f"  {count} {name}" for name, count in self.counts().items() if count]
        lines += [_line(finding) for finding in self.findings if finding.status not in GOOD]
        lines += [
            f"  entry {f.index} is dated before {_entries(f.late)}, and recorded after" for f in self.findings if f.late
        ]
        lines += [f"  entry {index} counts for nothing: {why}" for index, why in sorted(self.ignored.items())]
        return "\n".join([self._headline(), *lines])

    def _headline(self) -> str:
        if self.is_proven:
            return "PROVEN: every access had consent, or rests on an emergency"
        if self.is_refuted:
            return "REFUTED: there was access without consent"
        return "NOT DECIDED: openings are missing"


def _line(finding: Finding) -> str:
    return f"  entry {finding.index}, {finding.status.value}: {finding.why}"


def _entries(indices: Iterable[int]) -> str:
    return ", ".join(f"entry {index}" for index in indices)
