"""Hostile input to every reader: a document or a DecodingError, in bounded time and memory; never VALID by chance."""

import base64
import json
import tracemalloc
import zlib

import cbor2
import pytest
from health.documents.makers import (
    AT,
    b45,
    b64url,
    card,
    card_trust,
    certificate,
    certificate_text,
    chunks,
    cose,
    hc1,
    key,
    link,
    numeric,
    payload,
    seal,
    seal_signer,
    signer_trust,
)
from hypothesis import example, given
from hypothesis import strategies as st

from zkhealth.errors import DecodingError
from zkhealth.health.documents import KINDS, Trust, open_file, read, read_all, verify

AUTHORITY = certificate(key(5), name="UT", ca=True)
SEALED = seal(key(6), seal_signer(key(6), key(5)))
FHIR = json.dumps(payload()["vc"]["credentialSubject"]["fhirBundle"])
TRUST = card_trust() + signer_trust() + Trust.of(AUTHORITY)
GOOD = {
    "JWS": card(),
    "numeric": numeric(card()),
    "file": json.dumps({"verifiableCredential": [card()]}),
    "payload": json.dumps(payload()),
    "HC1": certificate_text(),
    "COSE": cose(),
    "seal": SEALED,
    "link": link(),
    "FHIR": FHIR,
}


def read_whatever(data, kind=None):
    """Read and verify; anything but documents and DecodingError fails the test."""
    try:
        documents = read_all(data, kind)
    except DecodingError as e:
        assert str(e) == str(e).strip()
        assert str(e)
        return []
    return [(document, verify(document, trust=TRUST, at=AT)) for document in documents]


@given(data=st.binary(max_size=300) | st.text(max_size=300), kind=st.sampled_from([None, *KINDS]))
@example(data=b"\x84", kind=None)
@example(data=b"\xd2\x84" + b"\x9f" * 100, kind=None)
@example(data="HC1:", kind=None)
@example(data="shc:/", kind="shc")
@example(data="a.b.c", kind=None)
@example(data="shlink:/" + b64url(b"\xff"), kind=None)
@example(data=b"<svg", kind=None)
@example(data=b"\x89PNG\r\n\x1a\n", kind=None)
def test_fuzz_any_input_is_a_document_or_a_decoding_error(data, kind):
    for _, report in read_whatever(data, kind):
        assert report.status != "VALID"


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_fuzz_a_damaged_document_says_the_same_or_is_not_valid(name, data):
    good = GOOD[name]
    raw = bytearray(good if isinstance(good, bytes) else good.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        cut = data.draw(st.integers(0, 2))
        raw[at : at + cut] = data.draw(st.binary(max_size=3))
    [original] = read_all(good)
    for document, report in read_whatever(bytes(raw)):
        assert report.status != "VALID" or document.content == original.content


@pytest.mark.parametrize("name", ["JWS", "HC1", "COSE"])
def test_every_bit_of_a_signed_document_counts(name):
    """Each bit of the signed bytes and of the signature, flipped alone."""
    good = cose() if name != "JWS" else card()
    original = read(good)
    if name == "JWS":
        parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in good.split(".")]
        damaged = (
            ".".join(b64url(flipped(part, bit) if i == n else part) for i, part in enumerate(parts))
            for n in range(3) for bit in range(0, 8 * len(parts[n]), 5)
        )  # fmt: skip
    else:
        wrap = hc1 if name == "HC1" else bytes
        damaged = (wrap(flipped(good, bit)) for bit in range(0, 8 * len(good), 5))
    for text in damaged:
        for document, report in read_whatever(text, "shc" if name == "JWS" else "dcc"):
            # In the head of COSE: a tag that says what is known anyway, or the unprotected header.
            is_same = (document.content, document.signature.message) == (original.content, original.signature.message)
            assert report.status != "VALID" or (is_same and name != "JWS")


def flipped(data, bit):
    out = bytearray(data)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


