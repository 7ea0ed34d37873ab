"""Which tiles a tree has, where they lie, and how bundles of entries are written."""

import re

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.ledger.tiles import (
    MAX_ENTRY_BYTES,
    WIDTH,
    Tile,
    decode_bundle,
    edge_tiles,
    encode_bundle,
    tile_at,
    tile_root,
    tiles_of,
    tiles_since,
)
from zkhealth.merkle import MerkleTree
from zkhealth.merkle.hashing import leaf_hashes

sizes = st.one_of(st.integers(0, 200_000), st.integers(0, 2**63 - 1).map(lambda n: n & 0xFFFF))


def test_the_example_of_the_specification_has_its_tiles():
    counts = {}
    for tile in tiles_of(70_000):
        kind = (tile.level, "full" if tile.width == WIDTH else tile.width)
        counts[kind] = counts.get(kind, 0) + 1
    assert counts == {(0, "full"): 273, (0, 112): 1, (1, "full"): 1, (1, 17): 1, (2, 1): 1}


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_one():
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(1, 1_234_067), "tile/1/x001/x234/067"),
        (Tile(0, 1_000_000_000), "tile/0/x001/x000/x000/000"),
        (Tile(2, 5, 255), "tile/2/005.p/255"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile, path):
    assert tile.path == path
    assert tile.bundle_path == re.sub("tile/[0-9]+", "tile/entries", path)


@given(sizes)
def test_the_tiles_of_a_tree_have_each_complete_subtree_of_a_power_of_256_once(size):
    level = 0
    while nodes := size >> 8 * level:
        spans = [(t.index * WIDTH, t.width) for t in tiles_of(size) if t.level == level]
        assert sum(width for _, width in spans) == nodes
        assert [start for start, _ in spans] == list(range(0, nodes, WIDTH))
        level += 1
    assert not [t for t in tiles_of(size) if t.level >= level]


@given(sizes, sizes)
def test_old_tiles_and_new_tiles_are_all_tiles(one, other):
    old, new = sorted((one, other))
    assert set(tiles_of(new)) == {t for t in tiles_of(old) if t in set(tiles_of(new))} | set(tiles_since(old, new))
    assert not [t for t in tiles_since(old, new) if t.width == WIDTH and t in set(tiles_of(old))]


@given(sizes)
def test_the_edge_is_what_is_not_full(size):
    assert set(edge_tiles(size)) == {t for t in tiles_of(size) if t.width < WIDTH}


def test_the_largest_tree_has_tiles_of_eight_levels():
    assert [tile.level for tile in edge_tiles(2**63 - 1)] == list(range(8))


@given(st.integers(1, 2**63 - 1), st.data())
def test_every_subtree_is_in_a_tile_of_the_tree(size, data):
    level = data.draw(st.integers(0, (size.bit_length() - 1) // 8))
    index = data.draw(st.integers(0, (size >> 8 * level) - 1))
    tile = tile_at(size, level, index)
    assert tile.index * WIDTH <= index < tile.index * WIDTH + tile.width
    assert tile.width == WIDTH or tile in edge_tiles(size)


@pytest.mark.parametrize(("size", "level", "index"), [(0, 0, 0), (5, 0, 5), (5, 0, -1), (255, 1, 0), (256, 1, 1)])
def test_there_is_no_tile_for_what_is_not_complete(size, level, index):
    with pytest.raises(ValueError, match="no subtree"):
        tile_at(size, level, index)


def test_the_root_of_a_full_tile_is_that_of_its_leaves():
    leaves = [b"%d" % i for i in range(WIDTH)]
    tree = MerkleTree()
    tree.extend(leaves)
    assert tile_root(leaf_hashes(leaves)) == tree.root()


@given(st.lists(st.binary(max_size=300), max_size=WIDTH))
def test_a_bundle_survives_its_encoding(entries):
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_bundle_that_encodes_alike_or_refused(data):
    try:
        assert encode_bundle(decode_bundle(data)) == data
    except DecodingError:
        return


def test_damage_to_a_bundle_changes_its_entries_or_is_refused():
    entries = [b"one", b"", b"three"]
    for what, data in damaged(encode_bundle(entries)):
        try:
            assert decode_bundle(data) != entries, what
        except DecodingError:
            continue


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\3on", b"\0\0\0", b"\xff\xff" + bytes(65_534), bytes(2 * 257)])
def test_a_bundle_that_ends_early_or_has_too_many_is_refused(data):
    with pytest.raises(DecodingError):
        decode_bundle(data)


def test_the_longest_entry_fits_and_a_longer_one_is_the_caller_s_mistake():
    assert decode_bundle(encode_bundle([bytes(MAX_ENTRY_BYTES)])) == [bytes(MAX_ENTRY_BYTES)]
    with pytest.raises(ValueError, match="at most 65535"):
        encode_bundle([bytes(MAX_ENTRY_BYTES + 1)])
