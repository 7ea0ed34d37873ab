"""Seals of our own, signed over RFC 8785 as written anew below: good ones, and each way to pass for one."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from health.documents.makers import (
    AT,
    DCC_USAGES,
    SEAL,
    SEAL_SIGNER,
    b64url,
    certificate,
    codes_of,
    document_types,
    key,
    raw,
    seal_signer,
)

from zkhealth.errors import DecodingError
from zkhealth.health import Immunization, LabResult
from zkhealth.health.documents import DocumentError, Trust, read, verify
from zkhealth.health.mapping import entries_of

AUTHORITY, SIGNER, EVE = key(5), key(6), key(66)
CSCA = certificate(AUTHORITY, name="UT", ca=True)
DER = seal_signer(SIGNER, AUTHORITY)
CURVES = {
    "ES256": (ec.SECP256R1(), hashes.SHA256(), 32),
    "ES384": (ec.SECP384R1(), hashes.SHA384(), 48),
    "ES512": (ec.SECP521R1(), hashes.SHA512(), 66),
}
TESTED = {
    "hdr": {"t": "icao.test", "v": 1, "is": "UTO"},
    "msg": {"utci": "U32870", "pid": {"n": "SMITH  BILL", "dob": "1990-01-02"},
            "sp": {"spn": "Hospital", "ctr": "UTO"},
            "dat": {"sc": "2021-06-30T12:00:00Z", "ri": "2021-06-30T14:00:00Z"},
            "tr": {"tc": "antigen", "r": "negative"}},
}  # fmt: skip


def rfc8785(value):
    """The canonical form of what these tests seal: texts, and numbers that are whole or halves."""
    if isinstance(value, dict):
        inner = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{rfc8785(name)}:{rfc8785(of)}" for name, of in inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(rfc8785, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if value == int(value) else str(value)


def sealed(data=SEAL, private=SIGNER, der=DER, alg="ES256", signed=None):
    """A seal of `data` whose signature is over `signed`, or else the same."""
    _, hashing, size = CURVES[alg]
    value = raw(private, rfc8785(data if signed is None else signed).encode(), hashing, size)
    return json.dumps({"data": data, "sig": {"alg": alg, "cer": b64url(der), "sigvl": b64url(value)}})


def report_on(text, *lists, at=AT):
    return verify(read(text), trust=Trust.of(*(lists or (CSCA,))), at=at)


def with_header(**changes):
    return SEAL | {"hdr": SEAL["hdr"] | changes}


def with_message(data=SEAL, **changes):
    return data | {"msg": data["msg"] | changes}


# --- the signature and the form ----------------------------------------------------------


@pytest.mark.parametrize("alg", CURVES)
def test_keys_on_each_curve_seal_with_the_hash_that_belongs_to_it(alg):
    private = key(7, CURVES[alg][0])
    report = report_on(sealed(private=private, der=seal_signer(private, AUTHORITY), alg=alg))
    assert (report.status, codes_of(report), report.vouched_by) == ("VALID", [], "UT")


@pytest.mark.parametrize("alg", ["ES384", "ES512"])
def test_another_hash_than_the_curve_s_is_refused(alg):
    _, hashing, _ = CURVES[alg]
    text = json.loads(sealed())
    text["sig"] |= {"alg": alg, "sigvl": b64url(raw(SIGNER, rfc8785(SEAL).encode(), hashing))}
    assert codes_of(report_on(json.dumps(text))) == ["SIGNATURE_ERROR"]


@pytest.mark.parametrize("data", [
    pytest.param(with_message(uvci="U32871"), id="another identifier"),
    pytest.param(with_message(pid=SEAL["msg"]["pid"] | {"n": "Smith  Bill"}), id="another blank"),
    pytest.param(with_message(more="x"), id="something more"),
    pytest.param(SEAL | {"more": "x"}, id="something more beside it"),
    pytest.param(with_message(pid={"n": "Smith Bill"}), id="something less"),
])  # fmt: skip
def test_a_seal_that_was_changed_is_not_valid(data):
    report = report_on(sealed(data, signed=SEAL))
    assert (report.signature_is_good, report.status, report.vouched_by) == (False, "INVALID", "")


def written(text, old, new):
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("form", [
    pytest.param(lambda t: json.dumps(json.loads(t), indent=3), id="with blanks and lines"),
    pytest.param(lambda t: written(t, '"Smith', '"\\u0053mith'), id="with needless escapes"),
    pytest.param(lambda t: written(t, '"seq": 1', '"seq": 1.0'), id="with a fraction of zero"),
    pytest.param(lambda t: written(t, '"v": 1', '"v": 1e0'), id="with an exponent"),
    pytest.param(lambda t: written(t, '"seq": 1', '"seq": 10E-1'), id="with a negative exponent"),
])  # fmt: skip
def test_the_same_data_written_in_another_way_is_the_same_seal(form):
    document = read(form(sealed()))
    assert document == read(sealed())
    assert type(document.content["msg"]["ve"][0]["vd"][0]["seq"]) is int
    assert verify(document, trust=Trust.of(CSCA), at=AT).status == "VALID"


@pytest.mark.parametrize(("old", "new"), [
    pytest.param('"uvci": "U32870"', '"uvci": "U32870", "uvci": "U32871"', id="in the message"),
    pytest.param('"is": "UTO"', '"is": "AUS", "is": "UTO"', id="in the header"),
    pytest.param('"alg": "ES256"', '"alg": "ES256", "alg": "ES256"', id="in the signature, alike"),
])  # fmt: skip
def test_a_name_that_stands_twice_is_refused(old, new):
    with pytest.raises(DocumentError, match="the same name twice"):
        read(written(sealed(), old, new))


def test_numbers_are_signed_as_ecmascript_writes_them():
    data = with_message(more=[4.5, 100, 0])
    assert report_on(written(sealed(data), "[4.5, 100, 0]", "[450e-2, 1e2, -0.0]")).status == "VALID"
    assert report_on(written(sealed(data), "[4.5, 100, 0]", "[4.50000001, 100, 0]")).status == "INVALID"


@pytest.mark.parametrize("number", ["9007199254740993", "1e999", "NaN", "-Infinity"])
def test_numbers_that_readers_read_differently_are_refused(number):
    with pytest.raises(DocumentError):
        read(written(sealed(with_message(more=7)), '"more": 7', f'"more": {number}'))


def test_names_beyond_the_basic_plane_are_sorted_as_the_rfc_does():
    assert report_on(sealed(with_message(**{"\U0001f600": "x", "\ufb33": "y"}))).status == "VALID"


# --- what a signer is for ----------------------------------------------------------------


@pytest.mark.parametrize(("kind", "data"), [("NV", SEAL), ("NT", TESTED)])
def test_a_signer_for_one_type_seals_that_type_alone(kind, data):
    der = seal_signer(SIGNER, AUTHORITY, types=[kind])
    assert report_on(sealed(data, der=der)).status == "VALID"
    (other,) = [one for one in (SEAL, TESTED) if one is not data]
    assert codes_of(report_on(sealed(other, der=der))) == ["KEY_USAGE_ERROR"]


@pytest.mark.parametrize("data", [
    pytest.param(with_message(TESTED, ve=SEAL["msg"]["ve"]), id="doses in a seal of a test"),
    pytest.param(with_message(tr=TESTED["msg"]["tr"]), id="a test in a seal of doses"),
    pytest.param(with_message(tr={}), id="an empty test in a seal of doses"),
    pytest.param({"hdr": TESTED["hdr"], "msg": SEAL["msg"]}, id="doses instead of a test"),
    pytest.param(with_message(ve=[]), id="no doses"),
    pytest.param(with_message(ve={}), id="doses that are no list"),
    pytest.param(with_message(TESTED, tr="negative"), id="a test that is a word"),
])  # fmt: skip
def test_a_seal_holds_what_its_type_says_and_nothing_else(data):
    """A signer for tests would vouch for vaccinations, if they were read wherever they stand."""
    report = report_on(sealed(data))
    assert (report.signature_is_good, report.status, set(codes_of(report))) == (True, "INVALID", {"SCHEMA_ERROR"})


def test_of_a_seal_only_what_its_type_says_is_read():
    both = with_message(TESTED, ve=SEAL["msg"]["ve"])
    assert not entries_of(read(sealed(both))).of(Immunization)
    assert entries_of(read(sealed(both))).of(LabResult)
    turned = both | {"hdr": SEAL["hdr"]}
    assert entries_of(read(sealed(turned))).of(Immunization)
    assert not entries_of(read(sealed(turned))).of(LabResult)


KEY_USAGES = [f.removeprefix("_") for f in (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")]  # fmt: skip


def key_usage(*names):
    return x509.KeyUsage(**{name: name in names for name in KEY_USAGES})


@pytest.mark.parametrize(("options", "code"), [
    pytest.param({"usages": ("1.3.6.1.5.5.7.3.1",)}, "KEY_USAGE_ERROR", id="for TLS"),
    pytest.param({"usages": ()}, "KEY_USAGE_ERROR", id="for no use"),
    pytest.param({"usages": ("2.23.136.1.1.14.1",)}, "KEY_USAGE_ERROR", id="for an authority"),
    pytest.param({"types": ()}, "KEY_USAGE_ERROR", id="for no type"),
    pytest.param({"types": ("XNV", "P")}, "KEY_USAGE_ERROR", id="for another type with these letters in it"),
    pytest.param({"extra": [document_types("NV", tag=0x0C)]}, None, id="for types in UTF-8"),
    pytest.param({"extra": [x509.UnrecognizedExtension(document_types().oid, b"\x13\x02NV")]}, "KEY_USAGE_ERROR",
                 id="for types in another form"),
    pytest.param({"extra": [x509.UnrecognizedExtension(document_types().oid, document_types("NV").value + b"\0")]},
                 "KEY_USAGE_ERROR", id="for types with a byte after them"),
    pytest.param({"critical": [document_types("NV")], "extra": []}, None, id="for types, which is critical"),
    pytest.param({"critical": [x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0")]},
                 "CERTIFICATE_ERROR", id="with a demand that is not known"),
    pytest.param({"critical": [key_usage("digital_signature")]}, None, id="for signatures"),
    pytest.param({"critical": [key_usage("key_agreement")]}, "KEY_USAGE_ERROR", id="for key agreement"),
    pytest.param({"days": 30}, "CERTIFICATE_ERROR", id="until then"),
    pytest.param({"start": AT + timedelta(days=1)}, "CERTIFICATE_ERROR", id="from then on"),
    pytest.param({"hashing": hashes.SHA384()}, None, id="signed with SHA-384"),
])  # fmt: skip
def test_a_signer_s_certificate_must_be_in_order(options, code):
    report = report_on(sealed(der=seal_signer(SIGNER, AUTHORITY, **options)))
    assert (report.signature_is_good, codes_of(report)) == (True, [code] if code else [])


# --- whose signer it is ------------------------------------------------------------------

OTHER = key(8)
OTHER_CSCA = certificate(OTHER, name="AU", ca=True)


@pytest.mark.parametrize(("state", "country", "is_its_own"), [
    ("UTO", "UT", True), ("AUS", "AU", True), ("DEU", "DE", True), ("D", "DE", True), ("D<<", "DE", True),
    ("UNO", "UN", True), ("EUE", "EU", True), ("RKS", "KS", True), ("RKS", "XK", True), ("UTO", "ut", True),
    ("AUS", "UT", False), ("UTO", "AU", False), ("AUT", "AU", False), ("DEU", "GB", False),
    ("AU", "AU", False), ("aus", "AU", False), ("", "AU", False), ("XXX", "XX", False), ("ZZZ", "ZZ", False),
])  # fmt: skip
def test_a_state_s_seals_are_signed_by_its_own_signers(state, country, is_its_own):
    authority = certificate(AUTHORITY, name=country, ca=True)
    report = report_on(sealed(with_header(**{"is": state}), der=seal_signer(SIGNER, AUTHORITY, country)), authority)
    assert report.signature_is_good
    assert codes_of(report) == ([] if is_its_own else ["ISSUER_STATE_ERROR"])
    assert (report.status == "VALID") == is_its_own


def test_a_state_that_is_not_known_is_told_from_another_s():
    for state, told in (("ZZZ", "a state that is not known"), ("AUS", "another state than its signer's")):
        (found, _) = report_on(sealed(with_header(**{"is": state}))).findings
        assert told in found.sentence
        assert found.advice == "Do not rely on it: nothing shows that it comes from the state that it names."
        assert state not in found.sentence


def test_a_state_may_not_use_another_s_signer_although_both_are_trusted():
    foreign = seal_signer(SIGNER, OTHER, "AU")
    assert report_on(sealed(with_header(**{"is": "AUS"}), der=foreign), CSCA, OTHER_CSCA).status == "VALID"
    assert codes_of(report_on(sealed(der=foreign), CSCA, OTHER_CSCA)) == ["ISSUER_STATE_ERROR"]


def test_the_certificate_is_not_signed_so_one_key_of_two_states_is_told_apart():
    """Whoever holds the seal can put another certificate of the same key into it."""
    both = seal_signer(SIGNER, AUTHORITY), seal_signer(SIGNER, OTHER, "AU")
    for state, of_state in (("UTO", 0), ("AUS", 1)):
        reports = [report_on(sealed(with_header(**{"is": state}), der=der), CSCA, OTHER_CSCA) for der in both]
        assert [report.status == "VALID" for report in reports] == [of_state == 0, of_state == 1]


def test_a_key_in_a_newer_certificate_is_still_the_signer_s():
    renewed = seal_signer(SIGNER, AUTHORITY, start=datetime(2022, 6, 1, tzinfo=UTC), serial=8)
    longer = certificate(AUTHORITY, name="UT", ca=True, days=9000)
    at = datetime(2023, 7, 1, tzinfo=UTC)
    assert codes_of(report_on(sealed(), longer, at=at)) == ["CERTIFICATE_ERROR"]
    assert report_on(sealed(der=renewed), longer, at=at).status == "VALID"


def test_an_authority_signs_only_signers_of_its_own_country():
    """The state of the seal fits the signer, and the signer was signed: but by another country."""
    der = seal_signer(SIGNER, OTHER, "UT", issuer="AU")
    report = report_on(sealed(der=der), CSCA, OTHER_CSCA)
    assert (report.signature_is_good, codes_of(report)) == (True, ["CERTIFICATE_ERROR"])
    assert report.vouched_by == "AU"


@pytest.mark.parametrize("name", [
    pytest.param([], id="no country"),
    pytest.param(["UT", "AU"], id="two countries"),
])  # fmt: skip
def test_a_pinned_signer_of_no_certain_country_seals_for_nobody(name):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, one) for one in name])
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(SIGNER.public_key())
        .serial_number(7).not_valid_before(AT - timedelta(days=9)).not_valid_after(AT + timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(SEAL_SIGNER)]), critical=False)
        .add_extension(document_types("NV"), critical=False)
    )  # fmt: skip
    der = built.sign(SIGNER, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    report = report_on(sealed(der=der), der)
    assert (codes_of(report), report.vouched_by) == (["ISSUER_STATE_ERROR"], "")


@pytest.mark.parametrize(("csca", "code"), [
    pytest.param(CSCA, None, id="an authority"),
    pytest.param(certificate(AUTHORITY, ("2.23.136.1.1.14.1",), name="UT", ca=True), None, id="for health"),
    pytest.param(certificate(AUTHORITY, ("2.5.29.37.0",), name="UT", ca=True), None, id="for any use"),
    pytest.param(certificate(AUTHORITY, ("1.3.6.1.5.5.7.3.1",), name="UT", ca=True), "ISSUER_NOT_TRUSTED",
                 id="for TLS"),
    pytest.param(certificate(AUTHORITY, (DCC_USAGES["t"],), name="UT", ca=True), "ISSUER_NOT_TRUSTED",
                 id="for certificates of tests"),
    pytest.param(certificate(AUTHORITY, name="UT", ca=True, critical=[key_usage("key_cert_sign", "crl_sign")]), None,
                 id="whose key may sign certificates"),
    pytest.param(certificate(AUTHORITY, name="UT", ca=True, critical=[key_usage("digital_signature")]),
                 "ISSUER_NOT_TRUSTED", id="whose key may not"),
    pytest.param(certificate(AUTHORITY, name="UT"), "ISSUER_NOT_TRUSTED", id="that is none"),
    pytest.param(certificate(EVE, name="UT", ca=True), "ISSUER_NOT_TRUSTED", id="of that name"),
    pytest.param(certificate(AUTHORITY, name="UT", ca=True, days=30), "CERTIFICATE_ERROR", id="until then"),
])  # fmt: skip
def test_an_authority_signs_signers_if_it_may(csca, code):
    assert codes_of(report_on(sealed(), csca)) == ([code] if code else [])


SHA_256, SHA_1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")


@pytest.mark.parametrize(("algorithm", "hashing", "codes"), [
    pytest.param(SHA_256, hashes.SHA256(), [], id="SHA-256"),
    pytest.param(SHA_1, hashes.SHA1(), ["ISSUER_NOT_TRUSTED"], id="SHA-1"),  # noqa: S303
])  # fmt: skip
def test_a_signature_over_a_broken_hash_is_none(algorithm, hashing, codes):
    """No library makes such a certificate any more, so its bytes are put together here."""
    body = replaced(x509.load_der_x509_certificate(DER).tbs_certificate_bytes, SHA_256, algorithm)
    signature = AUTHORITY.sign(body, ec.ECDSA(hashing))
    der = element(0x30, body + element(0x30, algorithm) + element(0x03, b"\0" + signature))
    assert codes_of(report_on(sealed(der=der))) == codes


def element(tag, value):
    size = len(value)
    length = size.to_bytes(1 + (size > 0xFF), "big")
    return bytes([tag]) + (bytes([0x80 + len(length)]) if size > 0x7F else b"") + length + value


def replaced(tbs, old, new):
    """The body of a certificate with its algorithm replaced, and the lengths above it set right."""
    at = tbs.index(element(0x30, old))
    header = 2 + (tbs[1] & 0x7F if tbs[1] & 0x80 else 0)
    return element(0x30, tbs[header:at] + element(0x30, new) + tbs[at + len(element(0x30, old)) :])


# --- revocation of signers ---------------------------------------------------------------


def crl(
    *serials, private=AUTHORITY, name="UT", until=AT + timedelta(days=30), encoding=serialization.Encoding.DER, extra=()
):
    """The authority's list of certificates that it took back."""
    country = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, name)])
    built = x509.CertificateRevocationListBuilder().issuer_name(country).last_update(AT - timedelta(days=60))
    built = built.next_update(until)
    for extension, critical in extra:
        built = built.add_extension(extension, critical)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(AT + timedelta(days=5)).build()
        built = built.add_revoked_certificate(entry)
    return built.sign(private, hashes.SHA256()).public_bytes(encoding)


