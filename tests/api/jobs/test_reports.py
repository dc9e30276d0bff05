"""What a worker says of a job: done, failed, an error, more time, not mine."""

import time

from engine import jobs
from tests.api.driver import Company
from tests.api.jobs.working import (
    Program,
    begin,
    paying,
    state,
    variables,
    work,
)
from tests.api.models import deploy
from tests.api.serving import House
from tests.builders import boundary, diagram, end, flow, line, start


def catching():
    """A process that ends elsewhere when the payment is declined."""
    declined = boundary(
        "BE_declined", "ST_pay", '<bpmn:errorEventDefinition errorRef="E_d"/>'
    )
    return diagram(
        "paying",
        line(start(), work(), end()),
        declined[1],
        end("EE_declined")[1],
        flow("BE_declined", "EE_declined"),
        extra='<bpmn:error id="E_d" name="declined" errorCode="declined"/>',
    )


def search(company: Company, **filters):
    return company.admin.search("jobs", **filters)


def test_a_completed_job_moves_its_process_on(company: Company, program: Program):
    key = begin(company, amount=5)
    (job,) = program.take()

    answer = program.report(job, "completion", variables={"paid": True})

    assert answer.status_code == 204
    assert state(company, key) == "COMPLETED"
    assert variables(company, key) == {"amount": 5, "paid": True}
    (found,) = search(company, state="COMPLETED")
    assert (found["jobKey"], found["type"]) == (job["jobKey"], "pay.invoice")


def test_a_worker_gets_to_know_all_that_it_needs(company: Company, program: Program):
    text = paying(retries="7", headers={"currency": "CNY"})
    key = begin(company, text, amount=5)
    before = time.time()

    (job,) = program.take(worker="w1")

    (element,) = company.admin.search("element-instances", elementId="ST_pay")
    (definition,) = company.admin.search("process-definitions")
    assert before + 55 < job.pop("deadline") / 1000 < time.time() + 65
    assert job == {
        "type": "pay.invoice",
        "processDefinitionId": "paying",
        "processDefinitionVersion": 1,
        "processDefinitionKey": definition["processDefinitionKey"],
        "elementId": "ST_pay",
        "elementInstanceKey": element["elementInstanceKey"],
        "processInstanceKey": key,
        "rootProcessInstanceKey": key,
        "customHeaders": {"currency": "CNY"},
        "worker": "w1",
        "retries": 7,
        "variables": {"amount": 5},
        "tenantId": "<default>",
        "physicalTenantId": "default",
        "jobKey": job["jobKey"],
        "kind": "BPMN_ELEMENT",
        "listenerEventType": "UNSPECIFIED",
        "userTask": None,
        "tags": [],
        "businessId": None,
        "priority": 0,
        "jobLeaseToken": None,
    }


def test_only_wanted_variables_come_along(company: Company, program: Program):
    begin(company, amount=5, secret="x")

    (job,) = program.take(fetchVariable=["amount", "unknown"])

    assert job["variables"] == {"amount": 5}


def test_a_failed_try_comes_again_after_its_pause(company: Company, program: Program):
    begin(company)
    (job,) = program.take()

    program.report(job, "failure", retries=2, errorMessage="503", retryBackOff=400)

    assert program.take() == []
    (found,) = search(company, hasFailedWithRetriesLeft=True)
    assert (found["errorMessage"], found["retries"]) == ("503", 2)
    (again,) = program.take(requestTimeout=10_000)
    assert (again["jobKey"], again["retries"]) == (job["jobKey"], 2)


def test_what_failed_tells_the_next_worker_something(
    company: Company, program: Program
):
    key = begin(company)
    (job,) = program.take()

    program.report(job, "failure", retries=1, variables={"attempt": 1})

    (again,) = program.take()
    assert again["variables"] == {"attempt": 1}
    program.report(again, "completion")
    assert variables(company, key) == {}


def test_a_resolved_incident_gives_the_tries_of_the_diagram_again(
    house: House, company: Company, program: Program
):
    key = begin(company, paying(retries="2"))
    (job,) = program.take()
    program.report(job, "failure", retries=0, errorMessage="no funds")
    assert program.take() == []
    (incident,) = company.admin.search("incidents", state="ACTIVE")
    assert "no funds" in incident["errorMessage"]
    assert incident["jobKey"] == job["jobKey"]

    company.admin.ask("POST", f"/v2/incidents/{incident['incidentKey']}/resolution")
    with house.platform.database.reading() as session:
        assert jobs.due(session) == []  # our own workers leave it alone

    (again,) = program.take()
    assert (again["jobKey"], again["retries"]) == (job["jobKey"], 2)
    program.report(again, "completion")
    assert state(company, key) == "COMPLETED"
    assert company.admin.search("incidents", state="ACTIVE") == []


def test_an_operator_gives_a_failed_job_more_tries(company: Company, program: Program):
    begin(company)
    (job,) = program.take()
    program.report(job, "failure", retries=0)

    program.ask("PATCH", f"/{job['jobKey']}", {"changeset": {"retries": 9}})

    assert program.take() == []
    (incident,) = company.admin.search("incidents", state="ACTIVE")
    company.admin.ask("POST", f"/v2/incidents/{incident['incidentKey']}/resolution")
    assert program.take()[0]["retries"] == 9


