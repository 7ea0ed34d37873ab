"""What a SMART Health Card calls itself (`vc.type`), beside what is in it: https://spec.smarthealth.cards/vocabulary.

Types beside the health card's own are deprecated (version 1.4): a card needs none of them, and one that has some should
have those that fit.  A card is as good without, so these are warnings: whoever sorts cards by type misses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zkhealth.health.documents.findings import Finding, finding

_PREFIX = "https://smarthealth.cards#"
HEALTH_CARD = _PREFIX + "health-card"
_IMMUNIZATION, _LABORATORY, _COVID19 = _PREFIX + "immunization", _PREFIX + "laboratory", _PREFIX + "covid19"
_DEPRECATED = frozenset({_IMMUNIZATION, _LABORATORY, _COVID19})
_MOST = 100  # warnings

# COVID-19: the CDC's codes of vaccines (CVX, September 2025); LOINC's codes of tests, as in VSAC's value set
# 2.16.840.1.113762.1.4.1114.9 or in HL7's guide to vaccination and testing cards (2023.1).
# fmt: off
_VACCINES = frozenset(map(str, (
    207, 208, *range(210, 214), *range(217, 220), 221, *range(225, 231), *range(300, 303), *range(308, 314),
    *range(500, 522),
)))
_TESTS = frozenset((
    "50548-7 68993-5 82159-5 94306-8 94307-6 94308-4 94309-2 94310-0 94314-2 94315-9 94316-7 94500-6 94502-2 "
    "94503-0 94504-8 94507-1 94508-9 94531-1 94532-9 94533-7 94534-5 94547-7 94558-4 94559-2 94562-6 94563-4 "
    "94564-2 94565-9 94639-2 94640-0 94641-8 94647-5 94660-8 94661-6 94756-4 94757-2 94758-0 94759-8 94760-6 "
    "94761-4 94762-2 94763-0 94764-8 94765-5 94766-3 94767-1 94768-9 94822-4 94845-5 95125-1 95209-3 95406-5 "
    "95409-9 95411-5 95416-4 95423-0 95424-8 95425-5 95542-7 95608-6 95609-4 95823-1 95824-9 95825-6 95970-0 "
    "95971-8 96091-4"
).split())
# fmt: on


def type_defects(vc: dict[str, Any], bundle: dict[str, Any]) -> list[Finding]:
    """How the types of a card do not fit its bundle, and what stands in `vc` without a meaning."""
    types: Any = vc.get("type")
    names = types if is_health_card(types) else []
    sentences = ["vc.type has a type that health cards do not have" for name in names if not _is_known(name)][:_MOST]
    if not _DEPRECATED.isdisjoint(names):
        sentences += _about_fit(names, bundle)
    if "@context" in vc:
        sentences.append("vc has a @context, which health cards leave out")
    return [finding("SCHEMA_ERROR", sentence, "warning") for sentence in sentences]


def is_health_card(types: object) -> bool:
    """Whether these are types, and the one that every card must have is among them."""
    return isinstance(types, list) and all(isinstance(t, str) for t in types) and HEALTH_CARD in types


def _is_known(name: str) -> bool:
    return name == HEALTH_CARD or name in _DEPRECATED


def _about_fit(names: list[str], bundle: dict[str, Any]) -> Iterator[str]:
    vaccinations = list(_codes(bundle, "Immunization", "vaccineCode"))
    is_tested = any(codes & _TESTS for codes in _codes(bundle, "Observation", "code"))
    is_covid = is_tested or any(codes & _VACCINES for codes in vaccinations)
    if vaccinations and _IMMUNIZATION not in names:
        yield "vc.type does not say that there are vaccinations (#immunization)"
    if not vaccinations and _IMMUNIZATION in names:
        yield "vc.type says #immunization, but there is no vaccination"
    if is_tested and _LABORATORY not in names:
        yield "vc.type does not say that there are tests (#laboratory)"
    if is_covid and _COVID19 not in names:
        yield "vc.type does not say that it is about COVID-19 (#covid19)"
    if not is_covid and _COVID19 in names:
        yield "vc.type says #covid19, but the card has no CVX or LOINC code of COVID-19"


def _codes(bundle: dict[str, Any], resource_type: str, name: str) -> Iterator[frozenset[str]]:
    """The codes of each resource of this type, whatever their system: old cards name CVX by a temporary URL."""
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == resource_type:
            concept = resource.get(name)
            codings = concept.get("coding") if isinstance(concept, dict) else None
            listed = codings if isinstance(codings, list) else []
            yield frozenset(str(coding.get("code")) for coding in listed if isinstance(coding, dict))
