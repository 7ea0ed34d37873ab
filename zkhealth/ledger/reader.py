"""Reading a log from its tiles: nothing is believed that the checkpoint does not commit to.

C2SP tlog-tiles.  The tiles at the right edge of the tree make up the root in the checkpoint; every other tile's root
is a hash in the tile above it, which was checked before; an entry's hash is in a tile of level 0.  So every tile is
authenticated by itself, on its own path to the root.  Go's reader once started that walk too late and took tampered
tiles for true (CVE-2026-56865).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.base64_lines import HASH_SIZE
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.fetching import Fetch
from zkhealth.ledger.tiles import (
    HEIGHT,
    WIDTH,
    Tile,
    decode_bundle,
    edge_tiles,
    subtree_in,
    tile_at,
    tile_root,
)
from zkhealth.ledger.trust import Trust
from zkhealth.merkle.hashing import leaf_hash, leaf_hashes
from zkhealth.merkle.proof import Proof, check_int, check_size
from zkhealth.merkle.subtrees import consistency_path, inclusion_path, root_of

_CACHED_TILES = 1_024  # 8 MiB.


class TiledLog:
    """A log as one checkpoint describes it, read through `fetch`; every answer is authenticated, or an error.

    Requires: `checkpoint` was authenticated, as by `Trust.open`.  Keeps the last thousand tiles.  Thread-safe if
    `fetch` is.

    Raises, here and in every method that reads:
        VerificationError: a file is missing, damaged, or not what the checkpoint commits to; the message names it.
        OSError: as `fetch` does.
    """

    def __init__(self, fetch: Fetch, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._fetch = fetch
        self._tile = lru_cache(maxsize=_CACHED_TILES)(self._read_tile)
        self._edge = self._read_edge()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.checkpoint.origin

    def __len__(self) -> int:
        return self.checkpoint.size

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` entries, by default of all."""
        return root_of(self.node, self._size(size))

    def node(self, level: int, index: int) -> bytes:
        """The hash of the entries [index * 2^level, (index + 1) * 2^level); ValueError if there are not so many."""
        check_int("level", level)
        check_int("index", index)
        if level < 0 or not 0 <= index < len(self) >> level:
            raise ValueError(f"there is no subtree {index} of level {level} in a log of {len(self)} entries")
        tile_level, height = divmod(level, HEIGHT)
        tile = tile_at(len(self), tile_level, index << height)
        return subtree_in(self.tile(tile), height, index % (WIDTH >> height))

    def inclusion_proof(self, index: int, size: int | None = None) -> Proof:
        """Prove which entry is number `index`; ValueError if there is none."""
        size = self._size(size)
        check_int("index", index)
        if not 0 <= index < size:
            raise ValueError(f"index is outside the log of {size} entries")
        return inclusion_path(self.node, index, size)

    def consistency_proof(self, old_size: int, size: int | None = None) -> Proof:
        """Prove that the first `size` entries begin with the first `old_size`; ValueError if there are not so many."""
        size = self._size(size)
        check_size("old size", old_size)
        if old_size > size:
            raise ValueError(f"old size {old_size} is more than size {size}")
        return consistency_path(self.node, old_size, size)

    def entry(self, index: int) -> bytes:
        """Entry number `index`; ValueError if there is none."""
        check_int("index", index)
        if not 0 <= index < len(self):
            raise ValueError(f"there is no entry {index} in a log of {len(self)}")
        return self._bundle(tile_at(len(self), 0, index))[index % WIDTH]

    def entries(self, lo: int = 0, hi: int | None = None) -> Iterator[bytes]:
        """The entries [lo, hi), in order; by default all."""
        hi = self._size(hi)
        check_size("lo", lo)
        for start in range(lo // WIDTH * WIDTH, hi, WIDTH):
            yield from self._bundle(tile_at(len(self), 0, start))[max(lo - start, 0) : hi - start]

    def verify(self, progress: Callable[[int], None] | None = None) -> None:
        """Read and authenticate every tile and every entry; `progress` is told how many entries are done.

        Whatever is above a bundle is read with it, so there is nothing else to read.
        """
        for start in range(0, len(self), WIDTH):
            self._bundle(tile_at(len(self), 0, start))
            if progress:
                progress(min(start + WIDTH, len(self)))

    def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile of this tree, concatenated; ValueError if it has no such tile."""
        if tile != tile_at(len(self), tile.level, tile.index * WIDTH):
            raise ValueError(f"a tree of {len(self)} leaves has no {tile.path}")
        return self._edge[tile] if tile in self._edge else self._tile(tile)

    def _read_tile(self, tile: Tile) -> bytes:
        """A full tile: its root is in the tile above, which is authenticated first."""
        above = tile_at(len(self), tile.level + 1, tile.index)
        i = tile.index % WIDTH * HASH_SIZE
        expected = self.tile(above)[i : i + HASH_SIZE]
        row = self._row(tile)
        if tile_root(row) != expected:
            raise VerificationError(f"{tile.path} is not what the log committed to")
        return row

    def _read_edge(self) -> dict[Tile, bytes]:
        """The partial tiles: together they make up the root."""
        edge = {tile: self._row(tile) for tile in edge_tiles(len(self))}
        if self._root_from(edge) == self.checkpoint.root:
            return edge
        # For the message only: rebuild each from the level below, to tell which of them is wrong.
        rebuilt = self._rebuilt(edge)
        wrong = [tile for tile in edge if rebuilt.get(tile, edge[tile]) != edge[tile]]
        if not wrong or self._root_from({**edge, **rebuilt}) != self.checkpoint.root:
            raise VerificationError(f"the root does not follow from {', '.join(t.path for t in edge) or 'no entries'}")
        raise VerificationError(f"not what the log committed to: {', '.join(tile.path for tile in wrong)}")

    def _root_from(self, edge: dict[Tile, bytes]) -> bytes:
        def node(level: int, index: int) -> bytes:
            tile_level, height = divmod(level, HEIGHT)
            row = edge[tile_at(len(self), tile_level, index << height)]
            return subtree_in(row, height, index % (WIDTH >> height))

        return root_of(node, len(self))

    def _rebuilt(self, edge: dict[Tile, bytes]) -> dict[Tile, bytes]:
        """Partial tiles made anew from what is below them, unauthenticated, as far as that can be read."""
        rows = {}
        for tile in edge:
            first = tile.index * WIDTH
            try:
                if tile.level == 0:
                    rows[tile] = leaf_hashes(self._entries_behind(tile)[1])
                else:
                    below = [Tile(tile.level - 1, first + i) for i in range(tile.width)]
                    rows[tile] = b"".join(tile_root(self._row(child)) for child in below)
            except VerificationError:
                continue
        return rows

    def _row(self, tile: Tile) -> bytes:
        """The bytes of a tile, of the right length and no more than that."""
        path, data = self._file(tile.path, tile.full.path)
        whole = path != tile.path or tile.width == WIDTH
        expected = (WIDTH if whole else tile.width) * HASH_SIZE
        if len(data) != expected:
            raise VerificationError(f"{path} has {len(data)} bytes, expected {expected}")
        return data[: tile.width * HASH_SIZE]

    def _bundle(self, tile: Tile) -> list[bytes]:
        """The entries behind a tile of level 0, each with the hash that stands there."""
        row = self.tile(tile)
        path, entries = self._entries_behind(tile)
        if leaf_hashes(entries) != row:
            wrong = next(i for i, entry in enumerate(entries) if leaf_hash(entry) != row[i * HASH_SIZE :][:HASH_SIZE])
            index = tile.index * WIDTH + wrong
            raise VerificationError(f"entry {index}, in {path}, is not the one the log committed to")
        return entries

    def _entries_behind(self, tile: Tile) -> tuple[str, list[bytes]]:
        path, data = self._file(tile.bundle_path, tile.full.bundle_path)
        try:
            entries = decode_bundle(data)
        except DecodingError as error:
            raise VerificationError(f"{path} is no bundle of entries: {error}") from None
        expected = tile.width if path == tile.bundle_path else WIDTH
        if len(entries) != expected:
            raise VerificationError(f"{path} has {len(entries)} entries, expected {expected}")
        return path, entries[: tile.width]

    def _file(self, path: str, full: str) -> tuple[str, bytes]:
        """A file, or the full one that has taken the place of a partial one."""
        for candidate in dict.fromkeys((path, full)):
            data = self._fetch(candidate)
            if data is not None:
                return candidate, data
        raise VerificationError(f"the log does not have {path}")

    def _size(self, size: int | None) -> int:
        if size is None:
            return len(self)
        check_size("size", size)
        if size > len(self):
            raise ValueError(f"size {size} is more than the {len(self)} entries of the log")
        return size


def read_log(fetch: Fetch, trust: Trust, at: int | None = None) -> TiledLog:
    """Fetch a log's checkpoint, check who signed it (see `Trust.open`), and read the log under it."""
    data = fetch("checkpoint")
    if data is None:
        raise VerificationError("the log does not have a checkpoint")
    return TiledLog(fetch, trust.open(data, at).checkpoint)
