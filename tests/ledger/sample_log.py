"""Entries for tests: they need no secrets, and their commitments are counted."""

from zkhealth.ledger import Entry, public


def issuers(n, start=0):
    return [public("issuer", {"name": f"https://hospital{i}.example"}) for i in range(start, start + n)]


def accesses(n, start=0):
    """Personal entries whose commitments are plain numbers."""
    return [Entry("access", b'{"c":"%064x","kind":"access"}' % i) for i in range(start, start + n)]
