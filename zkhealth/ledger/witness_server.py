"""A small witness server: `LocalWitness` behind HTTP, one thread for each connection.

C2SP tlog-witness: POST /add-checkpoint, GET /<hash of origin>/checkpoint.  It speaks plain HTTP; put a server with TLS
and limits on connections before it where strangers can reach it.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from zkhealth.errors import DecodingError, ZkHealthError
from zkhealth.ledger.witness import (
    ConflictError,
    InconsistentCheckpointError,
    LocalWitness,
    UnknownLogError,
    UntrustedCheckpointError,
)
from zkhealth.ledger.witness_http import MAX_REQUEST_BYTES, SIZE_TYPE, decode_request, origin_hash

_LOGGER = logging.getLogger(__name__)
_PLAIN = "text/plain; charset=utf-8"
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownLogError, 404),
    (UntrustedCheckpointError, 403),
    (InconsistentCheckpointError, 422),
    (DecodingError, 400),
    (ZkHealthError, 500),
    (OSError, 500),
)


class WitnessServer:
    """Serves a witness while the context lasts.

    Args:
        witness: what answers.
        host, port: where to listen; port 0 takes a free one, see `url`.
        timeout: seconds after which a silent connection is closed.

    Raises OSError if it cannot listen there.
    """

    def __init__(self, witness: LocalWitness, host: str = "127.0.0.1", port: int = 0, timeout: float = 10.0) -> None:
        handler = type("Handler", (_Handler,), {"witness": witness, "timeout": timeout})
        self._server = _Server((host, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The submission and monitoring prefix."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> WitnessServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Ends with its connections: what is open when it closes is shut, and its threads are waited for."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in tuple(self._open):
            with suppress(OSError):  # It has ended by itself.
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _LOGGER.warning("a connection to the witness ended in an error", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    witness: LocalWitness

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        length, *more = self.headers.get_all("Content-Length", [""])
        if self.headers.defects:
            self._answer(400, close=True)
        elif self.path != "/add-checkpoint":
            self._answer(404, close=True)
        elif more or not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            self._answer(411, close=True)
        elif len(length) > 9 or int(length) > MAX_REQUEST_BYTES:
            self._answer(413, close=True)
        else:
            self._answer(*self._add_checkpoint(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """Show monitors the last checkpoint of a log."""
        by_path = {f"/{origin_hash(origin)}/checkpoint": origin for origin in self.witness.origins}
        # A body of a GET is not read: left in the connection, it would pass for the next request.
        close = bool(self.headers.defects) or "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        origin = by_path.get(self.path)
        try:
            data = self.witness.checkpoint(origin) if origin else None
        except (ZkHealthError, OSError):
            self._answer(500, close=True)
        else:
            self._answer(404 if data is None else 200, data or b"", close=close)

    def _add_checkpoint(self, body: bytes) -> tuple[int, bytes, str]:
        try:
            old_size, proof, checkpoint = decode_request(body)
            return 200, self.witness.accept(checkpoint, proof, old_size), _PLAIN
        except ConflictError as conflict:
            return 409, f"{conflict.size}\n".encode(), SIZE_TYPE
        except tuple(kind for kind, _ in _STATUS) as error:
            status = next(status for kind, status in _STATUS if isinstance(error, kind))
            return status, f"{error}\n".encode(), _PLAIN

    def _answer(self, status: int, body: bytes = b"", content_type: str = _PLAIN, *, close: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: who asks is nobody's business."""
