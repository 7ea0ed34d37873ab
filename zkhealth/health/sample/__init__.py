"""A small FHIR R4 bundle written for this package.  Its person does not exist."""

from datetime import date
from importlib.resources import files

SAMPLE_AT = date(2026, 11, 23)


def sample_bundle() -> bytes:
    """Return the sample: at SAMPLE_AT an adult with a COVID-19 vaccination between 14 and 270 days old."""
    return (files(__name__) / "bundle.json").read_bytes()
