"""A presentation: BBS proofs and the relations beside them, as one protocol under one header.

Every first message and every public value enters one header; the header is the presentation header of each BBS
proof, whose own challenge c_k then answers everything about credential k, with one response for each message.
NOTES.md derives it.  The verifier takes statement, bases, bounds, keys and places from its own challenge; what is read
from the presentation is only which of its trusted keys signed, points, scalars, and the values that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from zkhealth.credentials.issuing.interface import setting
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.issuing.messages import n_messages, place
from zkhealth.credentials.policies.policy import Policy, revealed
from zkhealth.credentials.policies.terms import FieldRef
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.relations import Points, Shape, committed, relations, replayed, statement
from zkhealth.credentials.schemas.fields import Plain
from zkhealth.curve import G1
from zkhealth.encoding import cbor
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.rangeproof import Statement
from zkhealth.signatures import Proof, Setting, check_challenge
from zkhealth.transcript import Transcript, joined

if TYPE_CHECKING:
    from segno import QRCode

MAX_BYTES = 1 << 17
VERSION = 1
_T = TypeVar("_T")
_TAG = b"zkhealth/presentation/v1"
_BITS_TAG = b"zkhealth/presentation/bits/v1"


@dataclass(frozen=True)
class Shown:
    """One credential: which of the trusted issuers and of its keys, the values shown, and the BBS proof."""

    issuer: int
    key: int
    values: tuple[Plain, ...]
    proof: bytes


@dataclass(frozen=True)
class Presentation:
    """What the holder sends."""

    shown: tuple[Shown, ...]
    points: bytes
    responses: bytes
    bits: bytes
    option: int | None = None
    """Which policy it answers, where the verifier accepts one of several."""

    def encode(self) -> bytes:
        """Deterministic CBOR: [version, [[issuer, key, values, proof], …], points, responses, bits], and the option."""
        shown = [[s.issuer, s.key, [_written(v) for v in s.values], s.proof] for s in self.shown]
        option = [] if self.option is None else [self.option]
        return cbor.encode([VERSION, shown, self.points, self.responses, self.bits, *option])

    __bytes__ = encode

    @classmethod
    def decode(cls, data: bytes) -> Presentation:
        """The inverse of `encode`.

        Raises:
            DecodingError: too long, or not what `encode` makes.
        """
        match cbor.decode(as_bytes(data), MAX_BYTES):
            case [int(version), list(shown), bytes(points), bytes(responses), bytes(bits), *rest]:
                if type(version) is int and version == VERSION and len(rest) <= 1:
                    return cls(tuple(map(_shown, shown)), points, responses, bits, *map(_option, rest))
        raise DecodingError(f"expected a presentation of version {VERSION}")

    def qr(self) -> QRCode:
        """One QR code, an object of segno with `save` and `svg_inline` (needs the extra `qr`).

        Raises:
            ValueError: too long for one code.
        """
        from zkhealth.encoding.qr import to_qr  # noqa: PLC0415 (an extra)

        return to_qr(self.encode())

    @classmethod
    def from_qr(cls, image: Any) -> Presentation:
        """Read the one code in a picture: a file, a PIL image or an array (needs the extra `qr`).

        Raises:
            DecodingError: there is no code in it, or several; or it holds no presentation.
        """
        from zkhealth.encoding.qr import read_qr  # noqa: PLC0415 (an extra)

        return cls.decode(read_qr(image))


@dataclass(frozen=True, eq=False)
class Read:
    """A presentation as its verifier understands it: decoded, of the right shape, and nothing more."""

    settings: tuple[Setting, ...]
    issuers: tuple[IssuerPublic, ...]
    proofs: tuple[Proof, ...]
    disclosed: tuple[dict[int, Fr], ...]
    values: dict[str, Plain]
    points: Points
    others: Fr
    raw_points: G1


@dataclass(frozen=True, eq=False)
class Deferred:
    """What is left to check, and may be checked together with others: pairings, and a range argument."""

    read: Read
    bits: tuple[Statement, bytes, bytes] | None


def check(challenge: Challenge, presentation: Presentation) -> Deferred:
    """Check all but the pairings and the range argument.

    Raises:
        DecodingError: not of the shape that the policy asks for, or not canonical.
        VerificationError: it does not hold.
    """
    read = _read(challenge, presentation)
    found = relations(challenge.compiled, read.points)
    messages = [_responses(*parts) for parts in zip(read.settings, read.proofs, read.disclosed, strict=True)]
    T = replayed(found, messages, read.others, [proof.challenge for proof in read.proofs])
    firsts = [(proof.Abar, proof.Bbar, proof.D) for proof in read.proofs]
    ph = header(challenge, read.settings, read.disclosed, firsts, read.raw_points, T)
    for k, proof in enumerate(read.proofs):
        check_challenge(read.settings[k], proof, read.disclosed[k], ph)
    try:
        proven = statement(challenge.compiled, committed(challenge.compiled, read.points))
    except ValueError:  # the policy is sound, so it is the points: two that are one cancel in a sum
        raise VerificationError("the commitments of a presentation do not fit its statement") from None
    if proven is None:
        if presentation.bits:
            raise DecodingError("expected no range proof")
        return Deferred(read, None)
    return Deferred(read, (proven, presentation.bits, bits_context(ph, presentation)))


def header(
    challenge: Challenge,
    settings: Sequence[Setting],
    disclosed: Sequence[Mapping[int, Fr]],
    firsts: Sequence[tuple[G1, G1, G1]],
    points: G1,
    T: G1,
) -> bytes:
    """The digest of everything: the presentation header of every BBS proof.

    Raises:
        VerificationError: a point is the identity.
    """
    compiled, transcript = challenge.compiled, Transcript(_TAG)
    transcript.absorb_bytes(challenge.binding)
    transcript.absorb_int(len(settings))
    for known, values, first in zip(settings, disclosed, firsts, strict=True):
        transcript.absorb_bytes(known.pk.encode())
        transcript.absorb_bytes(known.header)
        transcript.absorb_int(len(values))
        for i in sorted(values):
            transcript.absorb_int(i)
            transcript.absorb_scalars(values[i])
        transcript.absorb_points(G1.stack(*first))
    transcript.absorb_points(points)
    for tag in compiled.tags:
        transcript.absorb_points(tag.base)
    for unequal in compiled.inequalities:
        transcript.absorb_scalars(unequal.target)
    transcript.absorb_points(T)
    return transcript.digest()


def bits_context(ph: bytes, first_part: Presentation) -> bytes:
    """What the range argument is about: the header, and all of the first part."""
    proofs = joined(*(shown.proof for shown in first_part.shown))
    return joined(_BITS_TAG, ph, proofs, first_part.points, first_part.responses)


def disclosed_refs(policy: Policy, k: int) -> list[FieldRef]:
    """The fields of credential k that the policy reveals, in its order."""
    return [clause.of for clause in revealed(policy) if clause.of.of == policy.wanted[k]]


def disclosed_scalars(refs: Sequence[FieldRef], values: Sequence[Plain]) -> dict[int, Fr]:
    """The scalars of shown values, by place."""
    scalars = {}
    for ref, value in zip(refs, values, strict=True):
        for part, scalar in enumerate(ref.field.scalars(value)):
            scalars[place(ref, part)] = scalar
    return scalars


def _read(challenge: Challenge, presentation: Presentation) -> Read:
    """Take the bytes apart by the policy's shape."""
    policy, shape = challenge.policy, Shape.of(challenge.compiled)
    if len(presentation.shown) != len(policy.wanted):
        raise DecodingError(f"expected {len(policy.wanted)} credentials, got {len(presentation.shown)}")
    if len(presentation.points) != shape.n_points * G1.BYTES:
        raise DecodingError(f"expected {shape.n_points} points")
    others = Fr.decode(presentation.responses, shape.n_secrets) if shape.n_secrets else Fr([])
    if shape.n_secrets == 0 and presentation.responses:
        raise DecodingError("expected no responses")
    values: dict[str, Plain] = {}
    settings, issuers, proofs, disclosed = [], [], [], []
    for k, (wanted, shown) in enumerate(zip(policy.wanted, presentation.shown, strict=True)):
        issuer = _chosen(policy.trusted(wanted), shown.issuer)
        refs = disclosed_refs(policy, k)
        if len(shown.values) != len(refs):
            raise DecodingError(f"expected {len(refs)} values of {wanted.name}")
        found = [ref.field.checked(value) for ref, value in zip(refs, shown.values, strict=True)]
        values |= {str(ref): value for ref, value in zip(refs, found, strict=True)}
        scalars = disclosed_scalars(refs, found)
        settings.append(setting(wanted.spec, _chosen(issuer.keys, shown.key)))
        issuers.append(issuer)
        proofs.append(Proof.decode(shown.proof, n_messages(wanted.spec) - len(scalars)))
        disclosed.append(scalars)
    points = G1.decode(presentation.points, shape.n_points) if shape.n_points else G1.stack()
    raw = G1.stack(points)
    if raw.has_identity():
        raise VerificationError("the identity is not allowed in a presentation")
    split = Points.split(challenge.compiled, raw)
    return Read(tuple(settings), tuple(issuers), tuple(proofs), tuple(disclosed), values, split, _vector(others), raw)


def _responses(known: Setting, proof: Proof, disclosed: Mapping[int, Fr]) -> Fr:
    """The response of every message by place: c·m for those that are disclosed."""
    hidden = iter(proof.m_hat)
    n = len(disclosed) + len(proof.m_hat)
    return concat(*(proof.challenge * disclosed[i] if i in disclosed else next(hidden) for i in range(n)))


def _chosen(items: Sequence[_T], index: int) -> _T:
    if not 0 <= index < len(items):
        raise DecodingError("expected the number of a trusted issuer, and of one of its keys")
    return items[index]


def _vector(scalars: Fr) -> Fr:
    return concat(scalars) if scalars.is_scalar else scalars


def _shown(content: object) -> Shown:
    match content:
        case [int(issuer), int(key), list(values), bytes(proof)] if type(issuer) is type(key) is int:
            return Shown(issuer, key, tuple(tuple(v) if isinstance(v, list) else v for v in values), proof)
    raise DecodingError("expected a credential as issuer, key, values and proof")


def _option(content: object) -> int:
    if type(content) is not int:
        raise DecodingError("expected the number of a policy")
    return content


def _written(value: Plain) -> object:
    return list(value) if isinstance(value, tuple) else value
