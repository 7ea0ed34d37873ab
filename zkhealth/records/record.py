"""A record: the typed attributes of one vaccination, and a commitment to each.

| attribute | as a scalar |
|---|---|
| `birth_lo`, `birth_hi` | days since 1900-01-01; apart where only a month or a year is known |
| `vaccine` | hash of `URL|code` |
| `given_lo`, `given_hi` | days since 1900-01-01 |

What the record does not say is a scalar of its own, the hash of a label: it lies in no
range of days and in no list of codes, so nothing can be proven about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1, hash_to_scalar
from zkhealth.field import Fr, concat
from zkhealth.health import Code, DayInterval, PatientHistory

ATTRIBUTES = ("birth_lo", "birth_hi", "vaccine", "given_lo", "given_hi")
_BATCH = 256
_CODE = b"ZKHEALTH-V01-CODE_XMD:SHA-256_"
_ABSENT = b"ZKHEALTH-V01-ABSENT_XMD:SHA-256_"


@dataclass(frozen=True, repr=False)
class Record:
    """One vaccination of one patient under one code; None where nothing is known."""

    birth: DayInterval | None
    vaccine: Code | None
    given: DayInterval | None

    def scalars(self) -> Fr:
        """The attributes in the order of `ATTRIBUTES`."""
        vaccine = absent() if self.vaccine is None else code_scalar(self.vaccine)
        return concat(*_days(self.birth), vaccine, *_days(self.given))


@dataclass(frozen=True, repr=False, eq=False)
class CommittedRecord:
    """A record with a commitment to each attribute and the blindings that open them; secret."""

    record: Record
    commitments: G1
    blindings: Fr

    @property
    def leaf(self) -> bytes:
        """What is published of it, in a Merkle tree: the commitments."""
        return self.commitments.encode()


def records_of(history: PatientHistory) -> list[Record]:
    """A record for each code of each vaccination, or one of the patient alone if there is none."""
    found = [Record(history.birth, code, i.given) for i in history.immunizations for code in i.vaccine]
    return found or [Record(history.birth, None, None)]


def commit(records: Iterable[Record]) -> Iterator[CommittedRecord]:
    """Commit to every attribute of every record, with a fresh blinding each; streams."""
    stream, n = iter(records), len(ATTRIBUTES)
    while batch := list(islice(stream, _BATCH)):
        C, s = Pedersen().commit(concat(*(record.scalars() for record in batch)))
        for i, record in enumerate(batch):
            here = slice(i * n, (i + 1) * n)
            yield CommittedRecord(record, C[here], s[here])


def code_scalar(code: Code) -> Fr:
    """The scalar that stands for a code, by system and code."""
    return hash_to_scalar(code.canonical.encode(), _CODE)


def absent() -> Fr:
    """The scalar that stands for an attribute of which nothing is known."""
    return hash_to_scalar(b"absent", _ABSENT)


def _days(interval: DayInterval | None) -> tuple[Fr, Fr]:
    return (absent(), absent()) if interval is None else (Fr(interval.lo), Fr(interval.hi))
