"""The two flavors of a proof: how to make and to verify each, and tests of both."""

import pytest
from sigma.naive_sigma import BATCHABLE, COMPACT
from sigma.sample_statements import SESSION

from zkhealth.errors import ZkHealthError
from zkhealth.sigma import prove, prove_batchable, verify, verify_batchable

PROVE = {COMPACT: prove, BATCHABLE: prove_batchable}
VERIFY = {COMPACT: verify, BATCHABLE: verify_batchable}
flavors = pytest.mark.parametrize("flavor", [COMPACT, BATCHABLE], ids=["compact", "batchable"])


def is_accepted(statement, bytes_, session=SESSION, flavor=COMPACT):
    try:
        VERIFY[flavor](statement, bytes_, session)
    except ZkHealthError:
        return False
    return True
