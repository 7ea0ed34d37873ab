"""Following a log that misbehaves: each way has its name, and nothing is remembered of it."""

import sqlite3
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.memory_log import (
    COSIGNERS,
    LOG_KEY,
    NOW,
    ORIGIN,
    STRANGER,
    TRUST,
    exported,
    files_of,
    log_of,
    served,
    signed,
)

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.follow import (
    EquivocationError,
    Follower,
    ForkError,
    MisbehaviourError,
    RollbackError,
    SplitViewError,
    compare,
)
from zkhealth.ledger.seen import Seen
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import LocalWitness
from zkhealth.ledger.witness_http import HttpWitness
from zkhealth.ledger.witness_server import WitnessServer

FORK = 300  # Where the second history leaves the first.


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    """Two logs with the same first 300 entries, and how each looked at each size, as files."""
    honest = log_of(900)
    other = log_of(FORK)
    other.append(log_of(600, b"other").leaves)

    def views(log):
        return {n: files_of(exported(tmp_path_factory.mktemp("log"), log, n)) for n in (0, 100, 300, 301, 512, 900)}

    return views(honest), views(other)


@pytest.fixture
def follower(tmp_path):
    return Follower(tmp_path / "state", TRUST)


def opened(files):
    return TRUST.open(files["checkpoint"])


def test_a_log_that_grows_is_followed(histories, follower):
    honest, _ = histories
    for size in (0, 100, 100, 300, 301, 900):
        assert len(follower.update(honest[size].get)) == size
        assert follower.last().checkpoint.size == size


def test_a_follower_remembers_across_restarts(histories, follower, tmp_path):
    honest, other = histories
    assert follower.last() is None
    follower.update(honest[512].get)
    with pytest.raises(ForkError):
        Follower(tmp_path / "state", TRUST).update(other[900].get)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 100, 300, 301, 512, 900])), max_size=8))
@settings(max_examples=30)
def test_what_is_accepted_is_one_growing_history_and_the_rest_is_named(histories, tmp_path_factory, shown):
    """Against a model that knows the two histories."""
    follower = Follower(tmp_path_factory.mktemp("state") / "state", TRUST)
    size, side = 0, None
    for is_other, n in shown:
        side_now = None if n <= FORK else is_other
        clash = side is not None and side_now is not None and side is not side_now
        expected = (
            RollbackError if n < size else
            EquivocationError if clash and n == size else
            ForkError if clash else None
        )
        view = histories[is_other][n]
        if expected:
            with pytest.raises(expected) as caught:
                follower.update(view.get)
            assert (caught.value.first, caught.value.second) == (follower.last().data, view["checkpoint"])
        else:
            follower.update(view.get)
            size, side = n, side_now
        assert (follower.last().checkpoint.size if follower.last() else 0) == size


def test_a_rollback_is_named_and_forgotten(histories, follower):
    honest, _ = histories
    follower.update(honest[512].get)
    with pytest.raises(RollbackError, match="of 512 and then 300 entries: the log shrank"):
        follower.update(honest[300].get)
    assert follower.last().checkpoint.size == 512


def test_a_fork_is_named_with_its_evidence(histories, follower):
    honest, other = histories
    follower.update(honest[512].get)
    with pytest.raises(ForkError, match="of 512 and then 900 entries") as caught:
        follower.update(other[900].get)
    assert [TRUST.open(d).checkpoint.size for d in (caught.value.first, caught.value.second)] == [512, 900]
    assert follower.last().checkpoint.size == 512


def test_two_roots_for_one_size_are_named(histories, follower):
    honest, other = histories
    follower.update(honest[512].get)
    with pytest.raises(EquivocationError, match="signed two roots for 512 entries"):
        follower.update(other[512].get)


def test_tiles_that_do_not_fit_are_damage_and_no_fork(histories, follower):
    """Whoever serves the files must not be able to blame the log."""
    honest, other = histories
    follower.update(honest[301].get)
    for path in ("tile/0/003.p/132", "tile/0/001"):
        bad = served(honest[900], **{path: other[900][path][:-1] + b"\xff"})
        with pytest.raises(VerificationError, match=path) as caught:
            follower.update(bad)
        assert not isinstance(caught.value, MisbehaviourError)
    assert follower.last().checkpoint.size == 301


def test_a_checkpoint_that_is_not_signed_is_no_evidence(histories, follower):
    honest, other = histories
    follower.update(honest[512].get)
    forged = Checkpoint(ORIGIN, 512, bytes(32)).sign(STRANGER)
    with pytest.raises(VerificationError, match="no trusted key") as caught:
        follower.update(served(other[512], checkpoint=forged))
    assert not isinstance(caught.value, MisbehaviourError)
    with pytest.raises(VerificationError, match="does not have a checkpoint"):
        follower.update({}.get)


def test_an_empty_log_with_a_false_root_is_refused(follower):
    files = {"checkpoint": Checkpoint(ORIGIN, 0, bytes(32)).sign(LOG_KEY)}
    with pytest.raises(VerificationError, match="the root does not follow"):
        follower.update(files.get)


def test_a_cosigned_checkpoint_is_asked_for_where_the_trust_says_so(tmp_path):
    log = log_of(10)
    trust = Trust(ORIGIN, [LOG_KEY.verifier], [COSIGNERS[0].verifier], quorum=1)
    files = files_of(exported(tmp_path / "log", log))
    follower = Follower(tmp_path / "state", trust)
    with pytest.raises(VerificationError, match="cosignatures of 1"):
        follower.update(files.get, at=NOW)
    follower.update(served(files, checkpoint=signed(log, cosigners=COSIGNERS[:1])), at=NOW)


