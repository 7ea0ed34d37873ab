"""The simple case: one value, one interval.

>>> s = Fr.random()
>>> proof = prove_range(42, s, 18, 120, context=b"a context")
>>> C, _ = Pedersen().commit(42, s)
>>> verify_range(C, proof, 18, 120, context=b"a context")
"""

from __future__ import annotations

from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.field import Fr
from zkhealth.rangeproof.facts import Committed, between
from zkhealth.rangeproof.statement import Statement, prove, verify


def prove_range(value: int | Fr, blinding: Fr, lo: int, hi: int, *, context: bytes) -> bytes:
    """Prove that the Pedersen commitment to `value` under `blinding` holds an integer in [lo, hi].

    Raises:
        ValueError: lo > hi, or bounds 2^64 or more apart.
        WitnessError: the value is outside.
    """
    C, _ = Pedersen().commit(value, blinding)
    x = Committed(C)
    return prove(Statement(between(x, lo, hi)), {x: (value, blinding)}, context)


def verify_range(C: G1, proof: bytes, lo: int, hi: int, *, context: bytes) -> None:
    """Check that `C` holds an integer in [lo, hi], both bounds and `context` the verifier's own.

    Raises:
        DecodingError: the proof is not of the right length, or not canonical.
        VerificationError: it does not hold.
    """
    verify(Statement(between(Committed(C), lo, hi)), proof, context)
