"""What a patient does in a stored log: grant, narrow, withdraw, erase; and what an institution asks before it reads.

>>> from zkhealth.ledger.consent.patient_key import PatientSecret
>>> log = Log.open(":memory:", origin="log.example/1")
>>> key = PatientSecret(bytes(32)).for_log(log.origin)
>>> terms = Terms("did:web:hospital.example", ["TREAT"], ["Observation"], nbf=100, exp=200)
>>> grant(log, key, terms, at=100)
0
>>> asked = Request("did:web:hospital.example", "TREAT", ["Observation"], at=150, patient=key.did)
>>> allowed(log, asked).is_allowed
True
>>> withdraw(log, key, 0, at=150)
1
>>> allowed(log, asked).why
'the grant was withdrawn in entry 1'
>>> log.close()
"""

from __future__ import annotations

from collections.abc import Callable

from zkhealth.errors import WitnessError
from zkhealth.ledger.consent.patient_key import PatientKey
from zkhealth.ledger.consent.register import Judgement, Register
from zkhealth.ledger.consent.statement import sign
from zkhealth.ledger.consent.terms import Request, Terms
from zkhealth.ledger.entries import Entry, Opening
from zkhealth.ledger.log import Log

Progress = Callable[[int], None]


def grant(log: Log, key: PatientKey, terms: Terms, at: int) -> int:
    """Append a grant and keep its opening; returns its index.  `at` is the patient's time in POSIX seconds."""
    return _append(log, sign(_of_log(log, key), at, len(log), terms))


def narrow(log: Log, key: PatientKey, index: int, terms: Terms, at: int) -> int:
    """Append that of the grant in entry `index` only `terms` are left; returns the index of that.

    Raises:
        ValueError: the terms are not within those of the grant, or it is another patient's.
        WitnessError: the opening of the grant was erased.
    """
    return _append(log, sign(_of_log(log, key), at, len(log), terms, of=_opened(log, index)))


def withdraw(log: Log, key: PatientKey, index: int, at: int) -> int:
    """Append that the grant in entry `index` is withdrawn; returns the index of that.

    Raises as `narrow` does.
    """
    return _append(log, sign(_of_log(log, key), at, len(log), of=_opened(log, index)))


def allowed(log: Log, request: Request, progress: Progress | None = None) -> Judgement:
    """Whether a request is allowed by what stands in the log now; reads all of it: keep a `Register` to ask often."""
    return read_register(log, progress).find(request)


def read_register(log: Log, progress: Progress | None = None) -> Register:
    """Fold over a whole log, with the openings it keeps."""
    register = Register(log.origin)
    for index, (entry, opening) in enumerate(log.opened()):
        register.add(entry, opening)
        if progress and index % 256 == 0:
            progress(index)
    return register


def _append(log: Log, made: tuple[Entry, Opening]) -> int:
    entry, opening = made
    return log.append([entry], [opening])[0]


def _of_log(log: Log, key: PatientKey) -> PatientKey:
    if key.origin != log.origin:
        raise ValueError(f"expected a key for {log.origin}, got one for {key.origin}")
    return key


def _opened(log: Log, index: int) -> tuple[Entry, Opening]:
    entry, opening = log.entry(index), log.body(index)
    if entry.kind != "grant":
        raise ValueError(f"entry {index} is no grant")
    if opening is None:
        raise WitnessError(f"the opening of entry {index} was erased, or never kept")
    return entry, opening
