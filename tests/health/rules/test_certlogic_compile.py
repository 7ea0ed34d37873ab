"""From rules to policies: what becomes of each operation, what is refused, and what people read."""

import subprocess
import sys

import pytest
from health.rules.attester import Attester, encoded
from health.rules.random_rules import rule_of

from zkhealth.credentials.policies.clauses import Absent, AnyOf, Listed, Range, Same, Unlisted
from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.policies.policy import Policy
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.health.certlogic import CannotCompileError, Result, compile, read_rule
from zkhealth.health.valuesets import EU_PRODUCTS

AT = "2021-07-01T12:00:00Z"
NOW = {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}
MP, DN, SD = ({"var": f"payload.v.0.{name}"} for name in ("mp", "dn", "sd"))
COMIRNATY, JCOVDEN = "EU/1/20/1528", "EU/1/20/1525"


def after_dt(amount, unit):
    return {"plusTime": [{"var": "payload.v.0.dt"}, amount, unit]}


def compiled(logic, kind="vaccination", **options):
    return compile(rule_of(logic, kind), at=AT, kinds=[kind], **options)[kind]


def refused(logic, kind="vaccination", **options):
    with pytest.raises(CannotCompileError) as caught:
        compiled(logic, kind, **options)
    (refusal,) = caught.value.refusals
    assert refusal.identifier == "XX-EU-0001"
    assert "XX-EU-0001" in str(caught.value)
    return refusal.operation, refusal.reason


def agrees(logic, event, kind="vaccination", **rest):
    """The answer of the rule, in the clear and over hidden fields."""
    found = compiled(logic, kind)
    payload = {found.kind.letter: [event], **rest}
    outcome = read_rule(rule_of(logic, kind)).check(payload, at=AT)
    hidden = found.holds
    if hidden is None:
        hidden = holds(found.clauses, {found.kind.letter: encoded(kind, payload)}, found.at)
    assert hidden == (outcome.result is Result.PASSED)
    return hidden


# --- what becomes of operations -------------------------------------------------------


def test_a_code_in_a_list_becomes_a_list_of_codes_with_their_system():
    (clause,) = compiled({"in": [MP, [COMIRNATY, "Sputnik-V"]]}).clauses
    assert isinstance(clause, Listed)
    assert {row[0] for row in clause.rows} == {
        f"https://ec.europa.eu/health/documents/community-register/html/|{COMIRNATY}",
        "http://ec.europa.eu/temp/vaccineproductname|Sputnik-V",
    }


def test_a_code_not_in_a_list_is_another_one_or_absent():
    (clause,) = compiled({"!": [{"in": [MP, [COMIRNATY]]}]}).clauses
    assert [type(branch[0]) for branch in clause.branches()] == [Absent, Unlisted]


def test_doses_of_the_series_are_compared_with_each_other():
    (clause,) = compiled({">=": [DN, SD]}).clauses
    assert isinstance(clause, Range)
    assert {str(ref) for ref in clause.refs()} == {"v.dose", "v.series"}


def test_two_counts_are_equal_where_both_are_absent_too():
    logic = {"===": [DN, SD]}
    (clause,) = compiled(logic).clauses
    assert {type(c) for branch in clause.branches() for c in branch} == {Same, Absent}
    for event in ({"dn": 1, "sd": 1}, {"dn": 1, "sd": 2}, {"dn": 1, "tg": "1"}, {"tg": "1"}):
        agrees(logic, event)


def test_if_on_a_hidden_condition_becomes_alternatives():
    (clause,) = compiled({"if": [{"===": [MP, JCOVDEN]}, {">": [DN, 1]}, {">": [DN, 2]}]}).clauses
    assert isinstance(clause, AnyOf)
    assert len(clause.branches()) <= 3


def test_what_all_alternatives_share_is_asked_once():
    shared = {"===": [{"var": "payload.v.0.co"}, "FR"]}
    more = [{"and": [shared, {">": [DN, n]}]} for n in (1, 2)]
    found = compiled({"if": [{"===": [MP, JCOVDEN]}, *more]})
    assert [type(clause) for clause in found.clauses] == [Listed, AnyOf]


def test_a_condition_that_does_not_matter_is_not_asked_for():
    found = compiled({"if": [{"===": [MP, JCOVDEN]}, {">": [DN, 1]}, {">": [DN, 1]}]})
    (clause,) = found.clauses
    assert {str(ref) for ref in clause.refs()} == {"v.dose"}


