"""Signed notes: the specification's example, honest notes, damage, and who counts as having signed."""

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from ledger.memory_log import COSIGNERS, LOG_KEY, STRANGER, key

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.note import (
    MAX_BYTES,
    MAX_SIGNATURES,
    Signature,
    Signer,
    Verifier,
    join_note,
    open_note,
    read_signatures,
    sign_note,
    split_note,
)

# C2SP signed-note, section Verifier keys.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1"
    "ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
TEXT = b"a text\n\nwith a blank line\n"

characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n")
texts = st.text(characters, max_size=80).map(lambda text: (text + "\n").encode())
names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters="+"), min_size=1
)


def test_the_example_of_the_specification_is_read():
    note = open_note(EXAMPLE, [Verifier.decode(EXAMPLE_KEY)])
    assert note.text == b"This is an example message.\n"
    assert Verifier.decode(EXAMPLE_KEY).encode() == EXAMPLE_KEY


def test_no_damage_to_the_example_passes():
    verifier = Verifier.decode(EXAMPLE_KEY)
    for what, data in damaged(EXAMPLE):
        with pytest.raises((DecodingError, VerificationError)):
            pytest.fail(f"{what} passed: {open_note(data, [verifier])}")


@given(texts, names)
def test_what_is_signed_is_read(text, name):
    signer = Signer(name, key(3))
    note = open_note(sign_note(text, signer), [signer.verifier])
    assert (note.text, [s.name for s in note.signatures], note.unknown) == (text, [name], ())


@given(names)
def test_keys_survive_their_text_form(name):
    signer = Signer(name, key(3))
    assert Verifier.decode(signer.verifier.encode()) == signer.verifier
    assert Signer.decode_private(signer.encode_private()).verifier == signer.verifier


@given(texts)
def test_several_signatures_hold_side_by_side(text):
    note = sign_note(text, LOG_KEY, STRANGER)
    both = open_note(note, [STRANGER.verifier, LOG_KEY.verifier])
    assert [s.name for s in both.signatures] == [LOG_KEY.name, STRANGER.name]
    one = open_note(note, [STRANGER.verifier])
    assert ([s.name for s in one.signatures], [s.name for s in one.unknown]) == ([STRANGER.name], [LOG_KEY.name])


def test_a_note_of_unknown_keys_only_is_refused():
    with pytest.raises(VerificationError, match="no trusted key"):
        open_note(sign_note(TEXT, STRANGER), [LOG_KEY.verifier])
    with pytest.raises(VerificationError, match="no trusted key"):
        open_note(sign_note(TEXT, STRANGER), [])


def test_a_key_with_a_known_name_and_another_id_is_unknown():
    impostor = Signer(LOG_KEY.name, key(9))
    note = open_note(sign_note(TEXT, impostor, LOG_KEY), [LOG_KEY.verifier])
    assert [s.key_id for s in note.unknown] == [impostor.verifier.key_id]
    with pytest.raises(VerificationError, match="no trusted key"):
        open_note(sign_note(TEXT, impostor), [LOG_KEY.verifier])


def test_a_key_with_a_known_id_and_another_name_is_unknown():
    line = Signature("other.example", LOG_KEY.verifier.key_id, LOG_KEY.sign(TEXT).value)
    with pytest.raises(VerificationError, match="no trusted key"):
        open_note(join_note(TEXT, [line]), [LOG_KEY.verifier])


def test_a_false_signature_of_a_known_key_spoils_a_note_that_another_signed():
    good = LOG_KEY.sign(TEXT)
    bad = Signature(STRANGER.name, STRANGER.verifier.key_id, good.value)
    note = join_note(TEXT, [good, bad])
    assert open_note(note, [LOG_KEY.verifier]).text == TEXT
    with pytest.raises(VerificationError, match="does not hold"):
        open_note(note, [LOG_KEY.verifier, STRANGER.verifier])


def test_a_signature_is_on_the_text_and_not_on_another():
    line = LOG_KEY.sign(b"another text\n")
    with pytest.raises(VerificationError, match="does not hold"):
        open_note(join_note(TEXT, [line]), [LOG_KEY.verifier])


def test_the_last_blank_line_parts_text_and_signatures():
    inner = sign_note(b"inner\n", STRANGER)
    outer = sign_note(inner, LOG_KEY)
    assert open_note(outer, [LOG_KEY.verifier]).text == inner
    with pytest.raises(VerificationError):
        open_note(outer, [STRANGER.verifier])


def test_a_hundred_signatures_are_read_and_no_more():
    line = LOG_KEY.sign(TEXT)
    assert len(open_note(join_note(TEXT, [line] * MAX_SIGNATURES), [LOG_KEY.verifier]).signatures) == MAX_SIGNATURES
    with pytest.raises(DecodingError, match="at most 100"):
        split_note(join_note(TEXT, [line]) + line.encode() * MAX_SIGNATURES)


