"""The range argument, alone: no library in Python has one over this curve."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.harness import Case, Contender, Here, against, at_most, verifier
from benchmarks.inputs import scalars
from zkhealth.commitments import Pedersen
from zkhealth.errors import VerificationError
from zkhealth.rangeproof import Committed, Statement, between, prove_range, verify_batch, verify_range

_HI = (1 << 64) - 1
_CONTEXT = b"a benchmark"
_NOTE = "no rival is installed that has one"
BATCH = 32


def _prove() -> Mapping[str, Contender]:
    s = scalars(1)[0]
    C, _ = Pedersen().commit(_HI // 3, s)

    def accepted(proof: bytes) -> None:
        verify_range(C, proof, 0, _HI, context=_CONTEXT)

    return against(Here(lambda: prove_range(_HI // 3, s, 0, _HI, context=_CONTEXT), accepted))


def _verify() -> Mapping[str, Contender]:
    s = scalars(1)[0]
    C, _ = Pedersen().commit(_HI // 3, s)
    proof = prove_range(_HI // 3, s, 0, _HI, context=_CONTEXT)
    return against(verifier(lambda data: verify_range(C, data, 0, _HI, context=_CONTEXT), proof, VerificationError))


def _together() -> Mapping[str, Contender]:
    items = []
    for i, s in enumerate(scalars(BATCH), 1):
        value = _HI // i
        statement = Statement(between(Committed(Pedersen().commit(value, s)[0]), 0, _HI))
        items.append((statement, prove_range(value, s, 0, _HI, context=_CONTEXT), _CONTEXT))
    statement, last, _ = items.pop()
    return against(verifier(lambda data: verify_batch([*items, (statement, data, _CONTEXT)]), last, VerificationError))


CASES = [
    Case("range proof 64 bits: prove", _prove, (at_most(30, "ms"), at_most(10, "ms", then=True)), _NOTE),
    Case("range proof 64 bits: verify", _verify, (at_most(7, "ms"), at_most(4, "ms", then=True)), _NOTE),
    Case(f"range proof 64 bits: verify {BATCH} together", _together, note=_NOTE),
]
