"""Records under a published Merkle root: the simplest road from a FHIR file to a checked proof."""

from zkhealth.records.hospital import publish
from zkhealth.records.policy import Policy
from zkhealth.records.presentation import NONCE_BYTES, Presentation, check, present
from zkhealth.records.record import ATTRIBUTES, CommittedRecord, Record, commit, records_of

__all__ = [
    "ATTRIBUTES",
    "NONCE_BYTES",
    "CommittedRecord",
    "Policy",
    "Presentation",
    "Record",
    "check",
    "commit",
    "present",
    "publish",
    "records_of",
]
