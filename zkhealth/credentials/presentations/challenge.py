"""A challenge: a verifier's policy, for one audience, at one time, and fresh.

Fresh by the verifier's nonce; or, where nothing can be sent to the holder beforehand, by a window of time that the
policy allows, which both sides can name.  The challenge is the only way to verify a presentation.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.compiled import Compiled, compile_policy
from zkhealth.credentials.schemas.moments import moment
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError
from zkhealth.transcript import joined

if TYPE_CHECKING:
    from zkhealth.credentials.presentations.guard import Guard
    from zkhealth.credentials.presentations.presentation import Presentation
    from zkhealth.credentials.presentations.verdict import Verdict

NONCE_BYTES = 32
MAX_BYTES = 1 << 20
_TAG = b"zkhealth/challenge/v1"


@dataclass(frozen=True)
class Challenge:
    """Made by `policy.challenge`.  `at` is what "today" means in the policy; a nonce, or a window in seconds.

    Raises:
        ValueError: no audience, a window that the policy does not allow, or a policy that cannot hold at that time.
    """

    policy: Policy
    audience: str
    at: datetime
    nonce: bytes | None
    window: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.audience, str) or not 0 < len(self.audience) <= 512 or not self.audience.isprintable():
            raise ValueError("expected an audience of 1 to 512 printable characters, such as the verifier's URL")
        object.__setattr__(self, "at", moment(self.at))
        if (self.nonce is None) != (type(self.window) is int and self.window > 0):
            raise ValueError("expected a nonce, or a window in seconds")
        if self.nonce is not None and len(self.nonce) != NONCE_BYTES:
            raise ValueError(f"expected a nonce of {NONCE_BYTES} bytes")
        if self.window > self.policy.window:
            raise ValueError(f"the policy allows a window of at most {self.policy.window} seconds")
        self.compiled  # noqa: B018 (refuses what cannot hold at that time)

    @property
    def value_sets(self) -> tuple[ValueSet, ...]:
        """The lists that the policy only refers to."""
        return self.policy.value_sets

    @cached_property
    def compiled(self) -> Compiled:
        """What has to be proven."""
        return compile_policy(self.policy, self.at, self.audience)

    @cached_property
    def binding(self) -> bytes:
        """Everything that a presentation answers."""
        fresh = joined(b"nonce", self.nonce) if self.nonce else joined(b"window", str(self.window).encode())
        return joined(_TAG, self.policy.digest, self.audience.encode(), self.at.isoformat().encode(), fresh)

    def option(self, number: int | None) -> Challenge:
        """The challenge that a presentation answers: this one.

        Raises:
            DecodingError: the presentation answers one of several policies.
        """
        if number is not None:
            raise DecodingError("expected a presentation for one policy, not for one of several")
        return self

    def encode(self) -> bytes:
        """As CBOR, with the whole policy: what the holder needs."""
        fields = {1: self.policy.to_json(), 2: self.audience, 3: self.at.isoformat()}
        return pack("challenge", 1, {**fields, 4: self.nonce, 5: self.window or None})

    @classmethod
    def decode(cls, data: bytes, value_sets: Iterable[ValueSet] = ()) -> Challenge:
        """The inverse of `encode`, for the holder, who has the value sets that the policy only refers to.

        Raises:
            DecodingError: not a challenge.
        """
        fields = unpack(data, "challenge", 1, MAX_BYTES)
        policy, audience, at = Policy.from_json(fields.text(1), value_sets), fields.text(2), fields.text(3)
        nonce = fields.bytes(4, NONCE_BYTES) if 4 in fields else None
        window = fields.int(5) if 5 in fields else 0
        fields.done()
        try:
            out = cls(policy, audience, moment(at), nonce, window)
        except (TypeError, ValueError) as e:
            raise DecodingError(f"not a challenge: {e}") from None
        if out.encode() != data:
            raise DecodingError("the challenge is not in its canonical form")
        return out

    def verify(
        self,
        presentation: Presentation | bytes,
        now: str | date | datetime | None = None,
        guard: Guard | None = None,
    ) -> Verdict:
        """The verdict on a presentation.  Any bytes give a verdict.

        `now` is the verifier's clock, which a challenge without a nonce needs.  A guard makes each nonce, each
        presentation in a window, and each token good for one time.
        """
        from zkhealth.credentials.presentations.batch import verify_all  # noqa: PLC0415 (which is written over challenges)

        (verdict,) = verify_all([(self, presentation)], now=now, guard=guard)
        return verdict

    def check_time(self, now: datetime | None) -> str:
        """Why it cannot be answered at this time of the verifier's clock; "" if it can."""
        if now is None:
            return "" if self.nonce else "a challenge without a nonce needs the time of the verifier's clock"
        if self.at > now:
            return "the challenge is for a time that has not come yet"
        if self.nonce is None and now > self.at + timedelta(seconds=self.window):
            return "the window of time is over"
        return ""


def fresh_nonce() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(NONCE_BYTES)
