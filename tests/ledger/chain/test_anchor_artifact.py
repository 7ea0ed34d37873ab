"""The compiled contract in the package is what the compiler makes of the source beside it."""

import json
from importlib.resources import files

from ledger.chain.vyper_compiler import VERSION, compiled

from zkhealth.ledger.chain.artifact import artifact

HERE = files("zkhealth.ledger.chain")


def test_the_artifact_is_what_the_compiler_makes_of_the_source(tmp_path):
    source = tmp_path / "anchor.vy"
    source.write_bytes(HERE.joinpath("anchor.vy").read_bytes())
    shipped = json.loads(HERE.joinpath("anchor.json").read_text(encoding="utf-8"))
    assert compiled(source) == shipped


def test_the_artifact_names_the_compiler():
    shipped = json.loads(HERE.joinpath("anchor.json").read_text(encoding="utf-8"))
    assert shipped["compiler"].startswith(f"vyper {VERSION}+")
    assert f"# pragma version {VERSION}\n" in HERE.joinpath("anchor.vy").read_text(encoding="utf-8")


def test_the_code_has_no_way_to_be_replaced():
    """No DELEGATECALL, CALLCODE, CREATE, CREATE2 or SELFDESTRUCT: the code that was checked is the code that stays."""
    assert not {0xF0, 0xF2, 0xF4, 0xF5, 0xFF} & set(opcodes(artifact().runtime))


def test_the_code_runs_on_chains_since_london():
    """No PUSH0, MCOPY, TLOAD, TSTORE or blob opcodes, which private chains often lack."""
    assert not {0x5F, 0x5E, 0x5C, 0x5D, 0x49, 0x4A} & set(opcodes(artifact().runtime))


def test_it_can_be_published_in_one_transaction():
    assert len(artifact().runtime) < 24_576  # EIP-170


def opcodes(code):
    """The operations of a program, without constants, and without the jump table behind its last `revert(0, 0)`."""
    code, position = code[: code.rindex(bytes.fromhex("600080fd")) + 4], 0
    while position < len(code):
        operation = code[position]
        yield operation
        position += 1 + (operation - 0x5F if 0x60 <= operation <= 0x7F else 0)
