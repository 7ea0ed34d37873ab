r"""Cosignatures: "as of this second, this is the largest tree of that log I have seen, and it only ever grew".

C2SP tlog-cosignature, version 1 over Ed25519 (type 0x04).  What is signed is the checkpoint under a header and the
time, so a cosignature can never pass for a log's own signature.

    >>> cosigner = Cosigner.generate("witness.example/1")
    >>> text = b"log.example/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    >>> signature = cosigner.cosign(text, at=1_679_315_147)
    >>> cosigner.verifier.verify(text, signature.value)
    >>> time_of(signature.value)
    1679315147
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zkhealth.errors import VerificationError
from zkhealth.field import as_bytes
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.ed25519_keys import PrivateKey, PublicKey
from zkhealth.ledger.note import Signature
from zkhealth.merkle.proof import check_int

COSIGNATURE = 0x04
_MOST_SECONDS = 2**63 - 1
_TIME, _SIGNATURE = 8, 64


@dataclass(frozen=True)
class CosignatureVerifier(PublicKey):
    """What checks a witness's cosignatures."""

    TYPE: ClassVar[int] = COSIGNATURE

    def verify(self, text: bytes, value: bytes) -> None:
        """Raise VerificationError unless this key cosigned the checkpoint `text` with `value`."""
        self._check(_message(text, time_of(value)), value[_TIME:])


@dataclass(frozen=True)
class Cosigner(PrivateKey):
    """What a witness cosigns with.  Use a key for nothing but this."""

    TYPE: ClassVar[int] = COSIGNATURE

    @property
    def verifier(self) -> CosignatureVerifier:
        """The public half."""
        return CosignatureVerifier(self.name, self.public_bytes)

    def cosign(self, text: bytes, at: int) -> Signature:
        """Cosign the text of a checkpoint at a POSIX time in seconds.

        A statement about all that this witness has seen: only `witness` should call it, after its checks.

        Raises:
            DecodingError: the text is no checkpoint's.
            ValueError: the time is not between 1 and 2^63 - 1.
        """
        check_int("time", at)
        if not 0 < at <= _MOST_SECONDS:
            raise ValueError(f"expected a POSIX time from 1 to {_MOST_SECONDS}")
        Checkpoint.decode(text)
        value = at.to_bytes(_TIME) + self.key.sign(_message(text, at))
        return Signature(self.name, self.verifier.key_id, value)


def time_of(value: bytes) -> int:
    """Read the time in a cosignature, POSIX seconds; believe it only after `verify`.

    Raises VerificationError if it is not the shape of a cosignature, or the time is 0 or over 2^63 - 1.
    """
    if len(as_bytes(value)) != _TIME + _SIGNATURE:
        raise VerificationError(f"expected a cosignature of {_TIME + _SIGNATURE} bytes, got {len(value)}")
    seconds = int.from_bytes(value[:_TIME])
    if not 0 < seconds <= _MOST_SECONDS:
        raise VerificationError(f"expected a cosignature's time from 1 to {_MOST_SECONDS}, got {seconds}")
    return seconds


def _message(text: bytes, seconds: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % seconds + text
