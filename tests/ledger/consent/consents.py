"""People, institutions and terms for the tests of consent; times are small numbers."""

from zkhealth.ledger import Log, personal
from zkhealth.ledger.audit import Access, Emergency
from zkhealth.ledger.consent import PatientSecret, Register, Request, Terms, sign

ORIGIN = "log.example/consents"
ALICE, BOB = (PatientSecret(bytes([n]) * 32).for_log(ORIGIN) for n in (1, 2))
HOSPITAL, INSURER = "did:web:hospital.example", "did:web:insurer.example"
SCOPE = ("Immunization", "Observation")
TERMS = Terms(HOSPITAL, ["TREAT", "HRESCH"], SCOPE, nbf=100, exp=200)
NARROWER = Terms(HOSPITAL, ["TREAT"], ["Immunization"], nbf=100, exp=200)


def request(actor=HOSPITAL, purpose="TREAT", classes=("Observation",), at=150, patient=ALICE.did):
    return Request(actor, purpose, classes, at, patient)


def access(actor=HOSPITAL, patient=ALICE.did, purpose="TREAT", classes=("Observation",), at=150, **basis):
    return Access(actor, patient, purpose, classes, at, **(basis or {"grant": 0}))


def emergency(actor=HOSPITAL, patient=ALICE.did, at=150, until=160, reason="unconscious on arrival"):
    return Emergency(actor, patient, at, until, reason)


def grant(key=ALICE, at=100, after=0, terms=TERMS):
    return sign(key, at, after, terms)


def recorded(record):
    return personal("access", record.body())


def registered(*made, start=0):
    """A register of entries, given with their openings or None."""
    register = Register(ORIGIN, start)
    for entry, opening in made:
        register.add(entry, opening)
    return register


def logged(*made):
    """A log in memory, with the openings that are given."""
    log = Log.open(":memory:", ORIGIN)
    for entry, opening in made:
        log.append([entry], [opening])
    return log
