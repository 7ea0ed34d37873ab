"""Schemas as classes: the fields are attributes.

>>> from zkhealth.credentials.schemas.fields import Code, Date, Int
>>> class Vaccination(Schema, id="https://health.example/schemas/vaccination/1"):
...     birth = Date(partial=True)
...     vaccine = Code()
...     dose = Int(0, 15)
>>> Vaccination.spec.slots
('birth.lo', 'birth.hi', 'vaccine', 'dose')
"""

from __future__ import annotations

from typing import ClassVar

from zkhealth.credentials.policies.variable import Variable
from zkhealth.credentials.schemas.spec import RESERVED, SchemaSpec


class Schema:
    """Inherit from this, give an `id`, and list the fields as attributes."""

    spec: ClassVar[SchemaSpec]

    def __init_subclass__(cls, id: str) -> None:
        hidden = [name for name in vars(cls) if name in RESERVED]
        if hidden:
            raise ValueError(f"a field cannot be called {hidden[0]!r}: it would hide a method")
        listed = {name: value for name, value in vars(cls).items() if not name.startswith("__")}
        cls.spec = SchemaSpec(id, listed)

    def __new__(cls) -> Schema:
        raise TypeError("a schema has no instances; an issuer makes credentials under it")

    @classmethod
    def as_(cls, name: str) -> Variable:
        """A credential under this schema, by the name that a policy gives it."""
        return Variable(name, cls.spec)


def spec_of(schema: type[Schema] | SchemaSpec) -> SchemaSpec:
    """The description behind a class, or the description itself."""
    if isinstance(schema, SchemaSpec):
        return schema
    if isinstance(schema, type) and issubclass(schema, Schema) and schema is not Schema:
        return schema.spec
    raise TypeError("expected a schema")
