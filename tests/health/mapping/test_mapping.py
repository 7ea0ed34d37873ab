"""Certificates, seals and cards as values of schemas; whatever they hold, in bounded time, and nothing of it shown."""

import copy
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_files import SHARED, shared_json

from zkhealth.errors import DecodingError
from zkhealth.health import Identity, Immunization, LabResult, Recovery
from zkhealth.health.documents import DocumentError, read
from zkhealth.health.findings import ADVICE
from zkhealth.health.mapping import entries_of

EVENT = {"tg": "840539006", "co": "AT", "is": "Ministry of Health, Austria", "ci": "URN:UVCI:01:AT:10807843F94A#B"}
VACCINATION = {**EVENT, "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
               "dt": "2021-02-18"}  # fmt: skip
TEST = {**EVENT, "tt": "LP217198-3", "ma": "1232", "sc": "2021-05-03T10:27:15.250+02:00", "tr": "260415000",
        "tc": "Policlinico"}  # fmt: skip
RECOVERY = {**EVENT, "fr": "2021-02-20", "df": "2021-04-04", "du": "2021-10-04"}
NAMES = {"fn": "Musterfrau", "fnt": "MUSTERFRAU", "gn": "Gabriele", "gnt": "GABRIELE"}
SOURCE = {"source_format": "dcc", "source_issuer": "AT"}
SEAL = {
    "hdr": {"is": "UTO", "t": "icao.vacc", "v": 1},
    "msg": {
        "pid": {"dob": "1990-01-02", "n": "SMITH  WILLIAM", "sex": "M", "i": "A1234567Z"}, "uvci": "U32870",
        "ve": [{"des": "XM68M6", "dis": "RA01.0", "nam": "Comirnaty",
                "vd": [{"dvc": "2021-03-03", "seq": 1, "ctr": "UTO", "lot": "VC35679", "adm": "RIVM"}]}],
    },
}  # fmt: skip
TEST_SEAL = {
    "hdr": {"is": "UTO", "t": "icao.test", "v": 1},
    "msg": {
        "utci": "U32870", "pid": {"dob": "1990-01-02", "n": "SMITH  WILLIAM"},
        "sp": {"spn": "General Hospital", "ctr": "UTO"},
        "dat": {"sc": "2021-12-12T12:00:00+08:00", "ri": "2021-12-12T14:00:00+08:00"},
        "tr": {"tc": "molecular(PCR)", "r": "negative", "m": "nasopharyngeal"},
    },
}  # fmt: skip


def document(content, kind="dcc", issuer="AT", issued=None, expires=None):
    return SimpleNamespace(kind=kind, content=content, issuer=issuer, issued=issued, expires=expires)


def certificate(**events):
    return document({"ver": "1.3.0", "nam": NAMES, "dob": "1998-02", **events})


def values(read_, schema):
    [entry] = read_.of(schema)
    return dict(entry.values)


def test_a_vaccination_is_read_whole():
    assert values(entries_of(certificate(v=[VACCINATION])), Immunization) == {
        "birth": "1998-02", "vaccine": "snomed|1119349007",
        "product": "https://ec.europa.eu/health/documents/community-register/html/|EU/1/20/1528",
        "holder": "https://spor.ema.europa.eu/v1/organisations|ORG-100030215", "target": "snomed|840539006",
        "date": "2021-02-18", "dose": 2, "series": 2, "country": "AT", "authority": EVENT["is"],
        "cert_id": EVENT["ci"], **SOURCE,
    }  # fmt: skip


def test_a_test_is_read_whole():
    assert values(entries_of(certificate(t=[TEST])), LabResult) == {
        "birth": "1998-02", "test": "loinc|LP217198-3", "value_code": "snomed|260415000",
        "taken": "2021-05-03T10:27:15+02:00", "day": "2021-05-03", "status": "final", "performer": "Policlinico",
        "device": "https://covid-19-diagnostics.jrc.ec.europa.eu/devices|1232", "target": "snomed|840539006",
        "country": "AT", "authority": EVENT["is"], "cert_id": EVENT["ci"], **SOURCE,
    }  # fmt: skip


def test_a_recovery_is_read_whole():
    assert values(entries_of(certificate(r=[RECOVERY])), Recovery) == {
        "birth": "1998-02", "target": "snomed|840539006", "first_positive": "2021-02-20", "valid_from": "2021-04-04",
        "valid_until": "2021-10-04", "country": "AT", "authority": EVENT["is"], "cert_id": EVENT["ci"], **SOURCE,
    }  # fmt: skip


