"""The benchmarks measure fairly, refuse wrong answers, and print a table that can be read."""

import gc
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import harness, report
from benchmarks.__main__ import all_cases, main

ROOT = Path(__file__).parents[2]


class Scripted:
    """Answers and times from a script; writes down when it is asked."""

    def __init__(self, name, log, answer=42, times=(3_000_000.0,)):
        self.name, self.log, self.given = name, log, answer
        self.times = itertools.cycle(times)

    def answer(self):
        self.log.append(f"{self.name}?")
        return self.given

    def measure(self, loops):
        self.log.append((self.name, loops, gc.isenabled()))
        return next(self.times)


def case(log, aims=(), **rivals):
    """Ours takes 5, 3, 4, 5, … milliseconds, the first one to find the number of loops."""
    ours = Scripted(harness.OURS, log, times=(5e6, 3e6, 4e6))
    return harness.Case("a case", lambda: {harness.OURS: ours, **rivals}, aims, "a note")


def test_runs_interleave_and_the_collector_is_off():
    log = []
    harness.measure(case(log, rival=Scripted("rival", log)), runs=20)
    assert log[:2] == [f"{harness.OURS}?", "rival?"]
    assert [name for name, _, _ in log[2:]] == [harness.OURS, "rival"] * 21
    assert not any(collecting for _, _, collecting in log[2:])
    assert gc.isenabled()


def test_the_result_is_the_minimum_of_the_runs():
    result = harness.measure(case([], rival=Scripted("rival", [], times=(1e9, 9e6, 7e6, 8e6))), runs=20)
    assert result.values == {harness.OURS: 3e6, "rival": 7e6}


def test_fast_calls_are_repeated_until_the_clock_does_not_matter():
    log = []
    harness.measure(case([], fast=Scripted("fast", log, times=(100.0,))), runs=1)
    assert [loops for _, loops, _ in log[1:]] == [1, 100_000]


def test_an_unequal_answer_is_refused_before_anything_is_timed():
    log = []
    with pytest.raises(harness.UnequalAnswersError, match="a case: rival"):
        harness.measure(case(log, rival=Scripted("rival", log, answer=41)), runs=20)
    assert log == [f"{harness.OURS}?", "rival?"]


def test_the_collector_is_on_again_after_a_failure():
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        harness.measure(harness.Case("fails", lambda: {harness.OURS: harness.Here(fail)}), runs=1)
    assert gc.isenabled()


def test_rivals_that_are_not_installed_are_left_out():
    rivals = {"json": lambda module: harness.Here(module.dumps), "no_such_rival": harness.Here}
    assert list(harness.against(harness.Here(int), **rivals)) == [harness.OURS, "json"]


@pytest.mark.parametrize(
    ("aim", "ours", "rival", "holds"),
    [
        pytest.param(harness.within(1.3, "blst"), 13.0, 10.0, True, id="level"),
        pytest.param(harness.within(1.3, "blst"), 13.1, 10.0, False, id="slower"),
        pytest.param(harness.faster(15, "blst"), 1.0, 15.0, True, id="fifteen times as fast"),
        pytest.param(harness.faster(15, "blst"), 1.1, 15.0, False, id="not quite"),
        pytest.param(harness.within(1.3, "galois"), 1.0, 1.0, None, id="the rival did not run"),
        pytest.param(harness.at_most(40, "µs"), 40_000.0, 1.0, True, id="absolute"),
        pytest.param(harness.at_most(12, "µs", each=2), 24_001.0, 1.0, False, id="for each of two"),
    ],
)
def test_aims(aim, ours, rival, holds):
    assert aim.holds({harness.OURS: ours, "blst": rival}) is holds


def test_the_table_shows_times_ratios_aims_and_notes():
    aims = harness.at_most(30, "ms"), harness.faster(15, "rival"), harness.within(1.3, "blst")
    result = harness.measure(case([], aims, rival=Scripted("rival", [], times=(6e6,))), runs=20)
    head, rule, row, *notes = report.table([result, result]).splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == 6
    assert "| a case [1] | 3 ms | rival 6 ms (2×) |" in row
    assert row.endswith("| ≤ 30 ms; ≥ 15 × as fast as rival; ≤ 1.3 × blst | yes; **no**; – |")
    assert notes == [row, "", "1. a note"]


def test_the_record_says_what_was_measured_on_what():
    result = harness.measure(case([], rival=Scripted("rival", [], times=(6e6,))), runs=20)
    stored = json.loads(json.dumps(report.record([result], 20)))
    assert {"date", "commit", "build_profile", "machine", "versions", "runs", "clock"} < set(stored)
    assert stored["cases"]["a case"]["ratios"] == {"rival": 2.0}


def test_names_of_cases_are_unique():
    names = [c.name for c in all_cases()]
    assert len(names) == len(set(names)) >= 30


@pytest.mark.parametrize("arguments", [["--runs", "19"], ["--quick", "--runs", "0"]])
def test_too_few_runs_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "fewer than 20 runs" in capsys.readouterr().err


def test_a_case_runs_from_the_command_line(native):
    stored = ROOT / "benchmarks" / "results.json"
    before = stored.read_bytes() if stored.exists() else None
    command = [sys.executable, "-m", "benchmarks", "--quick", "--runs", "1", "--only", "sigma opening: verify"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "| sigma opening: verify [1] |" in done.stdout
    assert "not stored" in done.stderr
    assert (stored.read_bytes() if stored.exists() else None) == before


def test_a_verifier_that_accepts_everything_is_refused():
    blind = harness.Case("blind", lambda: {harness.OURS: harness.verifier(len, b"proof", ValueError)})
    with pytest.raises(harness.UnequalAnswersError, match="damaged"):
        harness.measure(blind, runs=1)
