"""EU Digital COVID Certificates: every file of the folder, with upstream's result; and certificates of our own."""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from health.documents.makers import (
    AT,
    DCC,
    DCC_USAGES,
    EXPIRES,
    ISSUED,
    PERSON,
    VACCINATION,
    b45,
    certificate,
    certificate_text,
    codes_of,
    cose,
    hc1,
    key,
    raw,
    signer_trust,
)
from hypothesis import given
from hypothesis import strategies as st
from shared_files import SHARED, shared, shared_json

from zkhealth.health.documents import DocumentError, Signer, Trust, read, verify
from zkhealth.health.documents import base45 as our_base45
from zkhealth.health.documents.dcc_schema import schema_defects

FOLDER = SHARED / "health/dcc"
FILES = sorted(path.name for path in FOLDER.glob("*.json") if path.name != "expected.json") if FOLDER.exists() else []
CODES = {
    "EXPECTEDUNPREFIX": {"PREFIX_ERROR"},
    "EXPECTEDB45DECODE": {"BASE45_ERROR"},
    "EXPECTEDCOMPRESSION": {"INFLATION_ERROR"},
    "EXPECTEDDECODE": {"CBOR_ERROR", "COSE_ERROR"},
    "EXPECTEDVALIDJSON": {"CBOR_ERROR", "COSE_ERROR"},
    "EXPECTEDVERIFY": {"SIGNATURE_ERROR", "KEY_NOT_TRUSTED"},
    "EXPECTEDKEYUSAGE": {"KEY_USAGE_ERROR"},
    "EXPECTEDEXPIRATIONCHECK": {"EXPIRATION_ERROR", "NOT_YET_VALID"},
    "EXPECTEDSCHEMAVALIDATION": {"SCHEMA_ERROR"},
}
CHECKS = 218
DEVIATION = ("ES-401.json", "EXPECTEDVERIFY")  # The README of the folder lists it; it names another reason.


def clock_of(text):
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def judged(name):
    """The codes of a file: of reading it, or else of verifying it with the certificate and clock that lie in it."""
    file = shared_json("health", "dcc", name)
    trust = Trust.of(file["TESTCTX"]["CERTIFICATE"]) if "CERTIFICATE" in file["TESTCTX"] else Trust()
    try:
        document = read(file["PREFIX"])
    except DocumentError as e:
        assert e.kind == "dcc"
        return file, None, None, {e.finding.code}
    report = verify(document, trust=trust, at=clock_of(file["TESTCTX"]["VALIDATIONCLOCK"]))
    return file, document, report, set(report.codes)


def test_all_files_and_checks_of_the_folder_are_here():
    shared("health", "dcc")
    expected = shared_json("health", "dcc", "expected.json")["files"]
    assert set(FILES) == set(expected)
    assert len(FILES) == 42
    checks = [check for file in expected.values() for check in file["upstream_expected"] if check in CODES]
    assert len(checks) == CHECKS


@pytest.mark.parametrize("name", FILES)
def test_a_certificate_gets_upstream_s_result(name):
    file, document, report, codes = judged(name)
    for check, is_expected in file["EXPECTEDRESULTS"].items():
        if check in CODES and (name, check) != DEVIATION:
            assert (not codes & CODES[check]) == is_expected, check
    if all(file["EXPECTEDRESULTS"].values()) and name != DEVIATION[0]:
        assert (report.signature_is_good, report.status) == (True, "VALID")
        assert document.issuer
    elif report is not None:
        assert report.status == "INVALID"


def test_the_one_deviation_is_a_key_of_another_curve():
    """Its signature is r and s of 48 bytes each under P-384, where the EU's ES256 goes with P-256."""
    file, document, report, codes = judged(DEVIATION[0])
    assert Trust.of(file["TESTCTX"]["CERTIFICATE"]).signers[0].public_key.curve.name == "secp384r1"
    assert len(document.signature.value) == 96
    assert (report.signature_is_good, "SIGNATURE_ERROR" in codes) == (False, True)


@pytest.mark.parametrize("name", FILES)
def test_the_content_is_upstream_s(name):
    """Dates in tags and with fractions become text; upstream's own JSON has them as it liked."""
    file, document, _, _ = judged(name)
    if document is None or "JSON" not in file:
        return
    assert shape(document.content) == shape(file["JSON"])


