"""Options and files of every wrong kind: exit code 2 and a message, at once.

The fuzz tests run longer with HYPOTHESIS_PROFILE=night.
"""

import copy
import json
import time
from pathlib import Path

import pytest
from cli.runs import (
    CLOCK,
    bundle,
    demo,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracles import NATIVE

from zkhealth.health import sample_bundle


@pytest.mark.parametrize(("arguments", "named"), [
    (["--at", "1799-12-31"], "1800 to 2155"),
    (["--at", "2156-01-01"], "1800 to 2155"),
    (["--at", "0001-01-01"], "1800 to 2155"),
    (["--at", "10000-01-01"], "--at"),
    (["--at", "2021-02-29"], "--at"),
    (["--at", "today"], "--at"),
    (["--at", "2021-07-01T00:00:00"], "--at"),
    (["--at", "2021"], "--at"),
    (["--at", ""], "--at"),
    (["--min-age", "-1"], "--min-age"),
    (["--min-age", "151"], "--min-age"),
    (["--min-age", "18.5"], "--min-age"),
    (["--min-age", "1" * 5000], "--min-age"),
    (["--min-age", ""], "--min-age"),
    (["--at", "1810-01-01"], "0 to 10 years"),
    (["--days", "270..14"], "LO <= HI"),
    (["--days", "14"], "LO..HI"),
    (["--days", "14-270"], "LO..HI"),
    (["--days", "..270"], "LO..HI"),
    (["--days", "14.."], "LO..HI"),
    (["--days", "14..270..300"], "LO..HI"),
    (["--days", "-1..270"], "LO..HI"),
    (["--days", "1.5..270"], "LO..HI"),
    (["--days", "²..270"], "LO..HI"),
    (["--days", "1_4..270"], "LO..HI"),
    (["--days", ""], "LO..HI"),
    (["--days", "0..99999"], "1800"),
    (["--days", "0..9999999999999999"], "1800"),
    (["--days", "0.." + "9" * 6000], "LO..HI"),
    (["--vaccines", ""], "system|code"),
    (["--vaccines", "208"], "system|code"),
    (["--vaccines", "cvx|208,"], "system|code"),
    (["--vaccines", ",cvx|208"], "system|code"),
    (["--vaccines", "vcx|208"], "cvx"),
    (["--vaccines", "cvx|"], "printable"),
    (["--vaccines", "cvx|2\x0008"], "printable"),
    (["--vaccines", "cvx|\udc80"], "printable"),
    (["--vaccines", ",".join(f"cvx|{i}" for i in range(1001))], "1 to 1000"),
    (["--ask", ""], "age, vaccine, days"),
    (["--ask", "height"], "age, vaccine, days"),
    (["--ask", "age,"], "age, vaccine, days"),
    (["--ask", "Age"], "age, vaccine, days"),
    (["--hospital", "-1"], "--hospital"),
    (["--hospital", "10000001"], "--hospital"),
    (["--hospital", "many"], "--hospital"),
    (["--frobnicate"], "--frobnicate"),
    (["a.json", "b.json"], "argument"),
    (["a.json"], "--at is required"),
    ([str(Path(__file__).parent), "--at", "2021-07-01"], "directory"),
])  # fmt: skip
def test_bad_options_are_named(arguments, named):
    result = demo(*arguments)
    assert result.exit_code == 2
    assert named in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("arguments", "code"), [
    (["--vaccines", " cvx|208 , cvx|207 "], 0),
    (["--vaccines", "http://www.whocc.no/atc|J07BN01"], 0),
    (["--vaccines", "atc|J07BN01"], 0),
    (["--vaccines", "cvx|0208"], 1),
    (["--vaccines", "snomed|208"], 1),
    (["--ask", " days , age "], 0),
    (["--ask", "age,age,age"], 0),
    (["--ask", "vaccine", "--min-age", "150", "--vaccines", "cvx|208"], 0),
    (["--days", "083..0083"], 0),
    (["--days", "0..46347", "--ask", "days"], 0),
    (["--min-age", "0", "--ask", "age"], 0),
    (["--min-age", "36", "--ask", "age"], 0),
    (["--min-age", "37", "--ask", "age"], 1),
])  # fmt: skip
@pytest.mark.usefixtures("native")
def test_other_options(arguments, code):
    assert demo(*arguments).exit_code == code


@pytest.mark.parametrize(("content", "named"), [
    pytest.param("", "empty", id="empty"),
    pytest.param("   \n", "empty", id="blank"),
    pytest.param(b"\xef\xbb\xbf", "empty", id="a byte order mark"),
    pytest.param(bytes(range(256)) * 40, "not UTF-8", id="binary"),
    pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG", id="picture"),
    pytest.param("{", "brackets", id="cut short"),
    pytest.param("[" * 200_000, "brackets", id="deep"),
    pytest.param("[]", "array", id="array"),
    pytest.param("null", "null", id="null"),
    pytest.param("{}", "resourceType", id="empty object"),
    pytest.param('{"resourceType": "Bundle", "entry": 5}', "Bundle.entry", id="entries that are none"),
    pytest.param('{"resourceType": "Bundle", "resourceType": "Bundle"}', "twice", id="a name twice"),
    pytest.param(json.dumps(bundle())[:-1] + ', "x": NaN}', "not finite", id="not a number"),
    pytest.param(bytes(17 << 20), "at most 16777216 bytes", id="huge"),
    pytest.param({"resourceType": "Bundle", "entry": bundle()["entry"] * 2}, "one Patient, got 2", id="two patients"),
])  # fmt: skip
def test_bad_files_are_named(saved, content, named):
    for flags in ([], ["--json"]):
        result = demo(saved(content), "--at", CLOCK, *flags)
        assert result.exit_code == 2
        assert named in result.stdout


@pytest.mark.parametrize("name", ["no such file", "no such directory/file", "x" * 5000, "-"])
def test_a_file_that_is_not_there(tmp_path, name):
    result = demo(tmp_path / name, "--at", CLOCK)
    assert result.exit_code == 2
    assert "cannot read the record" in result.stdout


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_a_file_without_an_end_is_not_read_to_it():
    start = time.perf_counter()
    result = demo("/dev/zero", "--at", CLOCK)
    assert result.exit_code == 2
    assert "at most" in result.stdout
    assert time.perf_counter() - start < 10


JUNK = [None, True, False, 0, -1, 1e308, "", "x", "1990", [], {}, [[]], {"resourceType": "Patient"}, "\ud800", 10**400]


def places(value, path=()):
    """Every place in a JSON document, as a path."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


SAMPLE = json.loads(sample_bundle())
PLACES = [path for path in places(SAMPLE) if path]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK) | st.none()), min_size=1, max_size=3))
@example(changes=[(("entry",), None)])
def test_fuzz_any_bundle_gets_a_verdict(saved, changes):
    content = copy.deepcopy(SAMPLE)
    for path, junk in changes:
        inner = content
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    demo(saved(content), "--at", "2026-11-23", "--ask", "days" if NATIVE else "age", "--min-age", 100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text(max_size=200))
def test_fuzz_any_file_gets_a_verdict(saved, data):
    assert (
        demo(saved(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data), "--at", CLOCK).exit_code
        == 2
    )
