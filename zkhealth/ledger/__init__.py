"""The ledger: a log that nobody can rewrite unseen, and who watches it."""

from zkhealth.ledger.entries import PERSONAL, PUBLIC, Entry, Opening, personal, public
from zkhealth.ledger.log import Log
from zkhealth.ledger.storage import StorageError

__all__ = ["PERSONAL", "PUBLIC", "Entry", "Log", "Opening", "StorageError", "personal", "public"]
