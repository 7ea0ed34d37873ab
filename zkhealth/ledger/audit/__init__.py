"""Audit: every access names the grant or the emergency it rests on, and anybody with the openings can check that.

See NOTES.md in `consent` for what is promised and on what it rests.
"""

from zkhealth.ledger.audit.bundle import AuditBundle
from zkhealth.ledger.audit.desk import Desk, Recorded
from zkhealth.ledger.audit.erasure import erase
from zkhealth.ledger.audit.events import Client, audit_events
from zkhealth.ledger.audit.examine import examine, examined
from zkhealth.ledger.audit.findings import Finding, Report, Status
from zkhealth.ledger.audit.history import Line, explain_terms, history
from zkhealth.ledger.audit.records import MAX_EMERGENCY, Access, Emergency, read_record
from zkhealth.ledger.audit.sources import audit_log, audit_tiles, make_bundle, read_steps
from zkhealth.ledger.audit.walk import Step, Walk, walk

__all__ = [
    "Access",
    "Emergency",
    "MAX_EMERGENCY",
    "read_record",
    "Desk",
    "Recorded",
    "examine",
    "examined",
    "audit_log",
    "audit_tiles",
    "Report",
    "Finding",
    "Status",
    "AuditBundle",
    "make_bundle",
    "erase",
    "audit_events",
    "Client",
    "history",
    "Line",
    "explain_terms",
    "read_steps",
    "walk",
    "Walk",
    "Step",
]
