"""BBS signatures on scalars: A = B/(sk + e) for B = P1 + domain·Q1 + Σ m_i·H_i.

Boneh, Boyen, Shacham 2004; Tessaro and Zhu 2023; the core operations of
draft-irtf-cfrg-bbs-signatures, byte for byte.  Signing is deterministic: e is a hash
of the key and all that is signed.  Messages enter only sums in constant time.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from zkhealth.curve import G1, G2, FixedBases, pairing_product_is_one
from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.signatures.suites import Suite

_MOST_TABLES = 128


@dataclass(frozen=True, eq=False)
class Generators:
    """P1, Q1 and one H_i for each message."""

    P1: G1
    Q1: G1
    H: G1

    @functools.cached_property
    def points(self) -> G1:
        """P1, Q1, H_1 … H_n."""
        return G1.stack(self.P1, self.Q1, self.H)

    @functools.cached_property
    def encoded(self) -> bytes:
        """n, Q1, H_1 … H_n, as the domain hashes them."""
        return len(self.H).to_bytes(8, "big") + self.points[1:].encode()

    def sum(self, scalars: Fr) -> G1:
        """`scalars @ points` in constant time, by tables unless there are very many messages."""
        return scalars @ (self._tables if len(scalars) <= _MOST_TABLES else self.points)

    @functools.cached_property
    def _tables(self) -> FixedBases:
        return FixedBases(self.points)


@functools.lru_cache(maxsize=32)
def generators(suite: Suite, api_id: bytes, n: int) -> Generators:
    """What an interface uses for `n` messages; cached, with its tables."""
    points = suite.generators(api_id, n + 1)
    return Generators(suite.P1, points[0], points[1:])


@dataclass(frozen=True, eq=False)
class Setting:
    """What issuer, holder and verifier all know of a signature before it exists.

    Raises:
        ValueError: the public key is the identity, for which everybody can sign.

    >>> from zkhealth.signatures.suites import SHA_256
    >>> sk = key_gen(SHA_256, bytes(range(32)))
    >>> setting = Setting(SHA_256, b"example", generators(SHA_256, b"example", 2), public_key(sk), b"a header")
    >>> signature = sign(setting, sk, Fr([4, 5]))
    >>> verify(setting, Fr([4, 5]), signature)
    """

    suite: Suite
    api_id: bytes
    generators: Generators = field(repr=False)
    pk: G2
    header: bytes

    def __post_init__(self) -> None:
        if not self.pk.is_point or self.pk.has_identity():
            raise ValueError("expected one public key that is not the identity")
        if not isinstance(self.header, bytes) or not isinstance(self.api_id, bytes):
            raise TypeError("expected bytes as header and api_id")

    @property
    def n(self) -> int:
        """The number of messages."""
        return len(self.generators.H)

    @functools.cached_property
    def domain(self) -> Fr:
        """The hash of all of this (calculate_domain)."""
        header = len(self.header).to_bytes(8, "big") + self.header
        return self.hash_to_scalar(self.pk.encode() + self.generators.encoded + self.api_id + header)

    def hash_to_scalar(self, data: bytes) -> Fr:
        """The interface's hash for everything but messages."""
        return self.suite.hash_to_scalar(data, self.api_id + b"H2S_")

    def B(self, messages: Fr) -> G1:
        """P1 + domain·Q1 + Σ m_i·H_i, in constant time.

        Raises:
            ValueError: not one scalar for each message.
        """
        check_vector(messages, self.n)
        return self.generators.sum(concat(Fr(1), self.domain, messages))


@dataclass(frozen=True, eq=False)
class Signature:
    """A and e.  It identifies its holder: nobody but the issuer and the holder should see it."""

    A: G1 = field(repr=False)
    e: Fr = field(repr=False)

    def encode(self) -> bytes:
        """80 bytes."""
        return self.A.encode() + self.e.encode()

    @classmethod
    def decode(cls, data: bytes) -> Signature:
        """The inverse of `encode`.

        Raises:
            DecodingError: not canonical, not in the group, or A or e is zero.
        """
        data = as_bytes(data)
        if len(data) != G1.BYTES + Fr.BYTES:
            raise DecodingError(f"expected a signature of {G1.BYTES + Fr.BYTES} bytes, got {len(data)}")
        A, e = G1.decode(data[: G1.BYTES]), Fr.decode(data[G1.BYTES :])
        if A.has_identity() or e == Fr(0):
            raise DecodingError("zero is not allowed in a signature")
        return cls(A, e)


def key_gen(suite: Suite, key_material: bytes, key_info: bytes = b"", key_dst: bytes | None = None) -> Fr:
    """The secret key that follows from at least 32 secret, random bytes.

    Raises:
        ValueError: `key_material` is too short, `key_info` is longer than 65535 bytes.
    """
    if len(key_material) < 32:
        raise ValueError(f"expected at least 32 bytes of key material, got {len(key_material)}")
    if len(key_info) > 65535:
        raise ValueError(f"expected at most 65535 bytes of key information, got {len(key_info)}")
    derive_input = as_bytes(key_material) + len(key_info).to_bytes(2, "big") + as_bytes(key_info)
    return suite.hash_to_scalar(derive_input, suite.id + b"KEYGEN_DST_" if key_dst is None else key_dst)


def public_key(sk: Fr) -> G2:
    """W = sk·P2."""
    return sk * G2.generator()


def decode_public_key(data: bytes) -> G2:
    """The point that 96 bytes encode.

    Raises:
        DecodingError: not canonical, not in the group, or the identity.
    """
    pk = G2.decode(data, 1)
    if pk.has_identity():
        raise DecodingError("the identity is not a public key")
    return pk


def sign(setting: Setting, sk: Fr, messages: Fr, commitment: G1 | None = None) -> Signature:
    """Sign `messages`; with a commitment, they are the first ones and it holds all others.

    A commitment is signed blindly: check its proof before (`blind.blind_sign` does).

    Raises:
        ValueError: not one scalar for each message, or `sk` does not belong to the public key.
        VerificationError: the commitment cancels everything that is signed.
    """
    if public_key(sk) != setting.pk:
        raise ValueError("the secret key does not belong to the public key")
    if commitment is None:
        B = setting.B(messages)
        signed = messages.encode() + setting.domain.encode()
    else:
        check_vector(messages)
        B = setting.B(concat(messages, Fr([0] * (setting.n - len(messages))))) + commitment
        signed = B.encode()
    if B.has_identity():
        raise VerificationError("the commitment cancels everything that is signed")
    e = setting.hash_to_scalar(sk.encode() + signed)
    return Signature((sk + e).inverse() * B, e)


def verify(setting: Setting, messages: Fr, signature: Signature) -> None:
    """Check e(A, W)·e(e·A − B, P2) = 1.

    Raises:
        VerificationError: it does not hold.
        ValueError: not one scalar for each message.
    """
    A, e = signature.A, signature.e
    if not pairing_product_is_one([(A, setting.pk), (e * A - setting.B(messages), G2.generator())]):
        raise VerificationError("the signature is not valid")


def check_vector(scalars: Fr, n: int | None = None) -> None:
    """Refuse what is not a vector of `n` scalars, or of any number."""
    if not isinstance(scalars, Fr):
        raise TypeError(f"expected Fr, got {type(scalars).__name__}")
    if scalars.is_scalar or (n is not None and len(scalars) != n):
        raise ValueError("expected a vector of scalars" if n is None else f"expected a vector of {n} scalars")
