"""Other systems that speak JSON over HTTP.

The standard library is enough: a request here and there, no pool, no streaming. Each
request carries the key of its job as ``Idempotency-Key``.
"""

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.connectors.ports import ConnectorUnavailableError
from engine.errors import ConflictError
from engine.settings import RemoteSettings

_TEMPORARY = frozenset({408, 425, 429})
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_LONGEST_REASON = 300
_REASONS = ("error", "detail", "message", "errorMessages", "errors")


class ConnectorRefusedError(ConflictError):
    """The other system understood what was asked and will not do it."""

    code = "connector-refused"

    def __init__(self, system: str, status: int, reason: str) -> None:
        super().__init__(
            f"{system} refuses ({status}): {reason}; correct the data, then retry",
            f"{system}拒绝执行({status}):{reason};请更正数据后重试",
        )
        self.reason = reason


class Web:
    """One system at a base address, with its token."""

    def __init__(self, system: str, settings: RemoteSettings) -> None:
        self.system = system
        self._place = urlsplit(settings.url)
        if self._place.scheme not in {"http", "https"} or not self._place.hostname:
            raise ValueError(f"{settings.url} is no address of {system}")
        self._timeout = settings.timeout_seconds
        self._token = settings.token and settings.token.get_secret_value()

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
    ) -> Any:
        """Send a request and return what the answer's JSON says; None without any.

        Raises:
            ConnectorUnavailableError: Trying later may help.
            ConnectorRefusedError: It will not: the request itself is wrong.
        """
        content = None if body is None else json.dumps(body, ensure_ascii=False)
        connection = self._connection()
        try:
            connection.request(
                method,
                f"{self._place.path.rstrip('/')}{path}",
                content.encode() if content else None,
                self._headers(key),
            )
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            reason = type(error).__name__
            raise ConnectorUnavailableError(self.system, reason) from error
        finally:
            connection.close()
        return self._judged(response.status, answer)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self._place.hostname), self._place.port
        if self._place.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        return http.client.HTTPSConnection(
            host, port, timeout=self._timeout, context=ssl.create_default_context()
        )

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _judged(self, status: int, content: bytes) -> Any:
        if status >= _SERVER_ERROR or status in _TEMPORARY:
            raise ConnectorUnavailableError(self.system, str(status))
        if status >= _CLIENT_ERROR:
            raise ConnectorRefusedError(self.system, status, _reason(content))
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError as error:
            raise ConnectorUnavailableError(self.system, "no JSON") from error


def _reason(content: bytes) -> str:
    """Return what a refusal says, in its own words where it is JSON of some shape."""
    text = content.decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if isinstance(answer, Mapping):
        named = (answer.get(name) for name in _REASONS)
        text = next((str(said) for said in named if said), text)
    return text[:_LONGEST_REASON]


class WebConnector:
    """A system that takes each action as ``POST <address>/<action>``."""

    def __init__(self, system: str, settings: RemoteSettings) -> None:
        self._web = Web(system, settings)

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Have ``action`` done and return the answer.

        Raises:
            ConnectorUnavailableError: Trying later may help.
            ConnectorRefusedError: It will not.
        """
        answer = self._web.ask("POST", f"/{action}", payload, key=key)
        if answer is None:
            return {}
        if not isinstance(answer, Mapping):
            raise ConnectorUnavailableError(self._web.system, "no object")
        return answer
