"""A stored log is the tree of RFC 9162, in both databases."""

import os
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger.conftest import ORIGIN
from ledger.sample_log import accesses, issuers

from zkhealth.errors import WitnessError
from zkhealth.ledger import Log, Opening, StorageError, personal, public
from zkhealth.merkle import EMPTY_ROOT, MerkleTree, verify_consistency, verify_inclusion


def tree_of(entries):
    tree = MerkleTree()
    tree.extend([entry.data for entry in entries])
    return tree


@given(st.lists(st.integers(0, 40), max_size=6), st.data())
def test_appended_in_any_portions_it_is_the_tree_in_memory(portions, data):
    entries = accesses(sum(portions))
    with Log.open(":memory:", ORIGIN) as log:
        for n in portions:
            assert log.append(entries[len(log) : len(log) + n]) == list(range(len(log) - n, len(log)))
        tree = tree_of(entries)
        size = data.draw(st.integers(0, len(entries)))
        assert log.root() == tree.root() and log.root(size) == tree.root(size)
        old = data.draw(st.integers(0, size))
        assert log.consistency_proof(old, size) == tree.consistency_proof(old, size)
        for index in range(size):
            assert log.inclusion_proof(index, size) == tree.inclusion_proof(index, size)


def test_every_proof_of_a_log_of_70_verifies(log):
    entries = accesses(70)
    log.append(entries[:33])
    for entry in entries[33:]:
        log.append([entry])
    for size in range(1, 71):
        root = log.root(size)
        index = size * 7 % size if size > 1 else 0
        verify_inclusion(root, size, index, entries[index].data, log.inclusion_proof(index, size))
        verify_consistency(log.root(size // 2), size // 2, root, size, log.consistency_proof(size // 2, size))
    assert log.root() == tree_of(entries).root()


def test_a_new_log_is_the_empty_tree(log):
    assert (len(log), log.root(), list(log.entries()), log.origin) == (0, EMPTY_ROOT, [], ORIGIN)
    assert log.consistency_proof(0) == ()


def test_nothing_appended_is_nothing_done(log):
    assert log.append([]) == [] and len(log) == 0


def test_what_was_appended_reads_back_in_order(log):
    entries = [*issuers(1200), *accesses(3)]
    log.append(entries)
    assert list(log.entries()) == entries
    assert list(log.entries(999, 1001)) == entries[999:1001]
    assert log.entry(1201) == entries[1201]


def test_the_longest_entry_and_one_beside_it_read_back(log):
    entries = [public("schema", {"text": "é" * 32_000}), *accesses(2)]
    log.append(entries)
    assert list(log.entries()) == entries
    log.check()


def test_a_log_reads_back_when_opened_again(url):
    with Log.open(url, ORIGIN) as log:
        log.append(issuers(5))
        root = log.root()
    with Log.open(url) as again:
        assert (again.origin, len(again), again.root()) == (ORIGIN, 5, root)
        assert again.append(issuers(1, 5)) == [5]
        assert again.root() == tree_of(issuers(6)).root()


def test_nodes_are_the_hashes_of_complete_subtrees(log):
    entries = accesses(21)
    log.append(entries)
    for level in range(5):
        for index in range(21 >> level):
            part = entries[index << level : index + 1 << level]
            assert log.node(level, index) == tree_of(part).root()


@pytest.mark.parametrize(("level", "index"), [(0, 21), (2, 5), (4, 1), (5, 0), (62, 0), (2**62, 0)])
def test_a_subtree_that_is_not_complete_has_no_node(level, index):
    with Log.open(":memory:", ORIGIN) as log:
        log.append(accesses(21))
        with pytest.raises(ValueError, match="no complete subtree"):
            log.node(level, index)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda log: log.entry(3), id="entry"),
        pytest.param(lambda log: log.root(4), id="root"),
        pytest.param(lambda log: log.inclusion_proof(3), id="inclusion"),
        pytest.param(lambda log: log.inclusion_proof(3, 4), id="inclusion of what may come"),
        pytest.param(lambda log: log.consistency_proof(4, 4), id="consistency of what may come"),
        pytest.param(lambda log: log.inclusion_proof(2, 2), id="inclusion in a smaller tree"),
        pytest.param(lambda log: log.inclusion_proof(-1), id="negative index"),
        pytest.param(lambda log: log.consistency_proof(4), id="consistency"),
        pytest.param(lambda log: log.consistency_proof(3, 2), id="shrinking"),
        pytest.param(lambda log: list(log.entries(0, 4)), id="entries"),
        pytest.param(lambda log: log.keep_body(3, Opening(bytes(32), b"{}")), id="body"),
    ],
)
def test_what_is_not_there_is_the_caller_s_mistake(log, ask):
    log.append(accesses(3))
    with pytest.raises(ValueError, match=r"3|2"):
        ask(log)


@pytest.mark.parametrize(
    "ask", [lambda log: log.entry(True), lambda log: log.root("1"), lambda log: log.append([b"x"])]
)
def test_what_is_of_the_wrong_type_is_a_type_error(ask):
    with Log.open(":memory:", ORIGIN) as log:
        log.append(accesses(3))
        with pytest.raises(TypeError):
            ask(log)


def test_a_log_keeps_its_origin(url):
    Log.open(url, ORIGIN).close()
    with pytest.raises(ValueError, match=r"'zkhealth.example/log1', not 'other.example/log'"):
        Log.open(url, "other.example/log")
    Log.open(url, ORIGIN).close()


