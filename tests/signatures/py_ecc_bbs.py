"""CoreProofVerify of draft-irtf-cfrg-bbs-signatures with py_ecc and hashlib alone.

An oracle: it shares no code with zkhealth, and takes what a verifier has, as bytes and
integers.  Suite SHA-256.  A second or two for each proof.
"""

import hashlib

from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.hash import expand_message_xmd
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, decompress_G1, decompress_G2

SUITE = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
R, P = ecc.curve_order, ecc.field_modulus


class RefusedError(Exception):
    """This verifier says no, and why."""


def octets(n, length):
    return n.to_bytes(length, "big")


def hash_to_scalar(msg, dst):
    return int.from_bytes(expand_message_xmd(msg, dst, 48, hashlib.sha256), "big") % R


def create_generators(count, api_id, seed=b"MESSAGE_GENERATOR_SEED"):
    seed_dst, generator_dst = api_id + b"SIG_GENERATOR_SEED_", api_id + b"SIG_GENERATOR_DST_"
    v, points = expand_message_xmd(api_id + seed, seed_dst, 48, hashlib.sha256), []
    for i in range(1, count + 1):
        v = expand_message_xmd(v + octets(i, 8), seed_dst, 48, hashlib.sha256)
        points.append(hash_to_G1(v, generator_dst, hashlib.sha256))
    return points


def encode(point):
    return octets(compress_G1(point), 48)


def refuse_unless(holds, why):
    if not holds:
        raise RefusedError(why)


def decode_g1(data):
    """A point of the subgroup that is not the identity."""
    z = int.from_bytes(data, "big")
    refuse_unless(len(data) == 48 and z >> 382 == 2 and z % 2**381 < P, "point is not canonical")
    try:
        point = decompress_G1(z)
    except ValueError as e:
        raise RefusedError(str(e)) from None
    refuse_unless(ecc.is_inf(ecc.multiply(point, R)), "point is not in the subgroup")
    return point


def decode_key(data):
    z1, z2 = int.from_bytes(data[:48], "big"), int.from_bytes(data[48:], "big")
    refuse_unless(len(data) == 96 and z1 >> 382 == 2 and z1 % 2**381 < P and z2 < P, "key is not canonical")
    try:
        point = decompress_G2((z1, z2))
    except ValueError as e:
        raise RefusedError(str(e)) from None
    refuse_unless(ecc.is_inf(ecc.multiply(point, R)), "key is not in the subgroup")
    return point


def combine(scalars, points):
    total = ecc.Z1
    for k, point in zip(scalars, points, strict=True):
        total = ecc.add(total, ecc.multiply(point, k % R))
    return total


def core_proof_verify(pk, proof, header, ph, disclosed, n, api_id, generators=None):
    """Raise RefusedError, or return nothing.

    `disclosed` maps indexes below `n`, the number of messages, to integers.  `generators` (Q1,
    H_1 … H_n) are `create_generators` of `api_id` where none are given.
    """
    hidden = [j for j in range(n) if j not in disclosed]
    refuse_unless(set(disclosed) <= set(range(n)), "index out of range")
    refuse_unless(len(proof) == 144 + 32 * (4 + len(hidden)), "length of the proof")
    Abar, Bbar, D = (decode_g1(proof[i : i + 48]) for i in (0, 48, 96))
    scalars = [int.from_bytes(proof[i : i + 32], "big") for i in range(144, len(proof), 32)]
    refuse_unless(all(0 < s < R for s in scalars), "scalar is not canonical")
    e_hat, r1_hat, r3_hat, *m_hat, c = scalars
    W = decode_key(pk)

    Q1, *H = generators or create_generators(n + 1, api_id)
    (P1,) = create_generators(1, SUITE + b"H2G_HM2S_", b"BP_MESSAGE_GENERATOR_SEED")
    dom_octets = octets(n, 8) + b"".join(map(encode, [Q1, *H])) + api_id
    domain = hash_to_scalar(pk + dom_octets + octets(len(header), 8) + header, api_id + b"H2S_")

    T1 = combine([c, e_hat, r1_hat], [Bbar, Abar, D])
    Bv = combine([1, domain, *disclosed.values()], [P1, Q1, *(H[i] for i in disclosed)])
    T2 = combine([c, r3_hat, *m_hat], [Bv, D, *(H[j] for j in hidden)])

    c_octets = octets(len(disclosed), 8)
    c_octets += b"".join(octets(i, 8) + octets(disclosed[i], 32) for i in sorted(disclosed))
    c_octets += b"".join(map(encode, [Abar, Bbar, D, T1, T2])) + octets(domain, 32) + octets(len(ph), 8) + ph
    refuse_unless(hash_to_scalar(c_octets, api_id + b"H2S_") == c, "challenge")
    left, right = ecc.pairing(W, Abar), ecc.pairing(ecc.G2, Bbar)
    refuse_unless(left == right, "pairing")
