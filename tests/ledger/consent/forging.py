"""What somebody makes who has every opening and no key but his own."""

import json

from ledger.consent.consents import ALICE, BOB, INSURER, ORIGIN, grant

from zkhealth.encoding.strict_json import canonical_json
from zkhealth.ledger import personal
from zkhealth.ledger.consent import mark_of
from zkhealth.ledger.consent.fhir import write_consent
from zkhealth.ledger.consent.statement import _hash_of_salt


def forged(change, key=None):
    """A grant whose body was changed after it was signed, in an entry that commits to it; signed again by a key."""
    _, opening = grant()
    body = opening.body
    change(body)
    if key is not None:
        del body["signature"]
        body["signature"] = key.sign(canonical_json(body).encode()).hex()
    return personal("grant", body, opening.salt)


def forged_withdrawal(key, grant, at):
    """A withdrawal of somebody else's grant, by one who knows its opening."""
    salt = bytes([at]) * 32
    body = {
        "after": 0,
        "consent": write_consent(key.did, at, None, grant[0].commitment),
        "origin": ORIGIN,
        "salt": _hash_of_salt(salt),
    }
    body["signature"] = key.sign(canonical_json(body).encode()).hex()
    return personal("revoke", body, salt, mark_of(*grant))


def other_grantee(body):
    body["consent"]["provision"]["provision"][0]["actor"][0]["reference"]["identifier"]["value"] = INSURER


def longer(body):
    body["consent"]["provision"]["provision"][0]["period"]["end"] = "2099-01-01T00:00:00Z"


def other_patient(body):
    body["consent"] = json.loads(json.dumps(body["consent"]).replace(ALICE.did, BOB.did))
