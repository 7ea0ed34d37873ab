"""Every message of issuing comes back from its bytes, and hostile bytes are a DecodingError and nothing else."""

import functools

import pytest
from credentials.hospital import DOSE, people
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from zkhealth.credentials.issuing import credential, exchange, issuer, issuer_public, wallet
from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Issued, Offer, Request
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError, VerificationError

CLASSES = [Offer, Request, Issued, IssuerPublic, Issuer, Wallet, Credential]
each = pytest.mark.parametrize("cls", CLASSES)


@functools.cache
def encoded():
    """One of each, as bytes; the wallet has credentials and an open request."""
    hospital, mine = people().hospital, Wallet.create()
    offer = hospital.offer()
    request = mine.request(offer)
    issued = hospital.issue(request, **DOSE)
    held = mine.add(issued)
    mine.request(hospital.offer())
    things = [offer, request, issued, hospital.public, hospital.rotated(), mine, held]
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


# --- the shape of what is read --------------------------------------------------

LARGEST = {
    Offer: exchange.MAX_BYTES,
    Request: exchange.MAX_BYTES,
    Issued: exchange.MAX_BYTES,
    IssuerPublic: issuer_public.MAX_BYTES,
    Issuer: issuer.MAX_BYTES,
    Credential: credential.MAX_BYTES,
    Wallet: wallet.MAX_BYTES,
}


@each
def test_every_message_has_a_largest_size(cls):
    assert len(encoded()[cls]) < LARGEST[cls]
    with pytest.raises(DecodingError, match=f"at most {LARGEST[cls]} bytes"):
        cls.decode(bytes(LARGEST[cls] + 1))


scalar = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=99) | st.text(max_size=9)
plain = st.recursive(scalar, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.integers(0, 9), x, max_size=3))


@each
@settings(max_examples=40)
@given(st.data())
def test_fuzz_another_value_in_any_field_is_refused_or_means_itself(cls, data):
    content = cbor.decode(encoded()[cls], 1 << 26)
    fields = content[2]
    n = data.draw(st.sampled_from(sorted(fields)))
    if isinstance(fields[n], (list, dict)) and fields[n] and data.draw(st.booleans()):
        inner = fields[n]
        key = data.draw(st.sampled_from(range(len(inner)) if isinstance(inner, list) else sorted(inner)))
        inner[key] = data.draw(plain)
    else:
        fields[n] = data.draw(plain)
    try:
        changed = cbor.encode(content)
    except (UnicodeError, ValueError):
        return  # it has no encoding
    found = read(cls, changed)
    assert found is None or found.encode() == changed


@each
def test_every_field_must_be_there_and_no_other(cls):
    kind, version, fields = cbor.decode(encoded()[cls], 1 << 26)
    for n in fields:
        less = {m: value for m, value in fields.items() if m != n}
        with pytest.raises(DecodingError):
            cls.decode(cbor.encode([kind, version, less]))
    for content in ([kind, version, {**fields, 99: 0}], [kind, version + 1, fields], [kind, version, fields, 0]):
        with pytest.raises(DecodingError):
            cls.decode(cbor.encode(content))


@each
def test_every_field_has_a_type(cls):
    kind, version, fields = cbor.decode(encoded()[cls], 1 << 26)
    for n in fields:
        for value in (None, 0, True, b"", "", [], {}, [None], {0: 0}, b"x" * 33, bytes(48), bytes(32), bytes(96)):
            if type(value) is type(fields[n]) and not isinstance(value, bytes):
                continue  # the empty list of keys, of credentials, or of requests
            changed = cbor.encode([kind, version, {**fields, n: value}])
            found = read(cls, changed)
            assert found is None or found.encode() == changed, (n, value)
            assert found is None or type(value) is type(fields[n]), (n, value)


LENGTHS = [(Offer, 2), (Offer, 3), (Request, 1), (Request, 2), (Request, 3), (Issued, 1), (Issued, 2), (Issued, 4)]
LENGTHS += [(Issued, 5), (Issuer, 3), (Credential, 3), (Credential, 4), (Wallet, 1)]


@pytest.mark.parametrize(("cls", "n"), LENGTHS)
def test_nonces_marks_keys_points_and_scalars_have_one_length(cls, n):
    kind, version, fields = cbor.decode(encoded()[cls], 1 << 26)
    for value in (fields[n][:-1], fields[n] + b"\0", b"\0" + fields[n], b"", fields[n] * 2):
        with pytest.raises(DecodingError):
            cls.decode(cbor.encode([kind, version, {**fields, n: value}]))
