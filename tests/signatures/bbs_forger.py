"""What a forger of BBS proofs works with: false messages, fixed blindings, the answers of an honest prover."""

from signatures.naive_bbs import POINTS, challenge
from signatures.sample_bbs import (
    PH,
    setting_for,
    signed,
)

from zkhealth.errors import ZkHealthError
from zkhealth.field import Fr
from zkhealth.signatures import (
    Blinding,
    Proof,
    proof_verify,
)

FALSE = Fr([11, 22, 33, 45])  # what the forger wants to have signed: the last message is 44


def is_accepted(proof, shown, ph=PH, setting=None):
    try:
        proof_verify(setting or setting_for(4), proof, shown, ph)
    except ZkHealthError:
        return False
    return True


def assemble(setting, shown, ph, without, answers, **points):
    """A proof by a forger who has T1 and T2, and `answers` the challenge of a careless verifier."""
    c = challenge(setting, points, shown, ph, without)
    sent = {name: P for name, P in points.items() if name in POINTS[:3]}
    return Proof(**(sent | {"challenge": c} | answers(c)))


# --- parts ------------------------------------------------------------------------------------------------------


BLINDING = Blinding.of(Fr(range(2, 9)))


def sample_secrets():
    setting, messages, signature = signed()
    return setting, messages, (signature.A, signature.e)


def points_of(begun):
    return {name: getattr(begun, name) for name in POINTS}


def answered(begun, c, signature, messages):
    """The answers of an honest prover to a challenge that only a careless verifier asks."""
    e, m, blinding = begun._secrets
    assert e == signature.e and m == messages[begun.hidden]
    return Proof(
        begun.Abar,
        begun.Bbar,
        begun.D,
        blinding.e_tilde + c * e,
        blinding.r1_tilde - c * blinding.r1,
        blinding.r3_tilde - c * blinding.r2.inverse(),
        blinding.m_tilde + c * m,
        c,
    )
