"""A document as its signed bytes say it, for those who sign its values again.

A `Document` has the values that were read and, apart from them, the bytes that were signed.  Verifying looks at the
bytes; whoever goes by the values must know that they are still those of the bytes.
"""

from __future__ import annotations

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.health.documents import Document, lenient_cbor
from zkhealth.health.documents.base64url import to_base64url
from zkhealth.health.documents.dcc import read_cose
from zkhealth.health.documents.document import Signature
from zkhealth.health.documents.shc import read_jws
from zkhealth.health.documents.vds_nc import read_signed


def as_signed(document: Document) -> Document:
    """The document read again from the bytes that were signed, which must give the same values, and no new defect.

    Raises:
        VerificationError: they do not, or nobody signed it.
    """
    signature = document.signature
    if signature is None:
        raise VerificationError("expected a signed document")
    try:
        signed = _read_again(document.kind, signature)
    except DecodingError:
        signed = None
    if signed is None or _said(signed) != _said(document):
        raise VerificationError("the values of the document are not those that were signed")
    if not set(signed.defects) <= set(document.defects) or signed.key_id not in ("", document.key_id):
        raise VerificationError("the document has a defect, or names a key, that is not in what was verified")
    return signed


def _read_again(kind: str, signature: Signature) -> Document | None:
    if kind == "shc":
        return read_jws(f"{signature.message.decode('ascii')}.{to_base64url(signature.value)}")
    if kind == "dcc":
        match lenient_cbor.decode(signature.message):
            case ["Signature1", bytes(protected), b"", bytes(payload)]:
                return read_cose(lenient_cbor.encode([protected, {}, payload, signature.value]))
    if kind == "vds-nc":
        return read_signed(signature)
    return None


def _said(document: Document) -> tuple[object, ...]:
    return dict(document.content), document.issuer, document.issued, document.expires
