"""Secrets at rest: bytes sealed with a passphrase, as a compact JWE that other tools can open too.

PBES2-HS512+A256KW with A256GCM (RFC 7518, sections 4.8 and 5.3).  Whoever holds the file can try passphrases at their
leisure: 210,000 rounds of PBKDF2 (OWASP's figure for HMAC-SHA-512) make each try cost about 0.1 s, no more.
Python cannot wipe a passphrase or an opened secret from memory; they stay there until it is used for something else.

    >>> sealed = seal(b"link secret", "correct horse battery staple")
    >>> open_sealed(sealed, "correct horse battery staple")
    b'link secret'
"""

from __future__ import annotations

import base64
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from zkhealth.encoding.strict_json import read_json_object
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import as_bytes

if TYPE_CHECKING:
    from joserfc.jwe import JWERegistry
    from joserfc.jwk import OctKey

MAX_BYTES = 1 << 24
_ROUNDS = 210_000
_MOST_ROUNDS = 300_000  # What the library reads at most: a file must not hang its reader.
_ALG, _ENC = "PBES2-HS512+A256KW", "A256GCM"
_MOST_HEADER = 512
_KEY, _IV, _TAG, _SALT = 40, 12, 16, 16


def seal(data: bytes, passphrase: str) -> bytes:
    """Encrypt and authenticate `data`; its length shows.

    Raises ValueError if the passphrase is empty or not Unicode, or the data is over 16 MiB.
    """
    from joserfc.jwe import encrypt_compact  # noqa: PLC0415 (only wallets in files need it)

    data, key = as_bytes(data), _key(passphrase)
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    header = {"alg": _ALG, "enc": _ENC, "p2c": _ROUNDS}
    return encrypt_compact(header, data, key, registry=_registry()).encode("ascii")


def open_sealed(data: bytes, passphrase: str) -> bytes:
    """Return what `seal` was given.

    Raises:
        DecodingError: it is no such file; only this one algorithm is read, whatever the header asks for.
        VerificationError: the passphrase is wrong, or the file was changed; nobody can tell which.
        ValueError: the passphrase is empty or not Unicode.
    """
    from joserfc.jwe import decrypt_compact  # noqa: PLC0415

    data, key = as_bytes(data), _key(passphrase)
    _check_form(data)
    try:
        opened = decrypt_compact(data, key, registry=_registry()).plaintext
    except Exception:  # The library raises its own errors and others; after the check they all mean the same.
        opened = None
    if opened is None:
        raise VerificationError("wrong passphrase, or the file was changed")
    return opened


def read_sealed(path: str | os.PathLike[str], passphrase: str) -> bytes:
    """The same, of a file, of which no more is read than can be such a file.

    Raises:
        OSError: it cannot be read; and as `open_sealed`.
    """
    with Path(path).open("rb") as file:
        return open_sealed(file.read(_MOST_CHARACTERS + 1), passphrase)


def _check_form(data: bytes) -> None:
    """Refuse all but our own header, and parts of other lengths: nothing of an unknown file is acted upon."""
    if len(data) > _MOST_CHARACTERS:
        raise DecodingError(f"expected at most {_MOST_CHARACTERS} bytes, got {len(data)}")
    parts = data.split(b".", 5)
    if len(parts) != 5:
        raise DecodingError("expected a compact JWE")
    header = read_json_object(_decoded(parts[0]), _MOST_HEADER)
    rounds, salt = header.get("p2c"), header.get("p2s")
    if header != {"alg": _ALG, "enc": _ENC, "p2c": rounds, "p2s": salt}:
        raise DecodingError(f"expected a JWE header of alg {_ALG}, enc {_ENC}, p2c and p2s only")
    if type(rounds) is not int or not _ROUNDS <= rounds <= _MOST_ROUNDS:
        raise DecodingError(f"expected a p2c of {_ROUNDS} to {_MOST_ROUNDS}")
    if not isinstance(salt, str) or len(_decoded(salt.encode())) != _SALT:
        raise DecodingError(f"expected a p2s of {_SALT} bytes")
    lengths = [len(_decoded(part)) for part in (parts[1], parts[2], parts[4])]
    if lengths != [_KEY, _IV, _TAG]:
        raise DecodingError(f"expected a key, iv and tag of {_KEY}, {_IV} and {_TAG} bytes")
    _decoded(parts[3])


def _decoded(part: bytes) -> bytes:
    """Read base64url without padding, in its one form: the decoders at hand skip what they do not know."""
    try:
        out = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError:
        out = b""
    if base64.urlsafe_b64encode(out).rstrip(b"=") != part:
        raise DecodingError("expected base64url in a compact JWE")
    return out


def _key(passphrase: str) -> OctKey:
    """Encode as RFC 8265 does: two keyboards may type one letter in two ways."""
    from joserfc.jwk import OctKey  # noqa: PLC0415

    if not isinstance(passphrase, str):
        raise TypeError(f"expected a passphrase of text, got {type(passphrase).__name__}")
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "replace")
    if not passphrase or any("\ud800" <= c <= "\udfff" for c in passphrase):
        raise ValueError("expected a passphrase of at least one character, without half surrogates")
    return OctKey(secret, secret)  # `import_key` would try to read it as a certificate, and warn of short ones.


def _registry() -> JWERegistry:
    from joserfc.jwe import JWERegistry  # noqa: PLC0415

    registry = JWERegistry(algorithms=[_ALG, _ENC])
    registry.max_ciphertext_length = _MOST_CHARACTERS  # By itself it would refuse to open over 64 KiB.
    return registry


_MOST_CHARACTERS = 4 * (MAX_BYTES // 3 + 1) + 1024
