"""Other systems that speak JSON over HTTP.

Each request carries the key of its job as ``Idempotency-Key``.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from engine.connectors.exchange import Answer, Caller
from engine.connectors.ports import ConnectorUnavailableError
from engine.connectors.reach import AddressMalformedError, Reach, parsed
from engine.errors import ConflictError
from engine.settings import RemoteSettings

_TEMPORARY = frozenset({408, 425, 429})
_REDIRECTION, _CLIENT_ERROR, _SERVER_ERROR = 300, 400, 500
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
    """One system at a base address, with its token.

    The operator has named it, so it is reached wherever it is; where it sends us on
    to is not.
    """

    def __init__(self, system: str, settings: RemoteSettings) -> None:
        self.system = system
        self._base = settings.url.rstrip("/")
        try:
            host = str(parsed(self._base).hostname)
        except AddressMalformedError as error:
            raise ValueError(f"{settings.url} is no address of {system}") from error
        self._caller = Caller(
            system=system,
            reach=Reach((), trusted=[host]),
            timeout=settings.timeout_seconds,
            ca_file=settings.ca_file,
        )
        self._authorization = _authorization(settings)

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
        answer = self._caller.send(
            method,
            f"{self._base}{path}",
            self._headers(key),
            content.encode() if content else None,
        )
        return self._judged(answer)

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self._authorization:
            headers["Authorization"] = self._authorization
        return headers

    def _judged(self, answer: Answer) -> Any:
        status = answer.status
        if status >= _SERVER_ERROR or status in _TEMPORARY:
            raise ConnectorUnavailableError(
                self.system, str(status), pause=answer.pause
            )
        if status >= _CLIENT_ERROR:
            reason = _reason(answer.content)
            raise ConnectorRefusedError(self.system, status, reason)
        if status >= _REDIRECTION:
            raise ConnectorRefusedError(self.system, status, "it sends us elsewhere")
        if not answer.content:
            return None
        try:
            return json.loads(answer.content)
        except ValueError as error:
            raise ConnectorUnavailableError(self.system, "no JSON") from error


def _authorization(settings: RemoteSettings) -> str:
    """Return how a request proves itself: a token, or a user with his token."""
    if settings.token is None:
        return ""
    token = settings.token.get_secret_value()
    if settings.user is None:
        return f"Bearer {token}"
    return f"Basic {b64encode(f'{settings.user}:{token}'.encode()).decode()}"


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
