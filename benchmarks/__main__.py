"""`python -m benchmarks`: measure, print the table, store the results of a complete run."""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import sys

from benchmarks.harness import RUNS, Case, Result, measure

RESULTS = "results.json"
_QUICK_RUNS = 3


def main(arguments: list[str] | None = None) -> None:
    """Measure the chosen cases, one after the other."""
    options = _options(arguments)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"  # before NumPy and its like are imported
    from benchmarks import report
    from zkhealth import backend_name

    if backend_name() != "native":
        sys.exit("benchmarks are of the native backend, and this installation has none")
    if report.build_profile() == "debug":
        sys.exit("this is a debug build: its times mean nothing")

    chosen = [case for case in all_cases() if _matches(case.name, options.only)]
    if not chosen:
        sys.exit(f"no case matches {options.only!r}")
    before = report.fingerprint()
    results: list[Result] = []
    for case in chosen:
        print(f"{len(results) + 1}/{len(chosen)} {case.name}", file=sys.stderr, flush=True)
        results.append(measure(case, options.runs))

    stored = json.dumps(report.record(results, options.runs), indent=2, ensure_ascii=False)
    print(stored if options.json else report.table(results))
    if options.quick:
        print(f"\nQuick: minima of {options.runs} runs only, not stored.", file=sys.stderr)
    elif report.fingerprint() != before:
        sys.exit("The package changed during the run: the rows are not of one build, and nothing is stored.")
    elif options.only == "*":
        (report.ROOT / "benchmarks" / RESULTS).write_text(stored + "\n", encoding="utf-8")


def all_cases() -> list[Case]:
    """Every case, area by area."""
    from benchmarks import (
        commitments,
        credentials,
        curve,
        field,
        health,
        imports,
        ledger,
        memory,
        merkle,
        rangeproof,
        sigma,
    )

    areas = (field, curve, commitments, rangeproof, sigma, credentials, merkle, ledger, health, memory, imports)
    return [case for area in areas for case in area.CASES]


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.lower(), f"*{pattern.lower()}*")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=None, help=f"interleaved runs, at least {RUNS} (the default)")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK_RUNS} runs, to see that all works; not stored")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="cases whose name contains this; not stored")
    parser.add_argument("--json", action="store_true", help="print what is stored instead of the table")
    options = parser.parse_args(arguments)
    if options.runs is None:
        options.runs = _QUICK_RUNS if options.quick else RUNS
    if options.runs < 1 or (options.runs < RUNS and not options.quick):
        parser.error(f"minima of fewer than {RUNS} runs are for --quick")
    return options


if __name__ == "__main__":
    main()
