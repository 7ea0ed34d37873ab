"""Bytes of presentations and challenges: attacks 8 to 11, 13, 41, 42, and any bytes at all.

The answer to any bytes is a verdict; a challenge that is none is a DecodingError.
"""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import accepts
from credentials.hospital import AUDIENCE, answered, asked, people, policy_of
from forgeries import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import P_MODULUS, R

from zkhealth.credentials import Pseudonym
from zkhealth.credentials.presentations import challenge as challenges
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.presentation import Presentation
from zkhealth.credentials.presentations.verdict import Verdict
from zkhealth.curve import G1
from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

P = people()
v, u = P.v, P.u
CLAUSES = [v.given > u.given, v.country.differs("DE"), v.reveal("birth", "vaccine"), Pseudonym("a trial")]


@pytest.fixture(scope="module")
def asking():
    return asked(policy_of(*CLAUSES, (v.dose >= 2) | (v.series >= 3)))


@pytest.fixture(scope="module")
def mine(asking):
    presentation = answered(asking)
    assert accepts(asking, presentation)
    return presentation


def with_piece(presentation, where, at, piece):
    """`piece` at a place of the points, the responses, the range argument, or the proof of credential 0 or 1."""
    if isinstance(where, int):
        shown = list(presentation.shown)
        shown[where] = dataclasses.replace(shown[where], proof=put(shown[where].proof, at, piece))
        return dataclasses.replace(presentation, shown=tuple(shown))
    return dataclasses.replace(presentation, **{where: put(getattr(presentation, where), at, piece)})


def put(data, at, piece):
    return data[:at] + piece + data[at + len(piece) :]


def places(presentation, width):
    """Where points (48) or scalars (32) stand."""
    n_bits = len(presentation.bits) - 3 * 32
    if width == 48:
        yield from ((k, at) for k in (0, 1) for at in range(0, 144, 48))
        yield from (("points", at) for at in range(0, len(presentation.points), 48))
        yield from (("bits", at) for at in (0, n_bits - 48))
    else:
        yield from ((k, at) for k, s in enumerate(presentation.shown) for at in range(144, len(s.proof), 32))
        yield from (("responses", at) for at in range(0, len(presentation.responses), 32))
        yield from (("bits", n_bits + at) for at in (0, 64))


def piece_at(presentation, where, at, n):
    data = presentation.shown[where].proof if isinstance(where, int) else getattr(presentation, where)
    return data[at : at + n]


def refused_as_bytes(challenge, presentation, where=None):
    """It does not even decode; the range argument is decoded with those of a whole batch, which does not say why."""
    verdict = challenge.verify(presentation)
    return not verdict.valid and (where == "bits" or verdict.reason.startswith("not a presentation for this policy"))


def test_attacks_8_10_13_no_point_is_written_otherwise(asking, mine):
    """Other ways to write infinity, wrong flags, x not reduced, x not on the curve, points outside of the subgroup."""
    heads = [bytes.fromhex(head).ljust(48, b"\0") for head in ("c010", "c123", "e0", "40", "80", "00", "20")]
    outside = [(x | 4 << 381).to_bytes(48, "big") for x in (0, 1, 4)]
    for where, at in places(mine, 48):
        old = piece_at(mine, where, at, 48)
        x = int.from_bytes(old, "big") & (1 << 381) - 1
        flags = [bytes([old[0] ^ flag]) + old[1:] for flag in (0x80, 0x40)]
        larger = [x + P_MODULUS] if x + P_MODULUS < 1 << 381 else []
        unreduced = [(n | old[0] >> 5 << 381).to_bytes(48, "big") for n in (*larger, P_MODULUS)]
        for piece in (*heads, *outside, *flags, *unreduced):
            assert refused_as_bytes(asking, with_piece(mine, where, at, piece), where), (where, at)
        assert not accepts(asking, with_piece(mine, where, at, bytes([old[0] ^ 0x20]) + old[1:]))


def test_attack_14_the_identity_stands_nowhere(asking, mine):
    for where, at in places(mine, 48):
        assert not accepts(asking, with_piece(mine, where, at, G1.identity().encode()))


