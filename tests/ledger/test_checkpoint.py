"""Checkpoints, cosignatures, and whom a reader trusts for them."""

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from ledger.memory_log import COSIGNERS, LOG_KEY, NOW, ORIGIN, STRANGER, TRUST, key, log_of, signed, state

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.cosignature import CosignatureVerifier, Cosigner, time_of
from zkhealth.ledger.note import Signature, Signer, Verifier, join_note, open_note, sign_note
from zkhealth.ledger.trust import Trust
from zkhealth.merkle import EMPTY_ROOT

LOG = log_of(5)
TEXT = state(LOG).encode()
KEYS = [cosigner.verifier for cosigner in COSIGNERS]
WITNESSED = Trust(ORIGIN, [LOG_KEY.verifier], KEYS, quorum=2)

lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
checkpoints = st.builds(
    Checkpoint,
    lines,
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(lines, max_size=3).map(tuple),
)


@given(checkpoints)
def test_a_checkpoint_survives_its_encoding(checkpoint):
    assert Checkpoint.decode(checkpoint.encode()) == checkpoint
    assert peek(checkpoint.sign(LOG_KEY)) == checkpoint


def test_the_example_of_the_specification_is_read():
    text = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.decode(text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root[:2].hex()) == (
        "example.com/behind-the-sofa",
        20_852_163,
        "0ac5",
    )


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("empty", b""),
        ("two lines", b"".join(TEXT.splitlines(True)[:2])),
        ("no newline", TEXT[:-1]),
        ("a leading zero", TEXT.replace(b"\n5\n", b"\n05\n")),
        ("a sign", TEXT.replace(b"\n5\n", b"\n+5\n")),
        ("an underscore", TEXT.replace(b"\n5\n", b"\n5_0\n")),
        ("a digit of another script", TEXT.replace(b"\n5\n", "\n٥\n".encode())),
        ("a superscript", TEXT.replace(b"\n5\n", "\n⁵\n".encode())),
        ("a space", TEXT.replace(b"\n5\n", b"\n5 \n")),
        ("too many entries", TEXT.replace(b"\n5\n", b"\n%d\n" % 2**63)),
        ("a number of a million digits", TEXT.replace(b"\n5\n", b"\n" + b"9" * 900_000 + b"\n")),
        ("a short root", TEXT.splitlines(True)[0] + b"5\nAAAA\n"),
        ("a root in base64url", b"o\n5\n" + b"_" * 43 + b"=\n"),
        ("a blank line", TEXT.replace(b"\n5\n", b"\n\n5\n")),
        ("an empty extension", TEXT + b"\n"),
        ("no origin", b"\n" + b"".join(TEXT.splitlines(True)[1:])),
        ("a carriage return", TEXT.replace(b"\n", b"\r\n")),
        ("not UTF-8", b"\xff" + TEXT),
    ],
)
def test_what_is_no_checkpoint_is_refused(what, text):
    with pytest.raises(DecodingError):
        pytest.fail(f"{what} passed: {Checkpoint.decode(text)}")


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_checkpoint_that_encodes_alike_or_refused(data):
    try:
        assert Checkpoint.decode(data).encode() == data
    except DecodingError:
        return


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (("o", -1, EMPTY_ROOT), ValueError),
        (("o", 2**63, EMPTY_ROOT), ValueError),
        (("o", True, EMPTY_ROOT), TypeError),
        (("o", 1, b"short"), ValueError),
        (("o", 1, "0" * 32), TypeError),
        (("", 1, EMPTY_ROOT), ValueError),
        (("two\nlines", 1, EMPTY_ROOT), ValueError),
        (("\ud800", 1, EMPTY_ROOT), ValueError),
        ((b"o", 1, EMPTY_ROOT), TypeError),
        (("o", 1, EMPTY_ROOT, ("",)), ValueError),
    ],
)
def test_a_checkpoint_of_impossible_fields_is_not_made(fields, error):
    with pytest.raises(error):
        Checkpoint(*fields)


def test_a_checkpoint_of_the_trusted_log_is_opened():
    opened = TRUST.open(signed(LOG))
    assert (opened.checkpoint, opened.seen_at) == (state(LOG), {})


