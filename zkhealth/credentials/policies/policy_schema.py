"""The form of a policy's JSON, for editors and for other languages.

>>> policy_schema()["title"]
'A zkhealth policy, version 1'
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12).  What it refuses, `Policy.from_json` refuses too, and more."""
    text = files("zkhealth.credentials.policies").joinpath("policy.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
