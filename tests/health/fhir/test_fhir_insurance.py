"""Claims whose parts do not agree: what is left in a credential is still what the claim says."""

import pytest
from health.fhir import resources as r

from zkhealth.health import Claim
from zkhealth.health.fhir import read_fhir

NAMES = ("amount", "total", "currency")


@pytest.mark.parametrize(("net", "total", "kept"), [
    ({"value": 5, "currency": "EUR"}, {"value": 9, "currency": "EUR"}, (5, 9, "EUR")),
    ({"value": 5, "currency": "USD"}, {"value": 9, "currency": "EUR"}, (None, 9, "EUR")),
    ({"value": 5, "currency": "USD"}, None, (5, None, "USD")),
    (None, {"value": 9, "currency": "EUR"}, (None, 9, "EUR")),
    ({"value": 5}, {"value": 9, "currency": "EUR"}, (None, 9, "EUR")),
    ({"currency": "USD"}, {"value": 9}, (None, None, None)),
], ids=str)  # fmt: skip
def test_no_amount_is_said_in_the_currency_of_another(net, total, kept):
    claim = {**r.CLAIM, "item": [{"net": net}], "total": total}
    entries = [{"resource": r.PATIENT}, {"resource": {name: value for name, value in claim.items() if value}}]
    (read,) = read_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries}).of(Claim)
    assert tuple(read.values.get(name) for name in NAMES) == kept
