"""SMART Health Cards as QR codes: `shc:/` and two digits for each character of the JWS.

https://spec.smarthealth.cards/#encoding-chunks-as-qr-codes.  Cards of several codes (`shc:/1/3/…`) are deprecated
and still held by people; their codes may come in any order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zkhealth.health.documents.document import DocumentError
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.trimming import trimmed

MAX_CODES = 99
_MOST_CHARACTERS, _MOST_OF_SEVERAL = 1195, 1191
_FIRST, _LAST = ord("-"), ord("z")
_CODE = re.compile(r"shc:/(?:([1-9]\d?)/([1-9]\d?)/)?(.*)", re.DOTALL | re.ASCII)


def jws_of(codes: Sequence[str]) -> tuple[str, tuple[Finding, ...]]:
    """Put the JWS together from the text of one QR code, or of all of several.

    Raises DocumentError if the text is no such code, or one is missing, comes twice or is of another card.
    """
    if not 1 <= len(codes) <= MAX_CODES:
        raise DocumentError("MISSING_QR_CHUNK", f"expected 1 to {MAX_CODES} QR codes, got {len(codes)}", "shc")
    defects: list[Finding] = []
    if len(codes) > 1:
        defects.append(finding("QR_CHUNKING_DEPRECATED", f"the card is split into {len(codes)} QR codes"))
    try:
        parts = _parts(codes, defects)
    except DocumentError as e:
        raise e.after(defects) from None
    if len(codes) > 1:
        defects += _about_sizes([len(part) for part in parts])
    return "".join(parts), tuple(defects)


def _parts(codes: Sequence[str], defects: list[Finding]) -> list[str]:
    """The characters of each code, in order."""
    parts: dict[int, str] = {}
    for code in codes:
        text, spaces = trimmed(code)
        defects += spaces
        place, part = _part(text, len(codes), defects)
        if place in parts:
            raise DocumentError("INVALID_NUMERIC_QR_HEADER", f"two QR codes are number {place} of the card", "shc")
        parts[place] = part
    return [parts[place] for place in sorted(parts)]


def _part(text: str, count: int, defects: list[Finding]) -> tuple[int, str]:
    """Read one code: its number among `count`, and its characters."""
    match = _CODE.fullmatch(text)
    if not match:
        raise DocumentError("INVALID_NUMERIC_QR_HEADER", "the text of the QR code does not begin with shc:/", "shc")
    place, total = (int(match[1]), int(match[2])) if match[1] else (1, 1)
    if match[1] and total == count == 1:
        sentence = "the one QR code of the card calls itself one of several (shc:/1/1/)"
        defects.append(finding("INVALID_NUMERIC_QR_HEADER", sentence, "warning"))
    if not match[1] and count > 1:
        raise DocumentError("INVALID_NUMERIC_QR_HEADER", "one of the QR codes is a card of its own", "shc")
    if total != count:
        raise DocumentError("MISSING_QR_CHUNK", f"the card has {total} QR codes, got {count}", "shc")
    if place > total:
        raise DocumentError("INVALID_NUMERIC_QR_HEADER", f"a QR code is number {place} of {total}", "shc")
    part = _characters(match[3])
    most = _MOST_OF_SEVERAL if count > 1 else _MOST_CHARACTERS
    if len(part) > most:
        defects.append(finding("INVALID_NUMERIC_QR", f"a QR code has {len(part)} characters, expected {most} at most"))
    return place, part


def _characters(digits: str) -> str:
    if not digits or not (digits.isascii() and digits.isdecimal()):
        raise DocumentError("INVALID_NUMERIC_QR", "expected digits only after shc:/", "shc")
    if len(digits) % 2:
        raise DocumentError("INVALID_NUMERIC_QR", f"expected pairs of digits, got {len(digits)} digits", "shc")
    codes = [int(digits[at : at + 2]) + _FIRST for at in range(0, len(digits), 2)]
    if max(codes) > _LAST:
        raise DocumentError("INVALID_NUMERIC_QR", "expected pairs of digits from 00 to 77, got a larger one", "shc")
    return "".join(map(chr, codes))


def _about_sizes(sizes: list[int]) -> list[Finding]:
    """Whether several codes were needed, and have one size, give or take half a percent."""
    count, length = len(sizes), sum(sizes)
    defects = []
    if length <= _MOST_CHARACTERS:
        defects.append(finding("INVALID_QR", f"{count} QR codes hold {length} characters, which fit into one"))
    size = length // count
    if max(abs(n - size) for n in sizes) > -(-size // 200):
        defects.append(finding("UNBALANCED_QR_CHUNKS", "the QR codes of the card hold unlike numbers of characters"))
    return defects
