"""The client against anvil over JSON-RPC: transactions that do not get through, and chains that change their mind."""

import pytest
from ledger.chain.chain_log import ORIGIN, checkpoint, proof, signed, tree, trust
from ledger.chain.local_chains import ETHER, OTHER, POOR, RICH, anvil, connected

from zkhealth.ledger.chain import Anchor, ChainError, ChainWitness, IssuerKeys, Node, Role
from zkhealth.ledger.witness import ConflictError, InconsistentCheckpointError

GWEI = 10**9


class Steps:
    """What happens between two looks at the chain: each step once, in order, then blocks."""

    def __init__(self, chain, *steps):
        self.chain, self.steps, self.taken = chain, list(steps), 0

    def __call__(self):
        step = self.steps[self.taken] if self.taken < len(self.steps) else self.chain.mine
        self.taken += 1
        step()


def nothing():
    pass


@pytest.fixture
def address(anvil_chain):
    chain = anvil_chain
    return Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address


def witness_of(chain, address, key=RICH, *steps, max_fee=None, **patience):
    patience = chain.patience(**patience, pause=Steps(chain, *steps))
    return ChainWitness(Anchor(chain.node, address, chain.account(key), max_fee=max_fee, patience=patience), trust())


def hold_blocks(chain):
    """From now on no blocks but those asked for."""
    chain.rpc("evm_setAutomine", False)


def sent(chain, key=RICH):
    """Transactions of an account that are in blocks, in order."""
    address = chain.account(key).address
    blocks = (chain.web3.eth.get_block(n, full_transactions=True) for n in range(chain.web3.eth.block_number + 1))
    return [t for block in blocks for t in block["transactions"] if t["from"] == address]


def waiting(chain, key=RICH):
    """Transactions of an account that wait for a block."""
    pool = chain.rpc("txpool_content")
    found = {a.lower(): list(by_nonce.values()) for a, by_nonce in {**pool["queued"], **pool["pending"]}.items()}
    return found.get(chain.account(key).address.lower(), [])


def self_transfer(chain, key, nonce, fee):
    """A transaction that does nothing but take its place."""
    account = chain.account(key)
    transfer = {"to": account.address, "value": 0, "gas": 21_000, "nonce": nonce, "chainId": chain.web3.eth.chain_id}
    raw = account.sign_transaction({**transfer, "maxFeePerGas": fee, "maxPriorityFeePerGas": fee}).raw_transaction
    return chain.web3.eth.send_raw_transaction(raw)


def nonce_of(chain, key=RICH):
    return chain.web3.eth.get_transaction_count(chain.account(key).address)


# The plain way


def test_anchoring_and_the_registry_by_url(anvil_chain, anvil_url):
    chain = anvil_chain
    node = Node.connect(anvil_url, chain.web3.eth.chain_id)
    anchor = Anchor.deploy(node, ORIGIN, chain.account(RICH), patience=chain.patience(confirmations=3))
    witness = ChainWitness(anchor, trust())
    witness.accept(signed(1000), ())
    witness.accept(signed(1500), proof(1000, 1500))
    assert witness.seen(ORIGIN) == checkpoint(1500)
    assert witness.is_anchored(checkpoint(1000))
    keys = IssuerKeys(anchor)
    keys.rotate("https://hospital.example", b"a key")
    assert keys.times("https://hospital.example", b"a key").since > 0


def test_an_account_that_the_node_holds(anvil_chain):
    chain = anvil_chain
    account = chain.web3.eth.accounts[1]
    anchor = Anchor.deploy(chain.node, ORIGIN, account, patience=chain.patience())
    ChainWitness(anchor, trust()).accept(signed(1000), ())
    assert anchor.head().size == 1000


@pytest.mark.usefixtures("web3")
def test_a_chain_from_before_eip_1559():
    with anvil(hardfork="berlin") as url:
        chain = connected(url)
        assert "baseFeePerGas" not in chain.web3.eth.get_block("latest")
        account = chain.web3.eth.accounts[1]
        anchor = Anchor.deploy(chain.node, ORIGIN, account, patience=chain.patience())
        witness = ChainWitness(anchor, trust())
        witness.accept(signed(1000), ())
        witness.accept(signed(1500), proof(1000, 1500))
        assert witness.seen(ORIGIN) == checkpoint(1500)


# Transactions that do not get through


def test_a_stuck_transaction_is_replaced_at_a_higher_fee(anvil_chain, address):
    chain = anvil_chain
    hold_blocks(chain)

    def fees_rise():
        chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(100 * GWEI))
        chain.mine()

    witness = witness_of(chain, address, RICH, fees_rise, max_fee=1000 * GWEI)
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)
    publications = [t for t in sent(chain) if t["to"] == address]
    assert len(publications) == 1
    assert publications[0]["maxFeePerGas"] > 80 * GWEI


