"""One issuer of blind signatures, a careless one, and a holder who proves knowledge over any bases."""

from signatures.naive_bbs import commitment_challenge
from signatures.sample_bbs import SK

from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    Commitment,
    blind_setting,
    public_key,
    sign,
)

API = b"zkhealth-tests-blind"
OFFER = b"an offer"
PK = public_key(SK)


def setting_for(n_signer, n_committed, suite=SHA_256):
    return blind_setting(suite, API, PK, b"header", n_signer=n_signer, n_committed=n_committed)


def careless_issuer(commitment, messages, n_committed):
    """Signs whatever comes."""
    return sign(setting_for(len(messages), n_committed), SK, messages, commitment.C)


def prove_representation(bases, scalars, context=OFFER):
    """An honest proof that C = Σ scalars·bases, over any bases the prover likes."""
    C = scalars @ bases
    tilde = Fr.random(len(scalars))
    c = commitment_challenge(SHA_256, API, bases, C, tilde @ bases, context)
    hat = tilde + c * scalars
    return Commitment(C, hat[0], hat[1:], c)
