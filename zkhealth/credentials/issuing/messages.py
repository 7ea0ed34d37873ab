"""The messages under a signature, by place: handle, the schema's slots, prover blind, link secret, token share.

The handle is the issuer's and random: it tells credentials apart, and a revocation list would name it.  The last
three are the holder's, signed blindly.  None of the four can be disclosed, bounded or listed.
"""

from __future__ import annotations

from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.schemas.spec import SchemaSpec

HANDLE = 0


def n_signed(spec: SchemaSpec) -> int:
    """How many messages the issuer knows."""
    return 1 + len(spec.slots)


def n_messages(spec: SchemaSpec) -> int:
    """How many messages there are."""
    return n_signed(spec) + 3


def link_secret(spec: SchemaSpec) -> int:
    """The place of the link secret."""
    return n_signed(spec) + 1


def token_share(spec: SchemaSpec) -> int:
    """The place of the holder's share of the token secret; the handle is the issuer's share."""
    return n_signed(spec) + 2


def place(ref: FieldRef, part: int = 0) -> int:
    """The place of a field's scalar; part -1 is the last one."""
    return 1 + ref.of.spec.slot(ref.name, part)