def test_two_observers_of_one_history_agree(histories):
    honest, other = histories
    for one, two in ((100, 900), (900, 100), (512, 512), (0, 301)):
        larger = honest[max(one, two)]
        compare(opened(honest[one]), opened(honest[two]), larger.get)
    compare(opened(honest[300]), opened(other[900]), other[900].get)


@pytest.mark.parametrize(("one", "two"), [(512, 900), (900, 512), (301, 900)])
def test_a_split_view_is_named_though_each_observer_saw_a_log_that_grows(histories, tmp_path, one, two):
    honest, other = histories
    first, second = Follower(tmp_path / "1", TRUST), Follower(tmp_path / "2", TRUST)
    for size in (100, one):
        first.update(honest[size].get)
    for size in (100, two):
        second.update(other[size].get)
    larger = honest[one] if one > two else other[two]
    with pytest.raises(SplitViewError, match="two observers") as caught:
        compare(first.last(), second.last(), larger.get)
    assert (caught.value.first, caught.value.second) == (first.last().data, second.last().data)


def test_an_observer_finds_a_split_view_with_what_a_witness_has_seen(histories, tmp_path):
    honest, other = histories
    witness = LocalWitness(tmp_path / "witness", COSIGNERS[0], [TRUST], clock=lambda: NOW)
    witness.accept(honest[512]["checkpoint"], ())
    follower = Follower(tmp_path / "state", TRUST)
    follower.update(other[900].get)
    with WitnessServer(witness) as server:
        theirs = HttpWitness(server.url, [COSIGNERS[0].verifier]).checkpoint(ORIGIN)
    with pytest.raises(SplitViewError):
        compare(follower.last(), TRUST.open(theirs), other[900].get)


def test_a_follower_that_asks_for_more_witnesses_goes_on(histories, tmp_path):
    honest, _ = histories
    Follower(tmp_path / "state", TRUST).update(honest[100].get)
    stricter = Follower(tmp_path / "state", Trust(ORIGIN, [LOG_KEY.verifier], [COSIGNERS[0].verifier], quorum=1))
    note = signed(log_of(900), 512, cosigners=COSIGNERS[:1])
    assert stricter.last().checkpoint.size == 100
    assert len(stricter.update(served(honest[512], checkpoint=note), at=NOW)) == 512


def test_two_observers_of_one_size_need_no_tiles_to_show_equivocation(histories):
    honest, other = histories
    with pytest.raises(EquivocationError):
        compare(opened(honest[512]), opened(other[512]), {}.get)


def test_observers_cannot_be_set_against_each_other_with_damaged_tiles(histories):
    honest, _ = histories
    bad = served(honest[900], **{"tile/0/000": bytes(8192)})
    with pytest.raises(VerificationError, match="tile/0/000") as caught:
        compare(opened(honest[100]), opened(honest[900]), bad)
    assert not isinstance(caught.value, MisbehaviourError)


def test_checkpoints_of_two_logs_are_not_compared(histories):
    trust = Trust("other.example", [LOG_KEY.verifier])
    theirs = trust.open(Checkpoint("other.example", 0, log_of(0).root()).sign(LOG_KEY))
    with pytest.raises(ValueError, match="two checkpoints of one log"):
        compare(opened(histories[0][100]), theirs, {}.get)


def test_one_state_file_serves_two_logs(histories, follower, tmp_path):
    follower.update(histories[0][100].get)
    log = log_of(7)
    log.origin = "other.example"
    second = Follower(tmp_path / "state", Trust("other.example", [LOG_KEY.verifier]))
    second.update(files_of(exported(tmp_path / "log", log)).get)
    assert (follower.last().checkpoint.size, second.last().checkpoint.size) == (100, 7)


def test_what_another_process_saw_meanwhile_is_no_rollback(histories, follower, tmp_path):
    """Between reading the state and writing it, another follower moves on; then it is looked at again."""
    honest, _ = histories
    faster = Follower(tmp_path / "state", TRUST)
    views = iter([honest[100], honest[512]])
    view = {}

    def fetch(path):
        nonlocal view
        if path == "checkpoint":
            view = next(views)
            if view is honest[100]:
                faster.update(honest[301].get)
        return view.get(path)

    assert len(follower.update(fetch)) == 512


def test_followers_in_many_threads_end_with_the_largest(histories, tmp_path):
    honest, _ = histories
    failures = []

    def run(sizes):
        for size in sizes:
            try:
                Follower(tmp_path / "state", TRUST).update(honest[size].get)
            except RollbackError:
                pass
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=run, args=([0, 100, 300, 301, 512, 900],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Follower(tmp_path / "state", TRUST).last().checkpoint.size == 900


def test_a_state_file_that_is_something_else_is_refused(tmp_path):
    (tmp_path / "state").write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(DecodingError, match="something else"):
        Follower(tmp_path / "state", TRUST)
    with pytest.raises(OSError, match="cannot be used"):
        Follower(tmp_path / "no" / "folder" / "state", TRUST)


def test_a_state_that_was_forged_is_not_trusted(histories, follower, tmp_path):
    follower.update(histories[0][512].get)
    with sqlite3.connect(tmp_path / "state") as database:
        database.execute("UPDATE seen SET checkpoint = ?", (Checkpoint(ORIGIN, 0, bytes(32)).sign(STRANGER),))
    database.close()
    with pytest.raises(VerificationError, match="no trusted key"):
        follower.update(histories[1][900].get)


def test_of_two_exchanges_of_one_checkpoint_one_comes_too_late(tmp_path):
    seen = Seen(tmp_path / "state")
    assert seen.exchange("o", None, b"1")
    assert not seen.exchange("o", None, b"2")
    assert seen.exchange("o", b"1", b"2")
    assert not seen.exchange("o", b"1", b"3")
    assert (seen.get("o"), seen.get("p")) == (b"2", None)
