"""Entries are canonical, personal ones say nothing, and only the right opening opens them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError, ZkHealthError
from zkhealth.ledger.entries import MAX_BYTES, PERSONAL, PUBLIC, Entry, Opening, personal, public

TEXT = st.text(max_size=8).filter(lambda t: t.encode("utf-8", "replace").decode() == t)
PLAIN = st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=3)
BODIES = st.dictionaries(TEXT, PLAIN, max_size=4)
GRANT, OPENING = personal("grant", {"grantee": "did:web:hospital.example", "purpose": "TREAT"})


@given(st.sampled_from(PUBLIC), BODIES)
def test_a_public_entry_reads_back_as_it_was_written(kind, content):
    entry = public(kind, content)
    assert Entry.decode(entry.data) == entry
    assert (entry.kind, entry.content, entry.is_personal) == (kind, content, False)


@given(st.sampled_from(PERSONAL), BODIES)
def test_a_personal_entry_is_opened_by_its_opening(kind, body):
    entry, opening = personal(kind, body)
    assert Entry.decode(entry.data) == entry
    assert opening.opens(entry) and opening.body == body
    assert Opening.decode(opening.encode()) == opening


def test_a_personal_entry_holds_a_commitment_and_its_kind_and_nothing_else():
    assert json.loads(GRANT.data) == {"c": GRANT.commitment.hex(), "kind": "grant"}


def test_the_same_body_gives_another_commitment_every_time():
    assert len({personal("grant", {"purpose": "TREAT"})[0].commitment for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("entry", "opening"),
    [
        pytest.param(personal("grant", OPENING.body)[0], OPENING, id="another entry with the same body"),
        pytest.param(GRANT, Opening(bytes(32), OPENING.data), id="another salt"),
        pytest.param(GRANT, Opening(OPENING.salt, b'{"purpose":"TREAT"}'), id="another body"),
        pytest.param(Entry.decode(GRANT.data.replace(b"grant", b"revoke")), OPENING, id="another kind"),
        pytest.param(public("issuer", {}), OPENING, id="a public entry"),
    ],
)
def test_nothing_else_is_opened(entry, opening):
    assert OPENING.opens(GRANT)
    assert not opening.opens(entry)


def test_bytes_do_not_move_between_kind_salt_and_body():
    """The tag ends in a zero byte and the salt has one length, so what is hashed parses in one way."""
    moved = Opening(OPENING.salt[1:] + b"{", b"{}")
    assert not moved.opens(GRANT)
    with pytest.raises(DecodingError):
        Opening(OPENING.salt[:-1], OPENING.data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"kind":"issuer","content":{}}', id="names not in order"),
        pytest.param(b'{"content":{}, "kind":"issuer"}', id="a blank"),
        pytest.param(b'{"content":{},"kind":"issuer"}\n', id="a newline at the end"),
        pytest.param(b'{"content":{"a":1.5},"kind":"issuer"}', id="a float"),
        pytest.param(b'{"content":{"a":-0},"kind":"issuer"}', id="minus zero"),
        pytest.param(b'{"content":{"a":1,"a":1},"kind":"issuer"}', id="a name twice"),
        pytest.param(b'{"content":{"a":"\\u00e9"},"kind":"issuer"}', id="a needless escape"),
        pytest.param(b'{"content":{"a":"\\ud800"},"kind":"issuer"}', id="half a character"),
        pytest.param(b'{"content":[],"kind":"issuer"}', id="content that is no object"),
        pytest.param(b'{"content":{},"kind":"issuer","more":1}', id="a name too many"),
        pytest.param(b'{"content":{},"kind":"grant"}', id="a personal kind in clear"),
        pytest.param(b'{"c":"%s","kind":"issuer"}' % (b"0" * 64), id="a public kind as commitment"),
        pytest.param(b'{"content":{},"kind":"diagnosis"}', id="an unknown kind"),
        pytest.param(b'{"c":"%s","kind":"grant"}' % (b"0" * 62), id="a short commitment"),
        pytest.param(b'{"c":"%s","kind":"grant"}' % (b"A" * 64), id="capital digits"),
        pytest.param(b'{"c":"%s","kind":"grant"}\n' % (b"0" * 64), id="a commitment and a newline"),
        pytest.param(b'{"content":{"a":"%s"},"kind":"issuer"}' % (b"x" * MAX_BYTES), id="too long"),
    ],
)
def test_what_is_not_canonical_is_refused(data):
    with pytest.raises(DecodingError):
        Entry.decode(data)


@given(st.binary(max_size=80))
def test_any_bytes_are_an_entry_or_a_decoding_error(data):
    for decode in (Entry.decode, Opening.decode):
        try:
            decode(data)
        except ZkHealthError as e:
            assert type(e) is DecodingError


def test_an_entry_is_not_said_to_be_of_another_kind():
    with pytest.raises(DecodingError, match="another kind"):
        Entry("revoke", GRANT.data)


def test_the_longest_entry_fits_two_bytes_of_length():
    frame = len(public("issuer", {"a": ""}).data)
    assert len(public("issuer", {"a": "x" * (0xFFFF - frame)}).data) == 0xFFFF
    with pytest.raises(ValueError, match="65535"):
        public("issuer", {"a": "x" * (0xFFFF - frame + 1)})


@pytest.mark.parametrize(("make", "kind"), [(public, "grant"), (public, "x"), (personal, "issuer"), (personal, "x")])
def test_a_kind_is_made_in_its_own_way(make, kind):
    with pytest.raises(ValueError, match="expected one of"):
        make(kind, {})


def test_content_with_a_float_is_the_caller_s_mistake():
    with pytest.raises(TypeError, match="without floats"):
        public("issuer", {"share": 0.5})


def test_no_repr_shows_an_opening():
    assert "TREAT" not in repr(OPENING) and OPENING.salt.hex() not in repr(OPENING)
    assert repr(OPENING.salt) not in repr(OPENING)


def test_clear_text_is_not_in_the_opening_s_place():
    with pytest.raises(ValueError, match="no commitment"):
        _ = public("issuer", {}).commitment
    with pytest.raises(ValueError, match="in its opening"):
        _ = GRANT.content


def test_a_revocation_may_show_what_it_is_of_and_nothing_else_may():
    entry, opening = personal("revoke", {}, of=bytes(range(32)))
    assert json.loads(entry.data).keys() == {"c", "kind", "of"} and entry.of == bytes(range(32))
    assert Entry.decode(entry.data) == entry and opening.opens(entry) and GRANT.of is None
    for kind, of in (("grant", bytes(32)), ("access", bytes(32)), ("revoke", bytes(31))):
        with pytest.raises(ValueError, match="in a revocation"):
            personal(kind, {}, of=of)
    for old, new in ((b"revoke", b"access"), (b'"of"', b'"on"'), (b'1f"}', b'1"}'), (b'1f"}', b'1F"}')):
        data = entry.data.replace(old, new)
        with pytest.raises(DecodingError):
            Entry.decode(data)
