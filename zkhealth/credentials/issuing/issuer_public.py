"""What everybody knows of an issuer: a name, a schema, and the public keys it signs with.

The name is what a verifier has agreed to call the issuer; nothing here proves it.  Keys come from a register that
the verifier trusts, such as the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.curve import G2
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError

MAX_KEYS = 16
MAX_BYTES = 1 << 16
SELF_ASSERTED = "SELF_ASSERTED"
SELF_ASSERTED_MARK = "#self-asserted"
"""How the id of a schema ends under which holders sign for themselves: nobody vouches for what is in there."""


@dataclass(frozen=True)
class IssuerPublic:
    """The keys are 96 bytes each, the newest first; all of them are trusted, so drop one to retire it.

    Raises:
        ValueError: no name, no keys, or a key twice.
        DecodingError: a key is not a point of G2, or the identity.
    """

    name: str
    spec: SchemaSpec
    keys: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not 0 < len(self.name) <= 256 or not self.name.isprintable():
            raise ValueError("expected a name of 1 to 256 printable characters")
        if not isinstance(self.spec, SchemaSpec):
            raise TypeError("expected the schema's description")
        if self.is_self_asserted != (self.name == SELF_ASSERTED):
            raise ValueError(
                f"expected the name {SELF_ASSERTED} under a schema {SELF_ASSERTED_MARK}, and under no other"
            )
        if not 0 < len(self.keys) <= MAX_KEYS or len(set(self.keys)) != len(self.keys):
            raise ValueError(f"expected 1 to {MAX_KEYS} different keys")
        for key in self.keys:
            if G2.decode(key, 1).has_identity():
                raise DecodingError("the identity is no public key")

    @property
    def is_self_asserted(self) -> bool:
        """Whether holders sign for themselves under this schema."""
        return SELF_ASSERTED_MARK in self.spec.id

    def to_json(self) -> dict[str, Any]:
        """As JSON: name, schema, and keys in hexadecimal."""
        return {"name": self.name, "schema": self.spec.to_json(), "keys": [key.hex() for key in self.keys]}

    @classmethod
    def from_json(cls, content: object) -> IssuerPublic:
        """The inverse of `to_json`.

        Raises:
            DecodingError: not such a description.
        """
        match content:
            case {"name": str(name), "schema": schema, "keys": list(keys), **rest} if not rest:
                return cls.of(name, SchemaSpec.from_json(schema), keys)
        raise DecodingError("expected an issuer with `name`, `schema` and `keys`")

    @classmethod
    def of(cls, name: str, spec: SchemaSpec, keys: list[Any]) -> IssuerPublic:
        """From keys in hexadecimal.

        Raises:
            DecodingError: not an issuer.
        """
        if not all(isinstance(key, str) and len(key) == 2 * G2.BYTES and key == key.lower() for key in keys):
            raise DecodingError(f"expected keys of {G2.BYTES} bytes in lower-case hexadecimal")
        try:
            return cls(name, spec, tuple(map(bytes.fromhex, keys)))
        except ValueError as e:
            raise DecodingError(f"not an issuer: {e}") from None

    def encode(self) -> bytes:
        """As CBOR."""
        return pack("issuer", 1, {1: canonical_json(self.to_json())})

    @classmethod
    def decode(cls, data: bytes) -> IssuerPublic:
        """The inverse of `encode`.

        Raises:
            DecodingError: not an issuer.
        """
        fields = unpack(data, "issuer", 1, MAX_BYTES)
        out = cls.from_json(read_json_object(fields.text(1)))
        fields.done()
        if out.encode() != data:
            raise DecodingError("the issuer is not in its canonical form")
        return out
