"""Random rules about hidden fields and random payloads: most would pass for real ones, some are odd."""

from random import Random

CLOCK = "2021-07-01T10:30:00Z"
VALUE_SETS = {"products": ["EU/1/20/1528", "Sputnik-V", "unheard-of"], "tests": ["LP6464-4", "840539006"]}
DAYS = (
    "2021-01-31 2021-02-01 2021-02-28 2021-03-02 2021-06-16 2021-06-17 2021-06-30 2021-07-01 2021-07-02 2020-02-29 "
    "2020-07-01 2020-12-31 2021-01-01 2019-08-31 2003-06-30 2003-07-01 2003-07-02 2000-02-29"
).split()
PARTIAL = [*DAYS, "2003", "2003-06", "2003-07", "2020", "2021-06", "2000-02", "2021"]
MOMENTS = ["2021-06-29T10:30:00Z", "2021-06-29T10:30:01Z", "2021-06-28T12:00:00+02:00", "2021-07-01T10:29:59Z"]
CODES = {
    "tg": ["840539006", "840539007"],
    "co": ["FR", "DE"],
    "ci": ["URN:UVCI:01:NL:187/37512422923"],
    "vp": ["1119349007", "J07BX03"],
    "mp": ["EU/1/20/1528", "EU/1/20/1525", "Sputnik-V", "unheard-of"],
    "ma": ["ORG-100001699", "1833"],
    "tt": ["LP6464-4", "LP217198-3"],
    "tr": ["260415000", "260373001"],
}
FIELDS = {
    "vaccination": ("v", ["mp", "mp", "tg", "co", "vp", "ma"], ["dn", "sd"], ["dt"], []),
    "test": ("t", ["tt", "tr", "ma", "tg", "co"], [], [], ["sc"]),
    "recovery": ("r", ["tg", "co"], [], ["fr", "df", "du"], []),
}
ORDERS, MOVES = ["<", "<=", ">", ">="], ["before", "after", "not-before", "not-after"]
CLOCK_ITSELF = {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}


