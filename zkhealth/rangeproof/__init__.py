"""The range argument: facts about hidden integers, all of a statement in one short proof."""

from zkhealth.rangeproof.facts import (
    Column,
    Committed,
    Interval,
    Linear,
    Table,
    at_least,
    at_most,
    between,
    one_of,
    row_of,
)
from zkhealth.rangeproof.simple import prove_range, verify_range
from zkhealth.rangeproof.statement import Statement, prove, verify, verify_batch

__all__ = [
    "Column",
    "Committed",
    "Interval",
    "Linear",
    "Statement",
    "Table",
    "at_least",
    "at_most",
    "between",
    "one_of",
    "prove",
    "prove_range",
    "row_of",
    "verify",
    "verify_batch",
    "verify_range",
]