@pytest.mark.parametrize(("lists", "codes"), [
    pytest.param([], ("REVOCATION_NOT_CHECKED",), id="none"),
    pytest.param([crl(1, 8)], (), id="others"),
    pytest.param([crl(1, 7)], ("REVOKED",), id="this one"),
    pytest.param([crl(7, encoding=serialization.Encoding.PEM)], ("REVOKED",), id="this one, in PEM"),
    pytest.param([crl(), crl(7)], ("REVOKED",), id="this one, in one list of two"),
    pytest.param([crl()], (), id="nobody"),
    pytest.param([crl(encoding=serialization.Encoding.PEM)], (), id="nobody, in PEM"),
    pytest.param([crl(7, until=AT - timedelta(days=1))], ("REVOKED",), id="this one, in an old list"),
    pytest.param([crl(1, until=AT - timedelta(days=1))], ("REVOCATION_NOT_CHECKED",), id="others, in an old list"),
    pytest.param([crl(7, private=EVE)], ("REVOCATION_NOT_CHECKED",), id="this one, by somebody else"),
    pytest.param([crl(7, name="AU")], ("REVOCATION_NOT_CHECKED",), id="this one, of another authority"),
])  # fmt: skip
def test_a_signer_that_its_authority_took_back_seals_no_more(lists, codes):
    """Even before the day of the revocation: a seal has no date, so it may be younger than it looks."""
    report = report_on(sealed(), CSCA, *lists)
    assert report.codes == codes
    assert report.status == ("INVALID" if "REVOKED" in codes else "VALID")


def test_a_pinned_signer_can_be_taken_back_too():
    assert report_on(sealed(), DER, CSCA, crl(7)).codes == ("REVOKED",)
    assert report_on(sealed(), DER, crl(7)).codes == ("REVOCATION_NOT_CHECKED",)  # Nobody knows whose list that is.


def test_revocation_lists_do_not_get_lost():
    pem = crl(7, encoding=serialization.Encoding.PEM)
    damaged = pem[:100] + pem[110:]
    authority = x509.load_der_x509_certificate(CSCA).public_bytes(serialization.Encoding.PEM)
    assert repr(Trust.of(authority + pem)).endswith("1 certificates, 1 revocation lists)")
    for lists in (damaged, authority + damaged, authority + pem[:-30], pem.replace(b"END X509", b"END X50")):
        with pytest.raises(DecodingError):
            Trust.of(lists)
