"""A clinic that signs what it reads of a record, and a verifier that asks; for the tests of health."""

import functools
from types import SimpleNamespace

import pytest

from zkhealth.credentials import Issuer, Policy, Wallet
from zkhealth.credentials.schemas.schema import spec_of
from zkhealth.errors import WitnessError

AUDIENCE = "https://verifier.example"


@functools.cache
def _issuer(spec):
    return Issuer.generate(spec, name="https://clinic.example")


def issuer_of(schema):
    """The clinic's issuer under a schema."""
    return _issuer(spec_of(schema))


def wallet_of(*entries):
    """A new wallet with a credential for each of these entries."""
    wallet = Wallet.create()
    for entry in entries:
        issuer = issuer_of(entry.schema)
        values = {"source_format": "fhir", **entry.values}
        wallet.add(issuer.issue(wallet.request(issuer.offer()), **values))
    return wallet


def policy_of(*clauses, **options):
    """A policy that trusts the clinic."""
    wanted = {w.spec: w for clause in clauses for w in clause.variables()}
    return Policy("a test", *clauses, issuers=[issuer_of(spec).public for spec in wanted], **options)


def proven(wallet, policy, at):
    """The verdict on a real presentation."""
    challenge = policy.challenge(AUDIENCE, at)
    presentation = wallet.plan(challenge).prove()
    verdict = challenge.verify(bytes(presentation))
    assert verdict.valid, verdict.reason
    return verdict


def refused(wallet, policy, at):
    """The reason why the holder cannot even plan a presentation."""
    with pytest.raises(WitnessError) as e:
        wallet.plan(policy.challenge(AUDIENCE, at))
    return str(e.value)


def answers(wallet, policy, at, expected):
    """Prove and verify it if it is expected to hold; or else it must be refused by plan."""
    (proven if expected else refused)(wallet, policy, at)


def entry(schema, **values):
    """An entry made by hand."""
    return SimpleNamespace(schema=schema, values=values)
