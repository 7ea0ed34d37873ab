"""Exporting a log: whole files, the checkpoint last, and taken up again wherever it was stopped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.memory_log import LOG_KEY, ORIGIN, TRUST, exported, files_of, log_of, signed, state

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger import export as export_module
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.export import export
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.reader import TiledLog, read_log
from zkhealth.ledger.tiles import tiles_of


class Stopped(BaseException):
    """What a crash looks like from within: nothing catches it."""


@given(st.lists(st.integers(0, 700), min_size=1, max_size=5))
@settings(max_examples=25)
def test_a_folder_brought_up_to_date_in_steps_reads_under_each_checkpoint(tmp_path_factory, steps):
    folder, log = tmp_path_factory.mktemp("log"), log_of(700)
    for size in sorted(steps):
        export(log, folder, signed(log, size))
    for size in steps:
        TiledLog(from_directory(folder), state(log, size)).verify()
    assert len(read_log(from_directory(folder), TRUST)) == max(steps)


def test_the_files_are_those_of_the_tree_and_no_others(tmp_path):
    files = set(files_of(exported(tmp_path, log_of(777))))
    tiles = list(tiles_of(777))
    assert files == {"checkpoint"} | {t.path for t in tiles} | {t.bundle_path for t in tiles if t.level == 0}


def test_a_checkpoint_is_cosigned_again_without_new_tiles(tmp_path):
    log = log_of(300)
    exported(tmp_path, log)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    export(log, tmp_path, signed(log, None, LOG_KEY, LOG_KEY))
    changed = {p.name for p in tmp_path.rglob("*") if p.is_file() and before.get(p) != p.stat().st_mtime_ns}
    assert changed == {"checkpoint"}


@pytest.mark.parametrize("stop", range(0, 40, 3))
def test_an_export_that_is_stopped_leaves_the_old_log_and_is_taken_up_again(tmp_path, monkeypatch, stop):
    log = log_of(2_000)
    exported(tmp_path, log, 600)
    countdown = iter(range(stop + 1))
    replace = export_module._replace

    def stopping(path, data):
        if next(countdown, None) is None:
            (tmp_path / "tile" / ".part-of-a-crash").write_bytes(data[: len(data) // 2])
            raise Stopped
        return replace(path, data)

    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(export_module, "_replace", stopping)
        export(log, tmp_path, signed(log))
        raise Stopped  # So many files are not written.
    if len(read_log(from_directory(tmp_path), TRUST)) == 600:
        read_log(from_directory(tmp_path), TRUST).verify()
    export(log, tmp_path, signed(log))
    assert list(read_log(from_directory(tmp_path), TRUST).entries()) == log.leaves


CHILD = """
import pathlib, sys
from ledger.memory_log import exported, log_of
from zkhealth.ledger import export
replace = export._replace
def telling(path, data):
    print(path, flush=True)
    return replace(path, data)
