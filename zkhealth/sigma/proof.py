"""Non-interactive sigma protocols, compact (challenge, responses) and batchable (commitments, responses).

draft-irtf-cfrg-sigma-protocols, suite sigma-proofs_Shake128_BLS12381, byte for
byte for plain relations; composed statements use the same sponge under a suite
of their own.  The session names protocol, parties and freshness; both sides make
it themselves (`transcript.joined` for several parts), and it is not in the proof.

    >>> from zkhealth.commitments import Pedersen
    >>> from zkhealth.sigma import Element, Relation, Secret
    >>> pedersen = Pedersen()
    >>> C, s = pedersen.commit(7)
    >>> opens = Relation(Element(C) == Secret("v") * Element(pedersen.G) + Secret("s") * Element(pedersen.H))
    >>> proof = prove(opens, {Secret("v"): 7, Secret("s"): s}, b"a session")
    >>> verify(opens, proof, b"a session")
"""

from __future__ import annotations

from zkhealth.curve import G1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.sigma import protocol
from zkhealth.sigma.protocol import NonceSource
from zkhealth.sigma.statement import Relation, Statement, Witness, leaves
from zkhealth.transcript import Nonces, Sponge, challenge_scalar, derive_session_id

_SUITE = b"sigma-proofs_Shake128_BLS12381"
_COMPOSED_SUITE = b"zkhealth-composed-sigma-v1_Shake128_BLS12381"
_COMPACT, _BATCHABLE = b"CMPT", b"DSFS"


def prove(statement: Statement, witness: Witness, session: bytes) -> bytes:
    """A compact proof: 32 bytes, and 32 for each secret (and each alternative but one).

    Raises:
        WitnessError: the secrets do not satisfy the statement.
    """
    nonces = _nonces(statement, witness, session, _COMPACT)
    _, challenge, scalars = _prove(statement, witness, session, _COMPACT, nonces)
    return challenge.encode() + scalars.encode()


def verify(statement: Statement, proof: bytes, session: bytes) -> None:
    """Check a compact proof.

    Raises:
        DecodingError: not the right length, or not canonical.
        VerificationError: the proof does not hold for this statement and session.
    """
    scalars = Fr.decode(proof, 1 + protocol.n_scalars(statement))
    challenge, answers = scalars[0], scalars[1:]
    parts = protocol.transcripts(statement, challenge, answers)
    commitments = G1.stack(*(linear.commitment_vartime(response, c) for linear, c, response in parts))
    if commitments.has_identity():
        raise VerificationError("a recomputed commitment is the identity")
    identifier = session_id(statement, session, _COMPACT)
    if derive_challenge(statement, commitments.encode(), identifier) != challenge:
        raise VerificationError("the sigma proof does not hold")


def prove_batchable(statement: Statement, witness: Witness, session: bytes) -> bytes:
    """A proof of 48 bytes for each equation and 32 for each secret, for `verify_batch`.

    Raises:
        WitnessError: the secrets do not satisfy the statement.
    """
    nonces = _nonces(statement, witness, session, _BATCHABLE)
    commitments, _, scalars = _prove(statement, witness, session, _BATCHABLE, nonces)
    return commitments.encode() + scalars.encode()


def verify_batchable(statement: Statement, proof: bytes, session: bytes) -> None:
    """Check a batchable proof.

    Raises:
        DecodingError: not the right length, or not canonical.
        VerificationError: the proof does not hold for this statement and session.
    """
    commitments, challenge, scalars = decode_batchable(statement, proof, session)
    at = 0
    for linear, c, response in protocol.transcripts(statement, challenge, scalars):
        n = len(linear.rows)
        if linear.commitment_vartime(response, c) != commitments[at : at + n]:
            raise VerificationError("the sigma proof does not hold")
        at += n


def decode_batchable(statement: Statement, proof: bytes, session: bytes) -> tuple[G1, Fr, Fr]:
    """Commitments, the challenge that follows from them, and the scalars that answer it."""
    proof = as_bytes(proof)
    n_points = sum(len(leaf.linear.rows) for leaf in leaves(statement))
    points = G1.BYTES * n_points
    scalars = Fr.decode(proof[points:], protocol.n_scalars(statement))
    commitments = G1.stack(G1.decode(proof[:points], n_points))
    if commitments.has_identity():
        raise VerificationError("a commitment is the identity")
    challenge = derive_challenge(statement, proof[:points], session_id(statement, session, _BATCHABLE))
    return commitments, challenge, concat(scalars)


def session_id(statement: Statement, session: bytes, flavor: bytes = _BATCHABLE) -> bytes:
    """The draft's session identifier: the caller's session, the form of proof, the suite."""
    suite = _SUITE if isinstance(statement, Relation) else _COMPOSED_SUITE
    return derive_session_id(as_bytes(session) + b"-" + flavor + b"-with-" + suite)


def derive_challenge(statement: Statement, commitments: bytes, identifier: bytes) -> Fr:
    """DeriveChallenge: session, whole statement, commitments."""
    sponge = Sponge(identifier)
    sponge.absorb(statement.encode())
    sponge.absorb(commitments)
    return challenge_scalar(sponge)


def _nonces(statement: Statement, witness: Witness, session: bytes, flavor: bytes) -> Nonces:
    values = [value if isinstance(value, Fr) else Fr(value) for value in witness.values()]
    return Nonces(b"sigma/" + flavor + b"/" + as_bytes(session), statement.encode(), concat(*values))


def _prove(
    statement: Statement, witness: Witness, session: bytes, flavor: bytes, nonces: NonceSource
) -> tuple[G1, Fr, Fr]:
    """Commitments, challenge and scalars; the seam where tests give their own nonces."""
    protocol.check_witness(statement, witness)
    parts, respond = protocol.start(statement, witness, nonces)
    commitments = G1.stack(*parts)
    challenge = derive_challenge(statement, commitments.encode(), session_id(statement, session, flavor))
    return commitments, challenge, concat(*respond(challenge))
