"""The FHIR bundle inside a SMART Health Card: short references, nothing empty, vaccinations that took place.

https://spec.smarthealth.cards/#health-cards-are-small, and the checks that its validator makes beside the FHIR schema.
Findings name places by their number in the bundle, and never what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.shc_size import needless

_URL = re.compile(r"resource:\d+", re.ASCII)
_MOST = 100  # findings of one kind in one card: a person reads no more
_CODING = frozenset({"code", "display", "extension", "id", "system", "userSelected", "version"})


def looks_like_a_card(bundle: dict[str, Any]) -> bool:
    """Whether a bare FHIR bundle is written as in a card, where entries are called resource:0, resource:1 and so on."""
    entries = _entries(bundle)
    return bool(entries) and all(_URL.fullmatch(str(entry.get("fullUrl"))) for entry in entries)


def bundle_defects(bundle: dict[str, Any]) -> list[Finding]:
    """What is wrong with the bundle, at most 100 errors; and what it carries without need, at most 100 warnings."""
    if bundle.get("resourceType") != "Bundle" or not _entries(bundle):
        return [finding("FHIR_SCHEMA_ERROR", "expected a FHIR Bundle with entries that are objects")]
    entries = _entries(bundle)
    found = [finding("FHIR_SCHEMA_ERROR", sentence) for sentence in islice(_sentences(entries), _MOST)]
    warnings = (
        f"entry {number}: {sentence}"
        for number, entry in enumerate(entries)
        if isinstance(entry.get("resource"), dict)
        for sentence in needless(entry["resource"])
    )
    return found + [finding("FHIR_SCHEMA_ERROR", sentence, "warning") for sentence in islice(warnings, _MOST)]


def _entries(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    return entries


def _sentences(entries: list[dict[str, Any]]) -> Iterator[str]:
    urls: set[str] = set()
    for number, entry in enumerate(entries):
        url = entry.get("fullUrl")
        if not isinstance(url, str) or not _URL.fullmatch(url):
            yield f"entry {number}: expected a fullUrl such as resource:0"
        elif url in urls:
            yield f"entry {number}: another entry has the same fullUrl"
        urls.add(str(url))
    for number, entry in enumerate(entries):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            yield f"entry {number}: expected a resource with a resourceType"
            continue
        if resource["resourceType"] == "Immunization":
            yield from (f"entry {number}: {sentence}" for sentence in _about_immunization(resource))
        if not _has_codings(resource.get("meta")):
            yield f"entry {number}: expected meta.security to be a list of codings"
        yield from (f"entry {number}: {sentence}" for sentence in _about_elements(resource, urls))


def _about_immunization(resource: dict[str, Any]) -> Iterator[str]:
    if resource.get("status") != "completed":
        yield "the status of the vaccination is not 'completed'"
    if "occurrenceDateTime" not in resource and "occurrenceString" not in resource:
        yield "the vaccination has no date (occurrenceDateTime)"
    if "occurrenceDateTime" in resource and "occurrenceString" in resource:
        yield "the vaccination has two dates (occurrenceDateTime and occurrenceString)"


def _has_codings(meta: object) -> bool:
    """Whether the level of identity assurance, if there is one, is written as codings."""
    security = meta.get("security", []) if isinstance(meta, dict) else []
    return isinstance(security, list) and all(isinstance(one, dict) and set(one) <= _CODING for one in security)


def _about_elements(resource: dict[str, Any], urls: set[str]) -> Iterator[str]:
    """Walk over all elements without recursion."""
    waiting: list[object] = [resource]
    while waiting:
        element = waiting.pop()
        if element in ("", [], {}):
            yield "an element is empty"
            if element == "":
                yield "a text has no character"
        elif isinstance(element, list):
            waiting += element
        elif isinstance(element, dict):
            reference = element.get("reference")
            if isinstance(reference, str) and reference and not _URL.fullmatch(reference):
                yield "expected references such as resource:0"
            if isinstance(reference, str) and reference and reference not in urls:
                yield "a reference names no entry of the bundle"
            waiting += element.values()
