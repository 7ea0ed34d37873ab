"""How a case is measured: equal answers first, then minima of interleaved runs.

The clock is the processor time of the process that works, and not the wall: it does not run while another program
has the core, a rival with threads gains nothing from them, and it exists in every process (blst runs in its own).
Each run calls a contender as often as fits into ten milliseconds: reading the clock then costs nothing, and the runs
of a fast case last long enough that one burst of noise does not cover them all.
The minimum is what the code can do; everything above it is the machine.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

OURS = "zkhealth"
RUNS = 20
_RUNS_OF_SIZES = 3
_RUN_NS = 10_000_000
UNITS = {"ns": 1.0, "µs": 1e3, "ms": 1e6, "s": 1e9, "B": 1.0, "MiB": float(1 << 20)}


class UnequalAnswersError(Exception):
    """A rival computed something else: a wrong fast answer is no answer."""


class Contender(Protocol):
    """Something that answers the question of a case, and can be measured while it does."""

    def answer(self) -> object:
        """The answer, in a form that can be compared."""

    def measure(self, loops: int) -> float:
        """Nanoseconds (or bytes) of one call, as the mean of `loops`."""


@dataclass(frozen=True)
class Here:
    """A function in this process; `shown` makes its result comparable, outside the measured time."""

    run: Callable[[], Any]
    shown: Callable[[Any], object] = lambda result: result

    def answer(self) -> object:
        """The answer, in a form that can be compared."""
        return self.shown(self.run())

    def measure(self, loops: int) -> float:
        """Nanoseconds of one call."""
        run, times = self.run, itertools.repeat(None, loops)
        start = time.process_time_ns()
        for _ in times:
            run()
        return (time.process_time_ns() - start) / loops


@dataclass(frozen=True)
class Size:
    """A function in this process that makes bytes, of which the length counts."""

    make: Callable[[], bytes]

    def answer(self) -> object:
        """Whether there is anything: the contents differ."""
        return len(self.make()) > 0

    def measure(self, loops: int) -> float:
        """The number of bytes."""
        return len(self.make())


@dataclass(frozen=True)
class Aim:
    """Ours is at most `limit`, or at most `limit` times a rival."""

    text: str
    limit: float
    rival: str = ""

    def holds(self, values: Mapping[str, float]) -> bool | None:
        """None where the rival did not run."""
        if self.rival and self.rival not in values:
            return None
        return values[OURS] <= self.limit * (values[self.rival] if self.rival else 1)


def verifier(check: Callable[[bytes], Any], proof: bytes, error: type[Exception] | tuple[type[Exception], ...]) -> Here:
    """`check(proof)`, which must accept it and must not accept it damaged: fast and blind is no answer either."""

    def refuses(accepted: object) -> object:
        damaged = proof[:-1] + bytes([proof[-1] ^ 1])
        try:
            check(damaged)
        except error:
            return accepted
        raise UnequalAnswersError("a damaged proof is accepted")

    return Here(lambda: check(proof), refuses)


def within(factor: float, rival: str, *, then: bool = False) -> Aim:
    """At most `factor` times the rival's time; `then` marks an aim for later."""
    return Aim(f"{'then ' * then}≤ {factor:g} × {rival}", factor, rival)


def faster(factor: float, rival: str) -> Aim:
    """At least `factor` times as fast as the rival."""
    return Aim(f"≥ {factor:g} × as fast as {rival}", 1 / factor, rival)


def at_most(amount: float, unit: str, *, each: int = 1, then: bool = False) -> Aim:
    """At most this much for each of so many elements; `then` marks an aim for later."""
    return Aim(f"{'then ' * then}≤ {amount:g} {unit}{' each' * (each > 1)}", amount * each * UNITS[unit])


@dataclass(frozen=True)
class Case:
    """One row of the table; `build` makes the inputs and who works on them, ours under the name `OURS`."""

    name: str
    build: Callable[[], Mapping[str, Contender]]
    aims: tuple[Aim, ...] = ()
    note: str | Callable[[], str] = ""
    is_size: bool = False
    most_runs: int = RUNS
    """Fewer where one run takes minutes."""

    @property
    def text(self) -> str:
        """The note under the table."""
        return self.note if isinstance(self.note, str) else self.note()


@dataclass(frozen=True)
class Result:
    """What each contender needed: nanoseconds, or bytes."""

    case: Case
    values: Mapping[str, float]


def against(ours: Contender, **rivals: Callable[[ModuleType], Contender]) -> dict[str, Contender]:
    """Ours and the rivals whose modules are installed; each is made from its module."""
    out = {OURS: ours}
    for name, make in rivals.items():
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        out[name] = make(module)
    return out


def measure(case: Case, runs: int) -> Result:
    """Minima of `runs` interleaved runs (A B A B …); sizes do not vary, so a few runs do for them.

    Raises:
        UnequalAnswersError: a rival's answer is not ours.
    """
    contenders = case.build()
    _check_equal(case.name, contenders)
    gc.collect()
    gc.disable()
    try:
        once = {name: c.measure(1) for name, c in contenders.items()}
        loops = {name: max(1, round(_RUN_NS / max(value, 1))) for name, value in once.items()}
        best = {name: value if loops[name] == 1 else float("inf") for name, value in once.items()}
        is_run = all(n == 1 for n in loops.values())  # of slow cases the first look is a run already
        for _ in range(min(runs, case.most_runs, _RUNS_OF_SIZES if case.is_size else runs) - is_run):
            for name, contender in contenders.items():
                best[name] = min(best[name], contender.measure(loops[name]))
    finally:
        gc.enable()
    return Result(case, best)


def _check_equal(case: str, contenders: Mapping[str, Contender]) -> None:
    expected = contenders[OURS].answer()
    for name, contender in contenders.items():
        if name != OURS and contender.answer() != expected:
            raise UnequalAnswersError(f"{case}: {name} gives another answer than {OURS}")
