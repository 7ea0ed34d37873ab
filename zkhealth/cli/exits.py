"""How a verb ends: an exit code, and why in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zkhealth.health.documents import Finding

GOOD: Final = 0
REFUSED: Final = 1
CANNOT_DECIDE: Final = 2

EXITS: Mapping[str, int] = MappingProxyType({"VALID": GOOD, "INVALID": REFUSED, "CANNOT_DECIDE": CANNOT_DECIDE})
"""The exit code, for each status of a document."""

HEADINGS: Mapping[str, str] = MappingProxyType(
    {"VALID": "VALID", "INVALID": "NOT VALID", "CANNOT_DECIDE": "CANNOT DECIDE"}
)
"""The status as a person reads it."""

_MOST_ALIKE = 5  # findings of one code that a person is shown


def reason(error: Exception) -> str:
    """What a person is told of an error: no path, no value of a record."""
    if isinstance(error, OSError):
        return error.strerror or "the file cannot be read"
    return str(error)


def told(findings: Iterable[Finding]) -> list[str]:
    """The findings on a document, line by line: those of one code together, with what to do after them."""
    together: dict[tuple[str, str], list[str]] = {}
    for found in findings:
        together.setdefault((found.code, found.advice), []).append(found.sentence)
    lines = []
    for (code, advice), sentences in together.items():
        lines += [f"  {code}: {sentence}" for sentence in sentences[:_MOST_ALIKE]]
        if len(sentences) > _MOST_ALIKE:
            lines.append(f"  {code}: and {len(sentences) - _MOST_ALIKE} more of these")
        lines.append(f"    {with_option(code, advice)}")
    return lines


def with_option(code: str, advice: str) -> str:
    """What to do about a finding, and by which option what is missing is given."""
    return f"{advice} The option is {_OPTIONS[code]}." if code in _OPTIONS else advice


_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "TRUST_MISSING": "--trust",
        "ISSUER_KEY_DOWNLOAD_ERROR": "--trust URL=FILE",
        "ISSUER_NOT_NAMED": "--trust URL=FILE",
        "REVOCATION_LIST_MISSING": "--trust",
        "REVOCATION_NOT_CHECKED": "--trust",
        "LINK_ONLY": "--encrypted",
    }
)
