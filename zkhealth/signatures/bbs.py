"""BBS signatures as in draft-irtf-cfrg-bbs-signatures: sign many messages, show some, unlinkably.

The draft's interface, byte for byte, on octet strings.  A proof shows the header and
the disclosed messages, that one holder has a signature on them, and nothing more:
two proofs from one signature cannot be linked.  It is bound to the presentation
header `ph`; a verifier puts a challenge of its own there, or proofs can be replayed.

    >>> import secrets
    >>> sk = key_gen(secrets.token_bytes(32))
    >>> pk = sk_to_pk(sk)
    >>> messages = [b"Ada", b"1990-04-01", b"cvx|208"]
    >>> signature = sign(sk, pk, b"schema 1", messages)
    >>> verify(pk, signature, b"schema 1", messages)

    >>> proof = proof_gen(pk, signature, b"schema 1", b"challenge 42", messages, [2])
    >>> proof_verify(pk, proof, b"schema 1", b"challenge 42", [b"cvx|208"], [2])
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from zkhealth.errors import VerificationError, WitnessError
from zkhealth.field import Fr, as_bytes
from zkhealth.signatures import core
from zkhealth.signatures import proof as proofs
from zkhealth.signatures.prover import Blinding, Prover
from zkhealth.signatures.suites import SHA_256, Suite

__all__ = ["key_gen", "sk_to_pk", "sign", "verify", "proof_gen", "proof_verify"]


def key_gen(key_material: bytes, key_info: bytes = b"", key_dst: bytes | None = None, *, suite: Suite = SHA_256) -> Fr:
    """The secret key that follows from at least 32 secret, random bytes.

    Raises:
        ValueError: `key_material` is too short, `key_info` is longer than 65535 bytes.
    """
    return core.key_gen(suite, key_material, key_info, key_dst)


def sk_to_pk(sk: Fr) -> bytes:
    """The public key, 96 bytes."""
    return core.public_key(sk).encode()


def sign(sk: Fr, pk: bytes, header: bytes = b"", messages: Sequence[bytes] = (), *, suite: Suite = SHA_256) -> bytes:
    """Sign a header, always shown later, and messages; 80 bytes.

    Raises:
        ValueError: `pk` does not belong to `sk`.
        DecodingError: `pk` is not a public key.
    """
    setting = _setting(suite, pk, header, len(messages))
    return core.sign(setting, sk, suite.messages_to_scalars(messages, setting.api_id)).encode()


def verify(
    pk: bytes, signature: bytes, header: bytes = b"", messages: Sequence[bytes] = (), *, suite: Suite = SHA_256
) -> None:
    """Check a signature, which only issuer and holder ever see.

    Raises:
        VerificationError: it is not valid for these messages.
        DecodingError: it, or the key, is not canonical.
    """
    setting = _setting(suite, pk, header, len(messages))
    scalars = suite.messages_to_scalars(messages, setting.api_id)
    core.verify(setting, scalars, core.Signature.decode(signature))


def proof_gen(
    pk: bytes,
    signature: bytes,
    header: bytes = b"",
    ph: bytes = b"",
    messages: Sequence[bytes] = (),
    disclosed_indexes: Sequence[int] = (),
    *,
    suite: Suite = SHA_256,
) -> bytes:
    """Prove that the messages at `disclosed_indexes` are signed; 272 bytes and 32 for each hidden one.

    Raises:
        WitnessError: the signature is not valid.
        ValueError: the indexes are not ascending, or out of range.
        DecodingError: the signature or the key is not canonical.
    """
    check_ascending(disclosed_indexes)
    setting = _setting(suite, pk, header, len(messages))
    scalars = suite.messages_to_scalars(messages, setting.api_id)
    return prove(setting, core.Signature.decode(signature), scalars, disclosed_indexes, ph)


def proof_verify(
    pk: bytes,
    proof: bytes,
    header: bytes = b"",
    ph: bytes = b"",
    disclosed_messages: Sequence[bytes] = (),
    disclosed_indexes: Sequence[int] = (),
    *,
    suite: Suite = SHA_256,
) -> None:
    """Check that the disclosed messages are signed, at these indexes, with this header.

    How many messages there are follows from the length of the proof, and is signed.

    Raises:
        VerificationError: the proof does not show that.
        DecodingError: the proof or the key is not canonical.
        ValueError: not one ascending index for each disclosed message.
    """
    check_ascending(disclosed_indexes)
    if len(disclosed_messages) != len(disclosed_indexes):
        raise ValueError("expected one index for each disclosed message")
    n_hidden = proofs.count_hidden(proof, len(disclosed_indexes))
    n = n_hidden + len(disclosed_indexes)
    if disclosed_indexes and disclosed_indexes[-1] >= n:
        raise VerificationError(f"the proof is about {n} messages only")
    decoded = proofs.Proof.decode(proof, n_hidden)
    setting = _setting(suite, pk, header, n)
    scalars = suite.messages_to_scalars(disclosed_messages, setting.api_id)
    disclosed = dict(zip(disclosed_indexes, scalars, strict=True))
    proofs.proof_verify(setting, decoded, disclosed, ph)


def prove(
    setting: core.Setting, signature: core.Signature, messages: Fr, disclosed_indexes: Sequence[int], ph: bytes
) -> bytes:
    """A proof from a signature that is checked first.

    Raises:
        WitnessError: the signature is not valid.
    """
    try:
        core.verify(setting, messages, signature)
    except VerificationError:
        raise WitnessError("the signature is not valid for these messages") from None
    blinding = Blinding.draw(setting, signature, messages, disclosed_indexes, label=b"alone", statement=as_bytes(ph))
    return Prover(setting, signature, messages, disclosed_indexes, blinding).finish(ph).encode()


def check_ascending(indexes: Sequence[int]) -> None:
    """Refuse indexes that are not what the draft asks for.

    Raises:
        ValueError: they are not ascending, or negative.
    """
    if any(isinstance(i, bool) or not isinstance(i, int) for i in indexes):
        raise TypeError("expected indexes of messages")
    if any(i < 0 for i in indexes) or any(i >= j for i, j in pairwise(indexes)):
        raise ValueError("expected ascending indexes of messages")


def _setting(suite: Suite, pk: bytes, header: bytes, n: int) -> core.Setting:
    api_id = suite.id + b"H2G_HM2S_"
    generators = core.generators(suite, api_id, n)
    return core.Setting(suite, api_id, generators, core.decode_public_key(pk), as_bytes(header))
