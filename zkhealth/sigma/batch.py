"""Many batchable proofs at once: one random combination of all equations, one multi-scalar multiplication."""

from __future__ import annotations

from collections.abc import Iterable

from zkhealth.curve import G1, msm_vartime
from zkhealth.errors import VerificationError
from zkhealth.field import as_bytes, concat
from zkhealth.sigma import protocol
from zkhealth.sigma.proof import decode_batchable, session_id
from zkhealth.sigma.statement import Statement
from zkhealth.transcript import Sponge, derive_session_id, weight_scalars

_BATCH_ID = derive_session_id(b"irtf-cfrg-sigma-protocols/batch-verify")


def verify_batch(items: Iterable[tuple[Statement, bytes, bytes]]) -> None:
    """Check (statement, batchable proof, session) triples together; none at all is accepted.

    The weights, 128 bits for each equation, are hashed from all sessions,
    statements and proofs, responses included.

    Raises:
        DecodingError: a proof has the wrong length, or is not canonical.
        VerificationError: at least one proof does not hold; it does not say which.
    """
    listed = [(statement, as_bytes(proof), session) for statement, proof, session in items]
    decoded = [decode_batchable(*item) for item in listed]
    sponge = Sponge(_BATCH_ID)
    for statement, proof, session in listed:
        sponge.absorb(session_id(statement, session))
        sponge.absorb(statement.encode())
        sponge.absorb(proof)
    weights = weight_scalars(sponge, sum(len(commitments) for commitments, _, _ in decoded))

    scalars, points, at = [-weights], [commitments for commitments, _, _ in decoded], 0
    for (statement, _, _), (_, challenge, answers) in zip(listed, decoded, strict=True):
        for linear, c, response in protocol.transcripts(statement, challenge, answers):
            n = len(linear.rows)
            s, P = linear.equations(response, c, weights[at : at + n])
            scalars.append(s)
            points.append(P)
            at += n
    if listed and msm_vartime(concat(*scalars), G1.stack(*points)) != G1.identity():
        raise VerificationError("at least one of the sigma proofs does not hold")
