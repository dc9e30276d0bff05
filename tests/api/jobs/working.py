"""Processes with work for programs, and a program that does it over HTTP."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

import httpx2

from tests.api import models
from tests.api.driver import JSON, PASSWORD, Company, Person
from tests.builders import diagram, end, line, start

ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def work(node="ST_pay", job_type="pay.invoice", *, retries="", headers=None, **io):
    """Return a service task for workers; ``inputs``, ``outputs``: target to FEEL."""
    number = f" retries={quoteattr(retries)}" if retries else ""
    mapped = "".join(
        f"<zeebe:{kind} source={quoteattr(source)} target={quoteattr(target)}/>"
        for kind, name in (("input", "inputs"), ("output", "outputs"))
        for target, source in io.get(name, {}).items()
    )
    told = "".join(
        f"<zeebe:header key={quoteattr(key)} value={quoteattr(value)}/>"
        for key, value in (headers or {}).items()
    )
    return node, (
        f'<bpmn:serviceTask id="{node}" {ZEEBE}><bpmn:extensionElements>'
        f"<zeebe:taskDefinition type={quoteattr(job_type)}{number}/>"
        f"<zeebe:ioMapping>{mapped}</zeebe:ioMapping>"
        f"<zeebe:taskHeaders>{told}</zeebe:taskHeaders>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def paying(*more: Any, process_id="paying", **options: Any):
    """Return a process that lets a program pay an invoice."""
    nodes = (start(), work(**options), *more, end())
    return diagram(process_id, line(*nodes))


@dataclass
class Program:
    """A service account that uses an API token."""

    http: httpx2.Client
    username: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request and return whatever comes back."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        headers |= options.pop("headers", {})
        return self.http.request(method, f"/v2/jobs{path}", headers=headers, **options)

    def ask(self, method: str, path: str, body: JSON | None = None) -> Any:
        """Send what must succeed."""
        answer = self.call(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def wanted(self, job_type="pay.invoice", **more: Any) -> JSON:
        """Return what asks for jobs without waiting for them."""
        return {
            "type": job_type,
            "timeout": 60_000,
            "maxJobsToActivate": 10,
            "requestTimeout": -1,
            "worker": self.username,
            **more,
        }

    def take(self, job_type="pay.invoice", **more: Any) -> list[JSON]:
        """Take what is there."""
        body = self.wanted(job_type, **more)
        jobs: list[JSON] = self.ask("POST", "/activation", body)["jobs"]
        return jobs

    def report(self, job: JSON, what: str, **body: Any) -> httpx2.Response:
        """Report on a job: its completion, failure or error."""
        return self.call("POST", f"/{job['jobKey']}/{what}", json=body)


def hire(company: Company, username="robot", scopes=("jobs:work",)) -> Program:
    """Make a service account and a token with some scopes."""
    body = {"username": username, "name": "Robot", "kind": "service"}
    company.admin.ask("POST", "/v2/users", json={**body, "password": PASSWORD})
    person = Person(company.http, username)
    named = {"name": "worker", "scopes": list(scopes)}
    made = person.ask("POST", "/v2/api-tokens", json=named)
    return Program(company.http, username, made["token"])


def begin(company: Company, *texts: str, process_id="paying", **variables: Any) -> str:
    """Deploy and start; return the instance's key."""
    models.deploy(company.admin, *(texts or (paying(),)))
    return models.begin(company.admin, process_id, **variables)


def variables(company: Company, key: str) -> JSON:
    """Return the data of an instance."""
    path = f"/v2/process-instances/{key}/variables"
    found: JSON = company.admin.ask("GET", path)
    return found


def state(company: Company, key: str) -> str:
    """Return where an instance stands."""
    found: str = company.admin.ask("GET", f"/v2/process-instances/{key}")["state"]
    return found