def test_a_checkpoint_of_another_origin_is_refused_though_the_key_is_right():
    note = Checkpoint("other.example", 5, LOG.root()).sign(LOG_KEY)
    with pytest.raises(VerificationError, match=r"expected a checkpoint of log\.example/1"):
        TRUST.open(note)


def test_a_checkpoint_that_only_witnesses_signed_is_refused():
    """A reader that asks for "any trusted signature" would take it."""
    note = join_note(TEXT, [cosigner.cosign(TEXT, NOW) for cosigner in COSIGNERS])
    assert open_note(note, [LOG_KEY.verifier, *KEYS]).text == TEXT
    with pytest.raises(VerificationError, match="the log itself did not sign"):
        WITNESSED.open(note)


def test_a_cosignature_by_the_logs_own_key_is_no_signature_of_the_log():
    double = Cosigner(ORIGIN, LOG_KEY.key)
    note = join_note(TEXT, [double.cosign(TEXT, NOW)])
    with pytest.raises(VerificationError, match="no trusted key"):
        TRUST.open(note)
    with pytest.raises(VerificationError, match="the log itself did not sign"):
        Trust(ORIGIN, [LOG_KEY.verifier], [double.verifier]).open(note)


def test_any_of_the_logs_keys_will_do():
    rotated = Signer(ORIGIN, key(7))
    trust = Trust(ORIGIN, [LOG_KEY.verifier, rotated.verifier])
    assert trust.open(signed(LOG, None, rotated)).checkpoint.size == 5
    assert trust.open(signed(LOG)).checkpoint.size == 5


@pytest.mark.parametrize("count", range(4))
def test_a_quorum_is_met_by_enough_witnesses_only(count):
    note = signed(LOG, cosigners=COSIGNERS[:count])
    if count >= 2:
        assert len(WITNESSED.open(note).seen_at) == count
    else:
        with pytest.raises(VerificationError, match=f"cosignatures of 2 witnesses, got {count}"):
            WITNESSED.open(note)


def test_a_witness_that_signs_twice_counts_once():
    twice = [COSIGNERS[0].cosign(TEXT, NOW), COSIGNERS[0].cosign(TEXT, NOW - 5)]
    note = join_note(TEXT, [LOG_KEY.sign(TEXT), *twice])
    with pytest.raises(VerificationError, match="got 1"):
        WITNESSED.open(note)
    assert Trust(ORIGIN, [LOG_KEY.verifier], KEYS, 1).open(note).seen_at == {"witness.example/0": NOW - 5}


def test_two_keys_of_one_witness_count_once():
    second = Cosigner(COSIGNERS[0].name, key(20))
    trust = Trust(ORIGIN, [LOG_KEY.verifier], [*KEYS, second.verifier], quorum=2)
    with pytest.raises(VerificationError, match="got 1"):
        trust.open(signed(LOG, cosigners=[COSIGNERS[0], second]))


def test_unknown_witnesses_do_not_count():
    strangers = [Cosigner(f"unknown.example/{i}", key(30 + i)) for i in range(3)]
    with pytest.raises(VerificationError, match="got 0"):
        WITNESSED.open(signed(LOG, cosigners=strangers))


def test_a_cosignature_from_later_than_now_is_refused():
    note = signed(LOG, cosigners=COSIGNERS, at=NOW)
    assert WITNESSED.open(note, at=NOW).seen_at
    with pytest.raises(VerificationError, match="later than now"):
        WITNESSED.open(note, at=NOW - 1)


def test_no_damage_to_a_cosigned_checkpoint_passes():
    """But for what is not signed: an unknown key's line may be put there, and changed."""
    everyone = Trust(ORIGIN, [LOG_KEY.verifier], KEYS[:1], quorum=1)
    note = signed(LOG, cosigners=COSIGNERS[:1])
    everyone.open(note)
    for what, data in damaged(note):
        with pytest.raises((DecodingError, VerificationError)):
            pytest.fail(f"{what} passed: {everyone.open(data)}")


