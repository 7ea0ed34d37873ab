"""SMART Health Cards: every example of the folder, with upstream's result by upstream's names; and our own cards."""

import base64
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from health.documents.makers import (
    AT,
    ISSUER,
    card,
    card_trust,
    certificate,
    chunks,
    codes_of,
    crl,
    deflated,
    jwk,
    key,
    key_set,
    numeric,
    payload,
)
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from shared_files import SHARED, shared, shared_json

from zkhealth.health.documents import DocumentError, Trust, read, read_all, verify
from zkhealth.health.documents.keys import key_set_defects

FOLDER = SHARED / "health/shc"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())["files"] if FOLDER.exists() else {}
CARDS = [name for name in EXPECTED if not name.startswith("keys/")]
KEYS = [name for name in EXPECTED if name.startswith("keys/")]
VALID = sorted(path.name for path in (FOLDER / "valid").glob("*")) if FOLDER.exists() else []
UPSTREAM_AT = datetime.fromtimestamp(1653955200, UTC)  # 2022-05-31, as upstream's tests have it
SUMMER = datetime(2023, 7, 1, tzinfo=UTC)


def test_all_cases_of_the_folder_are_here():
    shared("health", "shc")
    assert (len(CARDS), len(KEYS), len(VALID)) == (21, 6, 23)


def issuers_trust(issuer):
    return Trust.of(shared("health/shc/issuer/jwks.json").read_bytes(), issuer=issuer) + Trust.of(
        next((FOLDER / "issuer").glob("crl-*.json")).read_bytes()
    )


def trust_for(name, issuer):
    """What upstream would download from the issuer's URL."""
    if "badcrl" in name:
        well_known = (FOLDER / "negative" / name).parent / ".well-known"
        lists = [path.read_bytes() for path in (well_known / "crl").glob("*.json")]
        return Trust.of((well_known / "jwks.json").read_bytes(), *lists, issuer=issuer)
    return issuers_trust("https://elsewhere.example" if "invalid_issuer_url" in name else issuer)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_gets_upstream_s_findings_by_upstream_s_names(name):
    [case] = EXPECTED[name]
    found, statuses = [], []
    try:
        for document in read_all(FOLDER / "negative" / name):
            report = verify(document, trust=trust_for(name, document.issuer), at=UPSTREAM_AT)
            found += codes_of(report)
            statuses.append(report.status)
    except DocumentError as e:
        found, statuses = [e.finding.code], ["INVALID"]
    assert Counter(found) == Counter(case["errors"] + case["warnings"])
    if found:
        assert set(statuses) == {"INVALID"}
    else:
        assert set(statuses) <= {"VALID"}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_set_gets_upstream_s_findings_by_upstream_s_names(name):
    [case] = EXPECTED[name]
    [key_set_read] = Trust.of((FOLDER / name).read_bytes()).key_sets
    found = key_set_defects(key_set_read.keys, "https://smarthealth.cards/examples/issuer", UPSTREAM_AT)
    assert {one.code for one in found} == set(case["errors"] + case["warnings"])


@pytest.mark.parametrize("name", VALID)
def test_the_valid_examples_are_read_in_every_form(name):
    """03 is on the revocation list; bundles and payloads are not signed; all else is valid."""
    if name.endswith((".png", ".svg")):
        pytest.importorskip("zxingcpp")
    [document] = read_all(FOLDER / "valid" / name)
    report = verify(document, trust=issuers_trust(document.issuer), at=SUMMER)
    assert codes_of(report) == (["REVOKED"] if "example-03" in name and document.signature else [])
    if name.endswith(".json"):
        assert (report.signature_is_good, report.status) == (None, "CANNOT_DECIDE")
    else:
        assert report.signature_is_good is True
        assert report.status == ("INVALID" if "example-03" in name else "VALID")


@pytest.mark.parametrize("stem", ["example-00", "example-03", "Scenario1Bundle", "Scenario3Bundle"])
def test_all_forms_of_a_card_say_the_same(stem):
    shared("health", "shc")
    documents = [
        read(FOLDER / "valid" / name) for name in VALID if name.startswith(stem) and not name.endswith((".png", ".svg"))
    ]
    cards = [document.content for document in documents if document.kind == "shc"]
    assert len(cards) >= 4
    assert all(content == cards[0] for content in cards)


