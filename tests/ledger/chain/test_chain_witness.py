"""The client as a witness, on py-evm: what it takes, how deep, and for which account."""

import pytest
from ledger.chain.chain_log import ORIGIN, checkpoint, entry, proof, signed, signer, tree, trust
from ledger.chain.chain_witnesses import NothingSent, another, transactions
from ledger.chain.local_chains import OTHER, RICH

from zkhealth.ledger.chain import Anchor, ChainError, ChainWitness, Role
from zkhealth.ledger.cosignature import Cosigner
from zkhealth.ledger.trust import Trust
from zkhealth.ledger.witness import gather
from zkhealth.merkle import verify_inclusion

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
