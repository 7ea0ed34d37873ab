"""Issuer keys on the chain, through the client."""

from hashlib import sha256

import pytest
from ledger.chain.local_chains import OTHER, RICH

from zkhealth.ledger.chain import Anchor, ChainError, IssuerKeys, KeyTimes

HOSPITAL, PHARMACY = "https://hospital.example", "https://pharmacy.example"
OLD, NEW = b"an old public key", b"a new public key"


@pytest.fixture
def keys(anchor):
    return IssuerKeys(anchor)


def now(chain):
    return chain.web3.eth.get_block("latest")["timestamp"]


def sent(chain):
    return chain.web3.eth.get_transaction_count(chain.account(RICH).address)


def test_an_issuer_nobody_registered_has_no_key(keys):
    assert keys.current(HOSPITAL) is None
    assert keys.times(HOSPITAL, OLD) is None


def test_a_registered_key_is_current(keys):
    keys.rotate(HOSPITAL, OLD)
    assert keys.current(HOSPITAL) == sha256(OLD).digest()
    assert keys.times(HOSPITAL, OLD).since > 0
    assert keys.current(PHARMACY) is None


def test_rotating_retires_the_key_before(keys):
    keys.rotate(HOSPITAL, OLD)
    keys.rotate(HOSPITAL, NEW)
    assert keys.current(HOSPITAL) == sha256(NEW).digest()
    old, new = keys.times(HOSPITAL, OLD), keys.times(HOSPITAL, NEW)
    assert old.since < old.retired == new.since
    assert old.is_trusted(old.since)
    assert not old.is_trusted(old.retired)
    assert new.is_trusted(new.since)


def test_revoking_takes_back_all_that_the_key_signed(keys):
    keys.rotate(HOSPITAL, OLD)
    since = keys.times(HOSPITAL, OLD).since
    assert keys.times(HOSPITAL, OLD).is_trusted(since)
    keys.revoke(HOSPITAL, OLD)
    assert keys.current(HOSPITAL) is None
    assert not keys.times(HOSPITAL, OLD).is_trusted(since)


def test_a_key_signs_nothing_before_it_was_registered():
    assert not KeyTimes(since=100, retired=0, revoked=0).is_trusted(99)


def test_doing_it_again_sends_nothing(chain, keys):
    keys.rotate(HOSPITAL, OLD)
    before = sent(chain)
    keys.rotate(HOSPITAL, OLD)
    assert sent(chain) == before
    keys.revoke(HOSPITAL, OLD)
    keys.revoke(HOSPITAL, OLD)
    assert sent(chain) == before + 1


def test_retired_and_revoked_keys_do_not_come_back(chain, keys):
    keys.rotate(HOSPITAL, OLD)
    keys.rotate(HOSPITAL, NEW)
    keys.revoke(HOSPITAL, NEW)
    before = sent(chain)
    for key in (OLD, NEW):
        with pytest.raises(ChainError, match="does not come back"):
            keys.rotate(HOSPITAL, key)
    assert sent(chain) == before


def test_a_key_that_was_never_registered_cannot_be_revoked(keys):
    with pytest.raises(ChainError, match="key is not registered"):
        keys.revoke(HOSPITAL, OLD)


def test_only_registrars_change_keys(chain, deployed):
    stranger = IssuerKeys(Anchor(chain.node, deployed, chain.account(OTHER), patience=chain.patience()))
    with pytest.raises(ChainError, match="not a registrar"):
        stranger.rotate(HOSPITAL, OLD)


def test_anybody_may_read(chain, deployed, keys):
    keys.rotate(HOSPITAL, OLD)
    assert IssuerKeys(Anchor(chain.node, deployed)).current(HOSPITAL) == sha256(OLD).digest()


def test_names_and_keys_are_of_their_types(keys):
    with pytest.raises(ValueError, match="expected the name of an issuer"):
        keys.current("")
    with pytest.raises(TypeError):
        keys.times(HOSPITAL, "text")