def test_the_signature_agrees_with_another_library():
    """joserfc, told to allow the header `zip`, which it does not know."""
    registry = joserfc_jws.JWSRegistry(algorithms=["ES256"])
    registry.strict_check_header = False
    keys = shared_json("health", "shc", "issuer", "jwks.json")["keys"]
    for path in sorted((FOLDER / "valid").glob("*-jws.txt")):
        text = path.read_text()
        kid = read(path).key_id
        verified = joserfc_jws.deserialize_compact(
            text, ECKey.import_key(next(k for k in keys if k["kid"] == kid)), registry=registry
        )
        assert verified.payload
        assert verify(read(text), trust=issuers_trust(read(text).issuer), at=SUMMER).signature_is_good


# --- our own cards -----------------------------------------------------------------------


def report_on(text, trust=None, at=AT):
    return verify(read(text), trust=trust or card_trust(), at=at)


def test_a_card_of_ours_is_valid():
    report = report_on(card())
    assert (report.status, report.signature_is_good, report.findings) == ("VALID", True, ())


def test_what_a_card_says_is_told():
    document = read(card(payload(exp=1700000000.5)))
    assert (document.kind, document.issuer, document.key_id) == ("shc", ISSUER, jwk(key())["kid"])
    assert document.issued == datetime.fromtimestamp(1620000000, UTC)
    assert document.expires == datetime.fromtimestamp(1700000000.5, UTC)
    assert document.content["vc"]["credentialSubject"]["fhirBundle"]["resourceType"] == "Bundle"


@pytest.mark.parametrize("form", [
    pytest.param(lambda jws: jws, id="JWS"),
    pytest.param(lambda jws: jws + "\n", id="JWS with the end of a line"),
    pytest.param(numeric, id="numeric"),
    pytest.param(lambda jws: chunks(jws, 3), id="three codes"),
    pytest.param(lambda jws: chunks(jws, 3)[::-1], id="three codes in another order"),
    pytest.param(lambda jws: "\n".join(chunks(jws, 2)), id="two codes in one text"),
    pytest.param(lambda jws: json.dumps({"verifiableCredential": [jws]}), id="file"),
    pytest.param(lambda jws: json.dumps({"verifiableCredential": [jws]}).encode(), id="file as bytes"),
    pytest.param(lambda jws: json.dumps({"resourceType": "Parameters", "parameter": [
        {"name": "other"}, {"name": "verifiableCredential", "valueString": jws}]}), id="answer of a server"),
])  # fmt: skip
def test_a_card_is_recognised_in_every_form(form):
    document = read(form(card()))
    assert document.kind == "shc"
    assert verify(document, trust=card_trust(), at=AT).status == "VALID"


def test_a_picture_of_a_card_is_read(tmp_path):
    segno = pytest.importorskip("segno")
    pytest.importorskip("zxingcpp")
    path = tmp_path / "card.png"
    segno.make_qr(numeric(card())).save(str(path), scale=4, border=4)
    assert read(path).kind == "shc"
    assert read(Path(path).read_bytes()).content == payload()


def test_a_file_of_several_cards_is_read_by_read_all_only():
    text = json.dumps({"verifiableCredential": [card(), card(payload(nbf=1610000000))]})
    assert [document.content["nbf"] for document in read_all(text)] == [1620000000, 1610000000]
    with pytest.raises(DocumentError, match="expected one card, got a file of 2"):
        read(text)


@pytest.mark.parametrize(("text", "code"), [
    pytest.param(numeric(card())[:-1], "INVALID_NUMERIC_QR", id="a digit is missing"),
    pytest.param(numeric(card()) + "78", "INVALID_NUMERIC_QR", id="a pair too large"),
    pytest.param("shc:/", "INVALID_NUMERIC_QR", id="nothing"),
    pytest.param(numeric(card()).replace("shc:/", "shc:"), "INVALID_NUMERIC_QR_HEADER", id="no slash"),
    pytest.param(chunks(card(), 3)[:2], "MISSING_QR_CHUNK", id="one code of three is missing"),
    pytest.param(chunks(card(), 3)[0], "MISSING_QR_CHUNK", id="one code of three"),
    pytest.param([chunks(card(), 2)[0]] * 2, "INVALID_NUMERIC_QR_HEADER", id="the same code twice"),
    pytest.param([numeric(card())] * 2, "INVALID_NUMERIC_QR_HEADER", id="two whole cards"),
    pytest.param("shc:/3/2/5676", "MISSING_QR_CHUNK", id="number three of two, alone"),
    pytest.param(["shc:/3/2/5676", "shc:/1/2/5676"], "INVALID_NUMERIC_QR_HEADER", id="number three of two"),
    pytest.param(card(body=b"\x00\x01\x02"), "INFLATION_ERROR", id="not DEFLATE"),
    pytest.param(card(body=deflated(b"\xff\xfe")), "JSON_PARSE_ERROR", id="not UTF-8"),
    pytest.param(card(body=deflated(b"[1]")), "JSON_PARSE_ERROR", id="not an object"),
    pytest.param(card({"iss": ISSUER, "vc": {}}), "CRITICAL_DATA_MISSING", id="no bundle"),
    pytest.param(card({"iss": ISSUER, "vc": {"credentialSubject": {"fhirBundle": {}}}}), "CRITICAL_DATA_MISSING",
                 id="an empty bundle"),
    pytest.param('{"verifiableCredential": []}', "CRITICAL_DATA_MISSING", id="a file without cards"),
    pytest.param('{"verifiableCredential": [7]}', "CRITICAL_DATA_MISSING", id="a file with a number"),
])  # fmt: skip
def test_what_is_no_card_is_refused_by_name(text, code):
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert (caught.value.finding.code, caught.value.kind) == (code, "shc")