@pytest.mark.parametrize("name", GOOD)
def test_a_document_that_is_cut_off_is_not_valid(name):
    good = GOOD[name]
    for end in range(0, len(good), max(1, len(good) // 80)):
        for _, report in read_whatever(good[:end]):
            assert report.status != "VALID"


# --- bombs -------------------------------------------------------------------------------


def bomb(form, size=1 << 26):
    """A small stream that inflates to 64 MiB."""
    stream = zlib.compressobj(9, zlib.DEFLATED, form)
    blocks = [stream.compress(b" " * (1 << 20)) for _ in range(size >> 20)]
    return b"".join([*blocks, stream.flush()])


def deep(open_, close, depth=200_000):
    return open_ * depth + close * depth


def drawing(size, strokes):
    return f'<svg viewBox="0 0 {size} {size}"><path stroke="#000" d="{strokes}"/></svg>'


BOMBS = {
    "a card that inflates to 64 MiB": lambda: card(body=bomb(-15)),
    "a card of zlib that inflates to 64 MiB": lambda: card(body=bomb(15)),
    "a certificate that inflates to 64 MiB": lambda: "HC1:" + b45(bomb(15, 1 << 23)),
    "deep JSON": lambda: deep("[", "]"),
    "a deep bundle": lambda: '{"resourceType":"Bundle","entry":' + deep("[", "]") + "}",
    "deep objects": lambda: '{"vc":' + deep('{"a":', "}").replace("}{", "1}{") + "}",
    "deep CBOR": lambda: hc1(b"\x81" * 100_000),
    "deep CBOR of endless lists": lambda: hc1(b"\x9f" * 100_000),
    "deep CBOR of tags": lambda: hc1(b"\xc1" * 100_000),
    "CBOR with a huge length": lambda: hc1(b"\x9b" + b"\xff" * 8),
    "CBOR with a huge text": lambda: hc1(b"\x84\x5b" + b"\x7f" * 8),
    "deep claims": lambda: hc1(cose(claims=b"\xa1\x39\x01\x03" + b"\x81" * 50_000)),
    "much base45": lambda: "HC1:" + "A" * (1 << 23),
    "much JWS": lambda: "a" * (1 << 22) + ".b.c",
    "many digits": lambda: "shc:/" + "1" * (1 << 23),
    "many dots": lambda: "." * (1 << 20),
    "many cards": lambda: json.dumps({"verifiableCredential": ["a.b.c"] * 100_000}),
    "many codes": lambda: "\n".join(["shc:/1/2/56"] * 100_000),
    "a huge number": lambda: '{"vc": ' + "9" * 1_000_000 + "}",
    "a huge exponent": lambda: '{"vc": 1e999999999}',
    "many files": lambda: "x" * ((1 << 24) + 1),
    "a link in a link": lambda: "https://a#" * 200_000 + "shlink:/e30",
    "an endless drawing": lambda: drawing(90, "h1" * (1 << 20)),
    "a huge drawing": lambda: drawing(9999, "h1"),
    "a drawing that draws beyond its edge": lambda: drawing(90, "M9 9h9999M-9 -9h9M99 99h9"),
    "many empty elements": lambda: card(body=zlib.compress(json.dumps(payload(
        vc=payload()["vc"] | {"credentialSubject": {"fhirVersion": "4", "fhirBundle": {"entry": [{}] * 100_000}}})
        ).encode(), wbits=-15)),
}  # fmt: skip


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(name):
    text = BOMBS[name]()
    tracemalloc.start()
    try:
        for _, report in read_whatever(text):
            assert report.status != "VALID"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 56 << 20


def test_a_manifest_of_bombs_does_not_go_off():
    with pytest.raises(DecodingError):
        open_file(read(link()), json.dumps({"files": [{"embedded": "a.b.c.d.e"}] * 101}))


def test_a_code_of_too_many_parts_is_refused():
    with pytest.raises(DecodingError):
        read([*chunks(card() * 99, 99), "shc:/1/2/56"])


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_fuzz_any_value_in_the_place_of_a_certificate(value):
    for claims in (value, {-260: value}, {-260: {1: value}, 1: value, 4: value, 6: value}):
        for wrapped in (cose(claims=cbor2.dumps(claims)), cbor2.dumps([value, value, b"", b""])):
            for _, report in read_whatever(hc1(wrapped), "dcc"):
                assert report.status != "VALID"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


WHOLES = {
    "payload": payload("abc", exp=1),
    "bundle": json.loads(FHIR),
    "seal": json.loads(SEALED),
    "link": {"url": "https://x", "key": "k" * 43, "exp": 1, "flag": "U"},
    "answer of a server": {"resourceType": "Parameters", "parameter": [{"name": "verifiableCredential"}]},
}


def places(value, path=()):
    """The paths to all fields and entries of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


@pytest.mark.parametrize("name", WHOLES)
@given(data=st.data())
def test_fuzz_any_value_in_the_place_of_a_field(name, data):
    whole = json.loads(json.dumps(WHOLES[name]))
    *path, last = data.draw(st.sampled_from(list(places(whole))))
    holder = whole
    for step in path:
        holder = holder[step]
    holder[last] = data.draw(JSON)
    for _, report in read_whatever(json.dumps(whole)):
        assert report.status != "VALID"
    if name == "payload":
        assert all(report.signature_is_good is not False for _, report in read_whatever(card(whole)))
