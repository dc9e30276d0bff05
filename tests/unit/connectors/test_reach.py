"""Which addresses are called: those that the operator allows, and no others."""

import socket
import threading
from contextlib import contextmanager

import pytest

from engine.connectors import ConnectorRefusedError, ConnectorUnavailableError
from engine.connectors.exchange import Answer, Caller
from engine.connectors.reach import AddressMalformedError, AddressNotAllowedError, Reach
from engine.connectors.web import WebConnector
from engine.settings import RemoteSettings
from tests.unit.connectors.conversation import talking

HOME = "127.0.0.0/8"


def caller(*allowed: str, timeout: float = 5.0) -> Caller:
    return Caller(system="test", reach=Reach(allowed), timeout=timeout)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/x",
        "https://HOOKS.example.com:8443/x",
        "https://a.b.example.org/",
        "http://10.1.2.3/",
        "http://[fd00::1]/",
    ],
)
def test_what_is_on_the_list_may_be_called(url: str) -> None:
    listed = ["hooks.example.com", "*.example.org", "10.1.0.0/16", "fd00::/8"]

    Reach(listed).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://hooks.example.com.evil.test/",
        "https://example.org/",
        "http://10.2.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
    ],
)
def test_what_is_not_on_the_list_may_not(url: str) -> None:
    listed = ["hooks.example.com", "*.example.org", "10.1.0.0/16"]

    with pytest.raises(AddressNotAllowedError):
        Reach(listed).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.com",
        "file:///etc/passwd",
        "https://",
        "https://u:p@hooks.example.com",
        "https://hooks.example.com:99999",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks.example.com/a b",
        "",
    ],
)
def test_what_is_no_address_is_told_apart(url: str) -> None:
    with pytest.raises(AddressMalformedError):
        Reach(["hooks.example.com"]).check(url)


def test_name_that_leads_home_is_refused_unless_that_network_is_allowed() -> None:
    with talking((200, {})) as said:
        url = said.url.replace("127.0.0.1", "localhost")
        with pytest.raises(AddressNotAllowedError):
            caller("localhost").send("GET", url, {})

        assert said.asked == []
        assert caller("localhost", HOME, "::1").send("GET", url, {}).status == 200


def test_mapped_address_is_the_address_it_stands_for() -> None:
    with pytest.raises(AddressNotAllowedError):
        Reach(["*.example.org"]).check("http://[::ffff:127.0.0.1]/")

    Reach([HOME]).check("http://[::ffff:127.0.0.1]/")


def test_redirect_is_not_followed() -> None:
    """Who is allowed cannot send us where nobody is."""
    with (
        talking((200, {"secret": 1})) as inner,
        talking((302, {}, {"Location": inner.url})) as outer,
    ):
        answer = caller(HOME).send("GET", outer.url, {})
        connector = WebConnector("ERP", RemoteSettings(url=outer.url))
        with pytest.raises(ConnectorRefusedError):
            connector.call("import_data", {}, key="1")

    assert answer.status == 302
    assert inner.asked == []


@contextmanager
def dripping():
    """Serve one answer that never ends: a byte now and then."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    over.set()
    thread.join()
    listener.close()


def test_answer_that_never_ends_is_given_up_in_time() -> None:
    with dripping() as url, pytest.raises(ConnectorUnavailableError, match="Timeout"):
        caller(HOME, timeout=0.3).send("GET", url, {})


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("120", 120.0),
        ("999999", 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_pause_is_what_the_other_side_asks_for(said: str, pause: float | None) -> None:
    assert Answer(429, b"", {"retry-after": said}).pause == pause


def test_busy_system_says_when_to_come_back() -> None:
    with talking((429, {}, {"Retry-After": "77"})) as said:
        connector = WebConnector("ERP", RemoteSettings(url=said.url))
        with pytest.raises(ConnectorUnavailableError) as caught:
            connector.call("import_data", {}, key="1")

    assert caught.value.pause == 77
