from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zkhealth.merkle.hashing import EMPTY_ROOT, leaf_hash, leaf_hashes, node_hash, node_hashes, rows


def test_the_empty_root_is_the_hash_of_nothing():
    assert EMPTY_ROOT == sha256(b"").digest()


@given(st.binary(max_size=300))
def test_a_leaf_is_hashed_behind_a_zero_byte(leaf):
    assert leaf_hash(leaf) == sha256(b"\x00" + leaf).digest()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_node_is_hashed_behind_a_one_byte(left, right):
    assert node_hash(left, right) == node_hashes(left + right) == sha256(b"\x01" + left + right).digest()


@given(st.lists(st.binary(max_size=3)) | st.lists(st.binary(min_size=7, max_size=7)))
@example([b"", b""])
@example([b"ab", b"c", b"d"])
def test_a_batch_of_leaves_is_each_leaf_hashed(leaves):
    assert leaf_hashes(leaves) == b"".join(leaf_hash(leaf) for leaf in leaves)


@given(st.binary(max_size=2), st.integers(1, 9), st.integers(0, 9), st.data())
def test_rows_hash_each_row_behind_the_prefix(prefix, width, n, data):
    table = data.draw(st.lists(st.binary(min_size=width, max_size=width), min_size=n, max_size=n))
    assert rows(prefix, b"".join(table), width) == b"".join(sha256(prefix + row).digest() for row in table)


@pytest.mark.parametrize(("data", "width"), [(b"abc", 2), (b"abc", 4), (b"", 0), (b"abc", 0), (b"abc", -3)])
def test_rows_must_be_whole(data, width):
    with pytest.raises(ValueError, match="not whole rows"):
        rows(b"\x00", data, width)


@pytest.mark.parametrize("leaf", ["text", 7, None, True, bytearray(b"x"), memoryview(b"x")])
def test_a_leaf_is_bytes(leaf):
    with pytest.raises(TypeError):
        leaf_hash(leaf)
    with pytest.raises(TypeError):
        leaf_hashes([b"y", leaf])
