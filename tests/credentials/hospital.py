"""One hospital, one laboratory and a patient of both, for the tests of credentials."""

import functools
from types import SimpleNamespace

from zkhealth.credentials import Bool, Code, Id, Instant, Int, Issuer, Policy, Quantity, Schema, Wallet
from zkhealth.credentials.schemas.sample import Vaccination

AT = "2026-11-23T12:00:00Z"
AUDIENCE = "https://border.example"
DOSE = {
    "birth": "1990-04",
    "vaccine": "cvx|208",
    "dose": 2,
    "series": 2,
    "given": "2026-09-01",
    "country": "FR",
}


class Lab(Schema, id="https://lab.example/schemas/result/1"):
    """One result."""

    patient = Id()
    kind = Code()
    sampled = Instant()
    hba1c = Quantity("mmol/mol", "0", "200", decimals=1, optional=True)
    smoker = Bool()
    age = Int(0, 130)
    first = Int(0, 15, optional=True)
    second = Int(0, 15, optional=True)


def receive(wallet, issuer, **values):
    return wallet.add(issuer.issue(wallet.request(issuer.offer()), **values))


@functools.cache
def people():
    """Issuers, and a wallet with two vaccinations and a laboratory result; nobody changes them."""
    hospital = Issuer.generate(Vaccination, name="https://hospital.example")
    lab = Issuer.generate(Lab, name="https://lab.example")
    wallet = Wallet.create()
    earlier = receive(wallet, hospital, **{**DOSE, "vaccine": "cvx|207", "dose": 1, "given": "2026-01-01"})
    later = receive(wallet, hospital, **DOSE)
    receive(
        wallet,
        lab,
        patient="p1",
        kind="loinc|94500-6",
        sampled="2026-11-22T10:00:00Z",
        hba1c="48.5",
        smoker=True,
        age=36,
    )
    return SimpleNamespace(
        hospital=hospital, lab=lab, wallet=wallet, earlier=earlier, later=later,
        v=Vaccination.as_("v"), u=Vaccination.as_("u"), r=Lab.as_("r"),
    )  # fmt: skip


def policy_of(*clauses, **options):
    """A policy with the issuers that its clauses need."""
    p = people()
    used = {wanted.spec for clause in clauses for wanted in clause.variables()}
    issuers = [issuer.public for issuer in (p.hospital, p.lab) if issuer.spec in used]
    return Policy("a test", *clauses, issuers=issuers, **options)


def travel():
    v, p = people().v, people()
    return Policy(
        "fit to travel",
        v.birth.at_least_years_ago(18),
        v.vaccine.one_of(["cvx|207", "cvx|208"]),
        v.dose >= v.series,
        v.given.within_days(14, 270),
        v.reveal("country"),
        issuers=[p.hospital.public],
    )


def asked(policy, **options):
    return policy.challenge(AUDIENCE, AT, **options)


def answered(challenge):
    return people().wallet.plan(challenge).prove()
