"""What a log holds: public facts in clear, personal ones as c = SHA-256(tag || salt || body) with the body elsewhere.

An entry is canonical JSON, and its bytes are what the tree hashes.  Who deletes salt and body of a personal entry
leaves the tree as it is, and a commitment that nobody can open or guess (the salt has 256 bits).

    >>> entry = public("issuer", {"name": "https://hospital.example", "key": "8a1f"})
    >>> entry.data
    b'{"content":{"key":"8a1f","name":"https://hospital.example"},"kind":"issuer"}'
    >>> entry, opening = personal("grant", {"grantee": "did:web:hospital.example", "purpose": "TREAT"})
    >>> entry.kind, opening.opens(entry), opening.body["purpose"]
    ('grant', True, 'TREAT')
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from zkhealth.encoding.strict_json import MAX_DEPTH, canonical_json, is_deeper_than, read_json_object
from zkhealth.errors import DecodingError

PUBLIC = ("issuer", "schema", "value-set", "root")
PERSONAL = ("grant", "revoke", "access")
MAX_BYTES = 65_535
"""The longest entry: bundles of entries (C2SP tlog-tiles) write its length in two bytes."""
MAX_BODY_BYTES = 1_000_000

SALT_BYTES = 32
_TAG = "zkhealth/ledger/{}/v1\0"
_PERSONAL = re.compile(
    rb'\{"c":"([0-9a-f]{64})","kind":"(?:(%s)"|(revoke)","of":"([0-9a-f]{64})")\}' % "|".join(PERSONAL).encode()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its kind, and its bytes as they are hashed.

    `public` and `personal` make entries, `Entry.decode` reads one.  Raises DecodingError if the bytes are not the
    canonical encoding of an entry of this kind, or more than MAX_BYTES.
    """

    kind: str
    data: bytes

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes):
            raise TypeError(f"an entry is bytes, not {type(self.data).__name__}")
        if _kind_of(self.data) != self.kind:
            raise DecodingError("the entry is of another kind than it is said to be")

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """Read an entry from its bytes.

        Raises DecodingError if they are not the canonical encoding of one.

        >>> Entry.decode(b'{"kind":"issuer", "content":{}}')
        Traceback (most recent call last):
        zkhealth.errors.DecodingError: the entry is not canonical JSON with a kind and its content
        """
        if not isinstance(data, bytes):
            raise TypeError(f"an entry is bytes, not {type(data).__name__}")
        return cls(_kind_of(data), data)

    @property
    def is_personal(self) -> bool:
        """Whether the entry is a commitment whose body is elsewhere."""
        return self.kind in PERSONAL

    @property
    def content(self) -> dict[str, Any]:
        """What a public entry says; ValueError for a personal one."""
        if self.is_personal:
            raise ValueError("the content of a personal entry is in its opening")
        content: dict[str, Any] = json.loads(self.data)["content"]
        return content

    @property
    def commitment(self) -> bytes:
        """The 32 bytes that stand for the body of a personal entry; ValueError for a public one."""
        match = _PERSONAL.fullmatch(self.data)
        if match is None:
            raise ValueError("a public entry is no commitment")
        return bytes.fromhex(match[1].decode())

    @property
    def of(self) -> bytes | None:
        """The 32 bytes by which whoever opened a grant finds what was said of it later; None in most entries."""
        match = _PERSONAL.fullmatch(self.data)
        return bytes.fromhex(match[4].decode()) if match and match[4] else None


