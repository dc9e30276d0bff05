"""The public REST API for the conformance runner.

    PYTHONPATH=<checkout> python run.py --strict --settle 2 \
        --engine tests.conformance.bpmn_rest.adapter:RestEngine

``FUWU_URL`` and ``FUWU_PASSWORD`` (of the account ``admin``) name the server.
"""

import os
import time
from typing import Any

import httpx2

_UNCAUGHT = "error-not-caught"
_OTHER_REFUSALS = {400, 413, 422}
_BUSY, _TRIES = 503, 20


def _asked(http: httpx2.Client, *request: Any, **options: Any) -> httpx2.Response:
    """Send a request, again while the server says that it is busy."""
    for _ in range(_TRIES):
        answer = http.request(*request, **options)
        if answer.status_code != _BUSY:
            break
        time.sleep(float(answer.headers.get("retry-after", 1)))
    return answer


class RestSession:
    """One deployment during one test."""

    def __init__(self, http: httpx2.Client, processes: list[str]) -> None:
        self._http = http
        self._processes = processes
        self._before = {each["processInstanceKey"] for each in self._instances()}
        self._last: str | None = None

    def start(self, process_id: str, variables: dict[str, Any]) -> None:
        body = {"processDefinitionId": process_id, "variables": variables}
        answer = self._call("POST", "/v2/process-instances", body)
        self._last = answer["processInstanceKey"]

    def poll(self) -> None:
        """Nothing: the server goes on by itself."""

    def open_tasks(self) -> list[str]:
        found = self._search(
            "user-tasks",
            {"state": "CREATED", "processInstanceKey": {"$in": self._own()}},
        )
        return [each["userTaskKey"] for each in found]

    def complete(self, task_id: str, variables: dict[str, Any]) -> None:
        path = f"/v2/user-tasks/{task_id}/completion"
        self._call("POST", path, {"variables": variables})

    def trace(self) -> list[str]:
        # The body of a loop is no pass of it.
        wanted = {
            "state": "COMPLETED",
            "processInstanceKey": {"$in": self._own()},
            "type": {"$neq": "MULTI_INSTANCE_BODY"},
        }
        found = self._search("element-instances", wanted)
        found.sort(key=lambda each: (each["endDate"], int(each["elementInstanceKey"])))
        return [each["elementId"] for each in found]

    def state(self) -> str:
        if self._last is None:
            return "running"
        instance = self._call("GET", f"/v2/process-instances/{self._last}")
        if instance["hasIncident"]:
            kinds = {each["errorType"] for each in self._incidents()}
            return "error_event" if _UNCAUGHT in kinds else "error"
        return "running" if instance["state"] == "ACTIVE" else "completed"

    def variables(self) -> dict[str, Any]:
        if self._last is None:
            return {}
        path = f"/v2/process-instances/{self._last}/variables"
        found: dict[str, Any] = self._call("GET", path)
        return found

    def error(self) -> str | None:
        return next((each["errorMessage"] for each in self._incidents()), None)

    def close(self) -> None:
        for each in self._instances():
            if each["state"] == "ACTIVE":
                key = each["processInstanceKey"]
                path = f"/v2/process-instances/{key}/cancellation"
                _asked(self._http, "POST", path, json={})

    def _own(self) -> list[str]:
        return [
            each["processInstanceKey"]
            for each in self._instances()
            if each["processInstanceKey"] not in self._before
        ]

    def _instances(self) -> list[dict[str, Any]]:
        wanted = {"processDefinitionId": {"$in": self._processes}}
        return self._search("process-instances", wanted)

    def _incidents(self) -> list[dict[str, Any]]:
        if self._last is None:
            return []
        wanted = {"state": "ACTIVE", "processInstanceKey": self._last}
        return self._search("incidents", wanted)

    def _search(self, resource: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"filter": wanted, "page": {"limit": 1000}}
        found: list[dict[str, Any]] = self._call(
            "POST", f"/v2/{resource}/search", body
        )["items"]
        return found

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = _asked(self._http, method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class RestEngine:
    """A served application."""

    name = "fuwu-rest"

    def __init__(self, **_: Any) -> None:
        """Connect; the runner's own options do not concern the server."""
        self._http = httpx2.Client(
            base_url=os.environ["FUWU_URL"],  # noqa: TID251 - the runner's way in
            auth=("admin", os.environ["FUWU_PASSWORD"]),  # noqa: TID251 - likewise
            timeout=60,
        )

    def open(self, case: dict[str, Any], xml: bytes) -> RestSession:
        name = case["file"].rsplit("/", 1)[-1]
        answer = _asked(
            self._http,
            "POST",
            "/v2/deployments",
            data={"package": f"conformance.{name.removesuffix('.bpmn')}"},
            files={"resources": (name, xml, "application/xml")},
        )
        if answer.status_code in _OTHER_REFUSALS:
            raise _rejected()(answer.text)
        answer.raise_for_status()
        deployed = [each["processDefinition"] for each in answer.json()["deployments"]]
        ids = [each["processDefinitionId"] for each in deployed if each]
        return RestSession(self._http, ids)


def _rejected() -> type[Exception]:
    from adapters import Rejected  # type: ignore[import-not-found]  # noqa: PLC0415

    return Rejected  # type: ignore[no-any-return]
