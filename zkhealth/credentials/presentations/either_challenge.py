"""A challenge that one of several policies answers: the same audience, time and nonce for all of them.

Each option is a challenge of its own, bound to its own policy; a presentation names the option that it answers, and
is worth nothing for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from zkhealth.credentials.policies.either import MAX_POLICIES, Either
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError

if TYPE_CHECKING:
    from zkhealth.credentials.presentations.guard import Guard
    from zkhealth.credentials.presentations.presentation import Presentation
    from zkhealth.credentials.presentations.verdict import Verdict

MAX_BYTES = 1 << 22


@dataclass(frozen=True)
class EitherChallenge:
    """Made by `Either.challenge`.

    Raises:
        ValueError: options that are not asked by one audience, at one time, under one nonce or window.
    """

    name: str
    options: tuple[Challenge, ...]

    def __post_init__(self) -> None:
        Either(self.name, *(option.policy for option in self.options))
        if len({(option.audience, option.at, option.nonce, option.window) for option in self.options}) != 1:
            raise ValueError("expected options with one audience, time, and nonce or window")

    @property
    def audience(self) -> str:
        """Who asks."""
        return self.options[0].audience

    @property
    def at(self) -> datetime:
        """What "today" means."""
        return self.options[0].at

    @property
    def value_sets(self) -> tuple[ValueSet, ...]:
        """The lists that the policies only refer to."""
        return tuple(dict.fromkeys(found for option in self.options for found in option.value_sets))

    def option(self, number: int | None) -> Challenge:
        """The challenge that a presentation answers.

        Raises:
            DecodingError: it does not say which, or there is no such option.
        """
        if number is None or not 0 <= number < len(self.options):
            raise DecodingError("expected the number of the policy that is answered")
        return self.options[number]

    def encode(self) -> bytes:
        """As CBOR, with all policies: what the holder needs."""
        return pack("either", 1, {1: self.name, 2: [option.encode() for option in self.options]})

    @classmethod
    def decode(cls, data: bytes, value_sets: Iterable[ValueSet] = ()) -> EitherChallenge:
        """The inverse of `encode`, for the holder, who has the value sets that the policies only refer to.

        Raises:
            DecodingError: not such a challenge.
        """
        fields = unpack(data, "either", 1, MAX_BYTES)
        name, listed = fields.text(1), fields.list(2, bytes)
        fields.done()
        if len(listed) > MAX_POLICIES:
            raise DecodingError(f"expected at most {MAX_POLICIES} policies")
        sets = tuple(value_sets)
        try:
            return cls(name, tuple(Challenge.decode(option, sets) for option in listed))
        except ValueError as e:
            raise DecodingError(f"not a challenge: {e}") from None

    def check_time(self, now: datetime | None) -> str:
        """Why it cannot be answered at this time of the verifier's clock; "" if it can."""
        return self.options[0].check_time(now)

    def verify(
        self,
        presentation: Presentation | bytes,
        now: str | date | datetime | None = None,
        guard: Guard | None = None,
    ) -> Verdict:
        """The verdict on a presentation; see `Challenge.verify`.  Its `policy` says which option was proven."""
        from zkhealth.credentials.presentations.batch import verify_all  # noqa: PLC0415 (which is written over challenges)

        (verdict,) = verify_all([(self, presentation)], now=now, guard=guard)
        return verdict


AnyChallenge = Challenge | EitherChallenge


def read_challenge(data: bytes, value_sets: Iterable[ValueSet] = ()) -> AnyChallenge:
    """A challenge of either kind from its bytes, and the value sets that it may refer to.

    Raises:
        DecodingError: not a challenge.
    """
    sets = tuple(value_sets)
    try:
        return Challenge.decode(data, sets)
    except DecodingError as e:
        try:
            return EitherChallenge.decode(data, sets)
        except DecodingError as other:
            raise (other if b"either" in data[:16] else e) from None