class Dice:
    """Everything random about one kind of certificate, from one seed."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311
        self.kind = self.pick(sorted(FIELDS))
        self.letter, self.codes, self.numbers, self.days, self.moments = FIELDS[self.kind]

    def pick(self, options):
        return self.random.choice(options)

    def one_in(self, n):
        return self.random.randrange(n) == 0

    # --- payloads -----------------------------------------------------------------

    def payload(self):
        """A payload of one event; any field may be missing."""
        event = {name: self.pick(CODES[name]) for name in self.codes}
        event |= {name: self.random.randrange(5) for name in self.numbers}
        event |= {name: self.pick(PARTIAL if name in ("dt", "fr") else DAYS) for name in self.days}
        event |= {name: self.pick(MOMENTS) for name in self.moments}
        event = {name: value for name, value in event.items() if not self.one_in(6)}
        payload = {self.letter: [{"ci": CODES["ci"][0], **event}]}
        return payload if self.one_in(4) else {**payload, "dob": self.pick(PARTIAL)}

    # --- rules --------------------------------------------------------------------

    def rule(self, identifier="XX-EU-0001", **changes):
        return {**rule_of(self.expression(3), self.kind, identifier), **changes}

    def expression(self, depth):
        """An expression, nested so deep at most."""
        if not depth or self.one_in(5):
            return self.odd() if self.one_in(12) else self.likely()
        inner = depth - 1
        return self.pick(
            [
                lambda: {"if": [self.expression(inner), self.expression(inner), self.pick([True, False])]},
                lambda: {"if": [self.expression(inner), self.pick([True, False]), self.expression(inner)]},
                lambda: {"if": [self.expression(inner) for _ in range(3)]},
                lambda: {"and": [self.expression(inner) for _ in range(self.pick([2, 3]))]},
                lambda: {"!": [self.expression(inner)]},
                lambda: {"in": [True, [self.expression(inner) for _ in range(self.pick([1, 2, 3]))]]},
                lambda: {"===": [self.expression(inner), self.pick([True, False, self.expression(inner)])]},
            ]
        )()

    def likely(self):
        """What real rules are made of."""
        name = self.pick(self.codes)
        options = [
            lambda: {"===": [self.var(name), self.pick(CODES[name])]},
            lambda: {"in": [self.var(name), [self.pick(CODES[name]) for _ in range(self.random.randrange(4))]]},
            lambda: {"in": [self.var(name), {"var": f"external.valueSets.{self.pick(sorted(VALUE_SETS))}"}]},
            lambda: {self.pick(MOVES): [self.moment(), CLOCK_ITSELF]},
            lambda: {self.pick(MOVES): [CLOCK_ITSELF, self.moment()]},
            lambda: {self.pick(MOVES): [self.moment(), CLOCK_ITSELF, self.moment()]},
            lambda: self.var(self.pick([*self.codes, *self.numbers, *self.days, *self.moments])),
            lambda: {"var": "payload.dob"},
        ]
        if self.numbers:
            options += [lambda: {self.pick(ORDERS): [self.number() for _ in range(self.pick([2, 2, 3]))]}] * 3
            options += [lambda: {"===": [self.number(), self.number()]}] * 2
        if self.days:
            options.append(lambda: {self.pick(MOVES): [self.moment(), self.moment()]})
        return self.pick(options)()

    def odd(self):
        """What has no sense, or always the same."""
        return self.pick(
            [
                lambda: {"===": [self.plain(), self.plain()]},
                lambda: {self.pick(ORDERS): [self.plain(), self.plain()]},
                lambda: {"in": [self.plain(), [self.plain(), self.plain()]]},
                lambda: {self.pick(MOVES): [self.moment(), self.plain()]},
                lambda: {"before": [{"plusTime": [self.plain(), 1, "day"]}, CLOCK_ITSELF]},
                lambda: {"before": [{"dccDateOfBirth": [self.plain()]}, CLOCK_ITSELF]},
                lambda: {"extractFromUVCI": [self.plain(), 1]},
                lambda: {"+": [self.plain(), 1]},
                lambda: [self.plain(), [self.plain()]],
                self.moment,
                self.plain,
            ]
        )()

    def moment(self):
        if self.one_in(6):
            return {"dccDateOfBirth": [{"var": "payload.dob"}]}
        names = [*self.days, *self.moments]
        text = {"var": "payload.dob"} if self.one_in(4) else self.var(self.pick(names))
        amount = self.pick([0, 0, 1, -1, 5, 6, 14, 15, 48, 180, 365, -18, 18, 216])
        return {"plusTime": [text, amount, self.pick(["day", "day", "hour", "month", "year"])]}

    def number(self):
        if self.one_in(8):
            return {"+": [self.number(), self.number()]}
        return self.random.randrange(-1, 5) if self.one_in(2) else self.var(self.pick(self.numbers))

    def plain(self):
        other = {"vaccination": "t", "test": "r", "recovery": "v"}[self.kind]
        paths = [self.letter, f"{self.letter}.0", f"{self.letter}.1", f"{other}.0.tg", f"{self.letter}.0.ci", "dob"]
        paths += [f"{self.letter}.0.{name}" for name in (*self.codes, *self.numbers, *self.days, *self.moments)]
        values = ["", "FR", "2021-07-01", "2021-02-30", 0, 1, 2, True, False, [], ["FR", 1]]
        return {"var": f"payload.{self.pick(paths)}"} if self.one_in(2) else self.pick(values)

    def var(self, name):
        return {"var": f"payload.{self.letter}.0.{name}"}


def rule_of(logic, kind="vaccination", identifier="XX-EU-0001"):
    """A rule around an expression."""
    return {
        "Identifier": identifier,
        "Type": "Acceptance",
        "Country": "EU",
        "Version": "1.0.0",
        "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC",
        "EngineVersion": "1.0.0",
        "CertificateType": kind.capitalize(),
        "Description": [{"lang": "en", "desc": "What the rule says."}, {"lang": "de", "desc": "Was die Regel sagt."}],
        "ValidFrom": "2021-06-01T00:00:00Z",
        "ValidTo": "2030-06-01T00:00:00Z",
        "AffectedFields": [],
        "Logic": logic,
    }
