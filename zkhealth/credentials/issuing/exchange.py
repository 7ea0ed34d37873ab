"""Issuing: offer, blinded request, issued credential.

The request is a commitment C = blind·Q + link·J_1 + share·J_2 with a proof of knowledge, in the holder's three
generators alone and bound to the offer.  Without the proof a holder could move the issuer's own attributes by
adding their generators to C.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from zkhealth import sigma
from zkhealth.credentials.issuing.interface import blind_bases
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.schemas.fields import Plain
from zkhealth.curve import G1
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat
from zkhealth.signatures import Signature
from zkhealth.transcript import joined

MAX_BYTES = 1 << 17
NONCE_BYTES = 32
_TAG = b"zkhealth/request/v1"
_NAMES = ("blind", "link", "share")


@dataclass(frozen=True)
class Offer:
    """An issuer's invitation to ask for a credential; `mark` lets the issuer know its own offers again."""

    issuer: IssuerPublic
    nonce: bytes
    mark: bytes

    def encode(self) -> bytes:
        """As CBOR."""
        return pack("offer", 1, {1: self.issuer.encode(), 2: self.nonce, 3: self.mark})

    @classmethod
    def decode(cls, data: bytes) -> Offer:
        """The inverse of `encode`.

        Raises:
            DecodingError: not an offer.
        """
        fields = unpack(data, "offer", 1, MAX_BYTES)
        out = cls(IssuerPublic.decode(fields.bytes(1)), fields.bytes(2, NONCE_BYTES), fields.bytes(3, 32))
        fields.done()
        return out

    @property
    def digest(self) -> bytes:
        """SHA-256 of the encoding."""
        return hashlib.sha256(self.encode()).digest()


@dataclass(frozen=True)
class Request:
    """What the holder asks with: the commitment, and the proof that it is one."""

    nonce: bytes
    mark: bytes
    C: G1
    proof: bytes

    def encode(self) -> bytes:
        """As CBOR."""
        return pack("request", 1, {1: self.nonce, 2: self.mark, 3: self.C.encode(), 4: self.proof})

    @classmethod
    def decode(cls, data: bytes) -> Request:
        """The inverse of `encode`.

        Raises:
            DecodingError: not a request.
        """
        fields = unpack(data, "request", 1, MAX_BYTES)
        nonce, mark = fields.bytes(1, NONCE_BYTES), fields.bytes(2, 32)
        out = cls(nonce, mark, G1.decode(fields.bytes(3), 1), fields.bytes(4))
        fields.done()
        return out

    def check(self, offer: Offer) -> None:
        """Check the proof for this offer.

        Raises:
            DecodingError: the proof has another length, or is not canonical.
            VerificationError: it does not hold.
        """
        if self.C.has_identity():
            raise DecodingError("the identity is not allowed in a request")
        sigma.verify(_opens(offer, self.C), self.proof, _session(offer))


@dataclass(frozen=True, repr=False)
class Issued:
    """What the issuer sends back: the values as signed, the handle, and the signature.  Personal data."""

    nonce: bytes
    key: bytes
    values: dict[str, Plain]
    handle: Fr
    signature: Signature

    def encode(self) -> bytes:
        """As CBOR."""
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in self.values.items()}
        parts = {1: self.nonce, 2: self.key, 3: values, 4: self.handle.encode(), 5: self.signature.encode()}
        return pack("issued", 1, parts)

    @classmethod
    def decode(cls, data: bytes) -> Issued:
        """The inverse of `encode`; whether the values fit the schema is checked when it is added to a wallet.

        Raises:
            DecodingError: not an issued credential.
        """
        fields = unpack(data, "issued", 1, MAX_BYTES)
        nonce, key = fields.bytes(1, NONCE_BYTES), fields.bytes(2, 96)
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.map(3).items()}
        out = cls(nonce, key, values, Fr.decode(fields.bytes(4), 1), Signature.decode(fields.bytes(5)))
        fields.done()
        return out

    def __repr__(self) -> str:
        return f"<Issued credential of {len(self.values)} fields>"


def make_offer(issuer: IssuerPublic, nonce: bytes, secret: bytes) -> Offer:
    """An offer with the issuer's mark."""
    message = joined(b"zkhealth/offer/v1", issuer.encode(), nonce)
    return Offer(issuer, nonce, hmac.new(secret, message, hashlib.sha256).digest())


def make_request(offer: Offer, blind: Fr, link: Fr, share: Fr) -> Request:
    """Commit to the holder's messages and prove it."""
    bases = blind_bases(offer.issuer.spec)
    C = concat(blind, link, share) @ bases
    witness = {sigma.Secret(name): value for name, value in zip(_NAMES, (blind, link, share), strict=True)}
    return Request(offer.nonce, offer.mark, C, sigma.prove(_opens(offer, C), witness, _session(offer)))


def _opens(offer: Offer, C: G1) -> sigma.Relation:
    bases = [sigma.Element(base) for base in blind_bases(offer.issuer.spec)]
    blind, link, share = (sigma.Secret(name) * base for name, base in zip(_NAMES, bases, strict=True))
    return sigma.Relation(sigma.Element(C) == blind + link + share)


def _session(offer: Offer) -> bytes:
    return joined(_TAG, offer.encode())
