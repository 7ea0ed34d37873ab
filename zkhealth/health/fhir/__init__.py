"""FHIR R4 and R4B: bundles and single resources as values of schemas."""

from zkhealth.health.fhir.history_reader import read_bundle
from zkhealth.health.fhir.reader import read_fhir

__all__ = ["read_bundle", "read_fhir"]
