"""A log as a folder of files that any web server can serve, in the form of C2SP tlog-tiles.

Files are put in place whole, and the checkpoint last: a reader sees the old log or the new one, and an export that was
stopped, by a crash too, is taken up where its last note of progress says.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.reader import TiledLog
from zkhealth.ledger.tiles import HEIGHT, WIDTH, Tile, encode_bundle, tile_root, tiles_since
from zkhealth.merkle.hashing import leaf_hashes

_STEP = 1 << 16
_SYNCS = 16
_PROGRESS = "tile/.exported"  # Whoever removes the tiles removes it with them.


class HasData(Protocol):
    """An entry, whatever else it is: `data` is what the tree hashes."""

    @property
    def data(self) -> bytes: ...


class Source(Protocol):
    """A log that can be exported; `ledger.log.Log` is one."""

    @property
    def origin(self) -> str: ...

    def __len__(self) -> int: ...

    def root(self, size: int | None = None, /) -> bytes: ...

    def node(self, level: int, index: int, /) -> bytes: ...

    def entries(self, lo: int, hi: int, /) -> Iterator[HasData]: ...


def export(
    log: Source,
    folder: str | os.PathLike[str],
    checkpoint: bytes,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write or bring up to date a folder with the log as `checkpoint`, a signed one of it, describes it.

    One export into a folder at a time.  Old partial tiles stay, for readers who hold an old checkpoint.  `progress` is
    told how many entries are done.

    Raises:
        ValueError: the checkpoint is not one of this log, or the folder is ahead of it, or has another log.
        VerificationError: the log's entries are not what its own tree says, or the folder's checkpoint is not one
            of its past.  The folder's checkpoint stays.
        DecodingError: the folder's checkpoint is none.
        OSError: a file cannot be written; the same call takes it up again.
    """
    new, root = peek(checkpoint), Path(folder)
    if new.origin != log.origin or new.size > len(log) or log.root(new.size) != new.root:
        raise ValueError("expected a checkpoint of this log")
    root.mkdir(parents=True, exist_ok=True)
    old = _old_size(log, root, new)
    for start in range(old // _STEP * _STEP, new.size, _STEP):
        done = min(start + _STEP, new.size)
        _write_tiles(log, root, max(old, start), done, is_last=done == new.size)
        if done != new.size:
            _sync(root, [_replace(root / _PROGRESS, Checkpoint(log.origin, done, log.root(done)).encode())])
        if progress:
            progress(done)
    TiledLog(from_directory(root), new)
    _sync(root, [_replace(root / "checkpoint", checkpoint)])


def _old_size(log: Source, root: Path, new: Checkpoint) -> int:
    """How many entries the folder has for sure."""
    fetch = from_directory(root)
    data = fetch("checkpoint")
    old = peek(data) if data is not None else Checkpoint(new.origin, 0, log.root(0))
    if old.origin != new.origin or old.size > new.size:
        raise ValueError(f"expected a folder of this log with at most {new.size} entries")
    if log.root(old.size) != old.root:
        raise VerificationError("the folder's checkpoint is not one of this log's past")
    try:
        noted = Checkpoint.decode(fetch(_PROGRESS) or b"")
    except DecodingError:
        return old.size
    is_ours = noted.origin == new.origin and noted.size <= new.size and log.root(noted.size) == noted.root
    return max(old.size, noted.size if is_ours else 0)


def _write_tiles(log: Source, root: Path, lo: int, hi: int, *, is_last: bool) -> None:
    """Write the tiles that entries [lo, hi) complete; the partial ones at the end of all."""
    written: list[Path] = []
    for tile in tiles_since(lo, hi):
        if tile.width == WIDTH or is_last:
            row = _bundle(log, root, tile, written) if tile.level == 0 else _row(log, tile)
            if tile.width == WIDTH and tile_root(row) != log.node(HEIGHT * (tile.level + 1), tile.index):
                raise VerificationError(f"what would be {tile.path} is not what the log's tree says")
            written.append(_replace(root / tile.path, row))
    _sync(root, written)


def _bundle(log: Source, root: Path, tile: Tile, written: list[Path]) -> bytes:
    """Write the entries behind a tile; returns their hashes."""
    start = tile.index * WIDTH
    entries = [entry.data for entry in log.entries(start, start + tile.width)]
    row = leaf_hashes(entries)
    if len(entries) != tile.width:
        raise VerificationError(f"the log has {len(entries)} of the entries {start} to {start + tile.width - 1}")
    written.append(_replace(root / tile.bundle_path, encode_bundle(entries)))
    return row


def _row(log: Source, tile: Tile) -> bytes:
    first = tile.index * WIDTH
    return b"".join(log.node(HEIGHT * tile.level, first + i) for i in range(tile.width))


def _replace(path: Path, data: bytes) -> Path:
    """Put a file in place whole; readable for others, as the umask says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".part-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def _sync(root: Path, paths: list[Path]) -> None:
    """Make files and their names last, before anything says that they are there."""
    with ThreadPoolExecutor(_SYNCS) as threads:  # A disk takes many at once in the time of one.
        for _ in threads.map(lambda path: _fsync(path, os.O_RDWR), paths):
            pass
    if hasattr(os, "O_DIRECTORY"):  # Windows has no such thing.
        for folder in {folder for path in paths for folder in path.parents if folder.is_relative_to(root)}:
            _fsync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _fsync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
