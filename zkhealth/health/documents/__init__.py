"""The documents that people hold, read and verified: who signed what, is it in order, and is it still good?

    >>> from zkhealth.health.documents import read
    >>> read('{"resourceType": "Patient", "birthDate": "1990-04-01"}')
    Document(fhir, not signed)

`read` says what a document is; `verify` says whether it is VALID, INVALID or CANNOT_DECIDE at a time, by a `Trust`,
and why, in words.  Nothing is fetched, and no value of a record is in a message or a repr.
"""

from zkhealth.health.documents.document import KINDS, Document, DocumentError
from zkhealth.health.documents.findings import CANNOT_DECIDE, INVALID, VALID, Finding, Report, worst
from zkhealth.health.documents.reading import read, read_all
from zkhealth.health.documents.shl import open_file
from zkhealth.health.documents.trust import KeySet, Signer, Trust
from zkhealth.health.documents.verify import verify

__all__ = [
    "read",
    "read_all",
    "verify",
    "open_file",
    "Document",
    "DocumentError",
    "Report",
    "Finding",
    "worst",
    "Trust",
    "KeySet",
    "Signer",
    "KINDS",
    "VALID",
    "INVALID",
    "CANNOT_DECIDE",
]
