"""One issuer, a few signed messages, and proofs of them, for the tests beside this."""

import functools

from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    Blinding,
    Prover,
    Setting,
    generators,
    proof_verify,
    public_key,
    sign,
)

API = b"zkhealth-tests-bbs"
SK = Fr(0x5EC3E7)
PH = b"presentation header"
SHOWN = (1, 3)
MESSAGES = Fr([11, 22, 33, 44])


@functools.cache
def setting_for(n, suite=SHA_256, api_id=API, header=b"header"):
    return Setting(suite, api_id, generators(suite, api_id, n), public_key(SK), header)


@functools.cache
def signed(n=4, suite=SHA_256):
    """A setting, messages and their signature."""
    setting, messages = setting_for(n, suite), Fr([11 * (i + 1) for i in range(n)])
    return setting, messages, sign(setting, SK, messages)


def begin(shown=SHOWN, setting=None, messages=None, signature=None, blinding=None):
    """A proof of the sample signature that waits for its presentation header."""
    if setting is None:
        setting, messages, signature = signed()
    blinding = blinding or Blinding.draw(setting, signature, messages, shown, b"label", b"statement")
    return Prover(setting, signature, messages, shown, blinding)


@functools.cache
def sample_proof():
    """A proof that shows messages 1 and 3 of 4."""
    return begin().finish(PH)


def disclosed(messages=MESSAGES, shown=SHOWN):
    return {i: messages[i] for i in shown}


def check(proof, setting=None, shown=None, ph=PH):
    proof_verify(setting or setting_for(4), proof, disclosed() if shown is None else shown, ph)
