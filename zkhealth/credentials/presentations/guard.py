"""Guards: what may come once, comes once."""

from __future__ import annotations

from typing import Protocol


class Guard(Protocol):
    """Remembers what may come once.  Share one among all verifiers of an audience, in a database."""

    def claim(self, key: bytes) -> bool:
        """Whether `key` comes for the first time; from now on it does not.  Atomic."""


class MemoryGuard:
    """A guard of one process; thread-safe.  It forgets when the process ends."""

    def __init__(self) -> None:
        self._seen: dict[bytes, object] = {}

    def claim(self, key: bytes) -> bool:
        """Whether `key` comes for the first time."""
        mark = object()
        return self._seen.setdefault(key, mark) is mark  # one step, so that threads may race

    def __repr__(self) -> str:
        return f"<MemoryGuard of {len(self._seen)}>"
