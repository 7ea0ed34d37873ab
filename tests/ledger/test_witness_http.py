"""The witness protocol on the wire: codes, bodies and limits, and clients that meet a server that lies."""

import http.client
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from forgeries import damaged
from hypothesis import given
from hypothesis import strategies as st
from ledger.memory_log import (
    COSIGNERS,
    LOG_KEY,
    NOW,
    ORIGIN,
    STRANGER,
    TRUST,
    exported,
    log_of,
    signed,
    state,
)

from zkhealth.errors import DecodingError, VerificationError, ZkHealthError
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.fetching import from_url
from zkhealth.ledger.note import open_note
from zkhealth.ledger.reader import read_log
from zkhealth.ledger.witness import ConflictError, LocalWitness
from zkhealth.ledger.witness_http import HttpWitness, decode_request, encode_request, origin_hash
from zkhealth.ledger.witness_server import WitnessServer

LOG = log_of(40)
OTHER = log_of(40, b"other")
KEY = COSIGNERS[0].verifier
REQUEST = encode_request(7, LOG.consistency_proof(7), signed(LOG))


@pytest.fixture
def server(tmp_path):
    witness = LocalWitness(tmp_path / "state", COSIGNERS[0], [TRUST], clock=lambda: NOW)
    witness.accept(signed(LOG, 7), ())
    with WitnessServer(witness, timeout=5) as server:
        yield server


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def post(server, body):
    return ask(server, "POST", "/add-checkpoint", body)


@pytest.mark.parametrize(
    ("why", "body", "status"),
    [
        ("honest", REQUEST, 200),
        ("the same size", encode_request(7, (), signed(LOG, 7)), 200),
        ("unknown log", encode_request(7, (), Checkpoint("o", 7, LOG.root(7)).sign(LOG_KEY)), 404),
        ("unknown signer", encode_request(7, LOG.consistency_proof(7), signed(LOG, 40, STRANGER)), 403),
        ("false signature", REQUEST.replace(b"\n40\n", b"\n41\n"), 403),
        ("old above new", encode_request(8, (), signed(LOG, 7)), 400),
        ("a fork", encode_request(7, OTHER.consistency_proof(7), signed(OTHER)), 422),
        ("two roots", encode_request(7, (), signed(OTHER, 7)), 422),
        ("no proof", encode_request(7, (), signed(LOG)), 422),
        ("no request", b"", 400),
        ("no old size", REQUEST.replace(b"old 7", b"old"), 400),
        ("a leading zero", REQUEST.replace(b"old 7", b"old 07"), 400),
        ("no checkpoint", b"old 7\n\n", 400),
        ("no blank line", b"old 7\n" + signed(LOG), 400),
        ("not base64", REQUEST.replace(b"old 7\n", b"old 7\n*\n"), 400),
        ("too many hashes", encode_request(7, (bytes(32),) * 64, signed(LOG)), 400),
        ("not UTF-8", b"\xff" + REQUEST, 400),
    ],
)
def test_each_request_gets_its_code(server, why, body, status):
    assert post(server, body)[0] == status, why


def test_a_cosignature_is_signature_lines_and_nothing_else(server):
    status, _, body = post(server, REQUEST)
    assert (status, body) == (200, COSIGNERS[0].cosign(state(LOG).encode(), NOW).encode())


@pytest.mark.parametrize("old", [0, 3, 12])
def test_a_conflict_names_the_size_in_its_own_type(server, old):
    status, kind, body = post(server, encode_request(old, LOG.consistency_proof(old), signed(LOG)))
    assert (status, kind, body) == (409, "text/x.tlog.size", b"7\n")


def test_an_empty_tree_with_another_root_is_unprocessable(tmp_path):
    witness = LocalWitness(tmp_path / "state", COSIGNERS[0], [TRUST], clock=lambda: NOW)
    with WitnessServer(witness) as server:
        assert post(server, encode_request(0, (), Checkpoint(ORIGIN, 0, bytes(32)).sign(LOG_KEY)))[0] == 422
        assert post(server, encode_request(0, (bytes(32),), signed(LOG, 7)))[0] == 422
        assert ask(server, "GET", f"/{origin_hash(ORIGIN)}/checkpoint")[0] == 404
        assert post(server, encode_request(0, (), signed(LOG, 0)))[0] == 200


