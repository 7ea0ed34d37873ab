"""What a patient allows: to whom, for which purposes, of which data, from when until when.

>>> terms = Terms("did:web:hospital.example", ["TREAT"], ["Observation", "Immunization"], nbf=100, exp=200)
>>> terms.objection(Request("did:web:hospital.example", "TREAT", ["Observation"], at=199))
>>> terms.objection(Request("did:web:hospital.example", "TREAT", ["Observation"], at=200))
'the period of the grant is over'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from zkhealth.ledger.consent.identifiers import check_uri
from zkhealth.ledger.consent.times import check_time

MAX_CODES = 200
_PURPOSE = re.compile("[A-Z][A-Z0-9]{1,19}")
_RESOURCE = re.compile("[A-Z][A-Za-z]{1,63}")
_CODE = re.compile(r"[!-{}~]{1,255}\|[!-{}~]{1,64}")


@dataclass(frozen=True)
class Terms:
    """The terms of a grant; reprs do not show them.

    Args:
        grantee: who may read, a URI.
        purposes: codes of HL7 v3 ActReason, such as TREAT, HPAYMT, HRESCH; each stands for itself alone.
        classes: which data: FHIR resource types, or other classes as "system|code".
        nbf: the first second, in POSIX seconds.
        exp: the first second that is too late.
    """

    grantee: str = field(repr=False)
    purposes: tuple[str, ...] = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    nbf: int = field(repr=False)
    exp: int = field(repr=False)

    def __init__(self, grantee: str, purposes: Iterable[str], classes: Iterable[str], nbf: int, exp: int) -> None:
        for name, value in (
            ("grantee", grantee),
            ("purposes", _codes("purposes", purposes)),
            ("classes", _codes("classes", classes)),
            ("nbf", nbf),
            ("exp", exp),
        ):
            object.__setattr__(self, name, value)
        check_uri("the grantee", grantee)
        check_purposes(self.purposes)
        check_classes(self.classes)
        check_time("nbf", nbf)
        check_time("exp", exp)
        if nbf >= exp:
            raise ValueError("expected a period that ends after it begins")

    def is_within(self, other: Terms) -> bool:
        """Whether nothing is allowed here that `other` does not allow."""
        return (
            self.grantee == other.grantee
            and set(self.purposes) <= set(other.purposes)
            and set(self.classes) <= set(other.classes)
            and other.nbf <= self.nbf < self.exp <= other.exp
        )

    def objection(self, request: Request) -> str | None:
        """Why these terms do not allow what is asked, without any value of either; None if they do."""
        if request.actor != self.grantee:
            return "the grant is to another"
        if request.purpose not in self.purposes:
            return "the purpose is outside the grant"
        if not set(request.classes) <= set(self.classes):
            return "the data is outside the scope of the grant"
        if request.at < self.nbf:
            return "the period of the grant has not begun"
        if request.at >= self.exp:
            return "the period of the grant is over"
        return None


@dataclass(frozen=True)
class Request:
    """Who wants to read what, why, and when; `patient` None asks of any patient's grants."""

    actor: str = field(repr=False)
    purpose: str = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    at: int = field(repr=False)
    patient: str | None = field(repr=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", _codes("classes", self.classes))
        check_uri("the actor", self.actor)
        check_purposes((self.purpose,))
        check_classes(self.classes)
        check_time("at", self.at)


def check_purposes(purposes: tuple[str, ...]) -> None:
    """Refuse what are no codes of purposes."""
    if not all(isinstance(code, str) and _PURPOSE.fullmatch(code) for code in purposes):
        raise ValueError("expected codes of HL7 v3 ActReason, such as TREAT")


def check_classes(classes: tuple[str, ...]) -> None:
    """Refuse what are no classes of data."""
    if not all(isinstance(code, str) and (_RESOURCE.fullmatch(code) or _CODE.fullmatch(code)) for code in classes):
        raise ValueError("expected FHIR resource types such as Observation, or system|code")


def _codes(name: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once."""
    if isinstance(codes, str | bytes):
        raise TypeError(f"{name} are several codes, not one text")
    codes = tuple(codes)
    if not all(isinstance(code, str) for code in codes):
        raise TypeError(f"{name} are texts")
    if not 0 < len(set(codes)) <= MAX_CODES:
        raise ValueError(f"expected 1 to {MAX_CODES} {name}")
    return tuple(sorted(set(codes)))
