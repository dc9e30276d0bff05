"""What a person does about a failed service task: retry, skip with a value, cancel."""

import pytest

from tests.api.driver import JSON, Company
from tests.api.jobs.working import Program, hire, variables, work
from tests.api.models import begin, deploy
from tests.builders import diagram, end, flow, gateway, line, start, task

PAYING = diagram(
    "paying",
    line(start(), gateway("GW", "parallelGateway"), work()),
    flow("ST_pay", "EE"),
    end()[1],
    flow("GW", "UT_look"),
    task("UT_look", duty="plan_approver")[1],
    flow("UT_look", "EE_looked"),
    end("EE_looked")[1],
)
"""Somebody's program pays while 王立民 looks at something."""


@pytest.fixture
def robot(company: Company) -> Program:
    """A program that pays."""
    return hire(company)


@pytest.fixture
def failed(company: Company, robot: Program) -> JSON:
    """The incident of a job that failed for good."""
    deploy(company.admin, PAYING)
    begin(company.admin, "paying")
    fail(robot)
    return incident(company)


def fail(robot: Program) -> None:
    (job,) = robot.take()
    robot.report(job, "failure", retries=0, errorMessage="no money")


def incident(company: Company) -> JSON:
    (found,) = company.admin.search("incidents", state="ACTIVE")
    return found


def resolve(company: Company, failed: JSON, **body: object):
    path = f"/v2/incidents/{failed['incidentKey']}/resolution"
    return company.admin.call("POST", path, json=body)


def job_states(company: Company) -> list[str]:
    return [each["state"] for each in company.admin.search("jobs", type="pay.invoice")]


def test_retried_job_can_be_taken_again(
    company: Company, robot: Program, failed: JSON
) -> None:
    assert resolve(company, failed, action="retry").status_code == 204

    fail(robot)
    assert incident(company)["incidentKey"] != failed["incidentKey"]


def test_skipped_task_goes_on_with_the_value(company: Company, failed: JSON) -> None:
    value = {"paid": {"receipt": "R-7"}}
    answer = resolve(company, failed, action="skip", value=value, reason="现金支付")

    assert answer.status_code == 204
    assert company.admin.search("incidents", state="ACTIVE") == []
    assert job_states(company) == ["COMPLETED"]
    known = variables(company, failed["processInstanceKey"])
    assert known["paid"] == {"receipt": "R-7"}
    company.wang.complete("UT_look")
    path = f"/v2/process-instances/{failed['processInstanceKey']}"
    assert company.admin.ask("GET", path)["state"] == "COMPLETED"


def test_canceled_task_is_given_up_with_its_job(company: Company, failed: JSON) -> None:
    answer = resolve(company, failed, action="cancel", reason="不再需要")

    assert answer.status_code == 204
    assert job_states(company) == ["CANCELED"]
    again = resolve(company, failed)
    assert again.status_code == 409
    company.wang.complete("UT_look")
    path = f"/v2/process-instances/{failed['processInstanceKey']}"
    found = company.admin.ask("GET", f"{path}/history")["items"]
    told = [e["details"] for e in found if e["event"] == "IncidentResolved"]
    assert [(d["remedy"], d["reason"]) for d in told] == [("cancel", "不再需要")]


def test_only_what_is_a_service_task_is_skipped(company: Company) -> None:
    stuck = diagram(
        "stuck",
        line(start(), gateway("GW_stuck")),
        flow("GW_stuck", "EE", "amount > 1"),
        flow("GW_stuck", "EE_small", "amount <= 1"),
        end()[1],
        end("EE_small")[1],
    )
    deploy(company.admin, stuck)
    begin(company.admin, "stuck")

    answer = resolve(company, incident(company), action="skip", value=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "not-skippable")
    assert incident(company)["elementId"] == "GW_stuck"
