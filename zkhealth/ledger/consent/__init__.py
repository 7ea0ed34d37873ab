"""Consent: a patient grants, narrows and withdraws in a log; what is allowed is computed from the log alone.

See NOTES.md beside this file for what is promised and on what it rests.
"""

from zkhealth.ledger.consent.acts import allowed, grant, narrow, read_register, withdraw
from zkhealth.ledger.consent.patient_key import PatientKey, PatientSecret
from zkhealth.ledger.consent.register import Answer, Judgement, Register, fold
from zkhealth.ledger.consent.statement import Statement, mark_of, open_statement, sign
from zkhealth.ledger.consent.terms import Request, Terms

__all__ = [
    "PatientSecret",
    "PatientKey",
    "Terms",
    "Request",
    "grant",
    "narrow",
    "withdraw",
    "allowed",
    "Statement",
    "sign",
    "open_statement",
    "mark_of",
    "Register",
    "fold",
    "Judgement",
    "Answer",
    "read_register",
]
