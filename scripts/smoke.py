"""Complete one task through the API of a running server with sample data.

    FUWU_SAMPLE_PASSWORD=… python scripts/smoke.py http://127.0.0.1:8000

Needs the product's runtime packages, but nothing of the product: it speaks to
the server as any other client does, and stops at the first surprise.
"""

import io
import os
import sys
import time
from typing import Any

import httpx2
from pypdf import PdfWriter

SALES_MANAGER = "zhao"
TASK = "UT_register_contract"
PATIENCE_SECONDS = 90.0


class SurpriseError(Exception):
    """The server answered something else than the API promises."""


def main(base_url: str, password: str) -> None:
    """Register the contract of a new project and read it back."""
    wait_until_ready(base_url)
    sign_in = (SALES_MANAGER, password)
    with httpx2.Client(base_url=base_url, auth=sign_in, timeout=30) as client:
        refuse_strangers(base_url)
        project = open_project(client)
        print(f"project {project['projectNo']} is open")
        task = the_open_task(client, project["processInstanceKey"])
        complete(client, task["userTaskKey"])
        print(f"{TASK} is completed, once and only once")
        read_back(client, project["projectNo"])
        print("1 passed, 0 failed")


def wait_until_ready(base_url: str) -> None:
    """Wait for the status that says that the server has set itself up."""
    given_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < given_up:
        try:
            if (
                httpx2.get(f"{base_url}/v2/status").status_code
                == httpx2.codes.NO_CONTENT
            ):
                return
        except httpx2.TransportError:
            pass  # not listening yet
        time.sleep(0.2)
    raise SurpriseError(
        f"{base_url}/v2/status is not 204 after {PATIENCE_SECONDS:.0f} s"
    )


def refuse_strangers(base_url: str) -> None:
    """Make sure that nobody gets in with a wrong password."""
    wrong = (SALES_MANAGER, "not the password")
    answer = httpx2.get(f"{base_url}/v2/authentication/me", auth=wrong)
    _expect(answer, httpx2.codes.UNAUTHORIZED)


def open_project(client: httpx2.Client) -> dict[str, Any]:
    """Open a project for the first sample customer; return its numbers."""
    customers = _search(client, "customers", {})
    if not customers:
        raise SurpriseError("the sample data has no customer")
    body = {"customerKey": customers[0]["customerKey"], "salesManager": SALES_MANAGER}
    answer = client.post("/v2/projects", json=body)
    return _json(answer)


def the_open_task(client: httpx2.Client, root: str) -> dict[str, Any]:
    """Return the task of registering the contract, open for its sales manager."""
    wanted = {"elementId": TASK, "state": "CREATED"}
    tasks = _search(client, "user-tasks", wanted)
    newest = max(tasks, key=lambda task: int(task["userTaskKey"]), default=None)
    if newest is None:
        raise SurpriseError(f"no {TASK} is open after instance {root} was started")
    return newest


def complete(client: httpx2.Client, task: str) -> None:
    """Complete the task; a second completion has to be a conflict."""
    url = f"/v2/user-tasks/{task}/completion"
    body = {"variables": contract(client)}
    _expect(
        client.post(url, json={"variables": {}}), httpx2.codes.UNPROCESSABLE_CONTENT
    )
    _expect(client.post(url, json=body), httpx2.codes.NO_CONTENT)
    _expect(client.post(url, json=body), httpx2.codes.CONFLICT)
    state = _json(client.get(f"/v2/user-tasks/{task}"))["state"]
    if state != "COMPLETED":
        raise SurpriseError(f"the completed task reads {state}")


def contract(client: httpx2.Client) -> dict[str, Any]:
    """Return what the sales manager fills in, with both files uploaded."""
    return {
        "contract_no": f"HT-{time.time_ns()}",
        "signed_on": "2026-03-02",
        "amount": 16_800_000,
        "modules": ["进销存", "GSP", "财务"],
        "full_contract": upload(client, "合同-完整版.pdf"),
        "redacted_contract": upload(client, "合同-删减版.pdf"),
        "data_export_in_contract": False,
        "data_export_promised": False,
        "free_service_months": 12,
        "service_start_basis": "acceptance",
    }


def upload(client: httpx2.Client, name: str) -> dict[str, Any]:
    """Upload a one-page PDF and return the reference to it."""
    files = {"file": (name, pdf(title=name), "application/pdf")}
    return _json(client.post("/v2/documents", files=files))


def pdf(title: str) -> bytes:
    """Return a real PDF with one empty page and this title."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": title})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def read_back(client: httpx2.Client, project_no: str) -> None:
    """Make sure that the completion is in the project's timeline, with its person."""
    timeline = client.get(f"/v2/projects/{project_no}/timeline")
    _expect(timeline, httpx2.codes.OK)
    for word in (TASK, SALES_MANAGER):
        if word not in timeline.text:
            raise SurpriseError(f"{word} is not in the timeline of {project_no}")


def _search(
    client: httpx2.Client, resource: str, wanted: dict[str, Any]
) -> list[dict[str, Any]]:
    answer = client.post(f"/v2/{resource}/search", json={"filter": wanted})
    items: list[dict[str, Any]] = _json(answer)["items"]
    return items


def _json(answer: httpx2.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise SurpriseError(
            f"{answer.url} answered {answer.status_code}: {answer.text}"
        )
    content: dict[str, Any] = answer.json()
    return content


def _expect(answer: httpx2.Response, status: int) -> None:
    if answer.status_code != status:
        said = f"{answer.status_code}, not {status}: {answer.text}"
        raise SurpriseError(f"{answer.url} answered {said}")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["FUWU_SAMPLE_PASSWORD"])
