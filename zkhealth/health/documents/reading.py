"""Reading: what kind of document is this, and what does it say?  Nothing is verified.

Recognised by itself, or as the `kind` that the caller names: FHIR JSON; SMART Health Cards as JWS, file, payload, text
of QR codes or picture; links; EU certificates; VDS-NC seals.  Sizes are capped before anything is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zkhealth.encoding.strict_json import parse_json_object, read_text
from zkhealth.errors import DecodingError
from zkhealth.health.documents import base45
from zkhealth.health.documents.dcc import read_cose, read_dcc
from zkhealth.health.documents.document import KINDS, Document, DocumentError
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.pictures import is_picture, text_of_picture
from zkhealth.health.documents.shc import MAX_PAYLOAD, cards_of, read_jws, read_payload
from zkhealth.health.documents.shc_bundle import bundle_defects, looks_like_a_card
from zkhealth.health.documents.shc_numeric import jws_of
from zkhealth.health.documents.shl import read_link, read_link_payload
from zkhealth.health.documents.trimming import trimmed
from zkhealth.health.documents.vds_nc import is_seal, read_seal

MAX_BYTES = 1 << 24
_MOST_CHARACTERS = {"shc": 1 << 22, "dcc": 1 << 14, "shl": 1 << 16}
_Source = bytes | str | Path
_OF_CARDS = re.compile(rb'\s*\{\s*"verifiableCredential"')
_COSE = (b"\xd2\x84", b"\xd8\x3d", b"\x84")
_ENCRYPTED = re.compile(r"[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+\Z", re.ASCII)
_CODES = ("HC1:", "shc:/", "shlink:/")
_PATTERNS = {
    "shc": re.compile(r"shc:|[\w-]+\.[\w-]+\.[\w-]+\s*\Z", re.ASCII),
    "shl": re.compile(r"shlink:/|https?://[^\s#]*#shlink:/", re.ASCII),
    "dcc": re.compile(r"H[A-Z]\d:", re.IGNORECASE | re.ASCII),
}


def read(data: _Source | Sequence[_Source], kind: str | None = None) -> Document:
    """Read one document: bytes, text, a file, or a list of those for a card of several QR codes.

    Raises:
        DocumentError: it is no such document (a DecodingError with a finding for people), or a file of several cards.
        ImportError: it is a picture, and the packages for pictures are not installed.
        OSError: a file cannot be read.
    """
    documents = read_all(data, kind)
    if len(documents) > 1:
        raise DocumentError("SCHEMA_ERROR", f"expected one card, got a file of {len(documents)}; use read_all", "shc")
    return documents[0]


def read_all(data: _Source | Sequence[_Source], kind: str | None = None) -> tuple[Document, ...]:
    """Read all documents in one file: a file of SMART Health Cards may hold several, any other holds one.

    Raises as `read` does; one card that cannot be read spoils the file.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(KINDS)}")
    many = [data] if isinstance(data, bytes | str | Path) else list(data)
    sources = [_content(source) for source in many]
    found: list[Finding] = []  # about pictures and names of files
    try:
        documents = _documents(sources, kind, found)
    except DocumentError as e:
        raise e.after(found) from None
    if isinstance(data, Path) and _is_misnamed(data, sources[0]):
        found.append(finding("INVALID_FILE_EXTENSION", "the name of a file of cards ends with .smart-health-card"))
    first, *others = documents
    return (replace(first, defects=(*found, *first.defects)), *others) if found else documents


def _documents(sources: list[bytes | str], kind: str | None, found: list[Finding]) -> tuple[Document, ...]:
    if len(sources) != 1:
        codes = [_text(source, "shc", found) for source in sources]
        if not any(trimmed(code)[0].startswith("shc:") for code in codes):
            raise DocumentError("UNKNOWN_FILE_DATA", "several are the QR codes of one card; give other documents alone")
        return (_of_codes(codes),)
    [source] = sources
    if kind in (None, "dcc") and isinstance(source, bytes) and source.startswith(_COSE):
        return (read_cose(source),)
    text = _text(source, kind or "", found)
    kind = kind or _sniffed(text)
    if len(text) > _MOST_CHARACTERS.get(kind, MAX_BYTES):
        raise DocumentError("SCHEMA_ERROR", f"expected at most {_MOST_CHARACTERS[kind]} characters", kind)
    return _READERS[kind](text)


def _is_misnamed(path: Path, content: bytes | str) -> bool:
    """Whether it is a file of cards (JSON), and not called like one."""
    is_of_cards = isinstance(content, bytes) and _OF_CARDS.match(content) is not None
    return is_of_cards and path.suffix != ".smart-health-card"


