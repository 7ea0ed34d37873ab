"""Tiles: a log as files that never change, 256 hashes or 256 entries in each.

C2SP tlog-tiles.  Tile n of level l has the hashes of the subtrees of 256^l leaves number 256n to 256n + 255; the tiles
at the right edge of the tree have fewer, and a full tile's root is one hash of the level above.

    >>> [tile.path for tile in tiles_of(70_000)][-4:]
    ['tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1']
    >>> Tile(0, 1_234_067).path
    'tile/0/x001/x234/067'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from zkhealth.errors import DecodingError
from zkhealth.field import as_bytes
from zkhealth.ledger.base64_lines import HASH_SIZE
from zkhealth.merkle.hashing import node_hashes

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_ENTRY_BYTES = 0xFFFF
MAX_BUNDLE_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)


@dataclass(frozen=True)
class Tile:
    """Which tile: its level above the leaves, its index on that level, and how many hashes it has."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the log's prefix."""
        return f"tile/{self.level}/{_number(self.index)}{self._suffix}"

    @property
    def bundle_path(self) -> str:
        """Where the entries behind a tile of level 0 lie."""
        return f"tile/entries/{_number(self.index)}{self._suffix}"

    @property
    def full(self) -> Tile:
        """The full tile that takes the place of this one when the log grows."""
        return replace(self, width=WIDTH)

    @property
    def _suffix(self) -> str:
        return "" if self.width == WIDTH else f".p/{self.width}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, level by level from the leaves; none of an empty one."""
    return tiles_since(0, size)


def tiles_since(old: int, size: int) -> Iterator[Tile]:
    """The tiles of a tree that a tree of `old` leaves did not have."""
    for level in range(HEIGHT):
        nodes = size >> HEIGHT * level
        for index in range(old >> HEIGHT * (level + 1), nodes // WIDTH):
            yield Tile(level, index)
        if nodes % WIDTH and size > old:
            yield Tile(level, nodes // WIDTH, nodes % WIDTH)


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles of a tree: together they make up its root."""
    rows = [(level, size >> HEIGHT * level) for level in range(HEIGHT)]
    return [Tile(level, nodes // WIDTH, nodes % WIDTH) for level, nodes in rows if nodes % WIDTH]


def tile_at(size: int, level: int, index: int) -> Tile:
    """The tile of a tree that has the subtree `index` of 256^level leaves; ValueError if there is no such subtree."""
    nodes = size >> HEIGHT * level
    if not 0 <= index < nodes:
        raise ValueError(f"a tree of {size} leaves has no subtree {index} of level {level}")
    number = index // WIDTH
    return Tile(level, number, min(WIDTH, nodes - number * WIDTH))


def subtree_in(row: bytes, height: int, index: int) -> bytes:
    """The root of the 2^height hashes of a tile that begin at index * 2^height."""
    part = row[(index << height) * HASH_SIZE : ((index + 1) << height) * HASH_SIZE]
    for _ in range(height):
        part = node_hashes(part)
    return part


def tile_root(row: bytes) -> bytes:
    """The root of a full tile."""
    return subtree_in(row, HEIGHT, 0)


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries, each after its length in two bytes; raises ValueError if one is over 65,535 bytes.

    >>> encode_bundle([b"one", b""]).hex()
    '00036f6e650000'
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError(f"expected an entry of at most {MAX_ENTRY_BYTES} bytes, got {len(entry)}")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """Read the entries of a bundle; raises DecodingError if it ends within one or has more than 256."""
    data, at = as_bytes(data), 0
    entries: list[bytes] = []
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if end > len(data) or at + 2 > len(data):
            raise DecodingError(f"expected {WIDTH} entries or fewer, the bundle ends within number {len(entries)}")
        if len(entries) == WIDTH:
            raise DecodingError(f"expected at most {WIDTH} entries")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def _number(index: int) -> str:
    """Groups of three digits, all but the last after an x: no folder has over a thousand files."""
    last, rest = f"{index % 1000:03}", index // 1000
    return f"{_prefix(rest)}{last}" if rest else last


def _prefix(number: int) -> str:
    return (_prefix(number // 1000) if number >= 1000 else "") + f"x{number % 1000:03}/"
