"""The client as a witness, on py-evm: any course of events leaves one history."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from ledger.chain.chain_log import ORIGIN, entry, signer, trust
from ledger.chain.local_chains import RICH

from zkhealth.errors import VerificationError
from zkhealth.ledger.chain import Anchor, ChainWitness
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.merkle import MerkleTree


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
