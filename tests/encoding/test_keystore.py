"""What is sealed opens with its passphrase only, and nothing in a hostile file is acted upon."""

import base64
import json
import time
import traceback
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from zkhealth.encoding import keystore
from zkhealth.encoding.keystore import MAX_BYTES, open_sealed, read_sealed, seal
from zkhealth.errors import DecodingError, VerificationError

PHRASE = "correct horse battery staple"
HELD = b"the link secret of the holder"
SEALED = seal(HELD, PHRASE)
PARTS = SEALED.split(b".")
HEADER = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 210_000}

few = settings(max_examples=10)  # each opening takes 0.1 s, as it should


@pytest.fixture
def cheap(monkeypatch):
    """As few rounds as the library allows."""
    monkeypatch.setattr(keystore, "_ROUNDS", 1000)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def unb64(part):
    return base64.urlsafe_b64decode(part + b"==")


def sealed_by_hand(data, phrase=PHRASE, salt=bytes(16), cek=bytes(32), iv=bytes(12), **changes):
    """RFC 7516 and RFC 7518, section 4.8, from their text; `changes` of the header, None removes."""
    header = {k: v for k, v in (HEADER | {"p2s": b64(salt).decode()} | changes).items() if v is not None}
    protected = b64(json.dumps(header).encode())
    kek = derived(phrase, salt, header.get("p2c", 1000))
    body = AESGCM(cek).encrypt(iv, data, protected)
    return b".".join([protected, b64(aes_key_wrap(kek, cek)), b64(iv), b64(body[:-16]), b64(body[-16:])])


def derived(phrase, salt, rounds):
    rounds = rounds if type(rounds) is int and 0 < rounds < 10**6 else 1000
    return PBKDF2HMAC(SHA512(), 32, b"PBES2-HS512+A256KW\0" + salt, rounds).derive(phrase.encode())


def with_header(header):
    return b".".join([b64(json.dumps(header).encode() if isinstance(header, dict) else header), *PARTS[1:]])


