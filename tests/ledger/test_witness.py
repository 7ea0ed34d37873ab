"""Witnesses at hand and behind HTTP: what they cosign is one history, whoever asks, whatever happens meanwhile."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, ORIGIN, STRANGER, TRUST, log_of, signed, state

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.note import open_note, split_note
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import (
    ConflictError,
    InconsistentCheckpointError,
    LocalWitness,
    UnknownLogError,
    UntrustedCheckpointError,
    gather,
)
from zkhealth.ledger.witness_http import HttpWitness
from zkhealth.ledger.witness_server import WitnessServer

LOG = log_of(40)
OTHER = log_of(40, b"other")
COSIGNER = COSIGNERS[0]
KEY = COSIGNER.verifier


def local(tmp_path, cosigner=COSIGNER, name="state"):
    return LocalWitness(tmp_path / name, cosigner, [TRUST], clock=lambda: NOW)


@pytest.fixture(params=["file", "http"])
def witness(request, tmp_path):
    """The same tests for a witness at hand and for one behind HTTP."""
    if request.param == "file":
        yield local(tmp_path)
    else:
        with WitnessServer(local(tmp_path)) as server:
            yield HttpWitness(server.url, [KEY])


def test_a_witness_cosigns_a_log_that_grows(witness):
    assert witness.seen(ORIGIN) is None
    last = 0
    for size in (0, 1, 7, 7, 32, 40):
        lines = witness.accept(signed(LOG, size), LOG.consistency_proof(last, size))
        text = state(LOG, size).encode()
        assert lines == COSIGNER.cosign(text, NOW).encode()
        assert witness.seen(ORIGIN) == state(LOG, size)
        last = size


@pytest.mark.parametrize("old", [0, 7])
def test_a_proof_from_the_size_that_is_named_is_taken(witness, old):
    if old:
        witness.accept(signed(LOG, old), (), 0)
    assert witness.accept(signed(LOG, 40), LOG.consistency_proof(old), old)


@pytest.mark.parametrize(
    ("why", "old", "checkpoint", "proof", "error"),
    [
        ("another log", 7, Checkpoint("other.example", 7, LOG.root(7)).sign(LOG_KEY), (), UnknownLogError),
        ("a stranger's", 7, signed(LOG, 40, STRANGER), LOG.consistency_proof(7), UntrustedCheckpointError),
        ("a false signature", 7, signed(LOG).replace(b"\n40\n", b"\n39\n"), (), UntrustedCheckpointError),
        ("old size above the new", 8, signed(LOG, 7), (), DecodingError),
        ("old size behind", 3, signed(LOG, 40), LOG.consistency_proof(3), ConflictError),
        ("old size ahead", 9, signed(LOG, 40), LOG.consistency_proof(9), ConflictError),
        ("old size none", 0, signed(LOG, 40), (), ConflictError),
        ("rollback", 0, signed(LOG, 5), (), ConflictError),
        ("a fork", 7, signed(OTHER, 40), OTHER.consistency_proof(7), InconsistentCheckpointError),
        ("two roots", 7, signed(OTHER, 7), (), InconsistentCheckpointError),
        ("no proof", 7, signed(LOG, 40), (), InconsistentCheckpointError),
        ("a proof too long", 7, signed(LOG, 40), (*LOG.consistency_proof(7), bytes(32)), InconsistentCheckpointError),
        ("another proof", 7, signed(LOG, 40), LOG.consistency_proof(8), InconsistentCheckpointError),
        ("a proof for the same", 7, signed(LOG, 7), (bytes(32),), InconsistentCheckpointError),
    ],
)
def test_what_does_not_extend_is_refused_and_changes_nothing(witness, why, old, checkpoint, proof, error):
    witness.accept(signed(LOG, 7), ())
    with pytest.raises(error) as caught:
        pytest.fail(f"{why} was cosigned: {witness.accept(checkpoint, proof, old)}")
    if error is ConflictError:
        assert caught.value.size == 7
    assert witness.seen(ORIGIN) == state(LOG, 7)


@pytest.mark.parametrize(
    ("why", "checkpoint", "proof"),
    [
        ("a proof from nothing", signed(LOG, 7), LOG.consistency_proof(3, 7)),
        ("an empty log with another root", Checkpoint(ORIGIN, 0, bytes(32)).sign(LOG_KEY), ()),
    ],
)
def test_the_first_checkpoint_has_no_proof_and_the_root_of_its_size(witness, why, checkpoint, proof):
    with pytest.raises(InconsistentCheckpointError):
        pytest.fail(f"{why} was cosigned: {witness.accept(checkpoint, proof, 0)}")
    assert witness.seen(ORIGIN) is None


def test_a_witness_asked_without_a_size_refuses_a_rollback(witness):
    witness.accept(signed(LOG, 40), ())
    with pytest.raises(InconsistentCheckpointError):
        witness.accept(signed(LOG, 7), ())
    assert witness.seen(ORIGIN) == state(LOG, 40)


def test_a_witness_keeps_only_the_signatures_it_verified(tmp_path):
    witness = local(tmp_path)
    witness.accept(signed(LOG, 7, LOG_KEY, STRANGER, cosigners=COSIGNERS[1:]), ())
    text, signatures = split_note(witness.checkpoint(ORIGIN))
    assert text == state(LOG, 7).encode()
    assert [s.name for s in signatures] == [ORIGIN, COSIGNER.name]
    assert open_note(witness.checkpoint(ORIGIN), [KEY, LOG_KEY.verifier]).unknown == ()


def test_a_witness_does_not_mind_what_other_witnesses_signed(tmp_path):
    """Its logs may come with witnesses for readers; for it only the log's keys count."""
    trust = Trust(ORIGIN, [LOG_KEY.verifier], [COSIGNERS[1].verifier], quorum=1)
    witness = LocalWitness(tmp_path / "state", COSIGNER, [trust], clock=lambda: NOW)
    assert witness.accept(signed(LOG, 7), ())


