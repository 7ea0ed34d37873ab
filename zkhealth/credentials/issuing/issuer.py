"""An issuer: secret keys, and what it may sign under its schema.

>>> from zkhealth.credentials.schemas.fields import Date, Int
>>> from zkhealth.credentials.schemas.schema import Schema
>>> from zkhealth.credentials.issuing.wallet import Wallet
>>> class Dose(Schema, id="https://health.example/schemas/dose/1"):
...     given = Date()
...     number = Int(1, 15)
>>> issuer, wallet = Issuer.generate(Dose, name="https://hospital.example"), Wallet.create()
>>> request = wallet.request(issuer.offer())
>>> credential = wallet.add(issuer.issue(request, given="2026-09-01", number=2))
>>> credential.show()
{'given': '2026-09-01', 'number': 2}
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from zkhealth.credentials.issuing.exchange import NONCE_BYTES, Issued, Offer, Request, make_offer
from zkhealth.credentials.issuing.interface import setting
from zkhealth.credentials.issuing.issuer_public import MAX_KEYS, IssuerPublic
from zkhealth.credentials.schemas.schema import Schema, spec_of
from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.encoding.files import write_private
from zkhealth.encoding.keystore import read_sealed, seal
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, concat
from zkhealth.signatures import SHA_256, key_gen, public_key, sign

MAX_BYTES = 1 << 17


@dataclass(frozen=True, eq=False, repr=False)
class Issuer:
    """The newest secret key signs; the public description lists the newest first, then the older ones still trusted."""

    name: str
    spec: SchemaSpec
    sk: Fr
    older: tuple[bytes, ...] = ()

    @classmethod
    def generate(cls, schema: type[Schema] | SchemaSpec, name: str) -> Issuer:
        """A new issuer with a fresh key."""
        return cls(name, spec_of(schema), _fresh_key())

    @cached_property
    def public(self) -> IssuerPublic:
        """What verifiers and holders know."""
        return IssuerPublic(self.name, self.spec, (public_key(self.sk).encode(), *self.older))

    def rotated(self) -> Issuer:
        """The same issuer with a fresh key; credentials under the old keys stay good.

        Raises:
            ValueError: too many keys are trusted; retire one.
        """
        if len(self.public.keys) >= MAX_KEYS:
            raise ValueError(f"expected at most {MAX_KEYS} keys; retire one")
        return Issuer(self.name, self.spec, _fresh_key(), self.public.keys)

    def retired(self, key: bytes) -> Issuer:
        """The same issuer without an older key: credentials under it are no longer good.

        Raises:
            ValueError: not one of the older keys.
        """
        if key not in self.older:
            raise ValueError("expected one of the older keys")
        return Issuer(self.name, self.spec, self.sk, tuple(k for k in self.older if k != key))

    def offer(self) -> Offer:
        """An invitation, for one request."""
        return make_offer(self.public, secrets.token_bytes(NONCE_BYTES), self._marking)

    def issue(self, request: Request | bytes, /, **values: object) -> Issued:
        """Sign these values and what the request commits to.

        The issuer answers for the values: nobody checks them again.  It remembers no requests, so one that is sent
        twice is signed twice, for the same holder.

        Raises:
            DecodingError, VerificationError: the request is not good, or for another offer.
            ValueError, TypeError: a value is missing, unknown, or not in its field's domain.
        """
        request = request if isinstance(request, Request) else Request.decode(request)
        offer = make_offer(self.public, request.nonce, self._marking)
        if not secrets.compare_digest(offer.mark, request.mark):
            raise VerificationError("the request does not answer an offer of this issuer under its present key")
        request.check(offer)
        encoded = self.spec.encode(values)
        handle, key = Fr.random(), self.public.keys[0]
        signed = concat(handle, self.spec.scalars(encoded))
        signature = sign(setting(self.spec, key), self.sk, signed, request.C)
        return Issued(request.nonce, key, encoded, handle, signature)

    def encode(self) -> bytes:
        """As CBOR, the secret key included."""
        content = {1: self.name, 2: canonical_json(self.spec.to_json()), 3: self.sk.encode(), 4: list(self.older)}
        return pack("issuer-secret", 1, content)

    @classmethod
    def decode(cls, data: bytes) -> Issuer:
        """The inverse of `encode`.

        Raises:
            DecodingError: not an issuer's secret.
        """
        fields = unpack(data, "issuer-secret", 1, MAX_BYTES)
        name, spec = fields.text(1), SchemaSpec.from_json(read_json_object(fields.text(2)))
        out = cls(name, spec, Fr.decode(fields.bytes(3), 1), tuple(fields.list(4, bytes)))
        fields.done()
        try:
            out.public  # noqa: B018 (checks name and keys)
        except ValueError as e:
            raise DecodingError(f"not an issuer: {e}") from None
        return out

    def save(self, path: str | Path, passphrase: str) -> None:
        """Write it encrypted under a passphrase (JWE)."""
        write_private(Path(path), seal(self.encode(), passphrase))

    @classmethod
    def load(cls, path: str | Path, passphrase: str) -> Issuer:
        """Read what `save` wrote.

        Raises:
            VerificationError: the passphrase is wrong.
            DecodingError: not such a file.
        """
        return cls.decode(read_sealed(path, passphrase))

    @property
    def _marking(self) -> bytes:
        return hashlib.sha256(b"zkhealth/offer-key/v1" + self.sk.encode()).digest()

    def __repr__(self) -> str:
        return f"<Issuer {self.name!r} under {self.spec.id}, {len(self.public.keys)} keys>"


def _fresh_key() -> Fr:
    return key_gen(SHA_256, secrets.token_bytes(32))
