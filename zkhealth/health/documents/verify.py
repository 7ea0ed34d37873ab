"""Verification of a document at a given time, by a given trust: is the signature good, and is the document valid?

>>> from zkhealth.health.documents import Trust, read, verify
>>> report = verify(read('{"resourceType": "Patient"}'), trust=Trust(), at="2026-11-23")
>>> report.status, report.codes
('CANNOT_DECIDE', ('NOT_SIGNED',))
"""

from __future__ import annotations

from datetime import date, datetime

from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.health.documents.dcc_verify import verify_dcc
from zkhealth.health.documents.document import Document
from zkhealth.health.documents.findings import Report, finding
from zkhealth.health.documents.shc_verify import verify_shc
from zkhealth.health.documents.times import about_time
from zkhealth.health.documents.trust import Trust
from zkhealth.health.documents.vds_nc_verify import verify_seal


def verify(document: Document, *, trust: Trust, at: str | date | datetime) -> Report:
    """Check the signature, the signer, the time, and whether the document was taken back.

    Raises ValueError if `at` is no time, or a time of day without an offset.
    """
    if not isinstance(document, Document) or not isinstance(trust, Trust):
        raise TypeError("expected a Document and a Trust")
    at = moment_of(at)
    if document.kind in _OF_KIND and document.signature is not None:
        return _OF_KIND[document.kind](document, document.signature, trust, at)
    what = "LINK_ONLY" if document.kind == "shl" else "NOT_SIGNED"
    sentence = {"LINK_ONLY": "a link proves nothing by itself", "NOT_SIGNED": "nobody signed this record"}[what]
    return Report(None, (*document.defects, *about_time(document, at), finding(what, sentence)))


_OF_KIND = {"shc": verify_shc, "dcc": verify_dcc, "vds-nc": verify_seal}
