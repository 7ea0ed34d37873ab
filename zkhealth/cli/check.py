"""`zkhealth check`: a verifier with its own root, size, policy and nonce checks a presentation."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, NoReturn

import click

from zkhealth.cli.exits import CANNOT_DECIDE, GOOD, REFUSED, reason
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health import read_object
from zkhealth.records import Policy, check

_INPUT = {"root", "size", "policy", "nonce", "presentation"}
_MAX_INPUT = 1 << 20


@click.command("check")
def command() -> None:
    """Check a presentation: JSON on standard input, a verdict on standard output.

    The input has the verifier's own root, size, policy and nonce, and the
    presentation: {"root": hex, "size": n, "policy": {...}, "nonce": hex, "presentation": hex}.
    """
    try:
        asked = _input(sys.stdin.buffer.read(_MAX_INPUT + 1) if sys.stdin else b"")
        policy = Policy.from_json(json.dumps(asked["policy"]))
        root, nonce, presentation = (bytes.fromhex(asked[name]) for name in ("root", "nonce", "presentation"))
        start = time.perf_counter()
        shown = check(policy, root, asked["size"], nonce, presentation)
        took = time.perf_counter() - start
    except VerificationError as e:
        _verdict(REFUSED, {"valid": False, "why": str(e)})
    except (DecodingError, ValueError, TypeError) as e:
        _verdict(CANNOT_DECIDE, {"valid": False, "why": reason(e)})
    _verdict(
        GOOD,
        {
            "valid": True,
            "proven": policy.explain(),
            "saw": {"leaf": shown.index, "commitments": shown.leaf.hex(), "proof_bytes": len(shown.proof)},
            "verify_ms": round(took * 1000, 2),
        },
    )


def _input(data: bytes) -> dict[str, Any]:
    """What the verifier is given: these five fields and no other."""
    if len(data) > _MAX_INPUT:
        raise DecodingError(f"expected at most {_MAX_INPUT} bytes")
    asked = read_object(data)
    if unknown := sorted(set(asked) - _INPUT):
        raise DecodingError(f"unknown field: {unknown[0]!r}")
    if missing := sorted(_INPUT - set(asked)):
        raise DecodingError(f"missing field: {missing[0]!r}")
    for name in ("root", "nonce", "presentation"):
        if not isinstance(asked[name], str):
            raise DecodingError(f"expected {name!r} as hexadecimal digits")
    return asked


def _verdict(code: int, verdict: dict[str, Any]) -> NoReturn:
    click.echo(json.dumps(verdict))
    sys.exit(code)