def test_attack_9_no_scalar_is_written_otherwise(asking, mine):
    for where, at in places(mine, 32):
        s = int.from_bytes(piece_at(mine, where, at, 32), "big")
        for n in (R, R + 1, 2**256 - 1, *([s + R] if s + R < 2**256 else [])):
            assert refused_as_bytes(asking, with_piece(mine, where, at, n.to_bytes(32, "big")), where), (where, at)
        assert not accepts(asking, with_piece(mine, where, at, (R - s).to_bytes(32, "big")))


def test_attack_9_a_second_encoding_of_the_same_scalars():
    """The mutant reduces what it reads: anybody could make another presentation of one, which no guard has seen."""
    challenge = asked(policy_of(v.country.differs("DE")))
    mine = answered(challenge)
    other = b"".join((int.from_bytes(mine.responses[i : i + 32], "big") + R).to_bytes(32, "big") for i in (0, 32, 64))
    forged = dataclasses.replace(mine, responses=other)

    def reducing(data, n):
        return Fr([int.from_bytes(data[32 * i : 32 * i + 32], "big") % R for i in range(n)])

    with mock.patch.object(Fr, "decode", reducing):
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)


@pytest.mark.parametrize("part", ["points", "responses", "bits", "proof"])
def test_attack_11_every_part_has_one_length(asking, mine, part):
    def with_part(change):
        if part == "proof":
            shown = dataclasses.replace(mine.shown[0], proof=change(mine.shown[0].proof))
            return dataclasses.replace(mine, shown=(shown, mine.shown[1]))
        return dataclasses.replace(mine, **{part: change(getattr(mine, part))})

    for n in (1, 32, 48, 96):
        for change in (lambda d, n=n: d[:-n], lambda d, n=n: d[n:], lambda d, n=n: d + bytes(n)):
            assert not accepts(asking, with_part(change))
    for change in (lambda d: b"", lambda d: d * 2, lambda d: d + d[-48:]):
        assert not accepts(asking, with_part(change))


def test_attack_11_there_are_as_many_credentials_as_were_asked_for(asking, mine):
    for shown in ((), mine.shown[:1], mine.shown[1:], (*mine.shown, mine.shown[0]), mine.shown * 2):
        assert refused_as_bytes(asking, dataclasses.replace(mine, shown=shown))


def test_attack_11_nothing_is_sent_that_was_not_asked_for():
    challenge = asked(policy_of(v.held()))
    bare = answered(challenge)
    assert accepts(challenge, bare) and not (bare.points or bare.responses or bare.bits)
    for part, data in (("points", bytes(48)), ("responses", bytes(32)), ("bits", b"\0")):
        assert not accepts(challenge, dataclasses.replace(bare, **{part: data}))


VALUES = [
    "1990",
    b"1990",
    None,
    5,
    True,
    {},
    (1,),
    (1, 2, 3),
    (5, 4),
    (2**70, 2**70),
    (True, False),
    (None,),
    ((1, 2),),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_attack_41_a_shown_value_is_of_its_type_and_in_its_domain(asking, mine, value):
    k = next(k for k, shown in enumerate(mine.shown) if shown.values)
    for values in ((value, mine.shown[k].values[1]), (mine.shown[k].values[0], value), (value,), (value,) * 3):
        shown = tuple(dataclasses.replace(s, values=values) if j == k else s for j, s in enumerate(mine.shown))
        try:
            data = dataclasses.replace(mine, shown=shown).encode()
        except (TypeError, ValueError):
            continue
        assert not accepts(asking, data)


def test_attack_42_sizes_are_checked_before_any_point_is_decoded(asking, mine):
    """A subgroup check is slow: too many points cost nothing."""
    many = mine.points * 50
    sent = [dataclasses.replace(mine, points=many), dataclasses.replace(mine, points=many[:-1])]
    shown = (dataclasses.replace(mine.shown[0], proof=mine.shown[0].proof * 50), mine.shown[1])
    sent.append(dataclasses.replace(mine, shown=shown))
    with mock.patch.object(G1, "decode", side_effect=AssertionError):
        for presentation in sent:
            assert refused_as_bytes(asking, presentation)
        assert "at most" in asking.verify(b"\x5a" + bytes(protocol.MAX_BYTES)).reason


# --- any bytes -------------------------------------------------------------------------------


def test_damage_is_refused(asking, mine):
    data = mine.encode()
    for what, spoilt in damaged(data, stride=173):
        assert not accepts(asking, spoilt), what
    for nonsense in (b"", b"\0", b"\x9b" + b"\xff" * 8, b"\x85" * 17, b"\xff" * 3000):
        assert refused_as_bytes(asking, nonsense)


@given(st.binary(max_size=300))
def test_fuzz_any_bytes_give_a_verdict(asking, data):
    verdict = asking.verify(data)
    assert isinstance(verdict, Verdict) and not verdict.valid


scalar = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=200) | st.text(max_size=9)
plain = st.recursive(scalar, lambda x: st.lists(x, max_size=4) | st.dictionaries(st.integers(0, 9), x, max_size=3))