def shape(value):
    """Values, with texts that are times brought to seconds in UTC."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    if isinstance(value, str) and len(value) > 12 and value[4:5] == value[7:8] == "-" and value[10:11] in "T ":
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return value


def test_pictures_of_certificates_are_read(tmp_path):
    pytest.importorskip("zxingcpp")
    read_from_pictures = 0
    for name in FILES:
        file = shared_json("health", "dcc", name)
        if file["EXPECTEDRESULTS"].get("EXPECTEDPICTUREDECODE") and "2DCODE" in file:
            picture = base64.b64decode(file["2DCODE"])
            assert read(picture, "dcc").content == read(file["PREFIX"], "dcc").content, name
            read_from_pictures += 1
    if FILES:
        assert read_from_pictures >= 20


def test_our_schema_says_what_the_official_one_says():
    jsonschema = pytest.importorskip("jsonschema")
    official = jsonschema.Draft202012Validator(shared_json("health", "dcc", "schema", "DCC.combined-schema.json"))
    contents = [document.content for document in (judged(name)[1] for name in FILES) if document]
    for content in [*contents, *damaged_contents()]:
        assert bool(schema_defects(content)) == (not official.is_valid(content)), content


def damaged_contents():
    """A certificate with each field missing, of other types, too long, empty."""
    values = [None, 1, -1, 0, 1.5, True, [], {}, "", "x" * 81, "XX", [DCC["v"][0]] * 2]
    for name in DCC:
        yield {k: v for k, v in DCC.items() if k != name}
        yield from (DCC | {name: value} for value in values)
    for name in VACCINATION:
        yield DCC | {"v": [{k: v for k, v in VACCINATION.items() if k != name}]}
        yield from (DCC | {"v": [VACCINATION | {name: value}]} for value in values if value != 1.0)
    for name in PERSON:
        yield DCC | {"nam": {k: v for k, v in PERSON.items() if k != name}}
        yield from (DCC | {"nam": PERSON | {name: value}} for value in values)
    yield DCC | {"r": DCC["v"]}


# --- base45 ------------------------------------------------------------------------------


@given(st.binary(max_size=40))
def test_base45_comes_back(data):
    assert our_base45.decode(b45(data)) == data


@given(st.text(our_base45.ALPHABET + "a\n", max_size=9))
def test_base45_is_one_text_for_one_value(text):
    data = our_base45.decode(text)
    assert data is None or b45(data) == text


@pytest.mark.parametrize("text", ["A", "ABCD", ":::", "::", "GGX", "a", "ÄA", "0 ", "Z0Z9"], ids=str)
def test_what_is_no_base45_is_refused(text):
    assert our_base45.decode(text) is None or b45(our_base45.decode(text)) == text


# --- our own certificates ----------------------------------------------------------------


def report_on(text, trust=None, at=AT):
    return verify(read(text), trust=trust or signer_trust(), at=at)


def test_a_certificate_of_ours_is_valid():
    report = report_on(certificate_text())
    assert (report.status, report.signature_is_good, codes_of(report)) == ("VALID", True, [])
    assert report.vouched_by == "XX"


def test_what_a_certificate_says_is_told():
    document = read(certificate_text())
    assert (document.kind, document.content, document.issuer) == ("dcc", DCC, "XX")
    assert (document.issued.timestamp(), document.expires.timestamp()) == (ISSUED, EXPIRES)


@pytest.mark.parametrize("form", [
    pytest.param(hc1, id="text"),
    pytest.param(lambda signed: hc1(signed) + "\n", id="a line"),
    pytest.param(lambda signed: hc1(signed).encode(), id="bytes"),
    pytest.param(lambda signed: signed, id="COSE with its tag"),
    pytest.param(lambda signed: cbor2.dumps(cbor2.CBORTag(61, cbor2.loads(signed))), id="COSE in a CWT"),
    pytest.param(lambda signed: cbor2.dumps(cbor2.loads(signed).value), id="COSE without a tag"),
])  # fmt: skip
def test_a_certificate_is_recognised_in_every_form(form):
    assert report_on(form(cose())).status == "VALID"


@pytest.mark.parametrize(("text", "code"), [
    pytest.param("HC2:" + b45(zlib.compress(cose())), "PREFIX_ERROR", id="another context"),
    pytest.param(b45(zlib.compress(cose())), "PREFIX_ERROR", id="no context"),
    pytest.param("HC1:" + b45(zlib.compress(cose())).lower(), "BASE45_ERROR", id="small letters"),
    pytest.param("HC1:", "INFLATION_ERROR", id="nothing"),
    pytest.param("HC1:" + b45(cose()), "INFLATION_ERROR", id="not compressed"),
    pytest.param("HC1:" + b45(zlib.compress(cose())[:-3]), "INFLATION_ERROR", id="cut off"),
    pytest.param("HC1:" + b45(zlib.compress(cose()) + b"x"), "INFLATION_ERROR", id="something after it"),
    pytest.param(hc1(b"\x84"), "COSE_ERROR", id="no CBOR"),
    pytest.param(hc1(cose() + b"\x00"), "CBOR_ERROR", id="CBOR with something after it"),
    pytest.param(hc1(cbor2.dumps([1, 2, 3])), "COSE_ERROR", id="a list of three"),
    pytest.param(hc1(cbor2.dumps([b"", {}, b"", "sig"])), "COSE_ERROR", id="a signature of text"),
    pytest.param(hc1(cbor2.dumps([b"\x01", {}, b"", b""])), "COSE_ERROR", id="a header that is a number"),
    pytest.param(hc1(cose(claims=b"\x01")), "CBOR_ERROR", id="claims that are a number"),
    pytest.param(hc1(cose(claims={1: "XX"})), "CBOR_ERROR", id="claims without a certificate"),
    pytest.param(hc1(cose({1: 2})), "CBOR_ERROR", id="names that are numbers"),
    pytest.param(hc1(cose({"v": [float("nan")]})), "CBOR_ERROR", id="not a number"),
    pytest.param(hc1(cose({"v": [b"bytes"]})), "CBOR_ERROR", id="bytes"),
])  # fmt: skip
def test_what_is_no_certificate_is_refused_by_its_layer(text, code):
    with pytest.raises(DocumentError) as caught:
        read(text)
    wanted = {code, "COSE_ERROR"} if code == "CBOR_ERROR" else {code}
    assert caught.value.finding.code in wanted
    assert caught.value.kind == "dcc"


@pytest.mark.parametrize("tagged", [
    pytest.param(b"\xc2\x41\x01", id="a big number"),
    pytest.param(b"\xc4\x82\x01\x02", id="a decimal"),
    pytest.param(b"\xc5\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01", id="a huge fraction"),
    pytest.param(b"\xd8\x1c\x81\xd8\x1d\x00", id="a list that holds itself"),
    pytest.param(b"\xd8\x23\x66(a+)+$", id="a regular expression"),
    pytest.param(b"\xd9\x01\x00\x80", id="shared texts"),
    pytest.param(b"\xd9\x01\x02\x81\x01", id="a set"),
    pytest.param(b"\xd9\xff\xff\x01", id="an unknown tag"),
])  # fmt: skip
def test_no_other_tag_is_followed(tagged):
    claims = b"\xa1\x39\x01\x03\xa1\x01\xa1\x61v" + tagged
    with pytest.raises(DocumentError, match="the signed content"):
        read(hc1(cose(claims=claims)))


@pytest.mark.parametrize(("tagged", "text"), [
    (cbor2.CBORTag(0, "2021-05-01T12:00:00+02:00"), "2021-05-01T12:00:00+02:00"),
    (cbor2.CBORTag(1, 1620000000), "2021-05-03T00:00:00Z"),
    (cbor2.CBORTag(1, 1620000000.25), "2021-05-03T00:00:00.250000Z"),
    (cbor2.CBORTag(1004, "2021-05-01"), "2021-05-01"),
])  # fmt: skip
def test_dates_in_tags_become_text(tagged, text):
    document = read(certificate_text(content=DCC | {"v": [VACCINATION | {"dt": tagged}]}))
    assert document.content["v"][0]["dt"] == text


def test_times_of_claims_may_have_fractions():
    claims = {1: "XX", 4: EXPIRES + 0.5, 6: ISSUED + 0.25, -260: {1: DCC}}
    document = read(certificate_text(claims=claims))
    assert (document.issued.timestamp(), document.expires.timestamp()) == (ISSUED + 0.25, EXPIRES + 0.5)


@pytest.mark.parametrize(("at", "codes"), [
    (ISSUED - 1, ["NOT_YET_VALID"]), (ISSUED, []), (EXPIRES, []), (EXPIRES + 1, ["EXPIRATION_ERROR"]),
])  # fmt: skip
def test_a_certificate_counts_from_its_first_to_its_last_second(at, codes):
    assert codes_of(report_on(certificate_text(), at=datetime.fromtimestamp(at, UTC))) == codes


# --- keys --------------------------------------------------------------------------------


def test_without_keys_nothing_can_be_decided():
    report = report_on(certificate_text(), Trust())
    assert (report.signature_is_good, report.status) == (None, "CANNOT_DECIDE")
    assert "TRUST_MISSING" in report.codes


def test_a_key_that_is_not_on_the_list_is_not_trusted():
    report = report_on(certificate_text(), signer_trust(key(2)))
    assert (report.signature_is_good, report.status, codes_of(report)) == (None, "INVALID", ["KEY_NOT_TRUSTED"])


KID = hashlib.sha256(certificate(key(), name="YY")).digest()[:8]


@pytest.mark.parametrize(("protected", "unprotected", "is_valid"), [
    pytest.param({1: -7, 4: KID}, {}, True, id="protected"),
    pytest.param({1: -7}, {4: KID}, True, id="unprotected"),
    pytest.param({}, {1: -7, 4: KID}, True, id="nothing protected"),
    pytest.param({1: -7, 4: KID}, {4: b"other..."}, True, id="protected, and another unprotected"),
    pytest.param({1: -7, 4: b"other..."}, {4: KID}, False, id="another protected, and the right one unprotected"),
    pytest.param({1: -7, 4: KID[:7]}, {}, False, id="short"),
    pytest.param({1: -7, 4: KID + b"\0"}, {}, False, id="long"),
    pytest.param({1: -7, 4: "text"}, {4: KID}, False, id="text"),
    pytest.param({1: -7}, {}, False, id="none"),
])  # fmt: skip
def test_the_signer_is_looked_up_by_the_kid_and_the_protected_one_counts(protected, unprotected, is_valid):
    trust = Trust.of(certificate(key(), name="YY"))
    text = certificate_text(protected=cbor2.dumps(protected) if protected else b"", unprotected=unprotected)
    assert (report_on(text, trust).status == "VALID") == is_valid


def test_two_signers_with_one_kid_are_both_tried():
    both = signer_trust(key(2)).signers[0], signer_trust(key(1)).signers[0]
    same = tuple(type(one)(both[1].key_id, one.public_key) for one in both)
    assert report_on(certificate_text(), Trust(signers=same)).status == "VALID"


@pytest.mark.parametrize("kind", DCC_USAGES)
@pytest.mark.parametrize("usage", [*DCC_USAGES.values(), "1.3.6.1.4.1.0.1847.2021.1.2", "2.23.136.1.1.14.2"])
def test_a_key_signs_only_what_it_is_for(kind, usage):
    """The specification once wrote the numbers with a zero in them; certificates have both."""
    content = {name: value for name, value in DCC.items() if name != "v"} | {kind: [VACCINATION]}
    der = certificate(key(), (usage,))
    text = certificate_text(content=content, kid=hashlib.sha256(der).digest()[:8])
    is_for = usage in (DCC_USAGES[kind], DCC_USAGES[kind].replace(".1.1847", ".1.0.1847"))
    assert ("KEY_USAGE_ERROR" in report_on(text, Trust.of(der)).codes) == (not is_for)


def test_a_usage_that_is_not_for_health_documents_says_nothing():
    """Spain's signers are for TLS and mail."""
    der = certificate(key(), ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4"))
    assert report_on(certificate_text(kid=hashlib.sha256(der).digest()[:8]), Trust.of(der)).status == "VALID"


@pytest.mark.parametrize(("at", "codes"), [
    (datetime(2021, 6, 9, tzinfo=UTC), ["CERTIFICATE_ERROR"]), (datetime(2021, 6, 11, tzinfo=UTC), []),
    (datetime(2021, 6, 21, tzinfo=UTC), ["CERTIFICATE_ERROR"]),
])  # fmt: skip
def test_a_signer_s_certificate_counts_in_its_time_only(at, codes):
    der = certificate(key(), start=datetime(2021, 6, 10, tzinfo=UTC), days=10)
    report = report_on(certificate_text(kid=hashlib.sha256(der).digest()[:8]), Trust.of(der), at)
    assert codes_of(report) == codes
    assert report.signature_is_good is True


def test_rsa_keys_sign_with_pss_only():
    private = rsa.generate_private_key(65537, 2048)
    kid = hashlib.sha256(der := certificate(private)).digest()[:8]
    assert report_on(certificate_text(private=private, kid=kid), Trust.of(der)).status == "VALID"
    assert report_on(certificate_text(private=private, kid=kid, alg=-7), Trust.of(der)).status == "INVALID"
    assert report_on(certificate_text(private=private, kid=kid, alg=-257), Trust.of(der)).status == "INVALID"


def test_an_elliptic_key_of_another_curve_does_not_sign():
    private = key(curve=ec.SECP384R1())
    der = certificate(private)
    message = cbor2.dumps(["Signature1", protected := cbor2.dumps({1: -7, 4: hashlib.sha256(der).digest()[:8]}), b"",
                           body := cbor2.dumps({1: "XX", 4: EXPIRES, 6: ISSUED, -260: {1: DCC}})])  # fmt: skip
    signature = raw(private, message, size=48)
    text = hc1(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, body, signature])))
    assert report_on(text, Trust.of(der)).status == "INVALID"


