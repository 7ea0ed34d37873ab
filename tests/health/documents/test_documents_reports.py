"""What findings add up to."""

import pytest

from zkhealth.health.documents import Report, worst
from zkhealth.health.documents.findings import finding

ERROR, UNDECIDED, WARNING = (
    finding(code, "so it is") for code in ("REVOKED", "TRUST_MISSING", "REVOCATION_NOT_CHECKED")
)


@pytest.mark.parametrize(("is_good", "findings", "status"), [
    (True, (), "VALID"), (True, (WARNING,), "VALID"), (True, (UNDECIDED,), "CANNOT_DECIDE"),
    (True, (ERROR,), "INVALID"),
    (True, (UNDECIDED, ERROR), "INVALID"), (None, (), "CANNOT_DECIDE"), (None, (WARNING,), "CANNOT_DECIDE"),
    (None, (ERROR,), "INVALID"), (False, (), "INVALID"), (False, (UNDECIDED,), "INVALID"),
])  # fmt: skip
def test_only_a_good_signature_with_nothing_against_it_is_valid(is_good, findings, status):
    assert Report(is_good, findings).status == status


@pytest.mark.parametrize(("reports", "status"), [
    ([Report(True, ())] * 2, "VALID"), ([Report(True, ()), Report(None, ())], "CANNOT_DECIDE"),
    ([Report(True, ()), Report(None, ()), Report(False, ())], "INVALID"), ([], "CANNOT_DECIDE"),
])  # fmt: skip
def test_several_documents_are_as_good_as_the_worst(reports, status):
    assert worst(reports) == status


def test_a_finding_unpacks_to_what_a_person_is_told():
    code, sentence, advice = ERROR
    assert (code, sentence, advice) == ("REVOKED", "so it is", ERROR.advice)


def test_a_finding_s_weight_can_be_another_where_upstream_s_is():
    assert finding("INVALID_NUMERIC_QR_HEADER", "so it is").weight == "error"
    assert finding("INVALID_NUMERIC_QR_HEADER", "so it is", "warning").weight == "warning"
