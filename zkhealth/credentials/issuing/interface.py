"""Our interface of BBS: raw scalars, and three messages of the holder's that are signed blindly.

Over the core operations of draft-irtf-cfrg-bbs-signatures with an api_id of its own, so that nothing signed here can
be read as octets signed elsewhere.  The header is the digest of the schema.
"""

from __future__ import annotations

from functools import lru_cache

from zkhealth.credentials.issuing.messages import n_signed
from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.curve import G1
from zkhealth.signatures import SHA_256, Generators, Setting, decode_public_key

API_ID = SHA_256.id + b"ZKHEALTH_CREDENTIAL_V1_"
N_BLIND = 3
"""Prover blind, link secret, token share."""


@lru_cache(maxsize=64)
def generators(spec: SchemaSpec) -> Generators:
    """Those of the issuer's messages, then those of the holder's."""
    own, blind = SHA_256.generators(API_ID, 1 + n_signed(spec)), SHA_256.generators(b"BLIND_" + API_ID, N_BLIND)
    return Generators(SHA_256.P1, own[0], G1.stack(own[1:], blind))


@lru_cache(maxsize=256)
def setting(spec: SchemaSpec, key: bytes) -> Setting:
    """What issuer, holder and verifier know of a signature under this schema by this key."""
    return Setting(SHA_256, API_ID, generators(spec), decode_public_key(key), spec.digest)


def blind_bases(spec: SchemaSpec) -> G1:
    """The generators of the holder's three messages."""
    return generators(spec).H[n_signed(spec) :]
