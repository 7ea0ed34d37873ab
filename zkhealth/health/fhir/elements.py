"""Elements of FHIR resources, read with care: what is not certain is noted or refused, and nothing is guessed.

FHIR R4, data types (https://hl7.org/fhir/R4/datatypes.html).  A place in the file that holds something else than the
standard says counts as empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from zkhealth.credentials.schemas.codes import SYSTEMS, Code
from zkhealth.credentials.schemas.dates import parse_date
from zkhealth.errors import DecodingError
from zkhealth.health.entry import Notes
from zkhealth.health.findings import RefusalError

Resource = dict[str, Any]

_MAX_CODINGS = 100
_FULL_DAY = len("YYYY-MM-DD")
_MODIFIERS = ("modifierExtension", "implicitRules")
_COMPARATOR = "comparator: the value is only bounded"


def obj(value: object) -> Resource:
    """The object at this place of the file, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The array at this place of the file, or an empty one."""
    return value if isinstance(value, list) else []


def first(value: object) -> Resource:
    """The first object of an array, or an empty one."""
    return obj(next(iter(items(value)), None))


def word(value: object) -> str | None:
    """A text that is not empty, without blanks around it."""
    return value.strip() or None if isinstance(value, str) else None


def codings(concept: object, place: str, notes: Notes) -> list[Code]:
    """The distinct codings of a CodeableConcept that have a system and a code; what is wrong with others is noted."""
    found = []
    for number, coding in enumerate(map(obj, items(obj(concept).get("coding"))[:_MAX_CODINGS]), start=1):
        system, code = coding.get("system"), coding.get("code")
        try:
            if not system or not code:
                raise ValueError("has no system or no code")
            kept = Code(system, code)
            if ":" not in kept.system:
                raise ValueError("expected a URL as its system")
            found.append(kept)
        except ValueError as e:
            text = str(e)
            notes.add("CODE_LEFT_OUT", f"{place}.coding {number}{' ' if text.startswith('has') else ': '}{text}")
    return list(dict.fromkeys(found))


def quiet_codings(concept: object) -> list[Code]:
    """The same, where nothing is noted: what is wrong with the others is said elsewhere, or is of no importance."""
    return codings(concept, "", Notes(""))


def coded(name: str, concept: object, place: str, notes: Notes, n: int = 3) -> dict[str, str | None]:
    """The codes of a CodeableConcept as fields `name`, `name_2`, …; those beyond `n` are left out, the public first."""
    found = sorted(codings(concept, place, notes), key=lambda code: code.system not in _PUBLIC)
    if len(found) > n:
        notes.add("CODE_LEFT_OUT", f"{place} has {len(found)} codings; {n} are kept")
    return dict(zip(names(name, n), (code.canonical for code in found), strict=False))


def required(name: str, concept: object, place: str, notes: Notes) -> dict[str, str | None]:
    """The same, where a record without any code is worth nothing.

    Raises:
        RefusalError: there is no coding with a system and a code.
    """
    inner = Notes(notes.place)
    found = coded(name, concept, place, inner)
    if not found:
        raise RefusalError("CODE_MISSING", f"{place} has no coding with a system and a code")
    notes.findings += inner.findings
    return found


def names(name: str, n: int) -> list[str]:
    """The names of fields that hold several codes.

    >>> names("vaccine", 3)
    ['vaccine', 'vaccine_2', 'vaccine_3']
    """
    return [name if i == 1 else f"{name}_{i}" for i in range(1, n + 1)]


def day(value: object, place: str, notes: Notes) -> str | None:
    """The day, month or year of a date or dateTime, as written; its time is dropped.  None if it is absent."""
    if value is None or value == "":
        return None
    try:
        interval = parse_date(value)
    except DecodingError as e:
        notes.add("DATE_NOT_READABLE", f"{place}: {e}")
        return None
    if interval.is_partial:
        notes.add("PARTIAL_DATE_AMBIGUOUS", f"{place}: only a month or a year; each bound is held to its worse end")
    return str(value)[:_FULL_DAY]


def full_day(value: object, place: str, notes: Notes) -> str | None:
    """The same, where only a full date can be signed: a partial one is noted and left out."""
    try:
        is_full = not parse_date(value).is_partial
    except DecodingError:
        is_full = True  # `day` says what is wrong
    if is_full:
        return day(value, place, notes)
    notes.add("DATE_NOT_READABLE", f"{place}: expected a full date, got only a month or a year")
    return None


def moment(value: object, place: str, notes: Notes) -> str | None:
    """The moment of a dateTime or instant that has a time and an offset, to the second; None, noted, if it has none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 64 or len(value) <= _FULL_DAY or value[_FULL_DAY] not in "Tt ":
        notes.add("PARTIAL_DATE_AMBIGUOUS", f"{place}: expected a time with its offset; nothing can count its hours")
        return None
    is_leap = value[16:19] == ":60"
    try:
        at = datetime.fromisoformat(value.replace(":60", ":59", 1) if is_leap else value) + timedelta(seconds=is_leap)
    except (ValueError, OverflowError):
        notes.add("DATE_NOT_READABLE", f"{place}: expected a moment such as 2026-11-23T09:30:00Z")
        return None
    if at.tzinfo is None:
        notes.add("PARTIAL_DATE_AMBIGUOUS", f"{place}: the time has no offset, so the moment is not known")
        return None
    return at.replace(microsecond=0).isoformat()


