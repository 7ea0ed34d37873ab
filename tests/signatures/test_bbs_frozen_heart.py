"""Attacks 1 and 6 on BBS proofs: nothing is chosen after the challenge, nothing is replayed elsewhere.

Each forgery first passes a careless verifier, the naive one without a check or without
an item in its hash; then ours refuses it.
"""

from dataclasses import replace

import pytest
from signatures.bbs_forger import FALSE, answered, assemble, is_accepted, points_of, sample_secrets
from signatures.naive_bbs import POINTS, accepts, challenge
from signatures.sample_bbs import (
    API,
    MESSAGES,
    PH,
    SK,
    begin,
    disclosed,
    sample_proof,
    setting_for,
    signed,
)

from zkhealth.curve import G1, G2
from zkhealth.errors import VerificationError
from zkhealth.field import Fr
from zkhealth.signatures import (
    SHA_256,
    SHAKE_256,
    Proof,
    Setting,
    public_key,
    verify,
)
from zkhealth.signatures.proof import proof_challenge

# --- 1: nothing can be chosen after the challenge ------------------------------------------


def test_1_honest_proofs_pass_both():
    assert accepts(setting_for(4), sample_proof(), disclosed(), PH)
    assert is_accepted(sample_proof(), disclosed())


def test_1_T1_after_the_challenge():
    """Abar and Bbar from a signature on other messages, D from the false ones; T1 would tie them."""
    setting, messages, (A, e) = sample_secrets()
    D, hidden = Fr(5) * setting.B(FALSE), FALSE[[0, 2]]
    r3_tilde, m_tilde = Fr(6), Fr([7, 8])
    forged = assemble(
        setting,
        disclosed(FALSE),
        PH,
        {"T1"},
        lambda c: {
            "e_hat": Fr(9),
            "r1_hat": Fr(10),
            "r3_hat": r3_tilde - c * Fr(5).inverse(),
            "m_hat": m_tilde + c * hidden,
        },
        Abar=A,
        Bbar=setting.B(messages) - e * A,
        D=D,
        T2=r3_tilde * D + m_tilde @ setting.generators.H[[0, 2]],
    )
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"T1"})
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_T2_after_the_challenge():
    """An honest proof about a signature; what it signs would be in T2."""
    setting, messages, signature = signed()
    begun = begin()
    c = challenge(setting, points_of(begun), disclosed(FALSE), PH, {"T2"})
    forged = replace(answered(begun, c, signature, messages), challenge=c)
    assert accepts(setting, forged, disclosed(FALSE), PH, without={"T2"})
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_Abar_and_Bbar_after_the_challenge():
    """T1 = u·(B − e·A) + v·A + w·B′ with B′ of the false messages; solve for Abar = (u/c)·A and r1^."""
    setting, messages, (A, e) = sample_secrets()
    u, v, w, r2 = Fr(2), Fr(3), Fr(4), Fr(5)
    false = setting.B(FALSE)
    A_W = setting.B(messages) - e * A
    r3_tilde, m_tilde, hidden = Fr(6), Fr([7, 8]), FALSE[[0, 2]]
    points = {
        "D": r2 * false,
        "T1": u * A_W + v * A + w * false,
        "T2": r3_tilde * (r2 * false) + m_tilde @ setting.generators.H[[0, 2]],
    }
    without = {"Abar", "Bbar"}
    c = challenge(setting, points, disclosed(FALSE), PH, without)
    r = u / c
    forged = Proof(r * A, r * A_W, points["D"], v / r, w / r2, r3_tilde - c * r2.inverse(), m_tilde + c * hidden, c)
    assert accepts(setting, forged, disclosed(FALSE), PH, without)
    assert not is_accepted(forged, disclosed(FALSE))


