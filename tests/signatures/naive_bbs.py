"""CoreProofVerify and the blind commitment's check once more, from the drafts' text, one line at a time.

Told to do `without` something it is a mutant: the careless verifier that shows a forgery
to be one.  It takes its settings and proofs from the library, and none of its checks.
"""

from zkhealth.curve import G1, G2, pairing_product_is_one

POINTS = ("Abar", "Bbar", "D", "T1", "T2")


def i2osp8(n):
    return n.to_bytes(8, "big")


def challenge(setting, points, shown, ph, without=frozenset()):
    """`points` by name; leaves out what is named in `without`."""
    data = b"" if "count" in without else i2osp8(len(shown))
    for i, m in sorted(shown.items()):
        data += b"" if "index" in without else i2osp8(i)
        data += b"" if "disclosed" in without else m.encode()
    data += b"".join(points[name].encode() for name in POINTS if name not in without)
    data += b"" if "domain" in without else setting.domain.encode()
    data += b"" if "ph" in without else i2osp8(len(ph)) + ph
    return setting.suite.hash_to_scalar(data, setting.api_id + b"H2S_")


def first_messages(setting, proof, shown):
    c, H = proof.challenge, setting.generators.H
    T1 = c * proof.Bbar + proof.e_hat * proof.Abar + proof.r1_hat * proof.D
    Bv = setting.generators.P1 + setting.domain * setting.generators.Q1
    for i, m in shown.items():
        Bv = Bv + m * H[i]
    T2 = c * Bv + proof.r3_hat * proof.D
    hidden = [i for i in range(setting.n) if i not in shown]
    for j, m_hat in zip(hidden, proof.m_hat, strict=True):
        T2 = T2 + m_hat * H[j]
    return T1, T2


def accepts(setting, proof, shown, ph, without=frozenset()):
    points = {name: getattr(proof, name) for name in POINTS[:3]}
    if "identity" not in without and G1.stack(*points.values()).has_identity():
        return False
    points["T1"], points["T2"] = first_messages(setting, proof, shown)
    if "challenge" not in without and challenge(setting, points, shown, ph, without) != proof.challenge:
        return False
    if "pairing" in without:
        return True
    return pairing_product_is_one([(proof.Abar, setting.pk), (-proof.Bbar, G2.generator())])


# --- the commitment of a blind request -------------------------------------------------


def commitment_challenge(suite, api_id, bases, C, Cbar, context=None, without=frozenset()):
    data = i2osp8(len(bases) - 1) + bases.encode()
    data += (b"" if "C" in without else C.encode()) + (b"" if "Cbar" in without else Cbar.encode())
    if context is not None and "context" not in without:
        data += i2osp8(len(context)) + context
    return suite.hash_to_scalar(data, api_id + b"H2S_")


def accepts_commitment(suite, api_id, bases, commitment, context=None, without=frozenset()):
    Cbar = commitment.s_hat * bases[0] - commitment.challenge * commitment.C
    for J, m_hat in zip(bases[1:], commitment.m_hat, strict=True):
        Cbar = Cbar + m_hat * J
    if "challenge" in without:
        return True
    c = commitment_challenge(suite, api_id, bases, commitment.C, Cbar, context, without)
    return c == commitment.challenge
