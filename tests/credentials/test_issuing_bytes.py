"""Every message of issuing comes back from its bytes, and hostile bytes are a DecodingError and nothing else."""

import functools

import pytest
from credentials.hospital import DOSE, people
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Issued, Offer, Request
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.errors import DecodingError, VerificationError

CLASSES = [Offer, Request, Issued, IssuerPublic, Issuer, Wallet, Credential]
each = pytest.mark.parametrize("cls", CLASSES)


@functools.cache
def encoded():
    """One of each, as bytes; the wallet has credentials and an open request."""
    hospital, wallet = people().hospital, Wallet.create()
    offer = hospital.offer()
    request = wallet.request(offer)
    issued = hospital.issue(request, **DOSE)
    credential = wallet.add(issued)
    wallet.request(hospital.offer())
    things = [offer, request, issued, hospital.public, hospital.rotated(), wallet, credential]
    return {type(thing): thing.encode() for thing in things}


def read(cls, data):
    """Read it if it can be read; a wallet also checks signatures."""
    try:
        return cls.decode(data)
    except DecodingError:
        return None
    except VerificationError:
        assert cls is Wallet
        return None


@each
def test_it_comes_back_from_its_bytes(cls):
    assert cls.decode(encoded()[cls]).encode() == encoded()[cls]


@each
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(cls, data):
    with pytest.raises(DecodingError):
        cls.decode(data)


@each
@settings(max_examples=40)
@given(st.data())
def test_mutated_bytes_are_refused_or_mean_themselves(cls, data):
    good = bytearray(encoded()[cls])
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    found = read(cls, bytes(good))
    assert found is None or found.encode() == bytes(good)


@each
def test_damage_is_refused_or_means_itself(cls):
    for what, data in damaged(encoded()[cls], stride=61):
        found = read(cls, data)
        assert found is None or found.encode() == data, what


@each
def test_one_message_is_not_read_as_another(cls):
    for other, data in encoded().items():
        if other is not cls:
            with pytest.raises(DecodingError):
                cls.decode(data)


@each
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 50, b"\x83", b"\x9f", b"\xa1" * 1000])
def test_nonsense_is_refused(cls, data):
    with pytest.raises(DecodingError):
        cls.decode(data)