def test_1_a_disclosed_message_after_the_challenge():
    """T2 has an extra t·H_3; the message 44 + t/c fits."""
    setting, messages, signature = signed()
    begun, t = begin(), Fr(77)
    points = points_of(begun) | {"T2": begun.T2 + t * setting.generators.H[3]}
    c = challenge(setting, points, disclosed(), PH, {"disclosed"})
    shown = {1: messages[1], 3: messages[3] + t / c}
    forged = answered(begun, c, signature, messages)
    assert accepts(setting, forged, shown, PH, without={"disclosed"})
    assert not is_accepted(forged, shown)


def test_1_every_public_input_changes_the_challenge():
    setting, points = setting_for(4), tuple(points_of(begin()).values())
    shown = disclosed()
    variants = {
        "as it is": (setting, shown, points, PH),
        "ph": (setting, shown, points, PH + b"\0"),
        "no ph": (setting, shown, points, b""),
        "header": (setting_for(4, header=b"another"), shown, points, PH),
        "api_id": (setting_for(4, api_id=b"another"), shown, points, PH),
        "suite": (setting_for(4, SHAKE_256), shown, points, PH),
        "number of messages": (setting_for(5), shown, points, PH),
        "key": (Setting(SHA_256, API, setting.generators, G2.generator(), b"header"), shown, points, PH),
        "value": (setting, shown | {1: Fr(23)}, points, PH),
        "index": (setting, {0: shown[1], 3: shown[3]}, points, PH),
        "order": (setting, {1: shown[3], 3: shown[1]}, points, PH),
        "fewer": (setting, {1: shown[1]}, points, PH),
        "none": (setting, {}, points, PH),
    }
    for k, name in enumerate(POINTS):
        changed = (*points[:k], points[k] + G1.generator(), *points[k + 1 :])
        variants[name] = (setting, shown, changed, PH)
        variants[f"{name} swapped"] = (setting, shown, (*points[:k], points[k - 1], *points[k + 1 :]), PH)
    assert len({int(proof_challenge(*variant)) for variant in variants.values()}) == len(variants)
    assert proof_challenge(setting, dict(reversed(shown.items())), points, PH) == proof_challenge(*variants["as it is"])


def test_1_every_public_input_changes_the_domain():
    def domain(*args):
        return int(Setting(*args).domain)

    setting = setting_for(4)
    H = setting.generators.H
    seen = {
        domain(SHA_256, API, setting.generators, setting.pk, header) for header in (b"", b"\0", b"header", b"headers")
    }
    seen.add(domain(SHA_256, API, setting.generators, G2.generator(), b""))
    seen.add(domain(SHA_256, API + b"h", setting.generators, setting.pk, b"eader"))
    seen.add(domain(SHAKE_256, API, setting.generators, setting.pk, b""))
    for other in (
        replace(setting.generators, Q1=H[0]),
        replace(setting.generators, H=H[:3]),
        replace(setting.generators, H=H[::-1]),
        replace(setting.generators, H=H[:0]),
    ):
        seen.add(domain(SHA_256, API, other, setting.pk, b""))
    assert len(seen) == 11


# --- 6: replay -------------------------------------------------------------------------------


def test_6_replay_under_another_presentation_header():
    setting, _, signature = signed()
    begun = begin()
    c = challenge(setting, points_of(begun), disclosed(), PH, {"ph"})
    careless = answered(begun, c, signature, MESSAGES)
    assert accepts(setting, careless, disclosed(), b"another verifier", without={"ph"})
    for ph in (b"another verifier", b"", PH + b"\0", PH[:-1]):
        assert not is_accepted(sample_proof(), disclosed(), ph)


@pytest.mark.parametrize("what", ["header", "api_id", "suite", "key"])
def test_6_replay_in_another_setting(what):
    setting = {
        "header": lambda: setting_for(4, header=b"another"),
        "api_id": lambda: setting_for(4, api_id=b"another"),
        "suite": lambda: setting_for(4, SHAKE_256),
        "key": lambda: Setting(SHA_256, API, setting_for(4).generators, public_key(SK + Fr(1)), b"header"),
    }[what]()
    assert not is_accepted(sample_proof(), disclosed(), setting=setting)
    _, messages, signature = signed()
    with pytest.raises(VerificationError):
        verify(setting, messages, signature)
