r"""Signed notes: a text and the lines of those who signed it.

C2SP signed-note, with its Ed25519 signatures (type 0x01); Go's golang.org/x/mod/sumdb/note reads and writes the same.
A text counts for nothing until a key that the reader already trusts has signed it, so there is no way to read one
without keys:

    >>> signer = Signer.generate("log.example/1")
    >>> note = open_note(sign_note(b"a text\n", signer), [signer.verifier])
    >>> note.text, note.signatures[0].name
    (b'a text\n', 'log.example/1')

Private keys are kept by `cryptography`; the text form of one (`Signer.encode_private`) is a secret in plain sight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import as_bytes
from zkhealth.ledger.base64_lines import from_base64, to_base64
from zkhealth.ledger.ed25519_keys import PrivateKey, PublicKey
from zkhealth.ledger.keys import check_name

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100  # As Go's reader; the specification asks for at least 16.
ED25519 = 0x01
_DASH = "— "
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Signature:
    """One signature line, true or not: who is said to have signed, with which key, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    def encode(self) -> bytes:
        """Write the line, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n".encode()

    @classmethod
    def decode(cls, line: str) -> Signature:
        """Read one line, given without its newline; raises DecodingError."""
        name, space, signature = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space:
            raise DecodingError("expected a signature line: a dash, a name and a signature")
        check_name(name, DecodingError)
        data = from_base64(signature)
        if len(data) < 5:
            raise DecodingError(f"expected a signature of at least 5 bytes, got {len(data)}")
        return cls(name, data[:4], data[4:])


class NoteVerifier(Protocol):
    """A public key under a name; what it verifies is up to the type of the key."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: bytes, value: bytes) -> None:
        """Raise VerificationError unless this key made the signature `value` on `text`."""


class NoteSigner(Protocol):
    """A private key under a name."""

    def sign(self, text: bytes) -> Signature: ...


@dataclass(frozen=True)
class Verifier(PublicKey):
    """What checks a log's own signatures.

    >>> Verifier.decode("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name
    'example.com/foo'
    """

    TYPE: ClassVar[int] = ED25519

    def verify(self, text: bytes, value: bytes) -> None:
        """Raise VerificationError unless this key made the signature `value` on `text`."""
        self._check(text, value)


@dataclass(frozen=True)
class Signer(PrivateKey):
    """What signs notes."""

    TYPE: ClassVar[int] = ED25519

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.public_bytes)

    def sign(self, text: bytes) -> Signature:
        """Sign a text that ends in a newline; raises ValueError if it can be no note's text."""
        check_text(text)
        return Signature(self.name, self.verifier.key_id, self.key.sign(text))


@dataclass(frozen=True)
class Note:
    """A text that a trusted key has signed: the signatures that hold, and those of keys the reader does not know."""

    text: bytes
    signatures: tuple[Signature, ...]
    unknown: tuple[Signature, ...] = ()


def sign_note(text: bytes, *signers: NoteSigner) -> bytes:
    """Write a note of `text`, which ends in a newline, signed by all `signers`.

    Raises ValueError if there are none, or the text can be no note's.
    """
    check_text(text)
    return join_note(text, [signer.sign(text) for signer in signers])


def join_note(text: bytes, signatures: Sequence[Signature]) -> bytes:
    """Write a note of a text and signatures made elsewhere, true or not; raises ValueError if there are none."""
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        raise ValueError(f"expected 1 to {MAX_SIGNATURES} signatures, got {len(signatures)}")
    return text + b"\n" + b"".join(signature.encode() for signature in signatures)


def split_note(data: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Read a note without believing it: the text and the claimed signatures.

    Raises:
        DecodingError: it is no note, is over 1,000,000 bytes or has over 100 signatures.
    """
    data = as_bytes(data)
    if len(data) > MAX_BYTES:
        raise DecodingError(f"expected a note of at most {MAX_BYTES} bytes, got {len(data)}")
    check_characters(data, DecodingError)
    text, blank, lines = data.rpartition(b"\n\n")
    if not blank or not lines.endswith(b"\n"):
        raise DecodingError("expected a note: a text, a blank line, and signature lines")
    if lines.count(b"\n") > MAX_SIGNATURES:
        raise DecodingError(f"expected at most {MAX_SIGNATURES} signatures")
    return text + b"\n", read_signatures(lines)


def read_signatures(lines: bytes) -> tuple[Signature, ...]:
    """Read signature lines, each with its newline; raises DecodingError, also if there are none."""
    check_characters(lines, DecodingError)
    if not lines.endswith(b"\n"):
        raise DecodingError("expected signature lines, each with a newline")
    return tuple(Signature.decode(line) for line in lines.decode()[:-1].split("\n"))


def open_note(data: bytes, verifiers: Iterable[NoteVerifier]) -> Note:
    """Read a note that at least one of `verifiers` signed.

    Signatures of unknown keys are ignored, also if they share a name or an id with a known one; one that claims to be
    of a known key must hold.

    Raises:
        VerificationError: no trusted key signed, or a signature of one does not hold.
        DecodingError: it is no note.
        ValueError: two of the verifiers have one name and id.
    """
    keys = by_name_and_id(verifiers)
    text, signatures = split_note(data)
    known = tuple(s for s in signatures if (s.name, s.key_id) in keys)
    for signature in known:
        keys[signature.name, signature.key_id].verify(text, signature.value)
    if not known:
        raise VerificationError("no trusted key signed the note")
    return Note(text, known, tuple(s for s in signatures if s not in known))


def one_of_each_key(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """Drop all but the first signature of each key: whoever repeats itself fills a note, which holds a hundred."""
    first: dict[tuple[str, bytes], Signature] = {}
    for signature in signatures:
        first.setdefault((signature.name, signature.key_id), signature)
    return tuple(first.values())


def by_name_and_id(verifiers: Iterable[NoteVerifier]) -> dict[tuple[str, bytes], NoteVerifier]:
    """Index keys by what a signature line says; raises ValueError where that is ambiguous."""
    keys: dict[tuple[str, bytes], NoteVerifier] = {}
    for verifier in verifiers:
        if keys.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise ValueError(f"two keys with one name and id: {verifier.name}+{verifier.key_id.hex()}")
    return keys


def check_text(text: bytes) -> None:
    """Refuse what can be no note's text."""
    check_characters(as_bytes(text), ValueError)
    if not text.endswith(b"\n"):
        raise ValueError("expected a text that ends in a newline")


def check_characters(data: bytes, error: type[Exception]) -> None:
    """Refuse what is not UTF-8, and control characters other than newlines."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise error("expected UTF-8") from None
    if _CONTROL.search(data):
        raise error("expected no control characters but newlines")