def test_monitors_see_the_last_checkpoint_with_both_signatures(server):
    status, kind, body = ask(server, "GET", f"/{origin_hash(ORIGIN)}/checkpoint")
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert [s.name for s in open_note(body, [KEY, LOG_KEY.verifier]).signatures] == [ORIGIN, KEY.name]
    assert ask(server, "GET", f"/{origin_hash('other.example')}/checkpoint")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/add-checkpoint", {}, 404),
        ("GET", "/", {}, 404),
        ("GET", "/../state", {}, 404),
        ("POST", "/", {"Content-Length": "0"}, 404),
        ("POST", "/sign-subtree", {"Content-Length": "0"}, 404),
        ("POST", "/add-checkpoint", {"Content-Length": "-1"}, 411),
        ("POST", "/add-checkpoint", {"Content-Length": "1e3"}, 411),
        ("POST", "/add-checkpoint", {"Transfer-Encoding": "chunked"}, 411),
        ("POST", "/add-checkpoint", {"Content-Length": "2000000"}, 413),
        ("POST", "/add-checkpoint", {"Content-Length": "9" * 5000}, 413),
        ("PUT", "/add-checkpoint", {}, 501),
    ],
)
def test_other_requests_are_turned_away(server, method, path, headers, status):
    assert ask(server, method, path, None, headers)[0] == status


def test_a_connection_is_kept_for_the_next_request(server):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    for _ in range(3):
        connection.request("POST", "/add-checkpoint", encode_request(7, (), signed(LOG, 7)))
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (200, True)
        assert connection.sock is not None
    connection.close()


def test_a_client_that_goes_away_in_the_middle_does_no_harm(server):
    host, port = server.url.removeprefix("http://").split(":")
    half = b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 500\r\n\r\nold 7"
    for said in (b"", b"POST /add-ch", half, b"\xff" * 99):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(said)
    assert post(server, REQUEST)[0] == 200


def test_no_damage_to_a_request_changes_what_is_cosigned(server):
    honest = COSIGNERS[0].cosign(state(LOG).encode(), NOW).encode()
    for what, body in damaged(REQUEST, stride=11):
        status, _, answer = post(server, body)
        assert status in {400, 403, 404, 409, 422} or (status == 200 and answer == honest), what
        if status == 200:
            pytest.fail(f"{what} was cosigned")


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple))
def test_a_request_survives_its_encoding(old, proof):
    assert decode_request(encode_request(old, proof, signed(LOG))) == (old, proof, signed(LOG))


@given(st.binary(max_size=200) | st.text().map(lambda text: b"old 7\n" + text.encode()))
def test_any_bytes_are_a_request_or_refused(data):
    with pytest.raises(DecodingError):
        decode_request(data)


def test_a_request_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(DecodingError, match="request of at most"):
        decode_request(b"\xff" * 2_000_000)


