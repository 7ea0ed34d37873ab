"""Days before 1900 are negative numbers: they are proven, refused, revealed and kept as any others are."""

import functools

import pytest

from zkhealth.credentials import Date, Issuer, Policy, Schema, Wallet
from zkhealth.errors import WitnessError

AT, AUDIENCE = "2026-11-23", "https://border.example"


class Seen(Schema, id="https://hospital.example/schemas/seen/1"):
    """Somebody who was seen."""

    birth = Date(partial=True)
    day = Date()


P = Seen.as_("p")


@functools.cache
def held():
    issuer, wallet = Issuer.generate(Seen, name="https://hospital.example"), Wallet.create()
    wallet.add(issuer.issue(wallet.request(issuer.offer()), birth="1815", day="1899-12-31"))
    return issuer, wallet


def challenge_of(*clauses):
    return Policy("early", *clauses, issuers=[held()[0].public]).challenge(AUDIENCE, AT)


@pytest.mark.parametrize("clause", [
    pytest.param(P.birth.at_least_years_ago(210), id="an age"),
    pytest.param(P.birth.last >= "1815-12-31", id="from a day before 1900"),
    pytest.param(P.day <= "1900-01-01", id="up to the day 0"),
    pytest.param(P.day < "1900-01-01", id="before the day 0"),
    pytest.param(P.day > P.birth.last, id="in their order"),
])  # fmt: skip
def test_what_is_so_is_proven(clause):
    challenge = challenge_of(clause, P.reveal("birth", "day"))
    verdict = challenge.verify(bytes(held()[1].plan(challenge).prove()))
    assert (verdict.valid, verdict.revealed) == (True, {"p.birth": "1815", "p.day": "1899-12-31"})


@pytest.mark.parametrize("clause", [
    pytest.param(P.birth.at_least_years_ago(211), id="an age"),
    pytest.param(P.birth.last < "1815-12-31", id="before its last day"),
    pytest.param(P.day >= "1900-01-01", id="from the day 0"),
    pytest.param(P.day < P.birth.last, id="in another order"),
])  # fmt: skip
def test_what_is_not_so_is_not(clause):
    with pytest.raises(WitnessError):
        held()[1].plan(challenge_of(clause)).prove()


def test_a_wallet_keeps_them(tmp_path):
    held()[1].save(tmp_path / "wallet", "open sesame")
    (credential,) = Wallet.load(tmp_path / "wallet", "open sesame").credentials
    assert credential.show() == {"birth": "1815", "day": "1899-12-31"}
