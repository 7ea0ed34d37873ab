"""A public record that nobody can rewrite: an append-only log, its readers, its witnesses, and consent kept in it.

See NOTES.md beside this file for what is promised, the formats, and where they come from.
"""

from zkhealth.ledger.entries import PERSONAL, PUBLIC, Entry, Opening, personal, public
from zkhealth.ledger.log import Log
from zkhealth.ledger.storage import StorageError

__all__ = ["PERSONAL", "PUBLIC", "Entry", "Log", "Opening", "StorageError", "personal", "public"]