def test_rules_together_bound_a_date_once():
    logics = [{"not-before": [NOW, after_dt(14, "day")]}, {"not-after": [NOW, after_dt(270, "day")]}]
    rules = [rule_of(logic, identifier=f"XX-EU-{i:04}") for i, logic in enumerate(logics)]
    (clause,) = compile(rules, at=AT, kinds=["vaccination"])["vaccination"].clauses
    low, high = clause.interval(None)
    assert high - low == 270 - 14 - 1  # at noon, of days that count from midnight


@pytest.mark.parametrize("day", ["2021-01-30", "2021-01-31", "2021-02-01", "2021-02-02", "2021-02-03"])
def test_months_after_a_hidden_date_are_exact_also_where_they_leave_a_gap(day):
    """At 2 March: 31 January and a month is 3 March, but 2 February and a month is 2 March."""
    logic = {"not-after": [after_dt(1, "month"), {"plusTime": ["2021-03-02", 0, "day"]}]}
    assert agrees(logic, {"dt": day}) == (day not in ("2021-01-31", "2021-02-03"))


MINOR = {"after": [{"dccDateOfBirth": [{"var": "payload.dob"}]}, {"plusTime": ["2021-07-01", -18, "year"]}]}


@pytest.mark.parametrize(
    ("dob", "is_minor"),
    [
        ("2003-07-01", False),
        ("2003-07-02", True),
        ("2003-06", False),
        ("2003-07", True),
        ("2003", True),
        ("2002", False),
        ("", False),
    ],
)
def test_a_partial_date_of_birth_is_read_in_the_holders_favour(dob, is_minor):
    assert agrees(MINOR, {"dn": 1}, dob=dob) == is_minor
    assert agrees({"if": [{"var": "payload.dob"}, {"!": [MINOR]}, True]}, {"dn": 1}, dob=dob) == (not is_minor)


@pytest.mark.parametrize("seconds", ["09:59:59", "10:00:00", "10:00:01"])
def test_hours_after_a_hidden_moment_are_exact_to_the_second(seconds):
    moved = {"plusTime": [{"var": "payload.t.0.sc"}, 50, "hour"]}
    event = {"sc": f"2021-06-29T{seconds}Z"}
    assert agrees({"before": [NOW, moved]}, event, "test") == (seconds == "10:00:01")
    assert agrees({"not-after": [NOW, moved]}, event, "test") == (seconds != "09:59:59")


def test_two_hidden_days_are_compared_by_their_difference():
    def field(name, days):
        return {"plusTime": [{"var": f"payload.r.0.{name}"}, days, "day"]}

    logic = {"not-before": [field("df", 0), field("fr", 11)]}
    assert agrees(logic, {"fr": "2021-05-01", "df": "2021-05-12"}, "recovery")
    assert not agrees(logic, {"fr": "2021-05-01", "df": "2021-05-11"}, "recovery")


def test_who_issued_a_certificate_can_be_asked_for():
    issued = {"var": "payload.t.0.is"}
    logic = {"if": [issued, {"in": [issued, ["Ministry of Health", "Public Laboratory"]]}, False]}
    assert agrees(logic, {"is": "Public Laboratory"}, "test")
    assert not agrees(logic, {"is": "Some Laboratory"}, "test")
    assert not agrees(logic, {"tt": "LP6464-4"}, "test")


# --- what is decided by the kind ------------------------------------------------------


def test_a_rule_about_another_kind_of_certificate_holds_of_every_one():
    logic = {"if": [{"var": "payload.t.0"}, {"===": [{"var": "payload.t.0.tr"}, "260415000"]}, True]}
    general = {**rule_of(logic), "CertificateType": "General"}
    found = compile(general, at=AT)
    assert (found["vaccination"].holds, found["recovery"].holds, found["test"].holds) == (True, True, None)
    with pytest.raises(ValueError, match="every certificate is accepted"):
        found["vaccination"].policy([ATTESTER.issuers["vaccination"].public])


def test_a_credential_is_of_one_event():
    assert compiled({"!": [{"var": "payload.v.1"}]}).holds is True
    assert compiled({"var": "payload.v.1.dn"}).holds is False


def test_rules_that_contradict_each_other_accept_none():
    rules = [rule_of({"===": [MP, code]}, identifier=f"XX-EU-{i}") for i, code in enumerate([COMIRNATY, JCOVDEN])]
    found = compile(rules, at=AT, kinds=["vaccination"])["vaccination"]
    assert found.holds is False
    assert [rule.holds for rule in found.rules] == [None, None]
    with pytest.raises(ValueError, match="no certificate is accepted"):
        found.policy([ATTESTER.issuers["vaccination"].public])


