"""Attacks on the ledger by readers, logs, witnesses and clients that lie; each of these once succeeded."""

import os
import random
import shutil
import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from ledger.conftest import ORIGIN as DATABASE
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, ORIGIN, TRUST, exported, log_of, signed, state

import zkhealth.ledger.export as export_module
from zkhealth.errors import VerificationError
from zkhealth.ledger import Log, StorageError
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.entries import MAX_BODY_BYTES, Opening, personal
from zkhealth.ledger.fetching import from_directory, from_url
from zkhealth.ledger.note import Signature, Signer, join_note, split_note
from zkhealth.ledger.reader import read_log
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import InconsistentCheckpointError, LocalWitness, gather
from zkhealth.ledger.witness_http import HttpWitness, encode_request
from zkhealth.ledger.witness_server import WitnessServer

LOG = log_of(40)
TEXT = state(LOG).encode()
WITNESS = COSIGNERS[0]
KEYS = [cosigner.verifier for cosigner in COSIGNERS]
HIDDEN = b"GET /y HTTP/1.1\r\n\r\n"
REQUEST = encode_request(7, LOG.consistency_proof(7), signed(LOG))


# The quorum


def test_a_cosignature_does_not_count_under_two_names():
    alias = Cosigner("alias.example", WITNESS.key)
    value = WITNESS.cosign(TEXT, NOW).value
    copied = Signature(alias.name, alias.verifier.key_id, value)
    alias.verifier.verify(TEXT, copied.value)  # The name is not signed: the copy holds.
    with pytest.raises(ValueError, match="no key under the names of two witnesses"):
        Trust(ORIGIN, [LOG_KEY.verifier], [WITNESS.verifier, alias.verifier], quorum=2)


def test_a_witness_from_the_future_does_not_spoil_the_others_quorum():
    trust = Trust(ORIGIN, [LOG_KEY.verifier], KEYS, quorum=2)
    late = COSIGNERS[2].cosign(TEXT, 2**63 - 1).encode()
    note = signed(LOG, cosigners=COSIGNERS[:2]) + late
    assert trust.open(note, at=NOW).seen_at == {key.name: NOW for key in KEYS[:2]}
    with pytest.raises(VerificationError, match="got 1, and 1 from later than now"):
        trust.open(signed(LOG, cosigners=COSIGNERS[:1]) + late, at=NOW)


# Witnesses


def witness(tmp_path):
    local = LocalWitness(tmp_path / "seen", WITNESS, [TRUST], clock=lambda: NOW)
    local.accept(signed(LOG, 7), ())
    return local


def test_a_log_that_repeats_its_signature_gets_its_cosignature(tmp_path):
    text, (signature,) = split_note(signed(LOG))
    local = witness(tmp_path)
    assert local.accept(join_note(text, [signature] * 100), LOG.consistency_proof(7))
    assert [s.name for s in split_note(local.checkpoint(ORIGIN))[1]] == [ORIGIN, WITNESS.name]


class Repeating(LocalWitness):
    """A witness whose answer leaves no room in the note."""

    def accept(self, *_):
        return b"".join(WITNESS.cosign(TEXT, NOW + i).encode() for i in range(99))


def test_a_witness_cannot_crowd_out_the_others(tmp_path):
    honest = LocalWitness(tmp_path / "honest", COSIGNERS[1], [TRUST], clock=lambda: NOW)
    with WitnessServer(Repeating(tmp_path / "greedy", WITNESS, [TRUST], clock=lambda: NOW)) as server:
        greedy = HttpWitness(server.url, KEYS[:1])
        trust = Trust(ORIGIN, [LOG_KEY.verifier], KEYS, quorum=2)
        note, failures = gather(LOG, TRUST.open(signed(LOG)), [greedy, honest])
    assert not failures
    assert len(trust.open(note).seen_at) == 2


