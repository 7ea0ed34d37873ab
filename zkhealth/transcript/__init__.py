"""Fiat-Shamir: challenges from everything said so far, and the nonces that answer them."""

from zkhealth.transcript.nonces import Nonces
from zkhealth.transcript.sponge import Sponge, derive_session_id
from zkhealth.transcript.transcript import Transcript, challenge_scalar, joined, length_prefixed, weight_scalars

__all__ = [
    "Nonces",
    "Sponge",
    "Transcript",
    "challenge_scalar",
    "derive_session_id",
    "joined",
    "length_prefixed",
    "weight_scalars",
]
