"""What an adversary tried on business rules; each of these once succeeded."""

import time
from random import Random

import pytest
from health.rules.attester import encoded
from health.rules.random_rules import rule_of
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.health.certlogic import CannotCompileError, Result, compile, read_rule

CLOCK = "2021-07-01T10:30:00Z"
SETS, EXTERNAL = {"a": ["FR", "EU/1/20/1528", "unheard"]}, {"n": 2, "flag": True}
LETTERS = {"vaccination": "v", "test": "t", "recovery": "r"}
TEXTS = {
    "vaccination": {"mp": ["EU/1/20/1528", "Sputnik-V"], "co": ["FR", "DE"], "tg": ["840539006"]},
    "test": {"tt": ["LP6464-4", "LP217198-3"], "tr": ["260415000", "260373001"], "co": ["FR", "DE"]},
    "recovery": {"co": ["FR", "DE"], "tg": ["840539006", "840539007"]},
}
DATES = {"vaccination": ["dt"], "test": ["sc"], "recovery": ["fr", "df", "du"]}
DAYS = "2020-02-28 2020-02-29 2020-03-01 2021-01-28 2021-01-31 2021-02-01 2021-03-01 2021-06-30 2021-07-01".split()
SAMPLED = ["2021-06-29T10:30:00Z", "2021-06-29T12:30:01+02:00", "2021-07-01T00:00:00Z", "2021-06-30T23:59:59-05:00"]


