"""From documents to values of schemas: FHIR, SMART Health Cards, EU certificates, VDS-NC."""

from zkhealth.health.mapping.document import entries_of

__all__ = ["entries_of"]
