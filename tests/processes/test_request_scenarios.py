"""四.3, service requests, as SCENARIOS S21, S23 and S24 tell it."""

from datetime import datetime
from typing import Any

import pytest

from tests.api.driver import JSON, PASSWORD, Person
from tests.api.project_driver import Project, at, refused
from tests.processes.backgrounds import Begin

N1 = "马上将该服务请求转交到指定负责人"
N2 = (
    "该服务不属于我们正常的服务范围内,将把该服务请求转告公司销售经理,"
    "由销售经理负责和您协商"
)


def judge(project: Project, request: JSON, scope: str) -> None:
    """R4.3.1: 林静 judges."""
    lin = project.company.lin
    project.for_request(lin, "UT_judge_scope", request, scope=scope, basis="按标准")


def handle(project: Project, request: JSON) -> None:
    """R4.3.2.1, R4.3.2.2: 林静 handles it herself."""
    lin = project.company.lin
    project.for_request(lin, "UT_self_check", request, can_handle=True)
    project.for_request(
        lin,
        "UT_handle",
        request,
        solution="重新结转",
        hours=0.5,
        done_at="2026-09-30T17:00:00+08:00",
    )


def inform(project: Project, request: JSON, **changes: Any) -> None:
    """R4.3.2.5: 林静 tells the customer."""
    values = {
        "informed_at": "2026-09-30T17:05:00+08:00",
        "channel": "wechat",
        "customer_satisfied": True,
        "score": 5,
    }
    lin = project.company.lin
    project.for_request(lin, "UT_inform_customer", request, **{**values, **changes})


def holds(person: Person, element_id: str, request: JSON) -> int:
    key = request["processInstanceKey"]
    return len(person.tasks(element_id, processInstanceKey=key))


def notices(project: Project, request: JSON) -> list[str]:
    """What the customer was told about one request, in order."""
    key = request["processInstanceKey"]
    own = project.listed("notifications", project.contact)
    return [n["body"] for n in own if n["processInstanceKey"] == key]


def figure(project: Project, report: str, name: str) -> Any:
    found = project.company.hou.ask("GET", f"/v2/reports/{report}")["figures"]
    (value,) = [f["value"] for f in found if f["name"] == name]
    return value


@pytest.mark.parametrize(
    ("received", "resolve_by"),
    [
        (at("2026-09-30", "16:30"), at("2026-10-08", "16:30")),
        (at("2026-10-10", "09:00"), at("2026-10-12", "09:00")),
    ],
    ids=["before National Day", "on a make-up day"],
)
def test_s21_clock_counts_working_hours(
    begin: Begin, received: Any, resolve_by: Any
) -> None:
    """R4.3.1, X7: eight working hours skip holidays and count make-up days."""
    project = begin("in service", "C-001")
    project.company.set_clock(received)

    request = project.ask_for_service(module="财务", priority="P2")

    assert request["processDefinitionId"] == "service_request"
    assert request["suggestedScope"] == "in"
    assert datetime.fromisoformat(request["resolveBy"]) == resolve_by


def test_s21_agent_solves_and_the_customer_scores(begin: Begin) -> None:
    """R4.1.1, R4.3.0, R4.3.2.1, R4.3.2.2, R4.3.2.5, R0.2: in time, scored."""
    project = begin("in service", "C-001")
    company = project.company
    assert project.project()["agent"] == "lin"
    company.set_clock(at("2026-09-30", "16:30"))
    request = project.ask_for_service(module="财务", priority="P2")

    judge(project, request, "in")
    handle(project, request)
    inform(project, request)

    row = project.request(request["requestNo"])
    assert (row["state"], row["result"], row["score"]) == ("closed", "done", 5)
    assert (row["clock"]["responseInTime"], row["clock"]["resolutionInTime"]) == (
        True,
        True,
    )
    assert figure(project, "satisfaction", "count") == 1
    assert figure(project, "satisfaction", "mean") == 5
    assert figure(project, "first-time-fix", "rate") == 1
    assert figure(project, "response-and-resolution", "resolutionInTime") == 1


