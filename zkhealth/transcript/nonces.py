"""Hedged nonces: fresh randomness, hashed with the secrets and the statement.

With a working generator they are uniform.  With a broken one, even a constant
one, two statements, two witnesses or two labels still never share a nonce, so
that no difference of responses gives a secret away.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NoReturn

from zkhealth.field import Fr
from zkhealth.transcript.transcript import joined

_TAG = b"zkhealth/nonces/v1"


class Nonces:
    """A stream of secret scalars for one proof; each is given out once."""

    __slots__ = ("_drawn", "_seed")

    def __init__(self, label: bytes, statement: bytes, witness: Fr) -> None:
        fresh = secrets.token_bytes(32)
        self._seed = hashlib.shake_256(joined(_TAG, label, fresh, statement, witness.encode())).digest(64)
        self._drawn = 0

    def scalar(self) -> Fr:
        """The next nonce."""
        return self.vector(1)[0]

    def vector(self, n: int) -> Fr:
        """The next `n` nonces: 48 bytes each, so their bias is below 2^−128."""
        if n < 0:
            raise ValueError(f"expected a number of nonces, got {n}")
        stream = hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "little"))
        self._drawn += 1
        return Fr.reduce(stream.digest(48 * n), n)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a stream of nonces cannot be copied")

    def __repr__(self) -> str:
        return "<Nonces>"
