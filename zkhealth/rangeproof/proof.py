"""What the range argument sends: 2·log2(N) + 3 points and 3 scalars."""

from __future__ import annotations

from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, as_bytes


@dataclass(frozen=True, eq=False)
class RangeProof:
    """A, then L and R of each round, then A' and B', all points; r', s', δ', scalars."""

    A: G1
    L: G1
    R: G1
    A_: G1
    B_: G1
    r_: Fr
    s_: Fr
    delta_: Fr

    def encode(self) -> bytes:
        """Points (48 bytes each) in the order sent, then scalars (32 bytes each)."""
        rounds = [P for pair in zip(self.L, self.R, strict=True) for P in pair]
        points = G1.stack(self.A, *rounds, self.A_, self.B_)
        return points.encode() + self.r_.encode() + self.s_.encode() + self.delta_.encode()

    @staticmethod
    def length(n_bits: int) -> int:
        """How many bytes the proof for so many bits has, padded to a power of two."""
        return (2 * max(n_bits - 1, 0).bit_length() + 3) * G1.BYTES + 3 * Fr.BYTES

    @classmethod
    def decode(cls, data: bytes, N: int) -> RangeProof:
        """The proof for `N` bits, a power of two that the verifier knows.

        Raises:
            DecodingError: not of that length, not canonical, or a point is the identity.
        """
        data = as_bytes(data)
        k = N.bit_length() - 1
        n_points = 2 * k + 3
        expected = cls.length(N)
        if len(data) != expected:
            raise DecodingError(f"expected a range proof of {expected} bytes, got {len(data)}")
        scalars = Fr.decode(data[n_points * G1.BYTES :], 3)
        points = G1.decode(data[: n_points * G1.BYTES], n_points)
        if points.has_identity():
            raise DecodingError("the identity is not allowed in a range proof")
        rounds = points[1 : 1 + 2 * k]
        return cls(points[0], rounds[0::2], rounds[1::2], points[-2], points[-1], *scalars)
