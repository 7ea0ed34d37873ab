"""Files that are there whole or not at all, and for their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from zkhealth.field import as_bytes


def write_private(path: str | os.PathLike[str], data: bytes) -> None:
    """Put `data` in the place of the file at `path`: a crash leaves the old file or the new one.

    Only the owner may read it (mode 0600, from its first byte on; Windows goes by the folder).  A symbolic link is
    replaced and not followed.  What goes wrong is an OSError, and the old file stays.
    """
    data, path = as_bytes(data), Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".zkhealth-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last, where folders can be opened; Windows has no such thing."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
