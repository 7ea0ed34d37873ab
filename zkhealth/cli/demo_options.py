"""What the options of `zkhealth demo` take."""

from __future__ import annotations

from typing import Any

import click

from zkhealth.health import Code, parse_code

QUESTIONS = ("age", "vaccine", "days")


class Codes(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A list of codes, each with its system or a short name of it."""

    name = "SYSTEM|CODE,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Code, ...]:
        try:
            return value if isinstance(value, tuple) else tuple(parse_code(part.strip()) for part in value.split(","))
        except ValueError as e:
            self.fail(str(e), param, ctx)


class Days(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """From so many days to so many."""

    name = "LO..HI"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        lo, dots, hi = value.partition("..")
        if not (dots and lo.isascii() and lo.isdecimal() and hi.isascii() and hi.isdecimal() and len(value) < 20):
            self.fail("expected LO..HI, such as 14..270", param, ctx)
        return int(lo), int(hi)


class Questions(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """What the demo proves."""

    name = ",".join(QUESTIONS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        asked = value if isinstance(value, tuple) else tuple(part.strip() for part in value.split(","))
        if not asked or not set(asked) <= set(QUESTIONS):
            self.fail(f"expected one or more of {', '.join(QUESTIONS)}", param, ctx)
        return asked