def test_a_business_error_goes_the_way_that_the_diagram_draws(
    company: Company, program: Program
):
    key = begin(company, catching())
    (job,) = program.take()

    answer = program.report(
        job, "error", errorCode="declined", variables={"reason": "limit"}
    )

    assert answer.status_code == 204
    passed = company.admin.search("element-instances", elementId="EE_declined")
    assert len(passed) == 1
    assert state(company, key) == "COMPLETED"
    assert variables(company, key)["reason"] == "limit"
    assert search(company)[0]["errorCode"] == "declined"


def test_an_error_that_nobody_catches_asks_a_person(company: Company, program: Program):
    key = begin(company)
    (job,) = program.take()

    program.report(job, "error", errorCode="lost", errorMessage="no such invoice")

    (incident,) = company.admin.search("incidents", state="ACTIVE")
    assert incident["errorType"] == "error-not-caught"
    company.admin.ask("POST", f"/v2/incidents/{incident['incidentKey']}/resolution")
    (again,) = program.take()
    assert again["jobKey"] != job["jobKey"]
    program.report(again, "completion")
    assert state(company, key) == "COMPLETED"


def test_a_worker_that_fell_silent_loses_the_job_to_another(
    company: Company, program: Program
):
    key = begin(company)
    (lost,) = program.take(timeout=1, worker="dies")

    (job,) = program.take(worker="lives", requestTimeout=10_000)

    assert job["jobKey"] == lost["jobKey"]
    assert program.report(job, "completion").status_code == 204
    assert program.report(lost, "completion").status_code == 409
    assert state(company, key) == "COMPLETED"


def test_with_a_lease_only_the_last_one_who_took_it_reports(
    company: Company, program: Program
):
    begin(company)
    (lost,) = program.take(timeout=1, withLease=True)
    (job,) = program.take(requestTimeout=10_000, withLease=True)
    stale, fresh = lost["jobLeaseToken"], job["jobLeaseToken"]

    refused = [
        program.report(lost, what, jobLeaseToken=stale, **more)
        for what, more in (
            ("completion", {}),
            ("failure", {"retries": 3}),
            ("error", {"errorCode": "x"}),
        )
    ]
    refused.append(program.report(job, "completion"))
    done = program.report(job, "completion", jobLeaseToken=fresh)

    assert {(a.status_code, a.json()["code"]) for a in refused} == {
        (409, "job-lease-lost")
    }
    assert done.status_code == 204


def test_more_time_keeps_a_job_with_its_worker(company: Company, program: Program):
    begin(company)
    (job,) = program.take(timeout=300)

    program.ask("PATCH", f"/{job['jobKey']}", {"changeset": {"timeout": 60_000}})
    time.sleep(0.35)

    assert program.take() == []
    program.ask("PATCH", f"/{job['jobKey']}", {"changeset": {"timeout": 0}})
    assert len(program.take()) == 1


def test_a_job_that_is_handed_back_is_there_at_once(company: Company, program: Program):
    begin(company)
    (job,) = program.take()

    program.ask("DELETE", f"/{job['jobKey']}/worker")

    (again,) = program.take()
    assert (again["jobKey"], again["retries"]) == (job["jobKey"], 3)


def test_urgent_jobs_come_first(company: Company, program: Program):
    first = begin(company)
    second = begin(company)
    (urgent,) = search(company, processInstanceKey=second)

    program.ask("PATCH", f"/{urgent['jobKey']}", {"changeset": {"priority": 5}})

    taken = program.take()
    assert [(t["processInstanceKey"], t["priority"]) for t in taken] == [
        (second, 5),
        (first, 0),
    ]


def test_a_second_completion_is_a_conflict(company: Company, program: Program):
    begin(company)
    (job,) = program.take()
    program.report(job, "completion")

    again = program.report(job, "completion")

    assert (again.status_code, again.json()["code"]) == (409, "illegal-move")


def test_a_completion_can_be_repeated_safely(company: Company, program: Program):
    begin(company)
    (job,) = program.take()
    path, headers = f"/{job['jobKey']}/completion", {"Idempotency-Key": "once"}

    answers = [program.call("POST", path, json={}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_the_journal_names_the_program_that_did_it(company: Company, program: Program):
    key = begin(company)
    (job,) = program.take(worker="w1")
    program.report(job, "completion")

    history = company.admin.ask("GET", f"/v2/process-instances/{key}/history")["items"]

    (entry,) = [each for each in history if each["event"] == "JobCompleted"]
    assert entry["actor"] == "robot"
    assert entry["details"] == {
        "job": job["jobKey"],
        "operation": "pay.invoice",
        "worker": "w1",
    }


def test_a_canceled_instance_takes_its_jobs_away(company: Company, program: Program):
    key = begin(company)
    (job,) = program.take()

    path = f"/v2/process-instances/{key}/cancellation"
    company.admin.ask("POST", path, json={"reason": "mistake"})

    answer = program.report(job, "completion")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")


def test_a_suspended_instance_gives_no_work(company: Company, program: Program):
    key = begin(company)
    company.admin.ask("POST", f"/v2/process-instances/{key}/suspension")
    assert program.take() == []

    company.admin.ask("POST", f"/v2/process-instances/{key}/resumption")

    assert len(program.take()) == 1


def test_an_unknown_job_is_not_found(company: Company, program: Program):
    deploy(company.admin, paying())

    answer = program.report({"jobKey": "1"}, "completion")

    assert (answer.status_code, answer.json()["code"]) == (404, "job-not-found")
