"""Go's own note and tlog code, and torchwood, read what we write, refuse it tampered with, and write what we read."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ledger.memory_log import COSIGNERS, LOG_KEY, ORIGIN, exported, log_of, signed, state

from zkhealth.errors import VerificationError
from zkhealth.ledger.export import export
from zkhealth.ledger.note import open_note
from zkhealth.ledger.tiles import tiles_of
from zkhealth.ledger.tlog_proof import prove
from zkhealth.ledger.trust import Trust

SOURCE = Path(__file__).parent / "go"
WITNESS = COSIGNERS[0]
SEED = WITNESS.key.private_bytes_raw().hex()
SIZES = (1, 255, 256, 257, 512, 768, 777, 1023)


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    """Runs the Go program; skips where there is no Go, or its modules cannot be had."""
    if not shutil.which("go"):
        pytest.skip("no Go here")
    program = tmp_path_factory.mktemp("go") / "oracle"
    build = ["go", "build", "-mod=readonly", "-o", str(program), "."]
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    how = {"cwd": SOURCE, "env": environment, "capture_output": True, "text": True, "timeout": 240}
    built = subprocess.run(build, check=False, **how)
    if built.returncode:
        if "main.go:" in built.stderr:
            pytest.fail(built.stderr)
        pytest.skip(f"Go's modules cannot be had here: {built.stderr.strip()[-200:]}")

    def run(*arguments, data=None):
        return subprocess.run([program, *map(str, arguments)], input=data, capture_output=True, timeout=60, check=False)

    return run


def read(go, mode, *arguments):
    return go(mode, LOG_KEY.verifier.encode(), WITNESS.name, SEED, *arguments)


def cosigned(log):
    return signed(log, cosigners=[WITNESS])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}
    for size in (*SIZES, 65_536 + 256 + 1):
        log, folder = log_of(size), tmp_path_factory.mktemp("log")
        exported(folder, log, size // 2)
        export(log, folder, cosigned(log))
        made[size] = log, folder
    return made


def read_folder(go, log, folder):
    old = max(len(log) // 2, 1)
    return read(go, "log", folder, old, base64.b64encode(log.root(old)).decode())


@pytest.mark.parametrize("size", [*SIZES, 65_536 + 256 + 1])
def test_go_reads_an_export(go, folders, size):
    done = read_folder(go, *folders[size])
    assert (done.returncode, done.stdout.decode()) == (0, f"{ORIGIN} {size} entries\n"), done.stderr


@pytest.mark.parametrize("size", SIZES)
def test_go_refuses_an_export_with_a_byte_flipped_anywhere(go, folders, size):
    """In each tile, each bundle, and the checkpoint: that both readers refuse alike is the point."""
    log, folder = folders[size]
    tiles = list(tiles_of(size))
    for path in ["checkpoint", *(t.path for t in tiles), *(t.bundle_path for t in tiles if t.level == 0)]:
        data = (folder / path).read_bytes()
        try:
            (folder / path).write_bytes(bytes([data[0] ^ 1]) + data[1:])
            assert read_folder(go, log, folder).returncode == 1, path
        finally:
            (folder / path).write_bytes(data)
    assert read_folder(go, log, folder).returncode == 0


def test_go_refuses_an_export_that_does_not_extend_what_it_saw(go, folders):
    _, folder = folders[777]
    old = base64.b64encode(log_of(300, b"other").root()).decode()
    assert read(go, "log", folder, 300, old).returncode == 1


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (77, 40), (777, 0), (777, 776), (1023, 512)])
def test_go_verifies_a_proof_in_a_file(go, tmp_path, size, index):
    log = log_of(size)
    for extra in (b"", b"extra"):
        (tmp_path / "entry.tlog-proof").write_bytes(prove(log, index, cosigned(log), extra).encode())
        (tmp_path / "entry").write_bytes(log.leaves[index])
        done = read(go, "proof", tmp_path / "entry.tlog-proof", tmp_path / "entry")
        assert (done.returncode, done.stdout.decode()) == (0, f"entry {index} of {size}\n"), done.stderr


def test_go_refuses_a_proof_that_was_tampered_with(go, tmp_path):
    log = log_of(77)
    data = prove(log, 40, cosigned(log)).encode()
    (tmp_path / "entry").write_bytes(log.leaves[40])
    for i in range(0, len(data), 9):
        (tmp_path / "bad").write_bytes(data[:i] + bytes([data[i] ^ 2]) + data[i + 1 :])
        assert read(go, "proof", tmp_path / "bad", tmp_path / "entry").returncode != 0, i
    (tmp_path / "good").write_bytes(data)
    (tmp_path / "entry").write_bytes(log.leaves[41])
    assert read(go, "proof", tmp_path / "good", tmp_path / "entry").returncode == 1


def test_go_signs_as_we_do(go):
    text = state(log_of(77)).encode()
    assert go("sign", LOG_KEY.encode_private(), data=text).stdout == signed(log_of(77))


def test_we_read_what_go_cosigned(go):
    log = log_of(77)
    trust = Trust(ORIGIN, [LOG_KEY.verifier], [WITNESS.verifier], quorum=1)
    done = go("cosign", WITNESS.name, SEED, data=signed(log))
    assert trust.open(done.stdout).seen_at[WITNESS.name] > 0, done.stderr
    other = state(log_of(78)).encode()
    lines = done.stdout.split(b"\n\n")[1]
    with pytest.raises(VerificationError, match="does not hold"):
        open_note(other + b"\n" + lines, [WITNESS.verifier])
