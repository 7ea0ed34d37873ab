"""The test attester signs what the library's own reader of certificates makes of them."""

import json

import pytest
from health.rules.attester import encoded, kind_of
from health.rules.random_rules import Dice
from hypothesis import given
from hypothesis import strategies as st
from shared_files import SHARED

from zkhealth.health.certlogic.kinds import KINDS

dcc = pytest.importorskip("zkhealth.health.mapping.dcc")
PAYLOADS = [
    json.loads(path.read_text(encoding="utf-8")).get("payload", {})
    for path in sorted((SHARED / "health" / "dcc-rules").glob("*/*/tests/*.json"))
]


def check(payload):
    """The values that rules are about are the same."""
    kind = kind_of(payload)
    if kind is None:
        return
    schema, fields = KINDS[kind].schema, ["birth", *KINDS[kind].fields.values()]
    (entry,) = [entry for entry in dcc.read_certificate(payload).entries if entry.schema is schema]
    mapped, ours = schema.spec.encode({"source_format": "dcc", **entry.values}), encoded(kind, payload)
    assert [mapped[name] for name in fields] == [ours[name] for name in fields]


@pytest.mark.parametrize("payload", PAYLOADS, ids=[str(i) for i in range(len(PAYLOADS))])
def test_an_official_payload_becomes_the_same_values(payload):
    check(payload)


@given(st.integers(0, 2**48))
def test_a_random_payload_becomes_the_same_values(seed):
    check(Dice(seed).payload())
