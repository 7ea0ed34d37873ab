"""Every generator of our own, in one table: RFC 9380 hashes of documented labels.

Nobody knows a discrete logarithm between any two of them.  Each role has its own
domain separation tag, and the label is the name or the decimal index in that role.

| role | labels | used for |
|---|---|---|
| PEDERSEN | `value`, `blinding` | G and H of every commitment |
| VECTOR | `0`, `1`, … | the bases of vector commitments, beside H |
| RANGE-LEFT, RANGE-RIGHT | `0`, `1`, … | the vectors g and h of the range argument |
"""

from __future__ import annotations

import functools

from zkhealth.curve import G1, FixedBases, derive_g1


def _dst(role: bytes) -> bytes:
    return b"ZKHEALTH-V01-" + role + b"_BLS12381G1_XMD:SHA-256_SSWU_RO_"


@functools.cache
def pedersen_bases() -> FixedBases:
    """G and H, with tables."""
    return FixedBases(derive_g1(_dst(b"PEDERSEN"), [b"value", b"blinding"]))


def vector_bases(n: int) -> G1:
    """The first `n` bases of vector commitments."""
    return _indexed(b"VECTOR", n)


def range_bases(n: int) -> tuple[G1, G1]:
    """The first `n` elements of the vectors g and h of the range argument."""
    return _indexed(b"RANGE-LEFT", n), _indexed(b"RANGE-RIGHT", n)


def _indexed(role: bytes, n: int) -> G1:
    if n < 0:
        raise ValueError(f"expected a number of generators, got {n}")
    return _derived(role, 1 << max(n - 1, 0).bit_length())[:n]


@functools.cache
def _derived(role: bytes, n: int) -> G1:
    """A power of two of them, the lower half from the cache."""
    if n == 1:
        return derive_g1(_dst(role), [b"0"])
    upper = derive_g1(_dst(role), [b"%d" % i for i in range(n // 2, n)])
    return G1.stack(_derived(role, n // 2), upper)
