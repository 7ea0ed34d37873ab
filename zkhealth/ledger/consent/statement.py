"""What a patient says and signs: I grant; of that grant, only so much; I withdraw it.

The signature covers the Consent, the log's origin, the entry from which on it counts, and a hash of the salt.  With the
salt fixed, one signed grant has one commitment: who appends it again, appends the same bytes, and everybody sees that,
also when the first one was erased.  From the salt follows the mark that withdrawals carry in the clear: whoever
opened the grant finds them without their openings, and nobody else can tell what they are of.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from zkhealth.encoding.strict_json import canonical_json
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.ledger.consent.fhir import read_consent, write_consent
from zkhealth.ledger.consent.patient_key import PatientKey, verify_statement
from zkhealth.ledger.consent.terms import Terms
from zkhealth.ledger.consent.times import check_time
from zkhealth.ledger.entries import SALT_BYTES, Entry, Opening, personal
from zkhealth.ledger.origin import check_origin
from zkhealth.merkle.proof import check_size

_MARK = b"zkhealth/ledger/mark/v1\0"
_SALT = b"zkhealth/ledger/salt/v1\0"
_HEX = re.compile("[0-9a-f]{64}")
_SIGNATURE = re.compile("[0-9a-f]{128}")


@dataclass(frozen=True)
class Statement:
    """One statement of a patient, read and its signature verified; made by `open_statement` alone.

    A grant has terms, a narrowing has terms and is of a grant, a withdrawal is of a grant and has none.

    Args:
        patient: the did:key of the patient in this log.
        at: when it was signed, by the patient's own word: it counts from then on.
        after: how many entries the log had: a grant counts from that index on.
        of: the commitment of the grant that is narrowed or withdrawn.
    """

    origin: str
    patient: str = field(repr=False)
    at: int = field(repr=False)
    after: int
    terms: Terms | None = field(repr=False)
    of: bytes | None = field(repr=False)

    def fhir(self) -> dict[str, Any]:
        """The statement as a FHIR R4 Consent, as it was signed."""
        return write_consent(self.patient, self.at, self.terms, self.of)

    @property
    def is_grant(self) -> bool:
        """Whether it allows something."""
        return self.of is None


def sign(
    key: PatientKey, at: int, after: int = 0, terms: Terms | None = None, of: tuple[Entry, Opening] | None = None
) -> tuple[Entry, Opening]:
    """Sign a grant (`terms`), a narrowing (`terms`, `of` a grant) or a withdrawal (`of` a grant).

    Raises ValueError if there is neither, or if what is signed is no narrower than the grant, or of another patient.
    """
    check_time("at", at)
    check_size("after", after)
    mark = None
    if of is not None:
        mark = mark_of(*of)
        grant = open_statement(key.origin, *of)
        if grant.patient != key.did or grant.terms is None or not grant.is_grant:
            raise ValueError("expected a grant of this patient")
        if terms is not None and not terms.is_within(grant.terms):
            raise ValueError("expected terms within those of the grant")
    elif terms is None:
        raise ValueError("expected terms, or a grant to withdraw")
    salt = secrets.token_bytes(SALT_BYTES)
    body = {
        "after": after,
        "consent": write_consent(key.did, at, terms, of[0].commitment if of else None),
        "origin": key.origin,
        "salt": _hash_of_salt(salt),
    }
    body["signature"] = key.sign(canonical_json(body).encode()).hex()
    return personal("grant" if of is None else "revoke", body, salt, mark)


def open_statement(origin: str, entry: Entry, opening: Opening) -> Statement:
    """Read a statement and check that it is the patient's, for this log and in this entry.

    Raises:
        VerificationError: another opening, another log's, or the patient did not sign it.
        DecodingError: it is no statement.
    """
    if not opening.opens(entry):
        raise VerificationError("the opening is another entry's")
    body = opening.body
    after, signature = _shape(body)
    patient, at, terms, of = read_consent(body["consent"])
    if body["origin"] != origin:
        raise VerificationError("the consent was given for another log")
    if body["salt"] != _hash_of_salt(opening.salt):
        raise VerificationError("the consent was signed for another commitment")
    if entry.kind != ("grant" if of is None else "revoke"):
        raise VerificationError("the consent stands in an entry of another kind")
    del body["signature"]
    verify_statement(patient, canonical_json(body).encode(), signature)
    return Statement(origin, patient, at, after, terms, of)


def mark_of(grant: Entry, opening: Opening) -> bytes:
    """What every narrowing and withdrawal of this grant carries in the clear: H(tag || salt || commitment)."""
    return sha256(_MARK + opening.salt + grant.commitment).digest()


def _shape(body: dict[str, Any]) -> tuple[int, bytes]:
    try:
        match body:
            case {
                "after": int(after),
                "consent": dict(),
                "origin": str(o),
                "salt": str(s),
                "signature": str(x),
                **rest,
            }:
                if not rest and type(after) is int and _HEX.fullmatch(s) and _SIGNATURE.fullmatch(x):
                    check_origin(o)
                    check_size("after", after)
                    return after, bytes.fromhex(x)
    except ValueError:
        pass
    raise DecodingError("expected a signed consent")


def _hash_of_salt(salt: bytes) -> str:
    return sha256(_SALT + salt).hexdigest()
