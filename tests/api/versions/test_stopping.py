"""Suspension and cancellation: what may move an instance, and what is left of it."""

import itertools
from datetime import timedelta

import pytest

from tests.api.jobs.working import hire, work
from tests.api.serving import START
from tests.api.versions.cases import Case, deploy, say, todo
from tests.builders import (
    boundary,
    call,
    diagram,
    end,
    flow,
    gateway,
    line,
    message,
    messages,
    start,
    timer,
)

REASON = "合同终止 / contract ended"
BUSY = diagram(
    "busy",
    line(start(), gateway("GW", "parallelGateway"), todo("UT_a"), todo("UT_b"), end()),
    boundary("late", "UT_a", timer("Duration", "P1D"), interrupting=False)[1],
    line(("late", ""), todo("UT_chase"), end("EE_late")),
    boundary("rung", "UT_a", message("ring"), interrupting=False, correlation="no")[1],
    line(("rung", ""), todo("UT_answer"), end("EE_rung")),
    flow("GW", "ST_pay"),
    line(work("ST_pay", "pay.busy"), end("EE_paid")),
    flow("GW", "CA"),
    line(call("CA", "inner"), end("EE_called")),
    extra=messages("ring"),
)
INNER = diagram("inner", line(start(), todo("UT_inner"), end()))
_numbers = itertools.count(1)
EVERYTHING = ["UT_a", "UT_inner"]


@pytest.fixture(scope="module")
def program(company):
    """A program that works jobs; the process of this file is deployed."""
    deploy(company, BUSY, INNER, package="busy")
    return hire(company)


@pytest.fixture
def case(company, program):
    """An instance at work in four branches, one of them in a called process."""
    assert program
    return Case(
        company, "busy", no=f"B{company.admin.search('process-instances')!r:.0}"
    )


def taken(program, case):
    """The job of a case, for the program to work."""
    jobs = program.take("pay.busy")
    return [job for job in jobs if job["processInstanceKey"] == case.key]


def refused(answer):
    return answer.status_code, answer.json()["code"]


def test_a_suspended_case_stands_still_and_then_goes_on(company, program, case):
    now = START
    case.ask("POST", "/suspension", reason="the customer asked")

    for element_id in EVERYTHING:
        key = case.task(element_id)["userTaskKey"]
        path = f"/v2/user-tasks/{key}"
        answers = [
            company.zhao.call("POST", f"{path}/completion", json={}),
            company.zhao.call("POST", f"{path}/assignment", json={"assignee": "zhao"}),
        ]
        assert {refused(answer) for answer in answers} == {(409, "illegal-move")}
    say(company, "ring", case.variables()["no"])
    company.set_clock(now + timedelta(days=2))
    assert taken(program, case) == []
    assert refused(case.call("/modification", terminateInstructions=[
        {"elementId": "UT_inner"}])) == (409, "illegal-move")  # fmt: skip
    assert case.tasks() == EVERYTHING
    assert case.ask("GET")["state"] == "ACTIVE"

    case.ask("POST", "/resumption", reason="all clear")
    company.set_clock(now + timedelta(days=2, minutes=1))

    assert case.tasks() == ["UT_a", "UT_answer", "UT_chase", "UT_inner"]
    (job,) = taken(program, case)
    assert program.report(job, "completion").is_success
    case.complete("UT_inner")
    told = [case.events(f"Instance{what}")[0] for what in ("Suspended", "Resumed")]
    assert [(e["actor"], e["details"]["reason"]) for e in told] == [
        ("admin", "the customer asked"), ("admin", "all clear"),
    ]  # fmt: skip


def test_a_job_that_is_out_when_a_case_is_suspended_comes_back_later(program, case):
    (job,) = taken(program, case)
    case.ask("POST", "/suspension")

    early = program.report(job, "completion", variables={"paid": 1})
    case.ask("POST", "/resumption")

    assert refused(early) == (409, "illegal-move")
    assert program.report(job, "completion", variables={"paid": 1}).is_success


def test_twice_is_a_conflict_and_others_may_not(company, case):
    ways = ("/suspension", "/resumption", "/cancellation", "/modification")
    body = {"terminateInstructions": [{"elementId": "UT_inner"}]}
    for way in ways:
        options = body if way == "/modification" else {}
        answer = case.call(way, person=company.zhao, **options)
        assert refused(answer) == (403, "permission-missing"), way

    assert refused(case.call("/resumption")) == (409, "illegal-move")
    for way in ("/suspension", "/resumption", "/cancellation"):
        assert case.call(way).status_code == 204
        assert refused(case.call(way)) == (409, "illegal-move"), way
    for way in ways:
        options = body if way == "/modification" else {}
        assert refused(case.call(way, **options)) == (409, "illegal-move"), way


@pytest.mark.parametrize("suspended", [False, True])
def test_a_cancelled_case_leaves_nothing_behind(company, program, case, suspended):
    (job,) = taken(program, case)
    path = f"/v2/user-tasks/{case.task('UT_a')['userTaskKey']}"
    company.zhao.ask("PUT", f"{path}/draft", json={"variables": {}})
    no = case.variables()["no"]
    if suspended:
        case.ask("POST", "/suspension")

    case.ask("POST", "/cancellation", reason=REASON)

    assert case.state == "TERMINATED"
    assert case.tasks() == []
    assert case.timers() == {}
    assert case.ask("GET", "/waiting")["items"] == []
    admin, of_it = company.admin, {"processInstanceKey": case.key}
    gone = admin.search("user-tasks", state="CANCELED", **of_it)
    assert {t["elementId"] for t in gone} == set(EVERYTHING)
    assert {t["cancellationReason"] for t in gone} == {REASON}
    left = admin.search("jobs", state={"$in": ["CREATED", "FAILED"]}, **of_it)
    assert left == []
    assert admin.search("element-instances", state="ACTIVE", **of_it) == []
    late = program.report(job, "completion")
    assert (late.status_code, late.json()["code"]) in {
        (409, "illegal-move"), (404, "job-not-found"), (409, "job-not-held"),
    }  # fmt: skip
    say(company, "ring", no)
    assert case.tasks() == []
    assert company.zhao.call("POST", f"{path}/completion", json={}).status_code == 409
    (event,) = case.events("InstanceTerminated")
    assert (event["actor"], event["details"]["reason"]) == ("admin", REASON)