# --- honest -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("cheap")
def test_what_is_sealed_opens():
    @given(st.binary(max_size=200), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
    def opens(data, phrase):
        assert open_sealed(seal(data, phrase), phrase) == data

    opens()


@pytest.mark.parametrize("n", [0, 1, 65_536, 1 << 20, MAX_BYTES])
def test_every_size_up_to_the_largest_opens(n):
    """The library itself seals, but does not open, more than 64 KiB."""
    assert open_sealed(seal(bytes(n), PHRASE), PHRASE) == bytes(n)


def test_it_is_the_jwe_of_the_standard():
    """Opened by hand, as another tool would."""
    header, key, iv, body, tag = map(unb64, PARTS)
    assert json.loads(header) == HEADER | {"p2s": json.loads(header)["p2s"]}
    kek = derived(PHRASE, unb64(json.loads(header)["p2s"].encode()), 210_000)
    assert AESGCM(aes_key_unwrap(kek, key)).decrypt(iv, body + tag, PARTS[0]) == HELD


def test_what_another_tool_sealed_opens():
    assert open_sealed(sealed_by_hand(HELD), PHRASE) == HELD
    assert open_sealed(sealed_by_hand(HELD, p2c=300_000), PHRASE) == HELD


def test_no_two_seals_are_alike():
    """Salt, key and iv are fresh, so nothing shows that the same wallet was saved twice."""
    header, key, iv, body, tag = seal(HELD, PHRASE).split(b".")
    assert all(a != b for a, b in zip((header, key, iv, body, tag), PARTS, strict=True))


def test_trying_a_passphrase_costs_what_owasp_asks_for():
    assert keystore._ROUNDS >= 210_000


def test_letters_that_keyboards_compose_in_two_ways_are_one():
    assert open_sealed(seal(HELD, "Zo\u00eb"), "Zoe\u0308") == HELD


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("phrase", ["x", "-----BEGIN PUBLIC KEY-----", "ssh-rsa AAAA", "\0", "🐎" * 100])
def test_any_passphrase_is_just_a_passphrase(phrase):
    """The library would read it as a key of another kind, and warn of short ones."""
    assert open_sealed(seal(HELD, phrase), phrase) == HELD


# --- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", [PHRASE + " ", PHRASE[:-1], PHRASE.upper(), "x", "\0"])
def test_another_passphrase_is_refused(phrase):
    with pytest.raises(VerificationError, match="wrong passphrase"):
        open_sealed(SEALED, phrase)


@pytest.mark.parametrize(("phrase", "error"), [
    ("", ValueError), ("\ud800", ValueError), (b"x", TypeError), (None, TypeError),
])  # fmt: skip
def test_what_is_no_passphrase_is_the_caller_s_error(phrase, error):
    for call in (lambda: seal(HELD, phrase), lambda: open_sealed(SEALED, phrase)):
        with pytest.raises(error, match="expected a passphrase"):
            call()


def test_too_much_is_the_caller_s_error():
    with pytest.raises(ValueError, match="at most"):
        seal(bytes(MAX_BYTES + 1), PHRASE)
    with pytest.raises(TypeError, match="expected bytes"):
        seal("text", PHRASE)


@pytest.mark.parametrize("rounds", [
    pytest.param(209_999, id="too few"),
    pytest.param(1, id="one"),
    pytest.param(0, id="none"),
    pytest.param(-1, id="negative"),
    pytest.param(300_001, id="too many"),
    pytest.param(2**31 - 1, id="a bomb of an hour"),
    pytest.param(10**30, id="a bomb of an age"),
    pytest.param(True, id="true"),
    pytest.param(210_000.0, id="a float"),
    pytest.param("210000", id="text"),
    pytest.param(None, id="missing"),
])  # fmt: skip
def test_a_p2c_bomb_does_not_hang_the_reader(rounds):
    data = sealed_by_hand(HELD, p2c=rounds)
    start = time.process_time()
    with pytest.raises(DecodingError):
        open_sealed(data, PHRASE)
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize("changes", [
    pytest.param({"alg": "none"}, id="alg none"),
    pytest.param({"alg": "dir"}, id="alg dir"),
    pytest.param({"alg": "A256KW"}, id="alg without the passphrase"),
    pytest.param({"alg": "PBES2-HS256+A128KW"}, id="weaker alg"),
    pytest.param({"alg": "RSA1_5"}, id="alg RSA"),
    pytest.param({"alg": ["PBES2-HS512+A256KW"]}, id="alg a list"),
    pytest.param({"alg": None}, id="no alg"),
    pytest.param({"enc": "A128GCM"}, id="weaker enc"),
    pytest.param({"enc": "A256CBC-HS512"}, id="enc CBC"),
    pytest.param({"enc": None}, id="no enc"),
    pytest.param({"zip": "DEF"}, id="zip"),
    pytest.param({"crit": ["exp"], "exp": 1}, id="crit"),
    pytest.param({"kid": "x"}, id="kid"),
    pytest.param({"jku": "https://evil.example"}, id="jku"),
    pytest.param({"p2s": None}, id="no salt"),
    pytest.param({"p2s": ""}, id="empty salt"),
    pytest.param({"p2s": b64(bytes(15)).decode()}, id="short salt"),
    pytest.param({"p2s": b64(bytes(17)).decode()}, id="long salt"),
    pytest.param({"p2s": b64(bytes(16)).decode() + "=="}, id="padded salt"),
    pytest.param({"p2s": b64(bytes(16)).decode()[:-1] + "B"}, id="salt with other last bits"),
    pytest.param({"p2s": "é" * 22}, id="salt that is not base64"),
    pytest.param({"p2s": 1}, id="salt a number"),
])  # fmt: skip
def test_no_other_header_is_read_even_if_all_else_fits(changes):
    with pytest.raises(DecodingError, match="expected"):
        open_sealed(sealed_by_hand(HELD, **changes), PHRASE)


def test_a_compression_bomb_is_not_opened():
    data = sealed_by_hand(zlib.compress(bytes(1 << 24), wbits=-15), zip="DEF")
    with pytest.raises(DecodingError, match="header"):
        open_sealed(data, PHRASE)


@pytest.mark.parametrize("header", [
    pytest.param(b"", id="empty"),
    pytest.param(b"{}", id="an empty object"),
    pytest.param(b"[]", id="an array"),
    pytest.param(b"\xff", id="not UTF-8"),
    pytest.param(unb64(PARTS[0]).replace(b"{", b'{"alg":"dir",', 1), id="alg twice"),
    pytest.param(unb64(PARTS[0]) + b" " * 500, id="long"),
])  # fmt: skip
def test_a_header_that_is_none_is_refused(header):
    with pytest.raises(DecodingError):
        open_sealed(with_header(header), PHRASE)


@pytest.mark.parametrize("data", [
    pytest.param(b"", id="nothing"),
    pytest.param(b"....", id="five empty parts"),
    pytest.param(b".".join(PARTS[:4]), id="four parts"),
    pytest.param(SEALED + b".", id="six parts"),
    pytest.param(SEALED + b"\n", id="a line break"),
    pytest.param(b" " + SEALED, id="a blank"),
    pytest.param(SEALED.replace(b".", b"=.", 1), id="padding"),
    pytest.param(b".".join([PARTS[0], b"", *PARTS[2:]]), id="no key"),
    pytest.param(b".".join([PARTS[0], b64(bytes(48)), *PARTS[2:]]), id="a longer key"),
    pytest.param(b".".join([*PARTS[:2], b64(bytes(16)), *PARTS[3:]]), id="a longer iv"),
    pytest.param(b".".join([*PARTS[:4], b64(unb64(PARTS[4])[:4])]), id="a shorter tag"),
    pytest.param(b".".join([*PARTS[:4], b""]), id="no tag"),
    pytest.param(b".".join([*PARTS[:3], PARTS[3] + b"*", PARTS[4]]), id="not base64url"),
    pytest.param(b".".join([*PARTS[:3], b"+/" + PARTS[3], PARTS[4]]), id="base64 of the other kind"),
    pytest.param(json.dumps({"ciphertext": "x"}).encode(), id="JSON serialization"),
    pytest.param(b"." * 1_000_000, id="a million parts"),
])  # fmt: skip
def test_what_is_no_such_file_is_refused_without_deriving_a_key(data):
    start = time.process_time()
    with pytest.raises(DecodingError):
        open_sealed(data, PHRASE)
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize("data", [b"A", SEALED + b"A"])
def test_a_file_that_is_too_long_is_not_even_split(data):
    data += b"A" * (MAX_BYTES * 4 // 3 + 2000)
    with pytest.raises(DecodingError, match=f"at most .* bytes, got {len(data)}"):
        open_sealed(data, PHRASE)


@pytest.mark.parametrize(("part", "value"), [
    pytest.param(1, b64(bytes(40)), id="another key"),
    pytest.param(2, b64(bytes(12)), id="another iv"),
    pytest.param(3, b64(bytes(len(HELD))), id="another body"),
    pytest.param(3, b"", id="no body"),
    pytest.param(4, b64(bytes(16)), id="another tag"),
    pytest.param(0, with_header(HEADER | {"p2s": b64(bytes(16)).decode()}).split(b".")[0], id="another salt"),
    pytest.param(0, b64(unb64(PARTS[0]).replace(b",", b", ")), id="the same header with blanks"),
])  # fmt: skip
def test_every_part_is_authenticated(part, value):
    parts = [*PARTS[:part], value, *PARTS[part + 1 :]]
    with pytest.raises(VerificationError):
        open_sealed(b".".join(parts), PHRASE)


@pytest.mark.usefixtures("cheap")
def test_damage_is_refused():
    for what, data in damaged(seal(HELD, PHRASE), stride=3):
        with pytest.raises((DecodingError, VerificationError)):
            open_sealed(data, PHRASE)
            pytest.fail(what)


def changed(data):
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 9), st.binary(max_size=9))
    return cut.map(lambda at: data[: at[0]] + at[2] + data[at[0] + at[1] :])


@few
@given(st.binary(max_size=60) | changed(SEALED) | st.lists(st.binary(max_size=20).map(b64), max_size=6).map(b".".join))
def test_fuzz_any_bytes_are_refused(data):
    try:
        assert open_sealed(data, PHRASE) == HELD
        assert data == SEALED
    except (DecodingError, VerificationError) as e:
        assert e.__context__ is None


@pytest.mark.parametrize("phrase", ["a wrong passphrase", PHRASE])
def test_no_error_repeats_the_passphrase_or_the_secret(phrase):
    data = SEALED if phrase != PHRASE else SEALED[:-22] + b64(bytes(16))
    with pytest.raises(VerificationError) as e:
        open_sealed(data, phrase)
    shown = "".join(traceback.format_exception_only(e.value))
    assert phrase not in shown
    assert e.value.__context__ is None


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless file here")
def test_an_endless_file_is_not_read_to_its_end():
    with pytest.raises(DecodingError, match="bytes, got"):
        read_sealed("/dev/zero", "a passphrase")