def test_a_key_of_a_curve_that_is_as_long_does_not_sign():
    """secp256k1: the signature has 64 bytes, and the mathematics is the same."""
    private = key(curve=ec.SECP256K1())
    text = certificate_text(private=private, kid=b"bitcoin.")
    signature = read(text).signature
    half = signature.value[:32], signature.value[32:]
    der = encode_dss_signature(*(int.from_bytes(one, "big") for one in half))
    private.public_key().verify(der, signature.message, ec.ECDSA(hashes.SHA256()))
    assert report_on(text, Trust(signers=(Signer(b"bitcoin.", private.public_key()),))).status == "INVALID"


@pytest.mark.parametrize("change", [
    pytest.param(lambda value: value[:32] + b"\0" + value[32:], id="a nought before s"),
    pytest.param(lambda value: value + b"\0", id="a nought after s"),
    pytest.param(lambda value: value[:-1], id="cut off"),
    pytest.param(lambda value: b"", id="nothing"),
])  # fmt: skip
def test_a_signature_has_one_length(change):
    good = read(certificate_text()).signature.value
    assert report_on(certificate_text(signature=change(good))).signature_is_good is False


def test_short_rsa_keys_do_not_count():
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505 (that is the point)
    text = certificate_text(private=private, kid=b"weakling")
    assert report_on(text, Trust(signers=(Signer(b"weakling", private.public_key()),))).status == "INVALID"


