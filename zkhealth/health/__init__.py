"""Health records as they really come, read into values of schemas.  No network, no clock.

    >>> from zkhealth.health import SAMPLE_AT, read_bundle, sample_bundle
    >>> history = read_bundle(sample_bundle())
    >>> history.up_to(SAMPLE_AT)
    PatientHistory(birth known, 4 immunizations, 1 skipped, 0 missing)

`read_fhir` reads everything in a FHIR file; `zkhealth.health.documents` reads and verifies cards and certificates;
`zkhealth.health.bridge` makes credentials of them.  What is read is what the file says: who vouches for it is another
question, and the bridge's business.
Personal data never appears in a message, a repr or a log; ask for the fields by name.
"""

from zkhealth.credentials.schemas.codes import SYSTEMS, Code, parse_code
from zkhealth.credentials.schemas.dates import (
    EPOCH,
    FIRST_DATE,
    LAST_DATE,
    DayInterval,
    date_of,
    days,
    parse_date,
    years_before,
)
from zkhealth.health.codes import COVID19, INFLUENZA
from zkhealth.health.entry import Entries, Entry
from zkhealth.health.fhir import read_bundle, read_fhir
from zkhealth.health.findings import Finding
from zkhealth.health.history import Dose, PatientHistory
from zkhealth.health.sample import SAMPLE_AT, sample_bundle
from zkhealth.health.schemas import (
    SCHEMAS,
    Claim,
    Condition,
    Consent,
    Coverage,
    Dispense,
    GenomicVariant,
    Identity,
    Immunization,
    LabResult,
    Pack,
    Prescription,
    Recovery,
    WearableSummary,
)
from zkhealth.health.source import read_object

__all__ = [
    "read_bundle",
    "read_fhir",
    "read_object",
    "PatientHistory",
    "Dose",
    "Entries",
    "Entry",
    "Finding",
    "SCHEMAS",
    "Immunization",
    "LabResult",
    "Recovery",
    "Identity",
    "Condition",
    "Prescription",
    "Dispense",
    "Coverage",
    "Claim",
    "Pack",
    "Consent",
    "GenomicVariant",
    "WearableSummary",
    "Code",
    "parse_code",
    "SYSTEMS",
    "COVID19",
    "INFLUENZA",
    "DayInterval",
    "parse_date",
    "days",
    "date_of",
    "years_before",
    "EPOCH",
    "FIRST_DATE",
    "LAST_DATE",
    "SAMPLE_AT",
    "sample_bundle",
]
