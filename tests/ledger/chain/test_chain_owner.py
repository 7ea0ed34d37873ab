"""The contract's own affairs, through the client: roles, ownership, and the head."""

import pytest
from ledger.chain.chain_witnesses import transactions
from ledger.chain.local_chains import OTHER, RICH

from zkhealth.ledger.chain import Anchor, ChainError, Head, Role


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