def test_a_fee_over_the_limit_is_not_paid_and_nothing_is_lost(anvil_chain, address):
    chain = anvil_chain
    hold_blocks(chain)
    chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(100 * GWEI))
    chain.mine()
    nonce = nonce_of(chain)
    with pytest.raises(ChainError, match=r"the fee would be \d+ wei per gas, over the limit of 50000000000"):
        witness_of(chain, address, max_fee=50 * GWEI).accept(signed(1000), ())
    assert (nonce_of(chain), waiting(chain)) == (nonce, [])
    witness_of(chain, address, max_fee=1000 * GWEI).accept(signed(1000), ())
    assert nonce_of(chain) == nonce + 1


def test_what_another_process_left_waiting_is_waited_for(anvil_chain, address):
    """The process died after sending: the next one finds the transaction, and does not send a second one."""
    chain = anvil_chain
    hold_blocks(chain)
    with pytest.raises(ChainError, match="nothing is lost"):
        witness_of(chain, address, RICH, nothing, looks=2).accept(signed(1000), ())
    (left,) = waiting(chain)
    witness_of(chain, address).accept(signed(1000), ())
    assert [t["hash"].to_0x_hex() for t in sent(chain) if t["to"] == address] == [left["hash"]]


def test_what_waits_is_not_overtaken_in_haste(anvil_chain, address):
    """A newer checkpoint goes behind the one that waits: replacing it at once would pay for haste."""
    chain = anvil_chain
    hold_blocks(chain)
    with pytest.raises(ChainError, match="nothing is lost"):
        witness_of(chain, address, RICH, nothing, looks=2).accept(signed(1000), ())
    (left,) = waiting(chain)
    witness = witness_of(chain, address)
    witness.follow(signed(1500), tree())
    assert next(t["hash"].to_0x_hex() for t in sent(chain) if t["to"] == address) == left["hash"]
    assert witness.anchor.root(1000) == checkpoint(1000).root


def test_what_another_process_left_stuck_is_outbid(anvil_chain, address):
    """The new process does not know what the old one offered: the node's refusals tell."""
    chain = anvil_chain
    hold_blocks(chain)
    nonce = nonce_of(chain)
    self_transfer(chain, RICH, nonce, 30 * GWEI)
    witness = witness_of(chain, address, RICH, nothing, nothing, max_fee=100 * GWEI)
    witness.accept(signed(1000), ())
    last = sent(chain)[-1]
    assert (last["to"], last["nonce"]) == (address, nonce)
    assert last["maxFeePerGas"] > 30 * GWEI


def test_a_transaction_that_somebody_replaced_is_sent_again(anvil_chain, address):
    chain = anvil_chain
    hold_blocks(chain)

    def replace():
        self_transfer(chain, RICH, nonce_of(chain), 50 * GWEI)
        chain.mine()

    witness = witness_of(chain, address, RICH, replace)
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)
    assert [t["to"] == address for t in sent(chain)[-2:]] == [False, True]


def test_a_transaction_that_the_node_forgot_is_sent_again(anvil_chain, address):
    chain = anvil_chain
    hold_blocks(chain)

    def forget():
        assert len(waiting(chain)) == 1
        chain.rpc("anvil_dropAllTransactions")

    def is_back():
        assert len(waiting(chain)) == 1
        chain.mine()

    witness = witness_of(chain, address, RICH, forget, is_back)
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)


def test_a_gap_in_the_numbers_is_filled_and_not_widened(anvil_chain, address):
    """A transaction two numbers ahead cannot move; ours takes the next number, not one behind the gap."""
    chain = anvil_chain
    nonce = nonce_of(chain)
    self_transfer(chain, RICH, nonce + 2, 9 * GWEI)
    witness = witness_of(chain, address)
    witness.accept(signed(1000), ())
    assert sent(chain)[-1]["nonce"] == nonce
    assert witness.seen(ORIGIN) == checkpoint(1000)


def test_funds_that_do_not_suffice_are_named_and_later_funds_do(anvil_chain, address):
    chain = anvil_chain
    poor = chain.account(POOR).address
    witness_of(chain, address).anchor.set_roles(poor, Role.PUBLISHER)
    witness = witness_of(chain, address, POOR)
    with pytest.raises(ChainError, match=f"insufficient funds: {poor} has 0 wei"):
        witness.accept(signed(1000), ())
    chain.fund(poor, 1000)
    with pytest.raises(ChainError, match=f"insufficient funds: {poor} has 1000 wei, the transaction may cost \\d+"):
        witness.accept(signed(1000), ())
    chain.fund(poor, ETHER)
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)


def two_publishers(chain, address):
    """The other one's transaction, with the higher fee, gets into the block before ours, which then reverts."""
    witness_of(chain, address).anchor.set_roles(chain.account(OTHER).address, Role.PUBLISHER)
    witness_of(chain, address).accept(signed(1000), ())
    hold_blocks(chain)

    def other_goes_first():
        other = witness_of(chain, address, OTHER, looks=1)
        publish = other.anchor.call("publish", 1200, checkpoint(1200).root, proof(1000, 1200))
        transaction = {"to": publish.to, "data": publish.data, "gas": 200_000, "nonce": 0, "value": 0}
        fees = {"maxFeePerGas": 90 * GWEI, "maxPriorityFeePerGas": 90 * GWEI, "chainId": chain.web3.eth.chain_id}
        signed_transaction = chain.account(OTHER).sign_transaction({**transaction, **fees})
        chain.web3.eth.send_raw_transaction(signed_transaction.raw_transaction)
        chain.mine()

    return witness_of(chain, address, RICH, other_goes_first)


