"""Committed values, honest witnesses, and the two verdicts on a proof."""

from __future__ import annotations

import pytest
from rangeproof.paper import Told

from zkhealth.commitments import Pedersen
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Committed, prove, verify
from zkhealth.rangeproof.proof import RangeProof

CONTEXT = b"tests/rangeproof"


def hide(value, domain=None, blinding=None):
    """A commitment to `value`, and its opening."""
    C, s = Pedersen().commit(value, blinding)
    return Committed(C, domain), (value, s)


def residues(openings):
    """The values modulo r."""
    return {x: int(v if isinstance(v, Fr) else Fr(v)) for x, (v, _) in openings.items()}


def values_of(statement, openings):
    """c_k, in the order of the statement."""
    found = residues(openings)
    return Fr([found[x] for x in statement.hidden])


def blindings_of(statement, openings):
    return concat(*(openings[x][1] for x in statement.hidden))


def telling(statement, openings, digits, a_R=None, a_G=0):
    """A prover told to use these digits, whatever they are; a_R = a_L − 1 if not said."""
    a_L = Fr([*digits, *[0] * (statement.rows.N - len(digits))])
    a_R = a_L - Fr(1) if a_R is None else Fr(a_R)
    return Told(a_L, a_R, blindings_of(statement, openings), Fr(a_G))


def truthful(statement, openings):
    """An honest prover."""
    return telling(statement, openings, statement.bits(residues(openings)).ints())


def proven(statement, openings, context=CONTEXT):
    """Prove, encode, decode, verify; the encoded proof."""
    proof = prove(statement, openings, context)
    assert RangeProof.decode(proof, statement.rows.N).encode() == proof
    verify(statement, proof, context)
    return proof


def holds(statement, proof, context=CONTEXT):
    """The library's verdict, on a proof or on its bytes."""
    data = proof if isinstance(proof, bytes) else proof.encode()
    try:
        verify(statement, data, context)
    except (VerificationError, DecodingError):
        return False
    return True


def is_refused(statement, proof, context=CONTEXT):
    """The bytes are canonical, the claim is false."""
    data = proof if isinstance(proof, bytes) else proof.encode()
    with pytest.raises(VerificationError):
        verify(statement, data, context)
    return True
