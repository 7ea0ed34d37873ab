"""Where a log's files come from: a function from a path below its prefix to bytes, or None where there is no such file.

Nothing that it returns is believed: `reader` authenticates every byte.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from zkhealth.ledger.http_once import request
from zkhealth.ledger.tiles import MAX_BUNDLE_BYTES

Fetch = Callable[[str], bytes | None]
"""From "tile/0/000" and the like to what lies there."""

MAX_BYTES = MAX_BUNDLE_BYTES


def from_directory(folder: str | os.PathLike[str]) -> Fetch:
    """Read an exported log; what cannot be read, or is no file, is an OSError."""
    root = Path(folder)

    def fetch(path: str) -> bytes | None:
        try:
            with open(root / path, "rb", opener=_opened) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise OSError("expected a file")
                return file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None

    return fetch


def _opened(path: str, flags: int) -> int:
    """Open without waiting: a pipe in the place of a file would hold the reader for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def from_url(prefix: str, timeout: float = 30.0) -> Fetch:
    """Read a log over HTTP; an answer other than 200 and 404, or none in `timeout` seconds, is an OSError.

    No redirects are followed and no proxies used.  ValueError if the prefix is no http or https URL.
    """

    def fetch(path: str) -> bytes | None:
        answer = request("GET", f"{prefix.rstrip('/')}/{path}", timeout=timeout, most=MAX_BYTES)
        if answer.status not in {200, 404}:
            raise OSError(f"the log's server answered {answer.status}")
        return answer.body if answer.status == 200 else None

    return fetch