def test_an_unknown_log_has_no_state(tmp_path):
    witness = local(tmp_path)
    assert (witness.seen("other.example"), witness.checkpoint("other.example")) == (None, None)
    assert witness.origins == (ORIGIN,)


def test_what_the_file_says_is_not_believed_unsigned(tmp_path):
    witness = local(tmp_path)
    witness._seen.exchange(ORIGIN, None, signed(OTHER, 7, STRANGER))
    with pytest.raises(VerificationError):
        witness.accept(signed(LOG, 7), ())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 40)), max_size=10))
@settings(max_examples=40)
def test_all_that_a_witness_ever_cosigns_is_one_history(tmp_path_factory, requests):
    """Two histories, any sizes, any claims about the old size."""
    witness = local(tmp_path_factory.mktemp("witness"))
    cosigned = []
    for is_other, old, size in requests:
        log = OTHER if is_other else LOG
        proof = log.consistency_proof(old, size) if old <= size else ()
        try:
            witness.accept(signed(log, size), proof, old)
            cosigned.append((log, size))
        except (VerificationError, DecodingError):
            continue
    sizes = [size for _, size in cosigned]
    assert sizes == sorted(sizes)
    assert len({id(log) for log, size in cosigned if size}) <= 1
    assert (witness.seen(ORIGIN) or state(LOG, 0)).size == max(sizes, default=0)


class Forgetful(LocalWitness):
    """The mutant: checks, and then writes without looking whether the state is still what it checked against."""

    def __init__(self, *arguments, between, **options):
        super().__init__(*arguments, **options)
        exchange = self._seen.exchange

        def careless(origin, old, new):
            between()
            return exchange(origin, self._seen.get(origin), new)

        self._seen.exchange = careless


class Watched(LocalWitness):
    """The real one, with something happening between check and writing."""

    def __init__(self, *arguments, between, **options):
        super().__init__(*arguments, **options)
        exchange, todo = self._seen.exchange, [between]

        def watched(*change):
            if todo:
                todo.pop()()
            return exchange(*change)

        self._seen.exchange = watched


@pytest.mark.parametrize("kind", [Forgetful, Watched])
def test_a_request_between_check_and_writing_rolls_nothing_back(tmp_path, kind):
    """The race in the specification: N is checked, N + K is checked and stored, then N is stored."""
    other = local(tmp_path)
    other.accept(signed(LOG, 5), ())

    def between():
        other.accept(signed(LOG, 40), LOG.consistency_proof(5), 5)

    witness = kind(tmp_path / "state", COSIGNER, [TRUST], clock=lambda: NOW, between=between)
    if kind is Forgetful:
        assert witness.accept(signed(LOG, 7), LOG.consistency_proof(5, 7), 5)
        assert other.seen(ORIGIN).size == 7
    else:
        with pytest.raises(ConflictError) as caught:
            witness.accept(signed(LOG, 7), LOG.consistency_proof(5, 7), 5)
        assert (caught.value.size, other.seen(ORIGIN).size) == (40, 40)


