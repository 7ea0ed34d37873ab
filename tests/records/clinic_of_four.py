"""A clinic of four records, two policies that ask about them, and the verdict on what is shown."""

import pytest
from records.careless import Protocol
from records.holders import AT, hospital, record

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.records import Policy, check, commit

REAL = Protocol()
LATELY = Policy(AT, days=(83, 85))
ADULTS = Policy(AT, 18)
HOLDER, CHILD, STRANGER, OLD = (
    next(commit([one]))
    for one in (
        record(),
        record(birth="2020-05-05", given="2026-08-31"),
        record(birth="1960-01-01", given="2026-08-30"),
        record(given="2020-01-01"),
    )
)
CLINIC = hospital(HOLDER, CHILD, OLD, STRANGER)


def is_refused(policy, root, size, nonce, data):
    with pytest.raises((VerificationError, DecodingError)):
        check(policy, root, size, nonce, data)
    return True