def _content(source: _Source) -> bytes | str:
    """The bytes or the text, or as much of a file as is already too long."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            source = stream.read(MAX_BYTES + 1)
    if not isinstance(source, bytes | str):
        raise TypeError(f"expected bytes, text or a path, got {type(source).__name__}")
    if len(source) > MAX_BYTES:
        raise DocumentError("UNKNOWN_FILE_DATA", f"expected at most {MAX_BYTES} bytes")
    return source


def _text(source: bytes | str, kind: str, found: list[Finding]) -> str:
    if isinstance(source, str) and source[:200].lstrip().startswith("<") and "<svg" in source[:1024]:
        source = source.encode("utf-8", "replace")
    if isinstance(source, bytes) and is_picture(source):
        text, about_code = text_of_picture(source)
        found += about_code
        return text
    try:
        return read_text(source, MAX_BYTES)
    except DecodingError:
        sentence = "expected text, or a picture of a QR code (PNG, JPEG, GIF, BMP, WebP or SVG)"
    raise DocumentError("UNKNOWN_FILE_DATA", sentence, kind)


def _sniffed(text: str) -> str:
    core, _ = trimmed(text)
    if core.startswith("{"):
        return ""  # JSON: its names decide.
    for kind, pattern in _PATTERNS.items():
        if pattern.match(core):
            return kind
    if len(core) > 100 and set(core) <= set(base45.ALPHABET):
        return "dcc"
    if _ENCRYPTED.match(core):
        raise DocumentError("UNKNOWN_FILE_DATA", "this is encrypted, as what a link points to; give its link with it")
    raise DocumentError("UNKNOWN_FILE_DATA", "this is none of the documents that are read here")


def _read_json(text: str) -> tuple[Document, ...]:
    """Read a JSON object by its names."""
    document = _object(text, "")
    for belongs, kind in _JSON_KINDS:
        if belongs(document):
            return (_resource(document, text),) if kind == "fhir" else _READERS[kind](text)
    sentence = "the JSON object is none of the documents that are read here"
    if any(isinstance(value, str) and value.startswith(_CODES) for value in document.values()):
        sentence += ", but one of its values is the text of a QR code; give that text by itself"
    raise DocumentError("UNKNOWN_FILE_DATA", sentence)


def _read_fhir(text: str) -> tuple[Document, ...]:
    return (_resource(_object(text, "fhir"), text),)


def _resource(resource: dict[str, Any], text: str) -> Document:
    """A FHIR resource; a bundle that is written as in a card must keep the rules of cards."""
    if not isinstance(resource.get("resourceType"), str):
        raise DocumentError("FHIR_SCHEMA_ERROR", "expected a FHIR resource with resourceType", "fhir")
    return _bundle_of_a_card(resource, text) if looks_like_a_card(resource) else Document("fhir", resource)


def _bundle_of_a_card(bundle: dict[str, Any], text: str) -> Document:
    return Document("fhir", bundle, defects=(*trimmed(text)[1], *bundle_defects(bundle)))


def _read_card(text: str) -> tuple[Document, ...]:
    core, spaces = trimmed(text)
    if core.startswith("{"):
        document = _object(core, "shc")
        if "vc" in document:
            return (read_payload(text),)
        if document.get("resourceType") == "Bundle":
            return (_bundle_of_a_card(document, text),)
        first, *others = cards = cards_of(document)
        most = MAX_PAYLOAD // len(cards)  # all together no more than one alone
        return (read_jws(first, tuple(spaces), most), *(read_jws(other, most=most) for other in others))
    if core.count(".") == 2 and not core.startswith("shc:"):
        return (read_jws(text),)
    codes = core.splitlines() if "\n" in core else [text]
    return (_of_codes([code for code in codes if code.strip()]),)


def _of_codes(codes: list[str]) -> Document:
    jws, defects = jws_of(codes)
    return read_jws(jws, defects)


def _read_seal(text: str) -> tuple[Document, ...]:
    return (read_seal(_object(text, "vds-nc")),)


def _read_link(text: str) -> tuple[Document, ...]:
    core, _ = trimmed(text)
    return (read_link_payload(_object(core, "shl")) if core.startswith("{") else read_link(text),)


def _object(text: str, kind: str) -> dict[str, Any]:
    try:
        return parse_json_object(trimmed(text)[0])
    except DecodingError as e:
        sentence = str(e)
    raise DocumentError("JSON_PARSE_ERROR", sentence, kind)


_JSON_KINDS: tuple[tuple[Callable[[dict[str, Any]], bool], str], ...] = (
    (lambda document: "verifiableCredential" in document or document.get("resourceType") == "Parameters", "shc"),
    (lambda document: "resourceType" in document, "fhir"),
    (lambda document: "vc" in document, "shc"),
    (is_seal, "vds-nc"),
    (lambda document: "url" in document and "key" in document, "shl"),
)

_READERS: dict[str, Callable[[str], tuple[Document, ...]]] = {
    "": _read_json,
    "fhir": _read_fhir,
    "shc": _read_card,
    "dcc": lambda text: (read_dcc(text),),
    "vds-nc": _read_seal,
    "shl": _read_link,
}
