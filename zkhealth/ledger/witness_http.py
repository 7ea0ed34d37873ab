"""A witness over HTTP: what a request looks like, and the client.

C2SP tlog-witness, add-checkpoint and the monitors' retrieval.  The errors of `witness` travel as status codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from zkhealth.errors import DecodingError, VerificationError
from zkhealth.field import as_bytes
from zkhealth.ledger.base64_lines import read_hash, read_size, to_base64
from zkhealth.ledger.checkpoint import Checkpoint, peek
from zkhealth.ledger.cosignature import CosignatureVerifier
from zkhealth.ledger.http_once import Answer, request
from zkhealth.ledger.note import MAX_BYTES, check_characters, one_of_each_key, open_note, read_signatures, split_note
from zkhealth.ledger.witness import (
    ConflictError,
    InconsistentCheckpointError,
    UnknownLogError,
    UntrustedCheckpointError,
)
from zkhealth.merkle import Proof

MAX_HASHES = 63
MAX_REQUEST_BYTES = MAX_BYTES + 64 * 64
SIZE_TYPE = "text/x.tlog.size"


class HttpWitness:
    """A witness behind a URL.

    Args:
        url: the submission prefix, http or https.
        keys: the witness's keys; its answers count only if they are signed with one.
        monitoring_url: where it shows what it has seen; by default `url`.
        timeout: seconds for each step of a request.
    """

    def __init__(
        self, url: str, keys: Sequence[CosignatureVerifier], monitoring_url: str | None = None, timeout: float = 10.0
    ) -> None:
        if not keys:
            raise ValueError("expected at least one key of the witness")
        self._url = url.rstrip("/")
        self._monitoring_url = (monitoring_url or url).rstrip("/")
        self._keys = tuple(keys)
        self._timeout = timeout

    def seen(self, origin: str) -> Checkpoint | None:
        """The last checkpoint it says it accepted of a log, or None if it says none; raises as `checkpoint` does."""
        data = self.checkpoint(origin)
        return None if data is None else peek(data)

    def checkpoint(self, origin: str) -> bytes | None:
        """The same as a note: what an observer needs to compare (see `follow.compare`), since the log signed it.

        Raises:
            VerificationError: what it shows is not cosigned by it, or is another log's.
            DecodingError: what it shows is no checkpoint.
            OSError: no answer, or another than 200 and 404.
        """
        url = f"{self._monitoring_url}/{origin_hash(origin)}/checkpoint"
        answer = request("GET", url, timeout=self._timeout, most=MAX_BYTES)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise OSError(f"the witness answered {answer.status}")
        checkpoint = Checkpoint.decode(open_note(answer.body, self._keys).text)
        if checkpoint.origin != origin:
            raise VerificationError(f"expected a checkpoint of {origin}, got one of {checkpoint.origin}")
        return answer.body

    def accept(self, signed_checkpoint: bytes, proof: Sequence[bytes], old_size: int | None = None) -> bytes:
        """Ask it to cosign a checkpoint that extends the last one it accepted; returns its signature lines.

        Args:
            signed_checkpoint: the note, with the log's signature.
            proof: the consistency proof from the last checkpoint it accepted, empty if there is none.
            old_size: where the proof starts; by default it is asked with `seen`.

        Raises:
            UnknownLogError, UntrustedCheckpointError, ConflictError, InconsistentCheckpointError: as they say.
            VerificationError: its answer has no cosignature of its own on this checkpoint.
            DecodingError: this is no checkpoint; it calls the request malformed; its answer is no signature lines.
            OSError: no answer, or one outside the protocol.
        """
        checkpoint = peek(signed_checkpoint)
        if old_size is None:
            last = self.seen(checkpoint.origin)
            old_size = last.size if last else 0
            if old_size > checkpoint.size:
                raise InconsistentCheckpointError(f"the witness has seen {old_size} entries, not {checkpoint.size}")
        body = encode_request(old_size, tuple(proof), signed_checkpoint)
        answer = request("POST", f"{self._url}/add-checkpoint", body=body, timeout=self._timeout, most=MAX_BYTES)
        if answer.status != 200:
            raise _refusal(answer)
        read_signatures(answer.body)
        note = open_note(split_note(signed_checkpoint)[0] + b"\n" + answer.body, self._keys)
        return b"".join(signature.encode() for signature in one_of_each_key(note.signatures))


def origin_hash(origin: str) -> str:
    """How a log is named in a witness's URLs."""
    return hashlib.sha256(origin.encode()).hexdigest()


def encode_request(old_size: int, proof: Proof, signed_checkpoint: bytes) -> bytes:
    """Write the body of add-checkpoint."""
    lines = [f"old {old_size}", *map(to_base64, proof), ""]
    return "".join(line + "\n" for line in lines).encode() + signed_checkpoint


def decode_request(data: bytes) -> tuple[int, Proof, bytes]:
    """Read the body of add-checkpoint: old size, consistency proof, signed checkpoint.

    Raises DecodingError if it is none; the checkpoint and the proof may still be false.
    """
    data = as_bytes(data)
    if len(data) > MAX_REQUEST_BYTES:
        raise DecodingError(f"expected a request of at most {MAX_REQUEST_BYTES} bytes, got {len(data)}")
    head, blank, checkpoint = data.partition(b"\n\n")
    check_characters(head, DecodingError)
    old, *hashes = head.decode().split("\n")
    if not blank or not old.startswith("old ") or len(hashes) > MAX_HASHES:
        raise DecodingError(f"expected a line with the old size, at most {MAX_HASHES} hashes, and a blank line")
    peek(checkpoint)
    return read_size(old.removeprefix("old ")), tuple(map(read_hash, hashes)), checkpoint


def _refusal(answer: Answer) -> Exception:
    """What an answer other than 200 means."""
    match answer.status:
        case 400:
            return DecodingError("the witness calls the request malformed")
        case 403:
            return UntrustedCheckpointError("the witness does not trust who signed the checkpoint")
        case 404:
            return UnknownLogError("the witness does not know the log")
        case 409 if answer.content_type == SIZE_TYPE and answer.body.endswith(b"\n"):
            return ConflictError(read_size(answer.body[:-1].decode("ascii", "replace")))
        case 422:
            return InconsistentCheckpointError("the checkpoint does not extend the last one the witness accepted")
    return OSError(f"the witness answered {answer.status}")
