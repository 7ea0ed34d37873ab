"""Logs in both databases; a private PostgreSQL server for each test process, where its programs are installed."""

import pytest
from ledger import postgres_cluster

from zkhealth.ledger import Log

ORIGIN = "zkhealth.example/log1"


@pytest.fixture(scope="session")
def cluster():
    pytest.importorskip("psycopg", reason="psycopg is not installed", exc_type=ImportError)
    folder = postgres_cluster.binaries()
    if folder is None:
        pytest.skip("no PostgreSQL server programs on this machine")
    cluster = postgres_cluster.Cluster(folder)
    yield cluster
    cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Where there is no log yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    return request.getfixturevalue("cluster").new_url()


@pytest.fixture
def log(url):
    with Log.open(url, ORIGIN) as log:
        yield log
