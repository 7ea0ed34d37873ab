"""Hashing bytes to points, as uniform as a random oracle (RFC 9380, the RO suites).

The suites are BLS12381G1_XMD:SHA-256_SSWU_RO_ and its G2 counterpart, and the
same with the SHAKE-256 expander (BBS uses both).  Not constant-time in the message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from zkhealth import backend
from zkhealth.curve.points import G1, G2
from zkhealth.field import Fr, as_bytes

P_MODULUS = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
_WIDE = 64  # L, the bytes for one element of the base field (section 8.8)

Expander = Callable[[bytes, bytes, int], bytes]


def expand_message_xmd(msg: bytes, dst: bytes, length: int) -> bytes:
    """`length` uniform bytes from SHA-256 (section 5.3.1).

    Raises:
        ValueError: an empty tag, or more than 255 blocks of output.

    """
    dst = _tag(dst, lambda tag: hashlib.sha256(b"H2C-OVERSIZE-DST-" + tag).digest())
    ell = -(-length // 32)
    if not 0 <= length < 2**16 or ell > 255:
        raise ValueError(f"expected at most 8160 bytes of output, got {length}")
    b_0 = hashlib.sha256(bytes(64) + msg + length.to_bytes(2, "big") + b"\0" + dst).digest()
    b_i, out = bytes(32), b""
    for i in range(1, ell + 1):
        mixed = (int.from_bytes(b_0, "big") ^ int.from_bytes(b_i, "big")).to_bytes(32, "big")
        b_i = hashlib.sha256(mixed + bytes([i]) + dst).digest()
        out += b_i
    return out[:length]


def expand_message_xof(msg: bytes, dst: bytes, length: int) -> bytes:
    """`length` uniform bytes from SHAKE-256 (section 5.3.2, k = 128).

    Raises:
        ValueError: an empty tag, or more than 65535 bytes of output.

    """
    dst = _tag(dst, lambda tag: hashlib.shake_256(b"H2C-OVERSIZE-DST-" + tag).digest(32))
    if not 0 <= length < 2**16:
        raise ValueError(f"expected at most 65535 bytes of output, got {length}")
    return hashlib.shake_256(msg + length.to_bytes(2, "big") + dst).digest(length)


def hash_to_g1(msg: bytes, dst: bytes, expand: Expander = expand_message_xmd) -> G1:
    """A point of G1 whose discrete logarithm nobody knows.

    `dst` is the domain separation tag, one for each role.

    >>> hash_to_g1(b"abc", b"a tag") == hash_to_g1(b"abc", b"another tag")
    False
    """
    return G1._of(backend.load().G1Points.map_to_curve(_elements(msg, dst, 2, expand)), is_point=True)


def hash_to_g2(msg: bytes, dst: bytes, expand: Expander = expand_message_xmd) -> G2:
    """A point of G2 whose discrete logarithm nobody knows."""
    return G2._of(backend.load().G2Points.map_to_curve(_elements(msg, dst, 4, expand)), is_point=True)


def hash_to_scalar(msg: bytes, dst: bytes, expand: Expander = expand_message_xmd) -> Fr:
    """A scalar, uniform modulo r: hash_to_field (section 5.2) with L = 48.

    >>> hash_to_scalar(b"abc", b"a tag") == hash_to_scalar(b"abc", b"a tag")
    True
    """
    return Fr.reduce(expand(as_bytes(msg), as_bytes(dst), 48))


def derive_g1(dst: bytes, labels: list[bytes]) -> G1:
    """`hash_to_g1` of each label, as a vector."""
    u = b"".join(_elements(label, dst, 2, expand_message_xmd) for label in labels)
    return G1._of(backend.load().G1Points.map_to_curve(u), is_point=False)


def _elements(msg: bytes, dst: bytes, count: int, expand: Expander) -> bytes:
    """hash_to_field (section 5.2): `count` elements of the base field, 48 bytes each."""
    uniform = expand(as_bytes(msg), as_bytes(dst), count * _WIDE)
    wide = (uniform[i : i + _WIDE] for i in range(0, len(uniform), _WIDE))
    return b"".join((int.from_bytes(w, "big") % P_MODULUS).to_bytes(48, "big") for w in wide)


def _tag(dst: bytes, shorten: Callable[[bytes], bytes]) -> bytes:
    """DST_prime: the tag and its length, a tag over 255 bytes hashed first (section 5.3.3)."""
    if not dst:
        raise ValueError("expected a domain separation tag of at least one byte")
    if len(dst) > 255:
        dst = shorten(dst)
    return dst + bytes([len(dst)])
