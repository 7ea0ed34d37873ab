"""Nodes that are absent, wrong, hostile, or break off at any moment: a ChainError that says what, and no damage."""

import json
import socket
import subprocess
import sys
import traceback
from contextlib import closing

import pytest
from ledger.chain.chain_log import ORIGIN, checkpoint, signed, tree, trust
from ledger.chain.local_chains import OTHER, RICH
from ledger.chain.rpc_proxy import proxy_before

from zkhealth.ledger.chain import Anchor, ChainError, ChainWitness, ContractAbsentError, Node, Patience
from zkhealth.ledger.chain.artifact import artifact

SECRET = "a-secret-key"  # noqa: S105


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def everything_said(error):
    """The message, and all that a traceback or a logger could show of it."""
    return "".join(traceback.format_exception(error)) + repr((error.__context__, error.__cause__, error.args))


# No node, or another one


@pytest.mark.usefixtures("web3")
def test_a_dead_node_is_named_by_its_host_and_not_by_its_key():
    with pytest.raises(ChainError, match=r"127\.0\.0\.1 cannot be reached") as dead:
        Node.connect(f"http://127.0.0.1:{free_port()}/v3/{SECRET}", 1)
    assert SECRET not in everything_said(dead.value)
    assert dead.value.__context__ is None


@pytest.mark.usefixtures("web3")
def test_a_node_that_never_answers_is_given_up():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        with pytest.raises(ChainError, match="cannot be reached") as timeout:
            Node.connect(url, 1, timeout=0.2)
    assert SECRET not in everything_said(timeout.value)


@pytest.mark.parametrize("url", ["", "node.example", "ftp://node.example", "ws://node.example", "http://", "file:///etc/x"])
def test_only_urls_of_http_are_taken(url):
    with pytest.raises(ValueError, match="expected the URL of a node"):
        Node.connect(url, 1)


def test_a_node_of_another_chain_is_refused(chain):
    with pytest.raises(ChainError, match=f"expected chain 1, py-evm is on chain {chain.web3.eth.chain_id}"):
        Node(chain.web3, 1, "py-evm")


def test_a_transaction_names_its_chain_so_that_it_is_worth_nothing_on_another(chain, deployed):
    signed_for = []

    class Spy:
        address = chain.account(RICH).address

        def sign_transaction(self, transaction):
            signed_for.append(transaction["chainId"])
            return chain.account(RICH).sign_transaction(transaction)

    anchor = Anchor(chain.node, deployed, Spy(), patience=chain.patience())
    ChainWitness(anchor, trust()).accept(signed(1000), ())
    assert signed_for == [chain.web3.eth.chain_id]


# No contract, or another one


def test_an_address_where_nothing_stands_is_refused(chain):
    with pytest.raises(ContractAbsentError, match="no contract stands at this address of this chain"):
        Anchor(chain.node, chain.account(OTHER).address)


def test_a_contract_that_takes_any_root_is_not_taken_for_ours(chain):
    """It answers every call alike: only its code gives it away."""
    answers_all = "600a600c600039600a6000f3" + "60008080808080f3" + "0000"
    sent = chain.web3.eth.send_transaction({"from": chain.web3.eth.accounts[0], "data": f"0x{answers_all}"})
    lookalike = chain.web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    with pytest.raises(ChainError, match="another contract stands at this address"):
        Anchor(chain.node, lookalike)


@pytest.mark.parametrize("address", [
    "", "0x", "0x" + "0" * 39, "0xec3273d4fdc320f2286b14380cc835e7A5F1D845", "nobody.eth", b"\x00" * 20, None,
])  # fmt: skip
def test_what_is_no_address_is_the_callers_mistake(chain, address):
    with pytest.raises(ValueError, match="expected an address"):
        Anchor(chain.node, address)


@pytest.mark.parametrize("origin", ["", "x" * 129, "é" * 65])
def test_an_origin_that_the_contract_cannot_hold_is_the_callers_mistake(chain, origin):
    with pytest.raises(ValueError, match="expected an origin of 1 to 128 bytes"):
        Anchor.deploy(chain.node, origin, chain.account(RICH))


