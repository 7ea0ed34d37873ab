"""The strict check: is a resource valid FHIR, by models that others keep?  Needs the extra `[fhir]`.

`fhir.resources` has no pure R4 any more; its R4B models accept R4 for every resource that is read here.
"""

from __future__ import annotations

import json
from decimal import Decimal

from zkhealth.health.fhir.elements import Resource
from zkhealth.health.findings import RefusalError


def check_strictly(resource: Resource) -> None:
    """Check a resource against the R4B model of its type.

    Raises:
        RefusalError: NOT_VALID_R4; it says how many problems there are, and no value.
        ValueError: `fhir.resources` is not installed.
    """
    try:
        from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 (heavy, and an extra)
        from pydantic import ValidationError  # noqa: PLC0415
    except ImportError:
        raise ValueError("the strict check needs fhir.resources: install zkhealth[fhir]") from None
    n = 0
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate_json(json.dumps(resource, default=_number))
    except ValidationError as e:
        n = e.error_count()
    except Exception:  # whatever a hostile resource provokes in there means the same
        n = 1
    if n:
        raise RefusalError("NOT_VALID_R4", f"not valid FHIR R4: {n} problem{'s' if n > 1 else ''}")


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError("expected plain JSON")