@pytest.mark.parametrize(("text", "codes"), [
    pytest.param(" " + card(), ["TRAILING_CHARACTERS"], id="a blank before"),
    pytest.param(card() + "\n\n", ["TRAILING_CHARACTERS"], id="an empty line after"),
    pytest.param(card(body=deflated(b"\xef\xbb\xbf" + json.dumps(payload()).encode())), ["TRAILING_CHARACTERS"] * 2,
                 id="a byte order mark, which is a blank too"),
    pytest.param(card(body=json.dumps(payload()).encode()), ["INFLATION_ERROR"], id="not compressed"),
    pytest.param(card(payload(iss=None)), ["SCHEMA_ERROR", "INVALID_ISSUER_URL"], id="no issuer"),
    pytest.param(card(payload(nbf=None)), ["SCHEMA_ERROR"], id="no time"),
    pytest.param(card(payload(nbf=True)), ["SCHEMA_ERROR"], id="a truth for a time"),
    pytest.param(card(payload(exp="soon")), ["SCHEMA_ERROR"], id="an end in words"),
    pytest.param(card(payload("way too long for an identifier")), ["REVOCATION_ERROR"], id="a bad rid"),
    pytest.param(card(payload(iss="http://hospital.example/cards")), ["INVALID_ISSUER_URL"], id="http"),
    pytest.param(card(payload(iss=ISSUER + "/")), ["INVALID_ISSUER_URL"], id="a slash"),
    pytest.param(card(payload(exp=1610000000)), ["EXPIRATION_ERROR"] * 2, id="an end before the beginning"),
    pytest.param(card(payload(nbf=1620000000000)), ["NOT_YET_VALID"], id="milliseconds"),
])  # fmt: skip
def test_a_well_signed_card_with_a_defect_is_not_valid(text, codes):
    """The signature is good in each case: that is not the same as valid."""
    document = read(text)
    report = verify(document, trust=card_trust(issuer=document.issuer), at=AT)
    assert codes_of(report) == codes
    assert (report.signature_is_good, report.status) == (True, "INVALID")


@pytest.mark.parametrize(("changes", "at", "code"), [
    ({"nbf": AT.timestamp()}, AT, None),
    ({"nbf": AT.timestamp() + 0.5}, AT, "NOT_YET_VALID"),
    ({"exp": AT.timestamp() + 0.5}, AT, None),
    ({"exp": AT.timestamp()}, AT, "EXPIRATION_ERROR"),
])  # fmt: skip
def test_a_card_counts_from_its_first_moment_and_not_at_its_end(changes, at, code):
    report = report_on(card(payload(**changes)), at=at)
    assert report.codes == ((code,) if code else ())


def test_a_time_without_zone_is_the_caller_s_mistake():
    with pytest.raises(ValueError, match="with its offset"):
        verify(read(card()), trust=Trust(), at=AT.replace(tzinfo=None))


# --- keys and trust ----------------------------------------------------------------------


def test_without_keys_nothing_can_be_decided():
    report = report_on(card(), Trust())
    assert (report.signature_is_good, report.status, report.codes) == (None, "CANNOT_DECIDE", ("TRUST_MISSING",))


