"""SMART Health Links: where an encrypted file lies, and its key.  Nothing is fetched here.

https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html.  The content of a link has its
key: whoever sees it can read the file.

    >>> read_link("shlink:/e30")
    Traceback (most recent call last):
        ...
    zkhealth.health.documents.document.DocumentError: expected a url and a key of 43 characters in the link
"""

from __future__ import annotations

import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zkhealth.encoding.strict_json import parse_json_object
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents.base64url import from_base64url
from zkhealth.health.documents.document import Document, DocumentError, time_of
from zkhealth.health.documents.findings import Finding, finding
from zkhealth.health.documents.inflate import inflate
from zkhealth.health.documents.trimming import trimmed

MAX_FILE = 1 << 24
MAX_FILES = 100
_LINK = re.compile(r"(?:https?://[^\s#]*#)?shlink:/([\w-]+)", re.ASCII)
_ENTROPY = re.compile(r"[\w-]{43}", re.ASCII)
_FLAGS = frozenset({"", "L", "P", "U", "LP", "LU"})
_NAMES = frozenset({"url", "key", "exp", "flag", "label", "v"})


def read_link(text: str) -> Document:
    """Read a link, with or without a viewer's address before it.

    Raises DocumentError if it is none.
    """
    text, defects = trimmed(text)
    match = _LINK.fullmatch(text)
    data = from_base64url(match[1]) if match else None
    if data is None:
        raise DocumentError("INVALID_SHLINK", "expected shlink:/ and base64url", "shl")
    try:
        return read_link_payload(parse_json_object(data.decode("utf-8")), tuple(defects))
    except UnicodeDecodeError:
        sentence = "the link holds no JSON"
    except DocumentError:
        raise
    except DecodingError as e:
        sentence = f"the link holds no JSON object: {e}"
    raise DocumentError("INVALID_SHLINK", sentence, "shl")


def read_link_payload(payload: dict[str, Any], defects: tuple[Finding, ...] = ()) -> Document:
    """Read what a link says, as JSON.

    Raises DocumentError if it has no address or no key.
    """
    url, key = payload.get("url"), payload.get("key")
    if not isinstance(url, str) or not isinstance(key, str) or len(from_base64url(key) or b"") != 32:
        raise DocumentError("SHLINK_VERIFICATION_ERROR", "expected a url and a key of 43 characters in the link", "shl")
    checks = [
        ("SHLINK_NOT_HTTPS_URL", url.startswith("https://"), "the address does not begin with https://"),
        ("SHLINK_VERIFICATION_ERROR", _ENTROPY.search(url), "the address has no 43 random characters"),
        ("SHLINK_VERIFICATION_ERROR", str(payload.get("flag", "")) in _FLAGS, "the flag is not L, P, U, LP or LU"),
        ("SHLINK_VERIFICATION_ERROR", _is_label(payload.get("label", "")), "the label is not text of 80 characters"),
        ("SHLINK_VERIFICATION_ERROR", "exp" not in payload or time_of(payload["exp"]), "exp is not a time in seconds"),
        ("SHLINK_VERIFICATION_ERROR", not set(payload) - _NAMES, "the link says more than a link may"),
    ]
    found = [finding(code, sentence) for code, is_so, sentence in checks if not is_so]
    return Document("shl", payload, expires=time_of(payload.get("exp")), defects=(*defects, *found))


def open_file(link: Document, encrypted: str | bytes) -> list[str]:
    """Decrypt what a link points to: a file (compact JWE), or a manifest whose files are embedded.

    Returns the texts of the files: cards, FHIR resources.

    Raises:
        DecodingError: it is no such file, or too large, or the manifest has files that are not embedded.
        VerificationError: the key of the link does not open it.
    """
    if link.kind != "shl":
        raise ValueError(f"expected a link, got a document of kind {link.kind}")
    text = encrypted if isinstance(encrypted, str) else encrypted.decode("ascii", "replace")
    if len(text) > MAX_FILE:
        raise DecodingError(f"expected at most {MAX_FILE} characters")
    text, _ = trimmed(text)
    opened, left = [], MAX_FILE  # all together no more than one alone
    for file in _files(text):
        opened.append(_decrypted(file, link.content["key"], max(left, 0)))
        left -= len(opened[-1])
    return opened


def _files(text: str) -> list[str]:
    """The encrypted files in a manifest, or the one that this is."""
    if not text.startswith("{"):
        return [text]
    listed = parse_json_object(text).get("files")
    files = [file.get("embedded") for file in listed if isinstance(file, dict)] if isinstance(listed, list) else []
    if not 1 <= len(files) <= MAX_FILES or not all(isinstance(file, str) for file in files):
        raise DecodingError("expected a manifest of files that are all embedded; fetch those that have a location")
    return [str(file) for file in files]


def _decrypted(jwe: str, key: str, most: int) -> str:
    """Decrypt with A256GCM under the key itself (`dir`), and inflate (`zip`) with a limit."""
    parts = jwe.split(".")
    header, encrypted_key, iv, ciphertext, tag = map(from_base64url, parts) if len(parts) == 5 else [None] * 5
    if header is None or encrypted_key != b"" or iv is None or ciphertext is None or tag is None:
        raise DecodingError("expected an encrypted file (compact JWE with dir)")
    fields = parse_json_object(header.decode("utf-8", "replace"))
    if fields.get("alg") != "dir" or fields.get("enc") != "A256GCM" or fields.get("zip", "DEF") != "DEF":
        raise DecodingError("expected a file encrypted with dir and A256GCM")
    if len(iv) != 12 or len(tag) != 16 or "crit" in fields:
        raise DecodingError("expected an iv of 12 and a tag of 16 bytes, and nothing critical")
    try:
        opened = AESGCM(from_base64url(key) or b"").decrypt(iv, ciphertext + tag, parts[0].encode("ascii"))
    except InvalidTag:
        opened = None
    if opened is None:
        raise VerificationError("the key of the link does not open this file, or the file was changed")
    out = inflate(opened, most) if "zip" in fields else opened
    try:
        return (out if out is not None else b"\xff").decode("utf-8")
    except UnicodeDecodeError:
        sentence = "expected files of text, of at most 16 MiB together"
    raise DecodingError(sentence)


def _is_label(label: object) -> bool:
    return isinstance(label, str) and len(label) <= 80
