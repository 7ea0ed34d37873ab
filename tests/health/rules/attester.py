"""A test attester: it reads the unsigned payload of a certificate, and signs what the schemas keep of it."""

from datetime import datetime

from zkhealth.credentials import Issuer, Wallet
from zkhealth.health.certlogic.kinds import KINDS
from zkhealth.health.dcc_codes import dcc_code

DATES = ("dt", "fr", "df", "du")
CODES = ("tg", "vp", "mp", "ma", "tt", "tr", "co")


def kind_of(payload):
    """The kind of certificate that a payload is of; None if it has not exactly one event, which has content."""
    found = [(name, event) for name, kind in KINDS.items() for event in payload.get(kind.letter) or []]
    return found[0][0] if len(found) == 1 and found[0][1] else None


def loses_time(payload):
    """Whether a date has a time of day, of which a credential keeps the day alone."""
    events = [event for kind in KINDS.values() for event in payload.get(kind.letter) or []]
    dates = [str(event.get(name, "")) for event in events for name in DATES] + [payload.get("dob", "")]
    return any(text[10:] not in ("", "T00:00:00Z", "T00:00:00+00:00") for text in dates)


def values_of(kind, payload):
    """The values of a payload, as an attester signs them: the same as `zkhealth.health.mapping.dcc` makes of it."""
    fields = KINDS[kind].fields
    (event,) = payload[KINDS[kind].letter]
    found = {fields[name]: _value(name, value) for name, value in event.items() if name in fields and value != ""}
    return {**found, "birth": payload.get("dob", "")[:10] or None, "source_format": "dcc"}


def encoded(kind, payload):
    return KINDS[kind].schema.spec.encode(values_of(kind, payload))


def _value(name, value):
    if name in CODES:
        return dcc_code(name, value)
    if name in DATES:
        return value[:10]
    if name == "sc":
        moment = datetime.fromisoformat(value)
        return moment.isoformat() + ("" if moment.tzinfo else "+00:00")
    return value


class Attester:
    """Issuers under the three schemas, and fresh wallets with one credential each."""

    def __init__(self):
        self.issuers = {
            name: Issuer.generate(kind.schema, name="https://attester.example") for name, kind in KINDS.items()
        }

    def wallet(self, kind, payload):
        wallet, issuer = Wallet.create(), self.issuers[kind]
        wallet.add(issuer.issue(wallet.request(issuer.offer()), **values_of(kind, payload)))
        return wallet
