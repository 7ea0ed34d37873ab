"""Business rules: what is one, which apply, and their outcomes."""

import json

import pytest
from health.rules.random_rules import rule_of

from zkhealth.errors import DecodingError
from zkhealth.health.certlogic import Result, applicable, read_rule, read_rules

COMPLETE = {"if": [{"var": "payload.v.0"}, {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}, True]}
AT = "2021-07-01"


def content(**changes):
    return {**rule_of(COMPLETE), **changes}


def test_a_rule_is_read_from_text_bytes_or_what_json_was_read_to():
    text = json.dumps(content())
    for given in (text, text.encode(), content()):
        rule = read_rule(given)
        assert (rule.identifier, rule.version, rule.country) == ("XX-EU-0001", "1.0.0", "EU")
        assert rule.kinds == {"vaccination"}
        assert rule.logic == COMPLETE


def test_a_general_rule_is_about_every_kind_of_certificate():
    assert read_rule(content(CertificateType="General")).kinds == {"vaccination", "test", "recovery"}


def test_an_array_of_rules_is_read():
    found = read_rules(json.dumps([content(), content(Identifier="XX-EU-0002")]))
    assert [rule.identifier for rule in found] == ["XX-EU-0001", "XX-EU-0002"]


def test_names_that_the_schema_does_not_have_are_ignored():
    assert read_rule(content(Hash="00")).identifier == "XX-EU-0001"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Identifier": "1"}, "Identifier"),
        ({"Identifier": None}, "Identifier"),
        ({"Type": "Suggestion"}, "XX-EU-0001: Type"),
        ({"Country": "eu"}, "XX-EU-0001: Country"),
        ({"CertificateType": "VACCINATION"}, "XX-EU-0001: CertificateType"),
        ({"Engine": "DROOLS"}, "XX-EU-0001: Engine"),
        ({"EngineVersion": "1"}, "XX-EU-0001: EngineVersion"),
        ({"SchemaVersion": 1}, "XX-EU-0001: SchemaVersion"),
        ({"Version": "1.0"}, "XX-EU-0001: Version"),
        ({"ValidFrom": "2021-07-01T00:00:00"}, "XX-EU-0001: ValidFrom"),
        ({"ValidTo": "soon"}, "XX-EU-0001: ValidTo"),
        ({"ValidTo": "2020-01-01T00:00:00Z"}, "XX-EU-0001: ValidTo"),
        ({"Description": []}, "XX-EU-0001: Description"),
        ({"Description": [{"lang": "en"}]}, "XX-EU-0001: Description"),
        ({"Description": "text"}, "XX-EU-0001: Description"),
        ({"AffectedFields": ["v.0", 1]}, "XX-EU-0001: AffectedFields"),
        ({"AffectedFields": None}, "XX-EU-0001: AffectedFields"),
        ({"Logic": {"or": [True, False]}}, r"XX-EU-0001: Logic: unknown operation 'or'"),
        ({"Logic": None}, "XX-EU-0001: Logic"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_identifier_and_place(changes, message):
    with pytest.raises(DecodingError, match=message):
        read_rule(content(**changes))


def test_a_rule_without_logic_is_refused():
    given = content()
    del given["Logic"]
    with pytest.raises(DecodingError, match="Logic"):
        read_rule(given)


@pytest.mark.parametrize(
    "text", ["", "[", "[1]", "1", '[{}], "x": [1]', '[]} ,{"a":[]', b"\xff", "[" * 100_000, '[{"a":1,"a":2}]']
)
def test_what_is_no_json_of_rules_is_refused(text):
    with pytest.raises(DecodingError):
        read_rules(text)


def test_one_version_of_a_rule_that_says_two_things_is_refused():
    with pytest.raises(DecodingError, match="twice"):
        read_rules([content(), content(Logic=True)])


def test_one_version_of_a_rule_that_stands_twice_counts_once():
    assert len(read_rules([content(), content()])) == 1


def test_a_description_is_in_the_language_asked_for_or_in_english():
    rule = read_rule(content())
    assert rule.describe("de") == "Was die Regel sagt."
    assert rule.describe("fr") == rule.describe() == "What the rule says."


# --- which apply --------------------------------------------------------------------

RULES = read_rules(
    [
        content(Identifier="VR-AA-0001", Country="AA", Version="1.0.9"),
        content(Identifier="VR-AA-0001", Country="AA", Version="1.0.10"),
        content(Identifier="VR-AA-0001", Country="AA", Version="2.0.0", ValidFrom="2021-08-01T00:00:00Z"),
        content(Identifier="TR-AA-0001", Country="AA", CertificateType="Test"),
        content(Identifier="GR-AA-0001", Country="AA", CertificateType="General"),
        content(Identifier="IR-AA-0001", Country="AA", Type="Invalidation"),
        content(Identifier="VR-AA-0002", Country="AA", Region="BY"),
        content(Identifier="VR-BB-0001", Country="BB"),
        content(Identifier="VR-AA-0003", Country="AA", ValidTo="2021-07-01T00:00:00Z"),
    ]
)


def names(**asked):
    return [(rule.identifier, rule.version) for rule in applicable(RULES, **{"country": "AA", "at": AT, **asked})]


def test_the_rules_of_a_country_in_force_apply_each_in_its_highest_version():
    assert names() == [("GR-AA-0001", "1.0.0"), ("TR-AA-0001", "1.0.0"), ("VR-AA-0001", "1.0.10")]
    assert names(at="2021-08-01")[-1] == ("VR-AA-0001", "2.0.0")


def test_the_rules_about_a_kind_of_certificate_apply_and_the_general_ones():
    assert [name for name, _ in names(kind="test")] == ["GR-AA-0001", "TR-AA-0001"]
    assert [name for name, _ in names(kind="recovery")] == ["GR-AA-0001"]


def test_the_rules_of_a_region_apply_where_it_is_given():
    assert "VR-AA-0002" in [name for name, _ in names(region="BY")]


def test_the_rules_that_invalidate_are_asked_for_by_their_type():
    assert names(type="Invalidation") == [("IR-AA-0001", "1.0.0")]


@pytest.mark.parametrize(("at", "is_valid"), [("2021-06-30T23:59:59Z", True), ("2021-07-01T00:00:00Z", False)])
def test_a_rule_is_in_force_until_before_its_end(at, is_valid):
    assert RULES[-1].is_valid_at(at) is is_valid


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="vaccination"):
        applicable(RULES, country="AA", at=AT, kind="Vaccination")