@pytest.mark.parametrize(("trust", "codes"), [
    pytest.param(card_trust(issuer="https://elsewhere.example"),
                 ["ISSUER_KEY_DOWNLOAD_ERROR", "JWS_VERIFICATION_ERROR"], id="only another issuer's keys"),
    pytest.param(card_trust(key(2)), ["JWS_VERIFICATION_ERROR"], id="the issuer has another key"),
    pytest.param(card_trust(key(2)) + card_trust(issuer="https://elsewhere.example"), ["ISSUER_KID_MISMATCH"],
                 id="another issuer has the key"),
    pytest.param(card_trust(key(2)) + card_trust(issuer=""), ["ISSUER_KID_MISMATCH"], id="it is pinned for nobody"),
    pytest.param(card_trust(kid=jwk(key(2))["kid"]), ["JWS_VERIFICATION_ERROR"], id="the key has another name"),
    pytest.param(Trust.of(key_set(jwk(key(2), kid=jwk(key())["kid"])), issuer=ISSUER),
                 ["INVALID_KEY_WRONG_KID", "JWS_VERIFICATION_ERROR"], id="another key under this name"),
    pytest.param(card_trust(d="secret"), ["INVALID_KEY_PRIVATE"], id="a private key"),
    pytest.param(card_trust(use="enc"), ["INVALID_KEY_WRONG_USE"], id="a key for encryption"),
    pytest.param(card_trust(alg="ES384"), ["INVALID_KEY_WRONG_ALG"], id="a key for another algorithm"),
    pytest.param(card_trust(use=None), ["INVALID_KEY_SCHEMA"], id="a key for nothing"),
    pytest.param(card_trust(crlVersion=0), ["REVOCATION_ERROR"], id="a revocation list number nought"),
])  # fmt: skip
def test_a_card_is_refused_for_its_key_by_name(trust, codes):
    report = report_on(card(), trust)
    assert codes_of(report) == codes
    assert report.status == "INVALID"


LEAF, MIDDLE, ROOT = key(7), key(8), key(9)
NAMES = [x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISSUER)])]
ROOT_DER = certificate(ROOT, name="RO", ca=True)
MIDDLE_DER = certificate(MIDDLE, name="MI", issuer="RO", signer=ROOT, ca=True)
NO_AUTHORITY = certificate(MIDDLE, name="MI", issuer="RO", signer=ROOT)
LEAF_DER = certificate(LEAF, name="LE", issuer="MI", signer=MIDDLE, extra=NAMES)


@pytest.mark.parametrize(("chain", "is_good"), [
    pytest.param([LEAF_DER, MIDDLE_DER, ROOT_DER], True, id="three"),
    pytest.param([LEAF_DER, MIDDLE_DER], True, id="two"),
    pytest.param([LEAF_DER], True, id="the first alone"),
    pytest.param([LEAF_DER, ROOT_DER], False, id="one is missing"),
    pytest.param([LEAF_DER, ROOT_DER, MIDDLE_DER], False, id="in another order"),
    pytest.param([LEAF_DER, NO_AUTHORITY, ROOT_DER], False, id="the second may not sign others"),
    pytest.param([certificate(LEAF, name="LE", issuer="MI", signer=MIDDLE), MIDDLE_DER], False, id="no name"),
    pytest.param([certificate(LEAF, name="LE", issuer="MI", signer=MIDDLE, extra=NAMES, days=9), MIDDLE_DER], False,
                 id="its time is over"),
    pytest.param([certificate(key(3), name="LE", issuer="MI", signer=MIDDLE, extra=NAMES), MIDDLE_DER], False,
                 id="for another key"),
    pytest.param([], False, id="none"),
    pytest.param([b"\x30\0"], False, id="no certificate"),
])  # fmt: skip
def test_the_certificates_of_a_key_hold_together(chain, is_good):
    x5c = [base64.b64encode(der).decode() for der in chain]
    report = report_on(card(private=LEAF), card_trust(LEAF, x5c=x5c))
    assert set(report.codes) == (set() if is_good else {"INVALID_KEY_X5C"})
    assert report.status == ("VALID" if is_good else "INVALID")


def test_a_key_that_stands_twice_needs_one_certificate_that_is_good():
    """An issuer in two trust communities has an entry for each certificate."""
    expired = certificate(LEAF, name="LE", issuer="MI", signer=MIDDLE, extra=NAMES, days=9)
    entries = [jwk(LEAF, x5c=[base64.b64encode(der).decode()]) for der in (expired, LEAF_DER)]
    assert report_on(card(private=LEAF), Trust.of(key_set(*entries), issuer=ISSUER)).status == "VALID"
    assert report_on(card(private=LEAF), Trust.of(key_set(entries[0]), issuer=ISSUER)).status == "INVALID"