# --- revocation --------------------------------------------------------------------------


def batch(hash_type, data, **changes):
    hashed = base64.b64encode(hashlib.sha256(data).digest()[:16]).decode()
    kid = base64.b64encode(hashlib.sha256(certificate(key())).digest()[:8]).decode()
    made = {"country": "XX", "expires": "2022-01-01T00:00:00Z", "kid": kid, "hashType": hash_type,
            "entries": [{"hash": hashed}]} | changes  # fmt: skip
    return json.dumps(made)


@pytest.mark.parametrize(("hash_type", "hashed"), [
    ("UCI", lambda document: document.content["v"][0]["ci"].encode()),
    ("COUNTRYCODEUCI", lambda document: b"XX" + document.content["v"][0]["ci"].encode()),
    ("SIGNATURE", lambda document: document.signature.value[:32]),
])  # fmt: skip
def test_a_certificate_is_revoked_by_each_kind_of_hash(hash_type, hashed):
    text = certificate_text()
    listed = Trust.of(batch(hash_type, hashed(read(text))))
    report = report_on(text, signer_trust() + listed)
    assert (report.signature_is_good, report.status, report.codes) == (True, "INVALID", ("REVOKED",))
    assert report_on(text, signer_trust() + Trust.of(batch(hash_type, b"another"))).codes == ()


