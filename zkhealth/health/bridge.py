"""From a document to credentials: through an attester who verifies it, or by oneself for one's own use.

A signature over a whole card or certificate cannot be shown in part.  So somebody whom verifiers trust checks the
original once and signs its values again, as a credential.  Every verdict then names that attester; `source_format` and
`source_issuer` in the credential say what was checked.

    >>> from zkhealth.health import Immunization, sample_bundle
    >>> from zkhealth.health.fhir import read_fhir
    >>> wallet = Wallet.create()
    >>> own = self_import(wallet, [read_fhir(sample_bundle()).of(Immunization)[0]])
    >>> own[0].issuer.name, own[0].issuer.spec.id
    ('SELF_ASSERTED', 'https://zkhealth.example/schemas/immunization/1#self-asserted')

An attester sees the document, and must make sure by other means that it belongs to whoever sends it: a card can be
copied.  One document makes the same `cert_id` in every credential, also of two holders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Issued, Offer, Request
from zkhealth.credentials.issuing.issuer import Issuer
from zkhealth.credentials.issuing.issuer_public import SELF_ASSERTED, SELF_ASSERTED_MARK, IssuerPublic
from zkhealth.credentials.issuing.wallet import Wallet
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.schemas.schema import Schema, spec_of
from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.errors import DecodingError, VerificationError, WitnessError
from zkhealth.health.entry import Entries, Entry
from zkhealth.health.mapping import entries_of

if TYPE_CHECKING:
    from zkhealth.health.documents import Document, Report, Trust

VALID = "VALID"
_COUNTRY = re.compile("[A-Z]{2}")
_UNREAD = frozenset({"DATE_NOT_READABLE", "VALUE_NOT_USABLE"})
_WHOSE = frozenset({"", "Patient"})  # where the birth date of all records stands


@dataclass(frozen=True, eq=False, repr=False)
class Attester:
    """Verifies documents with its own `trust`, at the time of each call, and signs what they say.

    It has one issuer for each schema; records of other kinds are passed over, and those that could only be read in
    part: what is absent in a credential, the document does not say.  An issuer is named (`source_issuer`) only if the
    trust list says whose the key is.
    """

    issuers: Mapping[SchemaSpec, Issuer]
    trust: Trust

    @classmethod
    def of(cls, issuers: Iterable[Issuer], trust: Trust) -> Attester:
        """An attester with these keys.

        Raises:
            ValueError: two issuers are under one schema, or one signs for itself.
        """
        listed = tuple(issuers)
        by_schema = {issuer.spec: issuer for issuer in listed}
        if not listed or len(by_schema) != len(listed):
            raise ValueError("expected issuers, one for each schema")
        if any(issuer.public.is_self_asserted for issuer in listed):
            raise ValueError("an attester vouches for others: it cannot sign as " + SELF_ASSERTED)
        return cls(MappingProxyType(by_schema), trust)

    @classmethod
    def generate(cls, name: str, schemas: Iterable[type[Schema]], trust: Trust) -> Attester:
        """An attester with a fresh key for each of these schemas."""
        return cls.of([Issuer.generate(schema, name=name) for schema in schemas], trust)

    @property
    def public(self) -> tuple[IssuerPublic, ...]:
        """What verifiers put into their policies, one for each schema."""
        return tuple(issuer.public for issuer in self.issuers.values())

    def entries(self, document: Document, *, at: str | date | datetime) -> Entries:
        """Verify a document, and give the records in it for which this attester has a schema.

        Raises:
            VerificationError: it is not VALID at that time by the attester's trust; the codes say why.
            DecodingError: nothing in it can be attested.
        """
        from zkhealth.health.documents import verify  # noqa: PLC0415 (X.509 is loaded when it is needed)
        from zkhealth.health.signed import as_signed  # noqa: PLC0415

        report = verify(document, trust=self.trust, at=at)
        if report.status != VALID:
            codes = ", ".join(dict.fromkeys(found.code for found in report.findings if found.weight != "warning"))
            raise VerificationError(f"expected a document that is VALID, got {report.status}: {codes}")
        read = entries_of(as_signed(document))
        kept = tuple(entry for entry in _read_whole(read) if spec_of(entry.schema) in self.issuers)
        if not kept:
            reasons = ", ".join(dict.fromkeys(finding.code for finding in read.findings))
            raise DecodingError(f"nothing in this document can be attested{': ' if reasons else ''}{reasons}")
        issuer = _issuer_of(document, report)
        return Entries(tuple(_with_issuer(entry, issuer) for entry in kept), read.findings)

    def offers(self, document: Document, *, at: str | date | datetime) -> list[Offer]:
        """An offer for each record, in the order of `entries`, for the holder to answer.

        Raises:
            VerificationError, DecodingError: as `entries`.
        """
        return [self._issuer(entry).offer() for entry in self.entries(document, at=at).entries]

    def attest(
        self, document: Document, requests: Sequence[Request | bytes], *, at: str | date | datetime
    ) -> list[Issued]:
        """Verify the document again, and sign each of its records for the holder who asks.

        Raises:
            VerificationError, DecodingError: as `entries`; or a request is not good.
            ValueError: not one request for each record.
        """
        entries = self.entries(document, at=at).entries
        if len(entries) != len(requests):
            raise ValueError(f"expected {len(entries)} requests, one for each record, got {len(requests)}")
        return [
            self._issuer(entry).issue(request, **entry.values) for entry, request in zip(entries, requests, strict=True)
        ]

    def _issuer(self, entry: Entry) -> Issuer:
        return self.issuers[spec_of(entry.schema)]

    def __repr__(self) -> str:
        return f"<Attester under {len(self.issuers)} schemas>"


def attest(attester: Attester, document: Document, wallet: Wallet, *, at: str | date | datetime) -> list[Credential]:
    """The whole exchange where attester and holder are one process: offers, requests, credentials in the wallet.

    Raises:
        VerificationError, DecodingError: as `Attester.entries`.
    """
    requests = [wallet.request(offer) for offer in attester.offers(document, at=at)]
    return [wallet.add(issued) for issued in attester.attest(document, requests, at=at)]


def _read_whole(read: Entries) -> Iterator[Entry]:
    """The records of which nothing is absent that the document says, but nobody can read: absence can be proven."""
    unread = {finding.place for finding in read.findings if finding.code in _UNREAD}
    if not any(f.code == "DATE_NOT_READABLE" and f.place in _WHOSE for f in read.findings):
        yield from (e for e in read.entries if unread.isdisjoint((e.place, e.place.partition(", ")[0])))


def _issuer_of(document: Document, report: Report) -> str | None:
    """Who issued it, if the trust list says so, and not only the document that the key signed.

    A certificate need not name a country; if it names another one than the list, neither is believed.  A seal whose
    signer is not of the state that it names is not valid.
    """
    if document.kind != "dcc":
        return None if "ISSUER_NOT_NAMED" in report.codes else document.issuer
    names_another = _COUNTRY.fullmatch(document.issuer) and document.issuer != report.vouched_by
    return None if names_another else report.vouched_by


def _with_issuer(entry: Entry, issuer: str | None) -> Entry:
    values = {name: value for name, value in entry.values.items() if name != "source_issuer"}
    return replace(entry, values=MappingProxyType(values | ({"source_issuer": issuer} if issuer else {})))


def self_import(wallet: Wallet, entries: Iterable[Entry]) -> list[Credential]:
    """Keep records for one's own use, signed by oneself, under schemas that say so.

    No policy about the real schema accepts them; a policy that names the holder as its own issuer gets a verdict that
    is not valid, with the reason SELF_ASSERTED.  The key is fresh and forgotten.
    """
    issuers: dict[type[Schema], Issuer] = {}
    kept = []
    for entry in entries:
        if entry.schema not in issuers:
            issuers[entry.schema] = Issuer.generate(self_asserted(entry.schema), name=SELF_ASSERTED)
        issuer = issuers[entry.schema]
        values = {"source_format": "none", **entry.values}
        kept.append(wallet.add(issuer.issue(wallet.request(issuer.offer()), **values)))
    return kept


def rehearsal(policy: Policy, wallet: Wallet) -> Policy:
    """The same policy about one's own self-asserted records: plan it to learn whether one would meet the real one.

    It has another digest and other issuers, and its verdict is never valid.

    Raises:
        WitnessError: a record that the policy asks for was never imported.
    """
    content = json.loads(policy.to_json())
    own = {self_asserted(wanted.spec): wanted for wanted in policy.wanted}
    issuers = dict.fromkeys(c.issuer for c in wallet.credentials if c.issuer.spec in own)
    if lacking := [own[spec] for spec in own if spec not in {issuer.spec for issuer in issuers}]:
        raise WitnessError(f"{lacking[0].name}: no self-asserted record under {lacking[0].spec.id}")
    for entry in content["credentials"]:
        entry["schema"]["id"] = self_asserted(SchemaSpec.from_json(entry["schema"])).id
    content["issuers"] = [{**i.to_json(), "schema": i.spec.digest.hex()} for i in issuers]
    return Policy.from_json(json.dumps(content))


def self_asserted(schema: type[Schema] | SchemaSpec) -> SchemaSpec:
    """The schema under which holders sign for themselves what would else be under this one."""
    spec = spec_of(schema)
    return spec if SELF_ASSERTED_MARK in spec.id else SchemaSpec(spec.id + SELF_ASSERTED_MARK, spec.fields)
