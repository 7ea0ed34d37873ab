"""Lists of codes that have a name, a version and a digest, so that a policy need not carry them.

    >>> products = ValueSet("vaccines", "2022-11-30", ["cvx|208", "cvx|207"])
    >>> products.codes
    ('http://hl7.org/fhir/sid/cvx|207', 'http://hl7.org/fhir/sid/cvx|208')
    >>> ValueSet.from_json(products.to_json()) == products
    True

A policy refers to a list by all three; whoever reads the policy must have the very list: its digest is recomputed from
the codes.  All verifiers that name one list ask of every holder the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zkhealth.credentials.schemas.fields import Code
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.errors import DecodingError

MAX_CODES = 1000
_TAG = "zkhealth/value-set/v1"


@dataclass(frozen=True, repr=False)
class ValueSet:
    """The codes as they are hashed, sorted, each once.

    Raises:
        ValueError: no name, no version, no codes, more than 1000, or something that is no code.
    """

    name: str
    version: str
    codes: tuple[str, ...]

    def __init__(self, name: str, version: str, codes: Iterable[str]) -> None:
        for text in (name, version):
            if not isinstance(text, str) or not 0 < len(text) <= 256 or not text.isprintable():
                raise ValueError("expected a name and a version of 1 to 256 printable characters")
        encoded = tuple(sorted({str(Code().encode(code)) for code in codes}))
        if not 0 < len(encoded) <= MAX_CODES:
            raise ValueError(f"expected 1 to {MAX_CODES} codes in the value set {name!r}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "codes", encoded)

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"<ValueSet {self.name!r}, version {self.version}, {len(self)} codes, {self.digest.hex()[:12]}…>"

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of name, version and codes under a tag."""
        return hashlib.sha256(canonical_json([_TAG, self.name, self.version, list(self.codes)]).encode()).digest()

    @property
    def reference(self) -> dict[str, str]:
        """What a policy says of it."""
        return {"name": self.name, "version": self.version, "digest": self.digest.hex()}

    def to_json(self) -> str:
        """Canonical JSON, with the codes."""
        content = {**self.reference, "type": "zkhealth/value-set", "codes": list(self.codes)}
        return canonical_json(content)

    @classmethod
    def from_json(cls, text: str | bytes) -> ValueSet:
        """The inverse of `to_json`.

        Raises:
            DecodingError: not a value set, or the digest is not that of the codes.
        """
        match read_json_object(text):
            case {
                "type": "zkhealth/value-set",
                "name": str(name),
                "version": str(version),
                "digest": str(digest),
                "codes": list(codes),
                **rest,
            } if not rest:
                return cls._checked(name, version, codes, digest)
        raise DecodingError("expected a value set with name, version, digest and codes")

    @classmethod
    def _checked(cls, name: str, version: str, codes: list[Any], digest: str) -> ValueSet:
        try:
            out = cls(name, version, codes)
        except (TypeError, ValueError) as e:
            raise DecodingError(f"not a value set: {e}") from None
        if out.digest.hex() != digest or list(out.codes) != codes:
            raise DecodingError(f"value set {name[:64]!r}: expected sorted codes with this digest")
        return out
