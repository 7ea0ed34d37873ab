"""The rival for credentials: AnonCreds (CL signatures, `anoncreds` wheel) on the travel policy, without revocation.

A record of ten attributes; shown are the country, that the holder was born on a day or before, and that the dose was
given on a day or later.  AnonCreds compares 32-bit integers only, so days are written as YYYYMMDD, as its users do.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

RECORD = {
    "birth": "19900401",
    "vaccine": "cvx|208",
    "dose": "2",
    "series": "2",
    "given": "20260901",
    "country": "FR",
    "lot": "EK9231",
    "site": "https://hospital.example",
    "issued": "20260901",
    "record": "urn:uuid:0d1f8b1e-7d0f-4a43-9d3c-0a2f5a6a8b11",
}
BORN_BY, GIVEN_FROM = 20081123, 20260226
_ISSUER, _SCHEMA, _DEFINITION = "did:example:hospital", "did:example:hospital/schema", "did:example:hospital/definition"


class RefusedError(Exception):
    """The rival does not accept a presentation."""


@dataclass(frozen=True)
class Rival:
    """A holder with one credential and a verifier with one request; the issuer is done."""

    anoncreds: ModuleType
    schema: Any
    definition: Any
    credential: Any
    link_secret: str
    request: Any

    def present(self) -> bytes:
        """A fresh presentation, as the JSON that is sent."""
        shown = self.anoncreds.PresentCredentials()
        shown.add_attributes(self.credential, "country", reveal=True)
        shown.add_predicates(self.credential, "born")
        shown.add_predicates(self.credential, "given")
        out = self.anoncreds.Presentation.create(self.request, shown, {}, self.link_secret, *self._public())
        return bytes(out.to_json(), "utf-8")

    def verify(self, presentation: bytes) -> dict[str, str]:
        """Check a presentation from its JSON, and return what it reveals.

        The wheel accepts any text beside the number that was signed: comparing them is left to its caller.

        Raises:
            RefusedError: it does not hold.
        """
        try:
            holds = self.anoncreds.Presentation.load(presentation).verify(self.request, *self._public(), None, None)
        except self.anoncreds.AnoncredsError as e:
            raise RefusedError(str(e)) from None
        if not holds:
            raise RefusedError("the presentation does not hold")
        revealed = json.loads(presentation)["requested_proof"]["revealed_attrs"]
        for value in revealed.values():
            if value["encoded"] != _encoded(value["raw"]):
                raise RefusedError("a revealed text is not the one that was signed")
        return {name: value["raw"] for name, value in revealed.items()}

    def _public(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {_SCHEMA: self.schema}, {_DEFINITION: self.definition}


def setup() -> Rival:
    """Issue the credential; the issuer's key takes seconds, a search for safe primes.

    Raises ImportError where the wheel is not installed.
    """
    anoncreds = importlib.import_module("anoncreds")
    schema = anoncreds.Schema.create("vaccination", "1.0", _ISSUER, list(RECORD))
    definition, private, proof = anoncreds.CredentialDefinition.create(_SCHEMA, schema, _ISSUER, "tag", "CL")
    link_secret = anoncreds.create_link_secret()
    offer = anoncreds.CredentialOffer.create(_SCHEMA, _DEFINITION, proof)
    asked, blinding = anoncreds.CredentialRequest.create("holder", None, definition, link_secret, "default", offer)
    issued = anoncreds.Credential.create(definition, private, offer, asked, RECORD)
    credential = issued.process(blinding, link_secret, definition)
    return Rival(anoncreds, schema, definition, credential, link_secret, _request(anoncreds))


def _encoded(raw: str) -> str:
    """The number that is signed for a text that is not an integer (AnonCreds, "Encoding Attribute Data")."""
    return str(int.from_bytes(hashlib.sha256(raw.encode()).digest(), "big"))


def _request(anoncreds: ModuleType) -> Any:
    """What the verifier asks for: every fact from a credential of this one definition."""
    only = {"restrictions": [{"cred_def_id": _DEFINITION}]}
    return anoncreds.PresentationRequest.load(
        {
            "name": "fit to travel",
            "version": "1.0",
            "nonce": anoncreds.generate_nonce(),
            "requested_attributes": {"country": {"name": "country", **only}},
            "requested_predicates": {
                "born": {"name": "birth", "p_type": "<=", "p_value": BORN_BY, **only},
                "given": {"name": "given", "p_type": ">=", "p_value": GIVEN_FROM, **only},
            },
        }
    )
