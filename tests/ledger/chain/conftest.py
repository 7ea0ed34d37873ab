"""One py-evm chain for all tests, put back after each; and the anchor contract on it."""

import pytest
from ledger.chain.chain_log import ORIGIN, trust
from ledger.chain.local_chains import OTHER, RICH, LocalChain, anvil, connected


@pytest.fixture(scope="session")
def web3():
    return pytest.importorskip("web3", reason="the extra `chain` is not installed")


@pytest.fixture(scope="session")
def py_evm(web3):
    eth_tester = pytest.importorskip("eth_tester", reason="eth-tester is not installed")
    tester = eth_tester.EthereumTester(eth_tester.PyEVMBackend())
    chain = LocalChain(web3.Web3(web3.EthereumTesterProvider(tester)), tester.mine_block, "py-evm")
    for key in (RICH, OTHER):
        chain.fund(chain.account(key).address)
    return chain, tester


@pytest.fixture(scope="session")
def deployed(py_evm):
    from zkhealth.ledger.chain import Anchor

    chain, _ = py_evm
    return Anchor.deploy(chain.node, ORIGIN, chain.account(RICH), patience=chain.patience()).address


@pytest.fixture
def chain(py_evm, deployed):
    """The chain, with a fresh contract on it."""
    local, tester = py_evm
    before = tester.take_snapshot()
    yield local
    tester.revert_to_snapshot(before)


@pytest.fixture
def anchor(chain, deployed):
    """The contract as its owner uses it."""
    from zkhealth.ledger.chain import Anchor

    return Anchor(chain.node, deployed, chain.account(RICH), patience=chain.patience())


@pytest.fixture
def witness(anchor):
    """The client as a witness of its log."""
    from zkhealth.ledger.chain import ChainWitness

    return ChainWitness(anchor, trust())


@pytest.fixture
def contract(chain, deployed):
    """The bare contract."""
    from ledger.chain.bare_contract import BareContract

    return BareContract(chain.web3, deployed, chain.account(RICH))


@pytest.fixture
def anvil_url(web3):
    with anvil() as url:
        yield url


@pytest.fixture
def anvil_chain(anvil_url):
    """An anvil with two accounts that have funds; it makes a block for each transaction, until told otherwise."""
    chain = connected(anvil_url)
    for key in (RICH, OTHER):
        chain.fund(chain.account(key).address)
    return chain
