"""What slow, rude and broken clients do to a real server: nothing."""

import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.browser.site import serving

PAGE = b"GET /parks/CL-DIGI HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def rude(published):
    """A server of its own, so that its log tells of these clients alone."""
    with serving(published) as server:
        yield server


def connect(server):
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def ask(server, request):
    """Send bytes and return all that comes back until the server closes or falls silent."""
    with connect(server) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(65536):
                answer += part
        return answer


def assert_well(server):
    status, _, body = server.get("/healthz")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    log = server.log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log
    assert '"level": "error"' not in log


def test_readers_who_send_slowly_keep_nobody_waiting(rude):
    with contextlib.ExitStack() as waiting:
        for _ in range(150):
            slow = waiting.enter_context(connect(rude))
            slow.sendall(PAGE[:20])
        assert_well(rude)
        assert rude.get("/parks/CL-DIGI")[0] == 200


def test_readers_who_never_read_keep_nobody_waiting(rude):
    with contextlib.ExitStack() as waiting:
        for _ in range(60):
            deaf = waiting.enter_context(connect(rude))
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            deaf.sendall((PAGE + b"\r\n") * 5)
        assert_well(rude)
        assert rude.get("/parks/CL-DIGI")[0] == 200


def test_readers_who_ask_on_and_read_nothing_are_parted_with(rude):
    version = json.loads(rude.get("/healthz")[2])["version"]
    request = f"GET /layers/{version}/parcels.geojson HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with contextlib.ExitStack() as waiting:
        # More than the server has threads; together they ask for more than it keeps for one.
        for _ in range(12):
            deaf = waiting.enter_context(connect(rude))
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            deaf.sendall(request * 120)
        assert_well(rude)
        assert rude.get("/parks/CL-DIGI")[0] == 200


def test_cut_connections_leave_nothing_behind(rude):
    for end in range(0, len(PAGE) + 2, 4):
        with connect(rude) as client:
            client.sendall((PAGE + b"\r\n")[:end])
    for _ in range(40):
        with connect(rude) as client:
            client.sendall(PAGE + b"\r\n")
            client.recv(10)
    assert_well(rude)


@pytest.mark.parametrize(
    "request_",
    [
        PAGE + b"X-Long: " + b"a" * 400_000 + b"\r\n\r\n",
        PAGE + b"".join(b"X-%d: a\r\n" % n for n in range(60_000)) + b"\r\n",
        b"GET /" + b"a" * 400_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["one long header", "many headers", "a long address"],
)
def test_huge_headers_are_refused(rude, request_):
    assert ask(rude, request_)[:12] in (b"", b"HTTP/1.1 431", b"HTTP/1.0 431")
    assert_well(rude)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "PROPFIND", "TRACE", "FOO"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/parks/CL-DIGI", "/assets/x/y", "/layers/x/y"])
def test_odd_methods_are_refused(rude, method, path):
    request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert ask(rude, request.encode())[9:12] in (b"405", b"404", b"501", b"400")
    assert_well(rude)


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\xff\xfe nonsense\r\n\r\n",
        b"GET  HTTP/9.9\r\n\r\n",
        b"GET /%00%0d%0a/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /parks/%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
    ids=["bytes", "no address", "control", "not utf-8", "negative", "two lengths", "bad chunk"],
)
def test_nonsense_is_refused(rude, request_):
    assert b" 500 " not in ask(rude, request_)[:20]
    assert_well(rude)
