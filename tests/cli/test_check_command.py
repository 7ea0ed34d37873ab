"""`zkhealth check`, which is all that the verifier runs.

The fuzz test runs longer with HYPOTHESIS_PROFILE=night.
"""

import json
import sys

import pytest
from cli.runs import FIELDS, demo
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from oracles import NATIVE

from zkhealth.cli import check, main


def checked(content):
    """One run of `check`; it always answers with one JSON object."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    result = CliRunner().invoke(main, ["check"], input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    verdict = json.loads(result.stdout)
    assert verdict["valid"] == (result.exit_code == 0)
    return result.exit_code, verdict


POLICY = {"version": 1, "at": "2026-11-23", "days": [83, 83]}


@pytest.fixture(scope="module")
def asked():
    """What a verifier is given for the narrowest question, about the sample."""
    return demo("--ask", "days", "--days", "83..83", hospital=1).verifier[0]


@pytest.mark.parametrize(("change", "code", "named"), [
    pytest.param({"nonce": "00" * 32}, 1, "range proof", id="another nonce"),
    pytest.param({"root": "00" * 32}, 1, "root", id="another root"),
    pytest.param({"size": 1}, 1, "", id="another size"),
    pytest.param({"size": 0}, 1, "outside", id="no records"),
    pytest.param({"size": -1}, 2, "size", id="size below zero"),
    pytest.param({"size": 2**63}, 2, "size", id="size too large"),
    pytest.param({"size": 10**400}, 2, "size", id="size far too large"),
    pytest.param({"size": True}, 2, "size is an int", id="size as bool"),
    pytest.param({"size": 7.0}, 2, "size is an int", id="size as float"),
    pytest.param({"size": "7"}, 2, "size is an int", id="size as text"),
    pytest.param({"size": None}, 2, "size is an int", id="size as null"),
    pytest.param({"root": "00"}, 2, "32", id="short root"),
    pytest.param({"root": "zz" * 32}, 2, "hexadecimal", id="root in other letters"),
    pytest.param({"root": 5}, 2, "'root' as hexadecimal", id="root as number"),
    pytest.param({"root": None}, 2, "'root' as hexadecimal", id="root as null"),
    pytest.param({"nonce": ""}, 2, "nonce of 32 bytes", id="no nonce"),
    pytest.param({"nonce": ["00"]}, 2, "'nonce' as hexadecimal", id="nonce as array"),
    pytest.param({"nonce": "é"}, 2, "hexadecimal", id="nonce in other letters"),
    pytest.param({"presentation": ""}, 2, "CBOR", id="no presentation"),
    pytest.param({"presentation": "00"}, 2, "presentation", id="another presentation"),
    pytest.param({"presentation": "00" * 5000}, 2, "at most 4096 bytes", id="long presentation"),
    pytest.param({"policy": None}, 2, "JSON", id="policy as null"),
    pytest.param({"policy": "{}"}, 2, "JSON", id="policy as text"),
    pytest.param({"policy": {}}, 2, "version 1", id="no policy"),
    pytest.param({"policy": POLICY | {"days": [82, 82]}}, 1, "range proof", id="another policy"),
    pytest.param({"policy": POLICY | {"days": [0, 300]}}, 2, "bytes", id="a policy with longer proofs"),
    pytest.param({"policy": POLICY | {"x": 1}}, 2, "'x'", id="an unknown fact"),
    pytest.param({"record": "1990"}, 2, "unknown field: 'record'", id="a sixth thing"),
])  # fmt: skip
def test_the_verifier_decides_by_its_own_input(asked, change, code, named):
    assert checked(asked)[0] == 0
    got, verdict = checked(asked | change)
    assert (got, named in verdict["why"]) == (code, True)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_thing_that_is_missing_is_named(asked, name):
    code, verdict = checked({key: value for key, value in asked.items() if key != name})
    assert (code, verdict["why"]) == (2, f"missing field: {name!r}")


@pytest.mark.parametrize("data", [
    pytest.param(b"", id="nothing"),
    pytest.param(b"[]", id="array"),
    pytest.param(b"\xff\xfe", id="binary"),
    pytest.param(b"[" * 500_000, id="deep"),
    pytest.param(b'{"root": "", "root": ""}', id="a name twice"),
    pytest.param(b"0" * (1 << 21), id="huge"),
])  # fmt: skip
def test_what_is_no_input_is_refused(data):
    assert checked(data)[0] == 2


def test_no_standard_input_is_an_empty_one(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit, match="2"):
        check.command.callback()
    assert "empty" in json.loads(capsys.readouterr().out)["why"]


def test_nothing_after_the_first_mebibyte_is_overlooked(asked):
    """A reader that stops there would take the first part for the whole."""
    whole = json.dumps(asked).encode().ljust(1 << 20)
    assert checked(whole)[0] == 0
    assert checked(whole + b"}")[0] == 2
    assert checked(whole + b" ")[0] == 2


@pytest.mark.parametrize("position", range(0, 600, 50) if NATIVE else [0, 300])
def test_a_presentation_with_one_bit_changed_is_refused(asked, position):
    data = bytearray.fromhex(asked["presentation"])
    data[position] ^= 1 << position % 8
    assert checked(asked | {"presentation": data.hex()})[0] in (1, 2)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.binary(max_size=100) | st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=5), values, min_size=1)
)
def test_fuzz_any_input_is_refused(asked, change):
    code, _ = checked(change if isinstance(change, bytes) else asked | change)
    assert code in (1, 2)


def test_the_help_names_every_option():
    result = CliRunner().invoke(main, ["demo", "--help"])
    assert result.exit_code == 0
    for option in ("--at", "--ask", "--min-age", "--vaccines", "--days", "--hospital", "--json"):
        assert option in result.stdout
