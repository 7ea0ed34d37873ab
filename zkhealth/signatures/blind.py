"""Blind BBS signatures: the holder commits to messages that the signer signs without seeing them.

draft-irtf-cfrg-bbs-blind-signatures on octet strings, byte for byte as its fixtures.
Afterwards the committed messages are proven like all others.

    >>> import secrets
    >>> from zkhealth.signatures import bbs
    >>> sk = bbs.key_gen(secrets.token_bytes(32))
    >>> pk = bbs.sk_to_pk(sk)
    >>> request, blind = commit([b"my link secret"])
    >>> signature = blind_sign(sk, pk, request, b"schema 1", [b"Ada", b"cvx|208"], n_committed=1)
    >>> signed = {"messages": [b"Ada", b"cvx|208"], "committed_messages": [b"my link secret"]}
    >>> verify_blind_sign(pk, signature, b"schema 1", **signed, secret_prover_blind=blind)

    >>> proof = blind_proof_gen(
    ...     pk, signature, b"schema 1", b"challenge 42", **signed, disclosed_indexes=[1], secret_prover_blind=blind
    ... )
    >>> blind_proof_verify(pk, proof, b"schema 1", b"challenge 42", 2, [b"cvx|208"], disclosed_indexes=[1])
"""

from __future__ import annotations

from collections.abc import Sequence

from zkhealth.errors import VerificationError
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.signatures import bbs, commitment, core
from zkhealth.signatures import proof as proofs
from zkhealth.signatures.commitment import Commitment
from zkhealth.signatures.suites import SHA_256, Suite

__all__ = ["commit", "blind_sign", "verify_blind_sign", "blind_proof_gen", "blind_proof_verify"]


def commit(committed_messages: Sequence[bytes] = (), *, suite: Suite = SHA_256) -> tuple[bytes, Fr]:
    """A commitment with its proof, for the signer, and the prover blind, to be kept secret."""
    api_id = _api_id(suite)
    made, blind = commitment.commit(suite, api_id, suite.messages_to_scalars(committed_messages, api_id))
    return made.encode(), blind


def blind_sign(
    sk: Fr,
    pk: bytes,
    commitment_with_proof: bytes = b"",
    header: bytes = b"",
    messages: Sequence[bytes] = (),
    *,
    n_committed: int = 0,
    suite: Suite = SHA_256,
) -> bytes:
    """Sign the signer's messages and `n_committed` committed ones; 80 bytes.

    Raises:
        VerificationError: the commitment's proof does not hold.
        DecodingError: the commitment is not canonical, or is to another number of messages.
        ValueError: `pk` does not belong to `sk`, or there is no commitment to `n_committed` messages.
    """
    setting = _setting(suite, pk, header, len(messages), n_committed)
    request = Commitment.decode(commitment_with_proof, n_committed) if commitment_with_proof else None
    scalars = suite.messages_to_scalars(messages, setting.api_id)
    return commitment.sign_blindly(setting, sk, scalars, request, n_committed=n_committed).encode()


def verify_blind_sign(
    pk: bytes,
    signature: bytes,
    header: bytes = b"",
    messages: Sequence[bytes] = (),
    committed_messages: Sequence[bytes] = (),
    secret_prover_blind: Fr | None = None,
    *,
    suite: Suite = SHA_256,
) -> None:
    """Check a blind signature; without a commitment, leave the prover blind out.

    Raises:
        VerificationError: it is not valid for these messages.
        DecodingError: it, or the key, is not canonical.
    """
    setting = _setting(suite, pk, header, len(messages), len(committed_messages))
    scalars = _signed(setting, messages, committed_messages, secret_prover_blind)
    core.verify(setting, scalars, core.Signature.decode(signature))


def blind_proof_gen(
    pk: bytes,
    signature: bytes,
    header: bytes = b"",
    ph: bytes = b"",
    messages: Sequence[bytes] = (),
    committed_messages: Sequence[bytes] = (),
    disclosed_indexes: Sequence[int] = (),
    disclosed_committed_indexes: Sequence[int] = (),
    secret_prover_blind: Fr | None = None,
    *,
    suite: Suite = SHA_256,
) -> bytes:
    """Prove that the messages at these indexes, of the signer's and of the committed ones, are signed.

    Raises:
        WitnessError: the signature is not valid.
        ValueError: the indexes are not ascending, or out of range.
        DecodingError: the signature or the key is not canonical.
    """
    indexes = _joint_indexes(len(messages), disclosed_indexes, disclosed_committed_indexes)
    setting = _setting(suite, pk, header, len(messages), len(committed_messages))
    scalars = _signed(setting, messages, committed_messages, secret_prover_blind)
    return bbs.prove(setting, core.Signature.decode(signature), scalars, indexes, ph)


def blind_proof_verify(
    pk: bytes,
    proof: bytes,
    header: bytes = b"",
    ph: bytes = b"",
    n_signer: int = 0,
    disclosed_messages: Sequence[bytes] = (),
    disclosed_committed_messages: Sequence[bytes] = (),
    disclosed_indexes: Sequence[int] = (),
    disclosed_committed_indexes: Sequence[int] = (),
    *,
    suite: Suite = SHA_256,
) -> None:
    """Check that these messages are among `n_signer` of the signer's, and these among the committed ones.

    How many are committed follows from the length of the proof, and is signed.

    Raises:
        VerificationError: the proof does not show that.
        DecodingError: the proof or the key is not canonical.
        ValueError: not one ascending index for each disclosed message.
    """
    indexes = _joint_indexes(n_signer, disclosed_indexes, disclosed_committed_indexes)
    messages = [*disclosed_messages, *disclosed_committed_messages]
    if len(disclosed_messages) != len(disclosed_indexes) or len(messages) != len(indexes):
        raise ValueError("expected one index for each disclosed message")
    n_hidden = proofs.count_hidden(proof, len(indexes))
    n = n_hidden + len(indexes)
    if n < n_signer + 1 or (indexes and indexes[-1] >= n):
        raise VerificationError(f"the proof is about {n} messages only")
    decoded = proofs.Proof.decode(proof, n_hidden)
    setting = _setting(suite, pk, header, n_signer, n - n_signer - 1)
    scalars = suite.messages_to_scalars(messages, setting.api_id)
    disclosed = dict(zip(indexes, scalars, strict=True))
    proofs.proof_verify(setting, decoded, disclosed, ph)


def _api_id(suite: Suite) -> bytes:
    return suite.id + b"BLIND_H2G_HM2S_"


def _setting(suite: Suite, pk: bytes, header: bytes, n_signer: int, n_committed: int) -> core.Setting:
    return commitment.blind_setting(
        suite,
        _api_id(suite),
        core.decode_public_key(pk),
        as_bytes(header),
        n_signer=n_signer,
        n_committed=n_committed,
    )


def _signed(setting: core.Setting, messages: Sequence[bytes], committed: Sequence[bytes], blind: Fr | None) -> Fr:
    """The signer's messages, the prover blind, the committed messages."""
    signer, holder = (setting.suite.messages_to_scalars(m, setting.api_id) for m in (messages, committed))
    return concat(signer, Fr(0) if blind is None else blind, holder)


def _joint_indexes(n_signer: int, indexes: Sequence[int], committed: Sequence[int]) -> list[int]:
    """Indexes in the signed vector; the prover blind, at `n_signer`, has none."""
    bbs.check_ascending(indexes)
    bbs.check_ascending(committed)
    if indexes and indexes[-1] >= n_signer:
        raise ValueError(f"expected indexes below {n_signer} of the signer's messages")
    return [*indexes, *(n_signer + 1 + j for j in committed)]
