"""Value sets from JSON: our own form, that of the EU's certificates, and FHIR R4 ValueSet with its codes listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.errors import DecodingError
from zkhealth.health.dcc_codes import dcc_code

_MAX_BYTES = 1 << 22
_FIELDS = {
    "country-2-codes": "co",
    "disease-agent-targeted": "tg",
    "covid-19-lab-test-manufacturer-and-name": "ma",
    "covid-19-lab-result": "tr",
    "covid-19-lab-test-type": "tt",
    "vaccines-covid-19-auth-holders": "ma",
    "vaccines-covid-19-names": "mp",
    "sct-vaccines-covid-19": "vp",
}
"""The field of a certificate that each of the EU's value sets is of."""


def read_value_set(content: str | bytes) -> ValueSet:
    """A value set, from whichever of the three forms it is in.

    Raises:
        DecodingError: none of them, or one that names codes by a rule, which has to be expanded first.
    """
    found = read_json_object(content, _MAX_BYTES)
    try:
        match found:
            case {"type": "zkhealth/value-set"}:
                return ValueSet.from_json(canonical_json(found))
            case {"valueSetId": str(name), "valueSetDate": str(version), "valueSetValues": dict(values)}:
                return ValueSet(name, version, [_eu_code(name, code, entry) for code, entry in values.items()])
            case {"resourceType": "ValueSet"}:
                return _fhir(found)
    except (TypeError, ValueError) as e:
        reason = f"not a value set: {e}"
        raise DecodingError(reason) from None
    raise DecodingError("expected a value set: of the EU's certificates, a FHIR ValueSet, or zkhealth's own form")


def _eu_code(name: str, code: str, entry: object) -> str:
    if name in _FIELDS:
        return dcc_code(_FIELDS[name], code)
    match entry:
        case {"system": str(system)}:
            return f"{system}|{code}"
    raise DecodingError("expected a system beside each code of the value set")


def _fhir(found: Mapping[str, Any]) -> ValueSet:
    name = found.get("url") or found.get("id")
    version = found.get("version") or found.get("date")
    if not isinstance(name, str) or not isinstance(version, str):
        raise DecodingError("expected a value set with a URL or id, and a version or date")
    expansion, compose = found.get("expansion"), found.get("compose")
    if isinstance(expansion, dict) and expansion.get("contains"):
        codes = list(_contained(expansion["contains"]))
        total = expansion.get("total")
        if expansion.get("offset") or (isinstance(total, int | float) and total > len(codes)):
            raise DecodingError("the expansion of the FHIR value set is not complete")
        return ValueSet(name, version, codes)
    if not isinstance(compose, dict) or not isinstance(compose.get("include"), list) or compose.get("exclude"):
        raise DecodingError("expected a FHIR value set that lists what it includes, and excludes nothing")
    return ValueSet(name, version, [code for part in compose["include"] for code in _included(part)])


def _included(part: object) -> Iterator[str]:
    match part:
        case {"system": str(system), "concept": list(concepts), **rest} if not {"filter", "valueSet"} & set(rest):
            for concept in concepts:
                yield _fhir_code(system, concept)
        case _:
            raise DecodingError("the FHIR value set includes codes by a rule: expand it first")


def _contained(entries: object) -> Iterator[str]:
    """The codes of an expansion, also those inside of others; a heading has no code of its own."""
    if not isinstance(entries, list):
        raise DecodingError("expected an array of codes in the expansion")
    for entry in entries:
        match entry:
            case {"system": str(system), "code": str(), **rest}:
                if rest.get("abstract") is not True:
                    yield _fhir_code(system, entry)
                yield from _contained(rest.get("contains", []))
            case {"contains": list(inner)}:
                yield from _contained(inner)
            case _:
                raise DecodingError("expected a system and a code of each entry of the expansion")


def _fhir_code(system: str, entry: object) -> str:
    match entry:
        case {"code": str(code)}:
            return f"{system}|{code}"
    raise DecodingError("expected a code of each concept")
