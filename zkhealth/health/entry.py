"""Records as values of schemas, whatever document they came from, ready to be issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zkhealth.credentials.schemas.schema import Schema
from zkhealth.health.findings import Finding, RefusalError
from zkhealth.health.schemas import Consent

_WHOLE = (Consent,)
_NEVER_DROPPED = frozenset({"expires", "valid_until", "abatement", "value", "value_code"})


@dataclass(frozen=True, repr=False)
class Entry:
    """One record: a schema, values that fit it, and the place in the file.  Personal data; its repr hides it."""

    schema: type[Schema]
    values: Mapping[str, object]
    place: str

    def __repr__(self) -> str:
        return f"<Entry of {self.schema.__name__}, {len(self.values)} values>"


@dataclass(frozen=True)
class Entries:
    """What was read of a document, in the order of the file, and what was not."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()

    def of(self, schema: type[Schema]) -> tuple[Entry, ...]:
        """The entries under one schema."""
        return tuple(entry for entry in self.entries if entry.schema is schema)

    def __repr__(self) -> str:
        return f"<Entries: {len(self.entries)}, and {len(self.findings)} findings>"


@dataclass
class Notes:
    """Where findings about one record are collected while it is read."""

    place: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, text: str) -> None:
        """One more."""
        self.findings.append(Finding(code, self.place, text))


def entry_of(schema: type[Schema], values: Mapping[str, object], notes: Notes) -> Entry:
    """An entry with the values that fit the schema; what is absent is left away, what does not fit is noted.

    Raises:
        RefusalError: a value does not fit, and without it the record would say something else.
    """
    kept = {}
    for name, value in values.items():
        if value is None:
            continue
        try:
            schema.spec.fields[name].encode(value)
        except (TypeError, ValueError) as e:
            if schema in _WHOLE or name in _NEVER_DROPPED or not schema.spec.fields[name].optional:
                raise RefusalError("VALUE_NOT_USABLE", f"{name}: {e}") from None
            notes.add("VALUE_NOT_USABLE", f"{name}: {e}")
        else:
            kept[name] = value
    for name, kind in schema.spec.fields.items():
        if not kind.optional and name not in kept and name != "source_format":
            raise RefusalError("VALUE_MISSING", f"{name} is missing")
    return Entry(schema, MappingProxyType(kept), notes.place)