def test_a_rule_that_can_never_be_evaluated_accepts_none():
    assert compiled({"<": ["a", DN]}).holds is False


def test_a_kind_that_no_rule_is_about_is_not_accepted_by_having_none():
    found = compile(rule_of({"===": [{"var": "payload.t.0.tr"}, "260415000"]}, "test"), at=AT)
    assert list(found.kinds) == ["test"]
    with pytest.raises(ValueError, match="no rule is about this"):
        found["vaccination"]


@pytest.mark.parametrize("options", [{"kinds": ["recovery"]}, {"without": ["XX-EU-0001"]}], ids=str)
def test_no_rules_at_all_are_refused(options):
    with pytest.raises(ValueError, match="at least one rule"):
        compile(rule_of(True), at=AT, **options)
    with pytest.raises(ValueError, match="at least one rule"):
        compile([], at=AT)


# --- what is refused ------------------------------------------------------------------


def test_a_fold_is_refused_by_name():
    logic = {"===": [{"reduce": [[{"var": "payload.v"}], {"+": [{"var": "accumulator"}, 1]}, 0]}, 1]}
    assert refused(logic) == ("reduce", "a fold over arrays cannot be proven of hidden values")


@pytest.mark.parametrize(
    ("logic", "operation"),
    [
        ({"var": "payload.v.0.xx"}, "var"),
        ({"var": "payload.nam.fnt"}, "var"),
        ({"var": "payload.ver"}, "var"),
        ({"var": "payload"}, "var"),
        ({"var": ""}, "var"),
        ({"var": "external.countryCode"}, "var"),
        ({"in": [MP, {"var": "external.valueSets.missing"}]}, "var"),
        ({"extractFromUVCI": [{"var": "payload.v.0.ci"}, 1]}, "extractFromUVCI"),
        ({"===": [{"var": "payload.v.0.ci"}, "URN:UVCI:01:NL:1"]}, "==="),
        ({"===": [{"var": "payload.v.0.dt"}, "2021-07-01"]}, "==="),
        ({"===": [MP, {"var": "payload.v.0.ma"}]}, "==="),
        ({"in": [1, {"var": "payload.v"}]}, "in"),
        ({"before": [{"plusTime": [MP, 1, "day"]}, NOW]}, "plusTime"),
        ({"before": [after_dt(9_999, "year"), NOW]}, "plusTime"),
        ({"before": [after_dt(1, "month"), {"plusTime": [{"var": "payload.dob"}, 0, "day"]}]}, "<"),
    ],
    ids=str,
)
def test_what_cannot_be_proven_of_hidden_fields_is_refused_by_name(logic, operation):
    assert refused(logic)[0] == operation


def test_a_hidden_moment_is_not_compared_with_a_hidden_day():
    moment, day = ({"plusTime": [{"var": path}, 0, "day"]} for path in ("payload.t.0.sc", "payload.dob"))
    assert refused({"before": [day, moment]}, "test")[0] == "<"


def test_what_is_refused_does_not_matter_where_it_is_never_reached():
    assert compiled({"if": [{"var": "payload.t.0"}, {"reduce": [[], 1, 1]}, True]}).holds is True


def test_a_rule_for_a_later_engine_is_refused():
    with pytest.raises(CannotCompileError, match="EngineVersion"):
        compile({**rule_of(True), "EngineVersion": "2.0.1"}, at=AT)


def test_a_rule_that_only_notifies_is_refused():
    with pytest.raises(CannotCompileError, match="BoosterNotification"):
        compile({**rule_of(True), "Type": "BoosterNotification"}, at=AT)


def test_too_many_alternatives_are_refused():
    several = [{"and": [{"===": [DN, i]}, {"===": [SD, i]}]} for i in range(40)]
    assert "alternatives" in refused({"in": [True, several]})[1]


def test_every_rule_that_is_refused_is_named():
    rules = [rule_of({"var": ""}, identifier=f"XX-EU-000{i}") for i in range(3)]
    with pytest.raises(CannotCompileError) as caught:
        compile(rules, at=AT, kinds=["vaccination"])
    assert [refusal.identifier for refusal in caught.value.refusals] == ["XX-EU-0000", "XX-EU-0001", "XX-EU-0002"]


def test_a_rule_is_left_out_by_name_and_the_policy_says_so():
    rules = [rule_of({">=": [DN, SD]}), rule_of({"var": ""}, identifier="XX-EU-0002")]
    found = compile(rules, at=AT, kinds=["vaccination"], without=["XX-EU-0002"])["vaccination"]
    assert "not checked: XX-EU-0002 1.0.0: What the rule says." in found.note
    with pytest.raises(ValueError, match="no rule XX-EU-0003"):
        compile(rules, at=AT, without=["XX-EU-0003"])


