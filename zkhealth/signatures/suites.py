"""The two BBS ciphersuites, and everything they hash: scalars, P1, the generators H_i.

draft-irtf-cfrg-bbs-signatures, sections "Ciphersuites" and "Utility Operations".
Both work on BLS12-381 and differ in the hash alone.  Generators depend on an
interface's `api_id`, so that a signature of one interface means nothing in another.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from zkhealth.curve import G1, expand_message_xmd, expand_message_xof, hash_to_g1, hash_to_scalar
from zkhealth.curve.hash_to_curve import Expander
from zkhealth.field import Fr, as_bytes, concat

MAX_GENERATORS = 1 << 12
"""No interface makes more, so that a long proof cannot have a verifier hash for minutes."""

_EXPAND_LENGTH = 48


@dataclass(frozen=True)
class Suite:
    """A ciphersuite, by its identifier in the draft.

    >>> SHA_256.messages_to_scalars([b"abc"], b"api") == SHAKE_256.messages_to_scalars([b"abc"], b"api")
    False
    """

    id: bytes
    expand: Expander = field(repr=False)

    @property
    def P1(self) -> G1:
        """The fixed point of every B, the same for all interfaces."""
        api_id = self.id + b"H2G_HM2S_"
        return _chain(self, api_id, api_id + b"BP_MESSAGE_GENERATOR_SEED", 1)[1][0]

    def generators(self, api_id: bytes, n: int) -> G1:
        """The first `n` generators of an interface (create_generators).

        Raises:
            ValueError: more than `MAX_GENERATORS`.
        """
        if not 0 <= n <= MAX_GENERATORS:
            raise ValueError(f"expected at most {MAX_GENERATORS} generators, got {n}")
        return _chain(self, api_id, api_id + b"MESSAGE_GENERATOR_SEED", 1 << max(n - 1, 0).bit_length())[1][:n]

    def messages_to_scalars(self, messages: Sequence[bytes], api_id: bytes) -> Fr:
        """One scalar for each octet string."""
        dst = api_id + b"MAP_MSG_TO_SCALAR_AS_HASH_"
        return concat(*(self.hash_to_scalar(message, dst) for message in messages))

    def hash_to_scalar(self, msg: bytes, dst: bytes) -> Fr:
        """A scalar, as if random, for each message and tag.

        Raises:
            ValueError: the tag is longer than 255 bytes.
        """
        if len(dst) > 255:
            raise ValueError(f"expected a domain separation tag of at most 255 bytes, got {len(dst)}")
        return hash_to_scalar(as_bytes(msg), dst, self.expand)


SHA_256 = Suite(b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_", expand_message_xmd)
SHAKE_256 = Suite(b"BBS_BLS12381G1_XOF:SHAKE-256_SSWU_RO_", expand_message_xof)


@functools.cache
def _chain(suite: Suite, api_id: bytes, seed: bytes, n: int) -> tuple[bytes, G1]:
    """v_n and the first n generators, for n a power of two; the lower half from the cache."""
    seed_dst, generator_dst = api_id + b"SIG_GENERATOR_SEED_", api_id + b"SIG_GENERATOR_DST_"
    if n == 1:
        v, points, start = suite.expand(seed, seed_dst, _EXPAND_LENGTH), [], 1
    else:
        v, lower = _chain(suite, api_id, seed, n // 2)
        points, start = [lower], n // 2 + 1
    for i in range(start, n + 1):
        v = suite.expand(v + i.to_bytes(8, "big"), seed_dst, _EXPAND_LENGTH)
        points.append(hash_to_g1(v, generator_dst, suite.expand))
    return v, G1.stack(*points)
