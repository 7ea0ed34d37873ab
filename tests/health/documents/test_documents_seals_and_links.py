"""VDS-NC seals and SMART Health Links: those of the folder, and our own."""

import base64
import json
from datetime import UTC, datetime
from textwrap import wrap

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from health.documents.makers import (
    AT,
    SEAL,
    SEAL_SIGNER,
    b64url,
    card,
    card_trust,
    certificate,
    codes_of,
    deflated,
    key,
    link,
    payload,
    seal,
    seal_signer,
)
from shared_files import shared, shared_json

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents import DocumentError, Trust, open_file, read, read_all, verify

AUTHORITY, SIGNER = key(5), key(6)
CSCA = certificate(AUTHORITY, name="UT", ca=True)
DER = seal_signer(SIGNER, AUTHORITY)


def report_on(text, trust=None, at=AT):
    return verify(read(text), trust=Trust.of(CSCA) if trust is None else trust, at=at)


@pytest.mark.parametrize(("name", "is_good"), [("valid", True), ("invalid-signature", False)])
def test_the_seals_of_the_folder_get_upstream_s_result(name, is_good):
    trust = Trust.of(shared("health/vds-nc/csca-aus.der").read_bytes())
    report = verify(read(shared(f"health/vds-nc/{name}.json")), trust=trust, at=datetime(2022, 1, 1, tzinfo=UTC))
    assert (report.signature_is_good, report.status) == (is_good, "VALID" if is_good else "INVALID")
    assert report.codes == ((() if is_good else ("SIGNATURE_ERROR",)) + ("REVOCATION_NOT_CHECKED",))
    assert report.vouched_by == ("AU" if is_good else "")


def test_what_a_seal_says_is_told():
    document = read(shared("health/vds-nc/valid.json"))
    assert (document.kind, document.issuer) == ("vds-nc", "AUS")
    assert document.content == shared_json("health", "vds-nc", "valid.json")["data"]


def test_a_seal_of_ours_is_valid_however_its_names_are_ordered():
    text = seal(SIGNER, DER)
    turned = json.loads(text)
    turned["data"] = dict(reversed(turned["data"].items()))
    for form in (text, json.dumps(turned, indent=2), json.dumps(turned, ensure_ascii=False).encode()):
        assert (report_on(form).status, report_on(form).vouched_by) == ("VALID", "UT")


def test_names_with_accents_are_signed_as_utf_8():
    data = SEAL | {"msg": SEAL["msg"] | {"pid": {"n": "Mejía ÄÖ 李", "dob": "1990-01-02"}}}
    assert report_on(seal(SIGNER, DER, data)).status == "VALID"


def in_base64(text):
    return base64.b64encode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode()


@pytest.mark.parametrize("form", [
    pytest.param(in_base64, id="base64"),
    pytest.param(lambda text: in_base64(text).rstrip("="), id="base64 without padding"),
    pytest.param(lambda text: text + "=" * (-len(text) % 4), id="base64url with padding"),
    pytest.param(lambda text: "\r\n".join(wrap(in_base64(text), 64)), id="base64 in lines"),
])  # fmt: skip
def test_a_certificate_and_a_signature_may_be_in_base64_of_either_kind(form):
    text = json.loads(seal(SIGNER, DER))
    assert "-" in text["sig"]["cer"] + text["sig"]["sigvl"]
    text["sig"] |= {name: form(text["sig"][name]) for name in ("cer", "sigvl")}
    assert report_on(json.dumps(text)).status == "VALID"


@pytest.mark.parametrize("form", [
    pytest.param(lambda text: text[:-1] + chr(ord(text[-1]) + 1), id="spare bits"),
    pytest.param(lambda text: text[:-1], id="a character less"),
    pytest.param(lambda text: text + "!", id="another character"),
    pytest.param(lambda text: [text], id="a list"),
])  # fmt: skip
def test_a_signature_has_one_text(form):
    text = json.loads(seal(SIGNER, DER))
    text["sig"]["sigvl"] = form(text["sig"]["sigvl"])
    with pytest.raises(DocumentError, match="base64"):
        read(json.dumps(text))


@pytest.mark.parametrize(("trust", "status", "code"), [
    pytest.param(Trust(), "CANNOT_DECIDE", "TRUST_MISSING", id="nobody is trusted"),
    pytest.param(Trust.of(certificate(key(8), name="UT", ca=True)), "INVALID", "ISSUER_NOT_TRUSTED",
                 id="another authority of the same name"),
    pytest.param(Trust.of(certificate(AUTHORITY, name="XX", ca=True)), "INVALID", "ISSUER_NOT_TRUSTED",
                 id="the authority's key under another name"),
    pytest.param(Trust.of(certificate(AUTHORITY, name="UT")), "INVALID", "ISSUER_NOT_TRUSTED",
                 id="a certificate that may not sign others"),
    pytest.param(Trust.of(certificate(AUTHORITY, name="UT", ca=True, days=1)), "INVALID", "CERTIFICATE_ERROR",
                 id="an authority whose time is over"),
    pytest.param(Trust.of(DER), "VALID", None, id="the signer itself is pinned"),
])  # fmt: skip
def test_the_key_that_comes_with_a_seal_counts_only_under_an_authority(trust, status, code):
    report = report_on(seal(SIGNER, DER), trust)
    assert (report.signature_is_good, report.status) == (True, status)
    assert codes_of(report) == ([code] if code else [])


