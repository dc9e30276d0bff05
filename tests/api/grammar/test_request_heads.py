"""Whoever sends a head without end is cut off; everybody else is answered."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from api.request_heads import MAX_BYTES
from tests.api import serving


@pytest.fixture
def port(house):
    with serving.listening(house) as address:
        yield urlsplit(address).port


@pytest.mark.parametrize(
    "endless", [b"X-More: and more\r\n" * 512, b"a" * 8192], ids=["headers", "value"]
)
def test_a_head_without_end_is_refused(port, endless):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sent:
        sent.sendall(b"GET /v2/status HTTP/1.1\r\nHost: fuwu\r\nX-First: ")
        answer = b""
        for _ in range(200 * MAX_BYTES // len(endless)):
            try:
                sent.sendall(endless)
            except OSError:
                break
        else:
            pytest.fail("everything was taken")
        try:
            answer = sent.recv(1000)
        except ConnectionResetError:
            return

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_head_that_comes_byte_by_byte_is_answered(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sent:
        for byte in b"GET /v2/status HTTP/1.1\r\nHost: fuwu\r\n\r\n":
            sent.send(bytes([byte]))
        answer = sent.recv(1000)

    assert answer.startswith(b"HTTP/1.1 204 ")


def test_requests_over_one_connection_are_counted_one_by_one(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    padding = {"X-Padding": "x" * 4000}
    for _ in range(MAX_BYTES // 4000 + 2):
        connection.request("GET", "/v2/status", headers=padding)
        answer = connection.getresponse()
        answer.read()

        assert answer.status == 204
    connection.close()
