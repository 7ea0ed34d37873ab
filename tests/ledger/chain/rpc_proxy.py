"""A JSON-RPC server between client and chain, which passes requests on and can spoil what comes back."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen


class Proxy:
    """What the server does next: `fail_at` counts down to the request that is broken off; `spoil` changes answers,
    `refuse` gives the error to answer a method with, which is then not passed on.
    """

    def __init__(self, target):
        self.target, self.url = target, None
        self.fail_at, self.after_passing_on = None, False
        self.spoil = lambda method, answer: answer
        self.refuse = lambda method: None
        self.methods = []

    def answer(self, body):
        """The bytes to send back; None to break the connection."""
        request = json.loads(body)
        method = request["method"]
        self.methods.append(method)
        if (fault := self.refuse(method)) is not None:
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": fault}).encode()
        fails = self.fail_at is not None and self.fail_at == 0
        if self.fail_at is not None:
            self.fail_at -= 1
        if fails and not self.after_passing_on:
            return None
        with urlopen(Request(self.target, body, {"Content-Type": "application/json"}), timeout=30) as answer:  # noqa: S310
            text = answer.read()
        if fails:
            return None
        spoiled = self.spoil(method, json.loads(text))
        return spoiled if isinstance(spoiled, bytes) else json.dumps(spoiled).encode()


@contextmanager
def proxy_before(target):
    """A running proxy on a free port of this machine."""
    proxy = Proxy(target)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            answer = proxy.answer(self.rfile.read(int(self.headers["Content-Length"])))
            if answer is None:
                self.connection.close()
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

        def handle(self):
            try:
                super().handle()
            except (OSError, ValueError):  # The connection that we broke off.
                self.close_connection = True

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}/v3/a-secret-key"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