class Grammar:
    """Any operation in any place, of any type: what a careful author never writes."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311
        self.kind = self.one(sorted(LETTERS))
        self.event = f"payload.{LETTERS[self.kind]}.0"

    def one(self, options):
        return self.random.choice(options)

    def some(self, make, least, most):
        return [make() for _ in range(self.random.randint(least, most))]

    def any(self, depth):
        if not depth or not self.random.randrange(5):
            return self.one([self.literal, self.var, self.var, self.moment])()
        inner = lambda: self.any(depth - 1)  # noqa: E731
        return self.one([
            lambda: {"if": [inner(), inner(), inner()]},
            lambda: {"and": self.some(inner, 2, 4)},
            lambda: {"!": [inner()]},
            lambda: {"===": [inner(), inner()]},
            lambda: {"in": [inner(), self.one([{"var": "external.valueSets.a"}, self.some(inner, 0, 4)])]},
            lambda: {"+": [self.number(depth), self.number(depth)]},
            lambda: {self.one(["<", ">", "<=", ">="]): self.some(lambda: self.number(depth), 2, 3)},
            lambda: {self.one(["after", "before", "not-after", "not-before"]): self.some(self.moment, 2, 3)},
            lambda: self.some(inner, 0, 3),
        ])()  # fmt: skip

    def literal(self):
        return self.one(["", "FR", "EU/1/20/1528", "2021-06-30", "2021", 0, 1, 2.0, -1, True, False, (1 << 53) - 2])

    def var(self):
        names = [*TEXTS[self.kind], *DATES[self.kind], "ci", "dn" if self.kind == "vaccination" else "co"]
        paths = [f"{self.event}.{name}" for name in names] * 2
        paths += ["payload.dob", "payload.v", "payload.t.0", f"{self.event[:-1]}1", "external.n", "external.flag"]
        return {"var": self.one(paths)}

    def number(self, depth):
        if not self.random.randrange(5):
            return self.any(depth - 1)
        fields = [{"var": f"{self.event}.{name}"} for name in ("dn", "sd") if self.kind == "vaccination"]
        return self.one([*fields, *fields, 0, 1, 2, 3, {"var": "external.n"}, (1 << 53) - 2])

    def moment(self):
        texts = [{"var": f"{self.event}.{name}"} for name in DATES[self.kind]]
        text = self.one([*texts, *texts, {"var": "payload.dob"}, {"var": "external.validationClock"}, *DAYS[:3]])
        amount = self.one([0, 1, -1, 2, 12, -12, 24, 48, -48, 30, 31, -18, 180, -216])
        return {"plusTime": [text, amount, self.one(["day", "hour", "month", "year"])]}

    def payload(self):
        event = {name: self.one(values) for name, values in TEXTS[self.kind].items()}
        event |= {name: self.one(SAMPLED if name == "sc" else DAYS) for name in DATES[self.kind]}
        event |= {name: self.random.randrange(4) for name in ("dn", "sd") if self.kind == "vaccination"}
        event = {name: value for name, value in event.items() if self.random.randrange(6)} | {"ci": "URN:UVCI:01:XX:1"}
        born = {"dob": self.one([*DAYS, "2003", "2021-02"])} if self.random.randrange(4) else {}
        return {LETTERS[self.kind]: [event], **born}


def answers(logic, kind, content):
    """In the clear, and over hidden fields: None if it is refused."""
    rule = rule_of(logic, kind)
    clear = read_rule(rule).check(content, at=CLOCK, value_sets=SETS, external=EXTERNAL).result is Result.PASSED
    try:
        found = compile(rule, at=CLOCK, value_sets=SETS, external=EXTERNAL, kinds=[kind])[kind]
    except CannotCompileError:
        return clear, None
    if found.holds is not None:
        return clear, found.holds
    return clear, holds(found.clauses, {LETTERS[kind]: encoded(kind, content)}, moment_of(CLOCK))


@given(st.integers(0, 2**48))
def test_whatever_is_written_as_a_rule_the_policy_answers_as_the_rule(seed):
    grammar = Grammar(seed)
    logic = grammar.any(4)
    for _ in range(6):
        clear, hidden = answers(logic, grammar.kind, grammar.payload())
        assert hidden in (None, clear)


COUNTRY, DOSE = {"var": "payload.v.0.co"}, {"var": "payload.v.0.dn"}
MOMENT = {"plusTime": ["2021-07-01", 0, "day"]}
EVENT = {"v": [{"co": "FR", "dn": 2, "ci": "URN:UVCI:01:XX:1"}]}


@pytest.mark.parametrize("logic", [
    {"in": [COUNTRY, [MOMENT, "FR"]]}, {"!": [{"in": [COUNTRY, ["DE", MOMENT]]}]}, {"in": [DOSE, [MOMENT, 2]]},
    {"+": [DOSE, (1 << 53) - 2]}, {">": [{"+": [(1 << 53) - 2, DOSE]}, 0]},
])  # fmt: skip
def test_a_rule_that_is_an_error_in_the_clear_is_not_proven(logic):
    clear, hidden = answers(logic, "vaccination", EVENT)
    assert not clear
    assert not hidden


def test_a_moment_that_is_not_come_to_in_a_list_does_not_matter():
    assert answers({"in": [COUNTRY, ["FR", MOMENT]]}, "vaccination", EVENT) == (True, True)


def sum_of_choices(n):
    """Each addend is one of two hidden numbers, by another hidden code: 2^n ways to come to a sum."""
    total = 0
    for i in range(n):
        guard = {"===": [{"var": f"payload.v.0.{['tg', 'co', 'vp', 'mp', 'ma'][i % 5]}"}, f"code-{i}"]}
        total = {"+": [total, {"if": [guard, {"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}]}
    return {">": [total, 3]}


def distinct_choices(n):
    """The same, where no two ways come to the same sum."""
    total = 0
    for i in range(n):
        guard = {"===": [{"var": f"payload.v.0.{['tg', 'co', 'vp', 'mp', 'ma'][i % 5]}"}, f"code-{i}"]}
        total = {"+": [total, {"if": [guard, {"+": [{"var": "payload.v.0.dn"}, 2**i]}, {"var": "payload.v.0.sd"}]}]}
    return {">": [total, 3]}


@pytest.mark.parametrize("make", [sum_of_choices, distinct_choices])
def test_a_short_rule_of_many_cases_is_refused_in_time(make):
    start = time.process_time()
    with pytest.raises(CannotCompileError, match="it comes to more than"):
        compile(rule_of(make(24)), at=CLOCK, kinds=["vaccination"])
    assert time.process_time() - start < 10
