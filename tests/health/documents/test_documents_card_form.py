"""How a card is written: types without meaning, what makes it large, its QR codes, the name of its file."""

import json

import pytest
from health.documents.makers import AT, ISSUER, card, card_trust, chunks, codes_of, deflated, numeric, payload

from zkhealth.health.documents import DocumentError, read, read_all, verify
from zkhealth.health.documents.pictures import _version_needed
from zkhealth.health.documents.shc_numeric import jws_of

PREFIX = "https://smarthealth.cards#"
HEALTH_CARD = PREFIX + "health-card"
NUMERIC, BYTE = 1, 4  # the modes of QR segments


def report_on(data):
    return verify(read(data), trust=card_trust(issuer=ISSUER), at=AT)


def with_vc(**changes):
    made = payload()
    made["vc"] |= changes
    return card(made)


def with_bundle(**changes):
    """A card about a person and a vaccination, whose resource has further elements."""
    made = payload()
    resource = VACCINATION | changes
    made["vc"]["credentialSubject"]["fhirBundle"]["entry"].append({"fullUrl": "resource:1", "resource": resource})
    return card(made)


@pytest.mark.parametrize(("changes", "count"), [
    pytest.param({"type": [HEALTH_CARD]}, 0, id="no other type"),
    pytest.param({"type": [HEALTH_CARD, PREFIX + "laboratory"]}, 0, id="a deprecated type"),
    pytest.param({"type": [HEALTH_CARD, PREFIX + "immunization"]}, 1, id="no vaccination"),
    pytest.param({"type": [HEALTH_CARD, PREFIX + "covid19", PREFIX + "immunization"]}, 2, id="neither"),
    pytest.param({"type": [HEALTH_CARD, "VerifiableCredential"]}, 1, id="what is understood"),
    pytest.param({"type": [PREFIX + "a", HEALTH_CARD, "b"]}, 2, id="unknown types"),
    pytest.param({"@context": ["https://www.w3.org/2018/credentials/v1"]}, 1, id="a context"),
])  # fmt: skip
def test_what_means_nothing_is_a_warning(changes, count):
    report = report_on(with_vc(**changes))
    assert (report.status, report.codes) == ("VALID", ("SCHEMA_ERROR",) * count)
    assert all(found.advice.startswith("Nothing") for found in report.findings)


VACCINATION = {"resourceType": "Immunization", "status": "completed", "patient": {"reference": "resource:0"},
               "occurrenceDateTime": "2021-01-01"}  # fmt: skip
TEST = {"resourceType": "Observation", "status": "final"}


@pytest.mark.parametrize(("resource", "names", "missing"), [
    pytest.param(VACCINATION, ["covid19"], ["#immunization", "says #covid19"], id="any vaccination"),
    pytest.param(VACCINATION | {"vaccineCode": {"coding": [{"code": "208"}]}}, ["immunization"], ["#covid19"],
                 id="CVX"),
    pytest.param(VACCINATION | {"vaccineCode": {"coding": [{"code": "140"}]}}, ["immunization"], [], id="influenza"),
    pytest.param(TEST | {"code": {"coding": [{"code": "94558-4"}]}}, ["covid19"], ["#laboratory"], id="LOINC"),
    pytest.param(TEST | {"code": {"coding": [{"code": "94558-4"}]}}, ["laboratory"], ["#covid19"], id="LOINC, unnamed"),
    pytest.param(TEST | {"code": {"coding": [{"code": "4548-4"}]}}, ["laboratory"], [], id="another test"),
    pytest.param(TEST | {"code": {"coding": [{"code": "94558-4"}]}}, [], [], id="no deprecated type at all"),
])  # fmt: skip
def test_who_uses_the_deprecated_types_uses_those_that_fit(resource, names, missing):
    made = payload()
    made["vc"]["type"] += [PREFIX + name for name in names]
    made["vc"]["credentialSubject"]["fhirBundle"]["entry"].append({"fullUrl": "resource:1", "resource": resource})
    report = report_on(card(made))
    assert report.status == "VALID"
    assert len(report.findings) == len(missing)
    assert all(part in found.sentence for part, found in zip(missing, report.findings, strict=True))


@pytest.mark.parametrize(("changes", "sentences"), [
    pytest.param({"id": "7"}, ["the resource has an id"], id="id"),
    pytest.param({"text": {"status": "generated", "div": "<div>text</div>"}}, ["the resource has a text for people"],
                 id="narrative"),
    pytest.param({"meta": {"security": [{"code": "IAL2"}]}}, [], id="assurance"),
    pytest.param({"meta": {"security": [{"code": "IAL2"}], "versionId": "1"}},
                 ["meta has more than the level of identity assurance (security)"], id="assurance and more"),
    pytest.param({"meta": "7"}, ["meta has more than the level of identity assurance (security)"], id="meta as text"),
    pytest.param({"vaccineCode": {"coding": [{"code": "207", "display": "name"}], "text": "name"}},
                 ["a concept has a text beside its code", "a code has a name beside it (display)"], id="names"),
    pytest.param({"site": {"text": "arm"}}, ["a concept has a text beside its code"], id="a concept of text alone"),
    pytest.param({"note": [{"text": "remark"}]}, [], id="a note is text by its nature"),
    pytest.param({"performer": [{"actor": {"display": "Hospital"}}]}, [], id="a reference may have a name"),
    pytest.param({"doseQuantity": {"value": 1, "code": "mL"}}, [], id="a quantity has a code"),
])  # fmt: skip
def test_what_makes_a_card_large_is_a_warning(changes, sentences):
    report = report_on(with_bundle(**changes))
    assert report.status == "VALID"
    assert sorted(found.sentence for found in report.findings) == sorted(f"entry 1: {one}" for one in sentences)
    assert set(report.codes) <= {"FHIR_SCHEMA_ERROR"}