def test_a_log_that_changes_its_key_does_not_lose_its_witness_nor_its_past(tmp_path):
    witness(tmp_path)
    new = Signer(ORIGIN, COSIGNERS[2].key)
    trust = Trust(ORIGIN, [new.verifier])
    local = LocalWitness(tmp_path / "seen", WITNESS, [trust], clock=lambda: NOW)
    assert local.seen(ORIGIN) == state(LOG, 7)
    with pytest.raises(InconsistentCheckpointError):
        local.accept(signed(log_of(40, b"other"), 40, new), LOG.consistency_proof(7))
    assert local.accept(signed(LOG, 40, new), LOG.consistency_proof(7))


# The witness's server


def statuses(connection, data):
    """The answers to what is sent, and whether the server keeps the connection."""
    connection.sendall(data)
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except TimeoutError:
        return [int(line[9:12]) for line in received.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")], True
    return [int(line[9:12]) for line in received.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")], False


def connect(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=1)


def post(*headers, body=REQUEST):
    return b"".join(line + b"\r\n" for line in (b"POST /add-checkpoint HTTP/1.1", b"Host: w", *headers, b"")) + body


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(post(b"Content-Length: 0", b"Content-Length: %d" % len(REQUEST)), 411, id="two lengths"),
        pytest.param(post(b"Content-Length: 0", b"Transfer-Encoding : chunked", body=HIDDEN), 400, id="blank"),
        pytest.param(post(b"Content-Length: 0", b"?", b"Transfer-Encoding: chunked", body=HIDDEN), 400, id="no header"),
        pytest.param(b"GET /x HTTP/1.1\r\nContent-Length: 19\r\n\r\n" + HIDDEN, 404, id="get"),
        pytest.param(b"GET /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN, 404, id="get in chunks"),
    ],
)
def test_no_request_hides_in_another(tmp_path, data, status):
    with WitnessServer(witness(tmp_path)) as server, connect(server) as connection:
        assert statuses(connection, data) == ([status], False)


def test_a_server_that_has_ended_cosigns_nothing_on_an_old_connection(tmp_path):
    local = witness(tmp_path)
    with WitnessServer(local) as server:
        connection = connect(server)
        assert statuses(connection, b"GET /x HTTP/1.1\r\n\r\n") == ([404], True)
    with connection:
        with suppress(ConnectionError):
            assert statuses(connection, post(b"Content-Length: %d" % len(REQUEST))) == ([], False)
    assert local.seen(ORIGIN).size == 7


def test_a_server_whose_memory_is_damaged_says_so(tmp_path):
    with WitnessServer(witness(tmp_path)) as server:
        (tmp_path / "seen").unlink()
        (tmp_path / "seen").mkdir()
        with connect(server) as connection:
            assert statuses(connection, post(b"Content-Length: %d" % len(REQUEST)))[0] == [500]


# Servers that lie to clients


@contextmanager
def lying(head, part):
    """The URL of a server that sends `head`, and then `part` for ever."""

    def serve():
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(head)
            while part:
                connection.sendall(part)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "part"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="always about to answer"),
        pytest.param(CHUNKS + b"0\r\n", b"a: b\r\n", id="trailers without end"),
        pytest.param(CHUNKS + b"-5\r\nx", b"", id="less than no bytes"),
    ],
)
def test_a_server_cannot_hold_its_client(head, part):
    with lying(head, part) as url, pytest.raises(OSError, match="expected an"):
        from_url(url, timeout=0.05)("checkpoint")


# Folders


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_in_the_place_of_a_tile_does_not_hold_the_reader(tmp_path):
    exported(tmp_path, LOG)
    (tmp_path / "tile/0/000.p/40").unlink()
    os.mkfifo(tmp_path / "tile/0/000.p/40")
    ended = []

    def read():
        with pytest.raises(OSError, match="expected a file"):
            read_log(from_directory(tmp_path), TRUST)
        ended.append(True)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(timeout=20)
    assert ended


