"""The duplex sponge of draft-irtf-cfrg-fiat-shamir over SHAKE128, byte for byte.

Absorbing adds no separators: callers give items of fixed length, or with their
length in front.  `Transcript` in this package does that.
"""

from __future__ import annotations

import hashlib

RATE = 168
SESSION_ID_BYTES = 32
_SESSION_LABEL = b"irtf-cfrg-fiat-shamir/session-id"


class Sponge:
    """Squeezes XOF(session_id || zeros || everything absorbed so far).

    Squeezes in a row continue one stream; absorbing anything begins a new one.
    """

    __slots__ = ("_hash", "_squeezed")

    def __init__(self, session_id: bytes) -> None:
        if len(session_id) != SESSION_ID_BYTES:
            raise ValueError(f"expected a session identifier of {SESSION_ID_BYTES} bytes, got {len(session_id)}")
        self._hash = hashlib.shake_128(session_id + bytes(RATE - SESSION_ID_BYTES))
        self._squeezed = 0

    def absorb(self, data: bytes) -> None:
        """Take in `data` as it is; nothing happens for no bytes."""
        if data:
            self._hash.update(data)
            self._squeezed = 0

    def squeeze(self, n: int) -> bytes:
        """The next `n` bytes of the stream."""
        if n < 0:
            raise ValueError(f"expected a number of bytes, got {n}")
        start = self._squeezed
        self._squeezed += n
        return self._hash.digest(self._squeezed)[start:]


def derive_session_id(tag: bytes) -> bytes:
    """The 32-byte session identifier of an application's tag (DeriveSessionID)."""
    sponge = Sponge(_SESSION_LABEL)
    sponge.absorb(tag)
    return sponge.squeeze(SESSION_ID_BYTES)
