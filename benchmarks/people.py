"""People who call the API, each over one connection that stays open."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from typing import Any

from benchmarks.served import PASSWORD

FIRST, SECOND, THIRD = "hou", "wang", "jin"
"""Who holds the duties of the three tasks in the package."""

CLAIMING = "pan"
"""One of several who may claim the tasks of the waiting process."""

_PAGE = 1000
_SERVER_HANGS_UP_AFTER = 3.0


class RefusedError(Exception):
    """The server answered with a problem."""


class Person:
    """Somebody of the sample company, signed in by HTTP Basic."""

    def __init__(self, port: int, username: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        sign_in = base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {sign_in}",
            "Content-Type": "application/json",
        }
        self.username = username
        self._used_at = 0.0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return its JSON, or None."""
        content = None if body is None else json.dumps(body).encode()
        return self._send(method, path, content, self._headers)

    def create(self, process_id: str, variables: Mapping[str, Any]) -> str:
        """Start an instance; return its key."""
        body = {"processDefinitionId": process_id, "variables": variables}
        created = self.call("POST", "/v2/process-instances", body)
        return str(created["processInstanceKey"])

    def complete(self, task_key: str, variables: Mapping[str, Any]) -> None:
        """Complete a task."""
        path = f"/v2/user-tasks/{task_key}/completion"
        self.call("POST", path, {"variables": variables})

    def claim(self, task_key: str) -> None:
        """Take a task."""
        path = f"/v2/user-tasks/{task_key}/assignment"
        self.call("POST", path, {"assignee": self.username})

    def tasks(self, limit: int = _PAGE, **filters: Any) -> list[dict[str, Any]]:
        """Return the person's open tasks, one page of them."""
        body = {"filter": {"state": "CREATED", **filters}, "page": {"limit": limit}}
        found: list[dict[str, Any]] = self.call("POST", "/v2/user-tasks/search", body)[
            "items"
        ]
        return found

    def all_tasks(self, **filters: Any) -> Iterator[str]:
        """Yield the keys of all open tasks of the person."""
        after: str | None = None
        while True:
            page = {"limit": _PAGE, **({"after": after} if after else {})}
            body = {"filter": {"state": "CREATED", **filters}, "page": page}
            found = self.call("POST", "/v2/user-tasks/search", body)
            yield from (task["userTaskKey"] for task in found["items"])
            after = found["page"]["endCursor"]
            if len(found["items"]) < _PAGE:
                return

    def deploy(self, package: str, files: Mapping[str, bytes]) -> None:
        """Deploy files as one package."""
        border = "border-of-the-parts"
        parts = [_part(border, "package", package.encode())]
        parts += [_part(border, "resources", c, name) for name, c in files.items()]
        content = b"".join(parts) + f"--{border}--\r\n".encode()
        kind = f"multipart/form-data; boundary={border}"
        headers = {**self._headers, "Content-Type": kind}
        self._send("POST", "/v2/deployments", content, headers)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _send(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Any:
        if time.monotonic() - self._used_at > _SERVER_HANGS_UP_AFTER:
            self._connection.close()
        self._connection.request(method, path, content, headers)
        answer = self._connection.getresponse()
        self._used_at = time.monotonic()
        text = answer.read()
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - success
            raise RefusedError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text) if text else None


def _part(border: str, name: str, content: bytes, file: str | None = None) -> bytes:
    header = f'--{border}\r\nContent-Disposition: form-data; name="{name}"'
    if file is not None:
        header += f'; filename="{file}"\r\nContent-Type: application/octet-stream'
    return header.encode() + b"\r\n\r\n" + content + b"\r\n"
