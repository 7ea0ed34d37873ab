"""What was acknowledged is there after every fault, and what is there is a sound log."""

import multiprocessing
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from ledger.conftest import ORIGIN
from ledger.sample_log import accesses

from zkhealth.ledger import Log, StorageError
from zkhealth.ledger.storage import migrations, open_storage
from zkhealth.merkle import verify_consistency

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("ZKHEALTH_KILLS", "4"))


def appending(url, start):
    command = [sys.executable, str(Path(__file__).with_name("appending.py")), url, str(start)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def acknowledged(process, lines):
    """Read some lines, kill the process wherever it is then, and read the rest: all that it was told.

    It must have been at work until then.
    """
    out = b"".join(process.stdout.readline() for _ in range(lines))
    process.kill()
    out += process.stdout.read()
    assert process.wait(60) == (1 if os.name == "nt" else -9)
    process.stdout.close()
    complete = out.decode().rpartition("\n")[0]  # The last line may be half written.
    return {int(index): data for index, _, data in (line.partition(" ") for line in complete.splitlines())}


def assert_holds(log, told):
    """The log is sound and has what was told."""
    log.check()
    for index, data in told.items():
        assert log.entry(index).data.decode() == data


def test_a_writer_that_is_killed_loses_nothing_that_was_acknowledged(url):
    numbers, told = random.Random(5), {}  # noqa: S311
    with Log.open(url, ORIGIN) as log:
        for number in range(KILLS):
            before = len(log), log.root()
            news = acknowledged(appending(url, 10**6 * number), numbers.randrange(1, 60))
            assert_holds(log, news)
            told |= news
            verify_consistency(before[1], before[0], log.root(), len(log), log.consistency_proof(before[0]))
        assert len(told) >= KILLS
        assert_holds(log, told)
        assert log.append(accesses(1)) == [len(log) - 1]


def test_several_writing_processes_never_share_an_index(url):
    with Log.open(url, ORIGIN) as log:
        processes = [appending(url, 10**6 * number) for number in range(4)]
        told = [acknowledged(process, 12) for process in processes]
        together = {index: data for part in told for index, data in part.items()}
        assert len(together) == sum(map(len, told))
        assert_holds(log, together)


def fill(path, limit, results):
    """Append until the file may not grow any more."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    told, failure = 0, ""
    with Log.open(path, ORIGIN) as log:
        try:
            while told < 100_000:
                told = log.append(accesses(200, told))[-1] + 1
        except StorageError as e:
            failure = str(e)
        # The reader still reads, and the writer still says why not.
        sound = log.check()[0] if told else 0
        try:
            log.append(accesses(100_000))
            failure = ""
        except StorageError:
            pass
    results.put((told, failure, sound))


@pytest.mark.skipif(sys.platform != "linux", reason="limits file sizes as Linux does")
def test_a_full_disk_is_an_error_and_the_log_goes_on_afterwards(tmp_path):
    path = tmp_path / "log.db"
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=fill, args=(path, 700_000, results))
    process.start()
    told, failure, sound = results.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    assert 0 < told < 100_000 and "log's database" in failure and sound == told
    with Log.open(path) as log:
        assert log.check()[0] == told
        assert log.append(accesses(5)) == list(range(told, told + 5))
        log.check()


@pytest.fixture
def own_cluster(cluster):
    """The shared server, which is running again afterwards."""
    yield cluster
    cluster.start_again()


@pytest.mark.parametrize("mode", ["fast", "immediate", "kill"])
def test_a_log_outlives_a_restart_of_the_database(own_cluster, mode):
    with Log.open(own_cluster.new_url(), ORIGIN) as log:
        log.append(accesses(50))
        root = log.root()
        own_cluster.kill() if mode == "kill" else own_cluster.stop(mode)
        with pytest.raises(StorageError):
            log.append(accesses(1, 50))
        with pytest.raises(StorageError):
            log.root()
        own_cluster.start_again()
        assert log.append(accesses(3, 50)) == [50, 51, 52]
        assert log.root(50) == root
        log.check([(50, root)])


def test_a_log_reconnects_when_the_server_came_back_between_two_calls(own_cluster):
    with Log.open(own_cluster.new_url(), ORIGIN) as log:
        log.append(accesses(2))
        own_cluster.stop("immediate")
        own_cluster.start_again()
        assert len(log) == 2
        own_cluster.stop("fast")
        own_cluster.start_again()
        assert log.append(accesses(1, 2)) == [2]


def test_a_commit_whose_answer_is_lost_is_looked_up(own_cluster):
    """The connection dies after the server has committed, and before the log hears of it."""
    with Log.open(own_cluster.new_url(), ORIGIN) as log:
        log.append(accesses(2))
        _lose_answers(log._storage, 1, before=False)
        assert log.append(accesses(3, 2)) == [2, 3, 4]
        log.check()


def test_a_commit_that_never_arrived_is_reported_as_not_done(own_cluster):
    with Log.open(own_cluster.new_url(), ORIGIN) as log:
        log.append(accesses(2))
        _lose_answers(log._storage, 1, before=True)
        with pytest.raises(StorageError, match="rolled back") as failed:
            log.append(accesses(3, 2))
        assert not failed.value.is_undecided
        assert log.append(accesses(3, 2)) == [2, 3, 4]
        log.check()


class _Losing:
    """A connection that breaks at COMMIT."""

    def __init__(self, connection, before):
        self._connection, self._before = connection, before

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, sql, *arguments):
        import psycopg

        if sql != "COMMIT":
            return self._connection.execute(sql, *arguments)
        if not self._before:
            self._connection.execute(sql)
        self._connection.close()
        raise psycopg.OperationalError("the connection is lost")


def _lose_answers(storage, times, *, before):
    storage._connection = _Losing(storage._connection, before)


def test_an_older_log_is_brought_up_to_date_and_keeps_its_entries(url):
    storage = open_storage(url)
    migrations.migrate(storage, 1)
    with storage.writing() as transaction:
        transaction.insert("ledger_log", [(1, ORIGIN)])
    assert migrations.version_of(storage) == 1
    log = Log(storage, ORIGIN)
    log.append(accesses(5))
    root = log.root()
    log.close()
    with Log.open(url) as log:
        assert log.check([(5, root)]) == (5, root)
        assert log.body(3) is None


def test_a_log_of_a_newer_program_is_not_opened(url):
    with Log.open(url, ORIGIN) as log, log._storage.writing() as transaction:
        transaction.insert("ledger_migration", [(len(migrations.MIGRATIONS) + 1,)])
    with pytest.raises(ValueError, match=f"schema {len(migrations.MIGRATIONS) + 1}, and this program knows only"):
        Log.open(url)


def test_a_migration_that_fails_changes_nothing(url, monkeypatch):
    Log.open(url, ORIGIN).close()
    twice = ["CREATE TABLE ledger_more (i INTEGER)"] * 2
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, lambda _: twice))
        storage = open_storage(url)
        with pytest.raises(StorageError):
            migrations.migrate(storage, len(migrations.MIGRATIONS))
        storage.close()
    with Log.open(url) as log:
        log.check()


def create(url, results):
    with Log.open(url, ORIGIN) as log:
        results.put(log.append(accesses(1)))


def test_processes_that_make_the_same_log_at_once_agree(url):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=create, args=(url, results)) for _ in range(4)]
    for process in processes:
        process.start()
    assert sorted(results.get(timeout=120)[0] for _ in processes) == [0, 1, 2, 3]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    with Log.open(url) as log:
        log.check()


def test_acknowledged_means_synchronised(url):
    with Log.open(url, ORIGIN) as log:
        if url.startswith("sqlite"):
            assert log._storage.read("PRAGMA journal_mode") == [("wal",)]
            assert log._storage.read("PRAGMA synchronous") == [(2,)]
        else:
            assert log._storage.read("SHOW synchronous_commit") == [("on",)]


def test_a_server_that_does_not_keep_its_word_is_refused(own_cluster):
    url = own_cluster.new_url()
    own_cluster.stop("fast")
    own_cluster.start("fsync=off", "synchronous_commit=off")
    with pytest.raises(ValueError, match="fsync off"):
        Log.open(url, ORIGIN)
    own_cluster.stop("fast")
    own_cluster.start("synchronous_commit=off")
    with Log.open(url, ORIGIN) as log:
        assert log._storage.read("SHOW synchronous_commit") == [("on",)]
    own_cluster.stop("fast")
