"""A wallet's file is the old one or the new one, never half of it, and nobody else's to read."""

import os
import stat

import pytest

from zkhealth.encoding.files import write_private

on_posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wallet"


@pytest.mark.parametrize("data", [b"", b"x", bytes(1 << 20), bytearray(b"abc"), memoryview(b"abc")])
def test_what_is_written_is_there_and_nothing_else(path, data):
    write_private(path, data)
    write_private(str(path), data)
    assert path.read_bytes() == bytes(data)
    assert list(path.parent.iterdir()) == [path]


@on_posix
def test_only_the_owner_may_read_it_whatever_the_umask(path):
    before = os.umask(0)
    try:
        write_private(path, b"x")
    finally:
        os.umask(before)
    assert mode(path) == 0o600


@on_posix
def test_a_file_that_all_could_read_becomes_private(path):
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


@on_posix
def test_the_secret_was_never_in_a_file_that_others_could_read(path, monkeypatch):
    seen, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(os.fstat(handle)), fsync(handle)))
    write_private(path, b"secret")
    written = [status for status in seen if stat.S_ISREG(status.st_mode)]
    assert [(stat.S_IMODE(status.st_mode), status.st_size) for status in written] == [(0o600, 6)]


@on_posix
def test_the_bytes_are_on_the_disk_before_the_name_and_the_folder_after(path, monkeypatch):
    order = []
    is_folder = lambda handle: stat.S_ISDIR(os.fstat(handle).st_mode)  # noqa: E731
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda h: (order.append("folder" if is_folder(h) else "file"), fsync(h)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("name"), replace(a, b)))
    write_private(path, b"x")
    assert order == ["file", "name", "folder"]


def test_it_is_written_in_the_folder_where_it_belongs(path, monkeypatch):
    """A name can only be replaced at once within one file system; a folder for all would show the secret's size."""
    moved, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (moved.append((a, b)), replace(a, b)))
    write_private(path, b"x")
    [(source, target)] = moved
    assert os.path.dirname(source) == os.path.dirname(target) == str(path.parent)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=repr)
def test_whatever_happens_the_old_file_stays_and_no_other_is_left(path, monkeypatch, failing, error):
    path.write_bytes(b"old")

    def fail(*_):
        raise error

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(type(error)):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


@on_posix
def test_a_link_is_replaced_and_not_followed(path, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"other")
    path.symlink_to(elsewhere)
    write_private(path, b"new")
    assert not path.is_symlink()
    assert (path.read_bytes(), elsewhere.read_bytes()) == (b"new", b"other")


def test_a_long_name_is_no_longer_for_being_written(tmp_path):
    write_private(tmp_path / ("w" * 200), b"x")


def test_a_relative_path_is_relative_to_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_private("wallet", b"x")
    assert (tmp_path / "wallet").read_bytes() == b"x"


def test_a_folder_that_is_missing_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_private(tmp_path / "missing" / "wallet", b"x")


@pytest.mark.parametrize("data", ["text", None, 5])
def test_what_is_not_bytes_leaves_the_file_alone(path, data):
    path.write_bytes(b"old")
    with pytest.raises(TypeError, match="expected bytes"):
        write_private(path, data)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]