def test_names_are_read_as_written_and_as_a_machine_reads_them():
    assert values(entries_of(certificate()), Identity) == {
        "birth": "1998-02", "family": "Musterfrau", "given": "Gabriele", "family_icao": "MUSTERFRAU",
        "given_icao": "GABRIELE", **SOURCE,
    }  # fmt: skip


@pytest.mark.parametrize(("date", "kept", "code"), [
    ("2021-02-18", "2021-02-18", None), ("2021-02", "2021-02", "PARTIAL_DATE_AMBIGUOUS"),
    ("2021", "2021", "PARTIAL_DATE_AMBIGUOUS"), ("2021-02-18T00:00:00Z", "2021-02-18", None),
    ("2021-00", "2021", "PARTIAL_DATE_AMBIGUOUS"), ("2021-00-00", "2021", "PARTIAL_DATE_AMBIGUOUS"),
    ("2021-02-00", "2021-02", "PARTIAL_DATE_AMBIGUOUS"), ("2021-00-18", None, "DATE_NOT_READABLE"),
    ("2021-02-18T00:00:00", "2021-02-18", None), ("2021-02-18 09:24:02+00:00", "2021-02-18", None),
    ("2021-02-18T10:00:00.000+0200", "2021-02-18", None), ("", None, None), (None, None, None),
    ("18.02.2021", None, "DATE_NOT_READABLE"), ("1715-12-10", None, "DATE_NOT_READABLE"),
    (7, None, "DATE_NOT_READABLE"),
    ("2021-02-30", None, "DATE_NOT_READABLE"), ("2021-02-18Tonight", None, "DATE_NOT_READABLE"),
    ("2021-02-18t10:00:00z", "2021-02-18", None),
])  # fmt: skip
def test_dates_come_in_many_forms(date, kept, code):
    for read_ in (
        entries_of(certificate(v=[{**VACCINATION, "dt": date}])),
        entries_of(certificate(r=[{**RECOVERY, "fr": date}])),
    ):
        entry = read_.entries[-1]
        assert entry.values.get("date", entry.values.get("first_positive")) == kept
        assert [f.code for f in read_.findings if f.place != ""] == ([code] if code else [])


@pytest.mark.parametrize("until", ["2021", "2021-10", "soon", 7, "1715-01-01"])
def test_a_recovery_whose_end_cannot_be_signed_is_left_out(until):
    assert entries_of(certificate(r=[{**RECOVERY, "du": until}])).of(Recovery) == ()


@pytest.mark.parametrize(("sampled", "taken", "code"), [
    ("2021-05-03T10:27:15Z", "2021-05-03T10:27:15+00:00", None),
    ("2021-05-03 10:27:15+00:00", "2021-05-03T10:27:15+00:00", None),
    ("2021-05-03T23:59:60Z", "2021-05-04T00:00:00+00:00", None),
    ("2021-05-03t10:27:15z", "2021-05-03T10:27:15+00:00", None),
    ("2021-05-03T10:27:15", None, "PARTIAL_DATE_AMBIGUOUS"),
    ("2021-05-03", None, "PARTIAL_DATE_AMBIGUOUS"),
    ("2021-05-03Tsoon", None, "DATE_NOT_READABLE"),
])  # fmt: skip
def test_a_moment_is_known_only_with_its_offset(sampled, taken, code):
    read_ = entries_of(certificate(t=[{**TEST, "sc": sampled}]))
    assert values(read_, LabResult).get("taken") == taken
    assert (code in [f.code for f in read_.findings]) == bool(code)


@pytest.mark.parametrize(("birth", "kept"), [
    ("1989-00-20", "1989"), ("1989-00-00", "1989"), ("1989-00", "1989"), ("1989-01-00", "1989-01"),
    ("1978-01-26T00:00:00", "1978-01-26"), ("1989-13-20", None), ("0000-00-20", None), ("", None),
])  # fmt: skip
def test_a_day_of_birth_in_an_unknown_month_says_no_more_than_its_year(birth, kept):
    read_ = entries_of(document({"dob": birth, "nam": NAMES}))
    assert values(read_, Identity).get("birth") == kept
    assert ("DATE_NOT_READABLE" in [f.code for f in read_.findings]) == (kept is None and birth != "")


