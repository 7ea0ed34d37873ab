"""What a card carries without need, so that its QR code grows: https://spec.smarthealth.cards/#health-cards-are-small.

JSON does not say which FHIR type an element has.  A concept is known by its names, a coding by code and display.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_CONCEPT = frozenset({"coding", "extension", "id", "text"})
_OTHER_TEXTS = frozenset({"address", "contained", "dosage", "dosageInstruction", "name", "note"})


def needless(resource: dict[str, Any]) -> Iterator[str]:
    """What could be left out of a resource."""
    if resource.get("id"):
        yield "the resource has an id"
    if resource.get("text"):
        yield "the resource has a text for people"
    meta = resource.get("meta")
    if meta and not (isinstance(meta, dict) and set(meta) == {"security"}):
        yield "meta has more than the level of identity assurance (security)"
    waiting: list[tuple[str, object]] = list(resource.items())
    while waiting:
        name, element = waiting.pop()
        if isinstance(element, list):
            waiting += [(name, one) for one in element]
        elif isinstance(element, dict):
            if _is_concept(name, element) and element.get("text"):
                yield "a concept has a text beside its code"
            if element.get("code") and element.get("display"):
                yield "a code has a name beside it (display)"
            waiting += element.items()


def _is_concept(name: str, element: dict[str, Any]) -> bool:
    return set(element) <= _CONCEPT and name not in _OTHER_TEXTS
