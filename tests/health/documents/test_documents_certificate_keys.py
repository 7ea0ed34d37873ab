"""EU Digital COVID Certificates of our own: who signed them, and whether they were revoked."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from health.documents.certificate_reports import report_on
from health.documents.makers import (
    AT,
    DCC,
    DCC_USAGES,
    EXPIRES,
    ISSUED,
    VACCINATION,
    certificate,
    certificate_text,
    codes_of,
    hc1,
    key,
    raw,
    signer_trust,
)

from zkhealth.health.documents import Signer, Trust, read

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
    pytest.param({"kid": "UNKNOWN_KID", "country": ""}, True, id="a batch of no country"),
    pytest.param({"expires": "2021-06-30T00:00:00Z"}, False, id="a batch that has expired"),
    pytest.param({"expires": AT.isoformat()}, True, id="a batch in its last second"),
    pytest.param({"expires": None}, True, id="a batch without an end"),
])  # fmt: skip
def test_a_batch_is_about_a_key_or_a_country_and_has_an_end(changes, is_revoked):
    listed = Trust.of(batch("UCI", VACCINATION["ci"].encode(), **changes))
    assert ("REVOKED" in report_on(certificate_text(), signer_trust() + listed).codes) == is_revoked


@pytest.mark.parametrize(("issuer", "event", "country", "is_revoked"), [
    pytest.param("YY", "ZZ", "YY", True, id="the issuer's country"),
    pytest.param("YY", "ZZ", "XX", True, id="the country of the key"),
    pytest.param("YY", "ZZ", "ZZ", False, id="of another country, about an event in this one"),
    pytest.param(None, "ZZ", "ZZ", True, id="no issuer, an event in this country"),
    pytest.param("Ministry", "ZZ", "ZZ", True, id="an issuer that is no country, an event in this one"),
    pytest.param("Ministry", "ZZ", "XX", True, id="an issuer that is no country, and the country of the key"),
    pytest.param(None, "ZZ", "YY", False, id="no issuer, an event in another country"),
])  # fmt: skip
@pytest.mark.parametrize("hash_type", ["UCI", "COUNTRYCODEUCI"])
def test_the_list_of_a_country_reaches_what_its_key_signed(hash_type, issuer, event, country, is_revoked):
    """The test's keys are of XX; where no country issued, the country of the event counts, too."""
    content = DCC | {"v": [VACCINATION | {"co": event}]}
    claims = {4: EXPIRES, 6: ISSUED, -260: {1: content}} | ({1: issuer} if issuer else {})
    hashed = VACCINATION["ci"] if hash_type == "UCI" else country + VACCINATION["ci"]
    listed = Trust.of(batch(hash_type, hashed.encode(), kid="UNKNOWN_KID", country=country))
    report = report_on(certificate_text(claims=claims), signer_trust() + listed)
    assert ("REVOKED" in report.codes, report.status) == (is_revoked, "INVALID" if is_revoked else "VALID")


def test_blanks_around_an_identifier_do_not_save_it():
    text = certificate_text(content=DCC | {"v": [VACCINATION | {"ci": " " + VACCINATION["ci"]}]})
    for listed in (VACCINATION["ci"], " " + VACCINATION["ci"]):
        assert "REVOKED" in report_on(text, signer_trust() + Trust.of(batch("UCI", listed.encode()))).codes


def test_that_nobody_looked_for_revocations_is_said():
    assert report_on(certificate_text()).codes == ("REVOCATION_NOT_CHECKED",)
