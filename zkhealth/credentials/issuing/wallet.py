"""A holder's wallet: one link secret, credentials, and the requests that are still open.

Not thread-safe: requests and additions change it.  Everything in it is secret; it is written encrypted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.exchange import Issued, Offer, Request, make_request
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.either_challenge import AnyChallenge, read_challenge
from zkhealth.credentials.presentations.plan import Plan, make_plan
from zkhealth.encoding.files import write_private
from zkhealth.encoding.keystore import read_sealed, seal
from zkhealth.encoding.wire import pack, unpack
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.field import Fr

MAX_BYTES = 1 << 26
MAX_PENDING = 1000


class Wallet:
    """Make one with `Wallet.create()`; see `Issuer` for an example."""

    def __init__(self, link: Fr) -> None:
        self._link = link
        self._credentials: list[Credential] = []
        self._pending: dict[bytes, tuple[Offer, Fr, Fr]] = {}

    @classmethod
    def create(cls) -> Wallet:
        """A new wallet with a fresh link secret."""
        return cls(_nonzero())

    @property
    def credentials(self) -> Sequence[Credential]:
        """What it holds."""
        return tuple(self._credentials)

    def request(self, offer: Offer | bytes) -> Request:
        """Answer an offer, committing to the link secret without showing it; the same offer always with the same.

        Raises:
            DecodingError: not an offer.
            ValueError: too many requests are open, or one for another offer with this nonce.
        """
        offer = offer if isinstance(offer, Offer) else Offer.decode(offer)
        if offer.nonce not in self._pending and len(self._pending) >= MAX_PENDING:
            raise ValueError(f"expected at most {MAX_PENDING} open requests")
        answered, blind, share = self._pending.setdefault(offer.nonce, (offer, _nonzero(), _nonzero()))
        if answered != offer:  # or whoever saw an offer could have its request forgotten
            raise ValueError("another offer with this nonce has been answered")
        return make_request(offer, blind, self._link, share)

    def add(self, issued: Issued | bytes) -> Credential:
        """Check an issued credential and keep it.  If it is refused, the request stays open.

        The values are those that the issuer chose: compare `show()` of what is returned with what was agreed.

        Raises:
            WitnessError: nobody here has asked for it.
            DecodingError: it is not under the schema that was offered.
            VerificationError: the signature is not good.
        """
        issued = issued if isinstance(issued, Issued) else Issued.decode(issued)
        if issued.nonce not in self._pending:
            raise WitnessError("no open request of this wallet fits the credential")
        offer, blind, share = self._pending[issued.nonce]
        credential = Credential(offer.issuer, issued, blind, share)
        credential.check(self._link)
        del self._pending[issued.nonce]
        self._credentials.append(credential)
        return credential

    def remove(self, credential: Credential) -> None:
        """Forget a credential.

        Raises:
            ValueError: it is not here.
        """
        kept = [c for c in self._credentials if c is not credential]
        if len(kept) == len(self._credentials):
            raise ValueError("the credential is not in this wallet")
        self._credentials = kept

    def plan(self, challenge: AnyChallenge | bytes, value_sets: Iterable[ValueSet] = ()) -> Plan:
        """Find credentials that satisfy a challenge, before anything is proven or sent.

        `value_sets` are the lists that a challenge in bytes may refer to.

        Raises:
            DecodingError: not a challenge.
            WitnessError: there are none; it says why.
        """
        challenge = challenge if isinstance(challenge, AnyChallenge) else read_challenge(challenge, value_sets)
        return make_plan(challenge, self._credentials, self._link)

    def encode(self) -> bytes:
        """As CBOR, all secrets included."""
        pending = [[o.encode(), blind.encode(), share.encode()] for o, blind, share in self._pending.values()]
        return pack("wallet", 1, {1: self._link.encode(), 2: [c.encode() for c in self._credentials], 3: pending})

    @classmethod
    def decode(cls, data: bytes) -> Wallet:
        """The inverse of `encode`; every signature is checked again.

        Raises:
            DecodingError: not a wallet.
            VerificationError: a credential does not belong to it.
        """
        fields = unpack(data, "wallet", 1, MAX_BYTES)
        out = cls(Fr.decode(fields.bytes(1), 1))
        for encoded in fields.list(2, bytes):
            credential = Credential.decode(encoded)
            credential.check(out._link)
            out._credentials.append(credential)
        for entry in fields.list(3, list):
            match entry:
                case [bytes(offered), bytes(blind), bytes(share)]:
                    offer = Offer.decode(offered)
                    out._pending[offer.nonce] = offer, Fr.decode(blind, 1), Fr.decode(share, 1)
                case _:
                    raise DecodingError("expected open requests as offer, blind and share")
        fields.done()
        return out

    def save(self, path: str | Path, passphrase: str) -> None:
        """Write it encrypted under a passphrase (JWE); a file that is there is replaced at once or not at all."""
        write_private(Path(path), seal(self.encode(), passphrase))

    @classmethod
    def load(cls, path: str | Path, passphrase: str) -> Wallet:
        """Read what `save` wrote.

        Raises:
            VerificationError: the passphrase is wrong.
            DecodingError: not such a file.
        """
        return cls.decode(read_sealed(path, passphrase))

    def __repr__(self) -> str:
        return f"<Wallet of {len(self._credentials)} credentials, {len(self._pending)} requests open>"


def _nonzero() -> Fr:
    return Fr(1 + secrets.randbelow(Fr.MODULUS - 1))
