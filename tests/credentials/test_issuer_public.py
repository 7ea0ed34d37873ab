"""An issuer as everybody knows it has one form; what a file says of an issuer or a wallet is checked on reading."""

import json

import pytest
from credentials.hospital import DOSE, people, receive

from zkhealth.credentials.issuing import wallet as wallets
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import MAX_KEYS, IssuerPublic
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.credentials.policies.policy import Policy
from zkhealth.curve import G2
from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr

HOSPITAL = people().hospital
SPEC, KEY = HOSPITAL.spec, HOSPITAL.public.keys[0]
KEYS = tuple((Fr(i) * G2.generator()).encode() for i in range(1, MAX_KEYS + 2))


def repacked(thing, **changed):
    """The bytes of a thing with other fields."""
    kind, version, fields = cbor.decode(thing.encode(), 1 << 26)
    return cbor.encode([kind, version, {**fields, **{int(name[1:]): value for name, value in changed.items()}}])


@pytest.mark.parametrize(
    "keys", [(), (KEY, KEY), KEYS, [*KEYS[:2], KEYS[0]]], ids=["none", "twice", "too many", "again"]
)
def test_an_issuer_has_a_few_different_keys(keys):
    assert len(IssuerPublic("a", SPEC, KEYS[:MAX_KEYS]).keys) == MAX_KEYS
    with pytest.raises(ValueError, match=f"1 to {MAX_KEYS} different keys"):
        IssuerPublic("a", SPEC, tuple(keys))


BAD_KEYS = {"identity": G2.identity().encode(), "none": b"", "cut": KEY[:-1], "zeros": bytes(96), "ones": b"\xff" * 96}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_key_is_a_point_and_not_the_identity(key):
    """Under the identity everybody could sign."""
    with pytest.raises(DecodingError):
        IssuerPublic("a", SPEC, (key,))
    with pytest.raises(DecodingError):
        IssuerPublic.of("a", SPEC, [key.hex()])


@pytest.mark.parametrize("name", ["", "x" * 257, "a\nb", 5, None, b"a"])
def test_a_name_is_short_and_printable(name):
    with pytest.raises(ValueError, match="name"):
        IssuerPublic(name, SPEC, (KEY,))


NO_HEX = {
    "capitals": KEY.hex().upper(),
    "a blank": " " + KEY.hex()[1:],
    "too short": KEY.hex()[:-2],
    "too long": KEY.hex() + "00",
    "a number": 5,
    "nothing": None,
}


@pytest.mark.parametrize("text", NO_HEX.values(), ids=NO_HEX)
def test_keys_are_written_in_one_way(text):
    assert IssuerPublic.of(HOSPITAL.name, SPEC, [KEY.hex()]) == HOSPITAL.public
    with pytest.raises(DecodingError):
        IssuerPublic.of(HOSPITAL.name, SPEC, [text])
    content = json.loads(Policy("a", people().v.held(), issuers=[HOSPITAL.public]).to_json())
    content["issuers"][0]["keys"] = [text]
    with pytest.raises(DecodingError):
        Policy.from_json(json.dumps(content))


def test_a_description_is_read_in_its_canonical_form_alone():
    canonical = cbor.decode(HOSPITAL.public.encode(), 1 << 20)[2][1]
    assert IssuerPublic.decode(repacked(HOSPITAL.public, f1=canonical)) == HOSPITAL.public
    for text in (" " + canonical, json.dumps(json.loads(canonical)), canonical.replace("{", "{ ", 1)):
        with pytest.raises(DecodingError, match="canonical"):
            IssuerPublic.decode(repacked(HOSPITAL.public, f1=text))


@pytest.mark.parametrize(
    "changed",
    [{"f1": ""}, {"f4": [KEY]}, {"f4": [b"short"]}, {"f4": list(KEYS)}, {"f4": [G2.identity().encode()]}],
    ids=["no name", "its own key again", "no key", "too many", "the identity"],
)
def test_an_issuer_s_secret_is_checked_when_it_is_read(changed):
    with pytest.raises(DecodingError):
        Issuer.decode(repacked(HOSPITAL, **changed))


def test_a_wallet_with_a_credential_of_another_is_refused():
    mine, other = Wallet.create(), Wallet.create()
    receive(mine, HOSPITAL, **DOSE)
    assert Wallet.decode(mine.encode()).credentials[0].show() == DOSE
    with pytest.raises(VerificationError):
        Wallet.decode(repacked(mine, f1=other._link.encode()))


def test_open_requests_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(wallets, "MAX_PENDING", 2)
    wallet = Wallet.create()
    requests = [wallet.request(HOSPITAL.offer()) for _ in range(2)]
    with pytest.raises(ValueError, match="at most 2 open requests"):
        wallet.request(HOSPITAL.offer())
    wallet.add(HOSPITAL.issue(requests[0], **DOSE))
    assert wallet.request(HOSPITAL.offer())


def test_an_open_request_is_answered_after_the_wallet_was_written():
    wallet = Wallet.create()
    request = wallet.request(HOSPITAL.offer())
    again = Wallet.decode(wallet.encode())
    assert again.add(HOSPITAL.issue(request, **DOSE)).show() == DOSE


def test_what_is_removed_must_be_there():
    wallet = Wallet.create()
    credential = receive(wallet, HOSPITAL, **DOSE)
    wallet.remove(credential)
    with pytest.raises(ValueError, match="not in this wallet"):
        wallet.remove(credential)
