"""What has an end is good until it, the end included."""

import pytest
from credentials.hospital import AUDIENCE, receive

import zkhealth as zk


class Pass(zk.Schema, id="https://health.example/schemas/pass/1"):
    last_day = zk.Date()
    last_second = zk.Instant()


ISSUER, WALLET, V = zk.Issuer.generate(Pass, name="https://hospital.example"), zk.Wallet.create(), Pass.as_("v")
receive(WALLET, ISSUER, last_day="2026-11-23", last_second="2026-11-23T12:00:00Z")


@pytest.mark.parametrize(
    ("clause", "last", "late"),
    [
        pytest.param(V.last_day.not_past(), "2026-11-23T23:59:59Z", "2026-11-24", id="a day"),
        pytest.param(V.last_second.not_past(), "2026-11-23T12:00:00Z", "2026-11-23T12:00:01Z", id="a moment"),
    ],
)
def test_it_is_good_until_its_end(clause, last, late):
    policy = zk.Policy("not expired", clause, issuers=[ISSUER.public])
    challenge = policy.challenge(AUDIENCE, at=last)
    assert challenge.verify(WALLET.plan(challenge).prove())
    with pytest.raises(zk.WitnessError, match="not before the check"):
        WALLET.plan(policy.challenge(AUDIENCE, at=late))
