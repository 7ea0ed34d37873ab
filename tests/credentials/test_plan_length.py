"""A presentation that no verifier would read is refused before it is made."""

import pytest
from credentials.hospital import AT, AUDIENCE, receive

import zkhealth as zk
from zkhealth.credentials.presentations.presentation import MAX_BYTES

FIELDS = {f"page_{i}": zk.Text() for i in range(60)}
Diary = type("Diary", (zk.Schema,), FIELDS, id="https://health.example/schemas/diary/1")


@pytest.mark.parametrize(("letter", "fits"), [("a", True), ("語", False)])
def test_texts_that_are_too_long_together_are_refused_by_the_plan(letter, fits):
    issuer, wallet, v = zk.Issuer.generate(Diary, name="https://hospital.example"), zk.Wallet.create(), Diary.as_("v")
    receive(wallet, issuer, **dict.fromkeys(FIELDS, letter * 1024))
    challenge = zk.Policy("everything", v.reveal(*FIELDS), issuers=[issuer.public]).challenge(AUDIENCE, at=AT)
    if fits:
        assert challenge.verify(wallet.plan(challenge).prove())
    else:
        with pytest.raises(zk.WitnessError, match=f"at most {MAX_BYTES}"):
            wallet.plan(challenge)
