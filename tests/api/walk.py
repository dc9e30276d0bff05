"""Asking everything that can be asked, as somebody."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
from fastapi import FastAPI

from api import access
from tests.api.driver import JSON, Company, Person, RefusedError

NAME = re.compile(r"{(\w+)}")
OF_PAGES = {
    "/tasks/{key}": "user_task_key",
    "/documents/{key}": "document_id",
    "/processes/{key}": "process_definition_key",
    "/instances/{key}": "process_instance_key",
}


@dataclass(frozen=True)
class Question:
    """A request that changes nothing."""

    method: str
    path: str


def routes(app: FastAPI) -> list[Question]:
    """Return every route that only answers: GETs of API and pages, and searches."""
    found = [Question(*name.split(" ", 1)) for name in access.names(app.routes)]
    return [
        each
        for each in found
        if each.method == "GET" or each.path.endswith(("/search", "/variables/search"))
    ]


def keys(company: Company) -> dict[str, list[str]]:
    """Return what can stand in a path, by the name of its place."""
    admin, found = company.admin, _searched(company)
    projects = [project["projectNo"] for project in admin.search("projects")]
    documents = {
        document["documentId"]
        for name in ("zhao", "hou", "sun", "chen", "hp")
        for number in projects
        for document in _documents(getattr(company, name), number)
    }
    return {
        **found,
        "project_no": projects,
        "document_id": sorted(documents),
        "emergency_key": [
            emergency["emergencyKey"]
            for number in projects
            for emergency in admin.ask("GET", f"/v2/projects/{number}/emergencies")[
                "items"
            ]
        ],
        "year": ["2026"],
        "day": ["2026-03-02"],
        "name": admin.ask("GET", "/v2/reports")["items"],
        "notification_key": [],
        "batch_operation_key": [],
        "token_key": [],
        "webhook_key": [],
        "delivery_key": [],
        "robot_key": [],
        "data_import_key": [],
    }


def fill(question: Question, values: dict[str, list[str]]) -> Iterator[str]:
    """Return the route's path with everything that may stand in it."""
    places = NAME.findall(question.path)
    kinds = [OF_PAGES.get(question.path, place) for place in places]
    for chosen in itertools.product(*(values[kind] for kind in kinds)):
        yield question.path.format(**dict(zip(places, chosen, strict=True)))


class Asker:
    """Somebody who asks everything: as a program, and pages as a browser."""

    def __init__(self, person: Person) -> None:
        self.person = person
        body = {"username": person.username, "password": person.password}
        opened = person.http.request("POST", "/v2/authentication/session", json=body)
        self.csrf: str = opened.json()["csrfToken"]
        self.cookie: str = opened.headers["set-cookie"].partition(";")[0]
        person.http.cookies.clear()

    def ask(self, question: Question, path: str) -> httpx2.Response:
        """Ask one thing."""
        if question.method == "POST":
            return self.person.call("POST", path, json={})
        if path.startswith("/v2"):
            return self.person.call("GET", path)
        headers = {"Cookie": self.cookie, "Accept": "text/html"}
        return self.person.http.request("GET", path, headers=headers)

    def answers(
        self, questions: list[Question], values: dict[str, list[str]]
    ) -> Iterator[tuple[str, httpx2.Response]]:
        """Ask everything; yield what was asked and the answer."""
        for question in questions:
            for path in fill(question, values):
                yield path, self.ask(question, path)
            if question.path == "/v2/user-tasks/search":
                path = f"{question.path}?everybody=true"
                yield path, self.ask(question, path)


def _documents(person: Person, project_no: str) -> list[JSON]:
    try:
        path = f"/v2/projects/{project_no}/documents"
        found: list[JSON] = person.ask("GET", path)["items"]
    except RefusedError:
        return []
    return found


def _searched(company: Company) -> dict[str, list[str]]:
    searched = {
        "user_task_key": ("user-tasks", "userTaskKey"),
        "process_instance_key": ("process-instances", "processInstanceKey"),
        "process_definition_key": ("process-definitions", "processDefinitionKey"),
        "decision_definition_key": ("decision-definitions", "decisionDefinitionKey"),
        "customer_key": ("customers", "customerKey"),
        "username": ("users", "username"),
        "incident_key": ("incidents", "incidentKey"),
        "timer_key": ("timers", "timerKey"),
        "receivable_no": ("receivables", "receivableNo"),
        "request_no": ("service-requests", "requestNo"),
    }
    return {
        place: [each[name] for each in company.admin.search(resource)]
        for place, (resource, name) in searched.items()
    }