@contextmanager
def lying(status, body, content_type="text/plain", declared=None):
    """A server that always says the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body) if declared is None else declared))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.do_POST()

        def log_message(self, format, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


TEXT = state(LOG, 7).encode()
GOOD = COSIGNERS[0].cosign(TEXT, NOW).encode()
STRANGERS = COSIGNERS[1].cosign(TEXT, NOW).encode()


@pytest.mark.parametrize(
    ("why", "status", "body", "error"),
    [
        ("nothing", 200, b"", DecodingError),
        ("no signature lines", 200, b"fine\n", DecodingError),
        ("no newline", 200, GOOD[:-1], DecodingError),
        ("a whole note", 200, signed(LOG, 7), DecodingError),
        ("a blank line before", 200, b"\n" + GOOD, DecodingError),
        ("a stranger's", 200, STRANGERS, VerificationError),
        ("on another checkpoint", 200, COSIGNERS[0].cosign(state(LOG, 8).encode(), NOW).encode(), VerificationError),
        ("the log's own line", 200, LOG_KEY.sign(TEXT).encode(), VerificationError),
        ("a conflict without a size", 409, b"\n", DecodingError),
        ("a server's error", 500, b"", OSError),
        ("a redirect", 302, b"", OSError),
        ("malformed", 400, b"", DecodingError),
    ],
)
def test_an_answer_that_is_no_cosignature_of_the_witness_is_refused(why, status, body, error):
    kind = "text/x.tlog.size" if status == 409 else "text/plain"
    with lying(status, body, kind) as url, pytest.raises(error):
        pytest.fail(f"{why} passed: {HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)}")


def test_lines_of_others_in_an_answer_are_dropped():
    with lying(200, STRANGERS + GOOD) as url:
        assert HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0) == GOOD


@pytest.mark.parametrize("body", [b"7", b"07\n", b"-1\n", b"7\n\n", b"\xff\n", b"9" * 5000 + b"\n"])
def test_a_conflict_in_another_form_is_refused(body):
    with lying(409, body, "text/x.tlog.size") as url, pytest.raises((DecodingError, OSError)):
        HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)


def test_a_conflict_of_another_type_is_no_conflict():
    with lying(409, b"7\n", "text/plain") as url, pytest.raises(OSError, match="answered 409"):
        HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)
    with lying(409, b"7\n", "text/x.tlog.size") as url, pytest.raises(ConflictError, match="from 7 entries"):
        HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)


@pytest.mark.parametrize(
    ("why", "status", "body", "error"),
    [
        ("another log's", 200, COSIGNERS[0].cosign(b"o\n" + TEXT.split(b"\n", 1)[1], NOW), VerificationError),
        ("not cosigned", 200, signed(LOG, 7), VerificationError),
        ("no note", 200, b"hello", DecodingError),
        ("a server's error", 503, b"", OSError),
    ],
)
def test_what_a_witness_shows_to_monitors_must_be_its_own(why, status, body, error):
    if not isinstance(body, bytes):
        body = b"o\n" + TEXT.split(b"\n", 1)[1] + b"\n" + body.encode()
    with lying(status, body) as url, pytest.raises(error):
        pytest.fail(f"{why} passed: {HttpWitness(url, [KEY]).seen(ORIGIN)}")


@given(st.binary(max_size=300), st.sampled_from([200, 409, 404, 422]))
def test_any_answer_gives_one_of_the_named_errors(body, status):
    from zkhealth.ledger import witness_http

    answer = witness_http.Answer(status, "text/x.tlog.size", body)
    try:
        raise witness_http._refusal(answer)
    except (ZkHealthError, OSError):
        pass


def test_an_answer_that_is_too_long_or_cut_off_is_an_os_error():
    with lying(200, bytes(1_000_002)) as url, pytest.raises(OSError, match="at most 1000000 bytes, whole"):
        HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)
    with lying(200, GOOD, declared=len(GOOD) + 5) as url, pytest.raises(OSError, match="whole"):
        HttpWitness(url, [KEY]).accept(signed(LOG, 7), (), 0)


def test_no_server_or_no_http_is_an_os_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"220 mail.example ESMTP\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(OSError, match="expected an HTTP answer"):
            HttpWitness(url, [KEY], timeout=10).accept(signed(LOG, 7), (), 0)
        thread.join()
    with pytest.raises(OSError, match=r".+"):
        HttpWitness(url, [KEY], timeout=10).accept(signed(LOG, 7), (), 0)


def test_a_server_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            HttpWitness(url, [KEY], timeout=0.2).seen(ORIGIN)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "http://", "http://a@b", "http://a?b", "", "x"])
def test_what_is_no_http_url_is_the_caller_s_mistake(url):
    with pytest.raises(ValueError, match="http or https URL"):
        HttpWitness(url, [KEY]).seen(ORIGIN)


def test_a_witness_without_keys_is_the_caller_s_mistake():
    with pytest.raises(ValueError, match="at least one key"):
        HttpWitness("http://127.0.0.1:1", [])


def test_a_log_is_read_over_http(tmp_path):
    """Any web server will do: Python's own, here."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

    log = log_of(300)
    exported(tmp_path, log)
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        fetch = from_url(f"http://127.0.0.1:{server.server_port}/", timeout=10)
        reader = read_log(fetch, TRUST)
        reader.verify()
        assert list(reader.entries()) == log.leaves
        assert fetch("tile/0/999") is None
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_log_server_that_fails_is_an_os_error():
    with lying(500, b"") as url, pytest.raises(OSError, match="answered 500"):
        from_url(url)("checkpoint")
