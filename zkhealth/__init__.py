"""zkhealth: prove facts about a health record without showing the record.

    >>> import zkhealth as zk
    >>> C, s = zk.Pedersen().commit(42)
    >>> proof = zk.prove_range(42, s, 18, 120, context=b"for the school, 2026-11-23")
    >>> zk.verify_range(C, proof, 18, 120, context=b"for the school, 2026-11-23")

See the README for the tour; the layers (`zk.field`, `zk.curve`, `zk.rangeproof`, …) are public too.
"""

from typing import TYPE_CHECKING, Any

from zkhealth import sigma
from zkhealth.backend import backend_name
from zkhealth.commitments import Pedersen, VectorPedersen
from zkhealth.curve import G1, G2
from zkhealth.errors import DecodingError, VerificationError, WitnessError, ZkHealthError
from zkhealth.field import Fr
from zkhealth.merkle import MerkleTree, verify_consistency, verify_inclusion
from zkhealth.rangeproof import prove_range, verify_range

if TYPE_CHECKING:
    from zkhealth.credentials import (
        Bool,
        Code,
        Date,
        Either,
        Id,
        Instant,
        Int,
        Issuer,
        MemoryGuard,
        Policy,
        Population,
        Presentation,
        Pseudonym,
        Quantity,
        Schema,
        Text,
        Wallet,
        days_ago,
        hours_ago,
        row_of,
        verify_all,
        years_ago,
    )
    from zkhealth.signatures import bbs

__version__ = "0.1.0"

_CREDENTIALS = frozenset(
    "Bool Code Date Either Id Instant Int Issuer MemoryGuard Policy Population Presentation Pseudonym Quantity Schema "
    "Text Wallet days_ago hours_ago row_of verify_all years_ago".split()
)


def __getattr__(name: str) -> Any:
    """Credentials, BBS and health records are loaded when asked for: most programs need one part of the library."""
    if name == "bbs":
        from zkhealth.signatures import bbs  # noqa: PLC0415

        return bbs
    if name == "health":
        import zkhealth.health.certlogic  # noqa: PLC0415 (with `from` this function would ask itself)
        import zkhealth.health.valuesets  # noqa: PLC0415

        return zkhealth.health
    if name in _CREDENTIALS:
        from zkhealth import credentials  # noqa: PLC0415

        return getattr(credentials, name)
    raise AttributeError(f"module 'zkhealth' has no attribute {name!r}")


__all__ = [
    "Bool",
    "Code",
    "Date",
    "Either",
    "Id",
    "Instant",
    "Int",
    "Issuer",
    "MemoryGuard",
    "Policy",
    "Population",
    "Presentation",
    "Pseudonym",
    "Quantity",
    "Schema",
    "Text",
    "Wallet",
    "bbs",
    "days_ago",
    "hours_ago",
    "row_of",
    "verify_all",
    "years_ago",
    "G1",
    "G2",
    "DecodingError",
    "Fr",
    "MerkleTree",
    "Pedersen",
    "VectorPedersen",
    "VerificationError",
    "WitnessError",
    "ZkHealthError",
    "backend_name",
    "prove_range",
    "sigma",
    "verify_consistency",
    "verify_inclusion",
    "verify_range",
]