def test_the_hash_of_an_rsa_signature_is_of_all_of_it():
    private = rsa.generate_private_key(65537, 2048)
    kid = hashlib.sha256(der := certificate(private)).digest()[:8]
    text = certificate_text(private=private, kid=kid)
    listed = batch("SIGNATURE", read(text).signature.value, kid=base64.b64encode(kid).decode())
    assert "REVOKED" in report_on(text, Trust.of(der, listed)).codes


@pytest.mark.parametrize(("changes", "is_revoked"), [
    pytest.param({"kid": base64.b64encode(b"another.").decode()}, False, id="another key's batch"),
    pytest.param({"kid": "UNKNOWN_KID"}, True, id="a country's batch"),
    pytest.param({"kid": "UNKNOWN_KID", "country": "YY"}, False, id="another country's batch"),
    pytest.param({"expires": "2021-06-30T00:00:00Z"}, False, id="a batch that has expired"),
    pytest.param({"expires": None}, True, id="a batch without an end"),
])  # fmt: skip
def test_a_batch_is_about_a_key_or_a_country_and_has_an_end(changes, is_revoked):
    listed = Trust.of(batch("UCI", VACCINATION["ci"].encode(), **changes))
    assert ("REVOKED" in report_on(certificate_text(), signer_trust() + listed).codes) == is_revoked


def test_that_nobody_looked_for_revocations_is_said():
    assert report_on(certificate_text()).codes == ("REVOCATION_NOT_CHECKED",)