def test_a_publication_that_lost_a_race_is_proven_anew(anvil_chain, address):
    chain = anvil_chain
    witness = two_publishers(chain, address)
    witness.follow(signed(1500), tree())
    assert witness.seen(ORIGIN) == checkpoint(1500)
    assert witness.anchor.root(1200) == checkpoint(1200).root


def test_a_proof_that_lost_a_race_is_a_conflict(anvil_chain, address):
    witness = two_publishers(anvil_chain, address)
    with pytest.raises(ConflictError) as conflict:
        witness.accept(signed(1500), proof(1000, 1500))
    assert conflict.value.size == 1200


# Chains that change their mind


def reorganise(chain, depth):
    """The last blocks are replaced by empty ones, and their transactions are gone.

    A test's witness has a block on each transaction when it returns, so that depth 2 undoes the last one.
    """
    chain.rpc("anvil_reorg", depth, [])
    chain.rpc("anvil_dropAllTransactions")


def test_an_anchor_that_a_reorganisation_undid_is_missed_and_made_again(anvil_chain, address):
    chain = anvil_chain
    witness = witness_of(chain, address, confirmations=2)
    witness.accept(signed(1000), ())
    assert witness.is_anchored(checkpoint(1000))
    reorganise(chain, 2)
    assert not witness.is_anchored(checkpoint(1000))
    assert witness.seen(ORIGIN) is None
    witness.accept(signed(1000), ())
    assert witness.is_anchored(checkpoint(1000))


def test_a_log_that_grew_meanwhile_is_anchored_from_where_the_chain_fell_back_to(anvil_chain, address):
    chain = anvil_chain
    witness = witness_of(chain, address)
    witness.accept(signed(500), ())
    witness.accept(signed(1000), proof(500, 1000))
    reorganise(chain, 2)
    assert witness.seen(ORIGIN) == checkpoint(500)
    witness.follow(signed(1500), tree())
    assert witness.seen(ORIGIN) == checkpoint(1500)
    assert witness.anchor.root(1000) is None


def test_a_reorganisation_between_seen_and_accept_is_a_conflict_and_no_fork(anvil_chain, address):
    chain = anvil_chain
    witness = witness_of(chain, address)
    witness.accept(signed(500), ())
    witness.accept(signed(1000), proof(500, 1000))
    again = witness_of(chain, address)
    assert again.seen(ORIGIN) == checkpoint(1000)
    reorganise(chain, 2)
    with pytest.raises(ConflictError) as conflict:
        again.accept(signed(1500), proof(1000, 1500))
    assert conflict.value.size == 500


def test_a_reorganisation_while_waiting_is_made_good(anvil_chain, address):
    chain = anvil_chain
    witness = witness_of(chain, address, RICH, chain.mine, lambda: reorganise(chain, 2), confirmations=4, looks=20)
    witness.accept(signed(1000), ())
    assert witness.is_anchored(checkpoint(1000))
    (publication,) = [t for t in sent(chain) if t["to"] == address]
    assert chain.web3.eth.block_number - publication["blockNumber"] + 1 == 4


def test_reorganisations_that_do_not_end_exhaust_the_patience_and_nothing_else(anvil_chain, address):
    chain = anvil_chain
    restless = [lambda: reorganise(chain, 1)] * 20
    with pytest.raises(ChainError, match="not 2 blocks deep after 8 looks"):
        witness_of(chain, address, RICH, *restless, confirmations=2, looks=8).accept(signed(1000), ())
    witness_of(chain, address, confirmations=2).accept(signed(1000), ())


def test_a_chain_put_back_to_before_the_contract_has_no_contract(anvil_chain):
    chain = anvil_chain
    before = chain.rpc("evm_snapshot")
    address = Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address
    witness = witness_of(chain, address)
    assert chain.rpc("evm_revert", before)
    with pytest.raises(ChainError, match="no anchor contract answers"):
        witness.accept(signed(1000), ())
    with pytest.raises(ChainError, match="no contract stands at this address"):
        witness_of(chain, address)


def test_what_a_reorganisation_took_from_the_chain_the_chain_cannot_hold_against_a_fork(anvil_chain, address):
    """So wait for depth, and have more witnesses than the chain: whoever kept the checkpoint still sees the fork."""
    chain = anvil_chain
    witness = witness_of(chain, address)
    witness.accept(signed(1000), ())
    reorganise(chain, 2)
    with pytest.raises(ConflictError):
        witness.accept(signed(1000, forked_at=3), ())
    witness_of(chain, address).accept(signed(1000, forked_at=3), ())
    with pytest.raises(InconsistentCheckpointError, match="another root for size 1000"):
        witness.is_anchored(checkpoint(1000))
