"""Verifying on a dask cluster over loopback: two workers in processes of their own, one is killed meanwhile."""

import os
import signal

import pytest
from credentials.hospital import answered, asked, people, policy_of

from zkhealth import verify_all
from zkhealth.credentials.presentations import batch

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("ignore")  # those of dask

v = people().v


@pytest.fixture(scope="module")
def client():
    options = {"host": "127.0.0.1", "dashboard_address": None, "n_workers": 2, "threads_per_worker": 1}
    with distributed.LocalCluster(processes=True, **options) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def items():
    challenges = [asked(policy_of(v.dose >= 1)), asked(policy_of(v.reveal("country")))]
    good = [(c, answered(c).encode()) for c in challenges for _ in range(6)]
    good[3] = (good[8][0], good[3][1])
    return good


class KillsAWorker:
    """The executor, which loses a worker when it has half of the tasks."""

    def __init__(self, client, executor, after):
        self.client, self.executor, self.left = client, executor, after

    def submit(self, fn, /, *args):
        self.left -= 1
        future = self.executor.submit(fn, *args)
        if self.left == 0:
            os.kill(next(iter(self.client.run(os.getpid).values())), signal.SIGKILL)
        return future


def test_a_cluster_gives_the_verdicts_of_one_process_also_when_a_worker_is_killed(client, items, monkeypatch):
    monkeypatch.setattr(batch, "GROUP", 2)
    expected = verify_all(items)
    assert [i for i, verdict in enumerate(expected) if not verdict] == [3]
    with client.get_executor() as executor:
        assert verify_all(items, executor=executor) == expected
        assert verify_all(items, executor=KillsAWorker(client, executor, after=3)) == expected
