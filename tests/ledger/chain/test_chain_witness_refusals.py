"""The client as a witness, on py-evm: what it refuses, and that refusing sends nothing."""

import pytest
from ledger.chain.chain_log import ORIGIN, checkpoint, proof, signed, signer
from ledger.chain.chain_witnesses import NothingSent

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.chain import ChainWitness
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.note import Signer
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import ConflictError, InconsistentCheckpointError, UntrustedCheckpointError

# The empty tree


def test_the_empty_tree_is_accepted_by_an_empty_contract_and_costs_nothing(chain, witness):
    with NothingSent(chain, witness):
        assert witness.accept(signed(0), ()) == b""


def test_an_empty_tree_after_entries_is_a_rollback(chain, witness):
    witness.accept(signed(1000), ())
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="holds size 1000"):
        witness.accept(signed(0), ())


def test_an_empty_tree_with_another_root_is_refused(chain, witness):
    lie = Checkpoint(ORIGIN, 0, bytes(32)).sign(signer())
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="root of an empty tree"):
        witness.accept(lie, ())


def test_a_first_checkpoint_with_a_proof_is_refused(chain, witness):
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="proof has 1 hashes, not 0"):
        witness.accept(signed(1000), (bytes(32),))


# What does not extend


def test_a_fork_is_refused_before_it_costs_anything(chain, witness):
    witness.accept(signed(1000), ())
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="not lead to the old root"):
        witness.accept(signed(1500, forked_at=10), proof(1000, 1500, forked_at=10))


def test_a_rollback_is_refused(chain, witness):
    witness.accept(signed(1000), ())
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="the checkpoint is of 900"):
        witness.accept(signed(900), proof(900, 1000))


def test_two_roots_for_one_size_are_named(chain, witness):
    witness.accept(signed(1000), ())
    forked = {"forked_at": 10}
    with NothingSent(chain, witness), pytest.raises(InconsistentCheckpointError, match="another root for size 1000"):
        witness.accept(signed(1000, **forked), ())
    with pytest.raises(InconsistentCheckpointError, match="another root for size 1000"):
        witness.is_anchored(checkpoint(1000, **forked))


def test_two_roots_for_an_older_size_are_named_too(witness):
    witness.accept(signed(1000), ())
    witness.accept(signed(1500), proof(1000, 1500))
    with pytest.raises(InconsistentCheckpointError, match="another root for size 1000"):
        witness.accept(signed(1000, forked_at=10), ())


def test_a_damaged_proof_is_refused_before_it_costs_anything(chain, witness):
    witness.accept(signed(1000), ())
    good = proof(1000, 1500)
    with NothingSent(chain, witness):
        for bad in ((), good[1:], good[:-1], (*good, bytes(32)), (bytes(32), *good[1:]), (*good[:-1], b"short")):
            with pytest.raises(InconsistentCheckpointError):
                witness.accept(signed(1500), bad)


def test_a_proof_that_starts_elsewhere_is_a_conflict_and_no_fork(witness):
    witness.accept(signed(1000), ())
    with pytest.raises(ConflictError) as conflict:
        witness.accept(signed(1500), proof(900, 1500), old_size=900)
    assert conflict.value.size == 1000
    witness.accept(signed(1500), proof(1000, 1500), old_size=1000)


# Who signed


def test_a_checkpoint_of_another_key_is_refused(chain, witness):
    forged = checkpoint(1000).sign(Signer.generate(ORIGIN))
    with NothingSent(chain, witness), pytest.raises(UntrustedCheckpointError):
        witness.accept(forged, ())


def test_a_checkpoint_of_another_log_is_refused(chain, witness):
    other = checkpoint(1000, origin="zkhealth.example/log2").sign(signer())
    with NothingSent(chain, witness), pytest.raises(UntrustedCheckpointError, match="expected a checkpoint of"):
        witness.accept(other, ())


def test_a_checkpoint_with_one_bit_changed_is_refused(chain, witness):
    note = signed(1000)
    with NothingSent(chain, witness):
        for i in range(0, len(note), 7):
            with pytest.raises((VerificationError, DecodingError)):
                witness.accept(note[:i] + bytes([note[i] ^ 1]) + note[i + 1 :], ())


def test_what_is_no_note_is_a_decoding_error(chain, witness):
    with NothingSent(chain, witness), pytest.raises(DecodingError):
        witness.accept(b"not a note", ())


def test_other_logs_were_not_seen(witness):
    witness.accept(signed(1000), ())
    assert witness.seen("zkhealth.example/log2") is None
    with pytest.raises(ValueError, match="expected a checkpoint of"):
        witness.is_anchored(checkpoint(1000, origin="zkhealth.example/log2"))


def test_a_contract_of_another_log_is_refused(anchor):
    with pytest.raises(ValueError, match="expected a contract of"):
        ChainWitness(anchor, Trust("zkhealth.example/log2", [signer().verifier]))
