"""Nothing of a record in a message, a repr or a log: every text of real and made records is looked for."""

import json
import logging
import re
import traceback

import pytest
from health.documents.makers import AT, SEAL, card, certificate_text, key, link, payload, seal, seal_signer
from hypothesis import given
from hypothesis import strategies as st
from shared_files import SHARED

from zkhealth.errors import DecodingError
from zkhealth.health.documents import Trust, read, read_all, verify
from zkhealth.health.documents.findings import ADVICE

PUBLIC = {"Patient", "Bundle", "Immunization", "Observation", "collection", "completed", "final", "icao.vacc", "4.0.1"}
RECORDS = [
    *sorted((SHARED / "health/shc/valid").glob("*-jws.txt")),
    *sorted((SHARED / "health/shc/valid").glob("*.json")),
    *sorted((SHARED / "health/fhir/synthea").glob("*.json")),
    *sorted((SHARED / "health/vds-nc").glob("*.json")),
    *sorted((SHARED / "health/shl").glob("shlink-link.txt")),
]
DAMAGE = '{}[]"\\,:0aA.\ud800 \n'
MADE = {
    "card": card(payload("secret-rid")),
    "certificate": certificate_text(),
    "seal": seal(key(6), seal_signer(key(6), key(5)), SEAL),
    "link": link(),
    "payload": json.dumps(payload()),
}


def texts_of(value):
    """Every text that a record holds, but for words of the format and what the issuer says of itself."""
    if isinstance(value, dict):
        return {text for inner in value.values() for text in texts_of(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in texts_of(inner)}
    is_record_s = isinstance(value, str) and len(value) > 2 and not re.match(r"https?:|resource:", value)
    return {value} if is_record_s and value not in PUBLIC else set()


def holds(text, secrets):
    return [secret for secret in secrets if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)]


def all_that_is_said(documents, trust):
    said = []
    for document in documents:
        report = verify(document, trust=trust, at=AT)
        said += [repr(document), repr(document.signature), repr(report), repr(document.defects), repr(trust)]
        said += [str(document), *(f"{found.sentence} {found.advice}" for found in report.findings)]
    return "\n".join(said)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_what_is_said_of_a_real_record_has_nothing_of_it(path, caplog):
    caplog.set_level(logging.DEBUG)
    documents = read_all(path)
    secrets = {text for document in documents for text in texts_of(document.content)} - {documents[0].issuer}
    assert len(secrets) >= 2
    assert not holds(all_that_is_said(documents, Trust()) + caplog.text, secrets)


@pytest.mark.parametrize("name", MADE)
def test_what_is_said_of_a_record_of_ours_has_nothing_of_it(name):
    documents = read_all(MADE[name])
    secrets = texts_of(documents[0].content) - {documents[0].issuer}
    assert len(secrets) >= 2
    assert not holds(all_that_is_said(documents, Trust()), secrets)


@pytest.mark.parametrize("name", MADE)
@given(data=st.data())
def test_errors_have_nothing_of_the_record_nor_do_their_causes(name, data):
    """Damaged somewhere inside, so that a parser stumbles with the record in its hands."""
    secrets = texts_of(read(MADE[name]).content)
    text = MADE[name]
    at, cut = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 9))
    damaged = text[:at] + data.draw(st.text(DAMAGE, max_size=3)) + text[at + cut :]
    try:
        said = all_that_is_said(read_all(damaged), Trust())
    except DecodingError as e:
        said = "".join(traceback.format_exception(type(e), e, None, chain=True))
        assert e.__cause__ is None
        assert e.__context__ is None
    assert not holds(said, secrets)


def test_the_key_of_a_link_is_in_no_repr():
    document = read(link())
    assert document.content["key"] not in all_that_is_said([document], Trust())


def test_every_finding_says_what_to_do():
    for code, advice in ADVICE.items():
        assert code == code.upper()
        assert re.fullmatch(r"[A-Z].*[a-z:/.]", advice), code