def test_a_time_is_signed_with_the_checkpoint():
    value = COSIGNERS[0].cosign(TEXT, NOW).value
    KEYS[0].verify(TEXT, value)
    with pytest.raises(VerificationError, match="does not hold"):
        KEYS[0].verify(TEXT, (NOW + 1).to_bytes(8) + value[8:])


def test_extension_lines_are_cosigned_too():
    extended = Checkpoint(ORIGIN, 5, LOG.root(), ("an extension",)).encode()
    KEYS[0].verify(extended, COSIGNERS[0].cosign(extended, NOW).value)
    with pytest.raises(VerificationError):
        KEYS[0].verify(extended, COSIGNERS[0].cosign(TEXT, NOW).value)


@pytest.mark.parametrize("seconds", [0, 2**63, 2**64 - 1])
def test_a_cosignature_without_a_possible_time_is_refused(seconds):
    message = b"cosignature/v1\ntime %d\n" % seconds + TEXT
    with pytest.raises(VerificationError, match="time from 1"):
        KEYS[0].verify(TEXT, seconds.to_bytes(8) + COSIGNERS[0].key.sign(message))


@pytest.mark.parametrize("length", [0, 8, 64, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length):
    with pytest.raises(VerificationError, match="72 bytes"):
        time_of(bytes(length))


@pytest.mark.parametrize(("at", "error"), [(0, ValueError), (-1, ValueError), (2**63, ValueError), (1.5, TypeError)])
def test_nobody_cosigns_at_an_impossible_time(at, error):
    with pytest.raises(error):
        COSIGNERS[0].cosign(TEXT, at)


def test_a_cosigner_signs_checkpoints_only():
    with pytest.raises(DecodingError):
        COSIGNERS[0].cosign(b"a text\n", NOW)


def test_a_cosigner_s_keys_survive_their_text_form_and_are_not_a_log_s():
    cosigner = COSIGNERS[0]
    assert CosignatureVerifier.decode(cosigner.verifier.encode()) == cosigner.verifier
    assert Cosigner.decode_private(cosigner.encode_private()).verifier == cosigner.verifier
    with pytest.raises(DecodingError, match="type 0x01"):
        Verifier.decode(cosigner.verifier.encode())
    with pytest.raises(DecodingError, match="type 0x04"):
        CosignatureVerifier.decode(LOG_KEY.verifier.encode())
    with pytest.raises(DecodingError, match="type 0x04"):
        Cosigner.decode_private(LOG_KEY.encode_private())


def test_a_log_s_signature_is_no_cosignature():
    """The header keeps the two apart though the key may be the same."""
    text = b"cosignature/v1\ntime %d\n" % NOW + TEXT
    plain = Signer("witness.example/0", COSIGNERS[0].key)
    forged = Signature(KEYS[0].name, KEYS[0].key_id, NOW.to_bytes(8) + plain.sign(TEXT).value)
    with pytest.raises(VerificationError, match="does not hold"):
        open_note(join_note(TEXT, [forged]), [KEYS[0]])
    with pytest.raises(DecodingError):
        peek(sign_note(text, plain))  # What a log would have to sign for it is no checkpoint.


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((ORIGIN, []), ValueError),
        ((ORIGIN, [LOG_KEY.verifier], [], 1), ValueError),
        ((ORIGIN, [LOG_KEY.verifier], KEYS, 4), ValueError),
        ((ORIGIN, [LOG_KEY.verifier], KEYS, -1), ValueError),
        ((ORIGIN, [LOG_KEY.verifier], KEYS, True), TypeError),
        ((ORIGIN, [LOG_KEY.verifier], [KEYS[0], Cosigner(KEYS[0].name, key(20)).verifier], 2), ValueError),
        (("", [LOG_KEY.verifier]), ValueError),
    ],
)
def test_a_trust_that_can_never_be_met_is_not_made(arguments, error):
    with pytest.raises(error):
        Trust(*arguments)


def test_a_stranger_s_checkpoint_is_refused():
    with pytest.raises(VerificationError, match="no trusted key"):
        TRUST.open(signed(LOG, None, STRANGER))
