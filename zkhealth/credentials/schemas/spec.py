"""What a credential says, slot by slot.

The digest of a schema is the BBS header of every credential under it: a value signed under one layout of slots,
types and domains is worth nothing under another.
"""

from __future__ import annotations

import dataclasses
import hashlib
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from zkhealth.credentials.schemas.fields import FIELD_TYPES, Field, Plain
from zkhealth.encoding.strict_json import canonical_json
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat

MAX_FIELDS = 64
_TAG = "zkhealth/schema/v1"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]{1,1000}")
RESERVED = frozenset({"as_", "spec", "reveal", "held", "token", "mro"})
"""Names that would hide a method of a schema or of a variable."""


@dataclass(frozen=True)
class SchemaSpec:
    """The id and the fields, in order; equal if and only if the digests are.

    Raises:
        ValueError: not a URL, no fields, or a name that is not allowed.
    """

    id: str
    fields: Mapping[str, Field]

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _URL.fullmatch(self.id):
            raise ValueError("expected a URL as the id of a schema")
        if not 0 < len(self.fields) <= MAX_FIELDS:
            raise ValueError(f"expected 1 to {MAX_FIELDS} fields")
        for name, field in self.fields.items():
            if not isinstance(field, Field):
                raise TypeError(f"expected a field such as Date() or Int(0, 15), got {type(field).__name__}")
            if type(field.optional) is not bool or type(getattr(field, "partial", False)) is not bool:
                raise TypeError(f"{name}: expected `optional` and `partial` as bools")
            if not _NAME.fullmatch(name) or name in RESERVED or keyword.iskeyword(name):
                raise ValueError(
                    f"a field cannot be called {name!r}: lower-case letters, digits, _, and no method's name"
                )
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, SchemaSpec) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return SchemaSpec.from_json, (self.to_json(),)

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """A name for each signed scalar, in order."""
        return tuple(name + part for name, field in self.fields.items() for part in field.parts)

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON under a tag."""
        return hashlib.sha256(canonical_json([_TAG, self.to_json()]).encode()).digest()

    def slot(self, name: str, part: int = 0) -> int:
        """The place of a field's scalar; part -1 is the last one."""
        field = self.fields[name]
        return self.slots.index(name + field.parts[part])

    def encode(self, values: Mapping[str, object]) -> dict[str, Plain]:
        """The values as they are signed, all fields in order.

        Raises:
            ValueError: a field is unknown or missing, or a value not in its domain.
            TypeError: a value is not of its field's type.
        """
        if unknown := sorted(set(values) - set(self.fields)):
            raise ValueError(f"the schema has no field {unknown[0]!r}")
        return {name: self._encode(name, values.get(name)) for name in self.fields}

    def scalars(self, values: Mapping[str, Plain]) -> Fr:
        """The scalars of encoded values, one for each slot."""
        return concat(*(s for name, field in self.fields.items() for s in field.scalars(values[name])))

    def to_json(self) -> dict[str, Any]:
        """The description: id and fields."""
        return {"id": self.id, "fields": [{"name": name, **f.describe()} for name, f in self.fields.items()]}

    @classmethod
    def from_json(cls, content: object, path: str = "schema") -> SchemaSpec:
        """The inverse of `to_json`; errors begin with `path`, which says where it stands, and lead on from there.

        Raises:
            DecodingError: not such a description.
        """
        match content:
            case {"id": str(id_), "fields": list(listed), **rest}:
                _refuse_unknown(rest, path)
                named = [_field(entry, f"{path}.fields[{i}]") for i, entry in enumerate(listed)]
            case _:
                raise DecodingError(f"{path}: expected a schema with `id` and `fields`")
        try:
            spec = cls(id_, dict(named))
        except (TypeError, ValueError) as e:
            raise DecodingError(f"{path}: {e}") from None
        if spec.to_json() != content:
            raise DecodingError(f"{path}: the schema is not in its canonical form")
        return spec

    def _encode(self, name: str, value: object) -> Plain:
        try:
            return self.fields[name].encode(value)
        except (TypeError, ValueError) as e:
            raise type(e)(f"{name}: {e}") from None


def _field(entry: object, path: str) -> tuple[str, Field]:
    match entry:
        case {"name": str(name), "type": str(kind), **options} if kind in FIELD_TYPES:
            known = {option.name for option in dataclasses.fields(FIELD_TYPES[kind])}
            _refuse_unknown({option: value for option, value in options.items() if option not in known}, path)
            try:
                given: dict[str, Any] = {str(option): value for option, value in options.items()}
                return name, FIELD_TYPES[kind](**given)
            except (TypeError, ValueError):
                raise DecodingError(f"{path}: not a field of type {kind}") from None
    raise DecodingError(f"{path}: expected a field with a name and one of the types " + ", ".join(FIELD_TYPES))


def _refuse_unknown(left: Mapping[Any, object], path: str) -> None:
    if left:
        raise DecodingError(f"{path}.{sorted(map(str, left))[0][:40]}: unknown field")