@pytest.mark.parametrize(("usages", "types", "is_for"), [
    pytest.param((SEAL_SIGNER,), ["NV"], True, id="seals of vaccination"),
    pytest.param((SEAL_SIGNER,), ["NT", "NV"], True, id="seals of tests and vaccination"),
    pytest.param((SEAL_SIGNER,), ["NT"], False, id="seals of tests"),
    pytest.param((SEAL_SIGNER,), [], False, id="seals of no type"),
    pytest.param(("1.3.6.1.5.5.7.3.1",), ["NV"], False, id="TLS"),
    pytest.param((), ["NV"], False, id="nothing"),
])  # fmt: skip
def test_a_key_seals_only_what_it_is_for(usages, types, is_for):
    der = seal_signer(SIGNER, AUTHORITY, usages=usages, types=types)
    assert codes_of(report_on(seal(SIGNER, der))) == ([] if is_for else ["KEY_USAGE_ERROR"])


@pytest.mark.parametrize("at", [datetime(2020, 12, 31, tzinfo=UTC), datetime(2023, 1, 2, tzinfo=UTC)])
def test_a_signer_s_certificate_counts_in_its_time_only(at):
    authority = certificate(AUTHORITY, name="UT", ca=True, start=datetime(2010, 1, 1, tzinfo=UTC), days=9000)
    assert codes_of(report_on(seal(SIGNER, DER), Trust.of(authority), at)) == ["CERTIFICATE_ERROR"]


@pytest.mark.parametrize("changes", [
    pytest.param({"sig": None}, id="no sig"),
    pytest.param({"sig": {"alg": "ES256"}}, id="no signature"),
    pytest.param({"data": {"hdr": {}, "msg": {}}}, id="an empty header"),
    pytest.param({"data": {"hdr": SEAL["hdr"] | {"t": ["icao.vacc"]}, "msg": {}}}, id="a type that is a list"),
    pytest.param({"data": {"hdr": SEAL["hdr"] | {"t": "icao.visa"}, "msg": {}}}, id="another type"),
    pytest.param({"data": SEAL | {"x": 1 << 53}}, id="a number that readers round"),
    pytest.param({"data": SEAL | {"hdr": SEAL["hdr"] | {"v": 2}}}, id="another version"),
    pytest.param({"data": SEAL | {"hdr": SEAL["hdr"] | {"v": True}}}, id="a version that is none"),
    pytest.param({"data": SEAL | {"x": "\ud800"}}, id="half a character"),
    pytest.param({"more": 1}, id="something more"),
])  # fmt: skip
def test_what_is_no_seal_is_refused(changes):
    text = json.dumps(json.loads(seal(SIGNER, DER)) | changes)
    with pytest.raises(DocumentError):
        read(text, "vds-nc")


def test_a_seal_without_a_certificate_that_can_be_read_is_not_valid():
    report = report_on(seal(SIGNER, b"\x30\x00"))
    assert (report.status, report.codes) == ("INVALID", ("CERTIFICATE_ERROR",))


# --- links -------------------------------------------------------------------------------

KEY = bytes(range(32))


def encrypted(content, secret=KEY, header=None, zipped=False):
    header = {"alg": "dir", "enc": "A256GCM"} | (header or {}) | ({"zip": "DEF"} if zipped else {})
    protected = b64url(json.dumps(header).encode())
    data = content.encode() if isinstance(content, str) else content
    sealed = AESGCM(secret).encrypt(bytes(12), deflated(data) if zipped else data, protected.encode())
    return ".".join([protected, "", b64url(bytes(12)), b64url(sealed[:-16]), b64url(sealed[-16:])])


def card_file():
    return json.dumps({"verifiableCredential": [card()]})


def test_the_links_of_the_folder_open_to_cards_that_verify():
    served = shared_json("health", "shl", "ERn18l4lL3_5yPXMSzx3ZejyMM_XIeWeseXa3DXsJD0.json")
    trust = Trust.of(shared("health/shc/issuer/jwks.json").read_bytes())
    for form in (shared("health/shl/shlink-link.txt"), shared("health/shl/shlink-payload.txt"), served["link"]):
        opened = read(form)
        assert opened.content == served["payload"]
        assert [found.code for found in opened.defects] == ["SHLINK_NOT_HTTPS_URL"]
        texts = [text for file in served["jweFiles"] for text in open_file(opened, file)]
        cards = [document for text in texts for document in read_all(text)]
        assert len(cards) == 2
        for one in cards:
            assert verify(one, trust=trust, at=datetime(2023, 9, 1, tzinfo=UTC)).status == "VALID"


