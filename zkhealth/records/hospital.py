"""A hospital that publishes one root for many records, as the demo needs it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from zkhealth.health import COVID19, INFLUENZA, DayInterval
from zkhealth.merkle import MerkleTree
from zkhealth.records.record import CommittedRecord, Record, commit

_CODES = (*COVID19, *INFLUENZA)


def publish(records: Sequence[Record], others: int) -> tuple[MerkleTree, dict[int, CommittedRecord]]:
    """Commit to the records and to `others` made-up ones, in random places.

    Returns the tree, and the committed records by place.
    """
    size = len(records) + others
    places = dict(zip(secrets.SystemRandom().sample(range(size), len(records)), records, strict=True))
    stream = (places[i] if i in places else _made_up() for i in range(size))
    tree, held = MerkleTree(), {}
    for i, committed in enumerate(commit(stream)):
        tree.append(committed.leaf)
        if i in places:
            held[i] = committed
    return tree, held


def _made_up() -> Record:
    birth, given = secrets.randbelow(40_000), 45_000 + secrets.randbelow(1_000)
    return Record(DayInterval(birth, birth), secrets.choice(_CODES), DayInterval(given, given))