def test_dissatisfied_customer_reopens_the_request(begin: Begin) -> None:
    """R4.3.6.1: nobody may refuse; not satisfied means once more."""
    project = begin("in service", "C-001")
    request = project.ask_for_service(module="财务")
    judge(project, request, "in")
    handle(project, request)

    inform(project, request, customer_satisfied=False, score=2, comment="仍报错")

    assert project.request(request["requestNo"])["state"] == "open"
    assert holds(project.company.lin, "UT_self_check", request) == 1
    handle(project, request)
    inform(project, request)
    row = project.request(request["requestNo"])
    assert (row["result"], row["rounds"]) == ("done", 2)
    assert figure(project, "first-time-fix", "rate") == 0


def test_s22_request_moves_to_the_owner_of_its_area(begin: Begin) -> None:
    """R4.3.2.3, R4.3.2.4: the customer is told the owner; the agent is nudged daily."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(module="财务")
    judge(project, request, "in")

    project.for_request(
        company.lin, "UT_self_check", request, can_handle=False, business_area="财务"
    )

    assert holds(company.ma, "UT_owner_handle", request) == 1
    assert notices(project, request)[-1].startswith(
        "您的服务请求马上转移到该业务负责人"
    )
    assert "马超" in notices(project, request)[-1]
    company.set_clock(at("2026-05-17"))
    assert len(project.told("lin", "track_owner")) == 2
    project.for_request(
        company.ma,
        "UT_owner_handle",
        request,
        result="needs_other_owner",
        next_area="GSP",
        hours=1,
    )
    assert holds(company.xu, "UT_owner_handle", request) == 1
    project.for_request(
        company.xu, "UT_owner_handle", request, result="solved", solution="改", hours=1
    )
    inform(project, request)
    assert project.request(request["requestNo"])["result"] == "done"


def test_s23_unclear_scope_is_arbitrated(begin: Begin) -> None:
    """R4.3.1, R4.3.3.1, R4.3.3.2: literal notice, in or out and nothing else."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="defect", causedByCustomer=True)

    judge(project, request, "unclear")

    assert notices(project, request) == [N1]
    key = request["processInstanceKey"]
    task = company.hou.task("UT_arbitrate_scope", processInstanceKey=key)
    answer = {"scope": "unclear", "reason": "不清楚"}
    error = refused(company.hou.answer, task["userTaskKey"], answer)
    assert (error.status, error.body["errors"][0]["pointer"]) == (422, "/scope")

    company.hou.answer(task["userTaskKey"], {**answer, "scope": "in"})

    assert holds(company.lin, "UT_self_check", request) == 1
    assert project.request(request["requestNo"])["scope"] == "in"


