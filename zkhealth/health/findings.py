"""What could not be read of a record, or not with certainty: a stable code, the place in the file, and what to do.

    >>> print(Finding("VALUE_HAS_COMPARATOR", "Observation 3", "valueQuantity.comparator: the value is only bounded"))
    Observation 3: valueQuantity.comparator: the value is only bounded

A finding names places of the file and never a value of the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zkhealth.errors import DecodingError

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "CODE_MISSING": "Ask the source to code it in a public system, such as LOINC, SNOMED CT or CVX.",
        "CODE_LEFT_OUT": "Nothing, if the codes that were kept are enough.",
        "CONSENT_UNCLEAR": "Ask for a consent with one rule that permits or denies, and no further conditions.",
        "DATE_NOT_READABLE": "Ask the source for a date as YYYY-MM-DD.",
        "MODIFIER_NOT_UNDERSTOOD": "Ask the source for the record without it: it may change the meaning.",
        "NOT_AN_ORDER": "Ask for the prescription itself; this is a plan or a proposal.",
        "NOT_THIS_PATIENT": "Give the records of one patient together with their Patient resource.",
        "NOT_VALID_R4": "Ask the source for valid FHIR R4, or read it without the strict check.",
        "PARTIAL_DATE_AMBIGUOUS": "Ask the source for the full date, or for the time with its offset.",
        "PATIENT_MISSING": "Add the Patient resource if an age is to be proven.",
        "RESOURCE_NOT_READ": "Nothing: no schema is about it.",
        "STATUS_NOT_FINAL": "Wait for the final record, or ask the source to correct it.",
        "UNSUPPORTED_UNIT": "Ask the source for the result in a UCUM unit of the table (zkhealth.health.units).",
        "VALUE_HAS_COMPARATOR": "Ask the laboratory for an exact value: with < or > it can enter no range.",
        "VALUE_MISSING": "Ask the source to complete the record.",
        "VALUE_NOT_USABLE": "Ask the source to correct the value.",
    }
)
"""What to do, for each code of a finding."""


@dataclass(frozen=True)
class Finding:
    """One of the codes of `ADVICE`, the place in the file, and a sentence."""

    code: str
    place: str
    sentence: str

    @property
    def advice(self) -> str:
        """What the holder can do."""
        return ADVICE[self.code]

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class RefusalError(DecodingError):
    """A record, or a part of one, that is left out for one of the reasons of `ADVICE`."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