export._replace, export._STEP = telling, 256
exported(pathlib.Path(sys.argv[1]), log_of(1500))
"""


def test_an_export_that_is_killed_is_taken_up_again(tmp_path):
    """kill -9 after so many files, wherever it then is."""
    here = Path(__file__).parents[1]
    exported(tmp_path, log_of(300))
    for files in (1, 2, 4, 7):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": f"{here}:{here.parent}", "PATH": ""},
        )
        with child:
            for _ in range(files):
                child.stdout.readline()
            child.kill()
        read_log(from_directory(tmp_path), TRUST).verify()
    log = log_of(1500)
    export(log, tmp_path, signed(log))
    assert list(read_log(from_directory(tmp_path), TRUST).entries()) == log.leaves


def test_progress_is_noted_and_what_is_done_is_not_done_again(tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "_STEP", 512)
    log, written = log_of(2_000), []
    replace = export_module._replace

    def noting(path, data):
        if path.name == ".exported" and b"\n1024\n" in data:
            replace(path, data)
            raise Stopped
        written.append(path)
        return replace(path, data)

    monkeypatch.setattr(export_module, "_replace", noting)
    with pytest.raises(Stopped):
        export(log, tmp_path, signed(log))
    del written[:]
    done = []
    export(log, tmp_path, signed(log), done.append)
    assert done == [1536, 2000]
    assert not [path for path in written if path.name in {"000", "001", "002", "003"} and "entries" in path.parts]
    read_log(from_directory(tmp_path), TRUST).verify()


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"not a note",
        Checkpoint(ORIGIN, 512, bytes(32)).encode(),
        Checkpoint("other.example", 512, log_of(512).root()).encode(),
        Checkpoint(ORIGIN, 5_000, log_of(5_000).root()).encode(),
    ],
)
def test_a_note_of_progress_that_is_not_ours_is_ignored(tmp_path, note):
    (tmp_path / "tile").mkdir()
    (tmp_path / "tile/.exported").write_bytes(note)
    log = log_of(1_000)
    exported(tmp_path, log)
    read_log(from_directory(tmp_path), TRUST).verify()


@pytest.mark.parametrize(
    "other",
    [
        lambda log: signed(log_of(9, b"other")),
        lambda log: Checkpoint("other.example", 9, log.root(9)).sign(LOG_KEY),
        lambda log: Checkpoint(ORIGIN, 11, log.root()).sign(LOG_KEY),
    ],
)
def test_a_checkpoint_of_another_log_is_not_exported(tmp_path, other):
    log = log_of(10)
    with pytest.raises(ValueError, match="a checkpoint of this log"):
        export(log, tmp_path / "new", other(log))
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_ahead_or_of_another_log_is_left_alone(tmp_path):
    log = log_of(10)
    exported(tmp_path, log)
    with pytest.raises(ValueError, match="at most 9 entries"):
        export(log, tmp_path, signed(log, 9))
    (tmp_path / "checkpoint").write_bytes(Checkpoint("other.example", 3, log.root(3)).sign(LOG_KEY))
    with pytest.raises(ValueError, match="folder of this log"):
        export(log, tmp_path, signed(log))


def test_a_folder_with_another_history_is_left_alone(tmp_path):
    exported(tmp_path, log_of(10, b"other"))
    before = files_of(tmp_path)
    log = log_of(20)
    with pytest.raises(VerificationError, match="not one of this log's past"):
        export(log, tmp_path, signed(log))
    assert files_of(tmp_path) == before


def test_a_damaged_checkpoint_in_the_folder_is_not_written_over(tmp_path):
    (tmp_path / "checkpoint").write_bytes(b"half a check")
    log = log_of(20)
    with pytest.raises(DecodingError):
        export(log, tmp_path, signed(log))


@pytest.mark.parametrize("index", [0, 300, 599, 699])
def test_entries_that_were_changed_below_the_tree_are_not_exported(tmp_path, index):
    log = log_of(700)
    checkpoint = signed(log)
    log.node = log_of(700).node
    log.leaves[index] = b"changed"
    with pytest.raises(VerificationError):
        export(log, tmp_path, checkpoint)
    assert not (tmp_path / "checkpoint").exists()


def test_a_node_that_was_changed_is_not_exported(tmp_path):
    """A full tile is checked against the node above it, on every level."""
    log = log_of(256 * 256 + 5)
    honest, checkpoint = log.node, signed(log)
    for place in ((8, 7), (16, 0)):
        log.node = lambda *asked, place=place: bytes(32) if asked == place else honest(*asked)
        with pytest.raises(VerificationError, match=r"tile/0/007|tile/1/000"):
            export(log, tmp_path, checkpoint)
    assert not (tmp_path / "checkpoint").exists()


def test_an_entry_that_fits_no_bundle_is_refused(tmp_path):
    log = log_of(3)
    log.append([bytes(65_536)])
    with pytest.raises(ValueError, match="at most 65535 bytes"):
        export(log, tmp_path, signed(log))


def test_a_full_disk_leaves_the_old_log(tmp_path, monkeypatch):
    log = log_of(700)
    exported(tmp_path, log, 300)

    def full(path, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(export_module, "_replace", full)
        export(log, tmp_path, signed(log))
    assert len(read_log(from_directory(tmp_path), TRUST)) == 300
    export(log, tmp_path, signed(log))
    read_log(from_directory(tmp_path), TRUST).verify()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_files_are_readable_for_a_web_server_and_nothing_half_is_left(tmp_path):
    umask = os.umask(0o022)
    try:
        exported(tmp_path, log_of(300))
    finally:
        os.umask(umask)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o644}
    assert not [path for path in files if path.name.startswith(".part")]


def test_a_write_that_fails_leaves_no_half_file(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r".+"):
        export_module._replace(tmp_path / "taken", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]
