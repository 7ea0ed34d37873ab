"""Attacks 50 and 62: times that have not come, windows that are over or longer than allowed."""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import accepts
from credentials.hospital import AT, AUDIENCE, answered, asked, people, policy_of

from zkhealth import verify_all
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.guard import MemoryGuard
from zkhealth.errors import DecodingError

v = people().v
ANY_TIME = mock.patch.object(Challenge, "check_time", lambda self, now: "")
"""The mutant that does not look at its clock."""


def windowed(window=600, at="2026-11-23T12:00:00Z"):
    return policy_of(v.held(), window=600).challenge(AUDIENCE, at, window=window)


@pytest.mark.parametrize(
    ("now", "valid"),
    [
        ("2026-11-23T11:59:59Z", False),
        ("2026-11-23T12:00:00Z", True),
        ("2026-11-23T12:10:00Z", True),
        ("2026-11-23T12:10:01Z", False),
        ("2026-11-23T13:09:59+01:00", True),
        ("2026-11-24", False),
        (None, False),
    ],
)
def test_attack_62_a_window_neither_begins_early_nor_lasts(now, valid):
    challenge = windowed()
    presentation = answered(challenge)
    with ANY_TIME:
        assert accepts(challenge, presentation, now=now)
    assert accepts(challenge, presentation, now=now) is valid
    assert [verdict.valid for verdict in verify_all([(challenge, presentation)] * 2, now=now)] == [valid] * 2


@pytest.mark.parametrize("window", [601, 86_400])
def test_attack_62_a_window_is_not_longer_than_the_policy_allows(window):
    with pytest.raises(ValueError, match="window"):
        windowed(window)
    long = windowed()
    object.__setattr__(long, "window", window)  # the mutant: a challenge whose constructor looks at nothing
    presentation = answered(long)
    assert accepts(long, presentation, now="2026-11-23T12:10:01Z")
    with pytest.raises(DecodingError, match="window"):
        Challenge.decode(long.encode())
    assert not accepts(windowed(), presentation, now="2026-11-23T12:10:00Z")


@pytest.mark.parametrize("window", [-1, True, 1.5, "600", 2**70])
def test_attack_62_a_window_is_a_number_of_seconds(window):
    with pytest.raises((TypeError, ValueError)):
        Challenge(policy_of(v.held(), window=600), AUDIENCE, AT, None, window)


def test_attack_62_a_challenge_has_a_nonce_or_a_window_and_not_both():
    challenge = asked(policy_of(v.held(), window=600))
    for nonce, window in ((None, 0), (challenge.nonce, 600), (b"short", 0), (bytes(33), 0), (b"", 0)):
        with pytest.raises(ValueError, match=r"nonce|window"):
            dataclasses.replace(challenge, nonce=nonce, window=window)


def test_attack_62_a_challenge_for_a_later_day():
    """Of age tomorrow is not of age today."""
    policy = policy_of(v.birth.at_least_years_ago(37))
    later = policy.challenge(AUDIENCE, "2027-05-01")
    presentation = answered(later)
    with ANY_TIME:
        assert accepts(later, presentation, now="2026-11-23")
    assert not accepts(later, presentation, now="2026-11-23")
    assert not accepts(later, presentation, now="2027-04-30T23:59:59Z")
    assert accepts(later, presentation, now="2027-05-01")


def test_attack_50_a_presentation_in_a_window_is_good_for_one_time():
    """Another one of the same holder is another one; replayed, the same is refused, unless nobody remembers."""
    challenge, guard = windowed(), MemoryGuard()
    one, two = answered(challenge), answered(challenge)
    now = "2026-11-23T12:00:01Z"
    assert all(accepts(challenge, one, now=now) for _ in range(2))
    assert accepts(challenge, one, now=now, guard=guard)
    assert not accepts(challenge, one, now=now, guard=guard)
    assert accepts(challenge, two, now=now, guard=guard)


@pytest.mark.parametrize("audience", ["", "x" * 513, "a\nb", 5, None])
def test_attack_50_every_challenge_has_an_audience(audience):
    with pytest.raises(ValueError, match="audience"):
        policy_of(v.held()).challenge(audience, AT)
