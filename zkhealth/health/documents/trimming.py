"""Blanks around a document: a line's end is how files end, anything more was added by someone."""

from __future__ import annotations

from zkhealth.health.documents.findings import Finding, finding

BYTE_ORDER_MARK = "\ufeff"
_BLANKS = " \t\n\v\f\r\xa0\u2028\u2029" + BYTE_ORDER_MARK


def trimmed(text: str) -> tuple[str, list[Finding]]:
    r"""The text without the blanks around it, and a finding if there were more than the end of a line.

    >>> trimmed("shc:/56\n")
    ('shc:/56', [])
    """
    core = text.strip(_BLANKS)
    if text in (core, core + "\n", core + "\r\n"):
        return core, []
    return core, [finding("TRAILING_CHARACTERS", "there are spaces or other blanks before or after the text")]
