"""A33: what was closed in the customer's name can be taken up again for 30 days."""

from datetime import datetime

from tests.api.driver import JSON
from tests.api.project_driver import Project, at
from tests.processes.backgrounds import Begin
from tests.processes.test_request_scenarios import handle, holds, inform, judge

REASON = {"reason": "客户改变主意"}


def withdrawn(project: Project) -> JSON:
    """Bring a request and withdraw it an hour later."""
    company = project.company
    company.set_clock(at("2026-09-15", "09:00"))
    request = project.ask_for_service(module="财务", priority="P2")
    company.set_clock(at("2026-09-15", "10:00"))
    path = f"/v2/service-requests/{request['requestNo']}/withdrawal"
    project.contact.ask("POST", path, json={"customerPerson": "王主任"})
    return request


def test_withdrawn_request_is_taken_up_again(begin: Begin) -> None:
    """A33: same number, new instance; the time in between does not count."""
    project = begin("in service", "C-001")
    company = project.company
    request = withdrawn(project)
    path = f"/v2/service-requests/{request['requestNo']}"
    company.set_clock(at("2026-10-15", "09:30"))

    row = project.contact.ask("POST", f"{path}/reopening", json=REASON)

    assert (row["state"], row["result"], row["reopened"]) == ("open", None, 1)
    assert row["processInstanceKey"] != request["processInstanceKey"]
    resolve_by = datetime.fromisoformat(row["clock"]["resolveBy"])
    assert resolve_by == at("2026-10-15", "17:30")
    judge(project, row, "in")
    handle(project, row)
    inform(project, row)
    assert project.request(request["requestNo"])["result"] == "done"
    explained = company.lin.ask("GET", f"{path}/clock/explanation")
    assert "已办结,至重新受理为止" in {
        each["reasons"]["zh"] for each in explained["intervals"]
    }
    events = [
        (each["event"], each["details"].get("reason"))
        for each in company.hou.ask("GET", f"{project.path}/timeline")["items"]
    ]
    assert ("ServiceRequestReopened", "客户改变主意") in events


def test_after_thirty_days_it_stays_closed(begin: Begin) -> None:
    """A33: 409, and nothing changes."""
    project = begin("in service", "C-001")
    request = withdrawn(project)
    path = f"/v2/service-requests/{request['requestNo']}"
    project.company.set_clock(at("2026-10-15", "10:01"))

    answer = project.company.lin.call("POST", f"{path}/reopening", json=REASON)

    assert (answer.status_code, answer.json()["code"]) == (409, "reopen-too-late")
    assert project.request(request["requestNo"])["result"] == "withdrawn"


def test_open_requests_and_strangers_reopen_nothing(begin: Begin) -> None:
    """A33: 409 while it is open, 403 without the duty, 404 for other customers."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service()
    path = f"/v2/service-requests/{request['requestNo']}/reopening"

    assert company.lin.call("POST", path, json=REASON).json()["code"] == "not-closed"
    assert company.gao.call("POST", path, json=REASON).status_code == 403
    assert company.ht.call("POST", path, json=REASON).status_code == 404


def test_requirement_and_its_request_are_taken_up_together(begin: Begin) -> None:
    """A33, 三: a screened requirement goes on, and so does what it came from."""
    project = begin("on site", "C-001")
    company = project.company
    request = project.ask_for_service(title="打印格式不对")
    (requirement,) = project.listed("requirements")
    project.for_request(
        company.chen,
        "UT_judge_requirement",
        request,
        reasonable=False,
        reason="标准格式可用",
    )
    project.for_request(
        company.chen,
        "UT_persuade",
        request,
        outcome="persuaded",
        talk_on="2026-03-21",
        note="已说明",
    )
    number = requirement["requirementNo"]
    assert project.request(request["requestNo"])["state"] == "closed"

    path = f"{project.path}/requirements/{number}/reopening"
    company.chen.ask("POST", path, json=REASON)

    (row,) = project.listed("requirements")
    assert (row["result"], row["reopened"]) == (None, 1)
    again = project.request(request["requestNo"])
    assert (again["state"], again["reopened"]) == ("open", 1)
    assert holds(company.chen, "UT_judge_requirement", again) == 1
    assert company.chen.call("POST", path, json=REASON).status_code == 409
