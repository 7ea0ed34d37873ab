"""EU Digital COVID Certificates: every file of the folder, with upstream's result."""

import base64
from datetime import UTC, datetime

import pytest
from health.documents.makers import DCC, PERSON, VACCINATION
from shared_files import SHARED, shared, shared_json

from zkhealth.health.documents import DocumentError, Trust, read, verify
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


@pytest.mark.parametrize("changes", [
    pytest.param({"dob": "1990-04-01T00:00:00"}, id="a date of birth with a time"),
    pytest.param({"nam": PERSON | {"fnt": "O'NEIL 2ND"}}, id="a standardised name with other characters"),
])  # fmt: skip
def test_our_schema_is_wider_than_the_official_one_where_the_eu_asks_for_it(changes):
    jsonschema = pytest.importorskip("jsonschema")
    official = jsonschema.Draft202012Validator(shared_json("health", "dcc", "schema", "DCC.combined-schema.json"))
    assert official.is_valid(DCC)
    assert not official.is_valid(DCC | changes)
    assert schema_defects(DCC | changes) == []


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
