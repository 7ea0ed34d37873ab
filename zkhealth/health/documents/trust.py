"""Whom a verifier trusts: issuers, their keys, signers' certificates, and what was taken back.

Everything is given by the caller, as files that were fetched before: nothing here asks the network, and so nobody
learns whose document is being checked.

    >>> trust = Trust.of(b'{"participating_issuers": [{"iss": "https://hospital.example", "name": "The Hospital"}]}')
    >>> trust
    Trust(1 issuers, 0 key sets, 0 signers, 0 certificates, 0 revocation lists)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zkhealth.health.documents.revocation import CardRevocationList, HashList


@dataclass(frozen=True, repr=False)
class KeySet:
    """Keys of SMART Health Cards; `issuer` is the URL whose set it is, or "" for keys that are pinned without one."""

    issuer: str
    keys: tuple[Mapping[str, Any], ...]

    def named(self, kid: str) -> list[Mapping[str, Any]]:
        """The entries of this name: a key may stand in a set once for each of its certificates."""
        return [jwk for jwk in self.keys if jwk.get("kid") == kid]


@dataclass(frozen=True, repr=False)
class Signer:
    """A key that signs EU certificates: its public key, what for (empty: anything), whose, and from when to when."""

    key_id: bytes
    public_key: Any
    usages: frozenset[str] = frozenset()
    country: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, repr=False)
class Trust:
    """What a verifier goes by; `Trust()` trusts nobody.  Add several with `+`.

    Attributes:
        issuers: the directory, from the URLs of issuers of cards to their names; if it is empty, any issuer whose key
            set is given is trusted.
        key_sets: of issuers of cards.
        signers: of EU certificates.
        certificates: of authorities that sign signers of seals (CSCA), or of the signers themselves.
        card_revocations, hash_lists, certificate_revocations: what was taken back: cards, EU certificates, and the
            certificates of signers of seals.
    """

    issuers: Mapping[str, str] = field(default_factory=dict)
    key_sets: tuple[KeySet, ...] = ()
    signers: tuple[Signer, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    card_revocations: tuple[CardRevocationList, ...] = ()
    hash_lists: tuple[HashList, ...] = ()
    certificate_revocations: tuple[x509.CertificateRevocationList, ...] = ()

    @classmethod
    def of(cls, *files: bytes | str | Path, issuer: str = "", signed_by: bytes | str | Path | None = None) -> Trust:
        """Read lists of any kind that is known: key sets, directories, key lists, certificates, revocation lists.

        A file is its path, or its content; `issuer` is the URL whose key set or revocation list the files are.  With
        `signed_by`, a public key in PEM or DER, each file must have this key's signature in a line before the list, as
        the German key list has; no other signature over a list is checked.

        Raises DecodingError if a file is no such list, VerificationError if its signature is not good, OSError if it
        cannot be read.
        """
        from zkhealth.health.documents.trust_files import read_trust  # noqa: PLC0415 (it needs this class)

        return sum((read_trust(file, issuer, signed_by) for file in files), cls())

    def __add__(self, other: Trust) -> Trust:
        if not isinstance(other, Trust):
            return NotImplemented
        return Trust(
            {**self.issuers, **other.issuers},
            self.key_sets + other.key_sets,
            self.signers + other.signers,
            self.certificates + other.certificates,
            self.card_revocations + other.card_revocations,
            self.hash_lists + other.hash_lists,
            self.certificate_revocations + other.certificate_revocations,
        )

    def names_of(self, signer: Signer) -> frozenset[bytes]:
        """All names of the signer's key: one key may have several certificates."""
        return self._names[_encoded(signer)]

    @cached_property
    def _names(self) -> Mapping[bytes, frozenset[bytes]]:
        names: dict[bytes, frozenset[bytes]] = {}
        for signer in self.signers:
            key = _encoded(signer)
            names[key] = names.get(key, frozenset()) | {signer.key_id}
        return names

    def signers_of(self, key_id: bytes) -> list[Signer]:
        """The signers of this name: eight bytes of a hash may be shared by two."""
        return [signer for signer in self.signers if signer.key_id == key_id]

    def __repr__(self) -> str:
        lists = len(self.card_revocations) + len(self.hash_lists) + len(self.certificate_revocations)
        return (
            f"Trust({len(self.issuers)} issuers, {len(self.key_sets)} key sets, {len(self.signers)} signers, "
            f"{len(self.certificates)} certificates, {lists} revocation lists)"
        )


def _encoded(signer: Signer) -> bytes:
    encoded: bytes = signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