@pytest.mark.parametrize("security", ["IAL2", 7, [{"badKey": "IAL1"}], ["IAL2"]])
def test_an_assurance_that_is_no_coding_is_an_error(security):
    report = report_on(with_bundle(meta={"security": security}))
    assert (report.status, report.codes) == ("INVALID", ("FHIR_SCHEMA_ERROR",))


def test_warnings_do_not_crowd_out_errors():
    report = report_on(with_bundle(note=[{"code": "a", "display": "b"}] * 500, status="entered-in-error"))
    assert [found.weight for found in report.findings] == ["error"] + ["warning"] * 100


def test_types_that_no_card_has_are_told_a_hundred_times_at_most():
    content = payload()
    content["vc"]["type"] += ["a type"] * 101
    assert report_on(card(content)).codes == ("SCHEMA_ERROR",) * 100


def test_the_rules_of_cards_can_be_asked_for():
    """A bundle with long names is an ordinary record; called a card it is a defective one."""
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}}]})  # fmt: skip
    assert read(text).defects == ()
    assert [found.code for found in read(text, "shc").defects] == ["FHIR_SCHEMA_ERROR"]
    assert read(text, "shc").kind == "fhir"


# --- several codes -----------------------------------------------------------------------


def test_a_card_of_several_codes_is_valid_and_of_an_older_kind():
    report = report_on(chunks(large_card(), 2))
    assert (report.status, report.codes) == ("VALID", ("QR_CHUNKING_DEPRECATED", "JWS_TOO_LONG"))


def test_codes_of_unlike_sizes_are_a_warning():
    jws = large_card()
    parts = [numeric(jws[:900]).replace("shc:/", "shc:/1/2/"), numeric(jws[900:]).replace("shc:/", "shc:/2/2/")]
    assert "UNBALANCED_QR_CHUNKS" in report_on(parts).codes
    assert report_on(parts).status == "VALID"


@pytest.mark.parametrize(("sizes", "codes"), [
    ((600, 595), ["INVALID_QR"]),  # 1195 characters fit into one code
    ((600, 596), []),
    ((602, 600), []),
    ((607, 600), []),  # 603 and half a percent, which is 3.015, so 4
    ((609, 600), ["UNBALANCED_QR_CHUNKS"]),
    ((1000, 990, 1000), ["UNBALANCED_QR_CHUNKS"]),  # 996 and 5 at most
    ((1000, 992, 1000), []),
])  # fmt: skip
def test_the_sizes_of_codes_count_by_the_character(sizes, codes):
    texts = [numeric("a" * size).replace("shc:/", f"shc:/{n}/{len(sizes)}/") for n, size in enumerate(sizes, start=1)]
    jws, found = jws_of(texts)
    assert (len(jws), [one.code for one in found]) == (sum(sizes), ["QR_CHUNKING_DEPRECATED", *codes])


def test_codes_of_nearly_one_size_are_balanced():
    """A character more or less is all that an odd number of them leaves."""
    jws = large_card()
    half = len(jws) // 2 + 1
    parts = [numeric(jws[:half]).replace("shc:/", "shc:/1/2/"), numeric(jws[half:]).replace("shc:/", "shc:/2/2/")]
    assert "UNBALANCED_QR_CHUNKS" not in report_on(parts).codes


def test_why_a_payload_cannot_be_read_comes_after_what_is_wrong_with_the_header():
    with pytest.raises(DocumentError) as caught:
        read(card(header={"zip": "DEF", "kid": "k"}, body=deflated(b"[1]")))
    assert [found.code for found in caught.value.findings] == ["JWS_HEADER_ERROR", "JSON_PARSE_ERROR"]


def test_needless_splitting_is_a_warning():
    assert report_on(chunks(card(), 2)).codes == ("QR_CHUNKING_DEPRECATED", "INVALID_QR")


def test_why_several_codes_cannot_be_read_comes_after_what_was_seen_before():
    with pytest.raises(DocumentError) as caught:
        read(chunks(card(), 3)[:2])
    assert [found.code for found in caught.value.findings] == ["QR_CHUNKING_DEPRECATED", "MISSING_QR_CHUNK"]
    assert caught.value.finding.code == "MISSING_QR_CHUNK"