def test_a_new_log_needs_an_origin(url):
    with pytest.raises(ValueError, match="needs an origin"):
        Log.open(url)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x00b", "a\u2028b"])
def test_an_origin_can_stand_in_a_checkpoint(origin):
    with pytest.raises(ValueError, match="expected an origin"):
        Log.open(":memory:", origin)


@pytest.mark.parametrize("url", ["mysql://localhost/log", "http://log.example", ""])
def test_another_database_is_refused(url):
    with pytest.raises(ValueError, match="expected a path"):
        Log.open(url, ORIGIN)


def test_a_file_that_cannot_be_opened_is_an_os_error(tmp_path):
    with pytest.raises(StorageError):
        Log.open(tmp_path / "no such folder" / "log.db", ORIGIN)
    (tmp_path / "text").write_text("this is no database, and long enough to be looked at as one" * 20)
    with pytest.raises(OSError, match="not a database"):
        Log.open(tmp_path / "text", ORIGIN)


def test_a_server_that_is_not_there_is_an_os_error():
    pytest.importorskip("psycopg", exc_type=ImportError)
    with pytest.raises(StorageError, match="log's database"):
        Log.open("postgresql:///x?host=/nonexistent", ORIGIN)


def test_postgresql_without_psycopg_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "zkhealth.ledger.storage.postgres", raising=False)
    with pytest.raises(ValueError, match=r"install zkhealth\[postgres\]"):
        Log.open("postgresql:///log", ORIGIN)


def test_the_password_of_a_url_is_in_no_error():
    pytest.importorskip("psycopg", exc_type=ImportError)
    with pytest.raises(StorageError) as failed:
        Log.open("postgresql://log:s3cret@/x?host=/nonexistent", ORIGIN)
    assert "s3cret" not in str(failed.value) and failed.value.__cause__ is None


def test_a_closed_log_says_so(url):
    log = Log.open(url, ORIGIN)
    log.close()
    for ask in (log.root, lambda: log.append(accesses(1))):
        with pytest.raises(ValueError, match="closed"):
            ask()


def test_threads_share_one_log(log):
    indices, failures = [], []

    def work(start):
        try:
            for i in range(20):
                indices.extend(log.append(accesses(3, start + 3 * i)))
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=work, args=(1000 * t,)) for t in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(indices) == list(range(240))
    assert log.root() == tree_of(log.entries()).root()


def test_each_of_several_connections_sees_what_the_others_appended(url):
    with Log.open(url, ORIGIN) as one, Log.open(url) as other:
        for i in range(0, 40, 4):
            one.append(accesses(3, i))
            other.append(accesses(1, i + 3))
        assert one.root() == other.root() == tree_of(accesses(40)).root()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_log_is_not_used_in_a_forked_process(log):
    log.append(accesses(1))
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            log.append(accesses(1))
        except ValueError as e:
            status = 0 if "another process" in str(e) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert log.append(accesses(1, 1)) == [1]


def test_a_body_is_kept_and_erased_and_the_log_stays_as_it_is(log):
    entry, opening = personal("access", {"who": "did:web:hospital.example", "outcome": "read"})
    log.append([*accesses(2), entry])
    root, proof = log.root(), log.inclusion_proof(2)
    assert log.body(2) is None
    log.keep_body(2, opening)
    assert log.body(2) == opening
    log.erase(2)
    assert log.body(2) is None
    assert (log.root(), log.inclusion_proof(2), log.entry(2)) == (root, proof, entry)
    verify_inclusion(root, 3, 2, entry.data, proof)


def test_entries_and_what_opens_them_are_kept_in_one_step(log):
    (one, opening), (two, other) = personal("grant", {"n": 1}), personal("revoke", {"n": 2})
    assert log.append([one, public("issuer", {}), two], [opening, None, other]) == [0, 1, 2]
    assert [log.body(i) for i in range(3)] == [opening, None, other]
    for wrong in ([other, None, opening], [None, opening, None]):
        with pytest.raises(WitnessError, match="is not that of its entry"):
            log.append([one, public("issuer", {}), two], wrong)
    with pytest.raises(ValueError, match="as many openings as entries, 2, got 1"):
        log.append([one, two], [opening])
    assert log.check()[0] == 3


def test_the_bytes_of_an_erased_body_are_gone_from_the_file(tmp_path):
    path = tmp_path / "log.db"
    with Log.open(path, ORIGIN) as log:
        made = [personal("access", {"note": f"needle {i} in the haystack"}) for i in range(50)]
        log.append([entry for entry, _ in made])
        for i, (_, opening) in enumerate(made):
            log.keep_body(i, opening)
        log.erase(17)
        everything = b"".join(p.read_bytes() for p in tmp_path.iterdir())
        assert b"needle 16 in" in everything
        assert b"needle 17 in" not in everything and made[17][1].salt not in everything


def test_a_body_is_that_of_its_entry(log):
    (one, opening), (other, _) = personal("grant", {"n": 1}), personal("grant", {"n": 1})
    log.append([one, other, public("issuer", {})])
    for index in (1, 2):
        with pytest.raises(WitnessError, match=f"entry {index}"):
            log.keep_body(index, opening)
    log.keep_body(0, opening)
    with pytest.raises(ValueError, match="already"):
        log.keep_body(0, opening)
