"""A small case on a server, driven over HTTP, and its state on disk."""

from functools import cached_property

from tests.api.driver import Company
from tests.builders import (
    catch,
    diagram,
    end,
    flow,
    gateway,
    line,
    message,
    messages,
    start,
    task,
)
from tests.consistency import breaking

ZHAO = '="user:zhao"'
CASE = diagram(
    "case",
    line(start(), gateway("GW_fork", "parallelGateway"), task("UT_one", duty=ZHAO)),
    flow("UT_one", "GW_join"),
    flow("GW_fork", "CE_hello"),
    catch("CE_hello", message("hello", variable="heard"))[1],
    flow("CE_hello", "GW_join"),
    line(gateway("GW_join", "parallelGateway"), task("UT_two", duty=ZHAO), end()),
    extra=messages("hello"),
)
UNREADABLE = "state-unreadable"
SPEAKER = diagram(
    "speaker",
    line(
        start(),
        task("UT_speak", duty=ZHAO),
        (
            "EV_hello",
            (
                '<bpmn:intermediateThrowEvent id="EV_hello">'
                '<bpmn:messageEventDefinition messageRef="M_hello"/>'
                "</bpmn:intermediateThrowEvent>"
            ),
        ),
        task("UT_after", duty=ZHAO),
        end(),
    ),
    extra=messages("hello"),
)


class Case:
    """One case, and its state on disk."""

    def __init__(self, company, database, process_id="case"):
        self.company, self.database = company, database
        body = {"processDefinitionId": process_id, "variables": {"n": 1}}
        created = company.admin.ask("POST", "/v2/process-instances", json=body)
        self.key = created["processInstanceKey"]

    @cached_property
    def state(self):
        return breaking.blob_of(self.database, int(self.key))

    def overwrite(self, blob):
        breaking.overwrite(self.database, int(self.key), blob)

    def spoil(self):
        self.overwrite(self.state[:-9])

    @property
    def path(self):
        return f"/v2/process-instances/{self.key}"

    def shown(self):
        return self.company.admin.ask("GET", self.path)

    def waiting(self):
        found = self.company.admin.ask("GET", f"{self.path}/waiting")["items"]
        return sorted(each["elementId"] for each in found)

    def task(self, element_id="UT_one"):
        found = self.company.zhao.task(element_id, processInstanceKey=self.key)
        return f"/v2/user-tasks/{found['userTaskKey']}"

    def complete(self, element_id="UT_one"):
        path = f"{self.task(element_id)}/completion"
        return self.company.zhao.call("POST", path, json={})

    def incidents(self):
        return self.company.admin.search(
            "incidents", processInstanceKey=self.key, state="ACTIVE"
        )

    def resolve(self):
        (incident,) = self.incidents()
        path = f"/v2/incidents/{incident['incidentKey']}/resolution"
        return self.company.admin.call("POST", path)

    def events(self):
        found = self.company.admin.ask("GET", f"{self.path}/history")["items"]
        return [each["event"] for each in found]


def say_hello(company: Company) -> None:
    hello = {"name": "hello", "correlationKey": "", "variables": {"text": "好"}}
    company.admin.ask("POST", "/v2/messages/publication", json=hello)