@pytest.mark.parametrize("form", [
    pytest.param(lambda text: text, id="bare"),
    pytest.param(lambda text: "https://viewer.example/#" + text, id="with a viewer"),
    pytest.param(lambda text: text + "\n", id="a line"),
])  # fmt: skip
def test_a_link_is_recognised(form):
    document = read(form(link()))
    assert (document.kind, document.content["label"], document.defects) == ("shl", "Mine", ())


def test_a_link_by_itself_proves_nothing():
    report = verify(read(link()), trust=Trust(), at=AT)
    assert (report.signature_is_good, report.status, report.codes) == (None, "CANNOT_DECIDE", ("LINK_ONLY",))


def test_a_link_that_has_ended_is_not_valid():
    report = verify(read(link(exp=AT.timestamp() - 1)), trust=Trust(), at=AT)
    assert (report.status, report.codes) == ("INVALID", ("EXPIRATION_ERROR", "LINK_ONLY"))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_opens_to_what_was_put_in(zipped):
    [text] = open_file(read(link()), encrypted(card_file(), zipped=zipped))
    assert verify(read(text), trust=card_trust(), at=AT).status == "VALID"


def test_a_manifest_opens_to_all_its_files():
    files = [{"contentType": "application/smart-health-card", "embedded": encrypted(card_file())}] * 2
    assert len(open_file(read(link()), json.dumps({"files": files}))) == 2


def test_files_that_lie_elsewhere_are_not_fetched():
    manifest = json.dumps({"files": [{"location": "https://files.example/1"}]})
    with pytest.raises(DecodingError, match="fetch those that have a location"):
        open_file(read(link()), manifest)


@pytest.mark.parametrize("change", [
    pytest.param(lambda jwe: encrypted(card_file(), bytes(32)), id="another key"),
    pytest.param(lambda jwe: jwe[:-1] + ("A" if jwe[-1] != "A" else "Q"), id="another tag"),
    pytest.param(lambda jwe: b64url(b'{"enc":"A256GCM","alg":"dir"}') + jwe[jwe.index("."):], id="another header"),
])  # fmt: skip
def test_a_file_that_was_changed_does_not_open(change):
    with pytest.raises(VerificationError, match="the key of the link does not open this file"):
        open_file(read(link()), change(encrypted(card_file())))


@pytest.mark.parametrize("file", [
    pytest.param("", id="nothing"),
    pytest.param("a.b.c", id="three parts"),
    pytest.param(encrypted("x", header={"alg": "A256KW"}), id="a wrapped key"),
    pytest.param(encrypted("x", header={"enc": "A128GCM"}), id="another cipher"),
    pytest.param(encrypted("x", header={"zip": "GZ"}), id="another compression"),
    pytest.param(encrypted("x", header={"crit": ["exp"]}), id="something critical"),
    pytest.param(encrypted(b"\xff"), id="no text"),
    pytest.param(encrypted("x").replace("..", ".AAAA.", 1), id="an encrypted key where there is none"),
    pytest.param(encrypted("x", header={"zip": "DEF"}), id="not compressed, though it says so"),
    pytest.param(json.dumps({"files": []}), id="an empty manifest"),
])  # fmt: skip
def test_what_is_no_such_file_is_refused(file):
    with pytest.raises(DecodingError):
        open_file(read(link()), file)


def test_a_file_that_grows_is_not_inflated():
    with pytest.raises(DecodingError, match="at most 16 MiB"):
        open_file(read(link()), encrypted(b"0" * (1 << 25), zipped=True))


def test_only_links_open_files():
    with pytest.raises(ValueError, match="expected a link"):
        open_file(read(card(payload())), "a.b.c.d.e")


@pytest.mark.parametrize(("changes", "code"), [
    ({"url": None}, "SHLINK_VERIFICATION_ERROR"), ({"key": None}, "SHLINK_VERIFICATION_ERROR"),
    ({"key": "short"}, "SHLINK_VERIFICATION_ERROR"), ({"key": 7}, "SHLINK_VERIFICATION_ERROR"),
])  # fmt: skip
def test_a_link_without_address_or_key_is_refused(changes, code):
    with pytest.raises(DocumentError) as caught:
        read(link(**changes))
    assert caught.value.finding.code == code


@pytest.mark.parametrize(("changes", "codes"), [
    ({"url": "http://files.example/" + "a" * 43}, ["SHLINK_NOT_HTTPS_URL"]),
    ({"url": "https://files.example/1"}, ["SHLINK_VERIFICATION_ERROR"]),
    ({"flag": "X"}, ["SHLINK_VERIFICATION_ERROR"]), ({"flag": ["U"]}, ["SHLINK_VERIFICATION_ERROR"]),
    ({"label": "x" * 81}, ["SHLINK_VERIFICATION_ERROR"]), ({"exp": "soon"}, ["SHLINK_VERIFICATION_ERROR"]),
    ({"more": 1}, ["SHLINK_VERIFICATION_ERROR"]),
])  # fmt: skip
def test_what_is_wrong_with_a_link_is_named(changes, codes):
    assert [found.code for found in read(link(**changes)).defects] == codes
