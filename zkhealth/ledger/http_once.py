"""One HTTP request over a connection of its own, with limits; the standard library's client underneath."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_MOST_STEPS = 10


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    content_type: str
    body: bytes


def request(method: str, url: str, *, timeout: float, most: int, body: bytes | None = None) -> Answer:
    """Ask a server once.

    Args:
        method: GET or POST.
        url: http or https; certificates are checked against the system's authorities.
        timeout: seconds for each step: to connect, and to wait for the next bytes; for all of them, ten times as much.
        most: the longest answer to read, in bytes.
        body: what to send.

    Raises:
        OSError: no answer, none in time, or too long a one.
        ValueError: the URL is of another kind.
    """
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("expected an http or https URL with a host, without user, query and fragment")
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=timeout)
    try:
        connection.connect()
        with _cut_after(_MOST_STEPS * timeout, connection.sock):
            connection.request(method, parts.path or "/", body=body, headers={"Accept-Encoding": "identity"})
            return _answer(connection, most)
    except http.client.HTTPException as error:
        raise OSError(f"expected an HTTP answer, got a {type(error).__name__}") from None
    finally:
        connection.close()


def _answer(connection: http.client.HTTPConnection, most: int) -> Answer:
    try:
        response = connection.getresponse()
        data = response.read(most + 1)
    except ValueError:  # A chunk of negative length, say.
        raise OSError("expected an HTTP answer") from None
    if len(data) > most or (response.length or 0) > 0:
        raise OSError(f"expected an answer of at most {most} bytes, whole")
    return Answer(response.status, response.getheader("Content-Type", ""), data)


@contextmanager
def _cut_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    """End a connection that lasts longer, with an OSError: a server that is never silent could hold us for ever."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # Below TLS, which would wait for the other side.

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not is_cut.is_set():
            raise
    finally:
        timer.cancel()
    if is_cut.is_set():
        raise OSError("expected an answer in time")