@settings(max_examples=150)
@given(st.data())
def test_fuzz_another_value_anywhere_gives_a_verdict(asking, mine, data):
    """CBOR of the right shape, with any value in one place."""
    content = cbor.decode(mine.encode(), 1 << 20)
    inner, keys = content, []
    while not keys or (isinstance(inner[keys[-1]], list) and inner[keys[-1]] and data.draw(st.booleans())):
        inner = inner[keys[-1]] if keys else inner
        keys.append(data.draw(st.integers(0, len(inner) - 1)))
    old = inner[keys[-1]]
    try:
        inner[keys[-1]] = data.draw(plain.filter(lambda x: type(x) is not type(old) or x != old))
        verdict = asking.verify(cbor.encode(content))
    except (UnicodeError, ValueError):
        return  # it has no encoding
    assert isinstance(verdict, Verdict) and not verdict.valid


def test_what_is_no_presentation_is_the_caller_s_error(asking):
    for value in ("text", None, 5, [1], object()):
        with pytest.raises(TypeError):
            asking.verify(value)


def test_a_presentation_comes_back_from_its_bytes(mine):
    assert Presentation.decode(mine.encode()) == mine
    assert Presentation.decode(bytearray(bytes(mine))) == mine
    version, *rest = cbor.decode(mine.encode(), 1 << 20)
    for content in ([2, *rest], [True, *rest], [version, *rest, 0, 0], [version, *rest[:-1]], rest, {0: version}):
        with pytest.raises(DecodingError, match="version 1"):
            Presentation.decode(cbor.encode(content))


@given(st.binary(max_size=200))
def test_fuzz_any_bytes_are_a_challenge_or_a_decoding_error(data):
    with pytest.raises(DecodingError):
        Challenge.decode(data)


@settings(max_examples=60)
@given(st.data())
def test_fuzz_changed_bytes_are_a_challenge_or_a_decoding_error(asking, data):
    good = bytearray(asking.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = Challenge.decode(bytes(good))
    except DecodingError:
        return
    assert found.encode() == bytes(good)


FIELDS = {1: "x", 2: "", 3: "2026-11-23", 4: b"x", 5: 5, 6: 0}


@pytest.mark.parametrize("n", FIELDS)
def test_every_field_of_a_challenge_is_checked(asking, n):
    kind, version, fields = cbor.decode(asking.encode(), 1 << 20)
    for value in (FIELDS[n], None, 7, True, b"", "x" * 600, [], {}):
        with pytest.raises(DecodingError):
            Challenge.decode(cbor.encode([kind, version, {**fields, n: value}]))


def test_a_challenge_is_written_in_one_way(asking):
    kind, version, fields = cbor.decode(asking.encode(), 1 << 20)
    for n, value in ((1, " " + fields[1]), (3, "2026-11-23T12:00:00Z"), (3, "2026-11-23T13:00:00+01:00")):
        with pytest.raises(DecodingError, match="canonical"):
            Challenge.decode(cbor.encode([kind, version, {**fields, n: value}]))


def test_a_challenge_has_a_largest_size(asking):
    assert Challenge.decode(asking.encode()) == asking
    with pytest.raises(DecodingError, match="at most"):
        Challenge.decode(bytes(challenges.MAX_BYTES + 1))


def test_a_challenge_that_cannot_hold_then_is_none():
    """The policy can be read, and at that time no value would satisfy it."""
    policy = policy_of(v.given.at_least_years_ago(120), v.given >= "1910-01-01")
    good = policy.challenge(AUDIENCE, "2040-01-01")
    kind, version, fields = cbor.decode(good.encode(), 1 << 20)
    fields[3] = "2026-11-23T00:00:00+00:00"
    with pytest.raises(DecodingError, match="not a challenge"):
        Challenge.decode(cbor.encode([kind, version, fields]))