def test_s24_out_of_scope_is_negotiated_free_of_charge(begin: Begin) -> None:
    """R4.3.4.1, R4.3.4.2, R4.3.5.1, R4.3.5.2: literal notice, amount 0, executed."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="training", title="新员工培训")
    judge(project, request, "unclear")
    project.for_request(
        company.hou, "UT_arbitrate_scope", request, scope="out", reason="培训另计"
    )
    assert notices(project, request) == [N1, N2]
    free = {"outcome": "agreed_free", "customer_person": "王主任"}
    error = refused(
        project.for_request,
        company.zhao,
        "UT_negotiate",
        request,
        **free,
        amount=120000,
    )
    assert (error.status, error.body["errors"][0]["pointer"]) == (422, "/amount")

    project.for_request(company.zhao, "UT_negotiate", request, **free, amount=0)
    handle(project, request)
    inform(project, request)

    row = project.request(request["requestNo"])
    assert (row["result"], row["charge"]) == ("done", 0)
    assert figure(project, "charges", "total") == 0


def test_s26_special_plan_is_signed_and_dispatched(begin: Begin) -> None:
    """R4.3.5.3, R4.3.5.4, R4.3.5.5: two signatures, then 侯福龙 names the executor."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="onsite", title="现场巡检")
    judge(project, request, "out")
    project.for_request(
        company.zhao,
        "UT_negotiate",
        request,
        outcome="special",
        customer_person="王主任",
    )
    project.for_request(
        company.zhao,
        "UT_make_special_plan",
        request,
        plan="现场巡检两天",
        amount=150000,
        customer_person="王主任",
        customer_agrees=True,
    )
    project.for_request(company.sun, "UT_confirm_special_plan", request, agree=True)
    sign = {"sign": True, "password": PASSWORD}
    project.for_request(company.zhao, "UT_sign_a", request, **sign)
    project.for_request(company.sun, "UT_sign_b", request, **sign)
    assert project.told("hou", "special_plan_signed")
    project.for_request(
        company.hou,
        "UT_dispatch_special",
        request,
        executor="liu",
        instruction="带备件",
    )
    project.for_request(
        company.liu,
        "UT_execute_special",
        request,
        solution="巡检完成",
        hours=12,
        done_at="2026-05-16T16:00:00+08:00",
    )
    inform(project, request)

    row = project.request(request["requestNo"])
    assert (row["result"], row["charge"]) == ("done", 150000)
    assert figure(project, "charges", "request") == 150000


def test_spoken_notice_is_proved_by_the_agent(begin: Begin) -> None:
    """R4.3.3.1, A35: by phone the agent says it, and proves when."""
    project = begin("in service", "C-001")
    lin = project.company.lin
    request = project.ask_for_service(lin, channel="phone", category="defect")
    judge(project, request, "unclear")
    number = request["requestNo"]
    assert project.request(number)["toTell"] == [N1]
    said = {"at": "2026-05-15T09:00:00+08:00"}

    lin.ask("POST", f"/v2/service-requests/{number}/told", json=said)

    assert project.request(number)["toTell"] == []
    again = lin.call("POST", f"/v2/service-requests/{number}/told", json=said)
    assert again.status_code == 409


def test_only_the_customer_ends_a_request(begin: Begin) -> None:
    """R4.3.6.1: withdrawn in the customer's name; afterwards nothing is left to do."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service()
    path = f"/v2/service-requests/{request['requestNo']}/withdrawal"
    body = {"customerPerson": "王主任"}
    assert company.gao.call("POST", path, json=body).status_code == 403
    assert company.ht.call("POST", path, json=body).status_code == 404

    project.contact.ask("POST", path, json=body)

    row = project.request(request["requestNo"])
    assert (row["result"], row["customerPerson"]) == ("withdrawn", "王主任")
    assert holds(company.lin, "UT_judge_scope", request) == 0
    assert project.contact.call("POST", path, json=body).status_code == 409


def test_request_before_acceptance_becomes_a_requirement(begin: Begin) -> None:
    """R3.2.1: what comes up on site is worked as a requirement of the project."""
    project = begin("on site", "C-001")

    request = project.ask_for_service(title="打印格式不对")

    assert request["processDefinitionId"] == "requirement_development"
    (requirement,) = project.listed("requirements")
    assert (requirement["title"], requirement["origin"]) == (
        "打印格式不对",
        "implementation",
    )
    assert holds(project.company.chen, "UT_judge_requirement", request) == 1


def test_customers_see_their_own_requests_alone(begin: Begin) -> None:
    """R4.3.0: another customer neither finds nor reads nor brings a request."""
    project = begin("in service", "C-001")
    ht = project.company.ht
    request = project.ask_for_service()

    assert project.contact.search("service-requests") != []
    assert ht.search("service-requests") == []
    number = request["requestNo"]
    assert ht.call("GET", f"/v2/service-requests/{number}").status_code == 404
    assert refused(project.ask_for_service, ht).status == 404
