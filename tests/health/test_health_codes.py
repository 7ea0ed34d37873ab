import re

import pytest
from shared_files import shared

from zkhealth.health import COVID19, INFLUENZA


@pytest.mark.parametrize(("codes", "named", "but_not"), [
    pytest.param(COVID19, r"COVID-19|SARS-COV-2", r"$^", id="COVID-19"),
    pytest.param(INFLUENZA, r"influenza", r"haemophilus|parainfluenza|H1N1|H5N|avian", id="seasonal influenza"),
])  # fmt: skip
def test_the_lists_are_those_of_the_table(codes, named, but_not):
    table = shared("health", "valuesets", "shc-ig-value_sets.fsh").read_text(encoding="utf-8")
    rows = re.findall(r'^\* \$cvx#(\d+) "(.*)"', table, re.MULTILINE)
    chosen = {n for n, text in rows if re.search(named, text, re.I) and not re.search(but_not, text, re.I)}
    assert {code.canonical for code in codes} == {f"http://hl7.org/fhir/sid/cvx|{n}" for n in chosen}
    assert len(set(codes)) == len(codes)
