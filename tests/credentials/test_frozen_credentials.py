"""What version 0.1 wrote is still read and still good; a changed byte is refused."""

import json
from pathlib import Path

import pytest

from zkhealth.credentials import Challenge, Wallet

FROZEN = json.loads((Path(__file__).parents[1] / "vectors/frozen/0.1/credentials.json").read_text())
EACH = pytest.mark.parametrize("case", FROZEN["presentations"], ids=lambda case: case["name"])


def opened(case):
    return Challenge.decode(bytes.fromhex(case["challenge"])), bytes.fromhex(case["presentation"])


@EACH
def test_a_frozen_presentation_is_still_good(case):
    challenge, data = opened(case)
    verdict = challenge.verify(data)
    assert verdict.valid
    assert (verdict.revealed, verdict.pseudonyms, verdict.tokens) == tuple(
        case[name] for name in ("revealed", "pseudonyms", "tokens")
    )


@EACH
def test_a_changed_byte_is_refused(case):
    challenge, data = opened(case)
    step = max(1, len(data) // 60)
    for at in range(0, len(data), step):
        assert not challenge.verify(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]).valid


@EACH
def test_a_frozen_wallet_still_answers(case):
    challenge, _ = opened(case)
    wallet = Wallet.decode(bytes.fromhex(FROZEN["wallet"]))
    assert wallet.encode().hex() == FROZEN["wallet"]
    assert challenge.verify(wallet.plan(challenge).prove()).valid
