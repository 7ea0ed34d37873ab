"""What institutions write into the log: this was read, under that grant; or, the glass was broken, for this reason.

An access names the grant, or the emergency, by its index in the log.  An emergency is declared before the first access
that rests on it, by one actor, about one patient, and ends by itself.  Bodies are canonical JSON, written in one way.

    >>> emergency = Emergency("did:web:hospital.example", "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP",
    ...     at=100, until=3_700, reason="unconscious on arrival")
    >>> read_record(emergency.body()) == emergency
    True
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from zkhealth.errors import DecodingError
from zkhealth.ledger.consent.identifiers import check_uri, key_of
from zkhealth.ledger.consent.terms import Request
from zkhealth.ledger.consent.times import check_time
from zkhealth.merkle.proof import check_size

MAX_EMERGENCY = 86_400
"""The longest emergency in seconds: a day.  Whoever needs longer declares another."""

MAX_REASON = 1_000
_VERSION = 1
_EMERGENCY_PURPOSES = ("ETREAT", "BTG")


@dataclass(frozen=True)
class Access:
    """One access: who read what of whom, why, when, and the entry it rests on, a grant or an emergency."""

    actor: str = field(repr=False)
    patient: str = field(repr=False)
    purpose: str = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    at: int = field(repr=False)
    basis: int
    is_emergency: bool = False

    def __init__(
        self,
        actor: str,
        patient: str,
        purpose: str,
        classes: Iterable[str],
        at: int,
        *,
        grant: int | None = None,
        emergency: int | None = None,
    ) -> None:
        request = Request(actor, purpose, classes, at, patient)  # type: ignore[arg-type]  # Sorted there.
        _check_patient(patient)
        if (grant is None) == (emergency is None):
            raise ValueError("expected a grant or an emergency")
        basis = grant if grant is not None else emergency
        check_size("the entry it rests on", basis)  # type: ignore[arg-type]  # One of them is there.
        values = (actor, patient, purpose, request.classes, at, basis, grant is None)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_request", request)

    @property
    def request(self) -> Request:
        """What was asked for."""
        request: Request = self.__dict__["_request"]
        return request

    def body(self) -> dict[str, Any]:
        """What an entry of kind access commits to."""
        body = {
            "actor": self.actor,
            "at": self.at,
            "classes": list(self.classes),
            "emergency" if self.is_emergency else "grant": self.basis,
            "patient": self.patient,
            "purpose": self.purpose,
        }
        return {"access": body, "v": _VERSION}


@dataclass(frozen=True)
class Emergency:
    """Broken glass: who may read everything of one patient, why, from when until when.  `until` is too late."""

    actor: str = field(repr=False)
    patient: str = field(repr=False)
    at: int = field(repr=False)
    until: int = field(repr=False)
    reason: str = field(repr=False)

    def __post_init__(self) -> None:
        check_uri("the actor", self.actor)
        _check_patient(self.patient)
        check_time("at", self.at)
        check_time("until", self.until)
        if not 0 < self.until - self.at <= MAX_EMERGENCY:
            raise ValueError(f"expected an emergency of 1 to {MAX_EMERGENCY} seconds")
        if not isinstance(self.reason, str):
            raise TypeError("the reason is a str")
        if not self.reason.strip() or len(self.reason) > MAX_REASON or not self.reason.isprintable():
            raise ValueError(f"expected a reason, in one line of at most {MAX_REASON} characters")

    def objection(self, access: Access) -> str | None:
        """Why an access does not rest on this emergency; None if it does."""
        if access.patient != self.patient:
            return "the emergency is another patient's"
        if access.actor != self.actor:
            return "the emergency was declared by another"
        if access.purpose not in _EMERGENCY_PURPOSES:
            return "the purpose is no emergency"
        if access.at < self.at:
            return "the emergency was declared later"
        if access.at >= self.until:
            return "the emergency was over"
        return None

    def body(self) -> dict[str, Any]:
        """What an entry of kind access commits to."""
        body = {
            "actor": self.actor,
            "at": self.at,
            "patient": self.patient,
            "reason": self.reason,
            "until": self.until,
        }
        return {"emergency": body, "v": _VERSION}


def read_record(body: dict[str, Any]) -> Access | Emergency:
    """Read a body; raises DecodingError, which repeats nothing of it, if it is not one that `body` writes."""
    record: Access | Emergency | None = None
    try:
        match body:
            case {"access": dict(content)}:
                record = _access(dict(content))
            case {"emergency": dict(content)}:
                record = Emergency(**content)
    except (TypeError, ValueError, KeyError, DecodingError):
        pass
    if record is None or record.body() != body or type(body["v"]) is not int:
        raise DecodingError("expected an access or an emergency")
    return record


def _access(content: dict[str, Any]) -> Access:
    basis = {name: content.pop(name) for name in ("grant", "emergency") if name in content}
    return Access(**content, **basis)


def _check_patient(did: str) -> None:
    try:
        key_of(did)
    except DecodingError:
        raise ValueError("expected the patient as the did:key of an Ed25519 key") from None