# --- outcomes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "result"), [({"dn": 2, "sd": 2}, "PASSED"), ({"dn": 1, "sd": 2}, "FAIL"), ({"dn": 1}, "OPEN")]
)
def test_a_rule_passes_fails_or_stays_open(event, result):
    outcome = read_rule(content()).check({"v": [event]}, at=AT)
    assert outcome.result.value == result
    assert bool(outcome.reason) == (result == "OPEN")


def test_a_rule_that_invalidates_passes_where_its_logic_is_false():
    rule = read_rule(content(Type="Invalidation"))
    assert rule.check({"v": [{"dn": 1, "sd": 2}]}, at=AT).result is Result.PASSED
    assert rule.check({"v": [{"dn": 2, "sd": 2}]}, at=AT).result is Result.FAIL
    assert rule.check({"v": [{"dn": 1}]}, at=AT).result is Result.OPEN


def test_a_rule_for_a_later_engine_stays_open():
    outcome = read_rule(content(EngineVersion="1.4.0", Logic=True)).check({}, at=AT)
    assert outcome.result is Result.OPEN
    assert read_rule(content(EngineVersion="1.3.3", Logic=True)).check({}, at=AT).result is Result.PASSED


def test_a_rule_that_comes_to_a_date_time_stays_open():
    outcome = read_rule(content(Logic={"plusTime": ["2021", 0, "day"]})).check({}, at=AT)
    assert outcome.result is Result.OPEN


def test_the_clock_the_value_sets_and_what_else_is_public_are_there():
    logic = {
        "and": [
            {"===": [{"var": "external.validationClock"}, "2021-07-01T00:00:00Z"]},
            {"in": ["a", {"var": "external.valueSets.letters"}]},
            {"===": [{"var": "external.countryCode"}, "FR"]},
        ]
    }
    rule = read_rule(content(Logic=logic))
    assert rule.check({}, at=AT, value_sets={"letters": ["a"]}, external={"countryCode": "FR"}).result is Result.PASSED
    assert rule.check({}, at=AT, value_sets={"letters": ["a"]}).result is Result.FAIL