def test_a_pinned_key_is_good_but_names_nobody():
    report = report_on(card(), card_trust(issuer=""))
    assert (report.status, report.codes) == ("VALID", ("ISSUER_NOT_NAMED",))


def test_the_directory_says_who_is_trusted_and_who_vouches():
    directory = {"participating_issuers": [{"iss": ISSUER, "name": "The Hospital"}]}
    report = report_on(card(), card_trust() + Trust.of(json.dumps(directory)))
    assert (report.status, report.vouched_by) == ("VALID", "The Hospital")


def test_an_issuer_who_is_not_in_the_directory_is_not_trusted_although_the_signature_is_good():
    vci = Trust.of(shared("health/trust/vci-issuers.json").read_bytes())
    assert len(vci.issuers) > 500
    report = report_on(card(), card_trust() + vci)
    assert (report.signature_is_good, report.status, report.codes) == (True, "INVALID", ("ISSUER_NOT_TRUSTED",))
    assert report.vouched_by == ""


# --- revocation --------------------------------------------------------------------------


@pytest.mark.parametrize(("rid", "listed", "nbf", "codes"), [
    pytest.param("abc", ["abc"], 1620000000, ("REVOKED",), id="listed"),
    pytest.param("abc", ["abd", "ab"], 1620000000, (), id="others are listed"),
    pytest.param(None, ["abc"], 1620000000, (), id="no identifier"),
    pytest.param("abc", ["abc.1620000001"], 1620000000, ("REVOKED",), id="issued before the time"),
    pytest.param("abc", ["abc.1620000000"], 1620000000, (), id="issued at the time"),
    pytest.param("abc", ["abc.1620000000"], 1620000000.5, (), id="issued after the time"),
    pytest.param("abc", ["abc.1", "abc"], 1620000000, ("REVOCATION_ERROR", "REVOKED"), id="listed twice, once for all"),
    pytest.param("abc", ["abc.1620000001", "abc.1"], 1620000000, ("REVOCATION_ERROR", "REVOKED"),
                 id="listed twice, the later time counts"),
])  # fmt: skip
def test_a_card_is_revoked_by_its_identifier_and_time(rid, listed, nbf, codes):
    trust = card_trust(crlVersion=1) + Trust.of(crl(key(), *listed))
    report = report_on(card(payload(rid, nbf=nbf)), trust)
    assert report.codes == codes
    assert report.status == ("INVALID" if codes else "VALID")


@pytest.mark.parametrize(("changes", "rids"), [
    pytest.param({"ctr": 2}, [], id="of another version"),
    pytest.param({"method": "hash"}, [], id="of another method"),
    pytest.param({}, ["not base64url!"], id="with something else in it"),
    pytest.param({}, ["a" * 25], id="with an identifier too long"),
    pytest.param({}, ["abc.soon"], id="with a time in words"),
    pytest.param({"rids": None}, [], id="without entries"),
])  # fmt: skip
def test_a_bad_revocation_list_keeps_a_card_from_being_valid(changes, rids):
    report = report_on(card(payload("abc")), card_trust(crlVersion=1) + Trust.of(crl(key(), *rids, **changes)))
    assert set(report.codes) == {"REVOCATION_ERROR"}
    assert report.status == "INVALID"


def test_a_card_that_may_be_revoked_is_not_valid_without_the_list():
    report = report_on(card(payload("abc")), card_trust(crlVersion=1))
    assert (report.signature_is_good, report.status) == (True, "CANNOT_DECIDE")
    assert report.codes == ("REVOCATION_LIST_MISSING",)
    assert report_on(card(), card_trust(crlVersion=1)).status == "VALID"


def test_a_key_that_left_the_key_set_revokes_all_its_cards():
    assert report_on(card(), card_trust()).status == "VALID"
    assert report_on(card(), card_trust(key(2))).status == "INVALID"


def test_a_list_of_another_key_says_nothing():
    trust = card_trust(crlVersion=1) + Trust.of(crl(key(2), "abc"))
    assert report_on(card(payload("abc")), trust).codes == ("REVOCATION_LIST_MISSING",)


def test_a_signature_has_one_text_only():
    """64 bytes leave four bits of the last letter, which a lenient decoder would skip."""
    text = card()
    report = report_on(text[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[text[-1]])
    assert (report.status, report.codes) == ("INVALID", ("SIGNATURE_FORMAT_ERROR",))
