"""One request over HTTP and its answer, bounded in time and size.

The standard library is enough: a request here and there, no pool, no streaming.
Redirects are answers like others: nobody is led to an address that was not asked for.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from typing_extensions import override

from engine import clock
from engine.connectors.ports import ConnectorUnavailableError
from engine.connectors.reach import Place, Reach, parsed

LONGEST_ANSWER = 4 * 1024 * 1024
_PIECE = 64 * 1024
_LONGEST_PAUSE = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are in lower case."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def pause(self) -> float | None:
        """Seconds for which the other side asked to be left alone, if it did."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return min(float(said[:9]), _LONGEST_PAUSE)
        try:
            until: datetime = parsedate_to_datetime(said)
        except ValueError:
            return None
        if until.tzinfo is None:
            return None
        seconds = (until - clock.system_now()).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: what he may reach, and how long he waits for a whole answer.

    ``system`` is what people call the other side. ``ca_file`` holds certificates
    that are trusted instead of the machine's.
    """

    system: str
    reach: Reach
    timeout: float = 10.0
    ca_file: str | None = None

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> Answer:
        """Send a request and return the answer, whatever it says.

        Raises:
            AddressNotAllowedError: The address is not allowed.
            ConnectorUnavailableError: Nobody answers, or not in time.
        """
        until = time.monotonic() + self.timeout
        try:
            connection = self._connection(url, self.reach.place(url))
            try:
                return _exchange(connection, method, url, headers, content, until)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            reason = type(error).__name__
            raise ConnectorUnavailableError(self.system, reason) from error

    def _connection(self, url: str, place: Place) -> http.client.HTTPConnection:
        if parsed(url).scheme == "http":
            return _Plain(place, self.timeout)
        context = ssl.create_default_context(cafile=self.ca_file)
        return _Encrypted(place, self.timeout, context)


class _Plain(http.client.HTTPConnection):
    """Connects to the address that was judged, not to what the name is by then."""

    def __init__(self, place: Place, timeout: float) -> None:
        super().__init__(place.host, place.port, timeout=timeout)
        self._place = place

    @override
    def connect(self) -> None:
        address = self._place.address, self._place.port
        self.sock = socket.create_connection(address, self.timeout)


class _Encrypted(http.client.HTTPSConnection):
    """The same, with the certificate checked against the name."""

    def __init__(self, place: Place, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(place.host, place.port, timeout=timeout, context=context)
        self._place, self._tls = place, context

    @override
    def connect(self) -> None:
        address = self._place.address, self._place.port
        plain = socket.create_connection(address, self.timeout)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    until: float,
) -> Answer:
    parts = parsed(url)
    query = f"?{parts.query}" if parts.query else ""
    target = (parts.path or "/") + query
    connection.request(method, target, content, dict(headers))
    _hurry(connection, until)
    response = connection.getresponse()
    said = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, _read(connection, response, until), said)


def _read(
    connection: http.client.HTTPConnection,
    response: http.client.HTTPResponse,
    until: float,
) -> bytes:
    """Read piece by piece: who sends a byte a second must not hold us for ever."""
    pieces, size = [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST_ANSWER:
            raise http.client.HTTPException("answer too long")
        _hurry(connection, until)
    return b"".join(pieces)


def _hurry(connection: http.client.HTTPConnection, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:  # gone once all has been read
        connection.sock.settimeout(left)
