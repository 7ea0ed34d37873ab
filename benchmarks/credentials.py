"""The travel policy of the README, beside AnonCreds on a record of the same ten attributes; and ten thousand of them.

AnonCreds has no lists and cannot compare two hidden values: its request is two comparisons and one shown value.  Ours
is measured on the same question, and on the whole travel policy.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import partial
from types import ModuleType

import zkhealth as zk
from benchmarks.anoncreds_rival import BORN_BY, GIVEN_FROM, RECORD, RefusedError, Rival, setup
from benchmarks.harness import OURS, Case, Contender, Here, Size, against, at_most, verifier
from benchmarks.processes import Interpreter
from zkhealth.credentials import Challenge, Wallet

_AT = "2026-11-23"
_BATCH, _ITEMS, _DISTINCT = 100, 10_000, 200


class Vaccination(zk.Schema, id="https://health.example/schemas/vaccination/2"):
    """Ten attributes, as the rival's record has them."""

    birth = zk.Date(partial=True)
    vaccine = zk.Code()
    dose = zk.Int(0, 15)
    series = zk.Int(0, 15)
    given = zk.Date()
    country = zk.Code()
    lot = zk.Text()
    site = zk.Text()
    issued = zk.Date()
    record = zk.Id()


@functools.cache
def _holder() -> tuple[Wallet, zk.Issuer]:
    issuer, wallet = zk.Issuer.generate(Vaccination, name="https://hospital.example"), Wallet.create()
    days = {name: _iso(RECORD[name]) for name in ("birth", "given", "issued")}
    counts = {name: int(RECORD[name]) for name in ("dose", "series")}
    wallet.add(issuer.issue(wallet.request(issuer.offer()), **{**RECORD, **days, **counts}))
    return wallet, issuer


@functools.cache
def travel() -> Challenge:
    """The policy of the README's tour."""
    v, (_, issuer) = Vaccination.as_("v"), _holder()
    clauses = (v.birth.at_least_years_ago(18), v.vaccine.one_of(["cvx|207", "cvx|208"]), v.dose >= v.series)
    shown = v.given.within_days(14, 270), v.reveal("country")
    policy = zk.Policy("fit to travel", *clauses, *shown, issuers=[issuer.public])
    return policy.challenge("https://border.example", _AT)


@functools.cache
def compared() -> Challenge:
    """What the rival is asked."""
    v, (_, issuer) = Vaccination.as_("v"), _holder()
    clauses = v.birth <= _iso(str(BORN_BY)), v.given >= _iso(str(GIVEN_FROM)), v.reveal("country")
    policy = zk.Policy("two comparisons", *clauses, issuers=[issuer.public])
    return policy.challenge("https://border.example", _AT)


def present(challenge: Challenge) -> bytes:
    """Plan and prove, from the challenge to the bytes that are sent."""
    return _holder()[0].plan(challenge).prove().encode()


def check(challenge: Challenge, data: bytes) -> dict[str, str]:
    """What a presentation reveals, once it is verified.

    Raises:
        VerificationError: it does not hold.
    """
    verdict = challenge.verify(data)
    if not verdict:
        raise zk.VerificationError(verdict.reason)
    return {name.removeprefix("v."): value for name, value in verdict.revealed.items()}


def many(n: int, distinct: int) -> list[tuple[Challenge, bytes]]:
    """So many items, of which `distinct` are different; the others repeat them."""
    different = [(travel(), present(travel())) for _ in range(distinct)]
    return [different[i % distinct] for i in range(n)]


@functools.cache
def _rival() -> Rival:
    return setup()


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _presenting(asked: partial[Challenge]) -> Mapping[str, Contender]:
    def theirs(_: ModuleType) -> Contender:
        return Here(_rival().present, _rival().verify)

    challenge = asked()
    return against(Here(lambda: present(challenge), lambda data: check(challenge, data)), anoncreds=theirs)


def _verifying(asked: partial[Challenge]) -> Mapping[str, Contender]:
    def theirs(_: ModuleType) -> Contender:
        # Its last bytes are the identifiers of schema and definition, which it looks up and so refuses by itself.
        return verifier(_rival().verify, _rival().present(), (RefusedError, KeyError, ValueError))

    challenge = asked()
    ours = verifier(lambda data: check(challenge, data), present(challenge), zk.VerificationError)
    return against(ours, anoncreds=theirs)


def _length(asked: partial[Challenge]) -> Mapping[str, Contender]:
    def theirs(_: ModuleType) -> Contender:
        return Size(_rival().present)

    challenge = asked()
    return against(Size(lambda: present(challenge)), anoncreds=theirs)


def _together() -> Mapping[str, Contender]:
    items = many(_BATCH, _BATCH)
    one_by_one = Here(lambda: [challenge.verify(data).valid for challenge, data in items], sum)
    ours = Here(lambda: [verdict.valid for verdict in zk.verify_all(items)], sum)
    return {OURS: ours, "one by one": one_by_one}


_CODE = f"""
import json, time
from benchmarks.credentials import many
from benchmarks.processes import peak_bytes
from zkhealth import verify_all
items = many({_ITEMS}, {_DISTINCT})
start = time.process_time_ns()
verdicts = {{run}}
elapsed = time.process_time_ns() - start
print(json.dumps(dict(answer=sum(v.valid for v in verdicts), time=elapsed, peak=peak_bytes())))
"""


def _ten_thousand(key: str) -> Mapping[str, Contender]:
    together, apart = "verify_all(items)", "[challenge.verify(data) for challenge, data in items]"
    one_by_one = Interpreter(_CODE.format(run=apart), key)
    return {OURS: Interpreter(_CODE.format(run=together), key), "one by one": one_by_one}


_TRAVEL, _SAME = partial(travel), partial(compared)
_NOTE_TRAVEL = (
    "ours: an age, a list, a comparison of two hidden values, a window of days, one value shown; AnonCreds: two "
    "comparisons and one value shown; a record of ten attributes on both sides, no revocation"
)
_NOTE_SAME = "the same question on both sides: two comparisons and one value shown, a record of ten attributes"
_NOTE_MANY = f"{_DISTINCT} distinct presentations, each in {_ITEMS // _DISTINCT} places; a process of its own"
_PRESENT, _VERIFY = (at_most(25, "ms"), at_most(15, "ms", then=True)), (at_most(12, "ms"), at_most(8, "ms", then=True))
CASES = [
    Case("travel policy: present", partial(_presenting, _TRAVEL), _PRESENT, _NOTE_TRAVEL),
    Case("travel policy: verify", partial(_verifying, _TRAVEL), _VERIFY, _NOTE_TRAVEL),
    Case("travel policy: bytes", partial(_length, _TRAVEL), (at_most(2_100, "B"),), _NOTE_TRAVEL, is_size=True),
    Case("two comparisons: present", partial(_presenting, _SAME), note=_NOTE_SAME),
    Case("two comparisons: verify", partial(_verifying, _SAME), note=_NOTE_SAME),
    Case("two comparisons: bytes", partial(_length, _SAME), note=_NOTE_SAME, is_size=True),
    Case(f"travel policy: verify {_BATCH} together", _together, (at_most(2.5, "ms", each=_BATCH, then=True),)),
    Case(f"travel policy: verify {_ITEMS} together", partial(_ten_thousand, "time"), note=_NOTE_MANY, most_runs=1),
    Case("the same: peak memory", partial(_ten_thousand, "peak"), note=_NOTE_MANY, is_size=True, most_runs=1),
]