def test_two_events_and_a_dose_beyond_the_series_are_kept_as_they_are():
    read_ = entries_of(certificate(v=[VACCINATION, {**VACCINATION, "dn": 6, "sd": 3}]))
    assert [(e.values["dose"], e.values["series"]) for e in read_.of(Immunization)] == [(2, 2), (6, 3)]


def test_a_fragment_is_read_as_far_as_it_goes():
    read_ = entries_of(document({"v": [{"mp": "EU/1/20/1528"}]}))
    assert set(read_.entries[0].values) == {"product", "source_format", "source_issuer"}
    assert entries_of(document({})).entries == entries_of(document({"v": [{}], "t": None, "r": "x"})).entries == ()


@pytest.mark.parametrize(("field", "value"), [
    ("vp", "a|b"), ("mp", 7), ("dn", 2.5), ("dn", "2"), ("dn", True), ("dn", 100), ("ma", ["x"]), ("co", "A\x00T"),
])  # fmt: skip
def test_a_value_that_cannot_be_signed_is_left_out_by_name(field, value):
    read_ = entries_of(certificate(v=[{**VACCINATION, field: value}]))
    assert [f.code for f in read_.findings if f.place] == ["VALUE_NOT_USABLE"]
    whole = values(entries_of(certificate(v=[VACCINATION])), Immunization)
    assert len(whole.keys() - values(read_, Immunization).keys()) == 1


def test_a_seal_of_vaccination_is_read_whole():
    read_ = entries_of(document(SEAL, "vds-nc", "UTO"))
    assert values(read_, Immunization) == {
        "birth": "1990-01-02", "vaccine": "icd11|XM68M6", "target": "icd11|RA01.0", "product": "Comirnaty",
        "date": "2021-03-03", "dose": 1, "lot": "VC35679", "country": "UTO", "cert_id": "U32870",
        "source_format": "vds-nc", "source_issuer": "UTO",
    }  # fmt: skip
    assert values(read_, Identity)["national_id"] == "A1234567Z"
    assert (values(read_, Identity)["family_icao"], values(read_, Identity)["given_icao"]) == ("SMITH", "WILLIAM")


def test_a_seal_of_a_test_is_read_whole():
    assert values(entries_of(document(TEST_SEAL, "vds-nc", "UTO")), LabResult) == {
        "birth": "1990-01-02", "test": "molecular(PCR)", "value_code": "negative", "method": "nasopharyngeal",
        "taken": "2021-12-12T12:00:00+08:00", "day": "2021-12-12", "status": "final", "performer": "General Hospital",
        "country": "UTO", "cert_id": "U32870", "source_format": "vds-nc", "source_issuer": "UTO",
    }  # fmt: skip


@pytest.mark.parametrize("inner", [7, ["x"], {}, 1.5, False], ids=str)
@pytest.mark.parametrize(("seal", "path", "place"), [
    (SEAL, ("ve", 0, "des"), "ve 1, vd 1"), (SEAL, ("ve", 0, "dis"), "ve 1, vd 1"),
    (SEAL, ("ve", 0, "nam"), "ve 1, vd 1"),
    (SEAL, ("ve", 0, "vd", 0, "lot"), "ve 1, vd 1"), (SEAL, ("ve", 0, "vd", 0, "ctr"), "ve 1, vd 1"),
    (SEAL, ("uvci",), "ve 1, vd 1"), (SEAL, ("pid", "i"), "pid"), (SEAL, ("pid", "n"), "pid"),
    (TEST_SEAL, ("tr", "tc"), "tr"), (TEST_SEAL, ("tr", "r"), "tr"), (TEST_SEAL, ("tr", "m"), "tr"),
    (TEST_SEAL, ("sp", "spn"), "tr"), (TEST_SEAL, ("sp", "ctr"), "tr"), (TEST_SEAL, ("utci",), "tr"),
], ids=str)  # fmt: skip
def test_what_a_seal_says_and_is_no_text_is_noted(seal, path, place, inner):
    """An attester signs no record with such a note, which would else say that there is nothing."""
    findings = entries_of(document(changed(seal, ("msg", *path), inner), "vds-nc", "UTO")).findings
    assert [(f.code, f.place) for f in findings if f.code != "PARTIAL_DATE_AMBIGUOUS"] == [("VALUE_NOT_USABLE", place)]