def test_a_folder_whose_tiles_were_removed_is_exported_whole_again(tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "_STEP", 256)
    log = exported(tmp_path, log_of(1_000)) and log_of(1_000)
    for path in tmp_path.glob("[!.]*"):  # As `rm -r folder/*` does.
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    exported(tmp_path, log)
    read_log(from_directory(tmp_path), TRUST).verify()


# Bodies


def test_no_copy_of_an_erased_body_stays_in_the_file(tmp_path):
    order = random.Random(11)  # noqa: S311 - A layout of pages in which two of forty once stayed.
    made = [personal("grant", {"note": "x" * order.choice([300, 900])}) for _ in range(60)]
    indices = list(range(60))
    with Log.open(tmp_path / "log.db", DATABASE) as log:
        log.append([entry for entry, _ in made])
        order.shuffle(indices)
        for i in indices:
            log.keep_body(i, made[i][1])
        order.shuffle(indices)
        for i in indices[:40]:
            log.erase(i)
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert [i for i in indices[:40] if made[i][1].salt in everything] == []
        assert all(made[i][1].salt in everything for i in indices[40:])
        log.check()


def test_an_erased_body_turns_to_zeros_and_does_not_come_back(log):
    entry, opening = personal("grant", {"a": 1})
    log.append([entry], [opening])
    log.erase(0)
    log.erase(0)
    assert log.body(0) is None
    with pytest.raises(ValueError, match="or had it"):
        log.keep_body(0, opening)
    log.check()


def nested(levels):
    return {"a": nested(levels - 1)} if levels > 1 else {}


@pytest.mark.parametrize("body", [nested(99), {"a": "x" * (MAX_BODY_BYTES - 8)}])
def test_every_body_that_is_committed_to_can_be_handed_over(body):
    entry, opening = personal("grant", body)
    assert Opening.decode(opening.encode()).opens(entry)


@pytest.mark.parametrize("body", [nested(100), {"a": "x" * (MAX_BODY_BYTES - 7)}])
def test_a_body_that_could_not_be_handed_over_is_not_committed_to(body):
    with pytest.raises(ValueError, match="expected a body of at most"):
        personal("grant", body)


# Secrets


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2%zz@localhost/db", "postgresql://u:hunter2@[::1/db", "postgresql://h/db?hunter2=1"]
)
def test_no_part_of_a_url_that_cannot_be_read_is_repeated(url):
    pytest.importorskip("psycopg", reason="psycopg is not installed", exc_type=ImportError)
    with pytest.raises(ValueError, match="percent-encoded") as caught:
        Log.open(url, DATABASE)
    assert "hunter2" not in str(caught.value)


# The database's owner


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "DROP TRIGGER ledger_entry_update ON ledger_entry; CREATE TRIGGER ledger_entry_update BEFORE UPDATE "
        "ON ledger_entry FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse()",
        "CREATE RULE quiet AS ON UPDATE TO ledger_body DO INSTEAD NOTHING",
        "ALTER TABLE ledger_entry SET UNLOGGED",
        "ALTER TABLE ledger_body ENABLE ROW LEVEL SECURITY",
    ],
)
def test_what_was_done_to_the_tables_of_postgresql_is_named(cluster, sql):
    import psycopg

    url = cluster.new_url()
    with Log.open(url, DATABASE) as log, psycopg.connect(url, autocommit=True) as owner:
        log.check()
        owner.execute(sql)
        with pytest.raises(VerificationError, match=r"was changed|does not belong there"):
            log.check()


QUIET = {
    "sqlite": "CREATE TRIGGER quiet BEFORE UPDATE ON ledger_body BEGIN SELECT RAISE(IGNORE); END",
    "postgresql": "CREATE RULE quiet AS ON UPDATE TO ledger_body DO INSTEAD NOTHING",
}


def test_an_erasure_that_the_database_ignores_is_no_success(log):
    entry, opening = personal("grant", {"a": 1})
    log.append([entry], [opening])
    with log._storage.writing() as owner:
        owner.execute(QUIET[log._storage.dialect])
    with pytest.raises(StorageError, match="keeps the body of entry 0"):
        log.erase(0)
