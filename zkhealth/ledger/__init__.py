"""A public record that nobody can rewrite: an append-only log, its readers, its witnesses, and consent kept in it.

See NOTES.md beside this file for what is promised, the formats, and where they come from.
"""

from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.entries import PERSONAL, PUBLIC, Entry, Opening, personal, public
from zkhealth.ledger.follow import Follower, compare
from zkhealth.ledger.log import Log
from zkhealth.ledger.note import Signer, Verifier
from zkhealth.ledger.reader import TiledLog, read_log
from zkhealth.ledger.storage import StorageError
from zkhealth.ledger.tlog_proof import TlogProof, prove
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import LocalWitness, Witness

__all__ = [
    "PERSONAL",
    "PUBLIC",
    "Entry",
    "Log",
    "Opening",
    "StorageError",
    "personal",
    "public",
    "Checkpoint",
    "Signer",
    "Verifier",
    "Cosigner",
    "Trust",
    "TiledLog",
    "read_log",
    "Follower",
    "compare",
    "TlogProof",
    "prove",
    "Witness",
    "LocalWitness",
]
