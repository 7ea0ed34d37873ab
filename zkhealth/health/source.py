"""What a file is: one JSON object, or something else that people take for one.  Input is hostile; messages hide it."""

import re
from decimal import Decimal
from typing import Any

from zkhealth.encoding.strict_json import parse_json_object, read_text
from zkhealth.errors import DecodingError

MAX_BYTES = 16 * 1024 * 1024


def read_object(data: bytes | str | dict[str, Any], number: type[float] | type[Decimal] = float) -> dict[str, Any]:
    """Read one JSON object (RFC 8259, UTF-8), refusing duplicate names and numbers that are not finite.

    Numbers with a fraction become floats; or Decimals, with every digit that was written.

    A duplicate name is refused since two readers could see two different records in the same file.

    Raises DecodingError if it is something else, which the message names; is over 16 MiB; or is nested too deeply.
    """
    if isinstance(data, dict):
        return data
    if not isinstance(data, bytes | str):
        raise TypeError(f"expected bytes, text or a dict, got {type(data).__name__}")
    if isinstance(data, bytes):
        _refuse_what_is_not_text(data)
    text = read_text(data, MAX_BYTES).removeprefix("\ufeff")
    _refuse_what_is_not_json(text)
    return parse_json_object(text, number)


def _refuse_what_is_not_text(data: bytes) -> None:
    for magic, name in _BINARY.items():
        if data.startswith(magic):
            raise DecodingError(f"not JSON: looks like {name}; give the FHIR bundle itself")


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