def test_a_code_of_a_seal_has_no_system_in_it():
    read_ = entries_of(document(changed(SEAL, ("msg", "ve", 0, "des"), "a|b"), "vds-nc", "UTO"))
    assert [f.code for f in read_.findings] == ["VALUE_NOT_USABLE"]
    assert "vaccine" not in values(read_, Immunization)


# --- what all documents share ---------------------------------------------------------


def test_times_of_the_document_are_rounded_down_to_the_second_in_utc():
    issued = datetime(2021, 5, 3, 10, 0, 0, 924000, timezone(timedelta(hours=2)))
    found = values(entries_of(document({"v": [VACCINATION]}, issued=issued, expires=issued)), Immunization)
    assert found["issued"] == found["expires"] == datetime(2021, 5, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize("expires", [
    datetime(2200, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), datetime(2021, 1, 1),
])  # fmt: skip
def test_a_document_whose_end_cannot_be_signed_gives_nothing(expires):
    read_ = entries_of(document({"v": [VACCINATION]}, expires=expires))
    assert read_.entries == ()
    assert [finding.code for finding in read_.findings] == ["DATE_NOT_READABLE"]


def test_an_issuer_that_cannot_be_written_is_left_out():
    for issuer in ("", "a\x00", "x" * 2000, " AT"):
        assert "source_issuer" not in entries_of(document({"v": [VACCINATION]}, issuer=issuer)).entries[0].values


def test_a_link_holds_no_records():
    with pytest.raises(DecodingError, match="got shl"):
        entries_of(document({}, "shl"))


def test_the_strict_check_is_for_fhir():
    pytest.importorskip("fhir.resources.R4B")
    patient = {"resourceType": "Patient", "birthDate": "1990", "colour": "red"}
    assert len(entries_of(document(patient, "fhir")).entries) == 1
    assert entries_of(document(patient, "fhir"), strict=True).entries == ()
    assert len(entries_of(certificate(v=[VACCINATION]), strict=True).entries) == 2


# --- the documents of others ----------------------------------------------------------

CERTIFICATES = sorted(path.name for path in (SHARED / "health/dcc").glob("*.json") if path.stem != "expected")


@pytest.mark.parametrize("file", CERTIFICATES or ["absent"])
def test_every_certificate_that_can_be_read_is_mapped(file):
    found = shared_json("health", "dcc", file)
    try:
        content = read(found["PREFIX"]).content
    except (DocumentError, KeyError):
        content = found.get("JSON") or {}
    read_ = entries_of(document(content))
    events = [event for kind in "vtr" for event in content.get(kind) or []]
    assert len(read_.entries) == len(events) + bool(content.get("nam"))
    assert {f.code for f in read_.findings} <= {"PARTIAL_DATE_AMBIGUOUS", "DATE_NOT_READABLE"}


# --- hostile ---------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2020", "2021-05-03T10:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)
WHOLE = {"nam": NAMES, "dob": "1998-02-26", "v": [VACCINATION], "t": [TEST], "r": [RECOVERY]}


def places(value, path=()):
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from places(inner, (*path, key))


def changed(record, path, value):
    out = copy.deepcopy(record)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return out


CASES = [(kind, record, path) for kind, record in (("dcc", WHOLE), ("vds-nc", SEAL), ("vds-nc", TEST_SEAL))
         for path in places(record) if path]  # fmt: skip


def secrets(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from secrets(inner)
    elif isinstance(value, str) and len(value) > 3:
        yield value


@given(st.sampled_from(CASES), json_values)
def test_anything_anywhere_is_mapped_or_noted_and_never_shown(case, value):
    kind, record, path = case
    content = changed(record, path, value)
    read_ = entries_of(document(content, kind))
    for entry in read_.entries:
        entry.schema.spec.encode(entry.values)
    assert all(finding.code in ADVICE for finding in read_.findings)
    shown = f"{read_!r} {read_.entries!r} " + " ".join(f"{finding!r} {finding}" for finding in read_.findings)
    assert not [secret for secret in secrets(record) if secret in shown]


@given(st.dictionaries(st.sampled_from(["v", "t", "r", "nam", "dob", "msg", "pid", "ve", "tr"]), json_values))
def test_any_content_is_mapped(content):
    for kind in ("dcc", "vds-nc"):
        entries_of(document(content, kind))


def test_many_events_are_capped():
    assert len(entries_of(document({"v": [VACCINATION] * 10_000})).entries) == 100
