"""Reading a tiled log: all of it is authenticated, and whatever was tampered with is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.memory_log import LOG_KEY, STRANGER, TRUST, exported, files_of, log_of, served, signed, state

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.reader import TiledLog, read_log
from zkhealth.ledger.tiles import WIDTH, Tile, tiles_of
from zkhealth.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion

SIZES = (1, 3, 255, 256, 257, 511, 512, 513, 768, 777, 1023)
DEEP = 256 * 256 + 256 + 256 + 3  # Three levels, and a partial tile on each.


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """For each size the log, and its exported files."""
    made = {}
    for size in (0, *SIZES, DEEP):
        log = log_of(size)
        made[size] = log, files_of(exported(tmp_path_factory.mktemp(f"log{size}"), log))
    return made


def flipped(data, i):
    return data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1 :]


def paths(files, *, stride=1):
    return [path for path in files if path != "checkpoint"][::stride]


@pytest.mark.parametrize("size", [0, *SIZES, DEEP])
def test_an_exported_log_reads_as_it_was(logs, size):
    log, files = logs[size]
    reader = read_log(files.get, TRUST)
    done = []
    reader.verify(done.append)
    assert [entry.data for entry in log.entries(0, size)] == list(reader.entries())
    assert (len(reader), reader.root(), reader.origin) == (size, log.root(), log.origin)
    assert done == [min(n + WIDTH, size) for n in range(0, size, WIDTH)]


@pytest.mark.parametrize("size", [3, 257, 777])
def test_nodes_roots_and_proofs_from_tiles_are_those_of_the_log(logs, size):
    log, files = logs[size]
    reader = read_log(files.get, TRUST)
    for level in range(size.bit_length()):
        for index in {0, (size >> level) - 1}:
            assert reader.node(level, index) == log.node(level, index)
    for old in {0, 1, 2, size // 2, size - 1, size}:
        assert reader.root(old) == log.root(old)
        assert reader.consistency_proof(old) == log.consistency_proof(old)
        verify_consistency(log.root(old), old, log.root(), size, reader.consistency_proof(old))
    for index in {0, size // 3, size - 1}:
        assert reader.entry(index) == log.leaves[index]
        verify_inclusion(log.root(), size, index, reader.entry(index), reader.inclusion_proof(index))


@given(st.data())
@settings(max_examples=30)
def test_any_slice_of_the_entries_is_read(logs, data):
    size = data.draw(st.sampled_from(SIZES))
    lo, hi = sorted((data.draw(st.integers(0, size)), data.draw(st.integers(0, size))))
    log, files = logs[size]
    assert list(read_log(files.get, TRUST).entries(lo, hi)) == log.leaves[lo:hi]


@pytest.mark.parametrize("size", SIZES)
def test_a_byte_flipped_in_any_tile_or_bundle_is_refused_and_named(logs, size):
    """CVE-2026-56865: Go's reader took a tampered full tile for true where the size had several one-bits."""
    _, files = logs[size]
    for path in paths(files):
        for i in {0, len(files[path]) // 2, len(files[path]) - 1}:
            with pytest.raises(VerificationError, match=rf"{path}(,|$| )"):
                read_log(served(files, **{path: flipped(files[path], i)}), TRUST).verify()


def test_a_byte_flipped_in_a_log_of_three_levels_is_refused_and_named(logs):
    _, files = logs[DEEP]
    shallow = [path for path in paths(files) if not path.startswith(("tile/0/", "tile/entries/"))]
    assert [path[:6] for path in shallow] == ["tile/1", "tile/1", "tile/2"]
    for path in [*shallow, *paths(files, stride=37)]:
        with pytest.raises(VerificationError, match=rf"{path}(,|$| )"):
            read_log(served(files, **{path: flipped(files[path], 7)}), TRUST).verify()


class TooLate(TiledLog):
    """The mutant: a full tile below the edge is taken as it is."""

    def _read_tile(self, tile):
        return self._row(tile)


def test_a_reader_that_starts_its_walk_too_late_accepts_a_tampered_tile(logs):
    log, files = logs[777]
    bad = served(files, **{"tile/0/001": flipped(files["tile/0/001"], 99)})
    assert TooLate(bad, state(log)).node(0, 256 + 3) != log.node(0, 256 + 3)
    with pytest.raises(VerificationError, match="tile/0/001"):
        TiledLog(bad, state(log)).node(0, 256 + 3)


@given(st.data())
@settings(max_examples=60)
def test_random_tampering_gives_the_truth_or_an_error(logs, data):
    """Nothing that a reader returns differs from the log, whatever was done to the files."""
    size = data.draw(st.sampled_from((3, 257, 777, 1023)))
    log, files = logs[size]
    tampered = dict(files)
    for path in data.draw(st.lists(st.sampled_from(paths(files)), min_size=1, max_size=3)):
        old = tampered.get(path, b"")
        tampered[path] = data.draw(
            st.one_of(
                st.integers(0, max(len(old) - 1, 0)).map(lambda i, old=old: flipped(old, i) if old else b""),
                st.integers(0, len(old)).map(lambda i, old=old: old[:i]),
                st.binary(max_size=40).map(lambda tail, old=old: old + tail),
                st.sampled_from(sorted(files.values(), key=len)),
                st.binary(max_size=100),
            )
        )
        if data.draw(st.booleans()):
            del tampered[path]
    index = data.draw(st.integers(0, size - 1))
    try:
        reader = TiledLog(tampered.get, state(log))
        assert reader.entry(index) == log.leaves[index]
        assert reader.inclusion_proof(index) == log.inclusion_proof(index)
        assert reader.consistency_proof(index) == log.consistency_proof(index)
        reader.verify()
        assert all(tampered.get(path) == files[path] for path in files)
    except VerificationError:
        assert tampered != files


def test_two_tiles_swapped_are_refused(logs):
    _, files = logs[777]
    bad = {**files, "tile/0/000": files["tile/0/001"], "tile/0/001": files["tile/0/000"]}
    bad |= {"tile/entries/000": files["tile/entries/001"], "tile/entries/001": files["tile/entries/000"]}
    with pytest.raises(VerificationError, match="tile/0/000"):
        read_log(bad.get, TRUST).verify()


def test_a_log_rewritten_below_its_old_checkpoint_is_refused(logs, tmp_path):
    """Every file agrees with every other, and not with what was signed."""
    log, _ = logs[777]
    other = log_of(777, b"other")
    files = files_of(exported(tmp_path, other))
    with pytest.raises(VerificationError, match=r"the root does not follow from tile/0/003.p/9, tile/1/000.p/3"):
        TiledLog(files.get, state(log))


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/003.p/9", "tile/1/000.p/3", "tile/entries/002", "checkpoint"])
def test_a_missing_file_is_named(logs, path):
    _, files = logs[777]
    rest = {name: data for name, data in files.items() if name != path}
    with pytest.raises(VerificationError, match=f"does not have (a )?{path}"):
        read_log(rest.get, TRUST).verify()


@pytest.mark.parametrize("cut", [-1, -32, 0, 1])
@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/003.p/9", "tile/1/000.p/3", "tile/entries/002"])
def test_a_truncated_file_is_named(logs, path, cut):
    _, files = logs[777]
    data = files[path] + b"\0" if cut == 1 else files[path][: cut or None] if cut else b""
    with pytest.raises(VerificationError, match=path):
        read_log(served(files, **{path: data}), TRUST).verify()


def test_a_bundle_with_an_entry_too_many_or_too_few_is_named(logs):
    _, files = logs[777]
    for path, entry in (("tile/entries/003.p/9", b"\0\1x"), ("tile/entries/000", b"\0\1x")):
        with pytest.raises(VerificationError, match=path):
            read_log(served(files, **{path: files[path] + entry}), TRUST).verify()
        with pytest.raises(VerificationError, match=path):
            read_log(served(files, **{path: entry}), TRUST).verify()


def test_the_entry_that_was_changed_is_named(logs):
    _, files = logs[777]
    path = "tile/entries/001"
    bad = files[path].replace(b"300:", b"3OO:")
    with pytest.raises(VerificationError, match=r"entry 300, in tile/entries/001,"):
        read_log(served(files, **{path: bad}), TRUST).verify()


def test_a_full_tile_takes_the_place_of_a_partial_one_that_was_deleted(tmp_path):
    log = log_of(1030)
    exported(tmp_path, log, 1000)
    files = files_of(exported(tmp_path, log))
    files = {path: data for path, data in files.items() if path.split(".p/")[0] not in files or ".p/" not in path}
    assert "tile/0/003.p/232" not in files
    TiledLog(files.get, state(log, 1000)).verify()
    assert list(TiledLog(files.get, state(log, 1000)).entries(990)) == log.leaves[990:1000]
    bad = served(files, **{"tile/0/003": flipped(files["tile/0/003"], 3)})
    with pytest.raises(VerificationError):
        TiledLog(bad, state(log, 1000))


def test_a_reader_asks_for_no_more_than_it_needs(logs):
    """A proof in a log of three levels: one tile of each level."""
    log, files = logs[DEEP]
    asked = []
    reader = read_log(lambda path: asked.append(path) or files.get(path), TRUST)
    del asked[:]
    assert reader.inclusion_proof(40_000) == log.inclusion_proof(40_000)
    assert asked == ["tile/1/000", "tile/0/156"]


def test_the_checkpoint_must_be_the_log_s(logs):
    log, files = logs[777]
    with pytest.raises(VerificationError, match="no trusted key"):
        read_log(served(files, checkpoint=signed(log, None, STRANGER)), TRUST)
    with pytest.raises(DecodingError):
        read_log(served(files, checkpoint=b"not a note"), TRUST)


def test_an_empty_log_has_the_root_of_an_empty_tree(logs):
    _, files = logs[0]
    assert read_log(files.get, TRUST).root() == EMPTY_ROOT
    forged = Checkpoint("log.example/1", 0, bytes(32)).sign(LOG_KEY)
    with pytest.raises(VerificationError, match="the root does not follow from no entries"):
        read_log(served(files, checkpoint=forged), TRUST)


def test_what_is_not_in_the_log_is_the_caller_s_mistake(logs):
    reader = read_log(logs[777][1].get, TRUST)
    for call in (
        lambda: reader.entry(777),
        lambda: reader.entry(-1),
        lambda: reader.node(0, 777),
        lambda: reader.node(10, 0),
        lambda: reader.node(-1, 0),
        lambda: reader.root(778),
        lambda: reader.inclusion_proof(777),
        lambda: reader.inclusion_proof(5, 5),
        lambda: reader.consistency_proof(778),
        lambda: reader.tile(Tile(0, 0, 5)),
        lambda: reader.tile(Tile(0, 4)),
        lambda: list(reader.entries(0, 778)),
    ):
        with pytest.raises(ValueError, match=r".+"):
            call()
    with pytest.raises(TypeError):
        reader.entry(True)


def test_a_directory_is_read_and_what_is_not_there_is_none(tmp_path):
    log = log_of(5)
    fetch = from_directory(exported(tmp_path, log))
    assert fetch("tile/0/000.p/5") == b"".join(log.node(0, i) for i in range(5))
    assert (fetch("tile/0/000"), fetch("tile/0/000.p/5/more")) == (None, None)


def test_each_tile_of_the_tree_can_be_asked_for(logs):
    _, files = logs[777]
    reader = read_log(files.get, TRUST)
    for tile in tiles_of(777):
        assert reader.tile(tile) == files[tile.path]
