"""The client as a witness, on py-evm: what it takes, what it refuses, and that refusing sends nothing."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from ledger.chain.chain_log import ORIGIN, checkpoint, entry, proof, signed, signer, tree, trust
from ledger.chain.local_chains import OTHER, RICH

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.chain import Anchor, ChainError, ChainWitness, Head, Role
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.note import Signer
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import (
    ConflictError,
    InconsistentCheckpointError,
    UntrustedCheckpointError,
    gather,
)
from zkhealth.merkle import MerkleTree, verify_inclusion


@pytest.fixture
def witness(anchor):
    return ChainWitness(anchor, trust())


def another(chain, witness, key=RICH, **patience):
    """A second process with a view of the same contract."""
    anchor = Anchor(chain.node, witness.anchor.address, chain.account(key), patience=chain.patience(**patience))
    return ChainWitness(anchor, trust())


def transactions(chain):
    """How many transactions the account of the witness has sent."""
    return chain.web3.eth.get_transaction_count(chain.account(RICH).address)


class NothingSent:
    """Asserts that no transaction was sent and that the contract holds what it held."""

    def __init__(self, chain, witness):
        self.chain, self.witness = chain, witness

    def state(self):
        return transactions(self.chain), self.witness.anchor.head()

    def __enter__(self):
        self.before = self.state()

    def __exit__(self, *_):
        assert self.state() == self.before


# What it takes


def test_a_new_contract_has_seen_nothing(witness):
    assert witness.seen(ORIGIN) is None


def test_the_first_checkpoint_is_accepted_without_a_proof(witness):
    assert witness.accept(signed(1000), ()) == b""
    assert witness.seen(ORIGIN) == checkpoint(1000)


def test_a_checkpoint_that_extends_is_accepted(witness):
    witness.accept(signed(1000), ())
    witness.accept(signed(1500), proof(1000, 1500))
    assert witness.seen(ORIGIN) == checkpoint(1500)
    assert witness.anchor.root(1000) == checkpoint(1000).root


def test_a_list_is_a_proof_too(witness):
    witness.accept(signed(1000), [])
    witness.accept(signed(1500), list(proof(1000, 1500)))
    assert witness.is_anchored(checkpoint(1500))


def test_following_a_log_needs_no_knowledge_of_where_the_chain_is(witness):
    for size in (3, 1000, 2100):
        assert witness.follow(signed(size), tree()) == checkpoint(size)
    assert witness.seen(ORIGIN) == checkpoint(2100)


def test_it_is_one_of_the_witnesses_that_a_log_gathers(witness):
    for size in (1000, 1500):
        opened = trust().open(signed(size))
        assert gather(tree(), opened, [witness]) == (opened.data, [])
    assert witness.seen(ORIGIN) == checkpoint(1500)


def test_gathering_goes_on_when_the_contract_moved_meanwhile(chain, witness):
    witness.accept(signed(1000), ())
    real_seen = witness.seen

    def seen_and_then_moved(origin):
        last = real_seen(origin)
        another(chain, witness).follow(signed(1200), tree())
        return last

    witness.seen = seen_and_then_moved
    assert gather(tree(), trust().open(signed(1500)), [witness])[1] == []
    assert real_seen(ORIGIN) == checkpoint(1500)


def test_the_log_s_signature_is_enough_also_where_readers_want_more(anchor):
    cosigner = Cosigner.generate("witness.example/1").verifier
    readers = Trust(ORIGIN, [signer().verifier], [cosigner], quorum=1)
    ChainWitness(anchor, readers).accept(signed(1000), ())
    assert anchor.head().size == 1000


def test_a_root_that_the_chain_holds_authenticates_entries(witness):
    witness.accept(signed(1000), ())
    root = witness.anchor.root(1000)
    verify_inclusion(root, 1000, 5, entry(5), tree().inclusion_proof(5, 1000))
    assert witness.anchor.root(999) is None


# Again


def test_the_same_checkpoint_is_accepted_again_and_costs_nothing(chain, witness):
    witness.accept(signed(1000), ())
    with NothingSent(chain, witness):
        assert witness.accept(signed(1000), ()) == b""


def test_an_older_checkpoint_that_is_anchored_stays_accepted(chain, witness):
    witness.accept(signed(1000), ())
    witness.accept(signed(1500), proof(1000, 1500))
    with NothingSent(chain, witness):
        assert witness.follow(signed(1000), tree()) == checkpoint(1000)


def test_a_process_that_starts_again_goes_on_from_the_chain(chain, witness):
    witness.accept(signed(1000), ())
    another(chain, witness).accept(signed(1500), proof(1000, 1500))
    assert witness.seen(ORIGIN) == checkpoint(1500)


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


# Depth


def test_it_returns_when_enough_blocks_lie_on_the_root(chain, witness):
    another(chain, witness, confirmations=4).accept(signed(1000), ())
    mined = transactions_block(chain)
    assert chain.web3.eth.block_number - mined + 1 == 4


def transactions_block(chain):
    tip = chain.web3.eth.block_number
    return max(n for n in range(tip + 1) if chain.web3.eth.get_block(n)["transactions"])


def test_what_is_not_deep_enough_is_not_anchored_yet(chain, deployed, witness):
    witness.accept(signed(1000), ())
    patient = ChainWitness(Anchor(chain.node, deployed, patience=chain.patience(confirmations=3)), trust())
    assert not patient.is_anchored(checkpoint(1000))
    chain.mine()
    chain.mine()
    assert patient.is_anchored(checkpoint(1000))


def test_a_depth_beyond_the_beginning_of_the_chain_is_not_reached(chain, deployed, witness):
    witness.accept(signed(1000), ())
    patient = ChainWitness(Anchor(chain.node, deployed, patience=chain.patience(confirmations=10_000)), trust())
    assert not patient.is_anchored(checkpoint(1000))
    young = chain.web3.eth.block_number  # A depth at which the chain was there, and the contract was not.
    patient = ChainWitness(Anchor(chain.node, deployed, patience=chain.patience(confirmations=young)), trust())
    assert not patient.is_anchored(checkpoint(1000))


def test_running_out_of_patience_loses_nothing(chain, witness):
    with pytest.raises(ChainError, match="not 5 blocks deep after 2 looks"):
        another(chain, witness, confirmations=5, looks=2).accept(signed(1000), ())
    sent = transactions(chain)
    another(chain, witness, confirmations=5).accept(signed(1000), ())
    assert transactions(chain) == sent


# The account


def test_reading_needs_no_account_and_publishing_does(chain, deployed):
    reader = ChainWitness(Anchor(chain.node, deployed), trust())
    assert reader.seen(ORIGIN) is None
    with pytest.raises(ValueError, match="expected an account"):
        reader.accept(signed(1000), ())


def test_an_account_without_the_role_is_told_so(chain, witness):
    with pytest.raises(ChainError, match="the transaction would fail: execution reverted: not a publisher"):
        another(chain, witness, OTHER).accept(signed(1000), ())


def test_an_account_that_the_node_holds_can_publish(chain, anchor, deployed):
    address = chain.web3.eth.accounts[1]
    anchor.set_roles(address, Role.PUBLISHER)
    witness = ChainWitness(Anchor(chain.node, deployed, address, patience=chain.patience()), trust())
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)


def test_no_repr_shows_a_key(chain, anchor, witness):
    secret = RICH.hex()
    for thing in (chain.node, anchor, witness, anchor.sender, chain.patience()):
        assert secret not in repr(thing)
        assert "LocalAccount" not in repr(thing)
    assert repr(witness).startswith("<ChainWitness <Anchor 0x")


# The contract's own affairs, through the client


def test_roles_are_given_and_taken(chain, anchor):
    other = chain.account(OTHER).address
    assert anchor.roles(other) == Role.NONE
    anchor.set_roles(other, Role.PUBLISHER | Role.REGISTRAR)
    assert anchor.roles(other) == Role.PUBLISHER | Role.REGISTRAR
    anchor.set_roles(other, Role.NONE)
    assert anchor.roles(other) == Role.NONE


def test_setting_roles_that_stand_already_sends_nothing(chain, anchor):
    sent = transactions(chain)
    anchor.set_roles(chain.account(RICH).address, Role.PUBLISHER | Role.REGISTRAR)
    assert transactions(chain) == sent


def test_ownership_is_handed_over(chain, anchor, deployed):
    heir = Anchor(chain.node, deployed, chain.account(OTHER), patience=chain.patience())
    with pytest.raises(ChainError, match="not the next owner"):
        heir.take_ownership()
    anchor.offer_ownership(heir.sender.address)
    heir.take_ownership()
    assert anchor.owner() == heir.sender.address
    anchor.offer_ownership(heir.sender.address)  # It has it already.
    with pytest.raises(ChainError, match="not the owner"):
        anchor.set_roles(anchor.sender.address, Role.NONE)


def test_the_head_of_an_empty_contract_is_empty(anchor):
    assert anchor.head() == Head(0, bytes(32))


# Any course of events


class LogAndChain(RuleBasedStateMachine):
    """A log grows, forks, and is anchored by two processes: the contract holds one history, whatever happens."""

    chain = deployed = None

    @initialize()
    def start(self):
        tester = self.chain.web3.provider.ethereum_tester
        self.before = tester.take_snapshot()
        self.log, self.shown = MerkleTree(), []
        self.clients = [self.client(), self.client()]

    def client(self):
        account = self.chain.account(RICH)
        return ChainWitness(Anchor(self.chain.node, self.deployed, account, patience=self.chain.patience(2)), trust())

    def note(self, size):
        return Checkpoint(ORIGIN, size, self.log.root(size)).sign(signer())

    @rule(n=st.integers(1, 20))
    def grow(self, n):
        self.log.extend(entry(len(self.log) + i) for i in range(n))

    @precondition(lambda self: len(self.log))
    @rule(who=st.integers(0, 1))
    def anchor_the_newest(self, who):
        size = len(self.log)
        self.clients[who].follow(self.note(size), self.log)
        self.shown.append((size, self.log.root()))

    @precondition(lambda self: self.shown)
    @rule(who=st.integers(0, 1), data=st.data())
    def a_fork_never_passes(self, who, data):
        size = self.shown[-1][0]
        fork = MerkleTree()
        fork.extend([b"forged", *map(entry, range(1, size + data.draw(st.integers(0, 5))))])
        note = Checkpoint(ORIGIN, len(fork), fork.root()).sign(signer())
        with pytest.raises(VerificationError):
            self.clients[who].follow(note, fork)

    @rule(who=st.integers(0, 1))
    def a_process_starts_again(self, who):
        self.clients[who] = self.client()

    def teardown(self):
        if not hasattr(self, "clients"):
            return
        anchor = self.clients[0].anchor
        for size, root in self.shown:
            assert anchor.root(size) == root
        assert anchor.head().size == max((size for size, _ in self.shown), default=0)
        self.chain.web3.provider.ethereum_tester.revert_to_snapshot(self.before)


def test_any_course_of_events_leaves_one_history(chain, deployed):
    here = type("Here", (LogAndChain,), {"chain": chain, "deployed": deployed})
    few = settings(max_examples=6, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(here, settings=few)