def test_the_longest_origin_fits(chain):
    anchor = Anchor.deploy(chain.node, "é" * 64, chain.account(RICH), patience=chain.patience())
    assert anchor.origin == "é" * 64


def test_deploying_without_funds_is_refused(chain):
    with pytest.raises(ChainError, match="insufficient funds"):
        Anchor.deploy(chain.node, ORIGIN, chain.account(b"\x09" * 32), patience=chain.patience())


@pytest.mark.parametrize("wrong", [{"confirmations": 0}, {"looks": 0}, {"bump_after": True}, {"confirmations": 1.5}])
def test_patience_is_counted_in_positive_ints(wrong):
    with pytest.raises(ValueError, match="is not a positive int"):
        Patience(**wrong)


# A node that breaks off, at each request in turn


@pytest.fixture
def proxy(anvil_chain, anvil_url):
    with proxy_before(anvil_url) as proxy:
        yield proxy


def client(chain, proxy, address):
    node = Node.connect(proxy.url, chain.web3.eth.chain_id)
    return ChainWitness(Anchor(node, address, chain.account(RICH), patience=chain.patience(confirmations=2)), trust())


@pytest.mark.parametrize("after_passing_on", [False, True], ids=["before the node has it", "after the node has it"])
def test_breaking_off_at_any_request_loses_nothing_and_the_next_call_goes_on(anvil_chain, proxy, after_passing_on):
    """In the worst case the transaction was sent and we were not told; it must not be sent twice."""
    chain = anvil_chain
    address = Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address
    witness = client(chain, proxy, address)
    witness.accept(signed(1), ())
    proxy.after_passing_on = after_passing_on
    size, fails_at, account = 1, 0, chain.account(RICH).address
    while True:
        old, size = size, size + 1
        nonce = chain.web3.eth.get_transaction_count(account)
        proxy.fail_at = fails_at
        try:
            witness.follow(signed(size), tree())
        except ChainError as error:
            assert "cannot be reached" in str(error)
            assert SECRET not in everything_said(error)
            proxy.fail_at = None
            assert witness.follow(signed(size), tree()) == checkpoint(size)
            fails_at += 1
        else:
            break
        assert witness.seen(ORIGIN) == checkpoint(size)
        assert chain.web3.eth.get_transaction_count(account) == nonce + 1
    assert proxy.fail_at >= 0  # The last round had no failure left to meet.
    assert fails_at >= 10
    assert old + 1 == size


# A node that answers nonsense


NONSENSE = {
    "no JSON": b"<html>busy</html>",
    "nothing": b"",
    "a list": b"[]",
    "a number": b"7",
    "no result": {"jsonrpc": "2.0", "id": 1},
    "null": {"jsonrpc": "2.0", "id": 1, "result": None},
    "a wrong type": {"jsonrpc": "2.0", "id": 1, "result": {"a": 1}},
    "no hex": {"jsonrpc": "2.0", "id": 1, "result": "0xzz"},
    "half a result": {"jsonrpc": "2.0", "id": 1, "result": "0x"},
    "an error without a text": {"jsonrpc": "2.0", "id": 1, "error": {"code": -1}},
    "an error that is a text": {"jsonrpc": "2.0", "id": 1, "error": "no"},
    "an error with lines": {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "a\nb\x1b[31m" + "x" * 10_000}},
    "an error with data": {"jsonrpc": "2.0", "id": 1, "error": {"code": 3, "message": "reverted", "data": "0x08c3"}},
    "deep": b'{"jsonrpc": "2.0", "id": 1, "result": ' + b"[" * 99_000 + b"]" * 99_000 + b"}",
}


