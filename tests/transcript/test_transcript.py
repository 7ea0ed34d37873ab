"""Every item that is absorbed, and where one ends, changes every later challenge."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import R, elements, sample

from zkhealth.curve import G1
from zkhealth.errors import VerificationError
from zkhealth.field import Fr, concat
from zkhealth.transcript import Transcript, joined, length_prefixed

G = G1.generator()
TWO = Fr([1, 2]) * G
items = st.lists(st.binary(max_size=6), max_size=4)


def after(*absorbed, tag=b"test"):
    """The challenge after absorbing (method, item) pairs."""
    transcript = Transcript(tag)
    for method, item in absorbed:
        getattr(transcript, f"absorb_{method}")(item)
    return transcript.challenge()


# --- attack 7: where does an item end? -----------------------------------------


def plainly_concatenated(*parts):
    """The mutant: a transcript that absorbs without lengths."""
    return hashlib.shake_128(b"".join(parts)).digest(48)


def test_attack_7_ambiguous_concatenation():
    assert plainly_concatenated(b"SV1", b"22") == plainly_concatenated(b"SV12", b"2")
    assert after(("bytes", b"SV1"), ("bytes", b"22")) != after(("bytes", b"SV12"), ("bytes", b"2"))
    assert joined(b"SV1", b"22") != joined(b"SV12", b"2")


@given(items, items)
def test_attack_7_no_two_lists_of_byte_strings_absorb_alike(one, other):
    challenges = [after(*(("bytes", item) for item in listed)) for listed in (one, other)]
    assert (challenges[0] == challenges[1]) == (one == other)
    assert (joined(*one) == joined(*other)) == (one == other)


@given(items)
def test_joined_byte_strings_can_be_taken_apart_again(listed):
    data, out = joined(*listed), []
    while data:
        n = int.from_bytes(data[:4], "little")
        out.append(data[4 : 4 + n])
        data = data[4 + n :]
    assert out == listed


def test_attack_7_the_border_between_two_vectors_counts():
    assert Fr([1, 2]).encode() + Fr([3]).encode() == Fr([1]).encode() + Fr([2, 3]).encode()
    assert after(("scalars", Fr([1, 2])), ("scalars", Fr([3]))) != after(("scalars", Fr([1])), ("scalars", Fr([2, 3])))
    assert after(("points", TWO), ("points", G1.stack())) != after(("points", G1.stack()), ("points", TWO))
    assert after(("points", TWO[:1]), ("points", TWO[1:])) != after(("points", TWO), ("points", G1.stack()))


# --- every item counts ------------------------------------------------------------

RUN = [
    ("bytes", b"statement"),
    ("bytes", b""),
    ("int", 5),
    ("scalars", Fr(7)),
    ("scalars", Fr([8, 9])),
    ("scalars", Fr([])),
    ("points", G),
    ("points", TWO),
    ("points", G1.stack()),
]
CHANGES = [
    (0, ("bytes", b"statemenu")),
    (0, ("bytes", b"statement\0")),
    (0, ("bytes", b"")),
    (1, ("bytes", b"\0")),
    (2, ("int", 4)),
    (2, ("int", 5 + 2**32)),
    (2, ("int", 2**64 - 1)),
    (3, ("scalars", Fr(8))),
    (3, ("scalars", Fr(-7))),
    (3, ("scalars", Fr([7]))),
    (4, ("scalars", Fr([9, 8]))),
    (4, ("scalars", Fr([8, 9, 0]))),
    (4, ("scalars", Fr([8]))),
    (5, ("scalars", Fr([0]))),
    (6, ("points", -G)),
    (6, ("points", Fr(2) * G)),
    (6, ("points", G1.stack(G))),
    (7, ("points", TWO[::-1])),
    (7, ("points", TWO[:1])),
    (8, ("points", G1.stack(G))),
]


@pytest.mark.parametrize(("place", "item"), CHANGES, ids=[f"{place}-{item!r}" for place, item in CHANGES])
def test_a_changed_item_changes_the_challenge(place, item):
    assert after(*RUN[:place], item, *RUN[place + 1 :]) != after(*RUN)


@pytest.mark.parametrize("place", range(len(RUN)))
def test_a_missing_or_doubled_item_changes_the_challenge(place):
    assert after(*RUN[:place], *RUN[place + 1 :]) != after(*RUN)
    assert after(*RUN[:place], RUN[place], *RUN[place:]) != after(*RUN)


@pytest.mark.parametrize("place", range(len(RUN) - 1))
def test_the_order_of_items_changes_the_challenge(place):
    swapped = [*RUN[:place], RUN[place + 1], RUN[place], *RUN[place + 2 :]]
    assert after(*swapped) != after(*RUN)


def test_every_bit_of_a_byte_string_changes_the_challenge():
    data = bytes(8)
    flipped = [bytes(i) + bytes([1 << bit]) + data[i + 1 :] for i in range(8) for bit in range(8)]
    assert len({int(after(("bytes", item))) for item in [data, *flipped]}) == 65


@pytest.mark.parametrize("tag", [b"", b"tesu", b"test\0", b"t" * 1000])
def test_the_tag_changes_the_challenge(tag):
    assert after(*RUN, tag=tag) != after(*RUN)


@given(st.lists(elements, max_size=4))
def test_the_same_run_gives_the_same_challenge(values):
    assert after(("scalars", Fr(values))) == after(("scalars", Fr(values)))


# --- more than one challenge --------------------------------------------------------


def two_challenges(between=(), later=()):
    transcript = Transcript(b"test")
    transcript.absorb_bytes(b"first message")
    first = transcript.challenge()
    for item in between:
        transcript.absorb_bytes(item)
    second = transcript.challenge()
    for item in later:
        transcript.absorb_bytes(item)
    return first, second, transcript.challenge()


def test_challenges_in_a_row_differ():
    assert len({int(c) for c in two_challenges()}) == 3


def test_a_message_changes_every_later_challenge_and_no_earlier_one():
    plain, changed = two_challenges([b"x"], [b"y"]), two_challenges([b"z"], [b"y"])
    assert plain[0] == changed[0]
    assert plain[1] != changed[1]
    assert plain[2] != changed[2]


def test_a_message_before_the_first_challenge_still_counts_after_the_second():
    def third(first_message):
        transcript = Transcript(b"test")
        transcript.absorb_bytes(first_message)
        for _ in range(2):
            transcript.challenge()
            transcript.absorb_bytes(b"same")
        return transcript.challenge()

    assert third(b"a") != third(b"b")


def test_challenges_spread_over_the_whole_field():
    transcript = Transcript(b"test")
    low = sum(int(transcript.challenge()) < R // 2 for _ in range(400))
    assert 140 < low < 260  # six standard deviations; and the transcript is the same in each run


def test_weights_have_128_bits_and_differ():
    transcript = Transcript(b"test")
    weights = transcript.weights(200).ints()
    assert max(weights) < 2**128 and max(weights) >> 120
    assert len(set(weights)) == 200


def test_attack_25_all_weights_change_with_the_last_byte_absorbed():
    def weights(data):
        transcript = Transcript(b"test")
        transcript.absorb_bytes(data)
        return transcript.weights(20).ints()

    assert not set(weights(b"responses: 1")) & set(weights(b"responses: 2"))


@pytest.mark.parametrize(("place", "item"), CHANGES, ids=[f"{place}-{item!r}" for place, item in CHANGES])
def test_a_changed_item_changes_the_digest(place, item):
    digests = []
    for absorbed in (RUN, [*RUN[:place], item, *RUN[place + 1 :]]):
        transcript = Transcript(b"test")
        for method, one in absorbed:
            getattr(transcript, f"absorb_{method}")(one)
        digests.append(transcript.digest())
    assert digests[0] != digests[1] and len(digests[0]) == 32


def test_a_digest_does_not_change_the_challenge_after_the_next_message():
    with_digest, without = Transcript(b"test"), Transcript(b"test")
    with_digest.digest()
    for transcript in (with_digest, without):
        transcript.absorb_bytes(b"message")
    assert with_digest.challenge() == without.challenge()


# --- what must not be absorbed ------------------------------------------------------


def test_attack_14_the_identity_is_refused_in_every_place():
    zero = G1.identity()
    vectors = [G1.stack(*(zero if i == place else G for i in range(4))) for place in sample(range(4), on_reference=2)]
    for points in [zero, G1.stack(zero), *vectors]:
        with pytest.raises(VerificationError, match="identity"):
            Transcript(b"test").absorb_points(points)


def test_what_was_refused_was_not_absorbed():
    transcript = Transcript(b"test")
    with pytest.raises(VerificationError):
        transcript.absorb_points(G1.identity())
    assert transcript.challenge() == after()


@pytest.mark.parametrize("data", ["text", 3, None, [1], Fr(1)], ids=repr)
def test_byte_strings_are_bytes(data):
    for use in (length_prefixed, joined, Transcript(b"test").absorb_bytes):
        with pytest.raises(TypeError):
            use(data)


def test_a_tag_is_bytes():
    with pytest.raises(TypeError):
        Transcript("test")


@pytest.mark.parametrize("n", [-1, 2**64], ids=hex)
def test_integers_that_do_not_fit_are_value_errors(n):
    with pytest.raises(ValueError):
        Transcript(b"test").absorb_int(n)


@pytest.mark.parametrize(
    ("method", "item"),
    [("int", "5"), ("int", 5.0), ("scalars", 5), ("scalars", G), ("scalars", b""), ("points", Fr(1)), ("points", b"")],
    ids=repr,
)
def test_items_of_another_type_are_type_errors(method, item):
    with pytest.raises(TypeError):
        after((method, item))


def test_a_negative_number_of_weights_is_a_value_error():
    with pytest.raises(ValueError):
        Transcript(b"test").weights(-1)


def test_a_vector_is_absorbed_like_its_concatenation():
    assert after(("scalars", concat(Fr(1), Fr([2])))) == after(("scalars", Fr([1, 2])))