@pytest.mark.parametrize("rules", ["{}", [{"Identifier": "XX-EU-0001"}], "[1]"])
def test_what_is_no_rule_is_a_decoding_error(rules):
    with pytest.raises(DecodingError):
        compile(rules, at=AT)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="vaccination"):
        compile(rule_of(True), at=AT, kinds=["v"])
    with pytest.raises(ValueError, match="one of vaccination"):
        compile(rule_of(True), at=AT)["v"]


# --- what people read -----------------------------------------------------------------


def test_the_policy_says_the_rule_in_its_own_words_to_both_sides():
    found = compiled({">=": [DN, SD]}, language="de")
    policy = found.policy([ATTESTER.issuers["vaccination"].public])
    received = Policy.from_json(policy.to_json())
    for text in (found.explain(), policy.explain(), received.explain()):
        assert "XX-EU-0001 1.0.0: Was die Regel sagt." in text
        assert "v.dose is at least v.series" in text


def test_what_is_decided_is_said_without_a_proof():
    text = compile(rule_of({"!": [{"var": "payload.v.1"}]}), at=AT).explain()
    assert "XX-EU-0001 1.0.0 (holds of every such certificate): What the rule says." in text
    assert "nothing is proven: every one is accepted" in text


def test_words_that_cannot_be_printed_do_not_reach_the_policy():
    words = [{"lang": "en", "desc": "two\u00a0doses\x1b[2J\n or\u200b more"}]
    found = compile({**rule_of({">=": [DN, SD]}), "Description": words}, at=AT, kinds=["vaccination"])["vaccination"]
    assert found.note == "XX-EU-0001 1.0.0: two doses[2J or more"
    found.policy([ATTESTER.issuers["vaccination"].public])


def test_a_value_set_is_referred_to_in_the_policy():
    logic = {"in": [MP, {"var": "external.valueSets.vaccines-covid-19-names"}]}
    policy = compiled(logic, value_sets=[EU_PRODUCTS]).policy([ATTESTER.issuers["vaccination"].public])
    assert policy.value_sets == (EU_PRODUCTS,)
    assert Policy.from_json(policy.to_json(), [EU_PRODUCTS]) == policy
    with pytest.raises(DecodingError, match="vaccines-covid-19-names"):
        Policy.from_json(policy.to_json())


def test_a_value_set_gives_the_same_rule_as_its_bare_codes():
    logic = {"in": [MP, {"var": "external.valueSets.vaccines-covid-19-names"}]}
    bare = {"vaccines-covid-19-names": [code.rpartition("|")[2] for code in EU_PRODUCTS.codes]}
    (by_name,), (by_codes,) = (compiled(logic, value_sets=sets).clauses for sets in ([EU_PRODUCTS], bare))
    assert by_name.rows == by_codes.rows


def test_two_versions_of_one_value_set_are_refused():
    other = type(EU_PRODUCTS)(EU_PRODUCTS.name, "other", EU_PRODUCTS.codes)
    with pytest.raises(ValueError, match="one version"):
        compiled(True, value_sets=[EU_PRODUCTS, other])


def test_the_alternative_that_a_holder_took_stays_hidden():
    found = compiled({"if": [{"===": [MP, JCOVDEN]}, {">": [DN, 1]}, {">": [DN, 2]}]})
    challenge = found.policy([ATTESTER.issuers["vaccination"].public]).challenge("https://border.example", at=AT)
    lengths, verdicts = set(), set()
    for event in ({"mp": JCOVDEN, "dn": 2}, {"mp": COMIRNATY, "dn": 3}, {"dn": 3, "sd": 1}):
        presentation = bytes(ATTESTER.wallet("vaccination", {"v": [event]}).plan(challenge).prove())
        lengths.add(len(presentation))
        verdicts.add(challenge.verify(presentation).valid)
    assert (len(lengths), verdicts) == (1, {True})
    with pytest.raises(WitnessError):
        ATTESTER.wallet("vaccination", {"v": [{"mp": COMIRNATY, "dn": 2}]}).plan(challenge)


def test_certlogic_is_there_when_it_is_asked_for_and_not_before():
    code = (
        "import sys, zkhealth as zk; assert 'zkhealth.health' not in sys.modules; "
        "print(zk.health.certlogic.compile.__name__, zk.health.valuesets.EU_PRODUCTS.name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["compile", "vaccines-covid-19-names"]


ATTESTER = Attester()