def test_a_note_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(DecodingError, match="at most 1000000"):
        split_note(b"\xff" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("what", "note"),
    [
        ("no blank line", b"text\n" + LOG_KEY.sign(b"text\n").encode()),
        ("no signature", b"text\n\n"),
        ("no newline at the end", sign_note(TEXT, LOG_KEY)[:-1]),
        ("not UTF-8", sign_note(TEXT, LOG_KEY).replace(b"a text", b"\xff text")),
        ("a tab", sign_note(TEXT, LOG_KEY).replace(b"a text", b"a\ttext")),
        ("carriage returns", sign_note(TEXT, LOG_KEY).replace(b"\n", b"\r\n")),
        ("a hyphen for the dash", sign_note(TEXT, LOG_KEY).replace("—".encode(), b"-")),
        ("no space after the dash", sign_note(TEXT, LOG_KEY).replace("— ".encode(), "—".encode())),
        ("a plus in the name", sign_note(TEXT, LOG_KEY).replace(b"log.example", b"log+example")),
        ("a no-break space in the name", sign_note(TEXT, LOG_KEY).replace(b"log.example", "log\u00a0example".encode())),
        ("no name", sign_note(TEXT, LOG_KEY).replace(b"log.example/1", b"")),
        ("four bytes of signature", b"text\n\n" + "— name AAAAAA==\n".encode()),
        ("unused bits", b"text\n\n" + "— name AAAAAAB=\n".encode()),
        ("no padding", b"text\n\n" + "— name AAAAAAA\n".encode()),
        ("two spaces", sign_note(TEXT, LOG_KEY).replace(b"/1 ", b"/1  ")),
        ("a space at the end", sign_note(TEXT, LOG_KEY)[:-1] + b" \n"),
    ],
)
def test_what_is_no_note_is_refused(what, note):
    with pytest.raises(DecodingError):
        pytest.fail(f"{what} passed: {open_note(note, [LOG_KEY.verifier])}")


@given(st.binary(max_size=300) | texts)
def test_any_bytes_are_a_note_or_refused(data):
    for read in (split_note, read_signatures):
        try:
            read(data)
        except DecodingError:
            continue


claims = st.tuples(names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))


@given(st.lists(claims, min_size=1, max_size=9), texts)
def test_reading_a_note_and_writing_it_gives_the_same_bytes(lines, text):
    note = join_note(text, [Signature(*line) for line in lines])
    assert join_note(*split_note(note)) == note


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "0x530d90"),
        EXAMPLE_KEY.replace("foo", "fop"),
        EXAMPLE_KEY.replace("foo", "f o"),
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY + "\n",
        EXAMPLE_KEY.replace("AekyeRrm", "AukyeRrm"),
        COSIGNERS[0].verifier.encode(),
        LOG_KEY.encode_private(),
        "name+00000000+" + "A" * 100_000,
    ],
)
def test_what_is_no_ed25519_vkey_is_refused(vkey):
    with pytest.raises(DecodingError):
        Verifier.decode(vkey)


@given(st.text(max_size=120))
def test_any_text_is_a_key_or_refused(text):
    for read in (Verifier.decode, Signer.decode_private):
        with pytest.raises(DecodingError):
            read(text)


def test_a_private_key_is_in_no_error_and_no_repr():
    secret = LOG_KEY.encode_private()
    seed = secret.rsplit("+", 1)[1]
    assert seed[:8] not in repr(LOG_KEY)
    with pytest.raises(DecodingError) as caught:
        Signer.decode_private(secret.replace(LOG_KEY.verifier.key_id.hex(), "00000000"))
    assert seed[:8] not in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"no newline", b"a\ttab\n", b"\xff\n"])
def test_what_can_be_no_text_is_not_signed(text):
    with pytest.raises(ValueError, match="expected"):
        sign_note(text, LOG_KEY)


def test_a_note_without_signers_is_not_made():
    with pytest.raises(ValueError, match="1 to 100 signatures"):
        sign_note(TEXT)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nline", "\u2028", "\ud800"])
def test_a_key_needs_a_name_that_a_signature_line_can_have(name):
    with pytest.raises(ValueError, match="key name"):
        Verifier(name, bytes(32))
    with pytest.raises(ValueError, match="key name"):
        Signer(name, key(1))


def test_two_keys_under_one_name_and_id_are_the_callers_mistake():
    twin = Verifier(LOG_KEY.name, bytes(32))
    object.__setattr__(twin, "key_id", LOG_KEY.verifier.key_id)
    with pytest.raises(ValueError, match="one name and id"):
        open_note(sign_note(TEXT, LOG_KEY), [LOG_KEY.verifier, twin])
    assert open_note(sign_note(TEXT, LOG_KEY), [LOG_KEY.verifier, LOG_KEY.verifier]).text == TEXT