def number(value: object) -> Decimal | None:
    """A JSON number, exactly as it was written where the reader kept its digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, int) and value.bit_length() > 256:
        return None
    try:
        out = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    return out if out.is_finite() else None


def exact_number(quantity: Resource, place: str) -> Decimal:
    """The number of a Quantity.

    Raises:
        RefusalError: it has a comparator (which means that the value is another one), or none.
    """
    if quantity.get("comparator") is not None:
        raise RefusalError("VALUE_HAS_COMPARATOR", f"{place}.{_COMPARATOR}")
    found = number(quantity.get("value"))
    if found is None:
        raise RefusalError("VALUE_MISSING", f"{place}.value is missing")
    return found


def ucum(quantity: Resource, place: str) -> str:
    """The UCUM code of a Quantity's unit.

    Raises:
        RefusalError: it has none; the text in `unit` is for people.
    """
    code = quantity.get("code")
    if quantity.get("system") != SYSTEMS["ucum"] or not isinstance(code, str) or not code:
        raise RefusalError("UNSUPPORTED_UNIT", f"{place}: expected a unit with a code of UCUM")
    return code


def identifier(resource: Resource) -> str | None:
    """The first identifier that has a value and is in use, as system|value."""
    for entry in map(obj, items(resource.get("identifier"))):
        if entry.get("use") not in ("old", "temp") and (value := word(entry.get("value"))):
            return f"{word(entry.get('system')) or ''}|{value}"
    return None


def identity(resource: Resource) -> str | None:
    """What a reference calls this resource: Type/id; or else its identifier."""
    return f"{resource['resourceType']}/{resource['id']}" if word(resource.get("id")) else identifier(resource)


def display(reference: object) -> str | None:
    """What a reference calls what it points to, in words."""
    return word(obj(reference).get("display"))


def plain_code(resource: Resource, name: str) -> str:
    """A required code such as a status.

    Raises:
        RefusalError: it is missing.
    """
    found = word(resource.get(name))
    if found is None:
        raise RefusalError("VALUE_MISSING", f"{name} is missing")
    return found


def refuse_status(resource: Resource, refused: Sequence[str], code: str = "STATUS_NOT_FINAL") -> str:
    """The status, unless it says that the record does not stand.

    Raises:
        RefusalError: it does.
    """
    status = plain_code(resource, "status")
    if status in refused:
        raise RefusalError(code, "status says that the record does not stand")
    return status


def refuse_modifiers(resource: Resource) -> None:
    """FHIR's rule for readers: what may change the meaning must be understood, at any depth.

    Raises:
        RefusalError: there is such an element.
    """
    stack: list[Any] = [resource]
    while stack:
        inner = stack.pop()
        if isinstance(inner, dict):
            for name in _MODIFIERS:
                if name in inner:
                    text = f"{name} may change the meaning, and is not understood"
                    raise RefusalError("MODIFIER_NOT_UNDERSTOOD", text)
            inner = inner.values()
        stack += [value for value in inner if isinstance(value, (dict, list))]


_PUBLIC = frozenset(SYSTEMS.values())
