"""Fiat-Shamir for our own protocols: the sponge, fed unambiguously with typed items.

Vectors and byte strings carry their length, integers and single elements have a
fixed width, so that no two sequences of items of one protocol absorb alike.
"""

from __future__ import annotations

from zkhealth.curve import G1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr, as_bytes
from zkhealth.transcript.sponge import Sponge, derive_session_id


class Transcript:
    """One run of one protocol, named by its tag.

    >>> prover, verifier = Transcript(b"zkhealth/example/v1"), Transcript(b"zkhealth/example/v1")
    >>> prover.absorb_bytes(b"statement"), verifier.absorb_bytes(b"statement")
    (None, None)
    >>> prover.challenge() == verifier.challenge()
    True
    """

    __slots__ = ("_sponge",)

    def __init__(self, tag: bytes) -> None:
        self._sponge = Sponge(derive_session_id(tag))

    def absorb_bytes(self, data: bytes) -> None:
        """A byte string of any length below 2^32."""
        self._sponge.absorb(length_prefixed(data))

    def absorb_int(self, n: int) -> None:
        """An integer from 0 to 2^64 − 1.

        Raises:
            ValueError: it is not.
        """
        if not isinstance(n, int):
            raise TypeError(f"expected an int, got {type(n).__name__}")
        if not 0 <= n < 1 << 64:
            raise ValueError("expected an integer from 0 to 2^64 - 1")
        self._sponge.absorb(n.to_bytes(8, "little"))

    def absorb_scalars(self, scalars: Fr) -> None:
        """A scalar, or a vector with its length."""
        if not isinstance(scalars, Fr):
            raise TypeError(f"expected Fr, got {type(scalars).__name__}")
        if not scalars.is_scalar:
            self.absorb_int(len(scalars))
        self._sponge.absorb(scalars.encode())

    def absorb_points(self, points: G1) -> None:
        """A point, or a vector with its length.

        Raises:
            VerificationError: one is the identity, which no honest party sends.
        """
        if not isinstance(points, G1):
            raise TypeError(f"expected G1, got {type(points).__name__}")
        if points.has_identity():
            raise VerificationError("the identity is not allowed here")
        if not points.is_point:
            self.absorb_int(len(points))
        self._sponge.absorb(points.encode())

    def challenge(self) -> Fr:
        """A scalar that depends on everything absorbed so far."""
        return challenge_scalar(self._sponge)

    def digest(self) -> bytes:
        """32 bytes that depend on everything absorbed so far; for nonces, never sent."""
        return self._sponge.squeeze(32)

    def weights(self, n: int) -> Fr:
        """`n` weights of 128 bits that depend on everything absorbed so far."""
        return weight_scalars(self._sponge, n)


def length_prefixed(data: bytes) -> bytes:
    """The draft's SerializeVarLenString: four bytes of length, little-endian, then the bytes."""
    data = as_bytes(data)
    return len(data).to_bytes(4, "little") + data


def joined(*parts: bytes) -> bytes:
    """Several byte strings as one that no other several give.

    >>> joined(b"SV1", b"22") == joined(b"SV12", b"2")
    False
    """
    return b"".join(length_prefixed(part) for part in parts)


def challenge_scalar(sponge: Sponge) -> Fr:
    """The draft's DecodeField over r: 48 bytes, little-endian, modulo r."""
    return Fr.reduce(sponge.squeeze(48)[::-1])


def weight_scalars(sponge: Sponge, n: int) -> Fr:
    """The draft's batching randomness: 16 bytes each, little-endian."""
    data = sponge.squeeze(16 * n)
    return Fr([int.from_bytes(data[i : i + 16], "little") for i in range(0, len(data), 16)])
