"""BBS signatures: many messages under one signature, shown in part and unlinkably.

`bbs` and `blind` are the drafts' interfaces on octet strings.  The rest works on
scalars and is for interfaces of one's own, which need an `api_id` of their own.
"""

from zkhealth.signatures import bbs, blind
from zkhealth.signatures.commitment import Commitment, blind_setting, commit, sign_blindly
from zkhealth.signatures.core import (
    Generators,
    Setting,
    Signature,
    decode_public_key,
    generators,
    key_gen,
    public_key,
    sign,
    verify,
)
from zkhealth.signatures.proof import (
    Proof,
    check_challenge,
    check_pairings,
    first_messages,
    pairing_terms,
    proof_verify,
    random_weights,
)
from zkhealth.signatures.prover import Blinding, Prover
from zkhealth.signatures.suites import SHA_256, SHAKE_256, Suite

__all__ = [
    "bbs",
    "blind",
    "Suite",
    "SHA_256",
    "SHAKE_256",
    "Generators",
    "generators",
    "Setting",
    "key_gen",
    "public_key",
    "decode_public_key",
    "Signature",
    "sign",
    "verify",
    "Blinding",
    "Prover",
    "Proof",
    "first_messages",
    "check_challenge",
    "pairing_terms",
    "random_weights",
    "check_pairings",
    "proof_verify",
    "Commitment",
    "commit",
    "blind_setting",
    "sign_blindly",
]
