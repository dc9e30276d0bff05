"""The work that goes on while processes are killed, and who does it."""

import threading
import time
from typing import Any

import httpx2

from tests.api import models
from tests.api.driver import PASSWORD, Company, Person
from tests.api.jobs.working import hire, work
from tests.builders import catch, diagram, end, line, service, start, task
from tests.chaos.robot import JOB_TYPE

TOLD = ("hou", "wang")
"""Constant: who holds the duty that is told at the end of each case."""

CASE = diagram(
    "chaos",
    line(
        start(),
        service(
            "ST_record",
            "pm.record",
            project_no='"chaos"',
            kind='"record"',
            line="{number: number}",
        ),
        work("ST_robot", JOB_TYPE),
        catch(
            "TE_pause",
            "<bpmn:timerEventDefinition><bpmn:timeDuration "
            'xsi:type="bpmn:tFormalExpression">PT1S</bpmn:timeDuration>'
            "</bpmn:timerEventDefinition>",
        ),
        task("UT_check", duty="plan_approver"),
        task("UT_tell", duty="manager_appointer", mode="notify"),
        end(),
    ),
)
"""Every kind of work: a call outside, somebody else's worker, a timer, a person."""

_PAUSE = 0.1
_PATIENCE = 600
_MOST_OPEN = 12


class Crew:
    """Somebody who begins cases and somebody who works on them, come what may.

    What is begun is begun under a key, so that a request whose answer was lost is
    sent again and begins nothing twice.
    """

    def __init__(self, address: str) -> None:
        self.begun: dict[int, str] = {}
        self.answers: dict[int, int] = {}
        self.broken: list[BaseException] = []
        self._http = httpx2.Client(base_url=address, timeout=20)
        self._company = Company(self._http)
        self._stopping = threading.Event()
        self._producing = threading.Event()
        self._threads = [
            threading.Thread(target=self._safely, args=(each,), name=each.__name__)
            for each in (self._begin_one, self._work_one)
        ]
        self.heard = 0

    def prepare(self) -> str:
        """Deploy the case and hire the robot; return its token."""
        models.deploy(self._company.admin, CASE)
        return hire(self._company, scopes=[f"jobs:work:{JOB_TYPE}"]).token

    def start(self) -> None:
        """Begin to work."""
        self._producing.set()
        for thread in self._threads:
            thread.start()

    def begin_no_more(self) -> None:
        """Only finish what was begun."""
        self._producing.clear()

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._http.close()

    def open_cases(self) -> int:
        """Count the cases that are not over; raises while the server is away."""
        found = self._company.admin.ask(
            "POST",
            "/v2/process-instances/search",
            json={"filter": {"processDefinitionId": "chaos", "state": "ACTIVE"}},
        )
        return int(found["page"]["totalItems"])

    def _safely(self, step: Any) -> None:
        while not self._stopping.is_set():
            try:
                step()
            except (httpx2.TransportError, AssertionError):
                pass  # the server is away, or has just come again
            except BaseException as error:
                self.broken.append(error)
                raise
            self._stopping.wait(_PAUSE)

    def _begin_one(self) -> None:
        if not self._producing.is_set() or self.open_cases() >= _MOST_OPEN:
            return
        number = len(self.begun)
        body = {"processDefinitionId": "chaos", "variables": {"number": number}}
        key = {"Idempotency-Key": f"chaos-{number}"}
        answer = self._sent("/v2/process-instances", body, key)
        self.begun[number] = answer.json()["processInstanceKey"]

    def _work_one(self) -> None:
        wang = Person(self._http, "wang", PASSWORD)
        for open_task in wang.tasks("UT_check"):
            path = f"/v2/user-tasks/{open_task['userTaskKey']}/completion"
            key = {"Idempotency-Key": f"check-{open_task['userTaskKey']}"}
            answer = self._sent(path, {"variables": {"checked": True}}, key, wang)
            self.answers[answer.status_code] = (
                self.answers.get(answer.status_code, 0) + 1
            )

    def _sent(
        self, path: str, body: Any, headers: Any, person: Person | None = None
    ) -> httpx2.Response:
        """Send until there is an answer that says what came of it."""
        who = person or self._company.admin
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = who.call("POST", path, json=body, headers=headers)
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code not in {409, 503}:
                assert answer.is_success, answer.text
                self.heard += 1
                return answer
            time.sleep(_PAUSE)
        raise TimeoutError(path)
