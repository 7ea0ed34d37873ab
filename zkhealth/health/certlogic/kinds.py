"""What is known of a certificate before anything is shown: its kind; and where a credential has its fields.

The payload of a certificate of vaccination is an array `v` of one event, of a test `t`, of a recovery `r`.  That the
event is there, and that no other one is, is public; every field is hidden, and may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.schemas.schema import Schema
from zkhealth.health.certlogic.rule import CERTIFICATE_KINDS
from zkhealth.health.dcc_codes import dcc_code
from zkhealth.health.schemas import Immunization, LabResult, Recovery


@dataclass(frozen=True)
class Kind:
    """A kind of certificate; `letter` is its name in payloads, and that of the credential in policies."""

    name: str
    schema: type[Schema]
    fields: Mapping[str, str]
    """The fields of the payload's event, and those of the schema that have them."""

    @property
    def letter(self) -> str:
        """v, t or r."""
        return CERTIFICATE_KINDS[self.name]

    def ref(self, field: str) -> FieldRef | None:
        """The hidden field, None if the credential does not have it."""
        name = self.fields.get(field)
        return None if name is None else getattr(self.schema.as_(self.letter), name)

    @property
    def birth(self) -> FieldRef:
        """The date of birth."""
        return self.schema.as_(self.letter).birth


def code_of(field: str, ref: FieldRef, text: str) -> str | None:
    """A text of a rule as the hidden field would have it; None if it never has."""
    try:
        value = dcc_code(field, text) if ref.field.kind == "code" else text
        return str(ref.constant(value))
    except ValueError:
        return None


_COMMON = {"tg": "target", "co": "country", "is": "authority", "ci": "cert_id"}
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "vaccination",
                Immunization,
                {
                    **_COMMON,
                    "vp": "vaccine",
                    "mp": "product",
                    "ma": "holder",
                    "dn": "dose",
                    "sd": "series",
                    "dt": "date",
                },
            ),
            Kind(
                "test",
                LabResult,
                {
                    **_COMMON,
                    "tt": "test",
                    "ma": "device",
                    "sc": "taken",
                    "tr": "value_code",
                    "tc": "performer",
                },
            ),
            Kind("recovery", Recovery, {**_COMMON, "fr": "first_positive", "df": "valid_from", "du": "valid_until"}),
        )
    }
)
"""All kinds, by name."""
