"""What a file is: one JSON object, or something else that people take for one.  Input is hostile; messages hide it."""

import json
import math
import re
from typing import Any

from zkhealth.errors import DecodingError

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)  # one that never ends goes to the end: linear time
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def read_object(data: bytes | str | dict[str, Any]) -> dict[str, Any]:
    """Read one JSON object (RFC 8259, UTF-8), refusing duplicate names and numbers that are not finite.

    A duplicate name is refused since two readers could see two different records in the same file.

    Raises DecodingError if it is something else, which the message names; is over 16 MiB; or is nested too deeply.
    """
    if isinstance(data, dict):
        return data
    if not isinstance(data, bytes | str):
        raise TypeError(f"expected bytes, text or a dict, got {type(data).__name__}")
    if len(data) > MAX_BYTES:
        raise DecodingError(f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    text = _text(data).removeprefix("\ufeff")
    _refuse_what_is_not_json(text)
    value = _parse(text)
    if not isinstance(value, dict):
        raise DecodingError(f"expected a JSON object, got a JSON {_JSON_NAMES[type(value)]}")
    return value


def is_deeper_than(depth: int, text: str) -> bool:
    """Whether JSON is nested more than `depth` levels, or its brackets do not match.

    Python's own parser relies on the recursion limit, which any library may have raised beyond what the stack holds.

    >>> is_deeper_than(2, '[[]]'), is_deeper_than(2, '[{"[[[": []}]')
    (False, True)
    """
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text)).translate({ord("{"): "[", ord("}"): "]"})
    for _ in range(depth):
        before = len(brackets)
        brackets = brackets.replace("[]", "")
        if len(brackets) == before:
            break
    return bool(brackets)


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data
    for magic, name in _BINARY.items():
        if data.startswith(magic):
            raise DecodingError(f"not JSON: looks like {name}; give the FHIR bundle itself")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        reason = "not JSON: not UTF-8 text"
    raise DecodingError(reason)  # Outside of `except`: the cause would carry the record.


def _refuse_what_is_not_json(text: str) -> None:
    """Name the formats that people hold in their hands, so that they know what to do next."""
    start = text.lstrip()[:1024]
    if not start:
        raise DecodingError("not JSON: the file is empty")
    for pattern, name in _LOOKS_LIKE.items():
        if re.match(pattern, start, re.IGNORECASE):
            raise DecodingError(f"looks like {name}, which is not read here; give its FHIR bundle")
    if start.startswith("<"):
        raise DecodingError("not JSON: looks like XML, SVG or HTML; give the FHIR bundle as JSON")


def _parse(text: str) -> Any:
    if is_deeper_than(MAX_DEPTH, text):
        raise DecodingError(f"not JSON: brackets that do not match, or more than {MAX_DEPTH} levels of them")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse_constant)
    except ValueError:
        reason = "not JSON"
    raise DecodingError(reason)  # Outside of `except`: the cause would carry the record.


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DecodingError("a JSON object has the same name twice")
    return members


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise DecodingError(_NOT_FINITE)
    return value


def _refuse_constant(_name: str) -> None:
    raise DecodingError(_NOT_FINITE)


_NOT_FINITE = "the JSON has a number that is not finite"

_JSON_NAMES = {list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}

_BINARY = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
}

_LOOKS_LIKE = {
    r"shc:": "a SMART Health Card ('shc:/' numeric)",
    r"(https?://\S+#)?shlink:": "a SMART Health Link",
    r"HC1:": "an EU Digital COVID Certificate ('HC1:')",
    r"eyJ[\w-]*\.[\w-]+": "a signed token (JWS, as in a SMART Health Card)",
}