def test_many_clients_at_once_are_told_one_history(tmp_path):
    """Each of eight threads shows all sizes; for each old size one request wins."""
    cosigned, failures = [], []

    with WitnessServer(local(tmp_path)) as server:

        def run():
            client = HttpWitness(server.url, [KEY])
            for size in range(1, 20):
                try:
                    client.accept(signed(LOG, size), LOG.consistency_proof(size - 1, size), size - 1)
                    cosigned.append(size)
                except ConflictError:
                    continue
                except Exception as error:
                    failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    assert cosigned == list(range(1, len(cosigned) + 1))
    assert local(tmp_path).seen(ORIGIN).size == len(cosigned) > 0


CHILD = """
import sys
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, TRUST, log_of, signed
from zkhealth.ledger.witness import LocalWitness
log, witness = log_of(2000), LocalWitness(sys.argv[1], COSIGNERS[0], [TRUST], clock=lambda: NOW)
seen = witness.seen(log.origin)
for size in range((seen.size if seen else 0) + 1, 2000):
    witness.accept(signed(log, size), log.consistency_proof(size - 1, size))
    print(size, flush=True)
"""


def test_a_witness_killed_at_work_has_what_it_acknowledged(tmp_path):
    """kill -9 after some answers, wherever it then is; it has that checkpoint or one after it, and goes on."""
    here = Path(__file__).parents[1]
    last = 0
    for answers in (1, 2, 5, 9):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path / "state")],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": f"{here}:{here.parent}", "PATH": ""},
        )
        with child:
            for _ in range(answers):
                last = int(child.stdout.readline())
            child.kill()
        seen = local(tmp_path).seen(ORIGIN)
        assert seen.size >= last
        assert seen == state(log_of(2000), seen.size)


def test_a_log_gathers_cosignatures_and_learns_who_refused(tmp_path):
    witnesses = [local(tmp_path, cosigner, f"state{i}") for i, cosigner in enumerate(COSIGNERS)]
    for size, witness in zip((3, 40), witnesses, strict=False):
        witness.accept(signed(LOG, size), ())
    witnesses[1]._logs.clear()
    broken = HttpWitness("http://127.0.0.1:1", [KEY], timeout=5)
    note, failures = gather(LOG, TRUST.open(signed(LOG)), [*witnesses, broken])
    trust = Trust(ORIGIN, [LOG_KEY.verifier], [c.verifier for c in COSIGNERS], quorum=2)
    assert set(trust.open(note).seen_at) == {COSIGNERS[0].name, COSIGNERS[2].name}
    assert [type(failure) for failure in failures] == [UnknownLogError, ConnectionRefusedError]


def test_a_witness_that_has_seen_more_is_not_shown_less(witness):
    witness.accept(signed(LOG, 40), ())
    note, failures = gather(LOG, TRUST.open(signed(LOG, 7)), [witness])
    assert note == signed(LOG, 7)
    assert "has seen 40 entries, not 7" in str(failures[0])


def test_a_witness_that_shows_nothing_to_monitors_is_asked_twice(tmp_path):
    """It says with 409 where the proof has to start."""
    with WitnessServer(local(tmp_path)) as server:
        HttpWitness(server.url, [KEY]).accept(signed(LOG, 7), ())
        shy = HttpWitness(server.url, [KEY], monitoring_url=server.url + "/nothing/here")
        assert shy.seen(ORIGIN) is None
        note, failures = gather(LOG, TRUST.open(signed(LOG)), [shy])
        assert not failures
        assert peek(local(tmp_path).checkpoint(ORIGIN)).size == 40
        assert len(split_note(note)[1]) == 2


def test_the_same_key_under_another_name_is_another_witness(tmp_path):
    renamed = replace(COSIGNER, name="other.example")
    with WitnessServer(local(tmp_path)) as server:
        with pytest.raises(VerificationError, match="no trusted key"):
            HttpWitness(server.url, [renamed.verifier]).accept(signed(LOG, 7), ())
