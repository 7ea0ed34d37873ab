"""The log in a database and its readers, together: exported, followed, witnessed, proven."""

import pytest
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, ORIGIN, MemoryLog, exported, files_of

from zkhealth.errors import VerificationError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.export import export
from zkhealth.ledger.fetching import from_directory
from zkhealth.ledger.follow import Follower, ForkError
from zkhealth.ledger.tlog_proof import TlogProof, prove
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import LocalWitness, gather

public = pytest.importorskip("zkhealth.ledger.entries", reason="no log in a database here").public
Log = pytest.importorskip("zkhealth.ledger.log", reason="no log in a database here").Log
TRUST = Trust(ORIGIN, [LOG_KEY.verifier], [c.verifier for c in COSIGNERS], quorum=2)
PLAIN = Trust(ORIGIN, [LOG_KEY.verifier])


def entries(lo, hi, name="hospital"):
    return [public("issuer", {"name": f"{name} {i}"}) for i in range(lo, hi)]


@pytest.fixture
def log(tmp_path):
    with Log.open(tmp_path / "log.sqlite", origin=ORIGIN) as log:
        yield log


def published(log, folder, witnesses=()):
    """Sign, have it cosigned, export."""
    note = Checkpoint(log.origin, len(log), log.root()).sign(LOG_KEY)
    note, failures = gather(log, PLAIN.open(note), witnesses)
    assert not failures
    export(log, folder, note)
    return note


def test_a_log_is_published_step_by_step_and_followed(log, tmp_path):
    witnesses = [LocalWitness(tmp_path / f"w{i}", c, [PLAIN], clock=lambda: NOW) for i, c in enumerate(COSIGNERS)]
    follower = Follower(tmp_path / "state", TRUST)
    for lo, hi in ((0, 0), (0, 5), (5, 256), (256, 700), (700, 701)):
        log.append(entries(lo, hi))
        note = published(log, tmp_path / "tiles", witnesses)
        tiled = follower.update(from_directory(tmp_path / "tiles"), at=NOW)
        tiled.verify()
        assert list(tiled.entries()) == [entry.data for entry in log.entries()]
    for index in (0, 255, 256, 700):
        proof = prove(log, index, note)
        assert proof == prove(tiled, index, note)
        signed = TlogProof.decode(proof.encode()).verify(log.entry(index).data, TRUST, at=NOW)
        assert len(signed.seen_at) == len(COSIGNERS)


def test_a_log_that_was_made_again_is_a_fork(log, tmp_path):
    follower = Follower(tmp_path / "state", PLAIN)
    log.append(entries(0, 300))
    published(log, tmp_path / "tiles")
    follower.update(from_directory(tmp_path / "tiles"))
    with Log.open(tmp_path / "other.sqlite", origin=ORIGIN) as other:
        other.append(entries(0, 500, "clinic"))
        published(other, tmp_path / "other")
        with pytest.raises(VerificationError, match="past"):
            published(other, tmp_path / "tiles")
    with pytest.raises(ForkError):
        follower.update(from_directory(tmp_path / "other"))


def test_the_files_of_a_database_and_of_a_list_are_the_same(log, tmp_path):
    log.append(entries(0, 600))
    published(log, tmp_path / "database")
    exported(tmp_path / "list", MemoryLog([entry.data for entry in log.entries()]))
    assert files_of(tmp_path / "database") == files_of(tmp_path / "list")
