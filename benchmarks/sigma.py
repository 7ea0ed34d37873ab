"""A proof of knowledge of an opening, alone: no installed library speaks the draft's format."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.harness import Case, Contender, Here, against, verifier
from benchmarks.inputs import scalars
from zkhealth.commitments import Pedersen
from zkhealth.curve import G1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr
from zkhealth.sigma import Opening, Secret, prove_batchable, verify_batch

_SESSION = b"a benchmark"
_NOTE = "no rival is installed that has one"
BATCH = 32


def _opening() -> tuple[G1, Fr, Fr]:
    v, s = scalars(2)
    return Pedersen().commit(v, s)[0], v, s


def _prove() -> Mapping[str, Contender]:
    C, v, s = _opening()
    claim = Opening(C)
    return against(Here(lambda: claim.prove((v, s), _SESSION), lambda proof: claim.verify(proof, _SESSION)))


def _verify() -> Mapping[str, Contender]:
    C, v, s = _opening()
    claim = Opening(C)
    proof = claim.prove((v, s), _SESSION)
    return against(verifier(lambda data: claim.verify(data, _SESSION), proof, VerificationError))


def _together() -> Mapping[str, Contender]:
    items = []
    for v, s in zip(scalars(BATCH, "values"), scalars(BATCH, "blindings"), strict=True):
        relation = Opening(Pedersen().commit(v, s)[0]).relation()
        witness = {Secret("v"): v, Secret("s"): s}
        items.append((relation, prove_batchable(relation, witness, _SESSION), _SESSION))
    relation, last, _ = items.pop()
    return against(verifier(lambda data: verify_batch([*items, (relation, data, _SESSION)]), last, VerificationError))


CASES = [
    Case("sigma opening: prove", _prove, note=_NOTE),
    Case("sigma opening: verify", _verify, note=_NOTE),
    Case(f"sigma opening: verify {BATCH} together", _together, note=_NOTE),
]
