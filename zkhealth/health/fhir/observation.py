"""Observation as laboratory results, genomic variants and summaries of wearables.

A panel (blood pressure, or any Observation with components) becomes one entry for each component.  A value with a
comparator, without a unit of UCUM, or in a unit that the table does not have for its code, is left out by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from zkhealth.credentials.schemas.codes import SYSTEMS, Code
from zkhealth.health.entry import Entry, Notes, entry_of
from zkhealth.health.fhir.bundle import Bundle
from zkhealth.health.fhir.elements import (
    Resource,
    coded,
    codings,
    day,
    display,
    exact_number,
    first,
    identifier,
    identity,
    items,
    moment,
    number,
    obj,
    plain_code,
    quiet_codings,
    required,
    ucum,
)
from zkhealth.health.findings import RefusalError
from zkhealth.health.schemas import GenomicVariant, LabResult, WearableSummary
from zkhealth.health.units import canonical

_FINAL = ("final", "amended", "corrected")
_STATISTICS = "http://terminology.hl7.org/CodeSystem/observation-statistics"
_MEANING = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
_VARIANT = f"{SYSTEMS['loinc']}|69548-6"
_FOUND = {f"{SYSTEMS['loinc']}|LA9633-4": True, f"{SYSTEMS['loinc']}|LA9634-2": False}  # Present, Absent
_NO_VALUE = "there is no value that can be read"

_PARTS_OF_VARIANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # components of the HL7 Genomics Reporting guide, by LOINC code
        "48018-6": ("gene",),
        "48004-6": ("variant", "variant_2"),
        "81252-9": ("variant", "variant_2"),
        "81290-9": ("variant", "variant_2"),
        "62374-4": ("assembly",),
        "53034-5": ("state",),
        "53037-8": ("significance",),
    }
)
_PARTS_OF_SUMMARY: Mapping[str, str] = MappingProxyType(
    {"average": "mean", "minimum": "minimum", "maximum": "maximum", "sum": "total", "count": "days_measured"}
)


def read_observation(observation: Resource, bundle: Bundle, notes: Notes) -> Iterator[Entry]:
    """Everything that was measured or found, if it is final."""
    status = plain_code(observation, "status")
    if status not in _FINAL:
        raise RefusalError("STATUS_NOT_FINAL", f"status is not one of {', '.join(_FINAL)}")
    bundle.check_subject(observation)
    is_variant = any(code.canonical == _VARIANT for code in quiet_codings(observation.get("code")))
    if "focus" in observation and (is_variant or not _is_about_a_condition(observation, bundle)):
        raise RefusalError("NOT_THIS_PATIENT", "focus: it is about somebody or something else than the patient")
    if is_variant:
        yield _variant(observation, notes)
    elif _is_summary(observation):
        yield _summary(observation, notes)
    else:
        yield from _results(observation, notes)


def _is_about_a_condition(observation: Resource, bundle: Bundle) -> bool:
    """Whether the focus is a condition of the patient, such as a tumour whose size was measured: no donor, no fetus.

    A variant of a tumour is none of the patient, so `read_observation` does not ask about it.
    """
    references = items(observation["focus"])
    for reference in references:
        if bundle.types(reference, observation) != {"Condition"}:
            return False
        if found := bundle.resolve(reference, observation):
            bundle.check_subject(found)
    return bool(references)


def _results(observation: Resource, notes: Notes) -> Iterator[Entry]:
    about = {
        **_when(observation, notes),
        "status": observation["status"],
        **coded("method", observation.get("method"), "method", notes, 1),
        "performer": display(first(observation.get("performer"))),
        "cert_id": identifier(observation) or identity(observation),
    }
    components = [obj(component) for component in items(observation.get("component"))]
    parts = [(notes.place, observation)] if not components or _has_value(observation) else []
    parts += [(f"{notes.place}, component {n}", component) for n, component in enumerate(components, start=1)]
    for place, part in parts:
        here = Notes(place, notes.findings)
        try:
            yield entry_of(LabResult, {**about, **_result(part, here)}, here)
        except RefusalError as e:
            here.add(e.code, str(e))


def _result(part: Resource, notes: Notes) -> dict[str, object]:
    return {
        **required("test", part.get("code"), "code", notes),
        **_value(part, notes),
        **coded("interpretation", first(part.get("interpretation")), "interpretation", notes, 1),
        **_reference_range(part, notes),
    }


def _value(part: Resource, notes: Notes) -> dict[str, object]:
    if "dataAbsentReason" in part:
        raise RefusalError("VALUE_MISSING", "dataAbsentReason says that there is no value")
    if sum(name.startswith("value") for name in part) > 1:
        raise RefusalError("VALUE_NOT_USABLE", "there are two values")
    if "valueQuantity" in part:
        value, unit = _quantity(part, obj(part["valueQuantity"]), "valueQuantity")
        return {"value": value, "unit": f"ucum|{unit}"}
    if "valueCodeableConcept" in part:
        found = coded("value_code", part["valueCodeableConcept"], "valueCodeableConcept", notes, 2)
        if not found:
            raise RefusalError("CODE_MISSING", "valueCodeableConcept has no coding with a system and a code")
        return dict(found)
    if (whole := number(part.get("valueInteger"))) is not None:
        value, unit = canonical(_loinc(part), whole, "1")
        if unit != "1":
            raise RefusalError("UNSUPPORTED_UNIT", "valueInteger has no unit, and what it counts is measured in one")
        return {"value": value, "unit": f"ucum|{unit}"}
    if kinds := sorted(name for name in part if name in _OTHER_VALUES):
        raise RefusalError("VALUE_NOT_USABLE", f"{kinds[0]} is not read")
    raise RefusalError("VALUE_MISSING", _NO_VALUE)


def _quantity(part: Resource, quantity: Resource, place: str) -> tuple[Decimal, str]:
    value = exact_number(quantity, place)
    return canonical(_loinc(part), value, ucum(quantity, place))


def _reference_range(part: Resource, notes: Notes) -> dict[str, object]:
    """The normal range, if there is one and it is for everybody."""
    ranges = [obj(r) for r in items(part.get("referenceRange"))]
    if len(ranges) != 1 or {"age", "appliesTo"} & set(ranges[0]) or not _is_normal(ranges[0]):
        return {}
    out: dict[str, object] = {}
    for end in ("low", "high"):
        if end in ranges[0]:
            try:
                out[f"ref_{end}"] = _quantity(part, obj(ranges[0][end]), f"referenceRange.{end}")[0]
            except RefusalError as e:
                notes.add(e.code, str(e))
    return out


def _is_normal(reference_range: Resource) -> bool:
    """Whether the range is what is normal, and not what is aimed at or critical."""
    return "type" not in reference_range or any(
        code.system == _MEANING and code.code == "normal" for code in quiet_codings(reference_range["type"])
    )


def _when(observation: Resource, notes: Notes) -> dict[str, str | None]:
    """The moment and the day it was taken; of a period that is one day, the day."""
    if effective := observation.get("effectiveDateTime") or observation.get("effectiveInstant"):
        return {
            "taken": moment(effective, "effective", notes),
            "day": day(effective, "effective", notes),
        }
    period = obj(observation.get("effectivePeriod"))
    start, end = (day(period.get(name), f"effectivePeriod.{name}", notes) for name in ("start", "end"))
    if start and start == end:
        return {"day": start}
    text = "is a period of several days or without an end" if period else "is missing, so no bound on its day holds"
    notes.add("PARTIAL_DATE_AMBIGUOUS" if period else "VALUE_MISSING", f"effective {text}")
    return {}


def _variant(observation: Resource, notes: Notes) -> Entry:
    values: dict[str, object] = {}
    for n, component in enumerate(map(obj, items(observation.get("component"))), start=1):
        kinds = [fields for code in _loinc(component) if (fields := _PARTS_OF_VARIANT.get(code))]
        for fields in kinds[:1]:
            free = [name for name in fields if name not in values]
            place = f"component {n}: valueCodeableConcept"
            found = coded("value", component.get("valueCodeableConcept"), place, notes, max(len(free), 1))
            values |= dict(zip(free, found.values(), strict=False))
    said = [_FOUND.get(code.canonical) for code in codings(observation.get("valueCodeableConcept"), "value", notes)]
    values |= {
        "found": next((answer for answer in said if answer is not None), None),
        "day": _when(observation, Notes(notes.place)).get("day"),
        "status": observation["status"],
        **coded("method", observation.get("method"), "method", notes, 1),
        "performer": display(first(observation.get("performer"))),
        "cert_id": identifier(observation) or identity(observation),
    }
    if not {"gene", "variant"} & set(values):
        raise RefusalError("CODE_MISSING", "expected a gene or a variant among the components")
    return entry_of(GenomicVariant, values, notes)


def _is_summary(observation: Resource) -> bool:
    """Whether components are statistics over a period, as `$stats` and wearables give them."""
    return "effectivePeriod" in observation and any(
        _statistics(component) for component in map(obj, items(observation.get("component")))
    )


def _statistics(component: Resource) -> list[Code]:
    return [code for code in quiet_codings(component.get("code")) if code.system == _STATISTICS]


def _summary(observation: Resource, notes: Notes) -> Entry:
    period = obj(observation["effectivePeriod"])
    measure = coded("measure", observation.get("code"), "code", notes, 1)
    values: dict[str, object] = {
        **measure,
        "start": day(period.get("start"), "effectivePeriod.start", notes),
        "end": day(period.get("end"), "effectivePeriod.end", notes),
        "status": observation["status"],
    }
    for n, component in enumerate(map(obj, items(observation.get("component"))), start=1):
        for name in [_PARTS_OF_SUMMARY[c.code] for c in _statistics(component) if c.code in _PARTS_OF_SUMMARY][:1]:
            quantity = obj(component.get("valueQuantity"))
            try:
                if name == "days_measured":
                    values[name] = _whole(exact_number(quantity, "valueQuantity"))
                else:
                    values[name], unit = _quantity(observation, quantity, "valueQuantity")
                    values["unit"] = f"ucum|{unit}"
            except RefusalError as e:
                notes.add(e.code, f"component {n}: {e}")
    if not set(_PARTS_OF_SUMMARY.values()) & set(values):
        raise RefusalError("VALUE_MISSING", _NO_VALUE)
    return entry_of(WearableSummary, values, notes)


def _whole(n: Decimal) -> int | None:
    return int(n) if abs(n) < 10_000 and n == n.to_integral_value() else None


def _loinc(part: Resource) -> list[str]:
    return [code.code for code in quiet_codings(part.get("code")) if code.system == SYSTEMS["loinc"]]


def _has_value(part: Resource) -> bool:
    return any(name.startswith("value") for name in part)


_OTHER_VALUES = frozenset(
    f"value{kind}" for kind in "String Boolean Range Ratio SampledData Time DateTime Period Attachment".split()
)
