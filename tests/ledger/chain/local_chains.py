"""Chains for the tests: py-evm in this process, and anvil as a process of its own on a free port."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from zkhealth.ledger.chain import Node, Patience

ETHER = 10**18
RICH = bytes.fromhex("07" * 32)
OTHER = bytes.fromhex("08" * 32)
POOR = bytes.fromhex("09" * 32)


@dataclass(frozen=True)
class LocalChain:
    """A chain that makes blocks when the test says so, or for each transaction."""

    web3: Any
    mine: Callable[[], Any]
    name: str

    @property
    def node(self):
        return Node(self.web3, self.web3.eth.chain_id, self.name)

    def account(self, key):
        from eth_account import Account

        return Account.from_key(key)

    def fund(self, address, wei=ETHER):
        sent = self.web3.eth.send_transaction({"from": self.web3.eth.accounts[0], "to": address, "value": wei})
        self.mine()
        assert self.web3.eth.get_transaction_receipt(sent)["status"] == 1

    def patience(self, confirmations=1, looks=10, bump_after=2, pause=None):
        return Patience(confirmations, looks, bump_after, pause or self.mine)

    def rpc(self, method, *parameters):
        """Ask what web3 has no name for."""
        answer = self.web3.provider.make_request(method, list(parameters))
        assert "error" not in answer, answer
        return answer["result"]


@contextmanager
def anvil(hardfork="prague"):
    """The URL of a running anvil; skips, saying so, where there is none."""
    program = shutil.which("anvil")
    if program is None:
        pytest.skip("no anvil on the PATH (npm package @foundry-rs/anvil)")
    command = [program, "--host", "127.0.0.1", "--port", "0", "--hardfork", hardfork]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        url = next(f"http://{line.split()[-1]}" for line in process.stdout if line.startswith("Listening on"))
        reader = threading.Thread(target=lambda: [None for _ in process.stdout])  # A full pipe would stop it.
        reader.start()
        try:
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # npm's `anvil` is a script that starts the program.
            reader.join(timeout=30)


def connected(url):
    """The chain behind a URL."""
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(url, exception_retry_configuration=None))
    return LocalChain(web3, lambda: web3.provider.make_request("evm_mine", []), "anvil")
