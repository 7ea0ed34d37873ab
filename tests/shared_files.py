"""Official vectors and real records, which lie beside a checkout and not in it."""

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def shared(*parts):
    """The path below `../shared`; the test is skipped, saying so, where there is none."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no ../shared/{'/'.join(parts)} beside this checkout")
    return path


def shared_json(*parts):
    return json.loads(shared(*parts).read_text(encoding="utf-8"))
