"""Small processes, deployed and started over HTTP."""

import json
from typing import Any

import httpx2

from tests.api.driver import JSON, Company, Person
from tests.builders import diagram, end, form, line, start, task

XML = "application/xml"

NOTE = form(
    required=["text", "approved"],
    text={"type": "string", "minLength": 1, "maxLength": 50},
    approved={"type": "boolean"},
    paper={
        "type": ["object", "string"],
        "x-kind": "file",
        "x-accept": ["application/pdf"],
        "x-document": "paper",
        "x-max-bytes": 100_000,
    },
)
"""A form with a text, a yes or no, and a PDF that may be absent."""

NOTING = diagram(
    "noting",
    line(
        start(),
        task("UT_note", duty="plan_approver", form="UT_note"),
        task("UT_check", duty="solution_signatory"),
        end(),
    ),
)
"""王立民 notes something on a form; then 金忠权 or 周喜进 looks at it."""


def send(
    person: Person,
    *texts: str,
    forms: dict[str, Any] | None = None,
    package: str = "test",
    dry_run: bool = False,
    **files: bytes,
) -> httpx2.Response:
    """Send a deployment; ``files`` are further ones, with ``__`` for the dot."""
    contents: dict[str, bytes] = {
        f"{package}_{number}.bpmn": text.encode() for number, text in enumerate(texts)
    }
    for name, content in (forms or {}).items():
        contents[f"{name}.json"] = json.dumps(content).encode()
    for name, raw in files.items():
        contents[name.replace("__", ".")] = raw
    parts = [("resources", (name, raw, XML)) for name, raw in contents.items()]
    path = "/v2/deployments" + ("?dryRun=true" if dry_run else "")
    return person.call("POST", path, files=parts, data={"package": package})


def deploy(person: Person, *texts: str, **options: Any) -> JSON:
    """Deploy what must pass."""
    answer = send(person, *texts, **options)
    assert answer.status_code == 200, answer.text
    deployed: JSON = answer.json()
    return deployed


def begin(person: Person, process_id: str, **variables: Any) -> str:
    """Start an instance; return its key."""
    body = {"processDefinitionId": process_id, "variables": variables}
    key: str = person.ask("POST", "/v2/process-instances", json=body)[
        "processInstanceKey"
    ]
    return key


def noting(company: Company) -> str:
    """Deploy and start the noting; return the key of 王立民's task."""
    deploy(company.admin, NOTING, forms={"UT_note": NOTE})
    begin(company.admin, "noting")
    key: str = company.wang.task("UT_note")["userTaskKey"]
    return key