METHODS = ["eth_chainId", "eth_getCode", "eth_call", "eth_blockNumber", "eth_getTransactionCount", "eth_estimateGas",
           "eth_getBlockByNumber", "eth_maxPriorityFeePerGas", "eth_sendRawTransaction"]  # fmt: skip


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_at_any_request_is_a_chain_error_and_nothing_else(anvil_chain, proxy, kind):
    chain = anvil_chain
    address = Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address
    witness = client(chain, proxy, address)
    for size, spoiled in enumerate(METHODS, start=1000):
        proxy.spoil = lambda method, answer, spoiled=spoiled: (
            with_id(NONSENSE[kind], answer) if method == spoiled else answer
        )
        try:
            client(chain, proxy, address).follow(signed(size), tree())
        except ChainError as error:
            said = str(error)
            assert len(said) < 300
            assert said.isprintable()
            assert SECRET not in everything_said(error)
        proxy.spoil = lambda method, answer: answer
        witness.follow(signed(size), tree())
        assert witness.seen(ORIGIN) == checkpoint(size)
    assert set(METHODS) <= set(proxy.methods)


@pytest.mark.usefixtures("web3")
def test_web3_leaves_the_limit_of_recursion_alone():
    """py_ecc raises it to 100,000, where a node's answer that is nested deeply would overflow the stack."""
    program = "import sys; a = sys.getrecursionlimit(); from zkhealth.ledger.chain.node import load_web3; load_web3()"
    program += "; print(a == sys.getrecursionlimit())"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=120)
    assert ran.stdout == "True\n"


def with_id(nonsense, answer):
    return nonsense | {"id": answer["id"]} if isinstance(nonsense, dict) else nonsense


REFUSALS = {
    "geth: replacement transaction underpriced": None,
    "geth: max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 2": None,
    "FeeTooLow, MaxFeePerGas too low.": None,
    "ReplacementNotAllowed": None,
    "could not replace existing tx": None,
    "already known": None,
    "AlreadyKnown": None,
    "Known transaction": None,
    "nonce too low: next nonce 3, tx nonce 2": None,
    "OldNonce, Current nonce: 3, nonce of rejected tx: 2": None,
    "Upfront cost exceeds account balance": "insufficient funds",
    "InsufficientFunds, Account balance: 0": "insufficient funds",
    "something new": "refuses the transaction: something new",
}


@pytest.mark.parametrize("message", REFUSALS)
def test_the_words_of_different_nodes_are_understood(anvil_chain, proxy, message):
    """The node refuses the first time, in its own words; the second time it takes the transaction."""
    chain = anvil_chain
    address = Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address
    witness = client(chain, proxy, address)
    offers = []

    def refuse(method):
        if method != "eth_sendRawTransaction":
            return None
        offers.append(method)
        return {"code": -32000, "message": message} if len(offers) == 1 else None

    proxy.refuse = refuse
    if REFUSALS[message] is None:
        witness.accept(signed(1000), ())
        assert len(offers) == 2
    else:
        with pytest.raises(ChainError, match=REFUSALS[message]):
            witness.accept(signed(1000), ())
        assert len(offers) == 1
    witness.accept(signed(1000), ())
    assert witness.seen(ORIGIN) == checkpoint(1000)


def test_a_chain_under_proof_of_authority_has_longer_blocks(anvil_chain, proxy):
    chain = anvil_chain

    def longer(method, answer):
        if method == "eth_getBlockByNumber":
            answer["result"]["extraData"] = "0x" + "11" * 200
        return answer

    proxy.spoil = longer
    node = Node.connect(proxy.url, chain.web3.eth.chain_id)
    anchor = Anchor.deploy(node, ORIGIN, chain.account(RICH), patience=chain.patience())
    ChainWitness(anchor, trust()).accept(signed(1000), ())
    assert anchor.head().size == 1000


def test_a_node_that_says_any_root_stands_is_not_found_out(anvil_chain, proxy):
    """A limit, and why to ask a node of one's own: all we know of the chain is what the node says."""
    chain = anvil_chain
    address = Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address
    witness = client(chain, proxy, address)
    proxy.spoil = lambda method, answer: (
        answer | {"result": "0x" + checkpoint(1000).root.hex()} if method == "eth_call" else answer
    )
    assert witness.is_anchored(checkpoint(1000))


def test_the_code_that_is_compared_is_that_of_the_package(chain, deployed):
    code = chain.node.code(deployed)
    assert code.startswith(artifact().runtime)
    assert len(code) == len(artifact().runtime) + 32 + 128  # The origin stands behind it.
    assert json.dumps(ORIGIN)[1:-1].encode() in code
