"""Credentials: a policy in, a presentation out, a verdict back.

A hospital signs a record once; the patient proves policies about it to anyone, unlinkably.  See the README's tour.
"""

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Issued, Offer, Request
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.credentials.policies.bounds import days_ago, hours_ago, seconds_ago, years_ago
from zkhealth.credentials.policies.clauses import Pseudonym, row_of
from zkhealth.credentials.policies.either import Either
from zkhealth.credentials.policies.leakage import Leakage
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.policy_schema import policy_schema
from zkhealth.credentials.policies.population import Population
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.batch import verify_all
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.either_challenge import EitherChallenge
from zkhealth.credentials.presentations.guard import Guard, MemoryGuard
from zkhealth.credentials.presentations.plan import Plan
from zkhealth.credentials.presentations.presentation import Presentation
from zkhealth.credentials.presentations.verdict import Verdict
from zkhealth.credentials.schemas.fields import Bool, Code, Date, Id, Instant, Int, Quantity, Text
from zkhealth.credentials.schemas.schema import Schema
from zkhealth.credentials.schemas.spec import SchemaSpec

__all__ = [
    "Schema",
    "SchemaSpec",
    "Date",
    "Instant",
    "Int",
    "Quantity",
    "Code",
    "Text",
    "Bool",
    "Id",
    "Issuer",
    "IssuerPublic",
    "Offer",
    "Request",
    "Issued",
    "Wallet",
    "Credential",
    "Policy",
    "Either",
    "policy_schema",
    "ValueSet",
    "Pseudonym",
    "row_of",
    "years_ago",
    "days_ago",
    "hours_ago",
    "seconds_ago",
    "Leakage",
    "Population",
    "Challenge",
    "EitherChallenge",
    "Plan",
    "Presentation",
    "Verdict",
    "verify_all",
    "Guard",
    "MemoryGuard",
]
