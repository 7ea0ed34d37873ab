"""A credential: values that an issuer signed together with the holder's secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from zkhealth.credentials.issuing.exchange import Issued
from zkhealth.credentials.issuing.interface import setting
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.schemas.fields import Plain
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat
from zkhealth.signatures import Setting, Signature, verify

MAX_BYTES = 1 << 18


@dataclass(frozen=True, eq=False, repr=False)
class Credential:
    """Held in a wallet.  Secret; its repr tells the schema alone."""

    issuer: IssuerPublic
    issued: Issued
    blind: Fr
    share: Fr

    @property
    def values(self) -> Mapping[str, Plain]:
        """The values as signed."""
        return self.issued.values

    @property
    def signature(self) -> Signature:
        """The signature, which identifies the holder to whoever sees it."""
        return self.issued.signature

    @cached_property
    def setting(self) -> Setting:
        """What everybody knows of the signature."""
        return setting(self.issuer.spec, self.issued.key)

    def messages(self, link: Fr) -> Fr:
        """All messages under the signature, by place."""
        return concat(self.issued.handle, self.issuer.spec.scalars(self.values), self.blind, link, self.share)

    def check(self, link: Fr) -> None:
        """Check that the values fit the schema and the signature is good.

        Raises:
            DecodingError: a field is unknown, missing, or out of its domain.
            VerificationError: the signature is not good.
        """
        spec = self.issuer.spec
        if set(self.values) != set(spec.fields):
            raise DecodingError("expected the fields of the schema")
        for name, field in spec.fields.items():
            field.checked(self.values[name])
        if self.issued.key not in self.issuer.keys:
            raise DecodingError("expected a signature by a key of the issuer")
        verify(self.setting, self.messages(link), self.issued.signature)

    def show(self) -> dict[str, object]:
        """The values as people write them; for the holder's eyes."""
        return {name: field.decode(self.values[name]) for name, field in self.issuer.spec.fields.items()}

    def encode(self) -> bytes:
        """As CBOR, secrets included."""
        parts = {1: self.issuer.encode(), 2: self.issued.encode(), 3: self.blind.encode(), 4: self.share.encode()}
        return pack("credential", 1, parts)

    @classmethod
    def decode(cls, data: bytes) -> Credential:
        """The inverse of `encode`.

        Raises:
            DecodingError: not a credential.
        """
        fields = unpack(data, "credential", 1, MAX_BYTES)
        issuer, issued = IssuerPublic.decode(fields.bytes(1)), Issued.decode(fields.bytes(2))
        out = cls(issuer, issued, Fr.decode(fields.bytes(3), 1), Fr.decode(fields.bytes(4), 1))
        fields.done()
        return out

    def __repr__(self) -> str:
        return f"<Credential under {self.issuer.spec.id}>"