def large_card():
    """A card of more characters than one code holds."""
    made = payload()
    names = [{"family": f"{n * 7919 % 10007:05}{n * 104729 % 99991:05}"} for n in range(120)]
    made["vc"]["credentialSubject"]["fhirBundle"]["entry"][0]["resource"]["name"] = names
    assert 1195 < len(card(made)) < 2 * 1191
    return card(made)


# --- pictures ----------------------------------------------------------------------------


def picture(tmp_path, content, **options):
    segno = pytest.importorskip("segno")
    pytest.importorskip("zxingcpp")
    path = tmp_path / "card.png"
    segno.make_qr(content, boost_error=False, **options).save(str(path), scale=3, border=4)
    return path


def segments(text):
    return [("shc:/", BYTE), (text.removeprefix("shc:/"), NUMERIC)]


def test_a_code_as_the_standard_has_it_has_nothing_to_say(tmp_path):
    assert report_on(picture(tmp_path, segments(numeric(card())), error="l")).codes == ()


def test_a_code_of_one_segment_is_a_warning(tmp_path):
    made = payload()
    made["vc"]["credentialSubject"]["fhirBundle"]["entry"][0]["resource"] = {"resourceType": "Patient"}
    report = report_on(picture(tmp_path, numeric(card(made)).encode(), mode="byte", error="l"))
    assert (report.status, report.signature_is_good, report.codes) == ("VALID", True, ("INVALID_QR",))


def test_a_code_larger_than_it_needs_is_a_warning(tmp_path):
    report = report_on(picture(tmp_path, segments(numeric(card())), error="l", version=22))
    assert (report.status, report.codes) == ("VALID", ("INVALID_QR_VERSION",))


def test_a_code_larger_than_cards_have_is_an_error(tmp_path):
    report = report_on(picture(tmp_path, segments(numeric(card())), error="l", version=24))
    assert (report.status, report.codes) == ("INVALID", ("INVALID_QR_VERSION",) * 2)


def test_more_error_correction_is_not_taken_for_bytes(tmp_path):
    """Version 23 is that of the same text as bytes, at the lowest level."""
    report = report_on(picture(tmp_path, segments(numeric(card())), error="m", version=23))
    assert report.codes == ("INVALID_QR_VERSION",) * 2


def test_a_small_text_has_one_size_in_either_form(tmp_path):
    with pytest.raises(DocumentError) as caught:
        read(picture(tmp_path, segments("shc:/99"), error="l"))
    assert [found.code for found in caught.value.findings] == ["INVALID_NUMERIC_QR"]


def test_what_is_wrong_with_a_picture_is_said_before_what_is_wrong_with_its_text(tmp_path):
    with pytest.raises(DocumentError) as caught:
        read(picture(tmp_path, segments("shc:/99"), error="l", version=23))
    assert [found.code for found in caught.value.findings] == ["INVALID_QR_VERSION"] * 2 + ["INVALID_NUMERIC_QR"]


def test_other_codes_may_be_of_any_size(tmp_path):
    link = "shlink:/eyJ1cmwiOiJodHRwczovL2EuZXhhbXBsZS9hIiwia2V5IjoiYSJ9"
    with pytest.raises(DocumentError) as caught:
        read(picture(tmp_path, link, error="l", version=30))
    assert [found.code for found in caught.value.findings] == ["SHLINK_VERIFICATION_ERROR"]


@pytest.mark.parametrize("n_bytes", [5, 11])
@pytest.mark.parametrize("version", [1, 9, 10, 22, 26, 27, 39])
def test_the_least_version_is_the_one_that_an_encoder_chooses(version, n_bytes):
    segno = pytest.importorskip("segno")
    most = max(n for n in range(1, 7100) if _version_needed(n_bytes, n) == version)
    for n_digits in (most, most + 1):
        made = segno.make_qr([("s" * n_bytes, BYTE), ("7" * n_digits, NUMERIC)], error="l", boost_error=False)
        assert _version_needed(n_bytes, n_digits) == made.version == version + (n_digits > most)


# --- files -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "codes"), [
    ("card.smart-health-card", []), ("card.txt", ["INVALID_FILE_EXTENSION"]), ("card", ["INVALID_FILE_EXTENSION"]),
])  # fmt: skip
def test_a_file_of_cards_has_its_own_ending(tmp_path, name, codes):
    path = tmp_path / name
    path.write_text(json.dumps({"verifiableCredential": [card(), card()]}))
    documents = read_all(path)
    assert [found.code for found in documents[0].defects] == codes
    assert documents[1].defects == ()
    assert verify(documents[0], trust=card_trust(), at=AT).status == "VALID"


@pytest.mark.parametrize("content", [card(), json.dumps(payload())])
def test_other_files_may_be_called_as_one_likes(tmp_path, content):
    path = tmp_path / "card.anything"
    path.write_text(content)
    assert codes_of(verify(read(path), trust=card_trust(), at=AT)) in ([], ["NOT_SIGNED"])


def test_an_encrypted_file_alone_asks_for_its_link():
    with pytest.raises(DocumentError, match="give its link with it"):
        read("e30..AAAA.AAAA.AAAA")
