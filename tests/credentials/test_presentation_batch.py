"""Many presentations at once: the verdicts are those of one by one, on any executor, also when workers die."""

import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from credentials.hospital import answered, asked, people, policy_of

from zkhealth import verify_all
from zkhealth.credentials.presentations import batch

v = people().v


@pytest.fixture(scope="module")
def items():
    """Good and bad ones, of three challenges."""
    challenges = [asked(policy_of(v.held())), asked(policy_of(v.dose >= 1)), asked(policy_of(v.reveal("country")))]
    good = [(c, answered(c).encode()) for c in challenges for _ in range(4)]
    good[5] = (good[5][0], good[4][1][:-40] + good[5][1][-40:])  # the end of another range argument
    good[2] = (good[2][0], good[9][1])
    good[7] = (good[7][0], b"")
    return good


BAD = {2, 5, 7}


def test_a_batch_finds_the_bad_ones(items):
    assert [i for i, verdict in enumerate(verify_all(items)) if not verdict.valid] == sorted(BAD)
    assert [bool(c.verify(data)) for c, data in items] == [i not in BAD for i in range(len(items))]


def test_no_items_give_no_verdicts():
    assert verify_all([]) == []


def test_a_batch_shows_progress_on_demand(items, capsys):
    verify_all(items[:1], progress=True)
    assert "verifying" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same_verdicts(items, kind, monkeypatch):
    monkeypatch.setattr(batch, "GROUP", 5)
    with kind(2) as executor:
        assert verify_all(items, executor=executor) == verify_all(items)


def test_a_killed_worker_loses_nothing(items, monkeypatch):
    monkeypatch.setattr(batch, "GROUP", 5)
    with ProcessPoolExecutor(1) as executor:
        executor.submit(os._exit, 1)
        assert verify_all(items, executor=executor) == verify_all(items)


class Broken(Executor):
    """Takes the first task and fails it, then refuses."""

    def __init__(self):
        self.taken = 0

    def submit(self, fn, /, *args, **kwargs):
        self.taken += 1
        if self.taken > 1:
            raise RuntimeError("cannot schedule new futures")
        future = Future()
        future.set_exception(OSError("gone"))
        return future


def test_an_executor_that_gives_up_loses_nothing(items, monkeypatch):
    monkeypatch.setattr(batch, "GROUP", 5)
    assert verify_all(items, executor=Broken()) == verify_all(items)