@dataclass(frozen=True, slots=True)
class Opening:
    """Salt and body of a personal entry: whoever has them can read the entry, and nobody else.

    `data` is the body in canonical JSON.  Hiding if SHA-256 is a random oracle, binding if it is collision-resistant.
    Raises DecodingError if the salt is not 32 bytes, or the body not canonical.
    """

    salt: bytes = field(repr=False)
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not (isinstance(self.salt, bytes) and isinstance(self.data, bytes)):
            raise TypeError("salt and body are bytes")
        if len(self.salt) != SALT_BYTES:
            raise DecodingError(f"expected a salt of {SALT_BYTES} bytes, got {len(self.salt)}")
        _canonical_object(self.data, "the body is not canonical JSON")

    @property
    def body(self) -> dict[str, Any]:
        """The body; each call makes a new dict."""
        body: dict[str, Any] = json.loads(self.data)
        return body

    def opens(self, entry: Entry) -> bool:
        """Whether the entry commits to this body; False for a public entry."""
        return entry.is_personal and hmac.compare_digest(entry.commitment, self._commitment(entry.kind))

    def encode(self) -> bytes:
        """Canonical JSON, to hand over to whom the entry is about.

        >>> opening = Opening(bytes(32), b'{"purpose":"TREAT"}')
        >>> Opening.decode(opening.encode()) == opening
        True
        """
        return canonical_json({"body": self.body, "salt": self.salt.hex()}).encode()

    @classmethod
    def decode(cls, data: bytes) -> Opening:
        """Read what `encode` wrote.

        Raises DecodingError if it is something else.
        """
        match _canonical_object(data, "not canonical JSON"):
            case {"body": dict(body), "salt": str(salt), **rest} if not rest and re.fullmatch("[0-9a-f]{64}", salt):
                return cls(bytes.fromhex(salt), canonical_json(body).encode())
        raise DecodingError("expected an opening with a body and a salt of 64 hex digits")

    def _commitment(self, kind: str) -> bytes:
        return sha256(_TAG.format(kind).encode() + self.salt + self.data).digest()


def public(kind: str, content: Mapping[str, Any]) -> Entry:
    """Make an entry that everybody can read: an issuer, a schema, a value set, a root.

    Raises ValueError if the kind is no public one or the content too long; TypeError for content that is not plain.
    """
    if kind not in PUBLIC:
        raise ValueError(f"expected one of {', '.join(PUBLIC)}, got {kind!r}")
    data = canonical_json({"content": dict(content), "kind": kind}).encode()
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    return Entry(kind, data)


def personal(
    kind: str, body: Mapping[str, Any], salt: bytes | None = None, of: bytes | None = None
) -> tuple[Entry, Opening]:
    """Commit to a grant, a revocation, or an access; returns the entry, and what opens it.

    `salt`, drawn by default, was drawn for this body alone.  `of`, of a revocation, is shown in the entry.

    Raises ValueError if the kind is no personal one, or the wrong one for `of`, or the body so long or deep that its
    opening could not be handed over; TypeError for a body that is not plain.
    """
    if kind not in PERSONAL:
        raise ValueError(f"expected one of {', '.join(PERSONAL)}, got {kind!r}")
    if of is not None and (kind != "revoke" or len(of) != SALT_BYTES):
        raise ValueError("expected 32 bytes in a revocation")
    text = canonical_json(dict(body))
    data = text.encode()
    if len(data) > MAX_BODY_BYTES or is_deeper_than(MAX_DEPTH - 1, text):
        raise ValueError(f"expected a body of at most {MAX_BODY_BYTES} bytes and {MAX_DEPTH - 1} levels")
    opening = Opening(secrets.token_bytes(SALT_BYTES) if salt is None else salt, data)
    shown = {"c": opening._commitment(kind).hex(), "kind": kind} | ({} if of is None else {"of": of.hex()})
    return Entry(kind, canonical_json(shown).encode()), opening


def _kind_of(data: bytes) -> str:
    """The kind of a canonical entry."""
    if match := _PERSONAL.fullmatch(data):
        return (match[2] or match[3]).decode()
    if len(data) > MAX_BYTES:
        raise DecodingError(f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    match _canonical_object(data, _NOT_AN_ENTRY):
        case {"content": dict(), "kind": str(kind), **rest} if kind in PUBLIC and not rest:
            return kind
    raise DecodingError(_NOT_AN_ENTRY)


def _canonical_object(data: bytes, otherwise: str) -> dict[str, Any]:
    """A JSON object, written the one way."""
    value = read_json_object(data)
    try:
        if canonical_json(value).encode() == data:
            return value
    except (TypeError, ValueError):
        pass
    raise DecodingError(otherwise)


_NOT_AN_ENTRY = "the entry is not canonical JSON with a kind and its content"
