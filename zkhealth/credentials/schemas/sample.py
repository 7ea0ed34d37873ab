"""The schema of the examples."""

from __future__ import annotations

from zkhealth.credentials.schemas.fields import Code, Date, Int
from zkhealth.credentials.schemas.schema import Schema


class Vaccination(Schema, id="https://health.example/schemas/vaccination/1"):
    """One dose of a vaccine."""

    birth = Date(partial=True)
    vaccine = Code()
    dose = Int(0, 15)
    series = Int(0, 15)
    given = Date()
    country = Code()
